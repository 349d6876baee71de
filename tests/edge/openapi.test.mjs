// docs/openapi.json against the code: its routes, error codes, usage types and forms are the Worker's own, real
// answers fit it, and what it refuses the Worker refuses, too.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  codesOf,
  document,
  filled,
  objects,
  operations,
  resolve,
  responseOf,
  source,
  text,
  validator,
  validatorOf,
} from "../openapi/document.mjs";
import { apiKey, newPhone, secrets, startWorker, twilio } from "./worker.mjs";

const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "QUERY"];
/** The platform answers for it, and tells no methods in a 405. The Worker by itself, as `call` asks it, has no files. */
const staticFile = "/openapi.json";
const httpSms = { connectorId: "http-sms", config: { endpoint: "https://hooks.example.com/sms" } };
const limits = { RESEND_COOLDOWNS: "0", SENDS_PER_HOUR: "1000", SENDS_PER_DAY: "1000", ALLOW_MOCK: "1" };

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

// The document by itself.

test("every reference leads somewhere and every component is used", () => {
  const targets = new Set();
  for (const { value } of objects(document)) {
    if (typeof value.$ref !== "string") continue;
    assert.ok(resolve(value), value.$ref);
    targets.add(value.$ref);
  }
  for (const kind of ["schemas", "responses", "headers"]) {
    for (const name of Object.keys(document.components[kind])) {
      assert.ok(targets.has(`#/components/${kind}/${name}`), `${kind}/${name} is not used`);
    }
  }
  const ids = operations.map(({ operation }) => operation.operationId);
  assert.equal(new Set(ids).size, ids.length);
  assert.equal(document.info.version, /^version = "(.+)"/m.exec(source("Cargo.toml"))[1]);
});

test("every example fits its schema", () => {
  let count = 0;
  for (const { value, path } of objects(document)) {
    if (!value.examples || !value.schema || Array.isArray(value.examples)) continue;
    const validate = validator([...path, "schema"], { strict: true });
    for (const [name, example] of Object.entries(value.examples)) {
      assert.equal(validate(example.value), undefined, `${path.join(" ")} ${name}`);
      count += 1;
    }
  }
  for (const { parameters } of operations) {
    for (const { schema, example } of parameters) assert.equal(validatorOf(schema)(example), undefined);
  }
  assert.ok(count > 50, `${count} examples`);
});

// The document and the sources.

test("the error codes, and the status of each, are the error table's", () => {
  const table = [...source("src/error/mod.rs").matchAll(/\(\s*(\d{3}),\s*"([a-z_.]+)"/g)];
  const rows = new Set(table.map(([, status, code]) => `${status} ${code}`));
  assert.ok(rows.size >= 28, `${rows.size} rows`);
  const documented = new Set();
  for (const one of operations) {
    for (const status of Object.keys(one.operation.responses)) {
      for (const code of codesOf(responseOf(one, status).response)) documented.add(`${status} ${code}`);
    }
  }
  assert.deepEqual([...documented].sort(), [...rows].sort());
  const codes = new Set(table.map(([, , code]) => code));
  assert.deepEqual([...document.components.schemas.ErrorCode.enum].sort(), [...codes].sort());
});

test("the usage types are the code's", () => {
  const names = [...source("src/usage.rs").matchAll(/Self::\w+ => "(\w+)"/g)].map(([, name]) => name);
  assert.deepEqual(document.components.schemas.UsageType.enum, names);
});

test("no route of the code is missing", () => {
  const nameless = (path) => path.replace(/\{\w+\}/g, "{}");
  const documented = new Set(operations.map(({ method, path }) => `${method} ${nameless(path)}`));
  const routes = new Set(["GET /openapi.json", "HEAD /openapi.json"]);
  for (const [, path, names] of source("src/edge/mod.rs").matchAll(
    /\("(\/[\w/-]+)", ((?:"[A-Z]+"(?: \| )?)+)\)/g,
  )) {
    for (const name of names.split(" | ")) routes.add(`${name.slice(1, -1)} ${path}`);
  }
  const management = source("src/edge/management.rs");
  const path = (segments) => segments.map((one) => `/${/^"(.*)"$/.exec(one)?.[1] ?? "{}"}`).join("");
  const below = (prefix, list) => `${prefix}${path(list.split(", ").filter(Boolean))}`;
  for (const [, list, name] of management.matchAll(/\[([^\]]+)\] => \{\s+self\.only\("([A-Z]+)"/g)) {
    routes.add(`${name.toUpperCase()} ${below("/api", list)}`);
  }
  for (const [, list, name] of management.matchAll(/\(\[([^\]]*)\], "([A-Z]+)"\) =>/g)) {
    routes.add(`${name.toUpperCase()} ${below("/api/connectors", list)}`);
  }
  assert.deepEqual([...documented].sort(), [...routes].sort());
});

// The document and the running Worker.

test("the Worker serves the document as it stands", async () => {
  const answer = await otp.server.fetch("/openapi.json");
  const served = await answer.text();
  assert.equal(answer.status, 200, "docs/openapi.json is not in console/dist: the build copies it there");
  assert.match(answer.headers.get("content-type"), /^application\/json\b/);
  assert.equal(served, text, "console/dist/openapi.json is stale: build again");
});

test("every operation exists; every other method is answered by 405 and the list of those", async () => {
  for (const path of Object.keys(document.paths)) {
    const allowed = operations.filter((one) => one.path === path).map(({ method }) => method);
    for (const method of methods) {
      const answer =
        path === staticFile
          ? await otp.server.fetch(path, { method })
          : await request(otp, method, filled(path));
      const name = `${method} ${path}: ${answer.status} ${answer.text}`;
      if (allowed.includes(method)) {
        assert.ok(answer.status !== 405 && answer.code !== "request.not_found", name);
        continue;
      }
      assert.equal(answer.status, 405, name);
      if (path === staticFile) continue;
      assert.equal(answer.headers.get("allow"), allowed.join(", "), name);
      if (method === "HEAD") continue;
      assert.equal(answer.code, "request.method_not_allowed", name);
      for (const one of operations.filter((other) => other.path === path && other.method !== "HEAD")) {
        assertFits(one, answer);
      }
    }
  }
});

/** An answer is one that the operation documents: its status, its headers, its body. */
const assertFits = (one, answer) => {
  const name = `${one.method} ${one.path}: ${answer.status} ${answer.text}`;
  const documented = responseOf(one, answer.status);
  assert.ok(documented, `${name} is not documented`);
  const { response, schema } = documented;
  for (const [header, declared] of Object.entries(response.headers ?? {})) {
    const { required, schema: form } = resolve(declared);
    const value = answer.headers.get(header);
    assert.ok(value !== null || !required, `${name} lacks ${header}`);
    const typed = form.type === "integer" ? Number(value) : value;
    if (value !== null) assert.equal(validatorOf(form)(typed), undefined, `${name}: ${header}`);
  }
  if (one.method === "HEAD") return;
  if (!response.content) return assert.equal(answer.text, "", name);
  assert.match(answer.headers.get("content-type"), /^application\/json\b/, name);
  assert.equal(validator(schema, { strict: true })(answer.json), undefined, name);
};

// Which members `data` has, by code; [] for none.
const dataOf = {
  "guard.invalid_input": ["issues"],
  "connector.invalid_config": ["issues"],
  "config.invalid": ["issues"],
  "verification_code.code_mismatch": ["attemptsLeft"],
  "verification_code.locked": ["retryAfter"],
  "request.message_rate_limited": ["limit", "retryAfter"],
  "connector.rate_limit_exceeded": ["provider", "retryAfter"],
  "connector.general": ["provider"],
  "connector.invalid_response": ["provider"],
};

const seen = new Set();

/** Calls and checks the answer; what was seen is kept for the last test. */
const fits = async (
  operationId,
  status,
  code,
  { values, body, key, headers, worker = otp, query = "" } = {},
) => {
  const one = operations.find(({ operation }) => operation.operationId === operationId);
  const path = filled(one.path, values) + query;
  const answer = await request(worker, one.method, path, body, { key, headers });
  assert.equal(`${answer.status} ${answer.code}`, `${status} ${code}`, answer.text);
  assertFits(one, answer);
  if (code) {
    assert.deepEqual(Object.keys(answer.json.data ?? {}).sort(), dataOf[code] ?? [], answer.text);
    assert.equal(answer.json.requestId, answer.headers.get("x-request-id"));
  }
  seen.add(code ?? `${operationId} ${status}`);
  return answer;
};

test("real answers fit: send and verify", async () => {
  const phone = newPhone();
  await fits("sendCode", 200, undefined, { body: { phone, usageType: "SignIn", locale: "de" } });
  const { code } = otp.provider;
  const wrong = code === "000000" ? "000001" : "000000";
  const guess = (guessed) => ({ body: { phone, usageType: "SignIn", code: guessed } });
  await fits("verifyCode", 400, "verification_code.code_mismatch", guess(wrong));
  await fits("verifyCode", 200, undefined, guess(code));
  await fits("verifyCode", 400, "verification_code.not_found", guess(code));
  await fits("verifyCode", 400, "phone.invalid", { body: { phone: "12", code } });
  await fits("sendCode", 400, "guard.invalid_input", { body: { phone, surplus: 1 } });
  await fits("sendCode", 401, "auth.unauthorized", { body: { phone }, key: "" });
  await fits("sendCode", 413, "request.too_large", { body: { phone, locale: "x".repeat(9_000) } });
  await fits("sendCode", 415, "request.unsupported_media_type", {
    body: "{}",
    headers: { "content-type": "text/plain" },
  });
  const headers = { "idempotency-key": "one of the tests" };
  await fits("sendCode", 200, undefined, { body: { phone }, headers });
  await fits("sendCode", 422, "request.idempotency_conflict", { body: { phone, locale: "en" }, headers });
  const spend = { body: { phone, code: otp.provider.code === "000000" ? "000001" : "000000" } };
  for (let i = 0; i < 5; i += 1) await fits("verifyCode", 400, "verification_code.code_mismatch", spend);
  await fits("verifyCode", 400, "verification_code.exceed_max_try", spend);
});

test("real answers fit: what providers say", async () => {
  const answers = [
    [() => new Response("", { status: 500 }), 202, undefined],
    [() => Response.json({ code: 21211 }, { status: 400 }), 502, "connector.general"],
    [() => new Response("no JSON", { status: 400 }), 502, "connector.invalid_response"],
    [
      () => new Response("{}", { status: 429, headers: { "retry-after": "17" } }),
      429,
      "connector.rate_limit_exceeded",
    ],
  ];
  for (const [answer, status, code] of answers) {
    otp.provider.answer = answer;
    await fits("sendCode", status, code, { body: { phone: newPhone() } });
    const body = { phone: newPhone(), config: twilio.config };
    await fits("testConnector", status, code, { values: { factoryId: twilio.connectorId }, body });
    await fits("sendCodeAsLogto", status === 202 ? 204 : status, code, {
      body: { phone: newPhone().slice(1) },
    });
  }
  otp.provider.accept();
});

test("real answers fit: Logto's verification codes", async () => {
  const phone = newPhone().slice(1);
  await fits("sendCodeAsLogto", 204, undefined, { body: { phone } });
  const { code } = otp.provider;
  await fits("verifyCodeAsLogto", 204, undefined, { body: { phone, verificationCode: code } });
  await fits("verifyCodeAsLogto", 400, "verification_code.not_found", {
    body: { phone, verificationCode: code },
  });
  await fits("verifyCodeAsLogto", 400, "guard.invalid_input", { body: { phone } });
  await fits("sendCodeAsLogto", 400, "phone.invalid", { body: { phone: "abc" } });
});

test("real answers fit: the management API", async () => {
  await fits("getHealth", 200);
  await fits("headHealth", 200);
  await fits("listFactories", 200);
  await fits("getFactory", 200);
  await fits("getFactory", 404, "entity.not_found", { values: { id: "nope" } });
  await fits("getFactory", 404, "request.not_found", { values: { id: ".." } });
  await fits("getSettings", 200);
  await fits("getSettings", 401, "auth.unauthorized", { key: apiKey });
  await fits("listConnectors", 200);
  const { json: made } = await fits("saveConnector", 200, undefined, { body: twilio });
  const values = { id: made.id };
  await fits("listConnectors", 200);
  await fits("getConnector", 200, undefined, { values });
  await fits("patchConnector", 200, undefined, { values, body: { config: made.config } });
  await fits("patchConnector", 400, "connector.invalid_config", { values, body: { config: {} } });
  await fits("saveConnector", 400, "guard.invalid_input", { body: { connectorId: 1 } });
  const unknown = { connectorId: "nope", config: {} };
  await fits("saveConnector", 422, "connector.not_found_with_connector_id", { body: unknown });
  await fits("testConnector", 204, undefined, {
    values: { factoryId: twilio.connectorId },
    body: { phone: newPhone(), config: made.config },
  });
  const trial = (phone, usageType) => {
    const templates = [{ usageType, content: "{{code}}" }];
    const body = { phone, config: { username: "u", passwordOrApiKey: "p", templates } };
    return { values: { factoryId: "smsbao-sms" }, body };
  };
  await fits("testConnector", 422, "connector.template_not_found", trial("+8613800138000", "Register"));
  await fits("testConnector", 422, "connector.invalid_request_parameters", trial(newPhone(), "Generic"));
  await fits("deleteConnector", 204, undefined, { values });
  await fits("deleteConnector", 404, "entity.not_found", { values });
  await fits("sendCode", 501, "connector.not_found", { body: { phone: newPhone() } });
  await fits("listArchive", 200);
  await fits("restoreConnector", 200, undefined, { values });
  await fits("restoreConnector", 404, "entity.not_found", { values: { id: "nope" } });
  await fits("restoreConnector", 405, "request.method_not_allowed", { values: { id: ".." } });
  await request(otp, "DELETE", `/api/connectors/${made.id}`);
  await otp.kv.put("connector", "not json");
  await fits("sendCode", 500, "connector.invalid_config", { body: { phone: newPhone() } });
  await otp.kv.put("connector", JSON.stringify(twilio));
  const byHand = await fits("getConnector", 200, undefined, { values: { id: twilio.connectorId } });
  assert.equal(byHand.json.createdAt, null);
});

test("real answers fit: limits, storage and settings", async () => {
  const strict = await startWorker({ vars: { ALLOWED_COUNTRIES: "US", DAILY_FAILURES: "1" } });
  try {
    const options = (body) => ({ worker: strict, body });
    const phone = newPhone();
    await fits("getSettings", 200, undefined, { worker: strict });
    await fits("sendCode", 200, undefined, options({ phone }));
    await fits("sendCode", 429, "request.message_rate_limited", options({ phone }));
    await fits("sendCode", 403, "phone.not_allowed", options({ phone: "+4915112345678" }));
    const code = strict.provider.code === "000000" ? "000001" : "000000";
    await fits("verifyCode", 400, "verification_code.code_mismatch", options({ phone, code }));
    await fits("verifyCode", 429, "verification_code.locked", options({ phone, code }));
    const other = newPhone();
    await fits("sendCode", 200, undefined, options({ phone: other }));
    for (const { name } of await strict.kvEntries()) {
      if (name.startsWith("code:")) await strict.kv.put(name, "not ours");
    }
    await fits("verifyCode", 503, "storage.unavailable", options({ phone: other, code: "000000" }));
  } finally {
    await strict.close();
  }
  const broken = await startWorker({ vars: { CODE_LENGTH: "five" } });
  try {
    await fits("getHealth", 500, "config.invalid", { worker: broken });
    await fits("headHealth", 500, undefined, { worker: broken });
  } finally {
    await broken.close();
  }
});

test("what those answers did not show is a defect or a matter of time", () => {
  const unseen = document.components.schemas.ErrorCode.enum.filter((code) => !seen.has(code));
  assert.deepEqual(unseen.sort(), ["internal", "verification_code.expired"]);
  assert.ok(seen.size >= 40, `${seen.size} kinds of answers`);
});

// The forms of the connectors.

test("the schemas of the configs are the forms of the factories", async () => {
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
    // A confidential field may be left out, to keep its value.
    const required = formItems.filter((item) => item.required && !item.isConfidential);
    assert.deepEqual(
      schema.required,
      required.map(({ key }) => key),
      id,
    );
    for (const item of formItems) {
      const name = `${id}.${item.key}`;
      const form = schema.properties[item.key];
      const secret = form.anyOf?.some(({ $ref }) => $ref === "#/components/schemas/KeptSecret") ?? false;
      assert.equal(secret, item.isConfidential, name);
      if (item.type === "Switch") assert.deepEqual(form.type, ["boolean", "null"], name);
      if (!item.templates) continue;
      const item0 = form.items.allOf?.[0] ?? form.items;
      const { properties } = resolve(item0);
      const member = { text: "content", registered: "templateCode", named: "templateName" };
      assert.ok(properties[member[item.templates.shape]], name);
      assert.equal(Boolean(form.contains), item.templates.generic, name);
      assert.equal(Boolean(resolve(properties.usageType).enum), item.templates.knownUsages, name);
    }
  }
});

/** The schema of a factory's config. */
const configOf = (id) => {
  const { oneOf } = document.components.schemas.ConnectorInput;
  return resolve(oneOf.find((branch) => branch.properties.connectorId.const === id).properties.config);
};

// What the schemas refuse.

const oddities = [undefined, null, true, 7, "", " ", "a b", "é", "x".repeat(300), "\u0007", [], {}, [null]];

/** A value with one member changed, for every member that it has; {value, path, to}. */
function* mutated(value, path = []) {
  if (typeof value !== "object" || value === null) return;
  const copy = (name, member) => {
    const changed = structuredClone(value);
    if (member === undefined && !Array.isArray(changed)) delete changed[name];
    else changed[name] = member;
    return changed;
  };
  for (const name of Object.keys(value)) {
    for (const to of oddities) {
      if (Array.isArray(value) && to === undefined) continue;
      yield { value: copy(name, to), path: [...path, name], to };
    }
    for (const inner of mutated(value[name], [...path, name])) {
      yield { ...inner, value: copy(name, inner.value) };
    }
  }
  if (!Array.isArray(value)) yield { value: copy("surplus", 1), path: [...path, "surplus"], to: 1 };
}

const refusals = new Set([
  "guard.invalid_input",
  "phone.invalid",
  "connector.invalid_config",
  "connector.not_found_with_connector_id",
]);

test("what a schema refuses the Worker refuses, and what it takes the Worker takes", async (t) => {
  const count = { refused: 0, taken: 0 };
  const check = async (operationId, example, { values, config } = {}) => {
    const one = operations.find(({ operation }) => operation.operationId === operationId);
    const path = [...one.pointer, "requestBody", "content", "application/json", "schema"];
    const schema = resolve(resolve(one.operation.requestBody).content["application/json"].schema);
    const validate = validator(path);
    // A config is one of twelve; the Worker knows of which factory it has to be.
    const validateAlso = validatorOf(config ? { properties: { config: configOf(config) } } : true);
    const secrets = config
      ? Object.keys(configOf(config).properties).filter((key) => configOf(config).properties[key].anyOf)
      : [];
    for (const { value, path: at, to } of mutated(example)) {
      const fault = validate(value);
      // Whether a secret may be missing, the schema cannot tell: there may be one to keep.
      if (!fault && secrets.includes(at.at(-1)) && (to ?? null) === null) continue;
      const answer = await request(otp, one.method, filled(one.path, values), value);
      const name = `${operationId} ${at.join(".")} = ${JSON.stringify(to)}: ${answer.status} ${answer.text}`;
      assertFits(one, answer);
      if (fault) {
        assert.ok(refusals.has(answer.code), `refused by ${schema.description}: ${fault}; ${name}`);
        count.refused += 1;
      } else if (!validateAlso(value)) {
        assert.ok(!refusals.has(answer.code), `taken by ${schema.description}; ${name}`);
        count.taken += 1;
      } else {
        assert.ok(refusals.has(answer.code), `refused by the config's schema; ${name}`);
        count.refused += 1;
      }
    }
  };
  const examples = (operationId) => {
    const { operation } = operations.find((one) => one.operation.operationId === operationId);
    return Object.values(operation.requestBody.content["application/json"].examples).map(
      ({ value }) => value,
    );
  };
  for (const id of ["sendCode", "verifyCode", "sendCodeAsLogto", "verifyCodeAsLogto"]) {
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
  t.diagnostic(`${count.refused} refused by both, ${count.taken} taken by both`);
  assert.ok(count.refused > 300 && count.taken > 30, JSON.stringify(count));
});
