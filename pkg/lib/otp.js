// In process: the wasm does the work, with the caller's KV, fetch and guard.
import { Otp, parseRequest } from "../wasm/edge_otp.js";
import { call, perInstance, run } from "./engine.js";
import { kvGuard } from "./kv-guard.js";
import { splitKey, taking } from "./options.js";

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
  /** @type {import("../index.js").GuardStore | undefined} */
  let fallback;
  const otp = perInstance(
    () =>
      new Otp(options, (/** @type {import("../index.js").KvStore} */ kv) => {
        fallback ??= kvGuard(kv);
        return fallback;
      }),
  );
  otp();
  if (options.guard === undefined && !options.acceptWeakGuard) warnOfWeakGuard();
  const connectors = {
    get: () => run(otp, (otp) => otp.getConnector()),
    set: taking("otp.connectors.set", (connector) => run(otp, (otp) => otp.setConnector(connector))),
    edit: taking("otp.connectors.edit", ({ config, updatedAt }) =>
      run(otp, (otp) => otp.editConnector({ config, updatedAt })),
    ),
    delete: () => run(otp, (otp) => otp.deleteConnector()),
    archive: () => run(otp, (otp) => otp.listArchive()),
    restore: (/** @type {string} */ id) => run(otp, (otp) => otp.restoreConnector(id)),
    test: taking("otp.connectors.test", ({ connectorId, ...request }) =>
      run(otp, (otp) => otp.testConnector(connectorId, request)),
    ),
  };
  const made = {
    send: taking("otp.send", async (request) => {
      const { body, key } = splitKey(request);
      return run(otp, (otp) => otp.send(body, key));
    }),
    verify: taking("otp.verify", (request) => run(otp, (otp) => otp.verify(request))),
    connectors,
    connector: connectors,
    // For adapters, which may be of another copy of this package.
    [Symbol.for("edge-otp.parseRequest")]: (/** @type {Uint8Array} */ bytes) =>
      call(() => parseRequest(bytes)),
  };
  return made;
};
