// A guard in the memory of one process: for tests, for development, and for a service that runs as a single process
// and may forget everything when it restarts.

/** How many exchanges pass between two sweeps of what has run out. */
const SWEEP_EVERY = 1_000;

/** @returns {import("../index.js").GuardStore} */
export const memoryGuard = () => {
  /** @type {Map<string, { text: string, until: number }>} */
  const cells = new Map();
  let exchanges = 0;

  const read = (/** @type {string} */ key) => {
    const cell = cells.get(key);
    return cell && cell.until > Date.now() ? cell.text : null;
  };

  const sweep = () => {
    exchanges += 1;
    if (exchanges % SWEEP_EVERY !== 0) return;
    const now = Date.now();
    for (const [key, { until }] of cells) if (until <= now) cells.delete(key);
  };

  return {
    load: async (key) => read(key),
    swap: async (key, expected, next, ttlSeconds) => {
      sweep();
      if (read(key) !== expected) return false;
      if (next === null) cells.delete(key);
      else cells.set(key, { text: next, until: Date.now() + ttlSeconds * 1000 });
      return true;
    },
  };
};
