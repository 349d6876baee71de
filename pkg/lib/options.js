// What is asked of drivers, and of the requests that the methods of an Otp are given.

/** @param {unknown} value @param {string} name */
export const hasMethod = (value, name) =>
  (typeof value === "object" || typeof value === "function") &&
  value !== null &&
  typeof (/** @type {Record<string, unknown>} */ (value)[name]) === "function";

/**
 * Splits a request to send: null and undefined are no key.
 * @param {any} request @returns {{ body: any, key: string | undefined }}
 */
export const splitKey = ({ idempotencyKey, ...body }) => {
  const key = idempotencyKey ?? undefined;
  if (key === undefined || typeof key === "string") return { body, key };
  throw new TypeError(`otp.send: \`idempotencyKey\` must be a string, not ${typeof key}`);
};

/** @typedef {AbortSignal | undefined} Signal */
/** @typedef {(given: any, signal: Signal) => Promise<any>} Taking what takes a request */
/** @typedef {(signal: Signal) => Promise<any>} Plain what takes none */

/**
 * The signal of a call. What is aborted before it begins does not begin.
 * @param {string} method @param {any} options @returns {Signal}
 */
const signalOf = (method, options) => {
  const { signal } = options ?? {};
  if (signal !== undefined && !hasMethod(signal, "throwIfAborted"))
    throw new TypeError(`${method}: option \`signal\` must be an AbortSignal`);
  signal?.throwIfAborted();
  return signal;
};

/** A mistake in the program is a TypeError. @param {string} method @param {Taking} act @returns {any} */
const taking = (method, act) => async (/** @type {any} */ request, /** @type {any} */ options) => {
  if (typeof request !== "object" || request === null || Array.isArray(request))
    throw new TypeError(`${method}: the request must be an object`);
  return act(request, signalOf(method, options));
};

/**
 * An Otp over its operations.
 * @param {{
 *   send: Taking, deliver: Taking, verify: Taking, unlock: Taking, set: Taking, edit: Taking, test: Taking, restore: Taking,
 *   get: Plain, delete: Plain, archive: Plain,
 * }} acts
 * @returns {import("../index.js").Otp}
 */
export const otpOver = (acts) => {
  const plain = (/** @type {"get" | "delete" | "archive"} */ name) => async (/** @type {any} */ options) =>
    acts[name](signalOf(`otp.connectors.${name}`, options));
  const connectors = {
    get: plain("get"),
    set: taking("otp.connectors.set", acts.set),
    edit: taking("otp.connectors.edit", acts.edit),
    delete: plain("delete"),
    archive: plain("archive"),
    restore: async (/** @type {string} */ id, /** @type {any} */ options) =>
      acts.restore(id, signalOf("otp.connectors.restore", options)),
    test: taking("otp.connectors.test", acts.test),
  };
  return {
    send: taking("otp.send", acts.send),
    deliver: taking("otp.deliver", acts.deliver),
    verify: taking("otp.verify", acts.verify),
    unlock: taking("otp.unlock", acts.unlock),
    connectors,
    connector: connectors,
  };
};
