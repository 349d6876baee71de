// Stores that give back something else than the text that they were given: nothing is sent over them.
import assert from "node:assert/strict";
import { join } from "node:path";
import { before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { kvOf } from "./fixtures/local.mjs";
import { Provider, twilio } from "./fixtures/provider.mjs";
import { newPhone } from "./fixtures/suite.mjs";
import { installed } from "./setup.mjs";

let edgeOtp;
let guards;

before(async () => {
  const home = await installed();
  const load = (file) => import(pathToFileURL(join(home, "node_modules", "edge-otp", file)).href);
  edgeOtp = await load("entry/default.js");
  guards = await load("guards.js");
});

const createWorld = (options) => {
  const provider = new Provider();
  const otp = edgeOtp.createOtp({
    kv: kvOf(),
    secret: "0".repeat(32),
    guard: guards.memoryGuard(),
    connector: twilio,
    fetch: provider.fetch,
    ...options,
  });
  return { otp, provider };
};

/** A KV whose `get` passes each text through `change`. */
const kvThat = (change) => {
  const kv = kvOf();
  return { ...kv, get: async (key) => change(await kv.get(key)) };
};

/** A guard whose `load` passes each text through `change`. */
const guardThat = (change) => {
  const guard = guards.memoryGuard();
  return { ...guard, load: async (key) => change(await guard.load(key)) };
};

const unlessAbsent = (change) => (text) => (text === null ? null : change(text));

/** What clients return instead of text, and how an error names its type. */
const notText = [
  ["a client that parses JSON", unlessAbsent(JSON.parse), /an object \(Object\)/],
  ["a client that returns buffers", unlessAbsent(Buffer.from), /an object \(Buffer\)/],
  ["a client that returns bytes", unlessAbsent((text) => new TextEncoder().encode(text)), /\(Uint8Array\)/],
  ["a client that wraps", unlessAbsent((value) => ({ value })), /an object \(Object\)/],
  ["a client that returns rows", unlessAbsent((text) => [text]), /an object \(Array\)/],
  ["a client that returns String objects", unlessAbsent((text) => new String(text)), /an object \(String\)/],
  ["a client that returns numbers", () => 0, /a number/],
];

const failsBeforeSending = async (options, message) => {
  const { otp, provider } = createWorld(options);
  // More than once: an error must not count as the check.
  for (const phone of [newPhone(), newPhone()]) {
    const error = await otp.send({ phone }).catch((caught) => caught);
    assert.equal(error.code, "storage.unavailable", String(error));
    assert.ok(error.cause instanceof TypeError, String(error.cause));
    assert.match(error.cause.message, message);
    assert.ok(!/\{"|\d{6}/.test(error.cause.message), "no stored text");
  }
  assert.equal(provider.requests.length, 0, "nothing is sent");
};

for (const [what, change, kind] of notText) {
  test(`kv: ${what}`, async () => {
    await failsBeforeSending(
      { kv: kvThat(change) },
      /kv\.get\(\) must give the stored string or null; it gave/,
    );
    await failsBeforeSending({ kv: kvThat(change) }, kind);
  });

  test(`kv as guard: ${what}`, async () => {
    const options = { kv: kvThat(change), guard: undefined, acceptWeakGuard: true };
    await failsBeforeSending(options, /kv\.get\(\) must give the stored string or null; it gave/);
  });

  test(`guard: ${what}`, async () => {
    await failsBeforeSending(
      { guard: guardThat(change) },
      /guard\.load\(\) must give the stored string or null/,
    );
    await failsBeforeSending({ guard: guardThat(change) }, kind);
  });

  test(`kv that holds the connector: ${what}`, async () => {
    const plain = kvOf();
    await createWorld({ kv: plain, connector: undefined }).otp.connector.set(twilio);
    const kv = { ...plain, get: async (key) => change(await plain.get(key)) };
    const { otp } = createWorld({ kv, connector: undefined });
    const error = await otp.connector.set(twilio).catch((caught) => caught);
    assert.equal(error.code, "storage.unavailable", String(error));
    assert.match(error.cause.message, kind);
    await failsBeforeSending({ kv, connector: undefined }, kind);
  });
}

test("a kv that changes texts", async () => {
  const kv = kvThat(unlessAbsent((text) => text.toLowerCase()));
  await failsBeforeSending({ kv }, /kv\.get\(\) gave another string than kv\.put\(\) was given/);
});

test("a guard that forgets at once, or answers nothing", async () => {
  const forgetful = { load: async () => null, swap: async () => true };
  await failsBeforeSending(
    { guard: forgetful },
    /guard\.load\(\) gave null for what guard\.swap\(\) has stored/,
  );
  const isFalse = guardThat((text) => text ?? false);
  await failsBeforeSending(
    { guard: isFalse },
    /guard\.load\(\) must give the stored string or null; it gave a boolean/,
  );
  const silent = { load: async () => {}, swap: async () => true };
  await failsBeforeSending(
    { guard: silent },
    /guard\.load\(\) must give the stored string or null; it gave undefined/,
  );
});

test("a guard whose swap returns neither true nor false", async () => {
  for (const [answer, kind] of [
    [undefined, "undefined"],
    [null, "null"],
    [1, "a number"],
    ["OK", "a string"],
    [{ rowCount: 1 }, "an object (Object)"],
  ]) {
    const guard = { load: async () => null, swap: async () => answer };
    const { otp, provider } = createWorld({ guard });
    const error = await otp.send({ phone: newPhone() }).catch((caught) => caught);
    assert.equal(error.code, "storage.unavailable");
    assert.equal(error.cause.message, `edge-otp: guard.swap() must give true or false; it gave ${kind}`);
    assert.equal(provider.requests.length, 0);
  }
});

test("each store is read back once, not for each send", async () => {
  const kv = kvOf();
  const guard = guards.memoryGuard();
  const count = { get: 0, load: 0 };
  const counted = (store, name) => ({
    ...store,
    [name]: (key) => {
      count[name] += 1;
      return store[name](key);
    },
  });
  const countedKv = counted(kv, "get");
  const countedGuard = counted(guard, "load");
  // What counts sends for all phones reads more.
  const policy = { limits: "off" };
  const { otp } = createWorld({ kv: countedKv, guard: countedGuard, policy });
  await otp.send({ phone: newPhone() });
  assert.deepEqual(count, { get: 1, load: 2 });
  await otp.send({ phone: newPhone() });
  assert.deepEqual(count, { get: 1, load: 3 });
  // A Worker may call createOtp in every request.
  await createWorld({ kv: countedKv, guard: countedGuard, policy }).otp.send({ phone: newPhone() });
  assert.deepEqual(count, { get: 1, load: 4 });
});

test("a kv that shows texts late, or an older connector, serves", async () => {
  const kv = kvOf();
  const late = { ...kv, get: async () => null };
  const { otp, provider } = createWorld({ kv: late });
  assert.equal((await otp.send({ phone: newPhone() })).status, "sent");
  assert.equal(provider.requests.length, 1);

  const stale = new Map();
  const staleKv = {
    ...kv,
    get: async (key) => stale.get(key) ?? kv.get(key),
  };
  await createWorld({ kv, connector: undefined }).otp.connector.set(twilio);
  stale.set("connector", await kv.get("connector"));
  const { otp: other } = createWorld({ kv: staleKv, connector: undefined });
  const config = { ...twilio.config, accountSID: "AC00000000000000000000000000000009" };
  assert.equal((await other.connector.set({ ...twilio, config })).config.accountSID, config.accountSID);
});
