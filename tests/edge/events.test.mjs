// The log: one line per request, with the event that was decided. Its fields are those of docs/events.md.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { apiKey, newPhone, secrets, startWorker, twilio } from "./worker.mjs";

let otp;
before(async () => {
  otp = await startWorker({ vars: { RESEND_COOLDOWNS: "0", DAILY_FAILURES: "3", SENDS_PER_HOUR: "2" } });
});
after(() => otp.close());

/** The rows of a generated table of docs/events.md: its first cells. */
const documented = (part) => {
  const text = readFileSync(new URL("../../docs/events.md", import.meta.url), "utf8");
  const [, table] = text.split(` generated: ${part} -->\n`);
  return [...table.split("<!--")[0].matchAll(/^\| `([\w.]+)` \|(.*)$/gm)].map(([, name, rest]) => [
    name,
    rest,
  ]);
};
const kinds = documented("kinds").map(([name]) => name);
const fields = new Map(documented("fields"));

const seen = new Set();
/** Asserts that a response's event has these members, and only fields that are documented. */
const assertEvent = async (response, expected) => {
  const event = await otp.eventOf(response);
  seen.add(event.event);
  const { event: kind, ...rest } = expected;
  assert.equal(event.event, kind);
  for (const [name, value] of Object.entries(rest)) assert.deepEqual(event[name], value, name);
  assert.equal(event.status, response.status);
  assert.ok(kinds.includes(event.event), event.event);
  for (const [name, value] of Object.entries(event)) {
    const row = fields.get(name);
    assert.ok(row, `${name} is documented`);
    const type = row.split("|")[0].trim();
    assert.equal(
      type === "integer" ? Number.isInteger(value) : typeof value === type,
      true,
      `${name}: ${type}`,
    );
  }
  for (const [name, row] of fields) if (row.split("|")[1].includes("yes")) assert.ok(name in event, name);
  return event;
};

test("every decision on a send is an event", async () => {
  const phone = newPhone();
  const { connectorId } = twilio;
  const granted = await assertEvent(await otp.send({ phone, usageType: "SignIn" }), {
    event: "send.granted",
    diallingCode: "1",
    usageType: "SignIn",
    connectorId,
    providerStatus: 201,
  });
  for (const name of ["guardMs", "kvMs", "providerMs", "totalMs"]) {
    assert.ok(Number.isInteger(granted[name]) && granted[name] >= 0, `${name}: ${granted[name]}`);
  }
  assert.ok(granted.guardMs >= granted.kvMs && granted.totalMs >= granted.guardMs + granted.providerMs);
  assert.match(granted.phoneId, /^[0-9a-f]{32}$/);

  const key = { headers: { "idempotency-key": "one" } };
  await otp.send({ phone }, key);
  await assertEvent(await otp.send({ phone }, key), { event: "send.repeated", phoneId: granted.phoneId });
  await assertEvent(await otp.send({ phone }), {
    event: "send.limited",
    limit: "hour",
    error: "request.message_rate_limited",
    phoneId: granted.phoneId,
  });
  await assertEvent(await otp.send({ phone: "1" }), { event: "send.refused", error: "phone.invalid" });

  otp.provider.answer = () => Response.json({ code: 21610 }, { status: 400 });
  await assertEvent(await otp.send({ phone: "+447400123456" }), {
    event: "send.provider_rejected",
    diallingCode: "44",
    connectorId,
    providerStatus: 400,
    providerCode: "21610",
  });
  otp.provider.answer = () => new Response("?", { status: 500 });
  await assertEvent(await otp.send({ phone: newPhone() }), {
    event: "send.unknown",
    providerStatus: 500,
    cause: "http_500",
  });
  otp.provider.accept();
});

test("an operator finds the events of a phone number by its id", async () => {
  const phone = newPhone();
  const identify = (body, key = secrets.ADMIN_KEY) => otp.call("/api/phones/identify", { body, key });
  const { status, json } = await identify({ phone });
  assert.equal(status, 200);
  const { phoneId } = await assertEvent(await otp.send({ phone }), { event: "send.granted" });
  assert.deepEqual(json, { phoneId, diallingCode: "1" });
  assert.deepEqual((await identify({ phone: phone.slice(1) })).json, json, "with or without its plus");
  assert.equal((await identify({ phone: "1" })).code, "phone.invalid");
  assert.equal((await identify({ phone }, apiKey)).status, 401, "for operators only");
});

test("every decision on a verification is an event", async () => {
  const phone = newPhone();
  await assertEvent(await otp.verify({ phone, code: "123456" }), { event: "verify.not_found" });
  await otp.send({ phone });
  const { code } = otp.provider;
  const wrong = code === "000000" ? "000001" : "000000";
  await assertEvent(await otp.verify({ phone, code: wrong }), { event: "verify.mismatch", attemptsLeft: 2 });
  const ok = await assertEvent(await otp.verify({ phone, code }), { event: "verify.ok" });
  assert.ok(ok.guardMs >= ok.kvMs && ok.totalMs >= ok.guardMs);
  await otp.send({ phone });
  const second = otp.provider.code === "000000" ? "000001" : "000000";
  for (let i = 0; i < 3; i += 1) await otp.verify({ phone, code: second });
  await assertEvent(await otp.verify({ phone, code: otp.provider.code }), { event: "verify.locked" });
  await assertEvent(await otp.send({ phone }), { event: "send.locked", error: "verification_code.locked" });
  await assertEvent(await otp.verify({ phone }), { event: "verify.refused", error: "guard.invalid_input" });
  const key = secrets.ADMIN_KEY;
  await assertEvent(await otp.call("/api/phones/unlock", { body: { phone }, key }), {
    event: "phone.unlocked",
  });
});

test("requests that decide nothing about a number are logged as what they are", async () => {
  const get = (path, key) => otp.call(path, { method: "GET", key });
  await assertEvent(await otp.send({ phone: newPhone() }, { key: "wrong" }), {
    event: "request.unauthorized",
    error: "auth.unauthorized",
  });
  await assertEvent(await get("/api/settings", secrets.ADMIN_KEY), { event: "request.managed" });
  await assertEvent(await get("/api/settings", apiKey), { event: "request.unauthorized" });
  await assertEvent(await get("/health"), { event: "request.health" });
  const lift = { method: "DELETE", key: secrets.ADMIN_KEY };
  await assertEvent(await otp.call("/api/limits/country/US", lift), { event: "limit.lifted" });
  await assertEvent(await get("/send", apiKey), { event: "request.refused" });
  await assertEvent(await get("/nothing"), { event: "request.refused", error: "request.not_found" });
});

test("a deployment without connector is misconfigured", async () => {
  const key = secrets.ADMIN_KEY;
  const [{ id }] = (await otp.call("/api/connectors", { method: "GET", key })).json;
  assert.equal((await otp.call(`/api/connectors/${id}`, { method: "DELETE", key })).status, 204);
  await assertEvent(await otp.send({ phone: newPhone() }), {
    event: "send.misconfigured",
    error: "connector.not_found",
  });
});

test("every event was seen but for those of time and of failures of the platform", () => {
  const unseen = kinds.filter((kind) => !seen.has(kind));
  const expected = [
    "send.failed",
    // tests/edge/bridges.test.mjs sees it.
    "send.ignored",
    "verify.expired",
    "verify.exhausted",
    "verify.failed",
    "request.unanswered",
  ];
  assert.deepEqual(unseen, expected);
});
