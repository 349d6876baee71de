// A rotation of OTP_SECRET: the connector and its archive outlive it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { newPhone, secrets, startWorker, twilio } from "./worker.mjs";

const oldSecret = secrets.OTP_SECRET;
const newSecret = "fedcba9876543210fedcba9876543210";
const httpSms = {
  connectorId: "http-sms",
  config: { endpoint: "https://hooks.example.com/sms", authorization: "Bearer very-secret-1a2b" },
};

const api = (worker, method, path, body) =>
  worker.call(`/api${path}`, {
    method,
    body,
    key: secrets.ADMIN_KEY,
    headers: body === undefined ? {} : { "content-type": "application/json" },
  });

/** Runs `work` with a Worker whose KV holds `stored`; returns what KV holds then. */
const during = async (rootSecrets, stored, work) => {
  const worker = await startWorker({ connector: null, secrets: rootSecrets });
  try {
    for (const [name, value] of Object.entries(stored)) await worker.kv.put(name, value);
    await work(worker);
    const entries = ["connector", "connector-archive"].map(async (name) => [name, await worker.kv.get(name)]);
    return Object.fromEntries(await Promise.all(entries));
  } finally {
    await worker.close();
  }
};

const isPreviousNeeded = async (worker) => (await api(worker, "GET", "/settings")).json.previousStillNeeded;

/** Waits for what continues after a response. */
const until = async (condition) => {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 20));
};

const rotating = { OTP_SECRET: newSecret, OTP_SECRET_PREVIOUS: oldSecret };

const seal = () =>
  during({}, {}, async (worker) => {
    await api(worker, "POST", "/connectors", httpSms);
    await api(worker, "POST", "/connectors", twilio);
    assert.equal(await isPreviousNeeded(worker), false);
  });

const assertOpensWithoutPrevious = (stored) =>
  during({ OTP_SECRET: newSecret }, stored, async (worker) => {
    assert.equal((await worker.send({ phone: newPhone() })).status, 200);
    const [archived] = (await api(worker, "GET", "/connectors/archive")).json;
    assert.equal((await api(worker, "POST", `/connectors/archive/${archived.id}/restore`)).status, 200);
    worker.provider.answer = () => new Response(null, { status: 204 });
    assert.equal((await worker.send({ phone: newPhone() })).status, 200);
    const { authorization } = worker.provider.requests.at(-1).headers;
    assert.equal(authorization, httpSms.config.authorization);
  });

test("a send in a rotation seals the connector and the archive with the new secret", async () => {
  const renewed = await during(rotating, await seal(), async (worker) => {
    assert.equal(await isPreviousNeeded(worker), true);
    assert.equal((await worker.send({ phone: newPhone() })).status, 200);
    await until(async () => !(await isPreviousNeeded(worker)));
  });
  await assertOpensWithoutPrevious(renewed);
});

test("the management API in a rotation does so as well", async () => {
  const renewed = await during(rotating, await seal(), async (worker) => {
    assert.equal((await api(worker, "GET", "/connectors")).json[0].issues, undefined);
    assert.equal(await isPreviousNeeded(worker), false);
  });
  await assertOpensWithoutPrevious(renewed);
});
