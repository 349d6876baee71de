// edge-otp/hono in a real Hono app: the Worker's requests, answers and errors, behind the app's own check.
import assert from "node:assert/strict";
import { join } from "node:path";
import { before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { newPhone } from "./fixtures/suite.mjs";
import { installed, lend } from "./setup.mjs";

let makeApp;

before(async () => {
  const home = await installed();
  lend(home, "hono");
  ({ makeApp } = await import(pathToFileURL(join(home, "hono-app.mjs")).href));
});

const caller = () => {
  const { app, provider } = makeApp();
  const post = async (path, body, headers = { "x-session": "1" }) => {
    const response = await app.request(path, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
    return { status: response.status, headers: response.headers, json: await response.json() };
  };
  return { post, provider };
};

test("behind the app's check", async () => {
  const { post, provider } = caller();
  const refused = await post("/otp/send", { phone: newPhone(), usageType: "BindMfa" }, {});
  assert.deepEqual([refused.status, refused.json], [401, { error: "sign in first" }]);
  assert.equal(provider.requests.length, 0);
});

test("sends and verifies as the Worker does", async () => {
  const { post, provider } = caller();
  const phone = newPhone();
  const request = { phone, usageType: "BindMfa" };
  const headers = { "x-session": "1", "idempotency-key": "k1", "x-real-ip": "203.0.113.9" };
  const sent = await post("/otp/send", { ...request, ip: "198.51.100.1" }, headers);
  assert.equal(sent.status, 200);
  assert.equal(sent.json.status, "sent");
  assert.equal(sent.headers.get("cache-control"), "no-store");
  assert.deepEqual(
    (await post("/otp/send", { ...request, ip: "198.51.100.2" }, headers)).json,
    sent.json,
    "the same ip: ours",
  );
  const early = await post("/otp/send", request);
  assert.deepEqual(
    [early.status, early.json.code, early.json.data.limit],
    [429, "request.message_rate_limited", "cooldown"],
  );
  assert.equal(early.headers.get("retry-after"), String(early.json.data.retryAfter));

  const wrong = await post("/otp/verify", { ...request, code: provider.wrong });
  assert.deepEqual(
    [wrong.status, wrong.json.code, wrong.json.data],
    [400, "verification_code.code_mismatch", { attemptsLeft: 4 }],
  );
  const right = await post("/otp/verify", { ...request, code: provider.code });
  assert.deepEqual([right.status, right.json.verified], [200, true]);
  const again = await post("/otp/verify", { ...request, code: provider.code });
  assert.deepEqual(
    [again.status, again.json.code, again.json.data],
    [400, "verification_code.not_found", undefined],
  );
});

test("an open outcome is 202, a refusal 502", async () => {
  const { post, provider } = caller();
  provider.breakDown();
  assert.equal((await post("/otp/send", { phone: newPhone(), usageType: "BindMfa" })).status, 202);
  provider.refuse();
  const refused = await post("/otp/send", { phone: newPhone(), usageType: "BindMfa" });
  assert.deepEqual([refused.status, refused.json.code], [502, "connector.general"]);
});

test("what is not a request", async () => {
  const { post } = caller();
  for (const body of ["{", "null", "[]", '"x"']) {
    const { status, json } = await post("/otp/send", body);
    assert.deepEqual([status, json.code], [400, "guard.invalid_input"], body);
  }
  assert.equal(
    (await post("/otp/send", { phone: newPhone(), usageType: "SignIn" })).status,
    400,
    "not offered",
  );
  assert.equal((await post("/otp/send", { phone: newPhone() })).status, 400, "Generic is not offered either");
  assert.equal((await post("/otp/send", { phone: newPhone(), x: "x".repeat(9000) })).status, 413);
  assert.equal((await post("/lazy/send", { phone: newPhone() })).status, 200);
});
