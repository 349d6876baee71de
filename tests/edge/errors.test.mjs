// Every error of the contract's table that /send and /verify can return, and the handling of invalid input.
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

const assertError = (response, status, code, data) => {
  assert.equal(response.code, code, response.text);
  assert.equal(response.status, status);
  assert.ok(response.json.message.length > 0);
  if (data) assert.deepEqual(response.json.data, data);
};

test("a missing, unknown or incomplete key and another scheme are unauthorized", async () => {
  for (const path of ["/send", "/verify"]) {
    for (const authorization of [
      "",
      "Bearer ",
      "Bearer nope",
      "Bearer test-api-key",
      "Basic test-api-key-one",
    ]) {
      const response = await otp.call(path, {
        body: {},
        key: "",
        headers: authorization ? { authorization } : {},
      });
      assertError(response, 401, "auth.unauthorized");
      assert.equal(response.headers.get("www-authenticate"), "Bearer");
    }
    assertError(await otp.call(path, { body: {}, key: "test-api-key-two" }), 400, "guard.invalid_input");
  }
});

test("unknown routes are 404, unknown methods 405 with Allow", async () => {
  for (const path of ["/", "/sen", "/send/", "/SEND", "/send/x", "/api"]) {
    assertError(await otp.call(path, { body: {} }), 404, "request.not_found");
  }
  for (const [path, allow] of [
    ["/send", "POST"],
    ["/verify", "POST"],
    ["/health", "GET, HEAD"],
  ]) {
    for (const method of ["GET", "PUT", "DELETE", "PATCH", "OPTIONS", "POST", "QUERY", "REPORT"]) {
      if (allow.includes(method)) continue;
      const response = await otp.call(path, { method, headers: { "content-type": "application/json" } });
      assertError(response, 405, "request.method_not_allowed");
      assert.equal(response.headers.get("allow"), allow);
    }
  }
});

test("only JSON content types are accepted", async () => {
  const phone = newPhone();
  for (const type of [
    "text/plain",
    "application/x-www-form-urlencoded",
    "application/jsonx",
    "multipart/form-data",
  ]) {
    const response = await otp.call("/send", {
      body: JSON.stringify({ phone }),
      headers: { "content-type": type },
    });
    assertError(response, 415, "request.unsupported_media_type");
  }
  const encoded = { "content-encoding": "br" };
  assertError(
    await otp.call("/send", { body: { phone }, headers: encoded }),
    415,
    "request.unsupported_media_type",
  );
  for (const type of ["application/json", "Application/JSON; charset=utf-8"]) {
    const response = await otp.call("/send", {
      body: { phone: newPhone() },
      headers: { "content-type": type },
    });
    assert.equal(response.status, 200);
  }
});

test("an invalid body is rejected with the path of each issue", async () => {
  const phone = newPhone();
  const before = otp.provider.requests.length;
  const issues = async (body, ...paths) => {
    const response = await otp.call("/send", { body });
    assertError(response, 400, "guard.invalid_input");
    assert.deepEqual(
      response.json.data.issues.map(({ path }) => path).sort(),
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
  await issues({ phone, to: phone }, "to");
  await issues({ phone: 1, usageType: "x", locale: 2, ip: 3, extra: 4 }, "phone", "usageType", "extra");
  assertError(
    await otp.send({ phone }, { headers: { "idempotency-key": "x".repeat(256) } }),
    400,
    "guard.invalid_input",
  );
  for (const code of [123456, null, ["123456"], undefined]) {
    assertError(await otp.verify({ phone, code }), 400, "guard.invalid_input");
  }
  assertError(await otp.verify({ phone, code: "123456", verificationId: "" }), 400, "guard.invalid_input");
  assert.equal(otp.provider.requests.length, before);
});

test("a body that is too large is rejected, with and without a length", async () => {
  const body = JSON.stringify({ phone: newPhone(), locale: "x".repeat(9 * 1024) });
  assertError(await otp.call("/send", { body }), 413, "request.too_large");
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

test("a phone that is not E.164 reaches neither guard nor KV nor provider", async () => {
  assert.ok(oddPhones.length >= 60, `${oddPhones.length} spellings`);
  const state = async () => [
    (await otp.objectIds()).length,
    (await otp.kvEntries()).length,
    otp.provider.requests.length,
  ];
  const before = await state();
  for (const phone of oddPhones) {
    assertError(await otp.send({ phone }), 400, "phone.invalid");
    assertError(await otp.verify({ phone, code: "123456" }), 400, "phone.invalid");
  }
  assert.deepEqual(await state(), before);
});

test("wrong codes count attempts down until they are exhausted", async () => {
  const phone = newPhone();
  await otp.send({ phone });
  const { code } = otp.provider;
  const wrong = code === "000000" ? "000001" : "000000";
  for (const attemptsLeft of [4, 3, 2, 1, 0]) {
    assertError(await otp.verify({ phone, code: wrong }), 400, "verification_code.code_mismatch", {
      attemptsLeft,
    });
  }
  assertError(await otp.verify({ phone, code }), 400, "verification_code.exceed_max_try");
  assertError(await otp.verify({ phone, code: wrong }), 400, "verification_code.exceed_max_try");
});

test("a new code does not reset the daily failures", async () => {
  const phone = newPhone();
  const failAttempts = async (usageType, count) => {
    await otp.send({ phone, usageType });
    const wrong = otp.provider.code === "000000" ? "000001" : "000000";
    const attemptsLeft = [];
    for (let i = 0; i < count; i += 1)
      attemptsLeft.push((await otp.verify({ phone, usageType, code: wrong })).json.data.attemptsLeft);
    return attemptsLeft;
  };
  assert.deepEqual(await failAttempts("SignIn", 4), [4, 3, 2, 1]);
  assert.deepEqual(await failAttempts("SignIn", 3), [4, 3, 2]);
  assert.deepEqual(await failAttempts("Register", 3), [2, 1, 0]);
  await otp.send({ phone, usageType: "Register" });
  const response = await otp.verify({ phone, usageType: "Register", code: otp.provider.code });
  assertError(response, 429, "verification_code.locked");
  const { retryAfter } = response.json.data;
  assert.ok(retryAfter > 86_000 && retryAfter <= 86_400, `${retryAfter}`);
  assert.equal(response.headers.get("retry-after"), String(retryAfter));
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

test("a rejection by the provider is passed on as an error, and the code is void", async () => {
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
    [400, "not JSON", 502, "connector.invalid_response", { provider: { status: 400 } }],
    [429, "slow down", 429, "connector.rate_limit_exceeded", { provider: { status: 429 } }],
  ];
  for (const [status, body, expectedStatus, code, data] of cases) {
    otp.provider.answer = () =>
      new Response(typeof body === "string" ? body : JSON.stringify(body), { status });
    const response = await otp.send({ phone });
    assertError(response, expectedStatus, code, data);
    assert.ok(!response.text.includes(phone));
    assertError(await otp.verify({ phone, code: otp.provider.code }), 400, "verification_code.not_found");
  }
  otp.provider.answer = () => new Response("{}", { status: 429, headers: { "retry-after": "17" } });
  const throttled = await otp.send({ phone });
  assertError(throttled, 429, "connector.rate_limit_exceeded", { retryAfter: 17, provider: { status: 429 } });
  assert.equal(throttled.headers.get("retry-after"), "17");
});

test("an unknown outcome leaves the code valid and is not retried", async () => {
  const responses = {
    "server error": () => new Response("oops", { status: 500 }),
    "an empty success": () => new Response(null, { status: 200 }),
    "an HTML page": () => new Response("<html>hello</html>", { status: 200 }),
    "a redirect": () =>
      new Response(null, { status: 302, headers: { location: "https://elsewhere.example/" } }),
    "a broken connection": () => {
      throw new TypeError("connection lost");
    },
  };
  for (const [name, respond] of Object.entries(responses)) {
    const phone = newPhone();
    const before = otp.provider.requests.length;
    otp.provider.answer = respond;
    const sent = await otp.send({ phone });
    assert.deepEqual([name, sent.status, sent.json.status], [name, 202, "unknown"]);
    assert.equal(otp.provider.requests.length, before + 1, name);
    assert.equal((await otp.verify({ phone, code: otp.provider.code })).status, 200, name);
  }
});

test("a long response is read up to the limit, and the next request works", async () => {
  otp.provider.answer = () => new Response("x".repeat(5 * 1024 * 1024), { status: 200 });
  assert.equal((await otp.send({ phone: newPhone() })).status, 202);
  otp.provider.accept();
  assert.equal((await otp.send({ phone: newPhone() })).status, 200);
});

test("a missing or invalid connector is reported and costs no send", async () => {
  const fresh = await startWorker({ connector: null });
  try {
    const phone = newPhone();
    assertError(await fresh.send({ phone }), 501, "connector.not_found");
    const put = (value) =>
      fresh.kv.put("connector", typeof value === "string" ? value : JSON.stringify(value));
    await put("not json");
    assertError(await fresh.send({ phone }), 500, "connector.invalid_config");
    await put({ connectorId: "nope", config: {} });
    const unknown = await fresh.send({ phone });
    assertError(unknown, 500, "connector.invalid_config");
    assert.deepEqual(
      unknown.json.data.issues.map(({ path }) => path),
      ["connectorId"],
    );
    await put({
      ...twilio,
      config: { accountSID: "", authToken: 42, templates: [{ usageType: "Generic", content: "none" }] },
    });
    const invalid = await fresh.send({ phone });
    assertError(invalid, 500, "connector.invalid_config");
    const paths = invalid.json.data.issues.map(({ path }) => path);
    assert.deepEqual(paths.sort(), [
      "accountSID",
      "authToken",
      "fromMessagingServiceSID",
      "templates.0.content",
    ]);
    const mock = { accountSID: "a", authToken: "b", fromMessagingServiceSID: "c", templates: [] };
    await put({ connectorId: "mock-short-message-service", config: mock });
    assertError(await fresh.send({ phone }), 500, "connector.invalid_config");
    assert.deepEqual(await fresh.objectIds(), [], "an invalid config costs no send");
    await put(twilio);
    assert.equal((await fresh.send({ phone })).status, 200, "a corrected connector works at once");
  } finally {
    await fresh.close();
  }
});
