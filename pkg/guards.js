// edge-otp/guards: stores with an atomic swap, for `createOtp({ guard })` outside Cloudflare. No wasm is loaded.
export { memoryGuard } from "./lib/memory-guard.js";
export { memoryKv } from "./lib/memory-kv.js";
export { redisGuard } from "./lib/redis-guard.js";
export { postgresGuard, postgresSchema, sqliteGuard, sqliteSchema } from "./lib/sql-guards.js";
