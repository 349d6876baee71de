// A panic in the Worker's wasm instance: the requests in flight are answered, and the next ones work.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { instrumented, newPhone, startWorker } from "./worker.mjs";

let otp;
before(async () => {
  otp = await startWorker({ build: instrumented, vars: { PROVIDER_TIMEOUT_MS: "30000" } });
});
after(() => otp.close());

const panic = async () => {
  const { json } = await otp.call("/test/panic", { method: "GET" });
  assert.match(json, /RuntimeError/);
};

test("a panic answers every request in flight with 503, and the next request works", async () => {
  const live = newPhone();
  await otp.send({ phone: live });
  const { code } = otp.provider;
  let received;
  const arrival = new Promise((resolve) => {
    received = resolve;
  });
  otp.provider.answer = () => {
    received();
    return new Promise(() => {});
  };
  const inFlight = otp.send({ phone: newPhone() });
  await arrival;
  otp.provider.accept();
  await panic();
  const answer = await inFlight;
  assert.deepEqual([answer.status, answer.code], [503, "storage.unavailable"]);
  assert.match(answer.headers.get("x-request-id"), /^[0-9a-f]{32}$/);
  assert.equal((await otp.send({ phone: newPhone() })).status, 200);
  assert.equal(
    (await otp.verify({ phone: live, code })).status,
    200,
    "the guard object reads its storage anew",
  );
});

test("panics in a row leave the Worker working", async () => {
  for (let round = 0; round < 3; round += 1) {
    await panic();
    const phone = newPhone();
    assert.equal((await otp.send({ phone })).status, 200, `round ${round}`);
    assert.equal((await otp.verify({ phone, code: otp.provider.code })).status, 200, `round ${round}`);
  }
});
