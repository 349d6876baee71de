// Codes of other auth servers, delivered by the Worker. The signatures of Supabase and Clerk are made by the official
// libraries, and Logto's own connector sends over HTTP; the other requests are those of tests/bridges/vectors.json.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import createLogtoConnector from "@logto/connector-http-sms";
import { Webhook as StandardWebhook } from "standardwebhooks";
import { Webhook as SvixWebhook } from "svix";
import { bodies, now, signers } from "./auth-servers.mjs";
import { apiKey, eventually, newPhone, retryClosedConnection, secrets, startWorker } from "./worker.mjs";

const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const sign = signers({ supabase: secret, clerk: secret, zitadel: "signing-key", authgear: "webhook-secret" });
const vectors = JSON.parse(readFileSync(new URL("../bridges/vectors.json", import.meta.url), "utf8"));
const bridgeSecrets = {
  BRIDGE_SUPABASE_SECRET: `v1,whsec_b2xkLW9sZC1vbGQtb2xkLW9sZC1vbGQ=\nv1,${secret}`,
  BRIDGE_ZITADEL_SECRET: "signing-key",
  BRIDGE_AUTHGEAR_SECRET: "webhook-secret",
  BRIDGE_CLERK_SECRET: secret,
};

// Before the harness takes its place.
const realFetch = globalThis.fetch;

let otp;
let url;
before(async () => {
  otp = await startWorker({ secrets: bridgeSecrets });
  ({ url } = await otp.server.listen());
});
after(() => otp.close());

/** Posts a body as it is; resolves with status, headers and text. */
const post = async (path, body, headers = {}, worker = otp) => {
  const response = await retryClosedConnection(() =>
    worker.worker.fetch(`http://otp.example/deliver/${path}`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body,
    }),
  );
  return { status: response.status, headers: response.headers, text: await response.text() };
};

const dialects = Object.keys(bodies);

/** Calls as an auth server does. */
const call = (dialect, to, code, worker = otp) => {
  const body = JSON.stringify(bodies[dialect](to, code));
  const headers = sign[dialect]?.(body) ?? { authorization: `Bearer ${apiKey}` };
  return post(dialect, body, headers, worker);
};

const success = { supabase: 204, clerk: 204 };
const count = () => otp.provider.requests.length;
const lastForm = () => otp.provider.requests.at(-1).form;

test("each auth server's request becomes one message with its code", async () => {
  const texts = {
    generic: "Dein Code zum Anmelden: 31415.",
    logto: "Dein Code zum Anmelden: 31415.",
    zitadel: "Your sign-in code is 31415.",
    kratos: "Your sign-in code is 31415.",
    authgear: "Dein Code zum Anmelden: 31415.",
  };
  for (const dialect of dialects) {
    const to = newPhone();
    const sent = count();
    const { status, text, headers } = await call(dialect, to, "31415");
    assert.equal(status, success[dialect] ?? 200, `${dialect}: ${text}`);
    assert.match(headers.get("x-request-id"), /^[0-9a-f]{32}$/);
    assert.equal(count(), sent + 1, dialect);
    assert.equal(lastForm().To, to, dialect);
    assert.equal(lastForm().Body, texts[dialect] ?? "Your code is 31415.", dialect);
  }
  const { text } = await call("generic", newPhone(), "31415");
  assert.deepEqual(JSON.parse(text), { status: "sent", connectorId: "twilio-short-message-service" });
  assert.deepEqual(JSON.parse((await call("authgear", newPhone(), "31415")).text), { code: "ok" });
});

test("the libraries make the signatures of the vectors", () => {
  const signed = vectors.accepted.filter(({ dialect }) => dialect === "supabase" || dialect === "clerk");
  for (const { name, dialect, headers, body } of signed) {
    const prefix = dialect === "supabase" ? "webhook" : "svix";
    const Webhook = dialect === "supabase" ? StandardWebhook : SvixWebhook;
    const at = new Date(Number(headers[`${prefix}-timestamp`]) * 1_000);
    const signature = new Webhook(secret).sign(headers[`${prefix}-id`], at, body);
    assert.ok(headers[`${prefix}-signature`].split(/,? /).includes(signature), name);
  }
  assert.ok(signed.length > 8);
});

test("every changed byte of a signed request is refused, and nothing is sent", async () => {
  const sent = count();
  let tried = 0;
  for (const dialect of Object.keys(sign)) {
    const to = newPhone();
    const body = JSON.stringify(bodies[dialect](to, "271828"));
    const headers = sign[dialect](body);
    const bytes = Buffer.from(body);
    for (let position = 0; position < bytes.length; position += 1) {
      const changed = Buffer.from(bytes);
      changed[position] ^= 1;
      const { status, text } = await post(dialect, changed, headers);
      assert.equal(status, 401, `${dialect} ${position}: ${text}`);
      tried += 1;
    }
    for (const [name, value] of Object.entries(headers)) {
      // Another value in hex, whose "a" is "A", as well as in base64, whose last character may have two bits unused.
      const last = value.replace(/.(=*)$/, (end) => (/a/i.test(end) ? "b" : "A") + end.slice(1));
      for (const other of [last, "", `${value}0`]) {
        const { status } = await post(dialect, body, { ...headers, [name]: other });
        assert.equal(status, 401, `${dialect} ${name}: ${other}`);
      }
    }
    assert.equal((await post(dialect, body, headers)).status, success[dialect] ?? 200, "unchanged");
  }
  assert.equal(count(), sent + 4);
  assert.ok(tried > 600, `${tried} bytes`);
});

test("a signature of another time is refused", async () => {
  const sent = count();
  for (const dialect of ["supabase", "clerk", "zitadel"]) {
    const body = JSON.stringify(bodies[dialect](newPhone(), "271828"));
    for (const offset of [-86_400, -330, 330, 86_400]) {
      const { status, text } = await post(dialect, body, sign[dialect](body, now() + offset));
      assert.equal(status, 401, `${dialect} ${offset}: ${text}`);
      assert.equal(JSON.parse(text).code, "auth.unauthorized");
    }
    const { status } = await post(dialect, body, sign[dialect](body, now() - 240));
    assert.equal(status, success[dialect] ?? 200, dialect);
  }
  assert.equal(count(), sent + 3);
});

test("two secrets are valid during a rotation", async () => {
  const body = JSON.stringify(bodies.supabase(newPhone(), "31415"));
  const id = "msg_old";
  const old = new StandardWebhook("whsec_b2xkLW9sZC1vbGQtb2xkLW9sZC1vbGQ=");
  const other = new StandardWebhook("whsec_YW5vdGhlci1hbm90aGVyLWFub3RoZXI=");
  const headers = (...signers) => ({
    "webhook-id": id,
    "webhook-timestamp": String(now()),
    // As Supabase writes the list; Standard Webhooks has no comma.
    "webhook-signature": signers.map((signer) => signer.sign(id, new Date(), body)).join(", "),
  });
  assert.equal((await post("supabase", body, headers(other))).status, 401);
  assert.equal((await post("supabase", body, headers(other, old))).status, 204);
});

test("a dialect without its secret does not exist; the others need an API key", async () => {
  const bare = await startWorker();
  try {
    for (const dialect of Object.keys(sign)) {
      const { status, text } = await call(dialect, newPhone(), "31415", bare);
      assert.deepEqual([status, JSON.parse(text).code], [404, "request.not_found"], dialect);
      const { status: shown } = await bare.call(`/deliver/${dialect}`, { method: "GET" });
      assert.equal(shown, 404);
    }
    for (const path of ["", "nope", "generic/", "generic/x", "GENERIC"]) {
      assert.equal((await post(path, "{}", { authorization: `Bearer ${apiKey}` }, bare)).status, 404, path);
    }
    assert.equal(bare.provider.requests.length, 0);
  } finally {
    await bare.close();
  }
  const keyed = dialects.filter((dialect) => !sign[dialect]);
  const basic = (user, password) => `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
  for (const dialect of keyed) {
    const body = JSON.stringify(bodies[dialect](newPhone(), "31415"));
    for (const authorization of [
      undefined,
      "Bearer wrong-api-key-one",
      basic(apiKey, "wrong"),
      `Bearer ${secrets.ADMIN_KEY}`,
    ]) {
      const headers = authorization ? { authorization } : {};
      assert.equal((await post(dialect, body, headers)).status, 401, `${dialect} ${authorization}`);
    }
    for (const authorization of [apiKey, basic("edge-otp", apiKey), basic(apiKey, "")]) {
      assert.equal((await post(dialect, body, { authorization })).status, 200, `${dialect} ${authorization}`);
    }
  }
  const { status, headers } = await otp.call("/deliver/generic", { method: "GET" });
  assert.deepEqual([status, headers.get("allow")], [405, "POST"]);
});

test("100 equal deliveries at once give one message and 100 equal answers", async () => {
  for (const dialect of ["supabase", "zitadel", "generic", "authgear", "clerk"]) {
    const to = newPhone();
    const sent = count();
    // Each with an id and a signature of its own, as the repeats of Supabase.
    const answers = await Promise.all(Array.from({ length: 100 }, () => call(dialect, to, "161803")));
    assert.equal(count(), sent + 1, dialect);
    const kinds = new Set(answers.map(({ status, text }) => `${status} ${text}`));
    assert.equal(kinds.size, 1, [...kinds].join("; "));
    assert.equal(answers[0].status, success[dialect] ?? 200);
  }
});

test("a repeat after an unknown outcome is answered alike and not sent", async () => {
  try {
    for (const dialect of dialects) {
      const to = newPhone();
      const sent = count();
      otp.provider.answer = () => new Response("", { status: 500 });
      const first = await call(dialect, to, "161803");
      otp.provider.accept();
      const second = await call(dialect, to, "161803");
      assert.deepEqual([second.status, second.text], [first.status, first.text], dialect);
      assert.equal(first.status, success[dialect] ?? 200);
      assert.equal(count(), sent + 1, dialect);
    }
  } finally {
    otp.provider.accept();
  }
});

test("a refused message is not counted, and a repeat is sent", async () => {
  const refused = { supabase: 200, zitadel: 200, kratos: 200, clerk: 204, authentik: 400 };
  try {
    for (const dialect of dialects) {
      const to = newPhone();
      const sent = count();
      otp.provider.answer = () => Response.json({ code: 21211 }, { status: 400 });
      const first = await call(dialect, to, "161803");
      assert.equal(first.status, refused[dialect] ?? 502, `${dialect}: ${first.text}`);
      otp.provider.accept();
      assert.equal((await call(dialect, to, "161803")).status, success[dialect] ?? 200, dialect);
      assert.equal(count(), sent + 2, dialect);
    }
  } finally {
    otp.provider.accept();
  }
});

test("too many messages: a queue repeats later, a user gets the auth server's error", async () => {
  const statuses = { zitadel: 503, kratos: 503, clerk: 503, supabase: 200, authentik: 429 };
  for (const dialect of dialects) {
    const to = newPhone();
    await call(dialect, to, "111111");
    const { status, headers, text } = await call(dialect, to, "222222");
    assert.equal(status, statuses[dialect] ?? 429, dialect);
    if (dialect === "supabase") {
      assert.deepEqual(JSON.parse(text).error.http_code, 429);
      assert.equal(headers.get("retry-after"), null, "Supabase would repeat at once");
    } else if (dialect !== "authgear") {
      assert.ok(Number(headers.get("retry-after")) > 0, dialect);
    }
    if (dialect === "authgear") assert.equal(JSON.parse(text).code, "rate_limited");
    if (dialect === "authentik") {
      assert.equal(headers.get("content-type"), "text/plain; charset=utf-8");
      assert.equal(text, "Too many codes were requested. Try again later.");
    }
    const sent = await otp.send({ phone: to });
    assert.equal(sent.code, "request.message_rate_limited", "/send counts the same messages");
  }
});

test("Clerk's other events are accepted and nothing is sent", async () => {
  const sent = count();
  const base = bodies.clerk(newPhone(), "31415");
  const others = [
    { ...base, type: "user.created" },
    { ...base, data: { ...base.data, delivered_by_clerk: true } },
    { ...base, timestamp: Date.now() - 601_000 },
  ];
  for (const other of others) {
    const body = JSON.stringify(other);
    assert.equal((await post("clerk", body, sign.clerk(body))).status, 204);
  }
  assert.equal(count(), sent);
  const ignored = /"event":"send.ignored","requestId":"[0-9a-f]{32}","bridge":"clerk"/g;
  const countIgnored = () => otp.logs().replaceAll("\\", "").match(ignored)?.length ?? 0;
  await eventually(() => countIgnored() >= others.length, "line of each");
  assert.equal(countIgnored(), others.length);
});

test("forms, other media types, and large bodies", async () => {
  const authorization = `Bearer ${apiKey}`;
  const form = { authorization, "content-type": "application/x-www-form-urlencoded" };
  const phone = newPhone();
  const body = new URLSearchParams({ phoneNumber: phone, code: "31415" }).toString();
  assert.equal((await post("casdoor", body, form)).status, 200);
  assert.equal(lastForm().To, phone);
  const generic = new URLSearchParams({ to: newPhone(), code: "31415", usageType: "SignIn" }).toString();
  assert.equal((await post("generic", generic, form)).status, 200);
  assert.equal((await post("generic", `${generic}&to=1`, form)).status, 400);
  assert.equal((await post("generic", "{}", { ...form, "content-type": "text/plain" })).status, 415);
  const large = JSON.stringify({ to: newPhone(), code: "31415", locale: "x".repeat(66_000) });
  assert.equal((await post("generic", large, { authorization })).status, 413);
  // Supabase sends the whole user along.
  const user = { ...bodies.supabase(newPhone(), "31415"), surplus: "x".repeat(50_000) };
  const long = JSON.stringify(user);
  assert.equal((await post("supabase", long, sign.supabase(long))).status, 204);
});

test("Logto's own connector sends through /deliver/logto", async () => {
  const config = { endpoint: new URL("/deliver/logto", url).href, authorization: `Bearer ${apiKey}` };
  const connector = await createLogtoConnector({ getConfig: async () => config });
  const to = newPhone();
  const sent = count();
  const message = {
    to: to.slice(1),
    type: "Register",
    payload: { code: "314159", locale: "de", uiLocales: "de" },
    ip: "203.0.113.7",
  };
  const response = await connector.sendMessage(message, config);
  assert.equal(response.statusCode, 200);
  assert.equal(count(), sent + 1);
  assert.deepEqual([lastForm().To, lastForm().Body], [to, "Your code is 314159."]);
  await assert.rejects(connector.sendMessage({ ...message, to: "12" }, config), (error) => {
    assert.match(JSON.stringify(error.data ?? error.message), /phone\.invalid/);
    return true;
  });
  const wrong = { ...config, authorization: "Bearer wrong-api-key-one" };
  await assert.rejects(connector.sendMessage(message, wrong), /./);
  assert.equal(count(), sent + 1);
});

test("the caller's text is sent where the operator wants it", async () => {
  const own = await startWorker({ vars: { BRIDGE_TEXT: "caller" }, secrets: bridgeSecrets });
  try {
    await call("zitadel", newPhone(), "31415", own);
    assert.equal(own.provider.requests.at(-1).form.Body, "31415 is your code.\n@example.com #31415");
    const authorization = `Bearer ${apiKey}`;
    const body = JSON.stringify({ to: newPhone(), text: "Ihr Code: 31415" });
    assert.equal((await post("generic", body, { authorization }, own)).status, 200);
    assert.equal(own.provider.requests.at(-1).form.Body, "Ihr Code: 31415");
    const refused = await post("generic", body.replace(/\d{4}"/, '9999"'), { authorization });
    assert.equal(refused.status, 400, refused.text);
    assert.equal(JSON.parse(refused.text).data.issues[0].path, "code");
  } finally {
    await own.close();
  }
});

test("one log line has the caller's id, and neither code nor number nor secret", async () => {
  const to = "+14155559876";
  // Ten digits, which occur by chance in no id or time of the many lines before.
  const codes = ["9182736450", "9182736451"];
  const body = JSON.stringify(bodies.supabase(to, codes[0]));
  const headers = sign.supabase(body);
  const answers = [
    await post("supabase", body, headers),
    await post("generic", JSON.stringify({ to, code: codes[1] }), {
      authorization: `Bearer ${apiKey}`,
      "x-request-id": "14155559876",
    }),
  ];
  for (const { headers } of answers) await otp.logsWith(headers.get("x-request-id"));
  assert.equal(lastForm().Body, `Your code is ${codes[0]}.`);
  const logs = otp.logs();
  assert.equal(logs.split(headers["webhook-id"]).length - 1, 1, "one line");
  assert.match(
    logs.replaceAll("\\", ""),
    /"event":"send.granted","requestId":"[0-9a-f]{32}","bridge":"supabase"/,
  );
  for (const text of ["4155559876", ...codes, "MfKQ9r8GKYqr", "signing-key", "webhook-secret"]) {
    assert.ok(!logs.includes(text), text);
  }
});

test("a wrong secret in the settings is an error that names it", async () => {
  const broken = await startWorker({ secrets: { BRIDGE_CLERK_SECRET: "not-a-whsec-secret-at-all" } });
  try {
    const { status, json } = await broken.call("/health", { method: "GET" });
    assert.deepEqual(
      [status, json.code, json.data.issues[0].path],
      [500, "config.invalid", "BRIDGE_CLERK_SECRET"],
    );
    assert.ok(!JSON.stringify(json).includes("not-a-whsec"));
  } finally {
    await broken.close();
  }
});

test("the console's test plays each auth server", async () => {
  const key = secrets.ADMIN_KEY;
  const { json: bridges } = await otp.call("/api/bridges", { method: "GET", key });
  assert.deepEqual(
    bridges.map(({ id }) => id),
    dialects,
  );
  assert.ok(bridges.every(({ enabled }) => enabled));
  for (const { id, setting } of bridges) {
    assert.equal(setting, sign[id] ? `BRIDGE_${id.toUpperCase()}_SECRET` : undefined);
    const phone = newPhone();
    const sent = count();
    const path = `/api/bridges/${id}/test`;
    assert.equal((await otp.call(path, { body: { phone } })).status, 401);
    const { status, json } = await otp.call(path, { body: { phone }, key });
    assert.deepEqual([status, json.status, json.responseStatus], [200, "sent", success[id] ?? 200], id);
    assert.deepEqual([count(), lastForm().To], [sent + 1, phone]);
    assert.match(lastForm().Body, /\d{6}/);
    assert.ok(!JSON.stringify(json).includes(/\d{6}/.exec(lastForm().Body)[0]), "no code in the answer");
    const again = await otp.call(path, { body: { phone }, key });
    assert.equal(again.json.code, "request.message_rate_limited", id);
    assert.ok(again.json.message && again.json.responseStatus >= 200);
  }
  const bare = await startWorker();
  try {
    const list = (await bare.call("/api/bridges", { method: "GET", key })).json;
    assert.deepEqual(
      list.filter(({ enabled }) => !enabled).map(({ id }) => id),
      ["supabase", "zitadel", "authgear", "clerk"],
    );
    const { code } = await bare.call("/api/bridges/clerk/test", { body: { phone: newPhone() }, key });
    assert.equal(code, "entity.not_found");
  } finally {
    await bare.close();
  }
});

test("the Auth0 Action of the documentation delivers, drops and retries", async () => {
  const source = readFileSync(new URL("../../docs/bridges/auth0-action.js", import.meta.url), "utf8");
  const load = (fetch) => {
    const exports = {};
    new Function("exports", "fetch", source)(exports, fetch);
    return exports.onExecuteCustomPhoneProvider;
  };
  const run = async (notification, fetch = realFetch, key = apiKey) => {
    const calls = [];
    const api = {
      notification: {
        drop: (reason) => calls.push(["drop", reason]),
        retry: (reason) => calls.push(["retry", reason]),
      },
    };
    await load(fetch)(
      {
        notification: {
          delivery_method: "text",
          message_type: "otp_verify",
          as_text: "text",
          ...notification,
        },
        request: { ip: "203.0.113.7" },
        secrets: { EDGE_OTP_URL: url.origin, EDGE_OTP_KEY: key },
        transaction: { correlation_id: "correlation-auth0" },
      },
      api,
    );
    return calls;
  };
  const recipient = newPhone();
  const sent = count();
  assert.deepEqual(await run({ recipient, code: "314159", locale: "de" }), []);
  assert.deepEqual(await run({ recipient, code: "314159", locale: "de" }), [], "Auth0 repeats");
  assert.equal(count(), sent + 1);
  assert.deepEqual([lastForm().To, lastForm().Body], [recipient, "Dein Code zum Anmelden: 314159."]);
  await otp.logsWith("correlation-auth0");
  assert.deepEqual(await run({ recipient, code: "314160" }), [
    ["retry", "edge-otp: 429 request.message_rate_limited"],
  ]);
  assert.deepEqual(await run({ recipient: "+12", code: "1" }), [["drop", "edge-otp: 400 phone.invalid"]]);
  const wrong = await run({ recipient, code: "1" }, realFetch, "wrong-api-key-one");
  assert.deepEqual(wrong, [["drop", "edge-otp: 401 auth.unauthorized"]]);
  const failed = await run({ recipient, code: "1" }, () => Promise.reject(new Error("no network")));
  assert.deepEqual(failed, [["retry", "edge-otp did not answer."]]);
  const refuse = (data) => async () => Response.json({ code: "connector.general", data }, { status: 502 });
  const notReached = await run({ recipient, code: "1" }, refuse({ cause: "refused" }));
  assert.deepEqual(notReached, [["retry", "edge-otp: 502 connector.general"]]);
  const refused = await run({ recipient, code: "1" }, refuse({ provider: { status: 400, code: "1" } }));
  assert.deepEqual(refused, [["drop", "edge-otp: 502 connector.general"]]);
  assert.equal((await run({ recipient, code: "1", delivery_method: "voice" }))[0][0], "drop");
});
