// What the fake providers have in common: parsing a request, comparing it with the provider's documentation, and the two
// signatures. A provider is a list of checks; the first that fails ends the processing with the provider's rejection.
import { createHash, createHmac } from "node:crypto";

/** Makes a response; a text body is sent as text, any other value as JSON. */
export const respond = (status, body, headers = {}) => ({
  status,
  headers: {
    "content-type":
      typeof body === "string" ? "text/plain; charset=utf-8" : "application/json; charset=utf-8",
    ...headers,
  },
  body: typeof body === "string" ? body : JSON.stringify(body),
});

/** A failed check: the reason, for the test's output, and the provider's response. */
export class Rejection extends Error {
  constructor(reason, response) {
    super(reason);
    this.response = response;
  }
}

/** Throws a rejection unless the condition holds. */
export const check = (condition, reason, response) => {
  if (!condition) throw new Rejection(reason, response);
};

const notFound = respond(404, "no such endpoint");

/** Checks method, scheme, host and path; returns the URL. */
export const checkEndpoint = (request, method, hosts, path) => {
  const url = new URL(request.url);
  check(url.protocol === "https:" && url.port === "" && url.hash === "", "not plain https", notFound);
  check(hosts.includes(url.hostname), `the host is ${url.hostname}`, notFound);
  check(url.pathname === path, `the path is ${url.pathname}`, notFound);
  check(request.method === method, `the method is ${request.method}`, notFound);
  check(method === "GET" || url.search === "", "a query", notFound);
  return url;
};

const toUniqueFields = (pairs, reason) => {
  const fields = Object.fromEntries(pairs);
  check(Object.keys(fields).length === pairs.length, reason, respond(400, reason));
  return fields;
};

/** Returns the parameters of a query, none of which may be repeated. */
export const parseQuery = (url) => toUniqueFields([...url.searchParams], "a parameter is repeated");

/** Returns the fields of a form, none of which may be repeated. */
export const parseForm = (request) => {
  const type = request.headers["content-type"] ?? "";
  check(
    /^application\/x-www-form-urlencoded(;\s?charset=utf-8)?$/i.test(type),
    `a form as ${type}`,
    respond(415, ""),
  );
  return toUniqueFields([...new URLSearchParams(request.body)], "a field is repeated");
};

/** Returns the members of a JSON body. */
export const parseJson = (request) => {
  const type = request.headers["content-type"] ?? "";
  check(/^application\/json(;\s?charset=utf-8)?$/i.test(type), `JSON as ${type}`, respond(415, ""));
  try {
    return JSON.parse(request.body);
  } catch {
    throw new Rejection("no JSON", respond(400, "no JSON"));
  }
};

/** Checks that the required fields are present and not empty, and that every other field is an optional one. */
export const checkFields = (fields, required, optional, reject) => {
  for (const name of required)
    check(fields[name] !== undefined && fields[name] !== "", `no ${name}`, reject(name));
  for (const name of Object.keys(fields)) {
    check(required.includes(name) || optional.includes(name), `${name} is not known`, reject(name));
  }
};

/** Returns user and password of `Authorization: Basic`. */
export const parseBasicAuth = ({ headers }) => {
  const [scheme, token] = (headers.authorization ?? "").split(" ");
  if (scheme !== "Basic" || !token) return {};
  const [, user, password] = /^([^:]*):(.*)$/s.exec(Buffer.from(token, "base64").toString()) ?? [];
  return { user, password };
};

const gsm7 = new Set(
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿" +
    "abcdefghijklmnopqrstuvwxyzäöñüà\f^{}\\[~]|€",
);
/** Tells whether a text fits the 7-bit alphabet of GSM 03.38 with its extension. */
export const isGsm7 = (text) => [...text].every((character) => gsm7.has(character));

export const isE164 = (text) => /^\+[1-9]\d{6,14}$/.test(text);
export const isDigits = (text) => /^[1-9]\d{6,14}$/.test(text);
export const isChinaMobile = (text) => /^1[3-9]\d{9}$/.test(text);

const sha256 = (data) => createHash("sha256").update(data).digest("hex");
const hmac = (hash, key, data, encoding) => createHmac(hash, key).update(data).digest(encoding);
const percentEncode = (text) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
const byName = ([a], [b]) => (a < b ? -1 : 1);

/** Signs as Aliyun RPC 1.0: HMAC-SHA1 over method, path and the sorted parameters. */
export const aliyunSignature = (method, parameters, secret) => {
  const signed = Object.entries(parameters).filter(([name]) => name !== "Signature");
  const query = signed.sort(byName).map(([name, value]) => `${percentEncode(name)}=${percentEncode(value)}`);
  return hmac("sha1", `${secret}&`, `${method}&%2F&${percentEncode(query.join("&"))}`, "base64");
};

/** Signs a POST to `/` with TC3-HMAC-SHA256. */
export const tc3Signature = ({ service, headers, signedHeaders, body, timestamp, secret }) => {
  const date = new Date(timestamp * 1000).toISOString().slice(0, 10);
  const lines = signedHeaders.split(";").map((name) => `${name}:${headers[name]}\n`);
  const request = ["POST", "/", "", lines.join(""), signedHeaders, sha256(body)].join("\n");
  const text = ["TC3-HMAC-SHA256", timestamp, `${date}/${service}/tc3_request`, sha256(request)].join("\n");
  const key = [date, service, "tc3_request"].reduce((key, part) => hmac("sha256", key, part), `TC3${secret}`);
  return hmac("sha256", key, text, "hex");
};
