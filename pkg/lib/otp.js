// In process: the wasm does the work, with the caller's KV, fetch and guard.
import { Otp, parseRequest } from "../wasm/edge_otp.js";
import { call, perInstance, run } from "./engine.js";
import { otpOver, splitKey } from "./options.js";

let hasWarned = false;
const warnOfWeakGuard = () => {
  if (hasWarned) return;
  hasWarned = true;
  console.warn(
    "edge-otp: no `guard` was given, so attempts and limits are kept in KV. Two requests at the same moment in two " +
      "places can then both count as the first: a code may be tried, sent or accepted more often than the limits say. " +
      "Give a `guard` (a Durable Object, Redis, Postgres, SQLite), or accept this with `acceptWeakGuard: true`.",
  );
};

/** @param {import("../index.js").OtpOptions} options @returns {import("../index.js").Otp} */
export const createOtp = (options) => {
  const otp = perInstance(() => new Otp(options));
  otp();
  if (options.guard === undefined && !options.acceptWeakGuard) warnOfWeakGuard();
  const made = otpOver({
    send: async (request) => {
      const { body, key } = splitKey(request);
      return run(otp, (otp) => otp.send(body, key));
    },
    deliver: (request) => run(otp, (otp) => otp.deliver(request)),
    verify: (request) => run(otp, (otp) => otp.verify(request)),
    unlock: (request) => run(otp, (otp) => otp.unlock(request)),
    get: () => run(otp, (otp) => otp.getConnector()),
    set: (connector) => run(otp, (otp) => otp.setConnector(connector)),
    edit: ({ config, updatedAt }) => run(otp, (otp) => otp.editConnector({ config, updatedAt })),
    delete: () => run(otp, (otp) => otp.deleteConnector()),
    archive: () => run(otp, (otp) => otp.listArchive()),
    restore: (id) => run(otp, (otp) => otp.restoreConnector(id)),
    test: ({ connectorId, ...request }) => run(otp, (otp) => otp.testConnector(connectorId, request)),
  });
  // For adapters, which may be of another copy of this package.
  const parse = (/** @type {Uint8Array} */ bytes) => call(() => parseRequest(bytes));
  return Object.assign(made, { [Symbol.for("edge-otp.parseRequest")]: parse });
};
