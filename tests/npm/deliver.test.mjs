// Codes that other servers make, delivered in process: by hand, for a real better-auth and for a real SuperTokens SDK.
import assert from "node:assert/strict";
import { join } from "node:path";
import { before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { betterAuth } from "better-auth";
import { memoryAdapter } from "better-auth/adapters/memory";
import { phoneNumber } from "better-auth/plugins/phone-number";
import supertokens from "supertokens-node";
import Passwordless from "supertokens-node/recipe/passwordless/index.js";
import { kvOf } from "./fixtures/local.mjs";
import { Provider, twilio } from "./fixtures/provider.mjs";
import { newPhone } from "./fixtures/suite.mjs";
import { installed } from "./setup.mjs";

let edgeOtp;
let memoryGuard;
let phoneOtpDelivery;
let smsDelivery;

before(async () => {
  const home = await installed();
  const load = (file) => import(pathToFileURL(join(home, "node_modules", "edge-otp", file)).href);
  edgeOtp = await load("entry/default.js");
  ({ memoryGuard } = await load("guards.js"));
  ({ phoneOtpDelivery } = await load("better-auth.js"));
  ({ smsDelivery } = await load("supertokens.js"));
});

const create = (options = {}) => {
  const provider = new Provider();
  const otp = edgeOtp.createOtp({
    kv: kvOf(),
    secret: "0123456789abcdef0123456789abcdef",
    guard: memoryGuard(),
    connector: twilio,
    fetch: provider.fetch,
    ...options,
  });
  return { otp, provider };
};

test("a code is delivered once, however often it is asked for", async () => {
  const { otp, provider } = create();
  const request = { to: newPhone(), code: "271828", usageType: "SignIn" };
  const results = await Promise.all(Array.from({ length: 20 }, () => otp.deliver(request)));
  const expected = { status: "sent", connectorId: twilio.connectorId };
  assert.ok(results.every((result) => JSON.stringify(result) === JSON.stringify(expected)));
  assert.equal(provider.requests.length, 1);
  assert.equal(provider.code, "271828");
  await assert.rejects(otp.deliver({ ...request, code: "271829" }), { code: "request.message_rate_limited" });
  await assert.rejects(otp.deliver({ to: newPhone() }), { code: "guard.invalid_input" });
  await assert.rejects(otp.deliver("no object"), TypeError);
});

test("the caller's text needs `policy.bridgeText`", async () => {
  const request = { to: newPhone(), text: "Your code is 271828." };
  await assert.rejects(create().otp.deliver(request), { code: "guard.invalid_input" });
  const { otp, provider } = create({ policy: { bridgeText: "caller" } });
  await otp.deliver(request);
  assert.equal(provider.last.form.Body, request.text);
});

test("the client posts to /deliver/generic", async () => {
  const calls = [];
  const otp = edgeOtp.createOtpClient({
    url: "https://otp.example.com",
    apiKey: "an-api-key-of-a-worker",
    fetch: async (url, init) => {
      calls.push([url, init.method, init.body]);
      return Response.json({ status: "sent", connectorId: twilio.connectorId });
    },
  });
  const request = { to: "+14155550123", code: "271828" };
  assert.equal((await otp.deliver(request)).status, "sent");
  assert.deepEqual(calls, [["https://otp.example.com/deliver/generic", "POST", JSON.stringify(request)]]);
});

test("better-auth's own code is delivered, and better-auth verifies it", async () => {
  const { otp, provider } = create({ policy: { resendCooldowns: [0] } });
  const auth = betterAuth({
    baseURL: "http://localhost:3000",
    secret: "better-auth-secret-for-tests-only-0123",
    database: memoryAdapter({ user: [], session: [], account: [], verification: [] }),
    rateLimit: { enabled: false },
    logger: { disabled: true },
    plugins: [
      phoneNumber({
        ...phoneOtpDelivery(otp, { locale: () => "de" }),
        signUpOnVerification: { getTempEmail: (phone) => `${phone.slice(1)}@phone.example` },
      }),
    ],
  });
  const post = async (path, body) => {
    const headers = { "content-type": "application/json", origin: "http://localhost:3000" };
    const init = { method: "POST", headers, body: JSON.stringify(body) };
    const response = await auth.handler(new Request(`http://localhost:3000/api/auth${path}`, init));
    return { status: response.status, json: await response.json() };
  };
  const phone = newPhone();
  assert.equal((await post("/phone-number/send-otp", { phoneNumber: phone })).status, 200);
  assert.match(provider.last.form.Body, /^Dein Code zum Anmelden: \d{6}\.$/);
  const verified = await post("/phone-number/verify", { phoneNumber: phone, code: provider.code });
  assert.equal(verified.status, 200, JSON.stringify(verified.json));
  assert.equal(verified.json.user.phoneNumber, phone);
  // Ours knows nothing of it.
  assert.equal((await otp.verify({ phone, code: provider.code })).reason, "not_found");
});

test("SuperTokens sends its codes through the adapter", async () => {
  const { otp, provider } = create({ policy: { resendCooldowns: [0] } });
  supertokens.init({
    framework: "custom",
    supertokens: { connectionURI: "http://127.0.0.1:1" },
    appInfo: { appName: "test", apiDomain: "http://localhost:3000", websiteDomain: "http://localhost:3000" },
    recipeList: [
      Passwordless.init({
        contactMethod: "PHONE",
        flowType: "USER_INPUT_CODE",
        smsDelivery: smsDelivery(otp),
      }),
    ],
  });
  const phone = newPhone();
  const input = {
    type: "PASSWORDLESS_LOGIN",
    isFirstFactor: true,
    phoneNumber: phone,
    userInputCode: "271828",
    codeLifetime: 900_000,
    preAuthSessionId: "session",
    tenantId: "public",
  };
  await Passwordless.sendSms(input);
  await Passwordless.sendSms(input);
  assert.equal(provider.requests.length, 1, "one message per code");
  assert.deepEqual([provider.last.form.To, provider.last.form.Body], [phone, "Your sign-in code is 271828."]);
  await Passwordless.sendSms({ ...input, isFirstFactor: false, userInputCode: "314159" });
  assert.equal(provider.last.form.Body, "Your code is 314159.");
  const link = { ...input, userInputCode: undefined, urlWithLinkCode: "https://a.example/x" };
  await assert.rejects(Passwordless.sendSms(link), { code: "guard.invalid_input" });
});
