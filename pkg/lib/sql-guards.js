// Guards in SQL: Postgres, and SQLite in its forms (node:sqlite, better-sqlite3, bun:sqlite, Cloudflare D1). A swap is one
// statement whose WHERE holds the comparison, so it needs no transaction. Expired rows count as absent and are
// overwritten; the README has a statement that deletes those of phones that never come back.
import { hasMethod } from "./options.js";

const TABLE = "edge_otp_guard";

/** @param {string} caller @param {string} table */
const checkTable = (caller, table) => {
  if (!/^[A-Za-z_][\w.]*$/.test(table))
    throw new TypeError(`${caller}: option \`table\` must be a plain name`);
};

/** The statements of one table; `p(n)` is the nth parameter, `now` and `later(p)` are times. */
const statements = (
  /** @type {string} */ table,
  /** @type {(n: number) => string} */ p,
  /** @type {string} */ now,
  /** @type {(p: string) => string} */ later,
) => ({
  load: `SELECT text FROM ${table} WHERE key = ${p(1)} AND expires_at > ${now}`,
  create:
    `INSERT INTO ${table} (key, text, expires_at) VALUES (${p(1)}, ${p(2)}, ${later(p(3))}) ON CONFLICT (key) DO UPDATE` +
    ` SET text = excluded.text, expires_at = excluded.expires_at WHERE ${table}.expires_at <= ${now} RETURNING 1 AS swapped`,
  replace:
    `UPDATE ${table} SET text = ${p(2)}, expires_at = ${later(p(3))}` +
    ` WHERE key = ${p(1)} AND text = ${p(4)} AND expires_at > ${now} RETURNING 1 AS swapped`,
  remove: `DELETE FROM ${table} WHERE key = ${p(1)} AND text = ${p(2)} AND expires_at > ${now} RETURNING 1 AS swapped`,
});

/**
 * The guard over four statements.
 * @param {ReturnType<typeof statements>} sql
 * @param {(statement: string, values: (string | number)[]) => Promise<any[]>} rows
 * @returns {import("../index.js").GuardStore}
 */
const guardOver = (sql, rows) => {
  const load = async (/** @type {string} */ key) => (await rows(sql.load, [key]))[0]?.text ?? null;
  return {
    load,
    async swap(key, expected, next, ttlSeconds) {
      if (next === null) {
        return expected === null
          ? (await load(key)) === null
          : (await rows(sql.remove, [key, expected])).length === 1;
      }
      const swapped =
        expected === null
          ? await rows(sql.create, [key, next, ttlSeconds])
          : await rows(sql.replace, [key, next, ttlSeconds, expected]);
      return swapped.length === 1;
    },
  };
};

/**
 * @param {import("../guards.js").PostgresClient} client
 * @param {{ table?: string }} [options]
 */
export const postgresGuard = (client, { table = TABLE } = {}) => {
  const caller = "postgresGuard";
  checkTable(caller, table);
  /** @type {any} */
  const given = client;
  if (typeof given !== "function" && !hasMethod(given, "query")) {
    throw new TypeError(`${caller}: the client must have query(text, values), or be such a function`);
  }
  const query = (/** @type {string} */ text, /** @type {unknown[]} */ values) =>
    typeof given === "function" ? given(text, values) : given.query(text, values);
  const sql = statements(
    table,
    (n) => `$${n}`,
    "now()",
    (p) => `now() + ${p}::int * interval '1 second'`,
  );
  return guardOver(sql, async (text, values) => {
    const result = await query(text, values);
    return Array.isArray(result) ? result : result.rows;
  });
};

/**
 * @param {import("../guards.js").SqliteDatabase} database
 * @param {{ table?: string }} [options]
 */
export const sqliteGuard = (database, { table = TABLE } = {}) => {
  const caller = "sqliteGuard";
  checkTable(caller, table);
  if (!hasMethod(database, "prepare")) throw new TypeError(`${caller}: the database must have prepare(sql)`);
  const sql = statements(
    table,
    (n) => `?${n}`,
    "unixepoch()",
    (p) => `unixepoch() + ${p}`,
  );
  return guardOver(sql, async (text, values) => {
    /** @type {any} */
    const statement = database.prepare(text);
    // D1 binds first; the others take the values when they run.
    if (hasMethod(statement, "bind") && hasMethod(statement, "first")) {
      return (await statement.bind(...values).all()).results;
    }
    return statement.all(...values);
  });
};

/** The statement that creates the table. */
export const postgresSchema = (table = TABLE) =>
  `CREATE TABLE IF NOT EXISTS ${table} (key text PRIMARY KEY, text text NOT NULL, expires_at timestamptz NOT NULL)`;

/** The statement that creates the table. */
export const sqliteSchema = (table = TABLE) =>
  `CREATE TABLE IF NOT EXISTS ${table} (key TEXT PRIMARY KEY, text TEXT NOT NULL, expires_at INTEGER NOT NULL) WITHOUT ROWID`;
