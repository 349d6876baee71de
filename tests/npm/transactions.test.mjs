// SQL guards inside a transaction of the caller. If it is rolled back, what the guard has counted is forgotten, so the guard
// refuses to work in one.
import assert from "node:assert/strict";
import { join } from "node:path";
import { before, test } from "node:test";
import { pathToFileURL } from "node:url";
import pg from "pg";
import { kvOf } from "./fixtures/local.mjs";
import { Provider, twilio } from "./fixtures/provider.mjs";
import { newPhone } from "./fixtures/suite.mjs";
import { postgresServer } from "./servers.mjs";
import { installed, notRun } from "./setup.mjs";

let edgeOtp;
let stores;

before(async () => {
  const home = await installed();
  const load = (file) => import(pathToFileURL(join(home, "node_modules", "edge-otp", file)).href);
  edgeOtp = await load("entry/default.js");
  stores = await load("stores.js");
});

const createWorld = (guard) => {
  const provider = new Provider();
  const otpOver = (guard) =>
    edgeOtp.createOtp({ kv, guard, secret: "0".repeat(32), connector: twilio, fetch: provider.fetch });
  const kv = kvOf();
  return { otp: otpOver(guard), otpOver, provider };
};

const isRefused = async (call, caller) => {
  const error = await call.then(
    (result) => assert.fail(`not refused: ${JSON.stringify(result)}`),
    (caught) => caught,
  );
  assert.equal(error.code, "storage.unavailable", String(error));
  assert.match(error.cause.message, new RegExp(`^${caller}: the guard is inside a transaction of yours`));
};

/**
 * Verifies wrong codes, each in a transaction of its own that is rolled back: none is compared, and none counts.
 * @param begin begins a transaction: {guard, rollBack}
 */
const forgetsNothing = async (outer, begin, caller) => {
  const { otp, otpOver, provider } = createWorld(outer);
  const phone = newPhone();
  await otp.send({ phone });
  for (let guess = 0; guess < 6; guess += 1) {
    const { guard, rollBack } = await begin();
    await isRefused(otpOver(guard).verify({ phone, code: provider.wrong }), caller);
    await rollBack();
  }
  const { guard, rollBack } = await begin();
  await isRefused(otpOver(guard).send({ phone: newPhone() }), caller);
  await rollBack();
  assert.equal(provider.requests.length, 1);
  // Outside, everything is as before.
  const wrong = await otp.verify({ phone, code: provider.wrong });
  assert.equal(wrong.attemptsLeft, 4);
  assert.equal((await otp.verify({ phone, code: provider.code })).verified, true);
};

test("Postgres", async (t) => {
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
  await pool.query(stores.postgresSchema());
  const outer = stores.postgresGuard(pool);

  const beginWith = (sql, guardOf) => async () => {
    const client = await pool.connect();
    for (const statement of sql) await client.query(statement);
    const rollBack = async () => {
      await client.query("ROLLBACK");
      client.release();
    };
    return { guard: guardOf(client), rollBack };
  };
  const asFunction = (client) =>
    stores.postgresGuard(async (text, values) => (await client.query(text, values)).rows);
  const asUnknown = (client) => stores.postgresGuard({ query: (...args) => client.query(...args) });
  const first = "INSERT INTO edge_otp_guard VALUES ('other', '', now())";
  for (const [what, sql] of [
    ["a transaction", ["BEGIN"]],
    ["a serializable transaction", ["BEGIN ISOLATION LEVEL SERIALIZABLE"]],
    ["a transaction that has written", ["BEGIN", first]],
    ["a savepoint", ["BEGIN", "SAVEPOINT a"]],
  ]) {
    for (const [how, guardOf] of [
      ["a client of pg", (client) => stores.postgresGuard(client)],
      ["a function", asFunction],
      ["another driver's client", asUnknown],
    ]) {
      await t.test(`${what}, ${how}`, () => forgetsNothing(outer, beginWith(sql, guardOf), "postgresGuard"));
    }
  }

  await t.test("a client of pg with a transaction between load and swap", async () => {
    const client = await pool.connect();
    const guard = stores.postgresGuard(client);
    assert.equal(await guard.load("between"), null);
    const begun = client.query("BEGIN");
    await assert.rejects(guard.swap("between", null, "x", 60), /inside a transaction/);
    await begun;
    await client.query("ROLLBACK");
    client.release();
  });

  await t.test("a client outside of a transaction serves, before and after one", async () => {
    const client = await pool.connect();
    for (const guard of [stores.postgresGuard(client), asFunction(client)]) {
      const { otp, provider } = createWorld(guard);
      for (const phone of [newPhone(), newPhone()]) {
        await otp.send({ phone });
        assert.equal((await otp.verify({ phone, code: provider.code })).verified, true);
        await client.query("BEGIN");
        await isRefused(otp.send({ phone: newPhone() }), "postgresGuard");
        await client.query("COMMIT");
      }
    }
    client.release();
  });
});

test("SQLite", async (t) => {
  const { DatabaseSync } = await import("node:sqlite").catch(() => ({}));
  if (!DatabaseSync) return notRun(t, "node:sqlite", "it needs Node 22.13 or later");
  const database = new DatabaseSync(":memory:");
  database.exec(stores.sqliteSchema());
  const outer = stores.sqliteGuard(database);

  const prepare = (sql) => database.prepare(sql);
  const exec = (sql) => database.exec(sql);
  const forms = {
    "node:sqlite": database,
    "a database with inTransaction": {
      prepare,
      get inTransaction() {
        return database.isTransaction;
      },
    },
    "a database that does not tell": { prepare, exec },
  };
  for (const [what, form] of Object.entries(forms)) {
    for (const begin of ["BEGIN", "BEGIN IMMEDIATE", "SAVEPOINT a"]) {
      await t.test(`${what}, ${begin}`, () => {
        const start = async () => {
          exec(begin);
          const rollBack = () => exec(begin === "SAVEPOINT a" ? "ROLLBACK TO a; RELEASE a" : "ROLLBACK");
          return { guard: stores.sqliteGuard(form), rollBack };
        };
        return forgetsNothing(outer, start, "sqliteGuard");
      });
    }
    await t.test(`${what}, outside of a transaction`, async () => {
      const { otp, provider } = createWorld(stores.sqliteGuard(form));
      const phone = newPhone();
      await otp.send({ phone });
      assert.equal((await otp.verify({ phone, code: provider.code })).verified, true);
    });
  }
});
