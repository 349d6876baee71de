// What `createOtp` and `createOtpClient` have in common: the methods, and which failures of a verification are values
// rather than exceptions. What differs is how an operation is carried out.
import { OtpError } from "./error.js";

/**
 * Carries out an operation: gives its value or throws an OtpError. `id` is the idempotency key of a send, else the id
 * of a connector.
 * @typedef {(operation: "send" | "verify" | "get" | "set" | "edit" | "delete" | "test" | "archive" | "restore", body?: object, id?: string) => Promise<any>} Carry
 */

// What a person who types a code can do wrong. Everything else is thrown.
const mistakes = new Set(["code_mismatch", "expired", "not_found", "exceed_max_try", "locked"]);
const prefix = "verification_code.";

/** @param {unknown} error @returns {import("../index.js").VerifyFailure} */
const asValue = (error) => {
  const reason =
    error instanceof OtpError && error.code.startsWith(prefix) ? error.code.slice(prefix.length) : "";
  if (!mistakes.has(reason)) throw error;
  const { attemptsLeft, retryAfter } = /** @type {OtpError} */ (error).data ?? {};
  return /** @type {import("../index.js").VerifyFailure} */ ({
    verified: false,
    reason,
    ...(attemptsLeft === undefined ? {} : { attemptsLeft }),
    ...(retryAfter === undefined ? {} : { retryAfter }),
  });
};

/** @param {Carry} carry @returns {import("../index.js").Otp} */
export const otpOver = (carry) => {
  const get = async () => (await carry("get"))[0] ?? null;
  const active = async () => {
    const connector = await get();
    if (connector) return connector;
    throw new OtpError("connector.not_found", "No SMS connector is set up.", { status: 501 });
  };
  return {
    send: async ({ idempotencyKey, ...request }) => carry("send", request, idempotencyKey),
    verify: async (request) => carry("verify", request).catch(asValue),
    connector: {
      get,
      set: async (connector) => carry("set", connector),
      edit: async ({ config }) => carry("edit", { config }, (await active()).id),
      delete: async () => {
        const active = await get();
        if (active) await carry("delete", undefined, active.id);
      },
      archive: async () => carry("archive"),
      restore: async (id) => carry("restore", undefined, id),
      test: async ({ connectorId, ...request }) => carry("test", request, connectorId),
    },
  };
};
