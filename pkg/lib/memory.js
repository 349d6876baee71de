// Guard and KV in the memory of one process: for tests, for development, and for a service that runs as a single process
// and may forget everything when it restarts.

/** After how many writes expired texts are deleted. */
const SWEEP_EVERY = 1_000;

/** Texts that expire. */
const expiringTexts = () => {
  /** @type {Map<string, { text: string, until: number }>} */
  const entries = new Map();
  let writes = 0;
  return {
    /** @param {string} key */
    get(key) {
      const entry = entries.get(key);
      return entry && entry.until > Date.now() ? entry.text : null;
    },
    /** @param {string} key @param {string} text @param {number} seconds */
    set(key, text, seconds) {
      const now = Date.now();
      writes += 1;
      if (writes % SWEEP_EVERY === 0) {
        for (const [key, { until }] of entries) if (until <= now) entries.delete(key);
      }
      entries.set(key, { text, until: now + seconds * 1000 });
    },
    /** @param {string} key */
    delete: (key) => entries.delete(key),
  };
};

/** @returns {import("../index.js").GuardStore} */
export const memoryGuard = () => {
  const texts = expiringTexts();
  return {
    load: async (key) => texts.get(key),
    swap: async (key, expected, next, ttlSeconds) => {
      if (texts.get(key) !== expected) return false;
      if (next === null) texts.delete(key);
      else texts.set(key, next, ttlSeconds);
      return true;
    },
  };
};

/** @returns {import("../index.js").KvStore} */
export const memoryKv = () => {
  const texts = expiringTexts();
  return {
    get: async (key) => texts.get(key),
    put: async (key, value, { expirationTtl = Number.POSITIVE_INFINITY } = {}) =>
      texts.set(key, value, expirationTtl),
    delete: async (key) => texts.delete(key),
  };
};
