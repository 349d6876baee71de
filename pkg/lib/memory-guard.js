// A guard in the memory of one process: for tests, for development, and for a service that runs as a single process
// and may forget everything when it restarts.

/** After how many swaps expired texts are deleted. */
const SWEEP_EVERY = 1_000;

/** @returns {import("../index.js").GuardStore} */
export const memoryGuard = () => {
  /** @type {Map<string, { text: string, until: number }>} */
  const entries = new Map();
  let swaps = 0;

  const read = (/** @type {string} */ key) => {
    const entry = entries.get(key);
    return entry && entry.until > Date.now() ? entry.text : null;
  };

  const sweep = () => {
    swaps += 1;
    if (swaps % SWEEP_EVERY !== 0) return;
    const now = Date.now();
    for (const [key, { until }] of entries) if (until <= now) entries.delete(key);
  };

  return {
    load: async (key) => read(key),
    swap: async (key, expected, next, ttlSeconds) => {
      sweep();
      if (read(key) !== expected) return false;
      if (next === null) entries.delete(key);
      else entries.set(key, { text: next, until: Date.now() + ttlSeconds * 1000 });
      return true;
    },
  };
};
