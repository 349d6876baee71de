// edge-otp/stores: what `createOtp({ kv, guard })` keeps its state in outside Cloudflare.
import type { GuardStore, KvStore } from "./index.js";

/** A guard in this process's memory. It forgets everything when the process ends, and other processes do not see it. */
export declare function memoryGuard(): GuardStore;

/** A KV in this process's memory, for tests and development. */
export declare function memoryKv(): KvStore;

/** A client of `redis` or of `ioredis`, or a function that runs a Lua script and returns its result. */
export type RedisClient =
  | ((script: string, keys: string[], args: string[]) => Promise<unknown>)
  | { eval(...args: never[]): Promise<unknown> };

/** A guard in Redis or Valkey: one Lua script per swap. The server must not evict keys. */
export declare function redisGuard(
  client: RedisClient,
  options?: {
    /** The prefix of every key. Default `edge-otp:`. */
    prefix?: string;
  },
): GuardStore;

/** A KV in Redis or Valkey. */
export declare function redisKv(
  client: RedisClient,
  options?: {
    /** The prefix of every key, before `kv:`. Default `edge-otp:`. */
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
 */
export declare function postgresGuard(
  client: PostgresClient,
  options?: {
    /** Default `edge_otp_guard`. */
    table?: string;
  },
): GuardStore;

/** A KV in Postgres, in the guard's table. */
export declare function postgresKv(
  client: PostgresClient,
  options?: {
    /** Default `edge_otp_guard`. */
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
 */
export declare function sqliteGuard(
  database: SqliteDatabase,
  options?: {
    /** Default `edge_otp_guard`. */
    table?: string;
  },
): GuardStore;

/** A KV in SQLite, in the guard's table. */
export declare function sqliteKv(
  database: SqliteDatabase,
  options?: {
    /** Default `edge_otp_guard`. */
    table?: string;
  },
): KvStore;

/** The statement that creates the table, for your migrations. */
export declare function postgresSchema(table?: string): string;

/** The statement that creates the table, for your migrations. */
export declare function sqliteSchema(table?: string): string;
