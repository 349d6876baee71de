// A random source that fails: a response of the contract, and nothing is sent.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { instrumented, newPhone, secrets, startWorker, twilio } from "./worker.mjs";

let otp;
before(async () => {
  otp = await startWorker({ build: instrumented, vars: { RESEND_COOLDOWNS: "0" } });
});
after(() => otp.close());

const control = (name) => otp.call(`/test/${name}-random`, { method: "GET" });

/** Repeats a request until the bytes that were drawn before are used up. */
const untilExhausted = async (request) => {
  for (let count = 0; count < 100; count += 1) {
    const response = await request();
    if (response.status >= 500) return response;
  }
  return assert.fail("the random source does not fail");
};

test("without random bytes every request is an internal error, and the next ones work", async () => {
  const save = () =>
    otp.call("/api/connectors", {
      body: twilio,
      key: secrets.ADMIN_KEY,
    });
  for (const request of [() => otp.send({ phone: newPhone() }), save]) {
    await control("break");
    const response = await untilExhausted(request);
    const before = otp.provider.requests.length;
    for (const { status, json, headers } of [response, await request()]) {
      assert.deepEqual([status, json.code], [500, "internal"]);
      assert.equal(json.requestId, headers.get("x-request-id"));
      assert.match(json.requestId, /^[0-9a-f]{32}$/);
      assert.equal(headers.get("content-type"), "application/json; charset=utf-8");
    }
    assert.equal(otp.provider.requests.length, before);
    await control("repair");
    assert.equal((await request()).status, 200);
  }
});
