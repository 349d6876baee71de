// Over HTTP: the same interface, served by a deployed Worker. No wasm is loaded for it.
import { OtpError } from "./error.js";
import { splitKey, taking } from "./options.js";

/** Longer than the slowest provider may take, in ms. */
const TIMEOUT = 40_000;
/** The longest that a timer takes. */
const MAX_TIMEOUT = 2 ** 31 - 1;
const names = ["url", "apiKey", "adminKey", "fetch", "timeoutMs", "signal", "onRequest", "onResponse"];
/** Where plain http shows the key to nobody. */
const thisMachine = ["localhost", "127.0.0.1", "[::1]"];

/** @param {unknown} value */
const isKey = (value) => typeof value === "string" && /^[\x21-\x7e]+$/.test(value);

/** @param {unknown} given @param {(fits: boolean, rule: string) => void} require */
const checkUrl = (given, require) => {
  const isUrl = URL.canParse(String(given)) && /^https?:$/.test(new URL(String(given)).protocol);
  require(isUrl, "option `url` must be the Worker's https address");
  const { protocol, hostname, username, password, search, hash } = new URL(String(given));
  require(username + password === "", "option `url` must hold no credentials; the keys are options");
  require(search + hash === "", "option `url` must have no query and no fragment");
  const isSafe = protocol === "https:" || thisMachine.includes(hostname);
  require(isSafe, "option `url` must begin with https: plain http, but to this machine, shows the key to others");
};

/** A wrong option is a mistake in the program: a TypeError that names it. @param {any} options */
const check = (options) => {
  /** @param {boolean} fits @param {string} rule */
  const require = (fits, rule) => {
    if (!fits) throw new TypeError(`createOtpClient: ${rule}`);
  };
  require(typeof options === "object" && options !== null, "the options must be an object");
  const unknown = Object.keys(options).find((name) => !names.includes(name));
  require(unknown === undefined, `there is no option \`${unknown}\`; there are ${names.join(", ")}`);
  checkUrl(options.url, require);
  const { apiKey, adminKey, timeoutMs, signal } = options;
  require(isKey(apiKey), "option `apiKey` must be a key of printable ASCII without spaces");
  const isAdminKey = adminKey === undefined || isKey(adminKey);
  require(isAdminKey, "option `adminKey` must be a key of printable ASCII without spaces");
  const isTimeout = Number.isInteger(timeoutMs) && timeoutMs > 0 && timeoutMs <= MAX_TIMEOUT;
  require(timeoutMs === undefined || isTimeout, "option `timeoutMs` must be a whole number of milliseconds");
  const isSignal = signal === undefined || typeof signal?.aborted === "boolean";
  require(isSignal, "option `signal` must be an AbortSignal");
  for (const name of ["fetch", "onRequest", "onResponse"]) {
    const isFunction = options[name] === undefined || typeof options[name] === "function";
    require(isFunction, `option \`${name}\` must be a function`);
  }
};

/**
 * Reads a response; undefined if it has no body.
 * @param {Response} response @param {string} text
 */
const read = (response, text) => {
  const { ok, status } = response;
  if (response.type === "opaqueredirect" || response.redirected || (status >= 300 && status < 400)) {
    const message = "The address redirects, which is not followed; give the final one as `url`.";
    throw new OtpError("client.invalid_response", message, { status });
  }
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

/** What fetch would throw at, or change, is refused as the Worker would. @param {string | undefined} key */
const keyHeader = (key) => {
  if (key === undefined) return undefined;
  if (/^[\x20-\x7e]{1,255}$/.test(key)) return { "idempotency-key": key };
  const issue = { path: "idempotencyKey", message: "must be 1 to 255 printable ASCII characters" };
  const message = `The request body is not valid: \`${issue.path}\` ${issue.message}`;
  throw new OtpError("guard.invalid_input", message, { status: 400, data: { issues: [issue] } });
};

/** @param {import("../index.js").OtpClientOptions} options @returns {import("../index.js").Otp} */
export const createOtpClient = (options) => {
  check(options);
  const { apiKey, adminKey, fetch, timeoutMs = TIMEOUT, signal, onRequest, onResponse } = options;
  const { origin, pathname } = new URL(String(options.url));
  const base = origin + pathname.replace(/\/+$/, "");

  const deadline = () => {
    const timeout = AbortSignal.timeout(timeoutMs);
    return signal ? AbortSignal.any([signal, timeout]) : timeout;
  };

  /**
   * @param {string} key @param {string} method @param {string} path @param {object} [body]
   * @param {Record<string, string>} [more] headers
   */
  const request = async (key, method, path, body, more) => {
    const type = body && { "content-type": "application/json" };
    const headers = { authorization: `Bearer ${key}`, ...type, ...more };
    const url = base + path;
    // Outside of what follows: what cannot be written as JSON is not sent.
    const json = body && JSON.stringify(body);
    const started = Date.now();
    onRequest?.({ method, url });
    let response;
    let text;
    try {
      response = await (fetch ?? globalThis.fetch)(url, {
        method,
        headers,
        body: json,
        redirect: "manual",
        signal: deadline(),
      });
      text = await response.text();
    } catch (cause) {
      const message = "The Worker did not answer; what was asked may or may not have been done.";
      throw new OtpError("client.unreachable", message, { status: 0, cause });
    }
    const requestId = response.headers.get("x-request-id") ?? undefined;
    onResponse?.({ method, url, status: response.status, requestId, durationMs: Date.now() - started });
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

  const connectors = {
    get: active,
    set: taking("otp.connectors.set", (connector) => manage("POST", "", connector)),
    edit: taking("otp.connectors.edit", async ({ config, updatedAt }) => {
      const connector = await active();
      if (connector) return manage("PATCH", `/${encode(connector.id)}`, { config, updatedAt });
      throw new OtpError("connector.not_found", "No SMS connector is set up.", { status: 501 });
    }),
    delete: async () => {
      const connector = await active();
      if (connector) await manage("DELETE", `/${encode(connector.id)}`);
    },
    archive: () => manage("GET", "/archive"),
    restore: (/** @type {string} */ id) => manage("POST", `/archive/${encode(id)}/restore`),
    test: taking(
      "otp.connectors.test",
      async ({ connectorId, ...body }) =>
        (await manage("POST", `/${encode(connectorId)}/test`, body)) ?? { status: "sent" },
    ),
  };
  return {
    send: taking("otp.send", async (given) => {
      const { body, key } = splitKey(given);
      return request(apiKey, "POST", "/send", body, keyHeader(key));
    }),
    verify: taking("otp.verify", (body) => request(apiKey, "POST", "/verify", body).catch(toValue)),
    connectors,
    connector: connectors,
  };
};
