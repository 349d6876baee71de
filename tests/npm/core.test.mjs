// createOtp in Node, where the suite does not reach: a wasm that stops, options that are wrong, KV as the guard, the
// guard class on a storage that fails, the entry without a wasm.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { listProviders } from "../../scripts/providers.mjs";
import { kvOf, runLocal } from "./fixtures/local.mjs";
import { Provider, twilio } from "./fixtures/provider.mjs";
import { newPhone } from "./fixtures/suite.mjs";
import { allPassed, installed, pkg, root } from "./setup.mjs";

const secret = "0123456789abcdef0123456789abcdef";
/** Every instance of the wasm, newest last. */
const instances = [];
const RealInstance = WebAssembly.Instance;
WebAssembly.Instance = class extends RealInstance {
  constructor(...args) {
    super(...args);
    instances.push(this);
  }
};

let home;
let edgeOtp;
let guards;
const load = (file) => import(pathToFileURL(join(home, "node_modules", "edge-otp", file)).href);

before(async () => {
  home = await installed();
  edgeOtp = await load("entry/default.js");
  guards = await load("guards.js");
});

const createWorld = async (options = {}) => {
  const provider = new Provider();
  const kv = kvOf();
  const otp = edgeOtp.createOtp({
    kv,
    secret,
    guard: guards.memoryGuard(),
    fetch: provider.fetch,
    ...options,
  });
  await otp.connector.set(twilio);
  return { otp, provider, kv };
};

/** Overwrites the memory of the newest instance, so that its next call stops it. */
const corruptMemory = () => new Uint8Array(instances.at(-1).exports.memory.buffer).fill(0xa5);

test("a wasm that stops fails its call; the next call works", async (t) => {
  const uncaught = [];
  const note = (error) => uncaught.push(error);
  process.on("uncaughtException", note).on("unhandledRejection", note);
  const { otp, provider } = await createWorld();
  const phone = newPhone();
  await otp.send({ phone });
  const before = instances.length;
  for (let round = 0; round < 5; round += 1) {
    corruptMemory();
    const error = await otp.verify({ phone, code: provider.wrong }).catch((caught) => caught);
    assert.equal(error.name, "OtpError", String(error));
    assert.equal(error.code, "internal");
    assert.ok(error.cause instanceof Error);
    const { attemptsLeft } = await otp.verify({ phone: newPhone(), code: "123456" });
    assert.equal(attemptsLeft, undefined);
  }
  assert.equal((await otp.verify({ phone, code: provider.code })).verified, true);
  assert.ok(instances.length > before, "a new instance");

  await t.test("in the middle of calls, every call in flight fails and the next ones work", async () => {
    const pending = [];
    const slow = new Provider();
    const { otp } = await createWorld({
      fetch: async (url, init) => {
        await new Promise((resolve) => pending.push(resolve));
        return slow.fetch(url, init);
      },
    });
    const calls = [newPhone(), newPhone(), newPhone()].map((to) =>
      otp.send({ phone: to }).then(
        ({ status }) => status,
        ({ code }) => code,
      ),
    );
    while (pending.length < calls.length) await new Promise(setImmediate);
    corruptMemory();
    for (const respond of pending) respond();
    assert.deepEqual((await Promise.all(calls)).sort(), ["internal", "internal", "internal"]);
    assert.equal(edgeOtp.renderMessage("{{code}}", { code: "1" }).text, "1");
  });

  await t.test("in a call that returns at once, too", () => {
    corruptMemory();
    assert.throws(() => edgeOtp.connectorFactories(), { name: "OtpError", code: "internal" });
    assert.equal(edgeOtp.connectorFactories().length, listProviders().length);
  });

  await new Promise((resolve) => setTimeout(resolve, 50));
  process.off("uncaughtException", note).off("unhandledRejection", note);
  assert.deepEqual(uncaught, [], "nothing is uncaught");
});

test("texts of a store that UTF-8 cannot encode are storage failures", async () => {
  const kv = kvOf();
  const { otp } = await createWorld({ kv, guard: { load: async () => "\udfff{", swap: async () => true } });
  await assert.rejects(otp.send({ phone: newPhone() }), { code: "storage.unavailable" });
  await kv.put("connector", "\ud800");
  await assert.rejects(otp.send({ phone: newPhone() }), { code: "connector.invalid_config" });
});

test("a wrong option is a TypeError that names it", () => {
  const good = { kv: kvOf(), secret, guard: guards.memoryGuard() };
  const rejects = (options, name) =>
    assert.throws(
      () => edgeOtp.createOtp({ ...good, ...options }),
      (error) => error instanceof TypeError && error.message.includes(`\`${name}\``),
      name,
    );
  for (const [options, name] of [
    [{ kv: undefined }, "kv"],
    [{ kv: { get() {} } }, "kv"],
    [{ secret: "short" }, "secret"],
    [{ secret: undefined }, "secret"],
    [{ secretPrevious: "short" }, "secretPrevious"],
    [{ guard: {} }, "guard"],
    [{ guard: null }, "guard"],
    [{ connector: { config: {} } }, "connector"],
    [{ fetch: "fetch" }, "fetch"],
    [{ now: 5 }, "now"],
    [{ acceptWeakGuard: 1 }, "acceptWeakGuard"],
    [{ polcy: {} }, "polcy"],
    [{ policy: { codeLenght: 6 } }, "policy.codeLenght"],
  ]) {
    rejects(options, name);
  }
  assert.throws(() => edgeOtp.createOtp(), TypeError);
  const client = (options) => () =>
    edgeOtp.createOtpClient({ url: "https://otp.example", apiKey: "k", ...options });
  for (const options of [
    { url: "otp.example" },
    { url: undefined },
    { apiKey: "" },
    { apiKey: "a b" },
    { adminKey: 1 },
    { x: 1 },
  ]) {
    assert.throws(client(options), TypeError, JSON.stringify(options));
  }
  client({})();
});

test("the ranges of the policy are the core's", async () => {
  const document = JSON.parse(readFileSync(join(root, "docs", "openapi.json"), "utf8"));
  const settings = Object.entries(document.components.schemas.Settings.properties);
  const ranges = settings.filter(
    ([, { minimum, maximum }]) => minimum !== undefined && maximum !== undefined,
  );
  assert.equal(ranges.length, 14);
  for (const [name, { minimum: least, maximum: most }] of ranges) {
    const create = (value) => () =>
      edgeOtp.createOtp({ kv: kvOf(), secret, acceptWeakGuard: true, policy: { [name]: value } });
    create(least)();
    create(most)();
    for (const value of [least - 1, most + 1, least + 0.5, String(least), Number.NaN])
      assert.throws(create(value), TypeError);
  }
  // Which countries exist, the core knows; that shows when a code is sent.
  const odd = edgeOtp.createOtp({
    kv: kvOf(),
    secret,
    acceptWeakGuard: true,
    policy: { allowedCountries: ["ZZ"] },
  });
  const error = await odd.send({ phone: newPhone() }).catch((caught) => caught);
  assert.equal(error.code, "config.invalid");
  assert.equal(error.data.issues[0].path, "policy.allowedCountries");
});

test("the types know every code of the core, and no other", () => {
  const core = readFileSync(join(root, "crates", "core", "src", "error.rs"), "utf8").matchAll(
    /"([a-z_]+(?:\.[a-z_]+)+|internal)"/g,
  );
  const read = (name) => readFileSync(join(pkg, name), "utf8");
  const types = read("generated.d.ts");
  const [of, ours] = [/export type ApiErrorCode =([\s\S]*?);/, /export type ErrorCode =([\s\S]*?);/];
  const union = `${of.exec(types)[1]}${ours.exec(read("index.d.ts"))[1]}`.matchAll(/"([^"]+)"/g);
  const own = ["client.unreachable", "client.invalid_response"];
  const sorted = (matches, more = []) =>
    [...new Set([...[...matches].map(([, code]) => code), ...more])].sort();
  assert.deepEqual(sorted(union), sorted(core, own));
  const names = [...types.matchAll(/^ {2}\| "([\w-]+)"/gm)].map(([, name]) => name);
  for (const { id } of edgeOtp.connectorFactories()) assert.ok(names.includes(id), id);
});

const withoutGuard = (kv) => {
  const provider = new Provider();
  const { fetch } = provider;
  return {
    otp: edgeOtp.createOtp({ kv, secret, acceptWeakGuard: true, connector: twilio, fetch }),
    provider,
  };
};

test("KV alone: one warning in plain words, and the suite holds within one process", async (t) => {
  const warn = t.mock.method(console, "warn", () => {});
  edgeOtp.createOtp({ kv: kvOf(), secret, acceptWeakGuard: true });
  assert.equal(warn.mock.callCount(), 0);
  allPassed(await runLocal(edgeOtp, () => undefined));
  assert.equal(warn.mock.callCount(), 1);
  assert.match(warn.mock.calls[0].arguments[0], /no `guard` was given.*acceptWeakGuard/s);
});

test("KV alone: what is stored is text with a lifetime, and a failed write is no success", async () => {
  const kv = kvOf();
  const puts = [];
  let broken = false;
  const put = (key, value, options) => {
    if (broken) return Promise.reject(new Error("429 Too Many Requests"));
    puts.push([key, options]);
    return kv.put(key, value);
  };
  const { otp, provider } = withoutGuard({ ...kv, put });
  const phone = newPhone();
  await otp.send({ phone });
  const ledger = puts.find(([key]) => key.startsWith("guard:"));
  assert.ok(ledger[1].expirationTtl >= 60);
  assert.ok(![...kv.values.keys()].some((key) => key.includes(phone.slice(1))), "no phone in a key");
  broken = true;
  const error = await otp.verify({ phone, code: provider.wrong }).catch((caught) => caught);
  assert.equal(error.code, "storage.unavailable");
  broken = false;
  assert.deepEqual(await otp.verify({ phone, code: provider.wrong }), {
    verified: false,
    reason: "code_mismatch",
    attemptsLeft: 4,
  });
});

test("KV alone: several Otps over one `kv` are as strict as one", async () => {
  const kv = kvOf();
  const slow = { ...kv, get: (key) => new Promise(setImmediate).then(() => kv.get(key)) };
  const provider = new Provider();
  const options = { kv: slow, secret, acceptWeakGuard: true, connector: twilio, fetch: provider.fetch };
  const phone = newPhone();
  await edgeOtp.createOtp(options).send({ phone });
  const verify = () => edgeOtp.createOtp(options).verify({ phone, code: provider.code });
  const results = await Promise.all(Array.from({ length: 10 }, verify));
  assert.equal(results.filter(({ verified }) => verified).length, 1);
});

test("KV alone: a write that fails after a later one has begun does not bring the older state back", async () => {
  const kv = kvOf();
  const waiting = [];
  let isHeld = false;
  const put = (key, value, options) =>
    isHeld && key.startsWith("guard:")
      ? new Promise((resolve, reject) => waiting.push({ resolve, reject }))
      : kv.put(key, value, options);
  const { otp, provider } = withoutGuard({ ...kv, put });
  const phone = newPhone();
  await otp.send({ phone });
  isHeld = true;
  const guess = () => otp.verify({ phone, code: provider.wrong }).catch((error) => error);
  const writes = async (count) => {
    while (waiting.length < count) await new Promise(setImmediate);
  };
  const first = guess();
  await writes(1);
  const second = guess();
  await writes(2);
  waiting[0].reject(new Error("429 Too Many Requests"));
  assert.equal((await first).code, "storage.unavailable");
  const third = guess();
  await writes(3);
  for (const { resolve } of waiting.slice(1)) resolve();
  assert.equal((await second).attemptsLeft, 3);
  assert.equal((await third).attemptsLeft, 2);
});

test("300 concurrent wrong codes over a slow store are all decided", async () => {
  const store = guards.memoryGuard();
  const slowly =
    (act) =>
    async (...args) => {
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 5));
      const answer = await act(...args);
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 5));
      return answer;
    };
  const { otp, provider } = await createWorld({
    guard: { load: slowly(store.load), swap: slowly(store.swap) },
  });
  const phone = newPhone();
  await otp.send({ phone });
  const results = await Promise.all(
    Array.from({ length: 300 }, () => otp.verify({ phone, code: provider.wrong })),
  );
  const reasons = results.map(({ reason }) => reason);
  assert.equal(reasons.filter((reason) => reason === "code_mismatch").length, 5);
  assert.equal(reasons.filter((reason) => reason === "exceed_max_try").length, 295);
});

test("a store whose swap returns neither true nor false is a storage failure", async () => {
  const { otp } = await createWorld({ guard: { load: async () => null, swap: async () => undefined } });
  const error = await otp.send({ phone: newPhone() }).catch((caught) => caught);
  assert.equal(error.code, "storage.unavailable");
  assert.match(error.cause.message, /swap\(\) must give true or false/);
});

/**
 * A Durable Object as the runtime keeps it: its storage, its alarm, and the output gate, which holds a response back until
 * the writes before it are safe. If one fails, the runtime resets the object.
 */
class HostedObject {
  values = new Map();
  alarmAt;
  isBroken = false;
  #writes = [];

  constructor(create) {
    this.create = () => create({ storage: this });
    this.object = this.create();
  }
  #act(work) {
    return new Promise((resolve, reject) => {
      setTimeout(() => (this.isBroken ? reject(new Error("storage is gone")) : resolve(work())), 1);
    });
  }
  #write(work) {
    const written = this.#act(work);
    written.catch(() => {});
    this.#writes.push(written);
    return written;
  }
  get = (key) => this.#act(() => this.values.get(key));
  put = (key, value) => this.#write(() => void this.values.set(key, value));
  delete = (key) => this.#write(() => this.values.delete(key));
  list = ({ startAfter = "", limit }) => {
    const listed = () => [...this.values].filter(([key]) => key > startAfter).sort();
    return this.#act(() => new Map(listed().slice(0, limit)));
  };
  deleteAll = () => this.#write(() => this.values.clear());
  setAlarm = async (at) => {
    this.alarmAt = at;
  };
  async call(...call) {
    const response = await this.object.call(...call);
    try {
      await Promise.all(this.#writes.splice(0));
    } catch (error) {
      this.object = this.create();
      throw error;
    }
    return response;
  }
}

test("the guard class: memory mirrors storage, and an alarm ends it", async (t) => {
  const kv = kvOf();
  const objects = new Map();
  const env = { OTP_KV: kv, OTP_SECRET: secret, MAX_ATTEMPTS: 4 };
  const getByName = (name) => {
    if (!objects.has(name)) {
      objects.set(name, new HostedObject((state) => new edgeOtp.VerificationGuard(state, env)));
    }
    return { call: (...call) => objects.get(name).call(...call) };
  };
  env.GUARD = { getByName };
  // Ten digits: such a code does not occur by chance in ids and times.
  const { otp, provider } = await createWorld({ kv, guard: env.GUARD, policy: { codeLength: 10 } });
  const phone = newPhone();
  await otp.send({ phone });
  // The other objects count sends.
  const hosted = [...objects.values()].find(({ values }) => values.has("state"));
  assert.ok(hosted.values.get("state").startsWith("{"));
  assert.ok(!hosted.values.get("state").includes(provider.code), "no code at rest");
  const day = 86_400_000;
  assert.ok(
    hosted.alarmAt > Date.now() + 600_000 && hosted.alarmAt < Date.now() + 2 * day,
    "an alarm is set",
  );
  // The environment's policy is in force where createOtp gives none.
  assert.equal((await otp.verify({ phone, code: provider.wrong })).attemptsLeft, 3);

  await t.test("a write that fails is not believed", async () => {
    hosted.isBroken = true;
    const error = await otp.verify({ phone, code: provider.wrong }).catch((caught) => caught);
    assert.equal(error.code, "storage.unavailable");
    hosted.isBroken = false;
    assert.equal((await otp.verify({ phone, code: provider.wrong })).attemptsLeft, 2);
  });

  await t.test("a restart goes on where storage is", async () => {
    hosted.object = hosted.create();
    const results = await Promise.all([1, 2, 3, 4].map(() => otp.verify({ phone, code: provider.wrong })));
    assert.deepEqual(results.map(({ reason, attemptsLeft }) => attemptsLeft ?? reason).sort(), [
      0,
      1,
      "exceed_max_try",
      "exceed_max_try",
    ]);
  });

  await t.test("an early alarm is set again, a late one deletes the state", async () => {
    hosted.alarmAt = undefined;
    await hosted.object.alarm();
    assert.ok(hosted.alarmAt > Date.now(), "set again");
    assert.equal(hosted.values.size, 1);
    t.mock.timers.enable({ apis: ["Date"], now: Date.now() + 31 * day });
    await hosted.object.alarm();
    assert.equal(hosted.values.size, 0);
    t.mock.timers.reset();
    assert.equal((await otp.verify({ phone, code: provider.wrong })).reason, "not_found");
  });
});

test("the slim entry needs its wasm", async () => {
  const folder = join(home, "node_modules", "edge-otp");
  const { createRequire } = await import("node:module");
  const slim = createRequire(join(folder, "package.json"))("./dist/slim.cjs");
  assert.throws(() => slim.connectorFactories(), /call init\(\) first/);
  const bytes = readFileSync(join(folder, "wasm", "edge_otp_bg.wasm"));
  for (const wasm of [bytes, new WebAssembly.Module(bytes), () => bytes]) {
    slim.init(wasm);
    assert.equal(slim.connectorFactories().length, listProviders().length);
  }
});
