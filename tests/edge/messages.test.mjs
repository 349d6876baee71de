// The message log: the sends and verifications of 24 hours, kept only where MESSAGE_LOG is 1, in a few Durable Objects that
// hold two digits of a phone number and delete what is a day old.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { eventually, instrumented, newPhone, secrets, startWorker, twilio } from "./worker.mjs";

const HOUR_MS = 3_600_000;

let otp;
before(async () => {
  otp = await startWorker({ build: instrumented, vars: { MESSAGE_LOG: "1" } });
});
after(() => otp.close());

const get = (path, worker = otp) => worker.call(path, { method: "GET", key: secrets.ADMIN_KEY });
const control = async (path) => (await get(`/test/${path}`)).json;

/** Resolves with the entries of these responses, in their order, once all are there. */
const entriesOf = (responses) => {
  const ids = responses.map(({ headers }) => headers.get("x-request-id"));
  return eventually(async () => {
    const { json } = await get("/api/messages?limit=100");
    const found = ids.map((id) => json.messages.find(({ requestId }) => requestId === id));
    return found.every(Boolean) && found;
  }, "entry of each response");
};

test("a send and a verification are kept, with two digits of the phone number", async () => {
  const phone = "+447400123456";
  const sent = await otp.send({ phone, usageType: "SignIn" });
  const limited = await otp.send({ phone, usageType: "SignIn" });
  const verified = await otp.verify({ phone, usageType: "SignIn", code: otp.provider.code });
  otp.provider.answer = () => Response.json({ code: 21610 }, { status: 400 });
  const rejected = await otp.send({ phone: newPhone() });
  otp.provider.accept();
  const invalid = await otp.send({ phone: "1" });
  const entries = await entriesOf([sent, limited, verified, rejected, invalid]);
  for (const { time, totalMs } of entries) {
    assert.ok(Math.abs(Date.parse(time) - Date.now()) < 60_000, time);
    assert.ok(Number.isInteger(totalMs), String(totalMs));
  }
  const plain = entries.map(({ time, totalMs, requestId, ...entry }) => entry);
  const number = { phoneEndsWith: "56", country: "GB", diallingCode: "44", usageType: "SignIn" };
  const { connectorId } = twilio;
  assert.deepEqual(plain.slice(0, 3), [
    { event: "send.granted", outcome: "sent", ...number, connectorId, providerStatus: 201 },
    { event: "send.limited", outcome: "request.message_rate_limited", ...number },
    { event: "verify.ok", outcome: "verified", ...number },
  ]);
  const { event, providerStatus, providerCode, country } = plain[3];
  assert.deepEqual(
    [event, providerStatus, providerCode, country],
    ["send.provider_rejected", 400, "21610", "US"],
  );
  assert.deepEqual(plain[4], { event: "send.refused", outcome: "phone.invalid" });
  const dump = JSON.stringify(await control("dump"));
  assert.ok(dump.includes(sent.headers.get("x-request-id")));
  // In ids and times the number's digits occur by chance.
  const stored = dump.replaceAll(/\b(?:[0-9a-f]{32}|1\d{12})\b/g, "");
  assert.ok(!stored.includes("123456") && !stored.includes("7400"), stored);
});

test("requests that are no sends and verifications, or have no key, are not kept", async () => {
  const before = (await get("/api/messages?limit=100")).json.messages.length;
  await get("/health");
  await get("/api/settings");
  await otp.send({ phone: newPhone() }, { key: "another-key" });
  await otp.call("/send", { method: "GET" });
  const last = await otp.verify({ phone: newPhone(), code: "123456" });
  await entriesOf([last]);
  assert.equal((await get("/api/messages?limit=100")).json.messages.length, before + 1);
});

test("a send and a verification over a service binding are kept and logged as well", async () => {
  const rpc = async (method, args) => (await otp.call("/test/rpc", { body: { method, args } })).json;
  const before = (await get("/api/messages?limit=100")).json.messages.length;
  const phone = newPhone();
  assert.equal((await rpc("send", { phone })).status, "sent");
  assert.equal((await rpc("verify", { phone, code: otp.provider.code })).verified, true);
  assert.equal((await rpc("send", { phone })).code, "request.message_rate_limited");
  const found = await eventually(async () => {
    const { messages } = (await get("/api/messages?limit=100")).json;
    return messages.length >= before + 3 && messages.slice(0, messages.length - before);
  }, "entry of each call");
  assert.deepEqual(found.map(({ event }) => event).toSorted(), ["send.granted", "send.limited", "verify.ok"]);
  for (const { requestId } of found) {
    assert.match(requestId, /^[0-9a-f]{32}$/);
    await otp.logsWith(requestId);
  }
});

test("pages follow one another over all shards, newest first", async () => {
  const phone = newPhone();
  const responses = await Promise.all(
    Array.from({ length: 30 }, () => otp.verify({ phone, code: "123456" })),
  );
  await entriesOf(responses);
  const all = (await get("/api/messages?limit=100")).json;
  assert.equal(all.nextCursor, undefined);
  const paged = [];
  let cursor = "";
  do {
    const { status, json } = await get(`/api/messages?limit=7${cursor}`);
    assert.equal(status, 200);
    assert.ok(json.messages.length <= 7);
    paged.push(...json.messages);
    cursor = json.nextCursor && `&cursor=${json.nextCursor}`;
  } while (cursor);
  assert.deepEqual(paged, all.messages);
  const times = paged.map(({ time }) => time);
  assert.deepEqual(times, times.toSorted().toReversed());
  assert.ok((await otp.worker.listDurableObjectIds("MESSAGES")).length <= 8);
});

test("the summary counts by hour and event", async () => {
  const { json } = await get("/api/messages/summary");
  const { messages } = (await get("/api/messages?limit=100")).json;
  const expected = new Map();
  for (const { time, event } of messages) {
    const key = `${time.slice(0, 13)}:00:00Z ${event}`;
    expected.set(key, (expected.get(key) ?? 0) + 1);
  }
  const counts = json.counts.map(({ hour, event, count }) => [`${hour} ${event}`, count]);
  assert.deepEqual(counts.toSorted(), [...expected].toSorted());
  assert.equal(json.recorded, true);
});

test("what is wrong in a query is named; the key is the operator's", async () => {
  for (const [query, path] of [
    ["limit=0", "limit"],
    ["limit=101", "limit"],
    ["limit=x", "limit"],
    ["cursor=x", "cursor"],
    ["page=2", ""],
  ]) {
    const { status, json } = await get(`/api/messages?${query}`);
    assert.deepEqual(
      [status, json.code, json.data.issues[0].path],
      [400, "guard.invalid_input", path],
      query,
    );
  }
  for (const path of ["/api/messages", "/api/messages/summary"]) {
    assert.equal((await otp.call(path, { method: "GET" })).code, "auth.unauthorized");
    const wrong = await otp.call(path, { key: secrets.ADMIN_KEY, body: {} });
    assert.deepEqual([wrong.status, wrong.headers.get("allow")], [405, "GET"]);
  }
});

test("after 24 hours nothing is shown, and the alarm deletes everything", async () => {
  const response = await otp.verify({ phone: newPhone(), code: "123456" });
  await entriesOf([response]);
  await control(`clock?ms=${20 * HOUR_MS}`);
  const later = await otp.verify({ phone: newPhone(), code: "123456" });
  await entriesOf([response, later]);
  await control(`clock?ms=${4 * HOUR_MS + 60_000}`);
  const { messages } = (await get("/api/messages?limit=100")).json;
  assert.deepEqual(
    messages.map(({ requestId }) => requestId),
    [later.headers.get("x-request-id")],
  );
  await control("expire");
  const left = await control("dump");
  assert.equal(left.flatMap(({ messages }) => messages).length, 1, "the alarm deletes what is old, no more");
  await control(`clock?ms=${22 * HOUR_MS}`);
  await control("expire");
  const empty = await control("dump");
  assert.deepEqual(
    empty.filter(({ tables }) => tables.length > 0),
    [],
    "no table is left",
  );
  assert.deepEqual((await get("/api/messages")).json, { recorded: true, messages: [] });
  assert.deepEqual((await get("/api/messages/summary")).json, { recorded: true, counts: [] });
  const again = await otp.verify({ phone: newPhone(), code: "123456" });
  await entriesOf([again]);
});

test("an alarm that cannot delete fails, so that the platform runs it again", async () => {
  const failed = await control("fail-expire");
  assert.deepEqual(failed, Array(8).fill(true));
  await otp.logsWith("a shard of the message log was not cleaned up");
  await control("expire");
  const response = await otp.verify({ phone: newPhone(), code: "123456" });
  await entriesOf([response]);
});

test("a shard keeps a bounded number of entries", async () => {
  const { kept, added } = await control("fill");
  assert.ok(added > 5_200 && kept <= 5_100, `${kept} of ${added}`);
  assert.ok(kept >= 5_000, String(kept));
});

test("without MESSAGE_LOG nothing is kept", async () => {
  const off = await startWorker();
  try {
    await off.send({ phone: newPhone() });
    assert.deepEqual((await get("/api/messages", off)).json, { recorded: false, messages: [] });
    assert.deepEqual((await get("/api/messages/summary", off)).json, { recorded: false, counts: [] });
    assert.equal((await get("/api/messages?limit=0", off)).status, 400);
    assert.deepEqual(await off.worker.listDurableObjectIds("MESSAGES"), []);
  } finally {
    await off.close();
  }
});

test("a log that fails changes no response", async () => {
  await control("break-messages");
  assert.equal((await otp.send({ phone: newPhone() })).status, 200);
  assert.equal((await get("/api/messages")).code, "storage.unavailable");
  await otp.logsWith("the message log did not take an entry");
  await control("break-messages");
  assert.equal((await get("/api/messages")).status, 200);
});
