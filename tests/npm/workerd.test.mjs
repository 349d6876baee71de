// The packed package in workerd, bundled by wrangler: in a user's own Worker with each kind of guard, as the prebuilt
// Worker, over service bindings, and as the template.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { createTestHarness } from "wrangler";
import { Provider, twilio } from "./fixtures/provider.mjs";
import { newPhone } from "./fixtures/suite.mjs";
import { allPassed, installed } from "./setup.mjs";

const secret = "0123456789abcdef0123456789abcdef";
const base = { compatibility_date: "2026-11-01" };
const provider = new Provider();
const realFetch = globalThis.fetch;
let home;

before(async () => {
  home = await installed();
  globalThis.fetch = provider.fetch;
});
after(() => {
  globalThis.fetch = realFetch;
});

const started = async (t, ...configs) => {
  const server = createTestHarness({ root: home, workers: configs.map((config) => ({ config })) });
  await server.listen();
  t.after(() => server.close());
  return server;
};

const objects = (...classes) => ({
  durable_objects: { bindings: classes.map(([name, class_name]) => ({ name, class_name })) },
  migrations: [{ tag: "v1", new_sqlite_classes: classes.map(([, class_name]) => class_name) }],
});

test("in a Worker of one's own", async (t) => {
  const server = await started(t, {
    ...base,
    name: "user",
    main: join(home, "user-worker.js"),
    vars: { OTP_SECRET: secret, OTHER_SECRET: "b".repeat(32), NEXT_SECRET: "c".repeat(32) },
    kv_namespaces: [
      { binding: "OTP_KV", id: "otp" },
      { binding: "OTHER_KV", id: "other" },
    ],
    d1_databases: [{ binding: "D1", database_name: "d1", database_id: "d1" }],
    ...objects(
      ["GUARD", "VerificationGuard"],
      ["OTHER_GUARD", "OtherGuard"],
      ["BROKEN_GUARD", "BrokenGuard"],
      ["ROTATED", "RotatedGuard"],
    ),
  });
  const ask = async (path) => {
    const response = await server.getWorker("user").fetch(`http://user.example${path}`);
    assert.equal(response.status, 200, await response.clone().text());
    return response.json();
  };

  await t.test("with a guard in memory", async () => allPassed(await ask("/memory")));
  await t.test("with Durable Objects", async () => allPassed(await ask("/objects"), 13));
  await t.test("with D1", async () => allPassed(await ask("/d1")));
  await t.test("the policy of createOtp is in force in the object", async () => {
    assert.deepEqual(await ask("/policy"), { default: 5, given: 3, renamed: 2 });
  });
  await t.test("a rotation of the secret gives no new guesses", async () => {
    const { first, second, third } = await ask("/rotate");
    assert.equal(first.attemptsLeft, 4);
    assert.equal(second.attemptsLeft, 3);
    assert.equal(third.verified, true);
  });
  await t.test("a guard without its bindings says which are missing", async () => {
    const { code, cause } = await ask("/unbound");
    assert.equal(code, "storage.unavailable");
    assert.match(cause, /option `kv`.*OTP_KV/);
  });
});

test("the prebuilt Worker", async (t) => {
  const server = await started(
    t,
    {
      ...base,
      name: "caller",
      main: join(home, "caller-worker.js"),
      services: [
        { binding: "OTP", service: "edge-otp", entrypoint: "Otp" },
        { binding: "FRONT", service: "edge-otp" },
      ],
    },
    {
      ...base,
      name: "edge-otp",
      main: join(home, "prebuilt-worker.js"),
      compatibility_flags: ["global_fetch_strictly_public"],
      vars: {
        OTP_SECRET: secret,
        API_KEYS: "api-key-number-one, api-key-number-two",
        ADMIN_KEY: "admin-key-number-one",
      },
      kv_namespaces: [{ binding: "OTP_KV", id: "otp" }],
      ...objects(["GUARD", "VerificationGuard"]),
    },
  );
  const worker = server.getWorker("edge-otp");
  const caller = server.getWorker("caller");
  const ask = async (path, body) => {
    const response = await caller.fetch(`http://caller.example${path}`, {
      method: "POST",
      body: JSON.stringify(body),
    });
    assert.equal(response.status, 200, await response.clone().text());
    return response.json();
  };
  await (await worker.getEnv()).OTP_KV.put("connector", JSON.stringify(twilio));

  await t.test("answers", async () => {
    const response = await worker.fetch("http://otp.example/health");
    assert.deepEqual(await response.json(), { status: "ok", version: "0.1.0" });
    assert.equal((await worker.fetch("http://otp.example/send", { method: "POST" })).status, 401);
  });

  await t.test("sends and verifies over a service binding, without a key", async () => {
    const phone = newPhone();
    const request = { phone, usageType: "SignIn", idempotencyKey: `k-${phone}` };
    const { value } = await ask("/send", request);
    assert.equal(value.status, "sent");
    assert.deepEqual((await ask("/send", request)).value, value);
    const wrong = await ask("/verify", { phone, usageType: "SignIn", code: provider.wrong });
    assert.deepEqual(wrong.value, { verified: false, reason: "code_mismatch", attemptsLeft: 4 });
    const right = await ask("/verify", { phone, usageType: "SignIn", code: provider.code });
    assert.equal(right.value.verified, true);
    assert.equal(right.value.verificationId, value.verificationId);
  });

  await t.test("a failure arrives with its code", async () => {
    const error = await ask("/send", { phone: "123" });
    assert.match(error.message, /^phone\.invalid: /);
    assert.equal(error.code, "phone.invalid");
    assert.equal(error.status, 400);
    const invalid = await ask("/send", { phone: newPhone(), usageType: "Nope" });
    assert.equal(invalid.data.issues[0].path, "usageType");
  });

  await t.test("what no call may hold is a TypeError, and later calls are not affected", async () => {
    for (const idempotencyKey of [42, true, {}, []]) {
      const error = await ask("/send", { phone: newPhone(), idempotencyKey });
      assert.match(error.message, /idempotencyKey must be a string/, JSON.stringify(idempotencyKey));
    }
    const absent = await ask("/verify-nothing", {});
    assert.match(absent.message, /the request must be an object/);
    assert.equal((await ask("/send", { phone: newPhone() })).value.status, "sent");
  });

  await t.test("serves the client over a service binding", async () => {
    const request = { phone: newPhone(), code: "123456" };
    assert.deepEqual((await ask("/client", { apiKey: "api-key-number-two", request })).value, {
      verified: false,
      reason: "not_found",
    });
    assert.equal((await ask("/client", { apiKey: "nope", request })).code, "auth.unauthorized");
  });

  await t.test("nothing but send, verify and deliver can be called over RPC", async () => {
    const text = readFileSync(join(home, "node_modules", "edge-otp", "worker", "index.js"), "utf8");
    const words = text.match(/\b[A-Za-z_$][\w$]{2,}\b/g);
    const own = [
      ...["send", "verify", "deliver", "alarm", "call", "env", "ctx", "connector"],
      ...["otpSend", "otpVerify", "otpDeliver", "provokePanic"],
    ];
    const names = [...new Set([...own, ...words])].filter(
      // What the binding itself has, and every object.
      (name) => !["fetch", "connect", "then", "dup"].includes(name) && !(name in {}),
    );
    assert.ok(names.includes("otpSend"), "the names of the wasm's own functions are among them");
    const found = await ask("/list", names);
    assert.deepEqual(found, { OTP: ["send", "verify", "deliver"], FRONT: [] });
  });
});
