// Guard and KV in Redis (or Valkey). A swap is one Lua script, which Redis runs without anything in between. Every call uses
// one key, so it works in a cluster. The server must not evict keys (maxmemory-policy noeviction), and with asynchronous
// replication a failover may lose the last swaps.
import { hasMethod } from "./options.js";

const LOAD = "return redis.call('GET', KEYS[1])";

// ARGV: is there an expected text, that text, is there a next text, that text, its lifetime in seconds.
const SWAP = `
local current = redis.call('GET', KEYS[1])
if ARGV[1] == '0' and current or ARGV[1] == '1' and current ~= ARGV[2] then return 0 end
if ARGV[3] == '0' then redis.call('DEL', KEYS[1]) else redis.call('SET', KEYS[1], ARGV[4], 'EX', ARGV[5]) end
return 1`;

// ARGV: the text, its lifetime in seconds or nothing.
const PUT = `
if ARGV[2] == '' then return redis.call('SET', KEYS[1], ARGV[1]) end
return redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])`;

const DELETE = "return redis.call('DEL', KEYS[1])";

/** @typedef {(script: string, keys: string[], args: string[]) => Promise<unknown>} Run */

/** @param {string} caller @param {any} client @returns {Run} */
const runnerOf = (caller, client) => {
  if (typeof client === "function") return client;
  if (!hasMethod(client, "eval")) {
    throw new TypeError(
      `${caller}: the client must be one of redis or ioredis, or a function (script, keys, args)`,
    );
  }
  // ioredis takes the number of keys, then keys and arguments in a row.
  if (hasMethod(client, "defineCommand")) {
    return (script, keys, args) => client.eval(script, keys.length, ...keys, ...args);
  }
  return (script, keys, args) => client.eval(script, { keys, arguments: args });
};

/**
 * @param {import("../stores.js").RedisClient} client
 * @param {{ prefix?: string }} [options]
 * @returns {import("../index.js").GuardStore}
 */
export const redisGuard = (client, { prefix = "edge-otp:" } = {}) => {
  const run = runnerOf("redisGuard", client);
  return {
    load: async (key) => /** @type {any} */ (await run(LOAD, [prefix + key], [])) ?? null,
    async swap(key, expected, next, ttlSeconds) {
      const given = (/** @type {string | null} */ text) => [text === null ? "0" : "1", text ?? ""];
      const args = [...given(expected), ...given(next), String(Math.max(1, ttlSeconds))];
      return Number(await run(SWAP, [prefix + key], args)) === 1;
    },
  };
};

/**
 * @param {import("../stores.js").RedisClient} client
 * @param {{ prefix?: string }} [options]
 * @returns {import("../index.js").KvStore}
 */
export const redisKv = (client, { prefix = "edge-otp:" } = {}) => {
  const run = runnerOf("redisKv", client);
  const kvKey = (/** @type {string} */ key) => `${prefix}kv:${key}`;
  return {
    get: async (key) => /** @type {any} */ (await run(LOAD, [kvKey(key)], [])),
    put: (key, value, { expirationTtl = "" } = {}) => run(PUT, [kvKey(key)], [value, String(expirationTtl)]),
    delete: (key) => run(DELETE, [kvKey(key)], []),
  };
};
