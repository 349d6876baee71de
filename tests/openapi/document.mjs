// docs/openapi.json for the tests: its operations, and validators for its schemas.
import { readFileSync } from "node:fs";
import Ajv2020 from "ajv/dist/2020.js";

const file = new URL("../../docs/openapi.json", import.meta.url);

/** Reads a file of the repository. */
export const readSource = (path) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");

export const documentText = readFileSync(file, "utf8");
export const document = JSON.parse(documentText);

/** Returns the object that a reference points to. */
export const resolveRef = (value) => {
  if (!value?.$ref) return value;
  const names = value.$ref.slice(2).split("/");
  return resolveRef(names.reduce((node, name) => node?.[name], document));
};

/** Yields every object in a value, with its path. */
export function* walkObjects(value, path = []) {
  if (typeof value !== "object" || value === null) return;
  yield { value, path };
  for (const [name, member] of Object.entries(value)) yield* walkObjects(member, [...path, name]);
}

/** Every operation: {path, method, operation, pointer}. */
export const operations = Object.entries(document.paths).flatMap(([path, item]) =>
  ["get", "head", "post", "put", "patch", "delete", "options", "trace"]
    .filter((method) => item[method])
    .map((method) => ({
      path,
      method: method.toUpperCase(),
      operation: item[method],
      parameters: [...(item.parameters ?? []), ...(item[method].parameters ?? [])].map(resolveRef),
      pointer: ["paths", path, method],
    })),
);

/** Fills the parameters of a path with the given values, else with their examples. */
export const fillPath = (path, values = {}) => {
  const { parameters } = operations.find((one) => one.path === path);
  return path.replace(/\{(\w+)\}/g, (_, name) => {
    const example = parameters.find((one) => one.in === "path" && one.name === name).example;
    return encodeURIComponent(values[name] ?? example);
  });
};

/** Returns the names of the components that a value refers to. */
const findReferenced = (value, found = new Set()) => {
  for (const { value: node } of walkObjects(value)) {
    const [, kind, name] = /^#\/components\/(\w+)\/(\w+)$/.exec(node.$ref ?? "") ?? [];
    if (!name || found.has(`${kind}/${name}`)) continue;
    found.add(`${kind}/${name}`);
    findReferenced(document.components[kind][name], found);
  }
  return found;
};

// The document permits further members in responses, for later versions; in the tests an undocumented member is an error.
const closed = structuredClone(document);
for (const name of findReferenced(operations.map(({ operation }) => operation.responses))) {
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

const escapePointer = (name) => `/${encodeURIComponent(name.replaceAll("~", "~0").replaceAll("/", "~1"))}`;
const compiled = new Map();

const compile = (schema) => {
  const key = JSON.stringify(schema);
  if (!compiled.has(key)) compiled.set(key, ajv.compile(JSON.parse(key)));
  const validate = compiled.get(key);
  return (value) => (validate(value) ? undefined : ajv.errorsText(validate.errors));
};

/** Returns a validator of the schema at a path: it returns the errors as text, or undefined. */
export const validatorAt = (path, { strict = false } = {}) =>
  compile({ $ref: `${strict ? "closed" : "open"}#${path.map(escapePointer).join("")}` });

/** Returns a validator of a schema whose references point into the document. */
export const validatorFor = (schema) =>
  compile(JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"open#/')));

/** Returns the path of an object, or of what it refers to. */
const targetPath = (value, path) => (value.$ref ? value.$ref.slice(2).split("/") : path);

/** Returns the response of an operation for a status, and the path of its schema. */
export const responseOf = ({ operation, pointer: path }, status) => {
  const declared = operation.responses[status];
  if (!declared) return undefined;
  const target = targetPath(declared, [...path, "responses", String(status)]);
  const response = resolveRef(declared);
  return { response, schema: [...target, "content", "application/json", "schema"] };
};

/** Returns the error codes that a response documents. */
export const errorCodesOf = (response) => {
  const schema = response.content?.["application/json"]?.schema;
  return schema?.allOf?.flatMap((part) => part.properties?.code?.enum ?? []) ?? [];
};
