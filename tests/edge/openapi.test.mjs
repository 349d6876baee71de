// docs/openapi.json and the code: its routes, error codes, usage types and forms are the Worker's, real responses conform
// to it, and the Worker rejects what it rejects.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  document,
  documentText,
  errorCodesOf,
  fillPath,
  operations,
  readSource,
  resolveRef,
  responseOf,
  validatorAt,
  validatorFor,
  walkObjects,
} from "../openapi/document.mjs";
import { mutate } from "../openapi/mutate.mjs";
import { apiKey, eventually, newPhone, secrets, startWorker, twilio } from "./worker.mjs";

const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "QUERY"];
/** The platform serves it, without Allow in a 405. The Worker that `call` reaches serves no files. */
const staticFile = "/openapi.json";
const httpSms = { connectorId: "http-sms", config: { endpoint: "https://hooks.example.com/sms" } };
const limits = {
  RESEND_COOLDOWNS: "0",
  SENDS_PER_HOUR: "1000",
  SENDS_PER_DAY: "1000",
  ALLOW_MOCK: "1",
  BRIDGE_TEXT: "caller",
};

let otp;
before(async () => {
  otp = await startWorker({ vars: limits });
});
after(() => otp.close());

const keyFor = (path) => (path.startsWith("/api/") ? secrets.ADMIN_KEY : apiKey);

const request = (worker, method, path, body, { key = keyFor(path), headers } = {}) =>
  worker.call(path, {
    method,
    body,
    key,
    headers: { ...(body === undefined ? {} : { "content-type": "application/json" }), ...headers },
  });

const save = async (connector) => (await request(otp, "POST", "/api/connectors", connector)).json;

// The document alone.

test("every reference resolves and every component is used", () => {
  const targets = new Set();
  for (const { value } of walkObjects(document)) {
    if (typeof value.$ref !== "string") continue;
    assert.ok(resolveRef(value), value.$ref);
    targets.add(value.$ref);
  }
  for (const kind of ["schemas", "responses", "headers"]) {
    for (const name of Object.keys(document.components[kind])) {
      assert.ok(targets.has(`#/components/${kind}/${name}`), `${kind}/${name} is not used`);
    }
  }
  const ids = operations.map(({ operation }) => operation.operationId);
  assert.equal(new Set(ids).size, ids.length);
  assert.equal(document.info.version, /^version = "(.+)"/m.exec(readSource("Cargo.toml"))[1]);
});

test("every example conforms to its schema", () => {
  let count = 0;
  for (const { value, path } of walkObjects(document)) {
    if (!value.examples || !value.schema || Array.isArray(value.examples)) continue;
    const validate = validatorAt([...path, "schema"], { strict: true });
    for (const [name, example] of Object.entries(value.examples)) {
      assert.equal(validate(example.value), undefined, `${path.join(" ")} ${name}`);
      count += 1;
    }
  }
  for (const { parameters } of operations) {
    for (const { schema, example } of parameters) assert.equal(validatorFor(schema)(example), undefined);
  }
  assert.ok(count > 50, `${count} examples`);
});

// The document and the sources.

test("the error codes and their statuses are those of the error table", () => {
  const table = [...readSource("crates/core/src/error.rs").matchAll(/\(\s*(\d{3}),\s*"([a-z_.]+)"/g)];
  const rows = new Set(table.map(([, status, code]) => `${status} ${code}`));
  assert.ok(rows.size >= 28, `${rows.size} rows`);
  const documented = new Set();
  for (const one of operations) {
    for (const status of Object.keys(one.operation.responses)) {
      for (const code of errorCodesOf(responseOf(one, status).response)) documented.add(`${status} ${code}`);
    }
  }
  assert.deepEqual([...documented].sort(), [...rows].sort());
  const codes = new Set(table.map(([, , code]) => code));
  assert.deepEqual([...document.components.schemas.ErrorCode.enum].sort(), [...codes].sort());
});

test("the usage types are those of the code", () => {
  const names = [...readSource("crates/core/src/usage_type.rs").matchAll(/Self::\w+ => "(\w+)"/g)].map(
    ([, name]) => name,
  );
  assert.deepEqual(document.components.schemas.UsageType.enum, names);
});

test("the routes are those of the router", () => {
  const withoutNames = (path) => path.replace(/\{\w+\}/g, "{}");
  const documented = new Set(operations.map(({ method, path }) => `${method} ${withoutNames(path)}`));
  const routes = new Set(["GET /openapi.json", "HEAD /openapi.json"]);
  const router = readSource("src/router.rs");
  for (const [, path, names] of router.matchAll(/\("(\/[\w/-]+)", ((?:"[A-Z]+"(?: \| )?)+)\) =>/g)) {
    for (const name of names.split(" | ")) routes.add(`${name.slice(1, -1)} ${path}`);
  }
  const path = (segments) => segments.map((one) => `/${/^"(.*)"$/.exec(one)?.[1] ?? "{}"}`).join("");
  const below = (prefix, list) => `${prefix}${path(list.split(", ").filter(Boolean))}`;
  const [management, connectors] = router
    .split("async fn route_management")[1]
    .split("async fn route_connectors");
  for (const [, list, name] of management.matchAll(/\(\[([^\]]+)\], "([A-Z]+)"\) =>/g)) {
    routes.add(`${name} ${below("/api", list)}`);
  }
  for (const [, list, name] of connectors.matchAll(/\(\[([^\]]*)\], "([A-Z]+)"\) =>/g)) {
    routes.add(`${name} ${below("/api/connectors", list)}`);
  }
  // The dialects have two entries: the generic one, and those of auth servers.
  assert.match(router, /\(path, method\) if path\.starts_with\("\/deliver\/"\) =>/);
  for (const deliver of ["POST /deliver/generic", "POST /deliver/{}"]) routes.add(deliver);
  assert.deepEqual([...documented].sort(), [...routes].sort());
});

// The document and the running Worker.

test("the Worker serves the document unchanged", async () => {
  const response = await otp.server.fetch("/openapi.json");
  const served = await response.text();
  assert.equal(response.status, 200, "docs/openapi.json is not in console/dist: the build copies it there");
  assert.match(response.headers.get("content-type"), /^application\/json\b/);
  assert.equal(served, documentText, "console/dist/openapi.json is stale: build again");
});

test("every operation exists, and every other method is 405 with Allow", async () => {
  for (const path of Object.keys(document.paths)) {
    const allowed = operations.filter((one) => one.path === path).map(({ method }) => method);
    for (const method of methods) {
      const response =
        path === staticFile
          ? await otp.server.fetch(path, { method })
          : await request(otp, method, fillPath(path));
      const name = `${method} ${path}: ${response.status} ${response.text}`;
      if (allowed.includes(method)) {
        assert.ok(response.status !== 405 && response.code !== "request.not_found", name);
        continue;
      }
      assert.equal(response.status, 405, name);
      if (path === staticFile) continue;
      assert.equal(response.headers.get("allow"), allowed.join(", "), name);
      if (method === "HEAD") continue;
      assert.equal(response.code, "request.method_not_allowed", name);
      for (const one of operations.filter((other) => other.path === path && other.method !== "HEAD")) {
        assertConforms(one, response);
      }
    }
  }
});

/** Asserts that a response is one that the operation documents: status, headers and body. */
const assertConforms = (one, response) => {
  const name = `${one.method} ${one.path}: ${response.status} ${response.text}`;
  const documented = responseOf(one, response.status);
  assert.ok(documented, `${name} is not documented`);
  const { response: definition, schema } = documented;
  for (const [header, declared] of Object.entries(definition.headers ?? {})) {
    const { required, schema: headerSchema } = resolveRef(declared);
    const value = response.headers.get(header);
    assert.ok(value !== null || !required, `${name} lacks ${header}`);
    const typed = headerSchema.type === "integer" ? Number(value) : value;
    if (value !== null) assert.equal(validatorFor(headerSchema)(typed), undefined, `${name}: ${header}`);
  }
  if (one.method === "HEAD") return;
  if (!definition.content) return assert.equal(response.text, "", name);
  assert.match(response.headers.get("content-type"), /^application\/json\b/, name);
  assert.equal(validatorAt(schema, { strict: true })(response.json), undefined, name);
};

// The members of `data` by error code; none if a code is not listed.
const dataOf = {
  "guard.invalid_input": ["issues"],
  "connector.invalid_config": ["issues"],
  "config.invalid": ["issues"],
  "phone.invalid": ["reason"],
  "phone.not_allowed": ["reason"],
  "verification_code.code_mismatch": ["attemptsLeft"],
  "verification_code.locked": ["retryAfter"],
  "request.message_rate_limited": ["limit", "retryAfter"],
  "connector.rate_limit_exceeded": ["provider", "retryAfter"],
  "connector.general": ["provider"],
  "connector.invalid_response": ["provider"],
};

const covered = new Set();

/** Makes a request and checks the response, which is recorded for the last test. */
const assertResponse = async (
  operationId,
  status,
  code,
  { values, body, key, headers, worker = otp, query = "" } = {},
) => {
  const one = operations.find(({ operation }) => operation.operationId === operationId);
  const path = fillPath(one.path, values) + query;
  const response = await request(worker, one.method, path, body, { key, headers });
  assert.equal(`${response.status} ${response.code}`, `${status} ${code}`, response.text);
  assertConforms(one, response);
  if (code) {
    assert.deepEqual(Object.keys(response.json.data ?? {}).sort(), dataOf[code] ?? [], response.text);
    assert.equal(response.json.requestId, response.headers.get("x-request-id"));
  }
  covered.add(code ?? `${operationId} ${status}`);
  return response;
};

test("responses of send and verify conform", async () => {
  const phone = newPhone();
  await assertResponse("sendCode", 200, undefined, { body: { phone, usageType: "SignIn", locale: "de_DE" } });
  const { code } = otp.provider;
  const wrong = code === "000000" ? "000001" : "000000";
  const attempt = (tried) => ({ body: { phone, usageType: "SignIn", code: tried } });
  await assertResponse("verifyCode", 400, "verification_code.code_mismatch", attempt(wrong));
  await assertResponse("verifyCode", 200, undefined, attempt(code));
  await assertResponse("verifyCode", 400, "verification_code.not_found", attempt(code));
  await assertResponse("verifyCode", 400, "phone.invalid", { body: { phone: "12", code } });
  await assertResponse("sendCode", 400, "guard.invalid_input", { body: { phone, surplus: 1 } });
  await assertResponse("sendCode", 401, "auth.unauthorized", { body: { phone }, key: "" });
  await assertResponse("sendCode", 413, "request.too_large", { body: { phone, locale: "x".repeat(9_000) } });
  await assertResponse("sendCode", 415, "request.unsupported_media_type", {
    body: "{}",
    headers: { "content-type": "text/plain" },
  });
  const headers = { "idempotency-key": "one of the tests" };
  await assertResponse("sendCode", 200, undefined, { body: { phone }, headers });
  await assertResponse("sendCode", 422, "request.idempotency_conflict", {
    body: { phone, locale: "en" },
    headers,
  });
  const wrongCode = { body: { phone, code: otp.provider.code === "000000" ? "000001" : "000000" } };
  for (let i = 0; i < 5; i += 1)
    await assertResponse("verifyCode", 400, "verification_code.code_mismatch", wrongCode);
  await assertResponse("verifyCode", 400, "verification_code.exceed_max_try", wrongCode);
});

test("responses after each outcome of a provider conform", async () => {
  const responses = [
    [() => new Response("", { status: 500 }), 202, undefined],
    [() => Response.json({ code: 21211 }, { status: 400 }), 502, "connector.general"],
    [() => new Response("not JSON", { status: 400 }), 502, "connector.invalid_response"],
    [
      () => new Response("{}", { status: 429, headers: { "retry-after": "17" } }),
      429,
      "connector.rate_limit_exceeded",
    ],
  ];
  for (const [respond, status, code] of responses) {
    otp.provider.answer = respond;
    await assertResponse("sendCode", status, code, { body: { phone: newPhone() } });
    const body = { phone: newPhone(), config: twilio.config };
    await assertResponse("testConnector", status, code, { values: { factoryId: twilio.connectorId }, body });
    await assertResponse("sendCodeAsLogto", status === 202 ? 204 : status, code, {
      body: { phone: newPhone().slice(1) },
    });
  }
  otp.provider.accept();
});

test("responses of deliveries conform", async () => {
  const code = "314159";
  const deliver = (status, error, body, options) =>
    assertResponse("deliverCode", status, error, { body, ...options });
  await deliver(200, undefined, { to: newPhone(), code, usageType: "SignIn", locale: "de_DE" });
  await deliver(200, undefined, { to: newPhone(), text: `Your code is ${code}` });
  await deliver(400, "guard.invalid_input", { to: newPhone() });
  await deliver(400, "phone.invalid", { to: "14155550123", code });
  await deliver(401, "auth.unauthorized", { to: newPhone(), code }, { key: "" });
  const plain = { headers: { "content-type": "text/plain" } };
  await deliver(415, "request.unsupported_media_type", { to: newPhone(), code }, plain);
  await deliver(413, "request.too_large", { to: newPhone(), code, locale: "x".repeat(66_000) });
  const logto = (to) => ({ to, type: "SignIn", payload: { code } });
  await assertResponse("deliverInDialect", 200, undefined, { body: logto(newPhone().slice(1)) });
  await assertResponse("deliverInDialect", 400, "phone.invalid", { body: logto("12") });
  await assertResponse("deliverInDialect", 401, "auth.unauthorized", { body: logto("12"), key: "" });
  await assertResponse("deliverInDialect", 404, "request.not_found", {
    values: { dialect: "clerk" },
    body: {},
  });
  await assertResponse("listBridges", 200);
  await assertResponse("testBridge", 200, undefined, { body: { phone: newPhone() } });
  const unset = { values: { dialect: "clerk" }, body: { phone: newPhone() } };
  await assertResponse("testBridge", 404, "entity.not_found", unset);
});

test("responses of Logto's verification code routes conform", async () => {
  const phone = newPhone().slice(1);
  await assertResponse("sendCodeAsLogto", 204, undefined, { body: { phone } });
  const { code } = otp.provider;
  await assertResponse("verifyCodeAsLogto", 204, undefined, { body: { phone, verificationCode: code } });
  await assertResponse("verifyCodeAsLogto", 400, "verification_code.not_found", {
    body: { phone, verificationCode: code },
  });
  await assertResponse("verifyCodeAsLogto", 400, "guard.invalid_input", { body: { phone } });
  await assertResponse("sendCodeAsLogto", 400, "phone.invalid", { body: { phone: "abc" } });
});

test("responses of the message log and about a phone number conform", async () => {
  const logged = await startWorker({ vars: { MESSAGE_LOG: "1" } });
  try {
    await logged.send({ phone: newPhone(), usageType: "SignIn" });
    await logged.send({ phone: "1" });
    logged.provider.answer = () => Response.json({ code: 21211 }, { status: 400 });
    await logged.send({ phone: newPhone() });
    const list = (query) => assertResponse("listMessages", 200, undefined, { worker: logged, query });
    await eventually(async () => (await list("")).json.messages.length >= 3, "entry of each send");
    const { json } = await list("?limit=2");
    await list(`?limit=2&cursor=${json.nextCursor}`);
    await assertResponse("summarizeMessages", 200, undefined, { worker: logged });
  } finally {
    await logged.close();
  }
  await assertResponse("listMessages", 200);
  await assertResponse("listMessages", 400, "guard.invalid_input", { query: "?limit=0" });
  await assertResponse("summarizeMessages", 200);
  await assertResponse("identifyPhone", 200, undefined, { body: { phone: newPhone() } });
  await assertResponse("identifyPhone", 400, "phone.invalid", { body: { phone: "1" } });
});

test("responses of the management API conform", async () => {
  await assertResponse("getHealth", 200);
  await assertResponse("headHealth", 200);
  await assertResponse("listFactories", 200);
  await assertResponse("getFactory", 200);
  await assertResponse("getFactory", 404, "entity.not_found", { values: { id: "nope" } });
  await assertResponse("getFactory", 404, "request.not_found", { values: { id: ".." } });
  await assertResponse("getSettings", 200);
  await assertResponse("getSettings", 401, "auth.unauthorized", { key: apiKey });
  await assertResponse("listConnectors", 200);
  const { json: created } = await assertResponse("saveConnector", 200, undefined, { body: twilio });
  const values = { id: created.id };
  await assertResponse("listConnectors", 200);
  await assertResponse("getConnector", 200, undefined, { values });
  await assertResponse("patchConnector", 200, undefined, { values, body: { config: created.config } });
  await assertResponse("patchConnector", 400, "connector.invalid_config", { values, body: { config: {} } });
  const stale = { values, headers: { "if-match": '"stale"' } };
  await assertResponse("patchConnector", 412, "entity.conflict", { ...stale, body: { config: {} } });
  await assertResponse("deleteConnector", 412, "entity.conflict", stale);
  await assertResponse("saveConnector", 400, "guard.invalid_input", { body: { connectorId: 1 } });
  const unknown = { connectorId: "nope", config: {} };
  await assertResponse("saveConnector", 422, "connector.not_found_with_connector_id", { body: unknown });
  await assertResponse("testConnector", 204, undefined, {
    values: { factoryId: twilio.connectorId },
    body: { phone: newPhone(), config: created.config },
  });
  const testRequest = (phone, usageType) => {
    const templates = [{ usageType, content: "{{code}}" }];
    const body = { phone, config: { username: "u", passwordOrApiKey: "p", templates } };
    return { values: { factoryId: "smsbao-sms" }, body };
  };
  await assertResponse(
    "testConnector",
    422,
    "connector.template_not_found",
    testRequest("+8613800138000", "Register"),
  );
  await assertResponse(
    "testConnector",
    422,
    "connector.invalid_request_parameters",
    testRequest(newPhone(), "Generic"),
  );
  await assertResponse("deleteConnector", 204, undefined, { values });
  await assertResponse("deleteConnector", 404, "entity.not_found", { values });
  await assertResponse("sendCode", 501, "connector.not_found", { body: { phone: newPhone() } });
  await assertResponse("listArchive", 200);
  await assertResponse("restoreConnector", 200, undefined, { values });
  await assertResponse("restoreConnector", 404, "entity.not_found", { values: { id: "nope" } });
  await assertResponse("restoreConnector", 405, "request.method_not_allowed", { values: { id: ".." } });
  await request(otp, "DELETE", `/api/connectors/${created.id}`);
  await otp.kv.put("connector", "not json");
  await assertResponse("sendCode", 500, "connector.invalid_config", { body: { phone: newPhone() } });
  const broken = await assertResponse("listConnectors", 200);
  assert.equal(broken.json[0].issues.length, 1);
  await assertResponse("getConnector", 200, undefined, { values: { id: "connector" } });
  await otp.kv.put("connector", JSON.stringify(twilio));
  const manual = await assertResponse("getConnector", 200, undefined, { values: { id: twilio.connectorId } });
  assert.equal(manual.json.createdAt, null);
});

test("responses about limits, storage and settings conform", async () => {
  const strict = await startWorker({ vars: { ALLOWED_COUNTRIES: "US", DAILY_FAILURES: "1" } });
  try {
    const options = (body) => ({ worker: strict, body });
    const phone = newPhone();
    await assertResponse("getSettings", 200, undefined, { worker: strict });
    await assertResponse("sendCode", 200, undefined, options({ phone }));
    await assertResponse("sendCode", 429, "request.message_rate_limited", options({ phone }));
    await assertResponse("sendCode", 403, "phone.not_allowed", options({ phone: "+4915112345678" }));
    const code = strict.provider.code === "000000" ? "000001" : "000000";
    await assertResponse("verifyCode", 400, "verification_code.code_mismatch", options({ phone, code }));
    await assertResponse("verifyCode", 429, "verification_code.locked", options({ phone, code }));
    await assertResponse("sendCode", 429, "verification_code.locked", options({ phone }));
    await assertResponse("sendCodeAsLogto", 429, "verification_code.locked", options({ phone }));
    await assertResponse("unlockPhone", 204, undefined, options({ phone }));
    await assertResponse("sendCode", 429, "request.message_rate_limited", options({ phone }));
    const other = newPhone();
    await assertResponse("sendCode", 200, undefined, options({ phone: other }));
    for (const { name } of await strict.kvEntries()) {
      if (name.startsWith("code:")) await strict.kv.put(name, "not a record");
    }
    await assertResponse("verifyCode", 503, "storage.unavailable", options({ phone: other, code: "000000" }));
  } finally {
    await strict.close();
  }
  const broken = await startWorker({ vars: { CODE_LENGTH: "five" } });
  try {
    await assertResponse("getHealth", 500, "config.invalid", { worker: broken });
    await assertResponse("headHealth", 500, undefined, { worker: broken });
  } finally {
    await broken.close();
  }
});

test("the tested responses cover every error code but internal and expired", () => {
  const uncovered = document.components.schemas.ErrorCode.enum.filter((code) => !covered.has(code));
  assert.deepEqual(uncovered.sort(), ["internal", "verification_code.expired"]);
  assert.ok(covered.size >= 40, `${covered.size} kinds of responses`);
});

// The forms of the connectors.

test("the config schemas are those of the factories' forms", async () => {
  const { json: factories } = await request(otp, "GET", "/api/connector-factories");
  assert.deepEqual(
    document.components.schemas.ConnectorId.enum,
    factories.map(({ id }) => id),
  );
  for (const { id, formItems } of factories) {
    const schema = configOf(id);
    assert.deepEqual(
      Object.keys(schema.properties),
      formItems.map(({ key }) => key),
      id,
    );
    // A confidential field may be left out, which leaves its value unchanged.
    const required = formItems.filter((item) => item.required && !item.isConfidential);
    assert.deepEqual(
      schema.required,
      required.map(({ key }) => key),
      id,
    );
    for (const item of formItems) {
      const name = `${id}.${item.key}`;
      const property = schema.properties[item.key];
      const secret = property.anyOf?.some(({ $ref }) => $ref === "#/components/schemas/KeptSecret") ?? false;
      assert.equal(secret, item.isConfidential, name);
      if (item.type === "Switch") assert.deepEqual(property.type, ["boolean", "null"], name);
      if (!item.templates) continue;
      const item0 = property.items.allOf?.[0] ?? property.items;
      const { properties } = resolveRef(item0);
      const member = { text: "content", registered: "templateCode", named: "templateName" };
      assert.ok(properties[member[item.templates.shape]], name);
      assert.equal(Boolean(property.contains), item.templates.generic, name);
      assert.equal(Boolean(resolveRef(properties.usageType).enum), item.templates.knownUsages, name);
    }
  }
});

/** Returns the schema of a factory's config. */
const configOf = (id) => {
  const { oneOf } = document.components.schemas.ConnectorInput;
  return resolveRef(oneOf.find((branch) => branch.properties.connectorId.const === id).properties.config);
};

// What the schemas reject.

const rejections = new Set([
  "guard.invalid_input",
  "phone.invalid",
  "connector.invalid_config",
  "connector.not_found_with_connector_id",
]);

test("the Worker rejects what a schema rejects, and accepts what it accepts", async (t) => {
  const count = { rejected: 0, accepted: 0 };
  const check = async (operationId, example, { values, config } = {}) => {
    const one = operations.find(({ operation }) => operation.operationId === operationId);
    const path = [...one.pointer, "requestBody", "content", "application/json", "schema"];
    const schema = resolveRef(resolveRef(one.operation.requestBody).content["application/json"].schema);
    const validate = validatorAt(path);
    // The schema accepts any connector's config; the Worker knows the factory.
    const validateConfig = validatorFor(config ? { properties: { config: configOf(config) } } : true);
    const secrets = config
      ? Object.keys(configOf(config).properties).filter((key) => configOf(config).properties[key].anyOf)
      : [];
    for (const { value, path: at, to } of mutate(example)) {
      const error = validate(value);
      // The schema cannot state whether a secret may be missing: there may be a stored one, also of the alternative to an
      // empty one.
      const isMissing = (to ?? null) === null || (to === "" && config === twilio.connectorId);
      if (!error && secrets.includes(at.at(-1)) && isMissing) continue;
      const response = await request(otp, one.method, fillPath(one.path, values), value);
      const name = `${operationId} ${at.join(".")} = ${JSON.stringify(to)}: ${response.status} ${response.text}`;
      assertConforms(one, response);
      if (error) {
        assert.ok(rejections.has(response.code), `rejected by ${schema.description}: ${error}; ${name}`);
        count.rejected += 1;
      } else if (!validateConfig(value)) {
        assert.ok(!rejections.has(response.code), `accepted by ${schema.description}; ${name}`);
        count.accepted += 1;
      } else {
        assert.ok(rejections.has(response.code), `rejected by the config's schema; ${name}`);
        count.rejected += 1;
      }
    }
  };
  const examples = (operationId) => {
    const { operation } = operations.find((one) => one.operation.operationId === operationId);
    return Object.values(operation.requestBody.content["application/json"].examples).map(
      ({ value }) => value,
    );
  };
  for (const id of ["sendCode", "verifyCode", "deliverCode", "sendCodeAsLogto", "verifyCodeAsLogto"]) {
    for (const example of examples(id)) await check(id, example);
  }
  for (const example of examples("saveConnector")) {
    await check("saveConnector", example, { config: example.connectorId });
  }
  const { id } = await save(httpSms);
  for (const example of examples("patchConnector")) {
    await check("patchConnector", example, { values: { id }, config: "http-sms" });
  }
  for (const example of examples("testConnector")) {
    await check("testConnector", example, {
      values: { factoryId: twilio.connectorId },
      config: twilio.connectorId,
    });
  }
  t.diagnostic(`${count.rejected} rejected by both, ${count.accepted} accepted by both`);
  assert.ok(count.rejected > 300 && count.accepted > 30, JSON.stringify(count));
});
