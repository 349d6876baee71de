// Activity: a data point for each send and verification where there is a binding for it, their counts where there is a
// token to read them, and neither where there is none. workerd gives no test access to its Analytics Engine, so the data
// points are collected by an instrumented Worker.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { instrumented, newPhone, secrets, startWorker, twilio } from "./worker.mjs";

const account = "0123456789abcdef0123456789abcdef";
const token = "analytics-token-that-is-secret";

let otp;
before(async () => {
  otp = await startWorker({ build: instrumented });
});
after(() => otp.close());

/** The data points since the last call. */
const takePoints = async () => (await otp.call("/test/points", { method: "GET" })).json;
const takeSummaries = async () => (await takePoints()).map(({ blobs }) => blobs.slice(0, 4).join(" ").trim());

test("a send and a verification write a data point with their outcome", async () => {
  const phone = newPhone();
  const id = twilio.connectorId;
  await otp.send({ phone, usageType: "SignIn" });
  assert.deepEqual(await takeSummaries(), [`send sent ${id} SignIn`]);
  await otp.send({ phone, usageType: "SignIn" });
  assert.deepEqual(await takeSummaries(), ["send request.message_rate_limited  SignIn"]);
  const { code } = otp.provider;
  const wrong = code === "000000" ? "000001" : "000000";
  await otp.verify({ phone, usageType: "SignIn", code: wrong });
  await otp.verify({ phone, usageType: "SignIn", code });
  const verifications = ["verify verification_code.code_mismatch  SignIn", "verify verified  SignIn"];
  assert.deepEqual(await takeSummaries(), verifications);
  otp.provider.answer = () => Response.json({}, { status: 500 });
  await otp.send({ phone: newPhone() });
  assert.deepEqual(await takeSummaries(), [`send unknown ${id} Generic`]);
  otp.provider.answer = () => Response.json({ code: 21211 }, { status: 400 });
  await otp.send({ phone: newPhone() });
  assert.deepEqual(await takeSummaries(), [`send connector.general ${id} Generic`]);
  otp.provider.accept();
});

test("a data point holds nothing of a phone number or code; an unauthorized request writes none", async () => {
  const phone = newPhone();
  await otp.send({ phone });
  const points = await takePoints();
  const text = JSON.stringify(points);
  assert.ok(!text.includes(phone.slice(-6)) && !text.includes(otp.provider.code), text);
  const [{ blobs, doubles, indexes }] = points;
  assert.deepEqual(indexes, ["send"]);
  const [event, diallingCode, providerCode, phoneId, limit] = blobs.slice(4);
  assert.deepEqual([event, diallingCode, providerCode, limit], ["send.granted", "1", "", ""]);
  assert.match(phoneId, /^[0-9a-f]{32}$/);
  const [count, ...times] = doubles;
  assert.deepEqual([count, times.pop(), times.length, times.pop()], [1, 0, 5, 201]);
  for (const ms of times) assert.ok(Number.isInteger(ms) && ms >= 0 && ms < 60_000, doubles.join());
  await otp.send({ phone }, { key: "another-key" });
  await otp.call("/api/connectors/nothing/test", { body: {}, key: secrets.ADMIN_KEY });
  assert.deepEqual(await takePoints(), []);
});

test("a limit that is only recorded is in the data point of the message that was sent", async () => {
  const vars = { LIMITS: "record", SENDS_PER_PREFIX_HOUR: "1" };
  const otp = await startWorker({ build: instrumented, vars });
  try {
    const [phone] = [newPhone()];
    const other = `${phone.slice(0, -1)}${(Number(phone.at(-1)) + 1) % 10}`;
    await otp.send({ phone });
    await otp.send({ phone: other });
    await otp.send({ phone: other });
    const points = (await otp.call("/test/points", { method: "GET" })).json;
    const limits = points.map(({ blobs, doubles }) => [blobs[1], blobs[8], doubles[6]]);
    assert.deepEqual(limits, [
      ["sent", "", 0],
      ["sent", "prefix", 1],
      ["request.message_rate_limited", "cooldown", 0],
    ]);
  } finally {
    await otp.close();
  }
});

test("a data set that refuses a data point fails no request", async () => {
  assert.equal((await otp.call("/test/fail-points", { method: "GET" })).json, true);
  assert.equal((await otp.send({ phone: newPhone() })).json.status, "sent");
  assert.equal((await otp.call("/test/fail-points", { method: "GET" })).json, false);
});

const activityOf = (otp) => otp.call("/api/activity", { method: "GET", key: secrets.ADMIN_KEY });

test("without a token the counts cannot be read, without a binding there are none", async () => {
  const otp = await startWorker();
  try {
    const { status, json } = await activityOf(otp);
    assert.equal(status, 200);
    assert.deepEqual(json, { recorded: false, readable: false, hours: 24, rows: null });
    assert.equal((await otp.call("/api/activity", { method: "GET" })).code, "auth.unauthorized");
  } finally {
    await otp.close();
  }
});

test("with a token they are read from Cloudflare's API, and no one learns the token", async () => {
  const otp = await startWorker({ vars: { ACTIVITY_ACCOUNT: account, ACTIVITY_TOKEN: token } });
  try {
    otp.provider.answer = () =>
      Response.json({
        data: [
          {
            event: "send",
            outcome: "sent",
            connectorId: "vonage-sms",
            sendLimit: "",
            recorded: 0,
            count: "12",
          },
          {
            event: "send",
            outcome: "sent",
            connectorId: "vonage-sms",
            sendLimit: "ip",
            recorded: 1,
            count: 2,
          },
          { event: "verify", outcome: "verified", connectorId: "", count: 3 },
          { odd: true },
        ],
      });
    const { json } = await activityOf(otp);
    assert.deepEqual(json.rows, [
      { event: "send", outcome: "sent", connectorId: "vonage-sms", count: 12 },
      { event: "send", outcome: "sent", connectorId: "vonage-sms", limit: "ip", recorded: true, count: 2 },
      { event: "verify", outcome: "verified", count: 3 },
    ]);
    const { url, headers, body } = otp.provider.requests.at(-1);
    assert.equal(url, `https://api.cloudflare.com/client/v4/accounts/${account}/analytics_engine/sql`);
    assert.equal(headers.authorization, `Bearer ${token}`);
    assert.match(body, /^SELECT .* FROM edge_otp .* FORMAT JSON$/);

    for (const answer of [() => new Response(token, { status: 403 }), () => new Response("<p>")]) {
      otp.provider.answer = answer;
      const { status, json: failed } = await activityOf(otp);
      assert.equal(status, 200);
      assert.deepEqual(failed, { recorded: false, readable: true, hours: 24, rows: null });
    }
    assert.ok(!otp.logs().includes(token.slice(0, 9)));
  } finally {
    await otp.close();
  }
});

test("an account id that is none stops the Worker, by name", async () => {
  const otp = await startWorker({ vars: { ACTIVITY_ACCOUNT: "mine", ACTIVITY_TOKEN: token } });
  try {
    const { json } = await activityOf(otp);
    assert.equal(json.code, "config.invalid");
    assert.equal(json.data.issues[0].path, "ACTIVITY_ACCOUNT");
  } finally {
    await otp.close();
  }
});
