// Activity: a data point for each send and verification where there is a binding for it, their counts where there is a
// token to read them, and nothing of either where there is none. The points are looked at in the Worker's own modules,
// run here: workerd gives no test a look into its Analytics Engine.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { memoryKv } from "../../pkg/guards.js";
import { VerificationGuard } from "../../pkg/lib/durable-object.js";
import { provide } from "../../pkg/lib/engine.js";
import { route } from "../../pkg/lib/routes.js";
import { newPhone, Provider, secrets, startWorker, twilio } from "./worker.mjs";

const account = "0123456789abcdef0123456789abcdef";
const token = "analytics-token-that-is-secret";

/** A namespace of guard objects in memory. */
const objects = (env) => {
  const living = new Map();
  const storage = () => {
    const kept = new Map();
    return {
      get: async (key) => kept.get(key),
      put: async (key, value) => kept.set(key, value),
      delete: async (key) => kept.delete(key),
      deleteAll: async () => kept.clear(),
      setAlarm: async () => {},
    };
  };
  return {
    getByName: (name) => {
      if (!living.has(name)) living.set(name, new VerificationGuard({ storage: storage() }, env));
      const object = living.get(name);
      return { fetch: (url, init) => object.fetch(new Request(url, init)) };
    },
  };
};

let env;
let provider;
const points = [];
const realFetch = globalThis.fetch;
const realLog = console.log;
before(async () => {
  provide(readFileSync(join(fileURLToPath(import.meta.url), "../../../build/index_bg.wasm")), true);
  provider = new Provider();
  globalThis.fetch = (url, init) => provider.handle(url, init);
  console.log = () => {};
  env = { ...secrets, OTP_KV: memoryKv(), ACTIVITY: { writeDataPoint: (point) => points.push(point) } };
  env.GUARD = objects(env);
  await env.OTP_KV.put("connector", JSON.stringify(twilio));
});
after(() => {
  globalThis.fetch = realFetch;
  console.log = realLog;
});

const call = async (path, body, key = "test-api-key-one") => {
  const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
  const request = new Request(`https://otp.example${path}`, {
    method: "POST",
    headers,
    body: JSON.stringify(body),
  });
  return (await route(request, env)).json();
};

/** The points since the last look. */
const told = () => points.splice(0).map(({ blobs }) => blobs.join(" ").trim());

test("a point for each send and verification, with how it ended", async () => {
  const phone = newPhone();
  const id = twilio.connectorId;
  await call("/send", { phone, usageType: "SignIn" });
  assert.deepEqual(told(), [`send sent ${id} SignIn`]);
  await call("/send", { phone, usageType: "SignIn" });
  assert.deepEqual(told(), ["send request.message_rate_limited  SignIn"]);
  await call("/verify", { phone, usageType: "SignIn", code: "000000" });
  await call("/verify", { phone, usageType: "SignIn", code: provider.code });
  assert.deepEqual(told(), ["verify verification_code.code_mismatch  SignIn", "verify verified  SignIn"]);
  provider.answer = () => Response.error();
  await call("/send", { phone: newPhone() });
  assert.deepEqual(told(), [`send unknown ${id} Generic`]);
  provider.answer = () => Response.json({ code: 21211 }, { status: 400 });
  await call("/send", { phone: newPhone() });
  assert.deepEqual(told(), ["send connector.general  Generic"]);
  provider.accept();
});

test("a point holds nothing of a phone or a code, and what is not allowed is not counted", async () => {
  const phone = newPhone();
  await call("/send", { phone });
  const text = JSON.stringify(points);
  assert.ok(!text.includes(phone.slice(-6)) && !text.includes(provider.code), text);
  const [{ doubles, indexes }] = points.splice(0);
  assert.deepEqual({ doubles, indexes }, { doubles: [1], indexes: ["send"] });
  await call("/send", { phone }, "another-key");
  await call("/api/connectors/nothing/test", {}, secrets.ADMIN_KEY);
  assert.deepEqual(told(), []);
});

test("an Analytics Engine that fails fails no request", async () => {
  const { writeDataPoint } = env.ACTIVITY;
  const realError = console.error;
  console.error = () => {};
  env.ACTIVITY.writeDataPoint = () => {
    throw new Error("no quota");
  };
  assert.equal((await call("/send", { phone: newPhone() })).status, "sent");
  env.ACTIVITY.writeDataPoint = writeDataPoint;
  console.error = realError;
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
          { event: "send", outcome: "sent", connectorId: "vonage-sms", count: "12" },
          { event: "verify", outcome: "verified", connectorId: "", count: 3 },
          { odd: true },
        ],
      });
    const { json } = await activityOf(otp);
    assert.deepEqual(json.rows, [
      { event: "send", outcome: "sent", connectorId: "vonage-sms", count: 12 },
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
