// In process: the wasm does the work, with the caller's KV, fetch and guard.
import { wellFormed } from "./bytes.js";
import { OtpError } from "./error.js";
import { hostOf } from "./host.js";
import { otpOver } from "./interface.js";
import { optionOf } from "./policy.js";
import { tell } from "./story.js";

/** @typedef {import("./story.js").Host} Host */

/**
 * Carries operations out in a host.
 * @param {Host} host @returns {import("./interface.js").Carry}
 */
export const carryIn = (host) => async (operation, body, id) => {
  /** @type {unknown} */
  let cause;
  const failed = (/** @type {unknown} */ thrown) => {
    cause = thrown;
  };
  // What is no text becomes one: a key that the core did not see would be no key.
  const named = id === undefined ? {} : { id: wellFormed(String(id)) };
  const story = { operation, ...named, body: body && JSON.stringify(body) };
  const { error, value } = await tell({ ...host, failed }, story);
  if (!error) return value;
  const { code, message, status, data } = error;
  throw new OtpError(code, message, { status, data, cause });
};

/**
 * A host for managing a connector that is given in code: it can be shown and tried, not changed.
 * @param {Host} host @returns {Host}
 */
const fixed = (host) => ({
  ...host,
  kv: {
    get: async (key) => (key === "connector" && host.connector ? host.connector() : null),
    put: async () => {},
    delete: async () => {},
  },
});

/** What changes the connector. */
const changing = new Set(["set", "edit", "delete", "restore"]);

/** The core knows settings; the caller gave options. @param {unknown} error */
const inOptions = (error) => {
  if (!(error instanceof OtpError) || error.code !== "config.invalid") throw error;
  const issues = error.data?.issues?.map((issue) => ({ ...issue, path: optionOf(issue.path) }));
  const { status, cause } = error;
  const message = "An option of createOtp is not valid.";
  throw new OtpError(error.code, message, { status, data: { ...error.data, issues }, cause });
};

/** @param {import("../index.js").OtpOptions} options */
export const createOtp = (options) => {
  const host = hostOf(options);
  const carry = carryIn(host);
  const manage = options.connector ? carryIn(fixed(host)) : carry;
  return otpOver(async (operation, body, id) => {
    if (options.connector && changing.has(operation)) {
      const message = "The connector is given in code, as an option of createOtp.";
      throw new OtpError("request.method_not_allowed", message, { status: 405 });
    }
    const act = operation === "send" || operation === "verify" ? carry : manage;
    return act(operation, body, id).catch(inOptions);
  });
};
