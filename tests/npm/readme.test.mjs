// The README's examples as they are pasted, each in its runtime; package.test.mjs compiles all of them.
import assert from "node:assert/strict";
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import pg from "pg";
import { createTestHarness } from "wrangler";
import { Provider, twilio } from "./fixtures/provider.mjs";
import { newPhone } from "./fixtures/suite.mjs";
import { readmeExamples } from "./readme-examples.mjs";
import { postgresServer, redisServer } from "./servers.mjs";
import { installed, lend, nodes, notRun, succeed, tool } from "./setup.mjs";

let home;
const provider = new Provider();
const realFetch = globalThis.fetch;

before(async () => {
  home = await installed();
});
after(() => {
  globalThis.fetch = realFetch;
});

for (const [runtime, program, ...args] of [
  ["Node 20", "node"],
  ["Deno", "deno", "run", "--node-modules-dir=manual", "--no-remote"],
  ["Bun", "bun", "run"],
])
  test(`the ten lines run in ${runtime}`, async () => {
    const [code] = readmeExamples("js");
    writeFileSync(join(home, "try.mjs"), code);
    const output = await succeed(tool(program), [...args, "try.mjs"], { cwd: home });
    assert.match(output, /mock SMS .*is your code/);
    assert.match(output, /status: ['"]sent['"]/);
    assert.match(output, /reason: ['"]code_mismatch['"],\s+attemptsLeft: 4/);
  });

/** Node that reads TypeScript and has SQLite. */
const newNode = () =>
  nodes()
    .filter((path) => existsSync(path))
    .at(-1);

/** Runs one function of the README's example of stores, to a code that is verified. */
const withStore = async (name, env = {}, change = (code) => code) => {
  const code = readmeExamples("ts").find((text) => text.includes("function withSqlite"));
  lend(home, "pg", "redis");
  writeFileSync(join(home, "stores.ts"), change(code));
  const use = `import { ${name} } from "./stores.ts";
    import { Provider, twilio } from "./provider.mjs";
    const provider = new Provider();
    globalThis.fetch = provider.fetch;
    const otp = await ${name}("0".repeat(32));
    await otp.connectors.set(twilio);
    await otp.send({ phone: "+14155550123" });
    console.log((await otp.verify({ phone: "+14155550123", code: provider.code })).verified);
    process.exit(0);`;
  writeFileSync(join(home, "use-stores.mjs"), use);
  const flags = ["--disable-warning=ExperimentalWarning", "--experimental-strip-types"];
  const output = await succeed(newNode(), [...flags, "use-stores.mjs"], { cwd: home, env });
  assert.equal(output.trim(), "true");
};

test("the example with SQLite runs", async () => {
  rmSync(join(home, "otp.db"), { force: true });
  await withStore("withSqlite");
});

test("the example with Redis runs", async (t) => {
  const port = await redisServer(t);
  if (!port) return notRun(t, "Redis", "there is no redis-server");
  await withStore("withRedis", {}, (code) => code.replace("127.0.0.1:6379", `127.0.0.1:${port}`));
});

test("the example with Postgres runs", async (t) => {
  let env;
  const pool = await postgresServer(t, async (settings) => {
    const pool = new pg.Pool(settings);
    await pool.query("SELECT 1").catch(async (error) => {
      await pool.end();
      throw error;
    });
    const { host, port, user, database } = settings;
    env = { PGHOST: host, PGPORT: String(port), PGUSER: user, PGDATABASE: database };
    return pool;
  });
  if (!pool) return notRun(t, "PostgreSQL", "there is no server");
  await pool.end();
  await withStore("withPostgres", env);
});

test("the example for Cloudflare Workers runs in workerd", async (t) => {
  const code = readmeExamples("ts").find((text) => text.includes("guard: env.GUARD"));
  writeFileSync(join(home, "readme-worker.ts"), code);
  globalThis.fetch = provider.fetch;
  const config = {
    name: "readme",
    main: join(home, "readme-worker.ts"),
    compatibility_date: "2026-11-01",
    vars: { OTP_SECRET: "0".repeat(32) },
    ...Object.assign(
      {},
      ...readmeExamples("jsonc")
        .filter((text) => text.includes("new_sqlite_classes"))
        .map(parseJsonc),
    ),
  };
  const server = createTestHarness({ root: home, workers: [{ config }] });
  await server.listen();
  t.after(() => server.close());
  const worker = server.getWorker("readme");
  await (await worker.getEnv()).OTP_KV.put("connector", JSON.stringify(twilio));
  const body = JSON.stringify({ phone: newPhone() });
  const response = await worker.fetch("http://user.example/", { method: "POST", body });
  assert.equal((await response.json()).status, "sent");
});

/** The README's members of a configuration. */
const parseJsonc = (text) => JSON.parse(`{${text.replace(/^\/\/.*$/gm, "")}}`);
