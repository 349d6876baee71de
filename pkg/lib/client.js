// Over HTTP: the same interface, served by a deployed Worker. No wasm is loaded for it.
import { OtpError } from "./error.js";

/** Longer than the slowest provider may take, in ms. */
const TIMEOUT = 40_000;
const names = ["url", "apiKey", "adminKey", "fetch"];

/** @param {unknown} value */
const isKey = (value) => typeof value === "string" && /^[\x21-\x7e]+$/.test(value);

/** A wrong option is a mistake in the program: a TypeError that names it. @param {any} options */
const check = (options) => {
  /** @param {boolean} fits @param {string} rule */
  const require = (fits, rule) => {
    if (!fits) throw new TypeError(`createOtpClient: ${rule}`);
  };
  require(typeof options === "object" && options !== null, "the options must be an object");
  const unknown = Object.keys(options).find((name) => !names.includes(name));
  require(unknown === undefined, `there is no option \`${unknown}\`; there are ${names.join(", ")}`);
  const { url, apiKey, adminKey, fetch } = options;
  const isUrl = URL.canParse(String(url)) && /^https?:/.test(String(url));
  require(isUrl, "option `url` must be the Worker's http(s) address");
  require(isKey(apiKey), "option `apiKey` must be a key of printable ASCII without spaces");
  const isAdminKey = adminKey === undefined || isKey(adminKey);
  require(isAdminKey, "option `adminKey` must be a key of printable ASCII without spaces");
  require(fetch === undefined || typeof fetch === "function", "option `fetch` must be a function like fetch");
};

/**
 * Reads a response; undefined if it has no body.
 * @param {Response} response @param {string} text
 */
const read = (response, text) => {
  const { ok, status } = response;
  if (status === 204) return undefined;
  const requestId = response.headers.get("x-request-id") ?? undefined;
  let body;
  try {
    body = JSON.parse(text);
  } catch {
    // Not one of ours: a proxy's page, for instance.
  }
  if (ok && typeof body === "object" && body !== null) return body;
  if (ok || typeof body?.code !== "string" || typeof body?.message !== "string") {
    const message = "The response is not one of an edge-otp Worker.";
    throw new OtpError("client.invalid_response", message, { status, requestId });
  }
  throw new OtpError(body.code, body.message, { status, data: body.data, requestId });
};

const prefix = "verification_code.";
/** What a person who types a code can do wrong; everything else is thrown. */
const mistakes = new Set(["code_mismatch", "expired", "not_found", "exceed_max_try", "locked"]);

/** @param {unknown} error @returns {any} */
const toValue = (error) => {
  const { code = "", data } = error instanceof OtpError ? error : {};
  const reason = code.startsWith(prefix) ? code.slice(prefix.length) : "";
  if (!mistakes.has(reason)) throw error;
  return { verified: false, reason, ...data };
};

/** @param {import("../index.js").OtpClientOptions} options @returns {import("../index.js").Otp} */
export const createOtpClient = (options) => {
  check(options);
  const { apiKey, adminKey, fetch } = options;
  const base = String(options.url).replace(/\/+$/, "");

  /**
   * @param {string} key @param {string} method @param {string} path @param {object} [body]
   * @param {Record<string, string>} [more] headers
   */
  const request = async (key, method, path, body, more) => {
    const type = body && { "content-type": "application/json" };
    const headers = { authorization: `Bearer ${key}`, ...type, ...more };
    const init = {
      method,
      headers,
      body: body && JSON.stringify(body),
      signal: AbortSignal.timeout(TIMEOUT),
    };
    let response;
    let text;
    try {
      response = await (fetch ?? globalThis.fetch)(base + path, init);
      text = await response.text();
    } catch (cause) {
      const message = "The Worker did not answer; what was asked may or may not have been done.";
      throw new OtpError("client.unreachable", message, { status: 0, cause });
    }
    return read(response, text);
  };

  /** @param {string} method @param {string} [path] @param {object} [body] */
  const manage = async (method, path = "", body) => {
    if (adminKey !== undefined) return request(adminKey, method, `/api/connectors${path}`, body);
    const message = "Managing the connector needs the option `adminKey`.";
    throw new OtpError("auth.unauthorized", message, { status: 401 });
  };
  const active = async () => (await manage("GET"))[0] ?? null;
  const encode = encodeURIComponent;

  return {
    send: async ({ idempotencyKey: key, ...body }) =>
      request(apiKey, "POST", "/send", body, key === undefined ? {} : { "idempotency-key": key }),
    verify: (body) => request(apiKey, "POST", "/verify", body).catch(toValue),
    connector: {
      get: active,
      set: (connector) => manage("POST", "", connector),
      edit: async ({ config }) => {
        const connector = await active();
        if (connector) return manage("PATCH", `/${encode(connector.id)}`, { config });
        throw new OtpError("connector.not_found", "No SMS connector is set up.", { status: 501 });
      },
      delete: async () => {
        const connector = await active();
        if (connector) await manage("DELETE", `/${encode(connector.id)}`);
      },
      archive: () => manage("GET", "/archive"),
      restore: (id) => manage("POST", `/archive/${encode(id)}/restore`),
      test: async ({ connectorId, ...body }) =>
        (await manage("POST", `/${encode(connectorId)}/test`, body)) ?? { status: "sent" },
    },
  };
};
