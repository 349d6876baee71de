// The guard that serves where none is given: ledgers in KV. KV has no compare-and-swap, so this one is atomic only among
// the calls of one process (or isolate): memory holds what was written last, and is compared without an await. Between
// two processes, or two of Cloudflare's locations, nothing is promised.

/** How long memory outlives a write, in ms: longer than any read of KV that began before it. */
const REMEMBERED = 5_000;
/** KV takes no shorter lifetime, in seconds. */
const MIN_TTL = 60;

/** @param {unknown} value what `kv.get` gave @returns {string | null} */
const asText = (value) => {
  if (typeof value === "string") return value;
  if (value === null || value === undefined) return null;
  const type = Object.prototype.toString.call(value);
  throw new TypeError(`edge-otp: kv.get() must give the stored string or null; it gave ${type}`);
};

/** @param {import("../index.js").KvStore} kv @returns {import("../index.js").GuardStore} */
export const kvGuard = (kv) => {
  /** @type {Map<string, { text: string | null, until: number }>} */
  const written = new Map();
  const kvKey = (/** @type {string} */ key) => `guard:${key}`;

  const recent = (/** @type {string} */ key) => {
    const now = Date.now();
    for (const [other, { until }] of written) {
      if (until > now) break;
      written.delete(other);
    }
    return written.get(key);
  };

  const load = async (/** @type {string} */ key) => {
    const text = recent(key) ? null : asText(await kv.get(kvKey(key)));
    // Another call may have written while this one read.
    const newer = recent(key);
    return newer ? newer.text : text;
  };

  return {
    load,
    async swap(key, expected, next, ttlSeconds) {
      if ((await load(key)) !== expected) return false;
      const newer = recent(key);
      if (newer && newer.text !== expected) return false;
      written.delete(key);
      written.set(key, { text: next, until: Date.now() + REMEMBERED });
      try {
        if (next === null) await kv.delete(kvKey(key));
        else await kv.put(kvKey(key), next, { expirationTtl: Math.max(MIN_TTL, ttlSeconds) });
      } catch (error) {
        written.delete(key);
        throw error;
      }
      return true;
    },
  };
};
