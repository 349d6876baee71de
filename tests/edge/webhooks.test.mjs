// The operator's webhook: its notices, signed so that the official library of Standard Webhooks accepts it, and never in
// the way of a request.
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { Webhook } from "standardwebhooks";
import { eventually, newPhone, startWorker, twilio } from "./worker.mjs";

const url = "https://hooks.example.com/otp?team=a";
const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const newSecret = `whsec_${btoa("a new secret of 32 bytes, really")}`;

/** A receiver of webhooks in the test's process; other requests go to the provider. */
class Receiver {
  requests = [];
  answer = () => new Response(null, { status: 204 });

  constructor(otp) {
    const provider = otp.provider.handle.bind(otp.provider);
    otp.provider.handle = async (target, init) => {
      const request = target instanceof Request ? target : new Request(target, init);
      if (!request.url.startsWith("https://hooks.example.com/")) return provider(request);
      const { url, method } = request;
      const headers = Object.fromEntries(request.headers);
      this.requests.push({ url, method, headers, body: await request.text() });
      return this.answer(request);
    };
  }

  /** Resolves with the requests once there are as many. */
  async wait(count) {
    await eventually(() => this.requests.length >= count, `request ${count}`);
    assert.equal(this.requests.length, count, JSON.stringify(this.requests));
    return this.requests;
  }
}

/** Returns the body, if the official library accepts the request. */
const verified = ({ body, headers }, key = secret) => new Webhook(key).verify(body, headers);

const wrongCode = (code) => (code === "000000" ? "000001" : "000000");

/** Sends a code and tries two wrong ones, which locks the phone; resolves with the last response. */
const lock = async (otp, phone) => {
  await otp.send({ phone, usageType: "SignIn" });
  const code = wrongCode(otp.provider.code);
  await otp.verify({ phone, usageType: "SignIn", code });
  return otp.verify({ phone, usageType: "SignIn", code });
};

let otp;
let receiver;
before(async () => {
  otp = await startWorker({
    vars: { DAILY_FAILURES: "2", RESEND_COOLDOWNS: "0" },
    secrets: { EVENTS_URL: url, EVENTS_SECRET: `${newSecret} ${secret}` },
  });
  receiver = new Receiver(otp);
});
beforeEach(() => {
  receiver.requests = [];
  receiver.answer = () => new Response(null, { status: 204 });
});
after(() => otp.close());

test("a phone that is locked has one notice, signed with both secrets of a rotation", async () => {
  const phone = newPhone();
  const response = await lock(otp, phone);
  assert.deepEqual([response.code, response.json.data.attemptsLeft], ["verification_code.code_mismatch", 0]);
  const [request] = await receiver.wait(1);
  assert.deepEqual([request.method, request.url], ["POST", url]);
  assert.equal(request.headers["content-type"], "application/json");
  for (const key of [secret, newSecret]) {
    const { type, timestamp, data } = verified(request, key);
    assert.equal(type, "phone.locked");
    assert.ok(Math.abs(Date.parse(timestamp) - Date.now()) < 60_000, timestamp);
    const { phoneId, requestId, retryAfter, ...rest } = data;
    assert.match(phoneId, /^[0-9a-f]{32}$/);
    assert.equal(requestId, response.headers.get("x-request-id"));
    assert.ok(retryAfter > 86_000 && retryAfter <= 86_400);
    assert.deepEqual(rest, { diallingCode: "1", usageType: "SignIn" });
  }
  assert.throws(() => verified(request, `whsec_${btoa("another secret of 32 bytes, yes!")}`));
  assert.throws(() => verified({ ...request, body: `${request.body} ` }));
  assert.ok(!JSON.stringify(request).includes(phone.slice(2)), "no phone number");
  assert.equal((await otp.verify({ phone, code: "123456" })).code, "verification_code.locked");
  assert.equal((await otp.send({ phone })).code, "verification_code.locked");
  await otp.send({ phone: newPhone() });
  await receiver.wait(1);
});

test("a connector that fails five times in a row has one notice", async () => {
  const send = () => otp.send({ phone: newPhone() });
  otp.provider.answer = () => Response.json({ code: 20003 }, { status: 401 });
  for (let i = 0; i < 4; i += 1) await send();
  otp.provider.accept();
  await send();
  otp.provider.answer = () => Response.json({ code: 20003 }, { status: 401 });
  for (let i = 0; i < 4; i += 1) await send();
  otp.provider.answer = () => Response.json({ code: 21211 }, { status: 400 });
  assert.equal(
    (await send()).code,
    "connector.general",
    "a refusal of the number says nothing of the connector",
  );
  otp.provider.answer = () => new Response("?", { status: 503 });
  const last = await send();
  assert.equal(last.status, 202);
  const [request] = await receiver.wait(1);
  assert.deepEqual(verified(request).data, {
    connectorId: twilio.connectorId,
    failures: 5,
    providerStatus: 503,
    cause: "http_503",
    requestId: last.headers.get("x-request-id"),
  });
  assert.equal(verified(request).type, "connector.failing");
  for (let i = 0; i < 6; i += 1) await send();
  otp.provider.accept();
  await send();
  await receiver.wait(1);
});

test("a receiver that does not answer delays no response", async () => {
  const answers = [];
  receiver.answer = () => new Promise((resolve) => answers.push(resolve));
  const response = await lock(otp, newPhone());
  assert.equal(response.code, "verification_code.code_mismatch");
  await receiver.wait(1);
  assert.equal(answers.length, 1, "the receiver has not answered yet");
  assert.equal((await otp.send({ phone: newPhone() })).status, 200, "nor is another request delayed");
  for (const resolve of answers) resolve(new Response(null, { status: 204 }));
});

test("a receiver that fails is asked three times with one id, and the log says so", async () => {
  receiver.answer = () => new Response("out of order", { status: 503 });
  const response = await lock(otp, newPhone());
  assert.equal(response.code, "verification_code.code_mismatch");
  const requests = await receiver.wait(3);
  assert.equal(new Set(requests.map(({ headers }) => headers["webhook-id"])).size, 1);
  for (const request of requests) assert.equal(verified(request).type, "phone.locked");
  const id = requests[0].headers["webhook-id"];
  const find = () => otp.logs().match(/\{[^{}]*webhook\.failed[^{}]*\}/)?.[0];
  const line = await eventually(find, "line webhook.failed");
  for (const part of [id, '\\"status\\":503', response.headers.get("x-request-id"), "phone.locked"]) {
    assert.ok(line.includes(part), `${part} in ${line}`);
  }
  assert.ok(!otp.logs().includes("hooks.example.com"), "the URL may hold a token");
});

test("a redirect is not followed, and nothing is sent again", async () => {
  receiver.answer = () => Response.redirect("https://hooks.example.com/elsewhere", 307);
  await lock(otp, newPhone());
  await receiver.wait(1);
  receiver.answer = () => new Response(null, { status: 204 });
  await lock(otp, newPhone());
  const requests = await receiver.wait(2);
  assert.deepEqual(
    requests.map((request) => request.url),
    [url, url],
  );
});

test("a limit against pumping that refuses a send has one notice, with its prefix and no number", async () => {
  const pumped = await startWorker({
    vars: { LIMITS: "on", SENDS_PER_PREFIX_HOUR: "2", SENDS_PER_HOUR: "1", RESEND_COOLDOWNS: "0" },
    secrets: { EVENTS_URL: url, EVENTS_SECRET: secret },
  });
  try {
    const receiver = new Receiver(pumped);
    const phone = newPhone();
    const send = (body) => pumped.send(body);
    assert.equal((await send({ phone })).status, 200);
    assert.equal((await send({ phone })).json.data.limit, "hour", "a limit of one phone number");
    const refused = await send({ phone: newPhone() });
    assert.deepEqual([refused.code, refused.json.data.limit], ["request.message_rate_limited", "prefix"]);
    await send({ phone: newPhone() });
    const [request] = await receiver.wait(1);
    const { type, data } = verified(request);
    assert.equal(type, "limit.tripped");
    const { retryAfter, ...rest } = data;
    // An hour, and at most a bucket of 150 s more.
    assert.ok(retryAfter > 3_500 && retryAfter <= 3_750, String(retryAfter));
    const requestId = refused.headers.get("x-request-id");
    assert.deepEqual(rest, { limit: "prefix", scope: phone.slice(0, -4), diallingCode: "1", requestId });
  } finally {
    await pumped.close();
  }
});

for (const [name, secrets, path] of [
  [
    "a local address",
    { EVENTS_URL: "https://127.0.0.1/token-in-the-url", EVENTS_SECRET: secret },
    "EVENTS_URL",
  ],
  [
    "plain http",
    { EVENTS_URL: "http://hooks.example.com/token-in-the-url", EVENTS_SECRET: secret },
    "EVENTS_URL",
  ],
  ["a URL without secret", { EVENTS_URL: "https://hooks.example.com/token-in-the-url" }, "EVENTS_SECRET"],
  ["a secret without URL", { EVENTS_SECRET: secret }, "EVENTS_URL"],
  [
    "a short secret",
    { EVENTS_URL: url, EVENTS_SECRET: `whsec_${btoa("token-in-the-url")}` },
    "EVENTS_SECRET",
  ],
]) {
  test(`${name} stops the Worker, and no value is repeated`, async () => {
    const wrong = await startWorker({ secrets });
    try {
      const { status, json, text } = await wrong.send({ phone: newPhone() });
      assert.deepEqual([status, json.code], [500, "config.invalid"]);
      assert.deepEqual(
        json.data.issues.map((issue) => issue.path),
        [path],
      );
      assert.ok(!`${text}${wrong.logs()}`.includes("token-in-the-url"));
    } finally {
      await wrong.close();
    }
  });
}

test("a local receiver is permitted for development", async () => {
  const local = await startWorker({
    vars: { ALLOW_LOCAL: "1" },
    secrets: { EVENTS_URL: "http://127.0.0.1:9/x", EVENTS_SECRET: secret },
  });
  try {
    assert.equal((await local.send({ phone: newPhone() })).status, 200);
  } finally {
    await local.close();
  }
});
