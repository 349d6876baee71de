// A KV or guard that never answers: an operation fails after 3 and 10 seconds, and nothing waits for a deletion. The clock
// is the test's.
import assert from "node:assert/strict";
import { join } from "node:path";
import { afterEach, before, beforeEach, mock, test } from "node:test";
import { pathToFileURL } from "node:url";
import { kvOf } from "./fixtures/local.mjs";
import { Provider, twilio } from "./fixtures/provider.mjs";
import { newPhone } from "./fixtures/suite.mjs";
import { installed } from "./setup.mjs";

const secret = "0123456789abcdef0123456789abcdef";
let createOtp;
let memoryGuard;
before(async () => {
  const home = await installed();
  const load = (file) => import(pathToFileURL(join(home, "node_modules", "edge-otp", file)).href);
  ({ createOtp } = await load("entry/default.js"));
  ({ memoryGuard } = await load("guards.js"));
});

beforeEach(() => mock.timers.enable({ apis: ["setTimeout"] }));
afterEach(() => mock.timers.reset());

const turn = () => new Promise((resolve) => setImmediate(resolve));
const forever = () => new Promise(() => {});

/** Whether a promise is settled once all that can run has run. */
const isPending = async (promise) => {
  await turn();
  return (
    (await Promise.race([
      promise.then(
        () => "settled",
        () => "settled",
      ),
      turn().then(() => "pending"),
    ])) === "pending"
  );
};

const create = async () => {
  const provider = new Provider();
  const [kv, guard] = [kvOf(), memoryGuard()];
  const otp = createOtp({ kv, secret, guard, fetch: provider.fetch, policy: { resendCooldowns: [0] } });
  await otp.connector.set(twilio);
  return { otp, provider, kv, guard };
};

const assertTimesOut = async (operation, ms) => {
  assert.ok(await isPending(operation));
  mock.timers.tick(ms - 1);
  assert.ok(await isPending(operation), `not before ${ms} ms`);
  mock.timers.tick(1);
  await assert.rejects(operation, { code: "storage.unavailable", status: 503 });
};

test("a fetch that heeds no signal, and a body that never ends, are an unknown outcome at the deadline", async () => {
  const body = () => new ReadableStream({ pull: forever });
  for (const fetch of [forever, async () => new Response(body(), { status: 201 })]) {
    const policy = { providerTimeoutMs: 5_000 };
    const otp = createOtp({ kv: kvOf(), secret, guard: memoryGuard(), connector: twilio, fetch, policy });
    const sent = otp.send({ phone: newPhone() });
    assert.ok(await isPending(sent));
    mock.timers.tick(4_999);
    assert.ok(await isPending(sent));
    mock.timers.tick(1);
    assert.equal((await sent).status, "unknown");
  }
});

test("a KV that does not answer fails the operation after 3 s, and nothing is sent", async () => {
  const { otp, provider, kv } = await create();
  const phone = newPhone();
  const { get, put } = kv;
  kv.put = forever;
  await assertTimesOut(otp.send({ phone }), 3_000);
  kv.put = put;
  assert.equal(provider.requests.length, 0);
  await otp.send({ phone });
  const { code } = provider;
  kv.get = forever;
  await assertTimesOut(otp.verify({ phone, code }), 3_000);
  kv.get = get;
  assert.equal((await otp.verify({ phone, code })).verified, true);
});

test("a guard that does not answer fails the operation after 10 s, and nothing is sent", async () => {
  const { otp, provider, guard } = await create();
  const { load } = guard;
  guard.load = forever;
  await assertTimesOut(otp.send({ phone: newPhone() }), 10_000);
  guard.load = load;
  assert.equal(provider.requests.length, 0);
});

test("a deletion that does not answer or fails keeps no success back", async () => {
  for (const remove of [forever, () => Promise.reject(new Error("no"))]) {
    const { otp, provider, kv } = await create();
    kv.delete = remove;
    const phone = newPhone();
    await otp.send({ phone });
    assert.equal((await otp.verify({ phone, code: provider.code })).verified, true);
  }
});
