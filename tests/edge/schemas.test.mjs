// docs/schemas and the Worker: a config that its JSON Schema accepts can be saved, and one that it rejects cannot. The
// configs are those of the vectors, and one of each connector with each of its members changed.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import Ajv2020 from "ajv/dist/2020.js";
import { mutate } from "../openapi/mutate.mjs";
import { secrets, startWorker } from "./worker.mjs";

const folder = new URL("../../docs/schemas/", import.meta.url);
const vectors = new URL("../vectors/", import.meta.url);
const readJson = (name, base) => JSON.parse(readFileSync(new URL(name, base), "utf8"));

// Their patterns say the same.
const formats = { email: true, hostname: true, uri: true };
const ajv = new Ajv2020({ strict: false, formats });
for (const name of readdirSync(folder)) ajv.addSchema(readJson(name, folder), name);
const accepts = (name, value) => ajv.getSchema(name)(value);
const schemaOf = (id) => readJson(`${id}.json`, folder);

let otp;
let ids;
before(async () => {
  otp = await startWorker({ vars: { ALLOW_MOCK: "1" } });
  const response = await otp.call("/api/connector-factories", { method: "GET", key: secrets.ADMIN_KEY });
  ids = response.json.map(({ id }) => id);
});
after(() => otp.close());

const save = (connectorId, config) =>
  otp.call("/api/connectors", { key: secrets.ADMIN_KEY, body: { connectorId, config } });

/** Applies the change of a vector: {set, drop} by dotted paths, or {is}. */
const apply = (config, change) => {
  if (change === "default") return config;
  if ("is" in change) return change.is;
  const changed = structuredClone(config);
  const parentOf = (path) => {
    const steps = path.split(".");
    return [steps.slice(0, -1).reduce((node, step) => node?.[step], changed), steps.at(-1)];
  };
  for (const [path, value] of Object.entries(change.set ?? {})) {
    const [parent, name] = parentOf(path);
    parent[name] = value;
  }
  for (const path of change.drop ?? []) {
    const [parent, name] = parentOf(path);
    delete parent[name];
  }
  return changed;
};

/**
 * Whether a request differs from what is stored: `null` clears an optional field, and a secret that is missing may be
 * that of the connector before.
 */
const isPatch = (schema, config) =>
  Object.entries(schema.properties).some(([key, { writeOnly }]) => {
    const value = config?.[key] ?? null;
    return writeOnly
      ? value === null || typeof value === "object"
      : config && key in config && value === null;
  });

test("there is a schema for each connector, and one for all", () => {
  const names = ["connector", ...ids].map((id) => `${id}.json`);
  assert.deepEqual(readdirSync(folder).sort(), names.sort());
  assert.deepEqual(readJson("connector.json", folder).properties.connectorId.enum, ids);
});

test("the Worker saves what a schema accepts, and nothing else", async (t) => {
  const count = { accepted: 0, rejected: 0 };
  const check = async (id, config, name) => {
    if (isPatch(schemaOf(id), config)) return;
    const accepted = accepts(`${id}.json`, config);
    assert.equal(accepts("connector.json", { connectorId: id, config }), accepted, name);
    const { status, code, text } = await save(id, config);
    assert.equal(status === 200, accepted, `${name}: ${text}`);
    if (!accepted) assert.match(code, /^(connector\.invalid_config|guard\.invalid_input)$/, name);
    count[accepted ? "accepted" : "rejected"] += 1;
  };
  const pending = [];
  for (const id of ids) {
    const { default: config, config: cases } = readJson(`${id}.json`, vectors);
    for (const { id: name, config: change } of cases) pending.push([id, apply(config, change), name]);
    const templates = config.templates
      ?.slice(0, 1)
      .map((template) => ({ ...template, usageType: "Generic" }));
    const short = { ...config, ...(templates && { templates }) };
    pending.push([id, short, id]);
    for (const { value, path, to } of mutate(short)) {
      pending.push([id, value, `${id} ${path.join(".")} = ${JSON.stringify(to)}`]);
    }
  }
  while (pending.length > 0) await Promise.all(pending.splice(0, 16).map((one) => check(...one)));
  t.diagnostic(`${count.accepted} accepted, ${count.rejected} rejected by both`);
  assert.ok(count.accepted > 100 && count.rejected > 300, JSON.stringify(count));
});

test("connector.json accepts a value of the KV key with $schema, and no other connector", () => {
  const value = { connectorId: "http-sms", config: { endpoint: "https://sms.example.com" } };
  assert.ok(accepts("connector.json", { $schema: "./connector.json", ...value }));
  assert.ok(!accepts("connector.json", { ...value, connectorId: "http" }));
  assert.ok(!accepts("connector.json", { ...value, connectorId: "vonage-sms" }));
  assert.ok(!accepts("connector.json", { connectorId: "http-sms" }));
});
