// What the methods of createOtp and createOtpClient make of arguments and options that are wrong: a mistake in the program
// is a TypeError that names it, before anything is sent.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { kvOf } from "./fixtures/local.mjs";
import { Provider, twilio } from "./fixtures/provider.mjs";
import { newPhone } from "./fixtures/suite.mjs";
import { installed, pkg, root } from "./setup.mjs";

const secret = "0123456789abcdef0123456789abcdef";
let edgeOtp;
let stores;

before(async () => {
  const home = await installed();
  const load = (file) => import(pathToFileURL(join(home, "node_modules", "edge-otp", file)).href);
  edgeOtp = await load("entry/default.js");
  stores = await load("stores.js");
});

const optionsOf = (more) => ({ kv: kvOf(), secret, guard: stores.memoryGuard(), ...more });

const local = (options) => {
  const provider = new Provider();
  const otp = edgeOtp.createOtp(optionsOf({ connector: twilio, fetch: provider.fetch, ...options }));
  return { otp, requests: provider.requests, provider };
};

const receipt = { status: "sent", verificationId: "0".repeat(32), usageType: "Generic" };
const answer = (body, init) => async () => Response.json(body, init);

const remote = (respond = answer(receipt), options = {}) => {
  const requests = [];
  const fetch = async (url, init) => {
    requests.push({ url: String(url), ...init });
    return respond(url, init);
  };
  const otp = edgeOtp.createOtpClient({
    url: "https://otp.example",
    apiKey: "an-api-key-of-16",
    adminKey: "an-admin-key-of-16",
    fetch,
    ...options,
  });
  return { otp, requests };
};

const both = () => [
  ["createOtp", local()],
  ["createOtpClient", remote()],
];

test("null and undefined are no idempotency key", async () => {
  const { otp, provider } = local({ policy: { resendCooldowns: [0] } });
  const phone = newPhone();
  const ids = new Set();
  for (const key of [{ idempotencyKey: null }, { idempotencyKey: null }, { idempotencyKey: undefined }, {}]) {
    ids.add((await otp.send({ phone, ...key })).verificationId);
  }
  assert.equal(ids.size, 4);
  assert.equal(provider.requests.length, 4);
  const { otp: client, requests } = remote();
  for (const idempotencyKey of [null, undefined]) await client.send({ phone, idempotencyKey });
  for (const { headers, body } of requests) {
    assert.ok(!("idempotency-key" in headers));
    assert.deepEqual(JSON.parse(body), { phone });
  }
});

test("an idempotency key that is no string is a TypeError, and nothing is sent", async () => {
  for (const [name, { otp, requests }] of both()) {
    for (const idempotencyKey of [
      7,
      0,
      Number.NaN,
      true,
      false,
      1n,
      {},
      [],
      ["k"],
      new String("k"),
      Symbol("k"),
      () => "k",
    ]) {
      const error = await otp.send({ phone: newPhone(), idempotencyKey }).catch((caught) => caught);
      assert.ok(error instanceof TypeError, `${name}: ${typeof idempotencyKey}: ${String(error)}`);
      assert.match(error.message, /^otp\.send: `idempotencyKey` must be a string/);
    }
    assert.equal(requests.length, 0, name);
  }
});

test("an idempotency key of other characters or lengths is invalid input", async () => {
  for (const [name, { otp, requests }] of both()) {
    for (const idempotencyKey of ["\ud800", "", "ü", "a\n", "x".repeat(256)]) {
      const error = await otp.send({ phone: newPhone(), idempotencyKey }).catch((caught) => caught);
      assert.deepEqual([error.code, error.status], ["guard.invalid_input", 400], name);
      assert.equal(error.data.issues[0].path, "idempotencyKey");
      assert.match(error.message, /`idempotencyKey` must be 1 to 255 printable ASCII characters/);
    }
    assert.equal(requests.length, 0, name);
    await otp.send({ phone: newPhone(), idempotencyKey: "x".repeat(255) });
  }
});

test("what is no object is a TypeError of ours, as a rejection", async () => {
  for (const [name, { otp, requests }] of both()) {
    const methods = {
      "otp.send": otp.send,
      "otp.verify": otp.verify,
      "otp.unlock": otp.unlock,
      "otp.connectors.set": otp.connectors.set,
      "otp.connectors.edit": otp.connectors.edit,
      "otp.connectors.test": otp.connectors.test,
    };
    for (const [method, act] of Object.entries(methods)) {
      for (const value of [undefined, null, 7, "text", true, [], () => {}]) {
        const error = await act(value).catch((caught) => caught);
        assert.ok(error instanceof TypeError, `${name} ${method}: ${error}`);
        assert.equal(error.message, `${method}: the request must be an object`);
      }
    }
    assert.equal(requests.length, 0, name);
    assert.equal(otp.connector, otp.connectors, "the earlier name");
  }
});

test("what JSON cannot hold is not sent, and its error says why", async () => {
  const circular = { phone: newPhone() };
  circular.ip = circular;
  const trouble = new Error("a getter's own");
  const throwing = {
    get phone() {
      throw trouble;
    },
  };
  for (const [name, { otp, requests }] of both()) {
    for (const act of [otp.send, otp.verify]) {
      await assert.rejects(act(circular), TypeError, name);
      await assert.rejects(act({ phone: 1n }), TypeError, name);
      await assert.rejects(act(throwing), trouble, name);
    }
    assert.equal(requests.length, 0, name);
  }
});

/** The message of the TypeError that options cause. */
const mistake = (options) => {
  let message;
  assert.throws(
    () => edgeOtp.createOtp(optionsOf(options)),
    (error) => {
      message = error.message;
      return error instanceof TypeError;
    },
  );
  return message;
};

test("a connector in code is checked at once, and the message names the option", () => {
  const config = {
    ...twilio.config,
    accountSID: 5,
    templates: [{ usageType: "Generic", content: "no code" }],
  };
  const message = mistake({ connector: { ...twilio, config } });
  assert.match(message, /^createOtp: option `connector\.config\.accountSID` /);
  assert.match(message, /option `connector\.config\.templates\.0\.content` /);
  assert.ok(!message.includes("no code"), "no values");
  for (const config of [null, {}])
    assert.match(mistake({ connector: { ...twilio, config } }), /`connector\.config/);
  const unknown = mistake({ connector: { connectorId: "twillio", config: {} } });
  assert.match(
    unknown,
    /option `connector\.connectorId` must be one of twilio-short-message-service, .*mock/,
  );
  const mock = { connectorId: "mock-short-message-service", config: twilio.config };
  assert.match(mistake({ connector: mock }), /`connector\.connectorId` .*options\.policy\.allowMock is true/);
  edgeOtp.createOtp(optionsOf({ connector: mock, policy: { allowMock: true } }));
});

test("an option that cannot be read is named, and calls in flight go on", async () => {
  let answer;
  const fetch = () =>
    new Promise((resolve) => {
      answer = () => resolve(Response.json({ sid: "SM1", status: "queued" }, { status: 201 }));
    });
  const { otp } = local({ fetch });
  const sent = otp.send({ phone: newPhone() });
  while (!answer) await new Promise((resolve) => setImmediate(resolve));
  const unreadable = {
    get secret() {
      throw new Error("not set");
    },
  };
  const policy = {
    get maxAttempts() {
      throw new Error("not set");
    },
  };
  const read = (object, name) => Object.defineProperties({ ...optionsOf(), [name]: undefined }, object);
  for (const [options, name] of [
    [read(Object.getOwnPropertyDescriptors(unreadable), "secret"), "secret"],
    [{ ...optionsOf(), policy }, "policy.maxAttempts"],
  ]) {
    const message = `createOtp: option \`${name}\` cannot be read: its getter threw`;
    assert.throws(() => edgeOtp.createOtp(options), { name: "TypeError", message });
  }
  const closed = new Proxy(optionsOf(), {
    ownKeys: () => {
      throw new Error("closed");
    },
  });
  edgeOtp.createOtp(closed);
  answer();
  assert.equal((await sent).status, "sent");
});

test("a database client in the place of a store names what makes one", () => {
  const redis = { get() {}, set() {}, del() {}, eval() {} };
  const postgres = { query() {}, connect() {} };
  const sqlite = { prepare() {}, exec() {} };
  for (const [client, name] of [
    [redis, "redis"],
    [postgres, "postgres"],
    [sqlite, "sqlite"],
  ]) {
    assert.match(mistake({ kv: client }), new RegExp(`\`kv\`.*${name}Kv\\(\\) of edge-otp/stores`));
    assert.match(mistake({ guard: client }), new RegExp(`\`guard\`.*${name}Guard\\(\\) of edge-otp/stores`));
  }
  assert.ok(!mistake({ kv: { get() {} } }).includes("edge-otp/stores"));
});

test("an error's message names the field in terms of JavaScript", async () => {
  const { otp } = local({ connector: undefined });
  const failure = (promise) => promise.then(assert.fail, (error) => error);
  const invalid = await failure(otp.send({ phone: newPhone(), usageType: "Login" }));
  assert.match(invalid.message, /`usageType` must be one of SignIn, /);
  const mock = { connectorId: "mock-short-message-service", config: twilio.config };
  const forbidden = await failure(otp.connectors.set(mock));
  assert.equal(forbidden.code, "connector.invalid_config");
  assert.match(forbidden.message, /`connectorId` .*options\.policy\.allowMock is true/);
  assert.match(forbidden.data.issues[0].message, /options\.policy\.allowMock is true/);
  const unknown = await failure(otp.connectors.set({ connectorId: "twillio", config: {} }));
  assert.equal(unknown.code, "connector.not_found_with_connector_id");
  assert.match(unknown.message, /there are twilio-short-message-service, /);
  const { otp: odd } = local({ policy: { allowedCountries: ["ZZ"] } });
  assert.match((await failure(odd.send({ phone: newPhone() }))).message, /`policy\.allowedCountries` /);
  for (const error of [invalid, forbidden, unknown])
    assert.ok(!/[A-Z]+_[A-Z]+/.test(error.message), error.message);
});

test("every code has a section in the documents, which an error's docs name", async () => {
  const { otp } = local();
  const error = await otp.send({ phone: "1" }).catch((caught) => caught);
  const [address, anchor] = error.docs.split("#");
  assert.equal(address, "https://github.com/edge-otp/edge-otp/blob/main/docs/errors.md");
  assert.equal(anchor, "phoneinvalid");
  const types = ["index.d.ts", "generated.d.ts"]
    .map((name) => readFileSync(join(pkg, name), "utf8"))
    .join("");
  const unions = [...types.matchAll(/export type (?:Api)?ErrorCode =([\s\S]*?);/g)].map(([, union]) => union);
  const codes = [...unions.join("").matchAll(/"([^"]+)"/g)].map(([, code]) => code);
  const text = readFileSync(join(root, "docs", "errors.md"), "utf8");
  const headings = [...text.matchAll(/^## `([^`]+)`$/gm)].map(([, code]) => code);
  assert.deepEqual(headings.sort(), codes.sort());
  for (const code of codes) {
    const { docs } = new edgeOtp.OtpError(code, "", { status: 0 });
    assert.equal(docs, `${address}#${code.replaceAll(".", "")}`);
  }
});

test("a call that is aborted before it begins does nothing, and says why", async () => {
  const reason = new Error("the person left");
  const signal = AbortSignal.abort(reason);
  for (const [name, { otp, requests }] of both()) {
    const phone = newPhone();
    for (const call of [
      otp.send({ phone }, { signal }),
      otp.verify({ phone, code: "123456" }, { signal }),
      otp.unlock({ phone }, { signal }),
      otp.connectors.get({ signal }),
      otp.connectors.delete({ signal }),
      otp.connectors.restore("1", { signal }),
    ])
      await assert.rejects(call, (error) => error === reason, name);
    await assert.rejects(otp.send({ phone }, { signal: 7 }), {
      name: "TypeError",
      message: "otp.send: option `signal` must be an AbortSignal",
    });
    assert.equal(requests.length, 0, name);
  }
});

test("a signal ends a client's call in flight, and no other", async () => {
  const controller = new AbortController();
  const waiting = (_url, { signal }) =>
    new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  const { otp } = remote(waiting);
  const call = otp.send({ phone: newPhone() }, { signal: controller.signal });
  const reason = new Error("the person left");
  setImmediate(() => controller.abort(reason));
  await assert.rejects(call, { code: "client.unreachable", status: 0, cause: reason });
});

test("unlock clears the failures of a phone and needs the admin key over HTTP", async () => {
  const { otp, provider } = local({ policy: { dailyFailures: 1 } });
  const phone = newPhone();
  await otp.send({ phone });
  await otp.verify({ phone, code: provider.wrong });
  assert.equal((await otp.verify({ phone, code: provider.code })).reason, "locked");
  assert.equal(await otp.unlock({ phone }), undefined);
  assert.equal((await otp.verify({ phone, code: provider.code })).verified, true);
  await assert.rejects(otp.unlock({ phone: "1" }), { code: "phone.invalid" });
  await assert.rejects(otp.unlock({}), { code: "guard.invalid_input" });

  const { otp: client, requests } = remote(async () => new Response(null, { status: 204 }));
  assert.equal(await client.unlock({ phone }), undefined);
  const [{ url, method, body, headers }] = requests;
  assert.deepEqual(
    [method, url, JSON.parse(body)],
    ["POST", "https://otp.example/api/phones/unlock", { phone }],
  );
  assert.equal(headers.authorization, "Bearer an-admin-key-of-16");
  const { otp: unkeyed } = remote(undefined, { adminKey: undefined });
  await assert.rejects(unkeyed.unlock({ phone }), { code: "auth.unauthorized", status: 401 });
});
