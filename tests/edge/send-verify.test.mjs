// Sending and verifying through the real Worker: responses, the request to the provider, KV and the log.
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { newPhone, startWorker, twilio } from "./worker.mjs";

let otp;
before(async () => {
  otp = await startWorker({ vars: { RESEND_COOLDOWNS: "0", SENDS_PER_HOUR: "1000", SENDS_PER_DAY: "1000" } });
});
after(() => otp.close());
beforeEach(() => otp.provider.accept());

/** Asserts that a time, which is in whole seconds, lies between two in ms. */
const assertBetween = (time, from, to) =>
  assert.ok(Date.parse(time) > from - 1_000 && Date.parse(time) <= to, `${time}`);

test("a code verifies once", async () => {
  const phone = newPhone();
  const began = Date.now();
  const sent = await otp.send({ phone, usageType: "SignIn" });
  assert.equal(sent.status, 200);
  assert.deepEqual(Object.keys(sent.json), [
    ...["verificationId", "status", "usageType", "expiresAt", "resendAt", "connectorId"],
  ]);
  assert.equal(sent.json.status, "sent");
  assert.equal(sent.json.usageType, "SignIn");
  assert.equal(sent.json.connectorId, "twilio-short-message-service");
  assert.match(sent.json.verificationId, /^[0-9a-f]{32}$/);
  assert.match(sent.json.expiresAt, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  assertBetween(sent.json.expiresAt, began + 600_000, Date.now() + 600_000);

  const tried = Date.now();
  const verified = await otp.verify({ phone, code: otp.provider.code, usageType: "SignIn" });
  assert.equal(verified.status, 200);
  assert.equal(verified.json.verified, true);
  assert.equal(verified.json.phone, phone);
  assert.equal(verified.json.usageType, "SignIn");
  assert.equal(verified.json.verificationId, sent.json.verificationId);
  assertBetween(verified.json.verifiedAt, tried, Date.now());

  const again = await otp.verify({ phone, code: otp.provider.code, usageType: "SignIn" });
  assert.equal(again.status, 400);
  assert.equal(again.code, "verification_code.not_found");
});

test("the provider receives exactly Twilio's form", async () => {
  const phone = newPhone();
  await otp.send({ phone, usageType: "SignIn", locale: "de-AT" });
  const request = otp.provider.requests.at(-1);
  const { accountSID, authToken, fromMessagingServiceSID } = twilio.config;
  assert.equal(request.method, "POST");
  assert.equal(request.url, `https://api.twilio.com/2010-04-01/Accounts/${accountSID}/Messages.json`);
  assert.equal(request.headers["content-type"], "application/x-www-form-urlencoded");
  assert.equal(
    request.headers.authorization,
    `Basic ${Buffer.from(`${accountSID}:${authToken}`).toString("base64")}`,
  );
  assert.deepEqual(request.form, {
    To: phone,
    MessagingServiceSid: fromMessagingServiceSID,
    Body: `Dein Code zum Anmelden: ${otp.provider.code}.`,
    RiskCheck: "enable",
  });
});

test("every response has the contract's headers", async () => {
  const phone = newPhone();
  const responses = [
    await otp.send({ phone }),
    await otp.send({}),
    await otp.call("/nowhere"),
    await otp.call("/send", { key: "" }),
    await otp.call("/health", { method: "GET" }),
  ];
  const ids = new Set();
  for (const { headers, json } of responses) {
    assert.equal(headers.get("content-type"), "application/json; charset=utf-8");
    assert.equal(headers.get("cache-control"), "no-store");
    assert.equal(headers.get("x-content-type-options"), "nosniff");
    assert.equal(headers.get("access-control-allow-origin"), null);
    if (json.code) assert.equal(json.requestId, headers.get("x-request-id"));
    ids.add(headers.get("x-request-id"));
  }
  assert.equal(ids.size, responses.length);
});

test("GET /health needs no key and returns the version", async () => {
  const { status, json } = await otp.call("/health", { method: "GET", key: "" });
  assert.equal(status, 200);
  assert.equal(json.status, "ok");
  assert.match(json.version, /^\d+\.\d+\.\d+$/);
});

test("a resend voids the older code", async () => {
  const phone = newPhone();
  const first = await otp.send({ phone, usageType: "SignIn" });
  const oldCode = otp.provider.code;
  let newCode = oldCode;
  while (newCode === oldCode) {
    await otp.send({ phone, usageType: "SignIn" });
    newCode = otp.provider.code;
  }
  const old = await otp.verify({ phone, code: oldCode, usageType: "SignIn" });
  assert.equal(old.code, "verification_code.code_mismatch");
  const byId = await otp.verify({
    ...{ phone, code: newCode, usageType: "SignIn" },
    verificationId: first.json.verificationId,
  });
  assert.equal(byId.code, "verification_code.not_found", "an older verification id is void");
  assert.equal((await otp.verify({ phone, code: newCode, usageType: "SignIn" })).status, 200);
});

test("a code sent for one usage type is not valid for another", async () => {
  const types = [
    ...["SignIn", "Register", "ForgotPassword", "Generic", "OrganizationInvitation"],
    ...["UserPermissionValidation", "BindNewIdentifier", "MfaVerification", "BindMfa"],
  ];
  const phone = newPhone();
  for (const usageType of types) {
    await otp.send({ phone, usageType });
    const { code } = otp.provider;
    for (const other of types.filter((type) => type !== usageType)) {
      const response = await otp.verify({ phone, code, usageType: other });
      assert.equal(response.code, "verification_code.not_found", `${usageType} as ${other}`);
    }
    assert.equal((await otp.verify({ phone, code, usageType })).status, 200);
  }
});

test("a code sent to one phone is not valid for another", async () => {
  const [phone, other] = [newPhone(), newPhone()];
  await otp.send({ phone });
  const { code } = otp.provider;
  assert.equal((await otp.verify({ phone: other, code })).code, "verification_code.not_found");
  assert.equal((await otp.verify({ phone, code })).status, 200);
});

test("neither phone nor code is in responses, KV, object names or logs", async (t) => {
  // Ten digits: such a code does not occur by chance in ids and times.
  const otp = await startWorker({ vars: { RESEND_COOLDOWNS: "0", CODE_LENGTH: "10" } });
  t.after(() => otp.close());
  const phone = newPhone();
  const outputs = [];
  const codes = [];
  for (const body of [{ phone, usageType: "SignIn" }, { phone }]) {
    outputs.push((await otp.send(body)).text);
    codes.push(otp.provider.code);
    const kv = await otp.kvEntries();
    const records = kv.filter(({ name }) => name.startsWith("code:"));
    assert.ok(records.length > 0);
    for (const { name, value, expiration } of records) {
      assert.match(name, /^code:[0-9a-f]{32}$/);
      assert.deepEqual(Object.keys(JSON.parse(value)), ["v", "kid", "usage", "exp", "mac"]);
      assert.ok(expiration - Date.now() / 1000 <= 600);
    }
    outputs.push(
      JSON.stringify(kv.filter(({ name }) => name !== "connector")),
      (await otp.objectIds()).join(),
    );
    outputs.push((await otp.verify({ ...body, code: "000000" })).text.replaceAll(phone, ""));
    outputs.push(
      (await otp.verify({ ...body, code: otp.provider.code })).text.replace(`"phone":"${phone}"`, ""),
    );
  }
  outputs.push(otp.logs());
  for (const text of outputs) {
    assert.ok(!text.includes(phone.slice(1)), `the phone is in ${text.slice(0, 200)}`);
    for (const code of codes) assert.ok(!text.includes(code), `a code is in ${text.slice(0, 200)}`);
    assert.ok(!text.includes(twilio.config.authToken));
  }
});

test("requests with the same idempotency key send one SMS and get the same response", async () => {
  const phone = newPhone();
  const headers = { "idempotency-key": "order-4711" };
  const before = otp.provider.requests.length;
  const responses = await Promise.all(
    Array.from({ length: 5 }, () => otp.send({ phone, usageType: "SignIn" }, { headers })),
  );
  responses.push(await otp.send({ usageType: "SignIn", phone }, { headers }));
  assert.equal(otp.provider.requests.length, before + 1);
  for (const { status, text } of responses)
    assert.deepEqual({ status, text }, { status: 200, text: responses[0].text });

  for (const body of [
    { phone, usageType: "Register" },
    { phone: newPhone(), usageType: "SignIn" },
  ]) {
    const conflict = await otp.send(body, { headers });
    assert.equal(conflict.status, 422);
    assert.equal(conflict.code, "request.idempotency_conflict");
  }
  assert.equal(otp.provider.requests.length, before + 1);
});

test("a rejection frees its idempotency key", async () => {
  const phone = newPhone();
  const headers = { "idempotency-key": "refused" };
  otp.provider.answer = () => Response.json({ code: 21211, message: `bad ${phone}` }, { status: 400 });
  const first = await otp.send({ phone }, { headers });
  assert.equal(first.status, 502);
  otp.provider.accept();
  const second = await otp.send({ phone }, { headers });
  assert.deepEqual([second.status, second.json.status], [200, "sent"]);
  assert.deepEqual((await otp.send({ phone }, { headers })).json, second.json);
});

test("a code is read as it is typed; what is no code is no attempt", async () => {
  for (const type of [
    (code) => `${code.slice(0, 3)} ${code.slice(3)}`,
    (code) => code.replace(/\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit))),
    (code) => code.replace(/\d/g, (digit) => String.fromCodePoint(0x660 + Number(digit))),
    (code) => `\u200e${code.slice(0, 2)}-${code.slice(2)}\u200f`,
  ]) {
    const phone = newPhone();
    await otp.send({ phone });
    // The last one is cut within an emoji: JSON has half of a surrogate pair.
    for (const code of ["", "abcdef", "12345678901", "12a456", "12345😀", "12345😀".slice(0, 6)]) {
      const wrong = await otp.verify({ phone, code });
      assert.deepEqual([wrong.status, wrong.code], [400, "verification_code.code_mismatch"], code);
      assert.equal(wrong.json.data, undefined, "nothing was counted");
    }
    const { code } = otp.provider;
    const guess = code === "000000" ? "000001" : "000000";
    assert.deepEqual((await otp.verify({ phone, code: guess })).json.data, { attemptsLeft: 4 });
    assert.equal((await otp.verify({ phone, code: type(code) })).status, 200, type(code));
  }
});

test("optional fields never cost a send and are said in warnings", async () => {
  for (const [members, paths] of [
    [{ locale: "zh_CN" }, ["locale"]],
    [{ locale: "" }, ["locale"]],
    [{ locale: "not a locale", ip: "300.1.1.1" }, ["locale", "ip"]],
    [{ locale: 2, ip: [] }, ["locale", "ip"]],
    [{ ip: "203.0.113.7:51234" }, ["ip"]],
    [{ ip: "[2001:db8::1]:443" }, ["ip"]],
    [{ ip: "203.0.113.7, 10.0.0.1" }, ["ip"]],
    [{ locale: null, ip: null }, undefined],
    [{ locale: "de", ip: "2001:db8::1" }, undefined],
  ]) {
    const sent = await otp.send({ phone: newPhone(), ...members });
    assert.equal(sent.status, 200, JSON.stringify(members));
    assert.deepEqual(
      sent.json.warnings?.map(({ path }) => path),
      paths,
      JSON.stringify(members),
    );
  }
});
