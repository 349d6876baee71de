// Guard and KV in Postgres. A swap is one statement whose WHERE holds the comparison, so it needs no transaction, and must
// not be in one: what a caller rolls back is forgotten. Expired rows count as absent and are overwritten; the README has a
// statement that deletes those of phones that never come back.
import { hasMethod } from "./options.js";
import { checkTable, guardOver, KV_PREFIX, TABLE, transactionError } from "./table.js";

/** A setting that lives as long as the transaction: a swap that finds it is in one transaction with a load. */
const MARK = "edge_otp.loaded";
const later = (/** @type {string} */ p) => `now() + ${p}::int * interval '1 second'`;

/**
 * A swap that does nothing inside a transaction of the caller.
 * @param {string} change a statement that ends with a condition
 * @param {string} [conflict] what follows the condition
 */
const swapOf = (change, conflict = "") =>
  `WITH caller AS (SELECT coalesce(current_setting('${MARK}', true), '') = '1' AS is_open),` +
  ` swapped AS (${change} AND NOT (SELECT is_open FROM caller) ${conflict} RETURNING 1)` +
  " SELECT is_open, EXISTS (SELECT FROM swapped) AS swapped FROM caller";

const statements = (/** @type {string} */ table) => ({
  load:
    `SELECT (SELECT text FROM ${table} WHERE key = $1 AND expires_at > now()) AS text,` +
    ` set_config('${MARK}', '1', true) AS mark`,
  create: swapOf(
    `INSERT INTO ${table} (key, text, expires_at) SELECT $1::text, $2::text, ${later("$3")} WHERE true`,
    "ON CONFLICT (key) DO UPDATE SET text = excluded.text, expires_at = excluded.expires_at" +
      ` WHERE ${table}.expires_at <= now()`,
  ),
  replace: swapOf(
    `UPDATE ${table} SET text = $2, expires_at = ${later("$3")} WHERE key = $1 AND text = $4 AND expires_at > now()`,
  ),
  remove: swapOf(`DELETE FROM ${table} WHERE key = $1 AND text = $2 AND expires_at > now()`),
});

/** @param {string} caller @param {any} client @param {string} table */
const rowsOf = (caller, client, table) => {
  checkTable(caller, table);
  if (typeof client !== "function" && !hasMethod(client, "query")) {
    throw new TypeError(`${caller}: the client must have query(text, values), or be such a function`);
  }
  return async (/** @type {string} */ text, /** @type {unknown[]} */ values) => {
    const result = await (typeof client === "function" ? client(text, values) : client.query(text, values));
    return Array.isArray(result) ? result : result.rows;
  };
};

/**
 * @param {import("../stores.js").PostgresClient} client
 * @param {{ table?: string }} [options]
 */
export const postgresGuard = (client, { table = TABLE } = {}) => {
  const caller = "postgresGuard";
  const query = rowsOf(caller, client, table);
  /** @type {any} */
  const given = client;
  const sql = statements(table);
  /** @returns {Promise<any>} */
  const row = async (/** @type {string} */ text, /** @type {unknown[]} */ values) => {
    const [first] = await query(text, values);
    // A client of `pg` knows, after each statement, whether it was in a transaction; a pool has no such method.
    const isOpen = hasMethod(given, "getTransactionStatus") && "TE".includes(given.getTransactionStatus());
    if (first.is_open || isOpen) throw transactionError(caller);
    return first;
  };
  const swap =
    (/** @type {string} */ text) =>
    async (/** @type {unknown[]} */ ...values) =>
      (await row(text, values)).swapped;
  return guardOver({
    load: async (key) => (await row(sql.load, [key])).text,
    create: swap(sql.create),
    replace: swap(sql.replace),
    remove: swap(sql.remove),
  });
};

/**
 * @param {import("../stores.js").PostgresClient} client
 * @param {{ table?: string }} [options]
 * @returns {import("../index.js").KvStore}
 */
export const postgresKv = (client, { table = TABLE } = {}) => {
  const query = rowsOf("postgresKv", client, table);
  const columns = `INSERT INTO ${table} (key, text, expires_at) VALUES ($1, $2, coalesce(${later("$3")}, 'infinity'))`;
  const put = `${columns} ON CONFLICT (key) DO UPDATE SET text = excluded.text, expires_at = excluded.expires_at`;
  return {
    get: async (key) => {
      const select = `SELECT text FROM ${table} WHERE key = $1 AND expires_at > now()`;
      return (await query(select, [KV_PREFIX + key]))[0]?.text ?? null;
    },
    put: (key, value, { expirationTtl = null } = {}) => query(put, [KV_PREFIX + key, value, expirationTtl]),
    delete: (key) => query(`DELETE FROM ${table} WHERE key = $1`, [KV_PREFIX + key]),
  };
};

/** The statement that creates the table. */
export const postgresSchema = (table = TABLE) =>
  `CREATE TABLE IF NOT EXISTS ${table} (key text PRIMARY KEY, text text NOT NULL, expires_at timestamptz NOT NULL)`;
