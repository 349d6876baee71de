// The keys of callers and the root secrets as settings, and what a wrong key costs.
import assert from "node:assert/strict";
import { test } from "node:test";
import { apiKey, newPhone, secrets, startWorker } from "./worker.mjs";

const using = async (settings, work) => {
  const worker = await startWorker({ secrets: settings });
  try {
    await work(worker);
  } finally {
    await worker.close();
  }
};

for (const [name, settings] of Object.entries({
  API_KEYS: { API_KEYS: "fifteen-letters" },
  "API_KEYS ": { API_KEYS: `${apiKey},short` },
  ADMIN_KEY: { ADMIN_KEY: "fifteen-letters" },
  "ADMIN_KEY ": { ADMIN_KEY: apiKey },
  OTP_SECRET_PREVIOUS: { OTP_SECRET_PREVIOUS: secrets.OTP_SECRET },
})) {
  test(`${name.trim()} ${JSON.stringify(settings)} is invalid`, () =>
    using(settings, async (worker) => {
      for (const response of [
        await worker.send({ phone: newPhone() }),
        await worker.call("/health", { method: "GET" }),
      ]) {
        assert.deepEqual([response.status, response.code], [500, "config.invalid"], response.text);
        const [{ path, message }] = response.json.data.issues;
        assert.equal(path, name.trim());
        assert.ok(!Object.values(settings).some((value) => message.includes(value)));
      }
      assert.equal(worker.provider.requests.length, 0);
    }));
}

test("white space and byte order marks around keys are not part of them", () =>
  using({ ADMIN_KEY: `\ufeff${secrets.ADMIN_KEY}\n`, API_KEYS: `\ufeff${apiKey}\r\n` }, async (worker) => {
    assert.equal((await worker.send({ phone: newPhone() })).status, 200);
    const list = await worker.call("/api/connectors", { method: "GET", key: secrets.ADMIN_KEY });
    assert.equal(list.status, 200);
  }));

test("after ten wrong keys from an address in a minute each takes a second, a right one does not", () =>
  using({}, async (worker) => {
    const headers = { "cf-connecting-ip": "203.0.113.7" };
    const guess = async () => {
      const started = performance.now();
      const response = await worker.send({ phone: newPhone() }, { key: "not-one-of-the-keys", headers });
      assert.deepEqual([response.status, response.code], [401, "auth.unauthorized"]);
      return performance.now() - started;
    };
    for (let count = 0; count < 10; count += 1) await guess();
    for (let count = 0; count < 2; count += 1) assert.ok((await guess()) >= 990, "it is delayed");
    assert.equal((await worker.send({ phone: newPhone() }, { headers })).status, 200);
  }));
