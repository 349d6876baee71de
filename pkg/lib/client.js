// Over HTTP: the same interface, served by a deployed Worker. No wasm is loaded for it.
import { OtpError } from "./error.js";
import { otpOver } from "./interface.js";
import { must, onlyKnown } from "./options.js";

const caller = "createOtpClient";

/** Longer than the slowest provider may take. */
const TIMEOUT = 40_000;

/** @type {Record<string, (id?: string) => { method: string, path: string, admin?: true }>} */
const routes = {
  send: () => ({ method: "POST", path: "/send" }),
  verify: () => ({ method: "POST", path: "/verify" }),
  get: () => ({ method: "GET", path: "/api/connectors", admin: true }),
  set: () => ({ method: "POST", path: "/api/connectors", admin: true }),
  edit: (id = "") => ({ method: "PATCH", path: `/api/connectors/${encodeURIComponent(id)}`, admin: true }),
  archive: () => ({ method: "GET", path: "/api/connectors/archive", admin: true }),
  restore: (id = "") => ({
    method: "POST",
    path: `/api/connectors/archive/${encodeURIComponent(id)}/restore`,
    admin: true,
  }),
  delete: (id = "") => ({ method: "DELETE", path: `/api/connectors/${encodeURIComponent(id)}`, admin: true }),
  test: (id = "") => ({
    method: "POST",
    path: `/api/connectors/${encodeURIComponent(id)}/test`,
    admin: true,
  }),
};

/** @param {unknown} value */
const isKey = (value) => typeof value === "string" && /^[\x21-\x7e]+$/.test(value);
const keyRule = "must be a key of printable ASCII without spaces";

/** @param {any} options */
const check = (options) => {
  onlyKnown(caller, options, ["url", "apiKey", "adminKey", "fetch"]);
  const { url, apiKey, adminKey, fetch } = options;
  must(
    caller,
    "url",
    URL.canParse(String(url)) && /^https?:/.test(String(url)),
    "must be the Worker's http(s) address",
  );
  must(caller, "apiKey", isKey(apiKey), keyRule);
  must(caller, "adminKey", adminKey === undefined || isKey(adminKey), keyRule);
  must(caller, "fetch", fetch === undefined || typeof fetch === "function", "must be a function like fetch");
};

/**
 * The body of an answer, if it is one of ours.
 * @param {Response} response @param {string} text
 */
const read = (response, text) => {
  const requestId = response.headers.get("x-request-id") ?? undefined;
  const { ok, status } = response;
  let body;
  try {
    body = JSON.parse(text);
  } catch {
    // Not ours: a proxy's page, for instance.
  }
  if (ok && typeof body === "object" && body !== null) return body;
  if (ok || typeof body?.code !== "string" || typeof body?.message !== "string") {
    throw new OtpError("client.invalid_response", "The answer is not one of an edge-otp Worker.", {
      status,
      requestId,
    });
  }
  throw new OtpError(body.code, body.message, { status, data: body.data, requestId });
};

/**
 * @param {import("../index.js").Fetch} fetch @param {string} url @param {RequestInit} init
 * @returns {Promise<[Response, string]>}
 */
const exchange = async (fetch, url, init) => {
  try {
    const response = await fetch(url, init);
    return [response, await response.text()];
  } catch (cause) {
    const message = "The Worker did not answer; what was asked may or may not have been done.";
    throw new OtpError("client.unreachable", message, { status: 0, cause });
  }
};

/** @param {import("../index.js").OtpClientOptions} options */
export const createOtpClient = (options) => {
  check(options);
  const { apiKey, adminKey, fetch } = options;
  const base = String(options.url).replace(/\/+$/, "");
  return otpOver(async (operation, body, id) => {
    const { method, path, admin } = /** @type {(typeof routes)[string]} */ (routes[operation])(id);
    const key = admin ? adminKey : apiKey;
    if (key === undefined) {
      throw new OtpError("auth.unauthorized", "Managing the connector needs the option `adminKey`.", {
        status: 401,
      });
    }
    const init = {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...(operation === "send" && id !== undefined ? { "idempotency-key": id } : {}),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(TIMEOUT),
    };
    const [response, text] = await exchange(fetch ?? globalThis.fetch, base + path, init);
    if (response.status === 204) return operation === "test" ? { status: "sent" } : undefined;
    return read(response, text);
  });
};
