// edge-otp/stores: what `createOtp` keeps its state in outside Cloudflare. Guards with an atomic swap, and KVs. No wasm is
// loaded.
export { memoryGuard, memoryKv } from "./lib/memory.js";
export { postgresGuard, postgresKv, postgresSchema } from "./lib/postgres.js";
export { redisGuard, redisKv } from "./lib/redis.js";
export { sqliteGuard, sqliteKv, sqliteSchema } from "./lib/sqlite.js";
