// What is asked of drivers, and of the requests that the methods of an Otp are given.

/** @param {unknown} value @param {string} name */
export const hasMethod = (value, name) =>
  (typeof value === "object" || typeof value === "function") &&
  value !== null &&
  typeof (/** @type {Record<string, unknown>} */ (value)[name]) === "function";

/** A mistake in the program is a TypeError. @param {string} method @param {any} value */
const requireObject = (method, value) => {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  throw new TypeError(`${method}: the request must be an object`);
};

/**
 * A method whose argument must be an object.
 * @template T @param {string} method @param {(request: any) => Promise<T>} act @returns {(request: any) => Promise<T>}
 */
export const taking = (method, act) => async (request) => act(requireObject(method, request));

/**
 * Splits a request to send: null and undefined are no key.
 * @param {any} request @returns {{ body: any, key: string | undefined }}
 */
export const splitKey = ({ idempotencyKey, ...body }) => {
  const key = idempotencyKey ?? undefined;
  if (key === undefined || typeof key === "string") return { body, key };
  throw new TypeError(`otp.send: \`idempotencyKey\` must be a string, not ${typeof key}`);
};
