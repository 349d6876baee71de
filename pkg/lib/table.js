// What Postgres and SQLite share: one table of texts with an expiry, for guard and KV.

export const TABLE = "edge_otp_guard";
/** Before the keys of KV, which share the table with the guard's. */
export const KV_PREFIX = "kv:";

/** @param {string} caller @param {string} table */
export const checkTable = (caller, table) => {
  if (!/^[A-Za-z_][\w.]*$/.test(table))
    throw new TypeError(`${caller}: option \`table\` must be a plain name`);
};

/** @param {string} caller */
export const transactionError = (caller) =>
  new Error(
    `${caller}: the guard is inside a transaction of yours; if that were rolled back, attempts would be forgotten. ` +
      "Give the guard a connection of its own.",
  );

/**
 * A guard's `swap` over its four statements.
 * @param {{
 *   load: (key: string) => Promise<string | null>,
 *   create: (key: string, next: string, ttl: number) => Promise<boolean>,
 *   replace: (key: string, next: string, ttl: number, expected: string) => Promise<boolean>,
 *   remove: (key: string, expected: string) => Promise<boolean>,
 * }} statements
 * @returns {import("../index.js").GuardStore}
 */
export const guardOver = ({ load, create, replace, remove }) => ({
  load,
  async swap(key, expected, next, ttlSeconds) {
    if (next === null) return expected === null ? (await load(key)) === null : remove(key, expected);
    return expected === null ? create(key, next, ttlSeconds) : replace(key, next, ttlSeconds, expected);
  },
});
