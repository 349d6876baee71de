// The ready guards and KVs on real servers: Redis through both clients, PostgreSQL, SQLite through Node and Bun. Each
// must pass the suite, and a storm of exchanges on one key of which exactly one may win each round.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { before, test } from "node:test";
import { pathToFileURL } from "node:url";
import IoRedis from "ioredis";
import pg from "pg";
import { createClient } from "redis";
import { runLocal } from "./fixtures/local.mjs";
import { Provider, twilio } from "./fixtures/provider.mjs";
import { newPhone } from "./fixtures/suite.mjs";
import { postgresServer, redisServer } from "./servers.mjs";
import { allPassed, installed, nodes, notRun, outcomeOf, run, succeed, tool } from "./setup.mjs";

let home;
let edgeOtp;
let guards;

before(async () => {
  home = await installed();
  const load = (file) => import(pathToFileURL(join(home, "node_modules", "edge-otp", file)).href);
  edgeOtp = await load("entry/default.js");
  guards = await load("stores.js");
});

/** What every store must do, one after another and all at once. */
const isStrict = async (stores) => {
  const [store] = stores;
  const key = `k${Math.random()}`;
  assert.equal(await store.load(key), null);
  assert.equal(await store.swap(key, "a", "b", 60), false, "not there");
  assert.equal(await store.swap(key, "a", null, 60), false);
  assert.equal(await store.swap(key, null, null, 60), true, "absent stays absent");
  assert.equal(await store.swap(key, null, "", 60), true, "an empty text is not absence");
  assert.equal(await store.swap(key, null, "b", 60), false);
  assert.equal(await store.load(key), "");
  const text = `{"ä":"${"x".repeat(5000)}'\\"}`;
  assert.equal(await store.swap(key, "", text, 60), true);
  assert.equal(await store.load(key), text);
  assert.equal(await store.swap(key, text, null, 60), true);
  assert.equal(await store.load(key), null);
  // A text that has run out is absent, also for an exchange.
  assert.equal(await store.swap(key, null, "old", 1), true);
  await new Promise((resolve) => setTimeout(resolve, 2_100));
  assert.equal(await store.load(key), null);
  assert.equal(await store.swap(key, "old", "new", 60), false);
  assert.equal(await store.swap(key, null, "new", 60), true);

  let text_ = "new";
  for (let round = 0; round < 20; round += 1) {
    const tries = Array.from({ length: 20 }, (_, n) =>
      stores[n % stores.length].swap(key, text_, `${round}.${n}`, 60),
    );
    const winners = (await Promise.all(tries)).flatMap((won, n) => (won ? [n] : []));
    assert.equal(winners.length, 1, `round ${round}`);
    text_ = `${round}.${winners[0]}`;
    assert.equal(await store.load(key), text_);
  }
};

/** What every KV must do, and a code over it. */
const isKv = async (kv, guard) => {
  const key = `k${Math.random()}`;
  assert.equal((await kv.get(key)) ?? null, null);
  const text = `{"ä":"${"x".repeat(5000)}'\\"}`;
  await kv.put(key, "old", {});
  await kv.put(key, text, { expirationTtl: 60 });
  assert.equal(await kv.get(key), text);
  await kv.delete(key);
  await kv.delete(key);
  assert.equal((await kv.get(key)) ?? null, null);
  await kv.put(key, "short", { expirationTtl: 1 });
  await kv.put(`${key}-stays`, "long", {});
  await new Promise((resolve) => setTimeout(resolve, 2_100));
  assert.equal((await kv.get(key)) ?? null, null);
  assert.equal(await kv.get(`${key}-stays`), "long");

  const provider = new Provider();
  const otp = edgeOtp.createOtp({ kv, guard, secret: "0".repeat(32), fetch: provider.fetch });
  await otp.connector.set(twilio);
  const phone = newPhone();
  await otp.send({ phone });
  assert.equal((await otp.verify({ phone, code: provider.code })).verified, true);
};

test("memory", async () => {
  await isStrict([guards.memoryGuard()]);
  await isKv(guards.memoryKv(), guards.memoryGuard());
});

test("Redis", async (t) => {
  const port = await redisServer(t);
  if (!port) return notRun(t, "Redis", "there is no redis-server (apt-get install redis-server)");
  const node = createClient({ url: `redis://127.0.0.1:${port}` });
  const other = new IoRedis({ port, host: "127.0.0.1", maxRetriesPerRequest: null, lazyConnect: false });
  node.on("error", () => {});
  other.on("error", () => {});
  await node.connect();
  t.after(() => {
    node.destroy();
    other.disconnect();
  });
  const ours = guards.redisGuard(node);
  const theirs = guards.redisGuard(other);
  const run_ = (script, keys, args) => other.eval(script, keys.length, ...keys, ...args);

  await t.test("the exchange is strict, across both clients", () =>
    isStrict([ours, theirs, guards.redisGuard(run_)]),
  );
  await t.test("the suite, redis", async () => allPassed(await runLocal(edgeOtp, () => ours)));
  await t.test("the suite, ioredis", async () => allPassed(await runLocal(edgeOtp, () => theirs)));
  await t.test("the KV, redis and ioredis", async () => {
    await isKv(guards.redisKv(node), ours);
    await isKv(guards.redisKv(other, { prefix: "their:" }), theirs);
    for (const key of await other.keys("their:*")) await other.del(key);
  });
  await t.test("keys have a prefix and a lifetime", async () => {
    const key = (await node.keys("edge-otp:*")).find((name) => !name.startsWith("edge-otp:kv:"));
    assert.ok(key);
    assert.ok((await node.ttl(key)) > 0);
    assert.equal((await node.keys("*")).filter((name) => !name.startsWith("edge-otp:")).length, 0);
    await guards.redisGuard(node, { prefix: "mine:" }).swap("k", null, "v", 60);
    assert.equal(await node.get("mine:k"), "v");
  });
});

test("PostgreSQL", async (t) => {
  const pool = await postgresServer(t, async (settings) => {
    const made = new pg.Pool({ ...settings, max: 8 });
    made.on("error", () => {});
    return made.query("SELECT 1").then(
      () => made,
      async (error) => {
        await made.end();
        throw error;
      },
    );
  });
  if (!pool) return notRun(t, "PostgreSQL", "there is no initdb (apt-get install postgresql)");
  t.after(() => pool.end());
  await pool.query(guards.postgresSchema());
  await pool.query(guards.postgresSchema());
  const store = guards.postgresGuard(pool);
  const rows = guards.postgresGuard(async (text, values) => (await pool.query(text, values)).rows);

  await t.test("the exchange is strict, across connections", () => isStrict([store, rows]));
  await t.test("the suite", async () => allPassed(await runLocal(edgeOtp, () => store)));
  await t.test("the KV", () => isKv(guards.postgresKv(pool), store));
  await t.test("a table of another name", async () => {
    await pool.query(guards.postgresSchema("my_guard"));
    assert.equal(await guards.postgresGuard(pool, { table: "my_guard" }).swap("k", null, "v", 60), true);
    assert.throws(() => guards.postgresGuard(pool, { table: "x; DROP TABLE y" }), TypeError);
  });
});

/** A database that binds by position what is anonymous only, as better-sqlite3 and node:sqlite before 22.20 do. */
const bindingAnonymous = (database) => ({
  exec: (text) => database.exec(text),
  prepare: (text) => ({
    all: (...values) => {
      const anonymous = text.match(/\?(?!\d)/g)?.length ?? 0;
      if (values.length > anonymous) throw new RangeError("Too many parameter values were provided");
      return database.prepare(text).all(...values);
    },
  }),
});

test("SQLite", async (t) => {
  await t.test("bun:sqlite", async () =>
    allPassed(outcomeOf(await succeed(tool("bun"), ["run", "sqlite.mjs"], { cwd: home }))),
  );
  const withSqlite = [];
  for (const node of nodes())
    if ((await run(node, ["-e", "require('node:sqlite')"])).code === 0) withSqlite.push(node);
  if (withSqlite.length === 0) return notRun(t, "node:sqlite", "it needs Node 22.13 or later");
  await t.test("node:sqlite", async () =>
    allPassed(outcomeOf(await succeed(withSqlite[0], ["sqlite.mjs"], { cwd: home }))),
  );
  await t.test("two processes over one file both wait for it, and no exchange is lost", async (t) => {
    const folder = mkdtempSync(join(tmpdir(), "edge-otp-sqlite-"));
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    const file = join(folder, "otp.db");
    const count = async (rounds) => {
      const output = await succeed(withSqlite[0], ["counting.mjs", file, String(rounds)], { cwd: home });
      return /COUNTED (\d+) OF (\d+)/.exec(output).slice(1).map(Number);
    };
    const counted = (await Promise.all([count(400), count(400), count(400)])).map(([own]) => own);
    const [, total] = await count(0);
    assert.equal(counted[0] + counted[1] + counted[2], total, counted.join(" + "));
    assert.ok(Math.min(...counted) > 0, counted.join(" + "));
  });
  await t.test("the exchange is strict", async (t) => {
    const { DatabaseSync } = await import("node:sqlite").catch(() => ({}));
    if (!DatabaseSync) return t.skip("this Node has no node:sqlite; the suite above ran in another");
    const database = new DatabaseSync(":memory:");
    database.exec(guards.sqliteSchema());
    for (const form of [database, bindingAnonymous(database)]) {
      await isStrict([guards.sqliteGuard(form)]);
      await isKv(guards.sqliteKv(form), guards.sqliteGuard(form));
    }
  });
});
