// In process: the wasm does the work, with the caller's KV, fetch and guard.
import { call } from "./engine.js";
import { OtpError } from "./error.js";
import { hostOf } from "./host.js";
import { otpOver } from "./interface.js";
import { optionOf } from "./policy.js";

/**
 * Management of a connector that is given in code: it can be shown and tried, not changed.
 * @param {object} host @param {import("../index.js").ConnectorInput} connector
 */
const fixed = (host, connector) => ({
  ...host,
  kv: {
    get: async (/** @type {string} */ key) => (key === "connector" ? JSON.stringify(connector) : null),
    put: async () => {},
    delete: async () => {},
  },
});

/** @param {any} error what the wasm told @param {unknown} cause */
const failure = ({ code, message, status, data }, cause) => {
  if (code !== "config.invalid") return new OtpError(code, message, { status, data, cause });
  // The core knows settings; the caller gave options.
  const issues = data.issues.map((/** @type {any} */ issue) => ({ ...issue, path: optionOf(issue.path) }));
  return new OtpError(code, "An option of createOtp is not valid.", { status, data: { ...data, issues } });
};

/** @param {import("../index.js").OtpOptions} options */
export const createOtp = (options) => {
  const hostFor = hostOf(options);
  const { connector } = options;
  return otpOver(async (operation, body, id) => {
    /** @type {{ cause?: unknown }} */
    const seen = {};
    /** @type {object} */
    let host = hostFor(seen);
    if (connector && operation !== "send" && operation !== "verify") {
      if (operation === "set" || operation === "delete") {
        throw new OtpError(
          "request.method_not_allowed",
          "The connector is given in code, as an option of createOtp.",
          {
            status: 405,
          },
        );
      }
      host = fixed(host, connector);
    }
    const told = JSON.parse(await call(host, operation, id, body === undefined ? "" : JSON.stringify(body)));
    if (!told.error) return told.value;
    throw failure(told.error, seen.cause);
  });
};
