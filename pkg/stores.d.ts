// edge-otp/stores: what `createOtp({ kv, guard })` keeps its state in outside Cloudflare.
import type { GuardStore, KvStore } from "./index.js";

/**
 * A guard in this process's memory. It forgets everything when the process ends, and other processes do not see it.
 *
 * @example
 * createOtp({ kv: memoryKv(), guard: memoryGuard(), secret });
 */
export declare function memoryGuard(): GuardStore;

/**
 * A KV in this process's memory, for tests and development.
 *
 * @example
 * createOtp({ kv: memoryKv(), guard: memoryGuard(), secret });
 */
export declare function memoryKv(): KvStore;

/** A client of `redis` or of `ioredis`, or a function that runs a Lua script and returns its result. */
export type RedisClient =
  | ((script: string, keys: string[], args: string[]) => Promise<unknown>)
  | { eval(...args: never[]): Promise<unknown> };

/**
 * A guard in Redis or Valkey: one Lua script per swap. The server must not evict keys.
 *
 * @throws {TypeError} if the client is none of those.
 * @example
 * const client = await createClient().connect();
 * createOtp({ kv: redisKv(client), guard: redisGuard(client), secret });
 */
export declare function redisGuard(
  client: RedisClient,
  options?: {
    /**
     * The prefix of every key.
     *
     * @default "edge-otp:"
     */
    prefix?: string;
  },
): GuardStore;

/**
 * A KV in Redis or Valkey.
 *
 * @throws {TypeError} if the client is none of those.
 * @example
 * redisKv(await createClient().connect());
 */
export declare function redisKv(
  client: RedisClient,
  options?: {
    /**
     * The prefix of every key, before `kv:`.
     *
     * @default "edge-otp:"
     */
    prefix?: string;
  },
): KvStore;

/** A `Pool` or `Client` of `pg`, or a function with the two arguments of `query` that returns rows. */
export type PostgresClient =
  | ((
      text: string,
      values: never[],
    ) => PromiseLike<readonly unknown[] | { readonly rows: readonly unknown[] }>)
  | { query(text: string, values: unknown[]): PromiseLike<{ readonly rows: readonly unknown[] }> };

/**
 * A guard in Postgres: one statement per swap. Give it a pool, or a connection of its own: **inside a transaction of yours
 * it throws**, because a rollback would forget attempts.
 *
 * @throws {TypeError} if the client or the table's name is wrong.
 * @example
 * const pool = new pg.Pool();
 * await pool.query(postgresSchema());
 * createOtp({ kv: postgresKv(pool), guard: postgresGuard(pool), secret });
 */
export declare function postgresGuard(
  client: PostgresClient,
  options?: {
    /**
     * The table, made by the schema's statement.
     *
     * @default "edge_otp_guard"
     */
    table?: string;
  },
): GuardStore;

/**
 * A KV in Postgres, in the guard's table.
 *
 * @throws {TypeError} if the client or the table's name is wrong.
 * @example
 * postgresKv(new pg.Pool());
 */
export declare function postgresKv(
  client: PostgresClient,
  options?: {
    /**
     * The table, made by the schema's statement.
     *
     * @default "edge_otp_guard"
     */
    table?: string;
  },
): KvStore;

/** A database of `node:sqlite`, `better-sqlite3`, `bun:sqlite`, or a Cloudflare D1 binding. */
export interface SqliteDatabase {
  prepare(sql: string): object;
}

/**
 * A guard in SQLite: one statement per swap. **Inside a transaction of yours it throws**, because a rollback would forget
 * attempts: give it a connection of its own, or call it before and after.
 *
 * @throws {TypeError} if the database or the table's name is wrong.
 * @example
 * const database = new DatabaseSync("otp.db");
 * database.exec(sqliteSchema());
 * createOtp({ kv: sqliteKv(database), guard: sqliteGuard(database), secret });
 */
export declare function sqliteGuard(
  database: SqliteDatabase,
  options?: {
    /**
     * The table, made by the schema's statement.
     *
     * @default "edge_otp_guard"
     */
    table?: string;
  },
): GuardStore;

/**
 * A KV in SQLite, in the guard's table.
 *
 * @throws {TypeError} if the database or the table's name is wrong.
 * @example
 * sqliteKv(new DatabaseSync("otp.db"));
 */
export declare function sqliteKv(
  database: SqliteDatabase,
  options?: {
    /**
     * The table, made by the schema's statement.
     *
     * @default "edge_otp_guard"
     */
    table?: string;
  },
): KvStore;

/**
 * The statement that creates the table, for your migrations.
 *
 * @example
 * await pool.query(postgresSchema());
 */
export declare function postgresSchema(table?: string): string;

/**
 * The statement that creates the table, for your migrations.
 *
 * @example
 * database.exec(sqliteSchema());
 */
export declare function sqliteSchema(table?: string): string;
