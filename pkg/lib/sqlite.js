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

/** @param {string} caller @param {any} database @param {string} table */
const rowsOf = (caller, database, table) => {
  checkTable(caller, table);
  if (!hasMethod(database, "prepare")) throw new TypeError(`${caller}: the database must have prepare(sql)`);
  return async (/** @type {string} */ text, /** @type {unknown[]} */ values) => {
    const statement = database.prepare(text);
    // D1 binds first; the others take the values when they run.
    return isD1(database) ? (await statement.bind(...values).all()).results : statement.all(...values);
  };
};

/**
 * @param {import("../stores.js").SqliteDatabase} database
 * @param {{ table?: string }} [options]
 */
export const sqliteGuard = (database, { table = TABLE } = {}) => {
  const caller = "sqliteGuard";
  const query = rowsOf(caller, database, table);
  const sql = statements(table);
  /** @returns {Promise<any[]>} */
  const rows = async (/** @type {string} */ text, /** @type {unknown[]} */ values) => {
    if (isInTransaction(database)) throw transactionError(caller);
    return query(text, values);
  };
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
