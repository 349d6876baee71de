// The host: what the wasm is handed with each call. Here the options of `createOtp` become the objects that it knows,
// and whatever the caller's storage throws is remembered, for the wasm tells of it only that storage failed.
import { kvGuard } from "./kv-guard.js";
import { hasMethod, isKv, isSecret, kvRule, must, onlyKnown, secretRule } from "./options.js";
import { settingsOf } from "./policy.js";

/** The header in which the policy travels to a guard object of this package. */
export const POLICY_HEADER = "edge-otp-policy";

const caller = "createOtp";
const known = [
  "kv",
  "secret",
  "secretPrevious",
  "guard",
  "connector",
  "policy",
  "fetch",
  "now",
  "acceptWeakGuard",
];

let warned = false;
const warnOfWeakGuard = () => {
  if (warned) return;
  warned = true;
  console.warn(
    "edge-otp: no `guard` was given, so attempts and limits are kept in KV. Two requests at the same moment in two " +
      "places can then both count as the first: a code may be tried, sent or accepted more often than the limits say. " +
      "Give a `guard` (a Durable Object, Redis, Postgres, SQLite), or accept this with `acceptWeakGuard: true`.",
  );
};

/** @param {unknown} guard */
const isNamespace = (guard) => hasMethod(guard, "getByName") || hasMethod(guard, "idFromName");
/** @param {unknown} guard */
const isStore = (guard) => hasMethod(guard, "load") && hasMethod(guard, "swap");

/** @param {any} options */
const check = (options) => {
  onlyKnown(caller, options, known);
  const { kv, secret, secretPrevious, guard, connector, fetch, now, acceptWeakGuard } = options;
  const optional = (/** @type {unknown} */ value, /** @type {boolean} */ fits) => value === undefined || fits;
  must(caller, "kv", isKv(kv), kvRule);
  must(caller, "secret", isSecret(secret), secretRule);
  must(caller, "secretPrevious", optional(secretPrevious, isSecret(secretPrevious)), secretRule);
  must(
    caller,
    "guard",
    optional(guard, isNamespace(guard) || isStore(guard)),
    "must be a Durable Object namespace bound to VerificationGuard, or a store with load(key) and swap(key, expected, next, ttlSeconds)",
  );
  must(
    caller,
    "connector",
    optional(connector, typeof connector?.connectorId === "string" && typeof connector?.config === "object"),
    "must be {connectorId, config}",
  );
  must(caller, "fetch", optional(fetch, typeof fetch === "function"), "must be a function like fetch");
  must(caller, "now", optional(now, typeof now === "function"), "must be a function that gives milliseconds");
  must(
    caller,
    "acceptWeakGuard",
    optional(acceptWeakGuard, typeof acceptWeakGuard === "boolean"),
    "must be true or false",
  );
};

/**
 * A store as the wasm takes it: it says undefined for absent, and it believes any answer.
 * @param {import("../index.js").GuardStore} store
 */
const storeFor = (store) => ({
  load: async (/** @type {string} */ key) => store.load(key),
  swap: async (
    /** @type {string} */ key,
    /** @type {string | undefined} */ expected,
    /** @type {string | undefined} */ next,
    /** @type {number} */ ttl,
  ) => {
    const swapped = await store.swap(key, expected ?? null, next ?? null, ttl);
    if (typeof swapped !== "boolean")
      throw new TypeError("edge-otp: the guard's swap() must give true or false");
    return swapped;
  },
});

/**
 * A namespace as the wasm takes it. The policy goes along, so that the object enforces what `createOtp` was given.
 * @param {any} namespace @param {Record<string, string>} policy
 */
const namespaceFor = (namespace, policy) => {
  const headers = Object.keys(policy).length > 0 ? { [POLICY_HEADER]: JSON.stringify(policy) } : {};
  const stub = (/** @type {string} */ name) =>
    hasMethod(namespace, "getByName") ? namespace.getByName(name) : namespace.get(namespace.idFromName(name));
  return {
    getByName: (/** @type {string} */ name) => ({
      fetch: async (/** @type {string} */ url, /** @type {object} */ init) =>
        stub(name).fetch(url, { ...init, headers }),
    }),
  };
};

/**
 * Checks the options and gives a function that makes the host of one call.
 * @param {import("../index.js").OtpOptions} options
 */
export const hostOf = (options) => {
  check(options);
  const { kv, secret, secretPrevious, guard, connector, policy, fetch, now, acceptWeakGuard } = options;
  const limits = settingsOf(caller, policy);
  const settings = {
    ...limits,
    OTP_SECRET: secret,
    ...(secretPrevious === undefined ? {} : { OTP_SECRET_PREVIOUS: secretPrevious }),
  };
  if (guard === undefined && !acceptWeakGuard) warnOfWeakGuard();
  const namespace = isNamespace(guard) ? namespaceFor(guard, limits) : undefined;
  const store = namespace ? undefined : storeFor(/** @type {any} */ (guard ?? kvGuard(kv)));
  const clock = now && (() => Number(now()));
  const stored =
    connector && JSON.stringify({ connectorId: connector.connectorId, config: connector.config });

  /** @param {{ cause?: unknown }} seen gets what storage threw */
  return (seen) => {
    /**
     * @template {unknown[]} A
     * @template R
     * @param {(...args: A) => R} act
     */
    const watched =
      (act) =>
      /** @param {A} args */
      async (...args) => {
        try {
          return await act(...args);
        } catch (error) {
          seen.cause = error;
          throw error;
        }
      };
    return {
      kv: {
        get: watched((/** @type {string} */ key) => kv.get(key)),
        put: watched(
          (
            /** @type {string} */ key,
            /** @type {string} */ value,
            /** @type {{ expirationTtl?: number }} */ how,
          ) => kv.put(key, value, how),
        ),
        delete: watched((/** @type {string} */ key) => kv.delete(key)),
      },
      // Asked for at the moment of use, so that a fetch that is replaced later is seen.
      fetch: (/** @type {string} */ url, /** @type {RequestInit} */ init) =>
        (fetch ?? globalThis.fetch)(url, init),
      now: clock,
      guard: namespace && {
        getByName: (/** @type {string} */ name) => ({ fetch: watched(namespace.getByName(name).fetch) }),
      },
      store: store && { load: watched(store.load), swap: watched(store.swap) },
      connector: stored,
      settings,
    };
  };
};
