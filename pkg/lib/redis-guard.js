// A guard in Redis (or Valkey): a swap is one Lua script, which Redis runs without anything in between. Every call uses one
// key, so it works in a cluster. The server must not evict keys (maxmemory-policy noeviction), and with asynchronous
// replication a failover may lose the last swaps.
import { hasMethod } from "./options.js";

const LOAD = "return redis.call('GET', KEYS[1])";

// ARGV: is there an expected text, that text, is there a next text, that text, its lifetime in seconds.
const SWAP = `
local current = redis.call('GET', KEYS[1])
if ARGV[1] == '0' and current or ARGV[1] == '1' and current ~= ARGV[2] then return 0 end
if ARGV[3] == '0' then redis.call('DEL', KEYS[1]) else redis.call('SET', KEYS[1], ARGV[4], 'EX', ARGV[5]) end
return 1`;

/** @typedef {(script: string, keys: string[], args: string[]) => Promise<unknown>} Run */

/** @param {any} client @returns {Run} */
const runnerOf = (client) => {
  if (typeof client === "function") return client;
  if (!hasMethod(client, "eval")) {
    throw new TypeError(
      "redisGuard: the client must be one of redis or ioredis, or a function (script, keys, args)",
    );
  }
  // ioredis takes the number of keys, then keys and arguments in a row.
  if (hasMethod(client, "defineCommand")) {
    return (script, keys, args) => client.eval(script, keys.length, ...keys, ...args);
  }
  return (script, keys, args) => client.eval(script, { keys, arguments: args });
};

/**
 * @param {import("../guards.js").RedisClient} client
 * @param {{ prefix?: string }} [options]
 * @returns {import("../index.js").GuardStore}
 */
export const redisGuard = (client, { prefix = "edge-otp:" } = {}) => {
  const run = runnerOf(client);
  return {
    async load(key) {
      const text = await run(LOAD, [prefix + key], []);
      return typeof text === "string" ? text : null;
    },
    async swap(key, expected, next, ttlSeconds) {
      const given = (/** @type {string | null} */ text) => [text === null ? "0" : "1", text ?? ""];
      const args = [...given(expected), ...given(next), String(Math.max(1, ttlSeconds))];
      return Number(await run(SWAP, [prefix + key], args)) === 1;
    },
  };
};
