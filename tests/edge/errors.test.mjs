// Every row of the contract's error table that /send and /verify can give, and what bad input meets.
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { oddPhones } from "./odd-phones.mjs";
import { newPhone, startWorker, twilio } from "./worker.mjs";

let otp;
before(async () => {
  otp = await startWorker({ vars: { RESEND_COOLDOWNS: "0", SENDS_PER_HOUR: "1000", SENDS_PER_DAY: "1000" } });
});
after(() => otp.close());
beforeEach(() => otp.provider.accept());

const is = (answer, status, code, data) => {
  assert.equal(answer.code, code, answer.text);
  assert.equal(answer.status, status);
  assert.ok(answer.json.message.length > 0);
  if (data) assert.deepEqual(answer.json.data, data);
};

test("keys: none, unknown, part of one, another scheme", async () => {
  for (const path of ["/send", "/verify"]) {
    for (const authorization of [
      "",
      "Bearer ",
      "Bearer nope",
      "Bearer test-api-key",
      "Basic test-api-key-one",
    ]) {
      const answer = await otp.call(path, {
        body: {},
        key: "",
        headers: authorization ? { authorization } : {},
      });
      is(answer, 401, "auth.unauthorized");
      assert.equal(answer.headers.get("www-authenticate"), "Bearer");
    }
    is(await otp.call(path, { body: {}, key: "test-api-key-two" }), 400, "guard.invalid_input");
  }
});

test("routes and methods", async () => {
  for (const path of ["/", "/sen", "/send/", "/SEND", "/send/x", "/api"]) {
    is(await otp.call(path, { body: {} }), 404, "request.not_found");
  }
  for (const [path, allow] of [
    ["/send", "POST"],
    ["/verify", "POST"],
    ["/health", "GET, HEAD"],
  ]) {
    for (const method of ["GET", "PUT", "DELETE", "PATCH", "OPTIONS", "POST", "QUERY", "REPORT"]) {
      if (allow.includes(method)) continue;
      const answer = await otp.call(path, { method, headers: { "content-type": "application/json" } });
      is(answer, 405, "request.method_not_allowed");
      assert.equal(answer.headers.get("allow"), allow);
    }
  }
});

test("content types", async () => {
  const phone = newPhone();
  for (const type of [
    "text/plain",
    "application/x-www-form-urlencoded",
    "application/jsonx",
    "multipart/form-data",
  ]) {
    const answer = await otp.call("/send", {
      body: JSON.stringify({ phone }),
      headers: { "content-type": type },
    });
    is(answer, 415, "request.unsupported_media_type");
  }
  const encoded = { "content-encoding": "br" };
  is(await otp.call("/send", { body: { phone }, headers: encoded }), 415, "request.unsupported_media_type");
  for (const type of ["application/json", "Application/JSON; charset=utf-8"]) {
    const answer = await otp.call("/send", {
      body: { phone: newPhone() },
      headers: { "content-type": type },
    });
    assert.equal(answer.status, 200);
  }
});

test("bodies that are not what the route takes", async () => {
  const phone = newPhone();
  const before = otp.provider.requests.length;
  const issues = async (body, ...paths) => {
    const answer = await otp.call("/send", { body });
    is(answer, 400, "guard.invalid_input");
    assert.deepEqual(
      answer.json.data.issues.map(({ path }) => path).sort(),
      paths.sort(),
      String(body).slice(0, 80),
    );
  };
  await issues("", "");
  await issues("not json", "");
  await issues("[]", "");
  await issues('"text"', "");
  await issues("null", "");
  await issues(`{"phone":"${phone}"`, "");
  await issues(`{"phone":"${phone}","phone":"${phone}"}`, "");
  await issues("[".repeat(5_000) + "]".repeat(1_000), "");
  await issues(`{"phone":${'{"a":'.repeat(1_000)}1${"}".repeat(1_000)}}`, "");
  await issues(new Uint8Array([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]), "");
  await issues(`\ufeff{"phone":"${phone}"}`, "");
  await issues({}, "phone");
  await issues({ phone: 14155550123 }, "phone");
  await issues({ phone: [phone] }, "phone");
  await issues({ phone, usageType: "signin" }, "usageType");
  await issues({ phone, usageType: 1 }, "usageType");
  await issues({ phone, locale: "not a locale" }, "locale");
  await issues({ phone, ip: "300.1.1.1" }, "ip");
  await issues({ phone, to: phone }, "to");
  await issues(
    { phone: 1, usageType: "x", locale: 2, ip: 3, extra: 4 },
    "phone",
    "usageType",
    "locale",
    "ip",
    "extra",
  );
  is(
    await otp.send({ phone }, { headers: { "idempotency-key": "x".repeat(256) } }),
    400,
    "guard.invalid_input",
  );
  for (const code of ["", "12a456", "１２３４５６", "12345678901", 123456, null]) {
    is(await otp.verify({ phone, code }), 400, "guard.invalid_input");
  }
  is(await otp.verify({ phone, code: "123456", verificationId: "" }), 400, "guard.invalid_input");
  assert.equal(otp.provider.requests.length, before);
});

test("bodies that are too large, with and without a length", async () => {
  const body = JSON.stringify({ phone: newPhone(), locale: "x".repeat(9 * 1024) });
  is(await otp.call("/send", { body }), 413, "request.too_large");
  const stream = new ReadableStream({
    start(controller) {
      for (let i = 0; i < 9; i += 1) controller.enqueue(new TextEncoder().encode(" ".repeat(1024)));
      controller.close();
    },
  });
  const response = await otp.worker.fetch("http://otp.example/send", {
    method: "POST",
    body: stream,
    duplex: "half",
    headers: { authorization: "Bearer test-api-key-one", "content-type": "application/json" },
  });
  assert.equal(response.status, 413);
});

test("phones that are not E.164 touch neither guard nor KV nor network", async () => {
  assert.ok(oddPhones.length >= 60, `${oddPhones.length} spellings`);
  const state = async () => [
    (await otp.objectIds()).length,
    (await otp.kvEntries()).length,
    otp.provider.requests.length,
  ];
  const before = await state();
  for (const phone of oddPhones) {
    is(await otp.send({ phone }), 400, "phone.invalid");
    is(await otp.verify({ phone, code: "123456" }), 400, "phone.invalid");
  }
  assert.deepEqual(await state(), before);
});

test("wrong guesses: attempts left, then spent", async () => {
  const phone = newPhone();
  await otp.send({ phone });
  const { code } = otp.provider;
  const wrong = code === "000000" ? "000001" : "000000";
  for (const attemptsLeft of [4, 3, 2, 1, 0]) {
    is(await otp.verify({ phone, code: wrong }), 400, "verification_code.code_mismatch", { attemptsLeft });
  }
  is(await otp.verify({ phone, code }), 400, "verification_code.exceed_max_try");
  is(await otp.verify({ phone, code: wrong }), 400, "verification_code.exceed_max_try");
});

test("a new code does not refill the daily budget", async () => {
  const phone = newPhone();
  const guess = async (usageType, wanted) => {
    await otp.send({ phone, usageType });
    const wrong = otp.provider.code === "000000" ? "000001" : "000000";
    const left = [];
    for (let i = 0; i < wanted; i += 1)
      left.push((await otp.verify({ phone, usageType, code: wrong })).json.data.attemptsLeft);
    return left;
  };
  assert.deepEqual(await guess("SignIn", 4), [4, 3, 2, 1]);
  assert.deepEqual(await guess("SignIn", 3), [4, 3, 2]);
  assert.deepEqual(await guess("Register", 3), [2, 1, 0]);
  await otp.send({ phone, usageType: "Register" });
  const answer = await otp.verify({ phone, usageType: "Register", code: otp.provider.code });
  is(answer, 429, "verification_code.locked");
  const { retryAfter } = answer.json.data;
  assert.ok(retryAfter > 86_000 && retryAfter <= 86_400, `${retryAfter}`);
  assert.equal(answer.headers.get("retry-after"), String(retryAfter));
});

test("a success clears the failures", async () => {
  const phone = newPhone();
  for (let round = 0; round < 4; round += 1) {
    await otp.send({ phone });
    const { code } = otp.provider;
    for (let i = 0; i < 4; i += 1) await otp.verify({ phone, code: code === "000000" ? "000001" : "000000" });
    assert.equal((await otp.verify({ phone, code })).status, 200, `round ${round}`);
  }
});

test("what the provider refuses", async () => {
  const phone = newPhone();
  const cases = [
    [
      400,
      { code: 21211, message: `Invalid ${phone}` },
      502,
      "connector.general",
      { provider: { status: 400, code: "21211" } },
    ],
    [401, { code: 20003 }, 502, "connector.general", { provider: { status: 401, code: "20003" } }],
    [
      201,
      { status: "failed", error_code: 30008 },
      502,
      "connector.general",
      { provider: { status: 201, code: "30008" } },
    ],
    [400, "no JSON at all", 502, "connector.invalid_response", { provider: { status: 400 } }],
    [429, "slow down", 429, "connector.rate_limit_exceeded", { provider: { status: 429 } }],
  ];
  for (const [status, body, ours, code, data] of cases) {
    otp.provider.answer = () =>
      new Response(typeof body === "string" ? body : JSON.stringify(body), { status });
    const answer = await otp.send({ phone });
    is(answer, ours, code, data);
    assert.ok(!answer.text.includes(phone));
    is(await otp.verify({ phone, code: otp.provider.code }), 400, "verification_code.not_found");
  }
  otp.provider.answer = () => new Response("{}", { status: 429, headers: { "retry-after": "17" } });
  const throttled = await otp.send({ phone });
  is(throttled, 429, "connector.rate_limit_exceeded", { retryAfter: 17, provider: { status: 429 } });
  assert.equal(throttled.headers.get("retry-after"), "17");
});

test("an open outcome keeps the code and is not retried", async () => {
  const answers = {
    "server error": () => new Response("oops", { status: 500 }),
    "an empty success": () => new Response(null, { status: 200 }),
    "a page": () => new Response("<html>hello</html>", { status: 200 }),
    "a redirect": () =>
      new Response(null, { status: 302, headers: { location: "https://elsewhere.example/" } }),
    "a broken connection": () => {
      throw new TypeError("connection lost");
    },
  };
  for (const [name, answer] of Object.entries(answers)) {
    const phone = newPhone();
    const before = otp.provider.requests.length;
    otp.provider.answer = answer;
    const sent = await otp.send({ phone });
    assert.deepEqual([name, sent.status, sent.json.status], [name, 202, "unknown"]);
    assert.equal(otp.provider.requests.length, before + 1, name);
    assert.equal((await otp.verify({ phone, code: otp.provider.code })).status, 200, name);
  }
});

test("a huge answer is read to its limit, and the next request works", async () => {
  otp.provider.answer = () => new Response("x".repeat(5 * 1024 * 1024), { status: 200 });
  assert.equal((await otp.send({ phone: newPhone() })).status, 202);
  otp.provider.accept();
  assert.equal((await otp.send({ phone: newPhone() })).status, 200);
});

test("a connector that is missing, broken or without a template", async () => {
  const fresh = await startWorker({ connector: null });
  try {
    const phone = newPhone();
    is(await fresh.send({ phone }), 501, "connector.not_found");
    const put = (value) =>
      fresh.kv.put("connector", typeof value === "string" ? value : JSON.stringify(value));
    await put("not json");
    is(await fresh.send({ phone }), 500, "connector.invalid_config");
    await put({ connectorId: "nope", config: {} });
    const unknown = await fresh.send({ phone });
    is(unknown, 500, "connector.invalid_config");
    assert.deepEqual(
      unknown.json.data.issues.map(({ path }) => path),
      ["connectorId"],
    );
    await put({
      ...twilio,
      config: { accountSID: "", authToken: 42, templates: [{ usageType: "Generic", content: "none" }] },
    });
    const broken = await fresh.send({ phone });
    is(broken, 500, "connector.invalid_config");
    const paths = broken.json.data.issues.map(({ path }) => path);
    assert.deepEqual(paths.sort(), [
      "accountSID",
      "authToken",
      "fromMessagingServiceSID",
      "templates.0.content",
    ]);
    const mock = { accountSID: "a", authToken: "b", fromMessagingServiceSID: "c", templates: [] };
    await put({ connectorId: "mock-short-message-service", config: mock });
    is(await fresh.send({ phone }), 500, "connector.invalid_config");
    assert.deepEqual(await fresh.objectIds(), [], "a broken config costs no send");
    await put(twilio);
    assert.equal((await fresh.send({ phone })).status, 200, "a mended connector works at once");
  } finally {
    await fresh.close();
  }
});
