// Guard and KV in SQLite, in its forms (node:sqlite, better-sqlite3, bun:sqlite, Cloudflare D1). A swap is one statement
// whose WHERE holds the comparison, so it needs no transaction, and must not be in one: what a caller rolls back is
// forgotten. Expired rows count as absent and are overwritten.
import { hasMethod } from "./options.js";
import { checkTable, guardOver, KV_PREFIX, TABLE, transactionError } from "./table.js";

/** What expires never: the last second of the year 9999. */
const NEVER = 253_402_300_799;

/**
 * Parameters are anonymous, in the order in which the values are bound: better-sqlite3, and node:sqlite before 22.20, bind
 * none of `?1` by position, because SQLite counts it as a named one.
 */
const statements = (/** @type {string} */ table) => ({
  load: `SELECT text FROM ${table} WHERE key = ? AND expires_at > unixepoch()`,
  create:
    `INSERT INTO ${table} (key, text, expires_at) VALUES (?, ?, unixepoch() + ?) ON CONFLICT (key) DO UPDATE` +
    ` SET text = excluded.text, expires_at = excluded.expires_at WHERE ${table}.expires_at <= unixepoch() RETURNING 1`,
  replace:
    `UPDATE ${table} SET text = ?, expires_at = unixepoch() + ?` +
    " WHERE key = ? AND text = ? AND expires_at > unixepoch() RETURNING 1",
  remove: `DELETE FROM ${table} WHERE key = ? AND text = ? AND expires_at > unixepoch() RETURNING 1`,
  put: `INSERT OR REPLACE INTO ${table} (key, text, expires_at) VALUES (?, ?, coalesce(unixepoch() + ?, ${NEVER})) RETURNING 1`,
  delete: `DELETE FROM ${table} WHERE key = ? RETURNING 1`,
});

/** D1 has no transactions that stay open. @param {any} database */
const isD1 = (database) => hasMethod(database, "batch");

/** @param {any} database */
const isInTransaction = (database) => {
  const known = database.isTransaction ?? database.inTransaction;
  if (known !== undefined || isD1(database) || !hasMethod(database, "exec")) return known === true;
  // node:sqlite before 22.16 does not tell, but begins no transaction inside another.
  try {
    database.exec("BEGIN; COMMIT");
    return false;
  } catch {
    return true;
  }
};

/** How long is waited in ms, about, before a statement is tried again while another process writes: 1.6 s in all. */
const BUSY_WAITS = [1, 2, 5, 10, 20, 50, 100, 200, 400, 800];
const BUSY = 5;

/** Tells whether another process held the file, so that the statement had no effect. @param {any} error */
const isBusy = (error) =>
  ((error?.errcode ?? error?.errno) & 0xff) === BUSY || /^SQLITE_BUSY/.test(error?.code);

/**
 * @param {string} caller @param {any} database @param {string} table
 * @param {() => void} check is called immediately before each try, and throws if there may be none
 */
const rowsOf = (caller, database, table, check = () => {}) => {
  checkTable(caller, table);
  if (!hasMethod(database, "prepare")) throw new TypeError(`${caller}: the database must have prepare(sql)`);
  const query = async (/** @type {string} */ text, /** @type {unknown[]} */ values) => {
    check();
    const statement = database.prepare(text);
    // D1 binds first; the others take the values when they run.
    return isD1(database) ? (await statement.bind(...values).all()).results : statement.all(...values);
  };
  return async (/** @type {string} */ text, /** @type {unknown[]} */ values) => {
    for (const wait of BUSY_WAITS) {
      try {
        return await query(text, values);
      } catch (error) {
        if (!isBusy(error)) throw error;
        await new Promise((resolve) => setTimeout(resolve, wait * (0.5 + Math.random())));
      }
    }
    return query(text, values);
  };
};

/**
 * @param {import("../stores.js").SqliteDatabase} database
 * @param {{ table?: string }} [options]
 */
export const sqliteGuard = (database, { table = TABLE } = {}) => {
  const caller = "sqliteGuard";
  /** @type {(text: string, values: unknown[]) => Promise<any[]>} */
  const rows = rowsOf(caller, database, table, () => {
    if (isInTransaction(database)) throw transactionError(caller);
  });
  const sql = statements(table);
  const swap = async (/** @type {string} */ text, /** @type {unknown[]} */ ...values) =>
    (await rows(text, values)).length === 1;
  return guardOver({
    load: async (key) => (await rows(sql.load, [key]))[0]?.text ?? null,
    create: (key, text, ttl) => swap(sql.create, key, text, ttl),
    replace: (key, text, ttl, expected) => swap(sql.replace, text, ttl, key, expected),
    remove: (key, expected) => swap(sql.remove, key, expected),
  });
};

/**
 * @param {import("../stores.js").SqliteDatabase} database
 * @param {{ table?: string }} [options]
 * @returns {import("../index.js").KvStore}
 */
export const sqliteKv = (database, { table = TABLE } = {}) => {
  const query = rowsOf("sqliteKv", database, table);
  const sql = statements(table);
  return {
    get: async (key) => (await query(sql.load, [KV_PREFIX + key]))[0]?.text ?? null,
    put: (key, value, { expirationTtl = null } = {}) =>
      query(sql.put, [KV_PREFIX + key, value, expirationTtl]),
    delete: (key) => query(sql.delete, [KV_PREFIX + key]),
  };
};

/** The statement that creates the table. */
export const sqliteSchema = (table = TABLE) =>
  `CREATE TABLE IF NOT EXISTS ${table} (key TEXT PRIMARY KEY, text TEXT NOT NULL, expires_at INTEGER NOT NULL) WITHOUT ROWID`;
