// The guard as a Durable Object, of the Worker and of a user's own: one object per phone number (and one per idempotency key).
// All that concerns one phone happens in one place, one event after another.
// The class extends nothing: without RPC, its only doors are fetch and the alarm.
import { ask } from "./engine.js";
import { POLICY_HEADER } from "./host.js";
import { isKv, isSecret, kvRule, must, secretRule } from "./options.js";
import { settingNames, settingsOf } from "./policy.js";
import { askGuard } from "./story.js";

const caller = "VerificationGuard";

/** The one key in an object's storage. */
const KEPT = "kept";

/** @typedef {import("../index.js").GuardObjectOptions} Options */

/**
 * The bindings and settings of the Worker, under the names of the documentation.
 * @param {Record<string, any>} env
 * @returns {{ options: Options, settings: Record<string, string> }}
 */
const fromEnv = (env) => ({
  options: {
    kv: env.OTP_KV,
    secret: env.OTP_SECRET,
    secretPrevious: env.OTP_SECRET_PREVIOUS,
    guard: env.GUARD,
  },
  settings: Object.fromEntries(
    settingNames.filter((name) => env[name] !== undefined).map((name) => [name, String(env[name])]),
  ),
});

/** @param {Options} options @param {Record<string, string>} settings @param {string | null} sent */
const checked = ({ kv, secret, secretPrevious, guard }, settings, sent) => {
  must(caller, "kv", isKv(kv), `${kvRule}; by default it is the binding OTP_KV`);
  must(caller, "secret", isSecret(secret), `${secretRule}; by default it is OTP_SECRET`);
  return {
    kv,
    guard,
    settings: {
      ...settings,
      // What createOtp was given is in force; only a Worker with the binding can send it.
      ...(sent === null ? {} : JSON.parse(sent)),
      OTP_SECRET: secret,
      ...(secretPrevious === undefined ? {} : { OTP_SECRET_PREVIOUS: secretPrevious }),
    },
  };
};

/**
 * Makes the class for a Worker whose bindings have other names.
 * @param {(env: any) => Options} [read] gives the bindings; left out: those of the documentation
 */
export const verificationGuard = (read) =>
  class VerificationGuard {
    /** @type {any} */
    #storage;
    #env;
    /** The stored text, once read: undefined, then text or null. @type {string | null | undefined} */
    #kept;
    #alarmIsSet = false;

    /** @param {any} state @param {any} env */
    constructor(state, env) {
      this.#storage = state.storage;
      this.#env = env;
    }

    /** Answers one question of `createOtp`. @param {Request} request */
    async fetch(request) {
      const read_ = read ? { options: read(this.#env), settings: {} } : fromEnv(this.#env);
      const { options } = read_;
      const own = read ? settingsOf(caller, options.policy) : read_.settings;
      const { kv, guard, settings } = checked(options, own, request.headers.get(POLICY_HEADER));
      const store = {
        load: (/** @type {string} */ key) => (key === "" ? this.#load() : surrendered(guard, key)),
        swap: (
          /** @type {string} */ _key,
          /** @type {string | null} */ expected,
          /** @type {string | null} */ next,
          /** @type {number} */ ttl,
        ) => this.#swap(expected, next, ttl),
      };
      const fetch = () => Promise.reject(new Error("a guard sends nothing"));
      const call = await request.json();
      const told = await askGuard({ kv, store, fetch, settings }, "", call, (await this.#load()) ?? null);
      return Response.json(told);
    }

    /** Forgets everything once nothing in it can matter; else looks again when it will not. */
    async alarm() {
      this.#alarmIsSet = false;
      const text = await this.#load();
      const idleAt = text && ask({ operation: "idleAt", text, now: Date.now() }).value;
      if (idleAt) {
        await this.#setAlarm(idleAt);
      } else {
        await this.#storage.deleteAll();
        this.#kept = null;
      }
    }

    async #load() {
      if (this.#kept === undefined) {
        const stored = (await this.#storage.get(KEPT)) ?? null;
        // Another event may have read, and even written, in the meantime: what is there counts.
        if (this.#kept === undefined) this.#kept = stored;
      }
      return this.#kept;
    }

    /**
     * Memory answers at once, so nothing can come between comparing and storing; the runtime holds back every answer
     * until the write behind it is safe.
     * @param {string | null} expected @param {string | null} next @param {number} ttl
     */
    async #swap(expected, next, ttl) {
      if (this.#kept !== expected) return false;
      this.#kept = next;
      try {
        if (next === null) await this.#storage.delete(KEPT);
        else await this.#storage.put(KEPT, next);
        if (!this.#alarmIsSet) await this.#setAlarm(Date.now() + ttl * 1000);
      } catch (error) {
        // Memory and storage may differ now; storage counts.
        this.#kept = undefined;
        throw error;
      }
      return true;
    }

    /** A second late, so that what ends on the stroke has ended. @param {number} at */
    async #setAlarm(at) {
      this.#alarmIsSet = true;
      await this.#storage.setAlarm(at + 1000);
    }
  };

/**
 * The text of the object that this one follows while a rotation of the secret runs.
 * @param {any} namespace @param {string} name
 */
const surrendered = async (namespace, name) => {
  must(
    caller,
    "guard",
    Boolean(namespace),
    "must be the namespace of this class; by default it is the binding GUARD",
  );
  const stub = namespace.getByName(name);
  const response = await stub.fetch("https://guard/", {
    method: "POST",
    body: JSON.stringify({ ask: { surrender: null } }),
  });
  const told = await response.json();
  if (!("surrendered" in told)) throw new Error("the guard object before did not answer");
  return told.surrendered;
};

export const VerificationGuard = verificationGuard();
