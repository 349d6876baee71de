// The management API: every route of the contract's table, its errors, and that no secret ever leaves.
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { newPhone, secrets, startWorker, twilio } from "./worker.mjs";

const adminKey = secrets.ADMIN_KEY;
const httpSms = {
  connectorId: "http-sms",
  config: { endpoint: "https://hooks.example.com/sms", authorization: "Bearer very-secret-1a2b" },
};

let otp;
before(async () => {
  otp = await startWorker({ connector: null, vars: { RESEND_COOLDOWNS: "0", ALLOW_MOCK: "1" } });
});
after(() => otp.close());
beforeEach(async () => {
  otp.provider.accept();
  const { json } = await api("GET", "/connectors");
  for (const { id } of json) await api("DELETE", `/connectors/${id}`);
});

const api = (method, path, body, options) =>
  otp.call(`/api${path}`, {
    method,
    body,
    key: adminKey,
    ...options,
    headers: { ...(body === undefined ? {} : { "content-type": "application/json" }), ...options?.headers },
  });

const is = (answer, status, code) => {
  assert.equal(answer.status, status, answer.text);
  assert.equal(answer.code, code, answer.text);
};

test("only the admin key opens the door", async () => {
  for (const key of ["", "nope", "test-api-key-one"]) {
    for (const path of ["/connectors", "/connector-factories", "/settings", "/nothing"]) {
      is(await api("GET", path, undefined, { key }), 401, "auth.unauthorized");
    }
  }
  is(await api("GET", "/nothing"), 404, "request.not_found");
  assert.equal((await api("GET", "/connectors")).status, 200);
});

test("without an admin key no one manages anything", async () => {
  const closed = await startWorker({ secrets: { ADMIN_KEY: undefined } });
  try {
    is(await closed.call("/api/connectors", { method: "GET", key: "" }), 401, "auth.unauthorized");
    is(await closed.call("/api/connectors", { method: "GET", key: "undefined" }), 401, "auth.unauthorized");
    assert.equal((await closed.send({ phone: newPhone() })).status, 200);
  } finally {
    await closed.close();
  }
});

test("factories: twelve, with names, forms and a guide", async () => {
  const { json } = await api("GET", "/connector-factories");
  assert.equal(json.length, 12);
  for (const factory of json) {
    assert.ok(factory.id && factory.target && factory.name.en && factory.description.en && factory.logo);
    assert.ok(
      factory.formItems.every(
        ({ key, label, type }) => key && label && ["Text", "Switch", "Json"].includes(type),
      ),
    );
    const one = await api("GET", `/connector-factories/${factory.id}`);
    assert.match(one.json.readme, /^# /, factory.id);
    assert.deepEqual({ ...one.json, readme: undefined }, { ...factory, readme: undefined });
  }
  is(await api("GET", "/connector-factories/nope"), 404, "entity.not_found");
});

test("the whole life of a connector", async () => {
  assert.deepEqual((await api("GET", "/connectors")).json, []);
  const made = await api("POST", "/connectors", twilio);
  assert.equal(made.status, 200);
  const { id } = made.json;
  assert.equal(made.json.connectorId, twilio.connectorId);
  assert.equal(made.json.effectiveWithinSeconds, 90);
  assert.deepEqual(made.json.config.authToken, { set: true, hint: twilio.config.authToken.slice(-4) });
  assert.deepEqual(made.json.config.templates, twilio.config.templates);
  assert.equal(made.json.target, "twilio-sms");

  const stored = JSON.parse(await otp.kv.get("connector"));
  assert.match(stored.config.authToken, /^sealed\.v1\.[0-9a-f]{8}\.[0-9a-f]+$/);
  assert.ok(!JSON.stringify(stored).includes(twilio.config.authToken));

  assert.equal((await otp.send({ phone: newPhone() })).status, 200, "it works at once");
  const authorization = `Basic ${Buffer.from(`${twilio.config.accountSID}:${twilio.config.authToken}`).toString("base64")}`;
  assert.equal(otp.provider.requests.at(-1).headers.authorization, authorization);

  const edited = await api("PATCH", `/connectors/${id}`, {
    config: { ...made.json.config, disableRiskCheck: true },
  });
  assert.equal(edited.json.id, id);
  await otp.send({ phone: newPhone() });
  assert.equal(otp.provider.requests.at(-1).form.RiskCheck, "disable");
  assert.equal(otp.provider.requests.at(-1).headers.authorization, authorization, "the secret was kept");
  const { authToken: _, ...withoutSecret } = twilio.config;
  await api("PATCH", `/connectors/${id}`, { config: withoutSecret });
  await otp.send({ phone: newPhone() });
  assert.equal(otp.provider.requests.at(-1).headers.authorization, authorization, "left out, it is kept too");
  assert.equal(otp.provider.requests.at(-1).form.RiskCheck, "enable", "the rest is replaced");
  const cleared = await api("PATCH", `/connectors/${id}`, { config: { ...withoutSecret, authToken: null } });
  is(cleared, 400, "connector.invalid_config");
  assert.deepEqual(
    cleared.json.data.issues.map(({ path }) => path),
    ["authToken"],
  );

  otp.provider.answer = () => Response.json({ ok: true });
  const other = await api("POST", "/connectors", httpSms);
  assert.notEqual(other.json.id, id);
  assert.deepEqual(
    (await api("GET", "/connectors")).json.map(({ connectorId }) => connectorId),
    ["http-sms"],
  );
  is(await api("GET", `/connectors/${id}`), 404, "entity.not_found");
  is(await api("PATCH", `/connectors/${id}`, { config: {} }), 404, "entity.not_found");
  await otp.send({ phone: newPhone() });
  assert.equal(otp.provider.requests.at(-1).url, httpSms.config.endpoint);

  assert.equal((await api("DELETE", `/connectors/${other.json.id}`)).status, 204);
  is(await api("DELETE", `/connectors/${other.json.id}`), 404, "entity.not_found");
  is(await otp.send({ phone: newPhone() }), 501, "connector.not_found");
});

test("what is replaced or deleted can be brought back", async () => {
  const made = (await api("POST", "/connectors", twilio)).json;
  await api("POST", "/connectors", httpSms);
  let archive = (await api("GET", "/connectors/archive")).json;
  assert.equal(archive[0].id, made.id);
  assert.deepEqual(archive[0].config.authToken, { set: true, hint: twilio.config.authToken.slice(-4) });
  assert.ok(archive[0].archivedAt);
  const raw = await otp.kv.get("connector-archive");
  assert.ok(!raw.includes(twilio.config.authToken) && !raw.includes(httpSms.config.authorization));

  const restored = await api("POST", `/connectors/archive/${made.id}/restore`);
  assert.equal(restored.json.connectorId, twilio.connectorId);
  otp.provider.accept();
  assert.equal((await otp.send({ phone: newPhone() })).json.connectorId, twilio.connectorId);
  archive = (await api("GET", "/connectors/archive")).json;
  assert.equal(archive[0].connectorId, "http-sms");
  assert.ok(!archive.some(({ id }) => id === made.id));
  is(await api("POST", "/connectors/archive/nope/restore"), 404, "entity.not_found");
  for (let i = 0; i < 12; i += 1) await api("POST", "/connectors", httpSms);
  assert.equal((await api("GET", "/connectors/archive")).json.length, 10, "the last ten");
});

test("a plain value put there by hand works, and is sealed at the next save", async () => {
  await otp.kv.put("connector", JSON.stringify(twilio));
  const [shown] = (await api("GET", "/connectors")).json;
  assert.deepEqual(shown.config.authToken, { set: true, hint: twilio.config.authToken.slice(-4) });
  await api("PATCH", `/connectors/${shown.id}`, { config: shown.config });
  assert.match(JSON.parse(await otp.kv.get("connector")).config.authToken, /^sealed/);
  assert.equal((await otp.send({ phone: newPhone() })).status, 200);
});

test("a seal of another secret is told by its field", async () => {
  await api("POST", "/connectors", twilio);
  const text = await otp.kv.get("connector");
  const stored = JSON.parse(text);
  stored.config.authToken = stored.config.authToken.replace(/.$/, (last) => (last === "0" ? "1" : "0"));
  await otp.kv.put("connector", JSON.stringify(stored));
  await api("DELETE", "/connectors/none");
  const fresh = await startWorker({ connector: stored });
  try {
    const answer = await fresh.send({ phone: newPhone() });
    is(answer, 500, "connector.invalid_config");
    assert.deepEqual(
      answer.json.data.issues.map(({ path }) => path),
      ["authToken"],
    );
  } finally {
    await fresh.close();
  }
});

test("configs that do not pass name their fields", async () => {
  is(
    await api("POST", "/connectors", { connectorId: "nope", config: {} }),
    422,
    "connector.not_found_with_connector_id",
  );
  is(await api("POST", "/connectors", { connectorId: 1 }), 400, "guard.invalid_input");
  is(
    await api("POST", "/connectors", { connectorId: "http-sms", config: {}, more: 1 }),
    400,
    "guard.invalid_input",
  );
  const before = (await api("POST", "/connectors", httpSms)).json;
  const bad = await api("POST", "/connectors", { connectorId: twilio.connectorId, config: { authToken: 7 } });
  is(bad, 400, "connector.invalid_config");
  assert.deepEqual(bad.json.data.issues.map(({ path }) => path).sort(), [
    "accountSID",
    "authToken",
    "fromMessagingServiceSID",
    "templates",
  ]);
  assert.equal((await api("GET", "/connectors")).json[0].id, before.id, "the old one stays");
  is(await api("PATCH", `/connectors/${before.id}`, {}), 400, "guard.invalid_input");
  for (const config of [null, [], "text", 7]) {
    is(await api("PATCH", `/connectors/${before.id}`, { config }), 400, "connector.invalid_config");
  }
  const large = {
    connectorId: "http-sms",
    config: { endpoint: `https://example.com/${"x".repeat(70_000)}` },
  };
  is(await api("POST", "/connectors", large), 413, "request.too_large");
});

test("a test send uses the posted config, and says what came of it", async () => {
  const phone = newPhone();
  const path = `/connectors/${twilio.connectorId}/test`;
  assert.equal((await api("POST", path, { phone, config: twilio.config })).status, 204);
  assert.equal(otp.provider.requests.at(-1).form.Body, "Your code is 000000.");
  assert.deepEqual((await api("GET", "/connectors")).json, [], "nothing was saved");
  const german = { phone: phone.slice(1), config: twilio.config, usageType: "SignIn", locale: "de" };
  assert.equal((await api("POST", path, german)).status, 204);
  assert.equal(otp.provider.requests.at(-1).form.Body, "Dein Code zum Anmelden: 000000.");
  assert.equal(otp.provider.requests.at(-1).form.To, phone);

  const made = (await api("POST", "/connectors", twilio)).json;
  assert.equal(
    (await api("POST", path, { phone, config: made.config })).status,
    204,
    "redacted secrets are filled in",
  );
  otp.provider.answer = () => new Response("", { status: 500 });
  const open = await api("POST", path, { phone, config: twilio.config });
  assert.deepEqual([open.status, open.json], [202, { status: "unknown" }]);
  otp.provider.answer = () => Response.json({ code: 20003 }, { status: 401 });
  const refused = await api("POST", path, { phone, config: twilio.config });
  is(refused, 502, "connector.general");
  assert.deepEqual(refused.json.data.provider, { status: 401, code: "20003" });
  is(await api("POST", path, { phone: "12ab", config: twilio.config }), 400, "phone.invalid");
  is(await api("POST", path, { phone, config: {} }), 400, "connector.invalid_config");
  is(await api("POST", path, { phone }), 400, "guard.invalid_input");
  is(
    await api("POST", "/connectors/nope/test", { phone, config: {} }),
    422,
    "connector.not_found_with_connector_id",
  );
});

test("a secret under a misspelt name is not shown", async () => {
  const config = { ...httpSms.config, authToken: "pasted-by-mistake" };
  const made = await api("POST", "/connectors", { connectorId: "http-sms", config });
  assert.ok(!made.text.includes("pasted"), made.text);
  assert.ok(!(await api("GET", "/connectors")).text.includes("pasted"));
});

test("Logto's verification codes, in Logto's form", async () => {
  await api("POST", "/connectors", twilio);
  const phone = newPhone().slice(1);
  assert.equal((await api("POST", "/verification-codes", { phone })).status, 204);
  const { code } = otp.provider;
  const wrong = code === "000000" ? "000001" : "000000";
  const verify = (verificationCode) => api("POST", "/verification-codes/verify", { phone, verificationCode });
  is(await verify(wrong), 400, "verification_code.code_mismatch");
  assert.equal((await verify(code)).status, 204);
  is(await verify(code), 400, "verification_code.not_found");
  is(await api("POST", "/verification-codes", { phone: "abc" }), 400, "phone.invalid");
  is(await api("POST", "/verification-codes", {}), 400, "guard.invalid_input");
  const odd = await verify("abc");
  assert.deepEqual(
    odd.json.data.issues.map(({ path }) => path),
    ["verificationCode"],
  );
});

test("methods that a route does not take", async () => {
  for (const [path, allow] of [
    ["/connector-factories", "GET"],
    ["/connector-factories/http-sms", "GET"],
    ["/connectors", "GET, POST"],
    ["/connectors/x", "GET, PATCH, DELETE"],
    ["/connectors/x/test", "POST"],
    ["/connectors/archive", "GET"],
    ["/connectors/archive/x/restore", "POST"],
    ["/settings", "GET"],
    ["/verification-codes", "POST"],
    ["/verification-codes/verify", "POST"],
  ]) {
    for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE", "QUERY"].filter(
      (name) => !allow.includes(name),
    )) {
      const answer = await api(method, path, method === "GET" ? undefined : {});
      is(answer, 405, "request.method_not_allowed");
      assert.equal(answer.headers.get("allow"), allow, `${method} ${path}`);
    }
  }
});

test("the settings in force", async () => {
  const { json } = await api("GET", "/settings");
  assert.deepEqual(
    { ...json, version: undefined },
    {
      version: undefined,
      ...{ codeLength: 6, codeLifetimeSeconds: 600, maxAttempts: 5, dailyFailures: 10, resendCooldowns: [0] },
      ...{ sendsPerHour: 5, sendsPerDay: 10, providerTimeoutMs: 10_000, allowMock: true, rotating: false },
    },
  );
});

test("1,000 parallel replacements leave one of them, whole, and a send never sees none", async () => {
  await api("POST", "/connectors", twilio);
  const configs = Array.from({ length: 1_000 }, (_, i) => ({
    connectorId: twilio.connectorId,
    config: { ...twilio.config, accountSID: `AC${i}`, authToken: `token-of-number-${i}` },
  }));
  const pairs = new Set();
  otp.provider.answer = (request) => {
    const [, account] = /Accounts\/(\w+)\//.exec(request.url);
    const [, token] = Buffer.from(request.headers.get("authorization").slice(6), "base64")
      .toString()
      .split(":");
    pairs.add(`${account} ${token}`);
    return Response.json({ sid: "SM", status: "queued" }, { status: 201 });
  };
  const writes = Promise.all(configs.map((body) => api("POST", "/connectors", body)));
  const sends = Promise.all(Array.from({ length: 50 }, () => otp.send({ phone: newPhone() })));
  assert.ok((await writes).every(({ status }) => status === 200));
  assert.ok((await sends).every(({ status }) => status === 200));
  for (const pair of pairs) {
    const [account, token] = pair.split(" ");
    const whole =
      account === twilio.config.accountSID ? twilio.config.authToken : `token-of-number-${account.slice(2)}`;
    assert.equal(token, whole);
  }
  const [shown] = (await api("GET", "/connectors")).json;
  assert.equal(shown.config.authToken.hint, `token-of-number-${shown.config.accountSID.slice(2)}`.slice(-4));
});
