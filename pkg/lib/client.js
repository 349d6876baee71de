// Over HTTP: the same interface, served by a deployed Worker. No wasm is loaded for it.
import { OtpError } from "./error.js";
import { otpOver, splitKey } from "./options.js";

/** Longer than the slowest provider may take, in ms. */
const TIMEOUT = 40_000;
/** The longest that a timer takes. */
const MAX_TIMEOUT = 2 ** 31 - 1;
/** Where plain http shows the key to nobody. */
const thisMachine = ["localhost", "127.0.0.1", "[::1]"];

const isKey = (/** @type {any} */ value) => typeof value === "string" && /^[\x21-\x7e]+$/.test(value);
const isFunction = (/** @type {any} */ value) => typeof value === "function";
const isTimeout = (/** @type {any} */ value) => Number.isInteger(value) && value > 0 && value <= MAX_TIMEOUT;
const aKey = "must be a key of printable ASCII without spaces";

/** By option: what fits, and the rule in words. @type {Record<string, [(value: any) => boolean, string]>} */
const rules = {
  url: [
    (url) => URL.canParse(url) && /^https?:$/.test(new URL(url).protocol),
    "must be the Worker's https address",
  ],
  apiKey: [isKey, aKey],
  adminKey: [isKey, aKey],
  fetch: [isFunction, "must be a function"],
  timeoutMs: [isTimeout, "must be a whole number of milliseconds"],
  signal: [(signal) => typeof signal?.aborted === "boolean", "must be an AbortSignal"],
  onRequest: [isFunction, "must be a function"],
  onResponse: [isFunction, "must be a function"],
};

/** A wrong option is a mistake in the program. @param {string} message @returns {never} */
const refuse = (message) => {
  throw new TypeError(`createOtpClient: ${message}`);
};

/** @param {any} options */
const check = (options) => {
  if (typeof options !== "object" || options === null) refuse("the options must be an object");
  const names = Object.keys(rules);
  const unknown = Object.keys(options).find((name) => !names.includes(name));
  if (unknown !== undefined) refuse(`there is no option \`${unknown}\`; there are ${names.join(", ")}`);
  for (const [name, [fits, rule]] of Object.entries(rules)) {
    const isNeeded = name === "url" || name === "apiKey" || options[name] !== undefined;
    if (isNeeded && !fits(options[name])) refuse(`option \`${name}\` ${rule}`);
  }
};

/** The address that paths are appended to. @param {string | URL} given */
const baseOf = (given) => {
  const { origin, pathname, protocol, hostname, username, password, search, hash } = new URL(given);
  if (username + password) refuse("option `url` must hold no credentials; the keys are options");
  if (search + hash) refuse("option `url` must have no query and no fragment");
  if (protocol !== "https:" && !thisMachine.includes(hostname))
    refuse("option `url` must begin with https: plain http, but to this machine, shows the key to others");
  return origin + pathname.replace(/\/+$/, "");
};

/**
 * Reads a response; undefined if it has no body.
 * @param {Response} response @param {string} text @param {string | undefined} requestId
 */
const read = (response, text, requestId) => {
  const { ok, status } = response;
  const fail = (/** @type {string} */ message) =>
    new OtpError("client.invalid_response", message, { status, requestId });
  if (response.type === "opaqueredirect" || response.redirected || (status >= 300 && status < 400))
    throw fail("The address redirects, which is not followed; give the final one as `url`.");
  if (status === 204) return undefined;
  let body;
  try {
    body = JSON.parse(text);
  } catch {
    // Not one of ours: a proxy's page, for instance.
  }
  if (ok && typeof body === "object" && body !== null) return body;
  if (ok || typeof body?.code !== "string" || typeof body?.message !== "string")
    throw fail("The response is not one of an edge-otp Worker.");
  throw new OtpError(body.code, body.message, { status, data: body.data, requestId });
};

/** What a person who types a code can do wrong is a value; everything else is thrown. @param {any} error @returns {any} */
const toValue = (error) => {
  const mistake = /^verification_code\.(code_mismatch|expired|not_found|exceed_max_try|locked)$/;
  const [, reason] = (error instanceof OtpError && mistake.exec(error.code)) || [];
  if (!reason) throw error;
  return { verified: false, reason, ...error.data };
};

/** What fetch would throw at, or change, is refused as the Worker would. @param {string | undefined} key */
const keyHeader = (key) => {
  if (key === undefined) return undefined;
  if (/^[\x20-\x7e]{1,255}$/.test(key)) return { "idempotency-key": key };
  const issue = { path: "idempotencyKey", message: "must be 1 to 255 printable ASCII characters" };
  const message = `The request body is not valid: \`${issue.path}\` ${issue.message}`;
  throw new OtpError("guard.invalid_input", message, { status: 400, data: { issues: [issue] } });
};

/**
 * Ends an exchange after a time or with one of the signals, also where the caller's own fetch does not heed them. Nothing is
 * left in a signal that lives on: `AbortSignal.any` would leave something of each exchange there.
 * @template T @param {AbortSignal[]} signals @param {number} timeoutMs @param {(signal: AbortSignal) => Promise<T>} exchange
 * @returns {Promise<T>}
 */
const endWith = async (signals, timeoutMs, exchange) => {
  const controller = new AbortController();
  const { signal } = controller;
  const listeners = signals.map((given) => {
    const end = () => controller.abort(given.reason);
    given.addEventListener("abort", end);
    if (given.aborted) end();
    return () => given.removeEventListener("abort", end);
  });
  const timeout = () => controller.abort(new DOMException("The request took too long.", "TimeoutError"));
  const timer = setTimeout(timeout, timeoutMs);
  try {
    return await new Promise((resolve, reject) => {
      const end = () => reject(signal.reason);
      if (signal.aborted) return end();
      signal.addEventListener("abort", end);
      exchange(signal).then(resolve, reject);
    });
  } finally {
    clearTimeout(timer);
    for (const remove of listeners) remove();
  }
};

/** @param {import("../index.js").OtpClientOptions} options @returns {import("../index.js").Otp} */
export const createOtpClient = (options) => {
  check(options);
  const base = baseOf(options.url);
  const { apiKey, adminKey, fetch, timeoutMs = TIMEOUT, onRequest, onResponse } = options;

  /**
   * @param {string} key @param {string} method @param {string} path @param {AbortSignal} [signal] of this call
   * @param {object} [body] @param {Record<string, string>} [more] headers
   */
  const request = async (key, method, path, signal, body, more) => {
    const type = body && { "content-type": "application/json" };
    const headers = { authorization: `Bearer ${key}`, ...type, ...more };
    const url = base + path;
    // Outside of what follows: what cannot be written as JSON is not sent.
    const json = body && JSON.stringify(body);
    const started = Date.now();
    const signals = [signal, options.signal].filter((given) => given !== undefined);
    onRequest?.({ method, url });
    const exchange = async (/** @type {AbortSignal} */ signal) => {
      const init = { method, headers, body: json, redirect: /** @type {const} */ ("manual"), signal };
      const response = await (fetch ?? globalThis.fetch)(url, init);
      return { response, text: await response.text() };
    };
    let answered;
    try {
      answered = await endWith(signals, timeoutMs, exchange);
    } catch (cause) {
      const message = "The Worker did not answer; what was asked may or may not have been done.";
      throw new OtpError("client.unreachable", message, { status: 0, cause });
    }
    const { response, text } = answered;
    const requestId = response.headers.get("x-request-id") ?? undefined;
    onResponse?.({ method, url, status: response.status, requestId, durationMs: Date.now() - started });
    return read(response, text, requestId);
  };

  /** @param {AbortSignal | undefined} signal @param {string} method @param {string} path @param {object} [body] */
  const manage = async (signal, method, path, body) => {
    if (adminKey !== undefined) return request(adminKey, method, `/api/${path}`, signal, body);
    const message = "Managing the deployment needs the option `adminKey`.";
    throw new OtpError("auth.unauthorized", message, { status: 401 });
  };
  const active = async (/** @type {AbortSignal | undefined} */ signal) =>
    (await manage(signal, "GET", "connectors"))[0] ?? null;
  const encode = encodeURIComponent;

  return otpOver({
    send: (given, signal) => {
      const { body, key } = splitKey(given);
      return request(apiKey, "POST", "/send", signal, body, keyHeader(key));
    },
    deliver: (body, signal) => request(apiKey, "POST", "/deliver/generic", signal, body),
    verify: (body, signal) => request(apiKey, "POST", "/verify", signal, body).catch(toValue),
    unlock: (body, signal) => manage(signal, "POST", "phones/unlock", body),
    get: active,
    set: (connector, signal) => manage(signal, "POST", "connectors", connector),
    edit: async ({ config, updatedAt }, signal) => {
      const connector = await active(signal);
      if (connector)
        return manage(signal, "PATCH", `connectors/${encode(connector.id)}`, { config, updatedAt });
      throw new OtpError("connector.not_found", "No SMS connector is set up.", { status: 501 });
    },
    delete: async (signal) => {
      const connector = await active(signal);
      if (connector) await manage(signal, "DELETE", `connectors/${encode(connector.id)}`);
    },
    archive: (signal) => manage(signal, "GET", "connectors/archive"),
    restore: (id, signal) => manage(signal, "POST", `connectors/archive/${encode(id)}/restore`),
    test: async ({ connectorId, ...body }, signal) =>
      (await manage(signal, "POST", `connectors/${encode(connectorId)}/test`, body)) ?? { status: "sent" },
  });
};
