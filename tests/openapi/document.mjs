// docs/openapi.json as the tests see it: its operations, and a validator for any schema in it.
import { readFileSync } from "node:fs";
import Ajv2020 from "ajv/dist/2020.js";

const file = new URL("../../docs/openapi.json", import.meta.url);

/** A file of the repository, as text. */
export const source = (path) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");

export const text = readFileSync(file, "utf8");
export const document = JSON.parse(text);

/** What a reference leads to. */
export const resolve = (value) => {
  if (!value?.$ref) return value;
  const names = value.$ref.slice(2).split("/");
  return resolve(names.reduce((node, name) => node?.[name], document));
};

/** Every object in a value, with its path. */
export function* objects(value, path = []) {
  if (typeof value !== "object" || value === null) return;
  yield { value, path };
  for (const [name, member] of Object.entries(value)) yield* objects(member, [...path, name]);
}

/** Every operation: {path, method, operation, pointer}. */
export const operations = Object.entries(document.paths).flatMap(([path, item]) =>
  ["get", "head", "post", "put", "patch", "delete", "options", "trace"]
    .filter((method) => item[method])
    .map((method) => ({
      path,
      method: method.toUpperCase(),
      operation: item[method],
      parameters: [...(item.parameters ?? []), ...(item[method].parameters ?? [])].map(resolve),
      pointer: ["paths", path, method],
    })),
);

/** A path with the examples of its parameters, or with the values given. */
export const filled = (path, values = {}) => {
  const { parameters } = operations.find((one) => one.path === path);
  return path.replace(/\{(\w+)\}/g, (_, name) => {
    const example = parameters.find((one) => one.in === "path" && one.name === name).example;
    return encodeURIComponent(values[name] ?? example);
  });
};

/** The names of the component schemas that a value leads to. */
const reachable = (value, found = new Set()) => {
  for (const { value: node } of objects(value)) {
    const [, kind, name] = /^#\/components\/(\w+)\/(\w+)$/.exec(node.$ref ?? "") ?? [];
    if (!name || found.has(`${kind}/${name}`)) continue;
    found.add(`${kind}/${name}`);
    reachable(document.components[kind][name], found);
  }
  return found;
};

// Answers may gain members in later versions, so the document lets them; here, one that it does not name is a mistake.
const closed = structuredClone(document);
for (const name of reachable(operations.map(({ operation }) => operation.responses))) {
  const schema = closed.components.schemas[name.replace("schemas/", "")];
  if (schema?.properties && name !== "schemas/OpenApi") schema.additionalProperties = false;
}

const ajv = new Ajv2020({
  strict: false,
  allErrors: true,
  formats: { "date-time": /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/ },
});
ajv.addSchema(document, "open");
ajv.addSchema(closed, "closed");

const escaped = (name) => `/${encodeURIComponent(name.replaceAll("~", "~0").replaceAll("/", "~1"))}`;
const compiled = new Map();

const compile = (schema) => {
  const key = JSON.stringify(schema);
  if (!compiled.has(key)) compiled.set(key, ajv.compile(JSON.parse(key)));
  const validate = compiled.get(key);
  return (value) => (validate(value) ? undefined : ajv.errorsText(validate.errors));
};

/** A validator of the schema at a path of the document: gives what is wrong, or undefined. */
export const validator = (path, { strict = false } = {}) =>
  compile({ $ref: `${strict ? "closed" : "open"}#${path.map(escaped).join("")}` });

/** A validator of a schema whose references lead into the document. */
export const validatorOf = (schema) =>
  compile(JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"open#/')));

/** Where a referenced object stands in the document. */
const home = (value, path) => (value.$ref ? value.$ref.slice(2).split("/") : path);

/** The response of an operation for a status, and the path of its schema. */
export const responseOf = ({ operation, pointer: path }, status) => {
  const declared = operation.responses[status];
  if (!declared) return undefined;
  const place = home(declared, [...path, "responses", String(status)]);
  const response = resolve(declared);
  return { response, schema: [...place, "content", "application/json", "schema"] };
};

/** The error codes that a response documents. */
export const codesOf = (response) => {
  const schema = response.content?.["application/json"]?.schema;
  return schema?.allOf?.flatMap((part) => part.properties?.code?.enum ?? []) ?? [];
};
