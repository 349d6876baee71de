// The host: what the stories are told in. Here the options of `createOtp` are checked and become its parts.
import { kvGuard } from "./kv-guard.js";
import { hasMethod, isKv, isSecret, kvRule, must, onlyKnown, secretRule } from "./options.js";
import { settingsOf } from "./policy.js";
import { askGuard } from "./story.js";

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
 * A store whose answers are checked.
 * @param {import("../index.js").GuardStore} store
 * @returns {import("../index.js").GuardStore}
 */
const storeFor = (store) => ({
  load: (key) => store.load(key),
  swap: async (key, expected, next, ttlSeconds) => {
    const swapped = await store.swap(key, expected, next, ttlSeconds);
    if (typeof swapped !== "boolean")
      throw new TypeError("edge-otp: the guard's swap() must give true or false");
    return swapped;
  },
});

/**
 * The guard objects of a namespace. The policy goes along, so that the object enforces what `createOtp` was given.
 * @param {any} namespace @param {Record<string, string>} policy
 */
export const askObjects = (namespace, policy) => {
  const headers = Object.keys(policy).length > 0 ? { [POLICY_HEADER]: JSON.stringify(policy) } : {};
  const stub = (/** @type {string} */ name) =>
    hasMethod(namespace, "getByName") ? namespace.getByName(name) : namespace.get(namespace.idFromName(name));
  return async (/** @type {unknown} */ _, /** @type {string} */ name, /** @type {object} */ call) => {
    // The address is never resolved; it only has to be one.
    const init = { method: "POST", headers, body: JSON.stringify(call) };
    return (await stub(name).fetch("https://guard/", init)).json();
  };
};

/**
 * The guard over a store of the caller's: its story is told right here.
 * @param {import("./story.js").Host} host @param {string} name @param {object} call
 */
const askStore = async (host, name, call) =>
  askGuard(host, name, call, (await host.store?.load(name)) ?? null);

/** @param {import("../index.js").ConnectorInput} connector */
const storedForm = ({ connectorId, config }) => JSON.stringify({ connectorId, config });

/**
 * Checks the options and gives the host of their stories.
 * @param {import("../index.js").OtpOptions} options
 * @returns {import("./story.js").Host}
 */
export const hostOf = (options) => {
  check(options);
  const { kv, secret, secretPrevious, guard, connector, policy, fetch, now, acceptWeakGuard } = options;
  const limits = settingsOf(caller, policy);
  if (guard === undefined && !acceptWeakGuard) warnOfWeakGuard();
  return {
    kv,
    ...(isNamespace(guard)
      ? { guard: askObjects(guard, limits) }
      : { guard: askStore, store: storeFor(/** @type {any} */ (guard ?? kvGuard(kv))) }),
    // Asked for at the moment of use, so that a fetch that is replaced later is seen.
    fetch: (url, init) => (fetch ?? globalThis.fetch)(url, init),
    now,
    ...(connector ? { connector: async () => storedForm(connector) } : {}),
    settings: {
      ...limits,
      OTP_SECRET: secret,
      ...(secretPrevious === undefined ? {} : { OTP_SECRET_PREVIOUS: secretPrevious }),
    },
  };
};
