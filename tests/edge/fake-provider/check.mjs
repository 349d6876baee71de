// What the fake providers have in common: reading a request, comparing it with what the provider documents, and the
// two signatures. A provider is a list of demands; the first that is not met ends the reading with its refusal.
import { createHash, createHmac } from "node:crypto";

/** An answer: a value is JSON, a text is text. */
export const answer = (status, body, headers = {}) => ({
  status,
  headers: {
    "content-type":
      typeof body === "string" ? "text/plain; charset=utf-8" : "application/json; charset=utf-8",
    ...headers,
  },
  body: typeof body === "string" ? body : JSON.stringify(body),
});

/** A demand that was not met: why, for the test that fails, and what the provider answers. */
export class Refusal extends Error {
  constructor(why, response) {
    super(why);
    this.response = response;
  }
}

/** Ends the reading unless something holds. */
export const need = (holds, why, response) => {
  if (!holds) throw new Refusal(why, response);
};

const nowhere = answer(404, "no such endpoint");

/** Method, scheme, host and path; gives the URL. */
export const at = (request, method, hosts, path) => {
  const url = new URL(request.url);
  need(url.protocol === "https:" && url.port === "" && url.hash === "", "not plain https", nowhere);
  need(hosts.includes(url.hostname), `the host is ${url.hostname}`, nowhere);
  need(url.pathname === path, `the path is ${url.pathname}`, nowhere);
  need(request.method === method, `the method is ${request.method}`, nowhere);
  need(method === "GET" || url.search === "", "a query", nowhere);
  return url;
};

const once = (pairs, why) => {
  const fields = Object.fromEntries(pairs);
  need(Object.keys(fields).length === pairs.length, why, answer(400, why));
  return fields;
};

export const queryOf = (url) => once([...url.searchParams], "a parameter stands twice");

/** The fields of a form, each once. */
export const formOf = (request) => {
  const type = request.headers["content-type"] ?? "";
  need(
    /^application\/x-www-form-urlencoded(;\s?charset=utf-8)?$/i.test(type),
    `a form as ${type}`,
    answer(415, ""),
  );
  return once([...new URLSearchParams(request.body)], "a field stands twice");
};

/** The members of a JSON body. */
export const jsonOf = (request) => {
  const type = request.headers["content-type"] ?? "";
  need(/^application\/json(;\s?charset=utf-8)?$/i.test(type), `JSON as ${type}`, answer(415, ""));
  try {
    return JSON.parse(request.body);
  } catch {
    throw new Refusal("no JSON", answer(400, "no JSON"));
  }
};

/** The required fields must be there and not empty, others must be among the optional ones. */
export const only = (fields, required, optional, refuse) => {
  for (const name of required)
    need(fields[name] !== undefined && fields[name] !== "", `no ${name}`, refuse(name));
  for (const name of Object.keys(fields)) {
    need(required.includes(name) || optional.includes(name), `${name} is not known`, refuse(name));
  }
};

/** User and password of `Authorization: Basic`. */
export const basicOf = ({ headers }) => {
  const [scheme, token] = (headers.authorization ?? "").split(" ");
  if (scheme !== "Basic" || !token) return {};
  const [, user, password] = /^([^:]*):(.*)$/s.exec(Buffer.from(token, "base64").toString()) ?? [];
  return { user, password };
};

const gsm7 = new Set(
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿" +
    "abcdefghijklmnopqrstuvwxyzäöñüà\f^{}\\[~]|€",
);
/** Whether a text fits the 7-bit alphabet of GSM 03.38 with its extension. */
export const isGsm7 = (text) => [...text].every((character) => gsm7.has(character));

export const isE164 = (text) => /^\+[1-9]\d{6,14}$/.test(text);
export const isDigits = (text) => /^[1-9]\d{6,14}$/.test(text);
export const isMainland = (text) => /^1[3-9]\d{9}$/.test(text);

const sha256 = (data) => createHash("sha256").update(data).digest("hex");
const hmac = (hash, key, data, form) => createHmac(hash, key).update(data).digest(form);
const percent = (text) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
const byCode = ([a], [b]) => (a < b ? -1 : 1);

/** Aliyun RPC, version 1.0: HMAC-SHA1 over method, path and the sorted parameters. */
export const aliyunSignature = (method, parameters, secret) => {
  const signed = Object.entries(parameters).filter(([name]) => name !== "Signature");
  const query = signed.sort(byCode).map(([name, value]) => `${percent(name)}=${percent(value)}`);
  return hmac("sha1", `${secret}&`, `${method}&%2F&${percent(query.join("&"))}`, "base64");
};

/** TC3-HMAC-SHA256 of a POST to `/`. */
export const tc3Signature = ({ service, headers, signedHeaders, body, timestamp, secret }) => {
  const date = new Date(timestamp * 1000).toISOString().slice(0, 10);
  const lines = signedHeaders.split(";").map((name) => `${name}:${headers[name]}\n`);
  const request = ["POST", "/", "", lines.join(""), signedHeaders, sha256(body)].join("\n");
  const text = ["TC3-HMAC-SHA256", timestamp, `${date}/${service}/tc3_request`, sha256(request)].join("\n");
  const key = [date, service, "tc3_request"].reduce((key, part) => hmac("sha256", key, part), `TC3${secret}`);
  return hmac("sha256", key, text, "hex");
};
