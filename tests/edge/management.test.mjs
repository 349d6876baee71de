// The management API: every route of the contract's table, its errors, and that no secret is disclosed.
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { listProviders } from "../../scripts/providers.mjs";
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

const assertError = (response, status, code) => {
  assert.equal(response.status, status, response.text);
  assert.equal(response.code, code, response.text);
};

test("only the admin key is accepted", async () => {
  for (const key of ["", "nope", "test-api-key-one"]) {
    for (const path of ["/connectors", "/connector-factories", "/settings", "/nothing"]) {
      assertError(await api("GET", path, undefined, { key }), 401, "auth.unauthorized");
    }
  }
  assertError(await api("GET", "/nothing"), 404, "request.not_found");
  assert.equal((await api("GET", "/connectors")).status, 200);
});

test("without ADMIN_KEY the management API is closed", async () => {
  const withoutKey = await startWorker({ secrets: { ADMIN_KEY: undefined } });
  try {
    assertError(
      await withoutKey.call("/api/connectors", { method: "GET", key: "" }),
      401,
      "auth.unauthorized",
    );
    assertError(
      await withoutKey.call("/api/connectors", { method: "GET", key: "undefined" }),
      401,
      "auth.unauthorized",
    );
    assert.equal((await withoutKey.send({ phone: newPhone() })).status, 200);
  } finally {
    await withoutKey.close();
  }
});

test("every provider's factory has a name, a form and a guide", async () => {
  const { json } = await api("GET", "/connector-factories");
  assert.deepEqual(
    json.map(({ id }) => id),
    listProviders().map(({ id }) => id),
  );
  for (const factory of json) {
    assert.ok(factory.id && factory.target && factory.name.en && factory.description.en && factory.logo);
    assert.ok(
      factory.formItems.every(
        ({ key, label, type }) => key && label && ["Text", "Switch", "Json"].includes(type),
      ),
    );
    const one = await api("GET", `/connector-factories/${factory.id}`);
    assert.match(one.json.readme, /^# /, factory.id);
    assert.deepEqual(one.json, factory, "the list has all of it");
  }
  assertError(await api("GET", "/connector-factories/nope"), 404, "entity.not_found");
});

test("connectors are filtered by target as in Logto", async () => {
  assert.equal((await api("POST", "/connectors", twilio)).status, 200);
  const ids = async (query) => (await api("GET", `/connectors${query}`)).json.map(({ target }) => target);
  assert.deepEqual(await ids("?target=twilio-sms"), ["twilio-sms"]);
  assert.deepEqual(await ids("?target=twilio%2Dsms&x=1"), ["twilio-sms"]);
  assert.deepEqual(await ids("?target=vonage-sms"), []);
  assert.deepEqual(await ids("?target="), []);
  assert.deepEqual(await ids("?other=vonage-sms"), ["twilio-sms"]);
  const [{ id }] = (await api("GET", "/connectors")).json;
  await api("DELETE", `/connectors/${id}`);
});

test("what only Logto's connectors have is refused by name", async () => {
  const extras = { id: "mine", metadata: {}, syncProfile: false, enableTokenStorage: false };
  const refusal = await api("POST", "/connectors", { ...twilio, ...extras });
  assertError(refusal, 400, "guard.invalid_input");
  assert.deepEqual(
    refusal.json.data.issues.map(({ path }) => path),
    Object.keys(extras),
  );
  assert.deepEqual((await api("GET", "/connectors")).json, []);
  const { id } = (await api("POST", "/connectors", twilio)).json;
  const patch = await api("PATCH", `/connectors/${id}`, { config: twilio.config, syncProfile: true });
  assertError(patch, 400, "guard.invalid_input");
  assert.match(patch.json.data.issues[0].message, /social connectors/);
  await api("DELETE", `/connectors/${id}`);
});

test("a connector is created, edited, replaced and deleted", async () => {
  assert.deepEqual((await api("GET", "/connectors")).json, []);
  const created = await api("POST", "/connectors", twilio);
  assert.equal(created.status, 200);
  const { id } = created.json;
  assert.equal(created.json.connectorId, twilio.connectorId);
  assert.equal(created.json.effectiveWithinSeconds, 90);
  assert.deepEqual(created.json.config.authToken, { set: true, hint: twilio.config.authToken.slice(-4) });
  assert.deepEqual(created.json.config.templates, twilio.config.templates);
  assert.equal(created.json.target, "twilio-sms");

  const stored = JSON.parse(await otp.kv.get("connector"));
  assert.match(stored.config.authToken, /^sealed\.v1\.[0-9a-f]{8}\.[0-9a-f]+$/);
  assert.ok(!JSON.stringify(stored).includes(twilio.config.authToken));

  assert.equal((await otp.send({ phone: newPhone() })).status, 200, "it works at once");
  const authorization = `Basic ${Buffer.from(`${twilio.config.accountSID}:${twilio.config.authToken}`).toString("base64")}`;
  assert.equal(otp.provider.requests.at(-1).headers.authorization, authorization);

  const edited = await api("PATCH", `/connectors/${id}`, {
    config: { ...created.json.config, disableRiskCheck: true },
  });
  assert.equal(edited.json.id, id);
  await otp.send({ phone: newPhone() });
  assert.equal(otp.provider.requests.at(-1).form.RiskCheck, "disable");
  assert.equal(otp.provider.requests.at(-1).headers.authorization, authorization, "the secret is unchanged");
  const { authToken: _, ...withoutSecret } = twilio.config;
  await api("PATCH", `/connectors/${id}`, { config: withoutSecret });
  await otp.send({ phone: newPhone() });
  assert.equal(
    otp.provider.requests.at(-1).headers.authorization,
    authorization,
    "left out, it is unchanged too",
  );
  assert.equal(otp.provider.requests.at(-1).form.RiskCheck, "enable", "the rest is replaced");
  const cleared = await api("PATCH", `/connectors/${id}`, { config: { ...withoutSecret, authToken: null } });
  assertError(cleared, 400, "connector.invalid_config");
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
  assertError(await api("GET", `/connectors/${id}`), 404, "entity.not_found");
  assertError(await api("PATCH", `/connectors/${id}`, { config: {} }), 404, "entity.not_found");
  await otp.send({ phone: newPhone() });
  assert.equal(otp.provider.requests.at(-1).url, httpSms.config.endpoint);

  assert.equal((await api("DELETE", `/connectors/${other.json.id}`)).status, 204);
  assertError(await api("DELETE", `/connectors/${other.json.id}`), 404, "entity.not_found");
  assertError(await otp.send({ phone: newPhone() }), 501, "connector.not_found");
});

test("a replaced or deleted connector can be restored", async () => {
  const created = (await api("POST", "/connectors", twilio)).json;
  await api("POST", "/connectors", httpSms);
  let archive = (await api("GET", "/connectors/archive")).json;
  assert.equal(archive[0].id, created.id);
  assert.deepEqual(archive[0].config.authToken, { set: true, hint: twilio.config.authToken.slice(-4) });
  assert.ok(archive[0].archivedAt);
  const raw = await otp.kv.get("connector-archive");
  assert.ok(!raw.includes(twilio.config.authToken) && !raw.includes(httpSms.config.authorization));

  const restored = await api("POST", `/connectors/archive/${created.id}/restore`);
  assert.equal(restored.json.connectorId, twilio.connectorId);
  otp.provider.accept();
  assert.equal((await otp.send({ phone: newPhone() })).json.connectorId, twilio.connectorId);
  archive = (await api("GET", "/connectors/archive")).json;
  assert.equal(archive[0].connectorId, "http-sms");
  assert.ok(!archive.some(({ id }) => id === created.id));
  assertError(await api("POST", "/connectors/archive/nope/restore"), 404, "entity.not_found");
  for (let i = 0; i < 12; i += 1) await api("POST", "/connectors", httpSms);
  archive = (await api("GET", "/connectors/archive")).json;
  assert.equal(archive.length, 10, "the last ten");
  assert.equal((await api("DELETE", `/connectors/archive/${archive[0].id}`)).status, 204);
  assertError(await api("DELETE", `/connectors/archive/${archive[0].id}`), 404, "entity.not_found");
  const left = (await api("GET", "/connectors/archive")).json.map(({ id }) => id);
  assert.deepEqual(
    left,
    archive.slice(1).map(({ id }) => id),
    "the others are still there",
  );
});

test("a plain secret written to KV by hand works, and is sealed at the next save", async () => {
  await otp.kv.put("connector", JSON.stringify(twilio));
  const [connector] = (await api("GET", "/connectors")).json;
  assert.deepEqual(connector.config.authToken, { set: true, hint: twilio.config.authToken.slice(-4) });
  await api("PATCH", `/connectors/${connector.id}`, { config: connector.config });
  assert.match(JSON.parse(await otp.kv.get("connector")).config.authToken, /^sealed/);
  assert.equal((await otp.send({ phone: newPhone() })).status, 200);
});

test("a sealed secret that cannot be opened is reported by its field", async () => {
  await api("POST", "/connectors", twilio);
  const text = await otp.kv.get("connector");
  const stored = JSON.parse(text);
  stored.config.authToken = stored.config.authToken.replace(/.$/, (last) => (last === "0" ? "1" : "0"));
  await otp.kv.put("connector", JSON.stringify(stored));
  await api("DELETE", "/connectors/none");
  const fresh = await startWorker({ connector: stored });
  try {
    const response = await fresh.send({ phone: newPhone() });
    assertError(response, 500, "connector.invalid_config");
    assert.deepEqual(
      response.json.data.issues.map(({ path }) => path),
      ["authToken"],
    );
  } finally {
    await fresh.close();
  }
});

test("an invalid config is rejected with its fields, and the active connector stays", async () => {
  assertError(
    await api("POST", "/connectors", { connectorId: "nope", config: {} }),
    422,
    "connector.not_found_with_connector_id",
  );
  assertError(await api("POST", "/connectors", { connectorId: 1 }), 400, "guard.invalid_input");
  assertError(
    await api("POST", "/connectors", { connectorId: "http-sms", config: {}, more: 1 }),
    400,
    "guard.invalid_input",
  );
  const before = (await api("POST", "/connectors", httpSms)).json;
  const rejected = await api("POST", "/connectors", {
    connectorId: twilio.connectorId,
    config: { authToken: 7 },
  });
  assertError(rejected, 400, "connector.invalid_config");
  assert.deepEqual(rejected.json.data.issues.map(({ path }) => path).sort(), [
    "accountSID",
    "authToken",
    "fromMessagingServiceSID",
    "templates",
  ]);
  assert.equal((await api("GET", "/connectors")).json[0].id, before.id, "the active one is unchanged");
  assertError(await api("PATCH", `/connectors/${before.id}`, {}), 400, "guard.invalid_input");
  for (const config of [null, [], "text", 7]) {
    assertError(await api("PATCH", `/connectors/${before.id}`, { config }), 400, "connector.invalid_config");
  }
  const large = {
    connectorId: "http-sms",
    config: { endpoint: `https://example.com/${"x".repeat(70_000)}` },
  };
  assertError(await api("POST", "/connectors", large), 413, "request.too_large");
});

test("a test send uses the posted config and returns the outcome", async () => {
  const phone = newPhone();
  const path = `/connectors/${twilio.connectorId}/test`;
  assert.equal((await api("POST", path, { phone, config: twilio.config })).status, 204);
  assert.equal(otp.provider.requests.at(-1).form.Body, "Your code is 000000.");
  assert.deepEqual((await api("GET", "/connectors")).json, [], "nothing was saved");
  const german = { phone: phone.slice(1), config: twilio.config, usageType: "SignIn", locale: "de" };
  assert.equal((await api("POST", path, german)).status, 204);
  assert.equal(otp.provider.requests.at(-1).form.Body, "Dein Code zum Anmelden: 000000.");
  assert.equal(otp.provider.requests.at(-1).form.To, phone);

  const created = (await api("POST", "/connectors", twilio)).json;
  assert.equal(
    (await api("POST", path, { phone, config: created.config })).status,
    204,
    "redacted secrets are filled in",
  );
  otp.provider.answer = () => new Response("", { status: 500 });
  const unknown = await api("POST", path, { phone, config: twilio.config });
  const requestId = unknown.headers.get("x-request-id");
  assert.deepEqual(
    [unknown.status, unknown.json],
    [202, { status: "unknown", cause: "http_500", requestId }],
  );
  assert.equal((await otp.eventOf(unknown)).cause, "http_500", "the log line has the cause");
  otp.provider.answer = () => Response.json({ code: 20003 }, { status: 401 });
  const rejected = await api("POST", path, { phone, config: twilio.config });
  assertError(rejected, 502, "connector.general");
  assert.deepEqual(rejected.json.data.provider, { status: 401, code: "20003" });
  assertError(await api("POST", path, { phone: "12ab", config: twilio.config }), 400, "phone.invalid");
  assertError(await api("POST", path, { phone, config: {} }), 400, "connector.invalid_config");
  assertError(await api("POST", path, { phone }), 400, "guard.invalid_input");
  assertError(
    await api("POST", "/connectors/nope/test", { phone, config: {} }),
    422,
    "connector.not_found_with_connector_id",
  );
});

test("a secret under a misspelled field name is not returned", async () => {
  const config = { ...httpSms.config, authToken: "pasted-by-mistake" };
  const created = await api("POST", "/connectors", { connectorId: "http-sms", config });
  assert.ok(!created.text.includes("pasted"), created.text);
  assert.ok(!(await api("GET", "/connectors")).text.includes("pasted"));
});

test("Logto's verification code routes take Logto's form", async () => {
  await api("POST", "/connectors", twilio);
  const phone = newPhone().slice(1);
  assert.equal((await api("POST", "/verification-codes", { phone })).status, 204);
  const { code } = otp.provider;
  const wrong = code === "000000" ? "000001" : "000000";
  const verify = (verificationCode) => api("POST", "/verification-codes/verify", { phone, verificationCode });
  assertError(await verify(wrong), 400, "verification_code.code_mismatch");
  assert.equal((await verify(code)).status, 204);
  assertError(await verify(code), 400, "verification_code.not_found");
  assertError(await api("POST", "/verification-codes", { phone: "abc" }), 400, "phone.invalid");
  assertError(await api("POST", "/verification-codes", {}), 400, "guard.invalid_input");
  const malformed = await verify(123456);
  assert.deepEqual(
    malformed.json.data.issues.map(({ path }) => path),
    ["verificationCode"],
  );
  const noCode = await verify("abc");
  assertError(noCode, 400, "verification_code.code_mismatch");
  assert.equal(noCode.json.data, undefined);
});

test("an unsupported method is 405 with Allow", async () => {
  for (const [path, allow] of [
    ["/connector-factories", "GET"],
    ["/connector-factories/http-sms", "GET"],
    ["/connectors", "GET, POST"],
    ["/connectors/x", "GET, PATCH, DELETE"],
    ["/connectors/x/test", "POST"],
    ["/connectors/x/check", "POST"],
    ["/connectors/archive", "GET"],
    ["/connectors/archive/x", "DELETE"],
    ["/connectors/archive/x/restore", "POST"],
    ["/settings", "GET"],
    ["/limits", "GET"],
    ["/limits/country/FR", "DELETE"],
    ["/verification-codes", "POST"],
    ["/verification-codes/verify", "POST"],
  ]) {
    for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE", "QUERY"].filter(
      (name) => !allow.includes(name),
    )) {
      const response = await api(method, path, method === "GET" ? undefined : {});
      assertError(response, 405, "request.method_not_allowed");
      assert.equal(response.headers.get("allow"), allow, `${method} ${path}`);
    }
  }
});

test("GET /api/settings returns the settings in force", async () => {
  const { json } = await api("GET", "/settings");
  assert.deepEqual(
    { ...json, version: undefined },
    {
      version: undefined,
      ...{ codeLength: 6, codeLifetimeSeconds: 600, maxAttempts: 5, dailyFailures: 10, resendCooldowns: [0] },
      ...{ sendsPerHour: 5, sendsPerDay: 10, providerTimeoutMs: 10_000, allowMock: true, allowLocal: false },
      ...{ phoneCheck: "full", rotating: false, previousStillNeeded: false },
      ...{ limits: "off", limitShards: 1, sendsPerIpHour: 10, sendsPerIpDay: 30, sendsPerPrefixHour: 20 },
      ...{ prefixBreaker: 20, countryBreaker: 100, breakerPercent: 10, sendsPerDayTotal: 0 },
      bridgeText: "template",
    },
  );
});

test("1,000 replacements, 100 at a time, leave one connector with its own secret; every send finds one", async () => {
  await api("POST", "/connectors", twilio);
  const pairs = new Set();
  otp.provider.answer = (request) => {
    const [, account] = /Accounts\/(\w+)\//.exec(request.url);
    const [, token] = Buffer.from(request.headers.get("authorization").slice(6), "base64")
      .toString()
      .split(":");
    pairs.add(`${account} ${token}`);
    return Response.json({ sid: "SM", status: "queued" }, { status: 201 });
  };
  /** Whether KV's deadline of 3 s has passed, as on a busy machine it may. */
  const isLate = async (response) =>
    response.code === "storage.unavailable" && (await otp.eventOf(response)).totalMs >= 3_000;
  const replace = (index) =>
    api("POST", "/connectors", {
      connectorId: twilio.connectorId,
      config: { ...twilio.config, accountSID: `AC${index}`, authToken: `token-of-number-${index}` },
    });
  for (let first = 0; first < 1_000; first += 100) {
    const writes = Array.from({ length: 100 }, (_, index) => replace(first + index));
    const sends = Array.from({ length: 5 }, () => otp.send({ phone: newPhone() }));
    for (const response of await Promise.all(writes))
      assert.ok(response.status === 200 || (await isLate(response)), response.text);
    // 202: on a busy machine the provider's deadline may pass, but the send has found a connector.
    for (const response of await Promise.all(sends))
      assert.ok([200, 202].includes(response.status) || (await isLate(response)), response.text);
  }
  for (const pair of pairs) {
    const [account, token] = pair.split(" ");
    const expected =
      account === twilio.config.accountSID ? twilio.config.authToken : `token-of-number-${account.slice(2)}`;
    assert.equal(token, expected);
  }
  const [{ config }] = (await api("GET", "/connectors")).json;
  assert.equal(config.authToken.hint, `token-of-number-${config.accountSID.slice(2)}`.slice(-4));
});
