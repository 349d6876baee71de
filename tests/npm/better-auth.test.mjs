// A real better-auth with its phone-number plugin, its codes sent and verified by the package; and its real Hono, with
// our routes behind a check of the test's own.
import assert from "node:assert/strict";
import { join } from "node:path";
import { before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { betterAuth } from "better-auth";
import { memoryAdapter } from "better-auth/adapters/memory";
import { anonymous } from "better-auth/plugins/anonymous";
import { bearer } from "better-auth/plugins/bearer";
import { phoneNumber } from "better-auth/plugins/phone-number";
import { kvOf } from "./fixtures/local.mjs";
import { httpSms, Provider, twilio } from "./fixtures/provider.mjs";
import { newPhone } from "./fixtures/suite.mjs";
import { installed } from "./setup.mjs";

let load;
let edgeOtp;
let memoryGuard;
let phoneOtp;

before(async () => {
  const home = await installed();
  load = (file) => import(pathToFileURL(join(home, "node_modules", "edge-otp", file)).href);
  edgeOtp = await load("entry/default.js");
  ({ memoryGuard } = await load("guards.js"));
  ({ phoneOtp } = await load("better-auth.js"));
});

const world = (options = {}, connector = twilio, { adapter = {}, plugins = [], ...settings } = {}) => {
  const provider = new Provider();
  const otp = edgeOtp.createOtp({
    kv: kvOf(),
    secret: "0123456789abcdef0123456789abcdef",
    guard: memoryGuard(),
    connector,
    fetch: provider.fetch,
    policy: { maxAttempts: 3 },
    ...options,
  });
  const database = { user: [], session: [], account: [], verification: [] };
  const auth = betterAuth({
    baseURL: "http://localhost:3000",
    secret: "better-auth-secret-for-tests-only-0123",
    database: memoryAdapter(database),
    ...settings,
    emailAndPassword: { enabled: true },
    rateLimit: { enabled: false },
    logger: { disabled: true },
    plugins: [
      phoneNumber({
        ...phoneOtp(otp, {
          locale: (request) => request?.headers.get("accept-language") ?? undefined,
          ...adapter,
        }),
        signUpOnVerification: { getTempEmail: (phone) => `${phone.slice(1)}@phone.example` },
      }),
      ...plugins,
    ],
  });
  const post = async (path, body, headers = {}) => {
    const response = await auth.handler(
      new Request(`http://localhost:3000/api/auth${path}`, {
        method: "POST",
        headers: { "content-type": "application/json", origin: "http://localhost:3000", ...headers },
        body: JSON.stringify(body),
      }),
    );
    const text = await response.text();
    return { status: response.status, headers: response.headers, json: text ? JSON.parse(text) : undefined };
  };
  return {
    provider,
    database,
    auth,
    send: (phone, headers) => post("/phone-number/send-otp", { phoneNumber: phone }, headers),
    verify: (phone, code, more) => post("/phone-number/verify", { phoneNumber: phone, code, ...more }),
    post,
  };
};

test("sign-up, then sign-in", async () => {
  const { provider, database, auth, send, verify } = world({ policy: { resendCooldowns: [0] } });
  const phone = newPhone();
  assert.deepEqual((await send(phone, { "accept-language": "de" })).json, { message: "code sent" });
  // Ours, not the one that better-auth drew and stored.
  assert.match(provider.last.form.Body, /^Dein Code zum Anmelden: \d{6}\.$/);
  assert.notEqual(database.verification[0]?.value.split(":")[0], provider.code);

  const signedUp = await verify(phone, provider.code);
  assert.equal(signedUp.status, 200, JSON.stringify(signedUp.json));
  assert.equal(signedUp.json.status, true);
  assert.equal(signedUp.json.user.phoneNumber, phone);
  assert.equal(signedUp.json.user.phoneNumberVerified, true);
  assert.equal(database.user.length, 1);

  await send(phone);
  const signedIn = await verify(phone, provider.code);
  assert.equal(signedIn.status, 200);
  assert.equal(signedIn.json.user.id, signedUp.json.user.id);
  assert.notEqual(signedIn.json.token, signedUp.json.token);
  assert.equal(database.user.length, 1);
  const cookie = signedIn.headers
    .getSetCookie()
    .map((text) => text.split(";")[0])
    .join("; ");
  const session = await auth.api.getSession({ headers: new Headers({ cookie }) });
  assert.equal(session.user.phoneNumber, phone);
});

test("a code is read as it is typed; what is no code is INVALID_OTP and no attempt", async () => {
  const { provider, send, verify } = world({ policy: { maxAttempts: 1 } });
  const phone = newPhone();
  await send(phone);
  for (const text of ["no code", "12345678901"]) {
    const { status, json } = await verify(phone, text);
    assert.deepEqual([status, json.code], [400, "INVALID_OTP"], text);
  }
  const { code } = provider;
  assert.equal((await verify(phone, `${code.slice(0, 3)} ${code.slice(3)}`)).status, 200);
});

test("a wrong code, the third wrong code, the right one after it", async () => {
  const { provider, database, send, verify } = world();
  const phone = newPhone();
  await send(phone);
  for (let tries = 0; tries < 3; tries += 1) {
    const { status, json } = await verify(phone, provider.wrong);
    assert.deepEqual([status, json.code], [400, "INVALID_OTP"]);
  }
  const { status, json } = await verify(phone, provider.code);
  assert.deepEqual([status, json.code], [403, "TOO_MANY_ATTEMPTS"]);
  assert.equal(database.user.length, 0);
});

test("a code is good once", async () => {
  const { provider, send, verify } = world();
  const phone = newPhone();
  await send(phone);
  const { code } = provider;
  assert.equal((await verify(phone, code)).status, 200);
  const { status, json } = await verify(phone, code);
  assert.deepEqual([status, json.code], [400, "OTP_NOT_FOUND"]);
});

test("of parallel verifications one signs in", async () => {
  const { provider, database, send, verify } = world();
  const phone = newPhone();
  await send(phone);
  const { code } = provider;
  const answers = await Promise.all(Array.from({ length: 10 }, () => verify(phone, code)));
  assert.equal(answers.filter(({ status }) => status === 200).length, 1);
  assert.equal(database.user.length, 1);
  assert.equal(database.session.length, 1);
});

test("a password is reset with a code of its own kind", async () => {
  const { provider, send, verify, post } = world({ policy: { resendCooldowns: [0] } }, httpSms);
  const phone = newPhone();
  await send(phone);
  assert.equal(provider.last.form.type, "SignIn");
  await verify(phone, provider.code);
  assert.equal((await post("/phone-number/request-password-reset", { phoneNumber: phone })).status, 200);
  assert.equal(provider.last.form.type, "ForgotPassword");
  const { code } = provider;
  assert.equal((await verify(phone, code)).status, 400, "no code to sign in");
  const reset = (otp) =>
    post("/phone-number/reset-password", { phoneNumber: phone, otp, newPassword: "new-and-secure-password" });
  assert.equal((await reset(provider.wrong)).status, 400);
  assert.equal((await reset(code)).status, 200);
  assert.equal((await reset(code)).json.code, "OTP_NOT_FOUND");
  const signIn = { phoneNumber: phone, password: "new-and-secure-password" };
  assert.equal((await post("/sign-in/phone-number", signIn)).status, 200);
});

const cookieOf = ({ headers }) =>
  headers
    .getSetCookie()
    .map((text) => text.split(";")[0])
    .join("; ");

/** A user who has signed in by phone: what their later requests carry. */
const signedIn = async ({ provider, send, verify }, phone = newPhone()) => {
  await send(phone);
  const answer = await verify(phone, provider.code);
  assert.equal(answer.status, 200, JSON.stringify(answer.json));
  return { phone, headers: { cookie: cookieOf(answer) }, answer };
};
const changeable = { policy: { resendCooldowns: [0], sendsPerHour: 100 } };

test("a phone number is changed with a code of its own kind", async () => {
  const app = world(changeable, httpSms);
  const { provider, database, send, post } = app;
  const { headers } = await signedIn(app);
  assert.equal(provider.last.form.type, "SignIn");
  const phone = newPhone();
  await send(phone, headers);
  assert.equal(provider.last.form.type, "BindNewIdentifier");
  const verify = (more, headers = {}) =>
    post("/phone-number/verify", { phoneNumber: phone, code: provider.code, ...more }, headers);
  // It signs nobody in: neither who asked for it nor someone who was told it.
  for (const who of [{}, headers]) {
    const { status, json } = await verify({}, who);
    assert.deepEqual([status, json.code], [400, "OTP_NOT_FOUND"]);
  }
  assert.equal(database.user.length, 1);
  const changed = await verify({ updatePhoneNumber: true }, headers);
  assert.equal(changed.status, 200, JSON.stringify(changed.json));
  assert.equal(changed.json.user.phoneNumber, phone);
  assert.equal((await verify({ updatePhoneNumber: true }, headers)).status, 400, "good once");
});

test("a code to sign in changes no phone number", async () => {
  const app = world(changeable, httpSms);
  const { provider, send, verify, post } = app;
  const { headers, phone: own } = await signedIn(app);
  const phone = newPhone();
  await send(phone);
  assert.equal(provider.last.form.type, "SignIn");
  const body = { phoneNumber: phone, code: provider.code, updatePhoneNumber: true };
  const stolen = await post("/phone-number/verify", body, headers);
  assert.deepEqual([stolen.status, stolen.json.code], [400, "OTP_NOT_FOUND"]);
  assert.equal((await verify(phone, provider.code)).status, 200, "it still signs in");
  // Who is signed in verifies their own number as anyone does.
  await send(own, headers);
  assert.equal(provider.last.form.type, "SignIn");
  assert.equal((await verify(own, provider.code)).status, 200);
});

test("a session that is over, forged, or given as a bearer token", async () => {
  const app = world(changeable, httpSms, { plugins: [bearer()] });
  const { provider, database, send } = app;
  const { headers, answer } = await signedIn(app);
  const typeFor = async (headers) => {
    await send(newPhone(), headers);
    return provider.last.form.type;
  };
  assert.equal(
    await typeFor({ authorization: `Bearer ${answer.headers.get("set-auth-token")}` }),
    "BindNewIdentifier",
  );
  assert.equal(
    await typeFor({ cookie: headers.cookie.replace(/=(.)/, (_, first) => (first === "x" ? "=y" : "=x")) }),
    "SignIn",
  );
  for (const session of database.session) session.expiresAt = new Date(Date.now() - 1);
  assert.equal(await typeFor(headers), "SignIn");
});

test("the usage types, and what a change of number is, can be set", async () => {
  const asked = [];
  const adapter = {
    usageType: "MfaVerification",
    changeUsageType: "BindMfa",
    isPhoneChange: ({ phoneNumber }, ctx) => {
      asked.push(phoneNumber);
      return ctx.request.headers.get("x-change") === "1";
    },
  };
  const { provider, send, verify, post } = world(changeable, httpSms, { adapter });
  const phone = newPhone();
  await send(phone);
  assert.equal(provider.last.form.type, "MfaVerification");
  const answer = await verify(phone, provider.code);
  const other = newPhone();
  const headers = { cookie: cookieOf(answer), "x-change": "1" };
  await send(other, headers);
  assert.equal(provider.last.form.type, "BindMfa");
  const body = { phoneNumber: other, code: provider.code, updatePhoneNumber: true };
  assert.equal((await post("/phone-number/verify", body, headers)).json.user.phoneNumber, other);
  assert.deepEqual(asked, [phone, other]);
});

test("an anonymous user signs in with a code to sign in", async () => {
  const app = world(changeable, httpSms, { plugins: [anonymous()] });
  const { provider, post, send, verify } = app;
  const guest = await post("/sign-in/anonymous", {});
  const headers = { cookie: cookieOf(guest) };
  const phone = newPhone();
  await send(phone, headers);
  assert.equal(provider.last.form.type, "SignIn");
  assert.equal((await verify(phone, provider.code)).status, 200);
});

test("a code as people type it reaches the core as it is", async (t) => {
  const codes = [];
  const otp = {
    verify: async ({ code }) => {
      codes.push(code);
      return { verified: true };
    },
  };
  const { verifyOTP } = await load("better-auth.js");
  const typed = ["744 189", "744-189", " 744189 ", "７４４１８９", "٧٤٤١٨٩"];
  for (const code of typed) await verifyOTP(otp)({ phoneNumber: newPhone(), code });
  assert.deepEqual(codes, typed);

  await t.test("and signs in", async () => {
    const { provider, send, verify } = world(changeable);
    const phone = newPhone();
    await send(phone);
    const { code } = provider;
    const { status } = await verify(phone, `${code.slice(0, 3)} ${code.slice(3)}`);
    assert.equal(status, 200);
  });
  await t.test("and is the person's mistake if it is no code", async () => {
    const { send, verify } = world(changeable);
    const phone = newPhone();
    await send(phone);
    const { status, json } = await verify(phone, "no code");
    assert.deepEqual([status, json.code], [400, "INVALID_OTP"]);
  });
});

test("too many messages, a bad number and a provider's refusal are told apart", async (t) => {
  const { provider, send } = world();
  const phone = newPhone();
  await send(phone);
  const early = await send(phone);
  assert.deepEqual([early.status, early.json.code], [429, "REQUEST_MESSAGE_RATE_LIMITED"]);
  assert.ok(Number(early.headers.get("retry-after")) > 0);
  const bad = await send("12");
  assert.deepEqual([bad.status, bad.json.code], [400, "INVALID_PHONE_NUMBER"]);
  provider.refuse();
  // better-auth prints what is no error of its own.
  const { mock } = t.mock.method(console, "error", () => {});
  assert.equal((await send(newPhone())).status, 500);
  assert.match(mock.calls[0].arguments.join(), /The provider refused the number/);
});

test("the two callbacks alone, without a context", async () => {
  const { sendOTP, verifyOTP } = await load("better-auth.js");
  const provider = new Provider();
  const options = {
    kv: kvOf(),
    secret: "0".repeat(32),
    guard: memoryGuard(),
    connector: twilio,
    fetch: provider.fetch,
  };
  const otp = edgeOtp.createOtp(options);
  const data = { phoneNumber: newPhone(), code: "ignored" };
  assert.equal(await sendOTP(otp)(data), undefined);
  const verify = verifyOTP(otp);
  assert.equal(await verify({ ...data, code: provider.wrong }), false);
  assert.equal(await verify({ ...data, code: provider.code }), true);
  assert.equal(await verify({ ...data, code: provider.code }), false);
  await assert.rejects(sendOTP(otp)(data), { code: "request.message_rate_limited" });
});
