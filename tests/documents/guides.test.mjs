// Every guide of docs/guides as a new user follows it: from an empty folder to a code that is verified.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { freePort, redisServer } from "../npm/servers.mjs";
import { notRun } from "../npm/setup.mjs";
import {
  copyTemplate,
  emptyFolder,
  play,
  readPage,
  runCommand,
  startServer,
  until,
  writeFiles,
} from "./player.mjs";

/** The guides without a server of their own: clients of the Worker. */
const clientGuide = async (t, page, folder = emptyFolder()) => {
  const { files, commands } = readPage(page);
  writeFiles(folder, files);
  for (const command of commands) if ((await runCommand(t, folder, command)) === undefined) return undefined;
  return (line, env) => runCommand(t, folder, line, env);
};

const assertPlayed = (played) => {
  if (!played) return;
  assert.equal(played.sent.status, "sent", JSON.stringify(played.sent));
  assert.equal(played.verified.verified, true, JSON.stringify(played.verified));
};

test("Node with SQLite", async (t) => assertPlayed(await play(t, "docs/guides/node.md")));

/** The page's stores in place of its database. */
const withStores = (name) => (files) => ({
  ...files,
  "stores.mjs": files[name],
  "otp.mjs": files["otp.mjs"]
    .replace(/^import \{ DatabaseSync \}.*\n/m, "")
    .replace(/^import \{ sqliteGuard.*\n/m, 'import { guard, kv } from "./stores.mjs";\n')
    .replace(/^const database[\s\S]*?\n\n/m, "")
    .replace("kv: sqliteKv(database)", "kv")
    .replace("guard: sqliteGuard(database)", "guard"),
});

test("Node with Redis", async (t) => {
  const port = await redisServer(t);
  if (!port) return notRun(t, "Redis", "there is no redis-server");
  const env = { REDIS_URL: `redis://127.0.0.1:${port}` };
  const change = withStores("stores-redis.mjs");
  assertPlayed(await play(t, "docs/guides/node.md", { change, more: ["npm install redis"], env }));
});

test("Express", async (t) => assertPlayed(await play(t, "docs/guides/express.md")));

test("Hono on Workers, in wrangler dev", async (t) =>
  assertPlayed(await play(t, "docs/guides/hono.md", { portOption: "--port" })));

test("Next.js, built for the edge runtime", async (t) =>
  assertPlayed(await play(t, "docs/guides/nextjs.md", { portOption: "--port" })));

test("SvelteKit", async (t) => assertPlayed(await play(t, "docs/guides/sveltekit.md")));

test("better-auth", async (t) => {
  const played = await play(t, "docs/guides/better-auth.md");
  if (!played) return;
  assert.equal(played.verified.status, true, JSON.stringify(played.verified));
  assert.equal(played.verified.user.phoneNumber, "+14155550123");
  assert.ok(played.verified.token);
});

test("the template without Rust, and the clients of the migration guides against it", async (t) => {
  const folder = await copyTemplate();
  if ((await runCommand(t, folder, "npm install")) === undefined) return;
  const port = await freePort();
  const address = `http://127.0.0.1:${port}`;
  const log = startServer(t, folder, `npm run dev -- --port ${port}`);
  await until(() => /Verify it[\s\S]*000000/.test(log.text), log, "npm run dev prints no commands");
  const lastCode = async (phone) => {
    const pattern = new RegExp(`mock SMS .*"phone":"\\+?${phone}","code":"(\\d{6})"`, "g");
    const found = () => [...log.text.matchAll(pattern)].at(-1);
    return (await until(found, log, `no code for ${phone}`))[1];
  };
  const keys = readFileSync(join(folder, ".dev.vars"), "utf8");
  const keyOf = (name) => new RegExp(`^${name}="(.{32,})"$`, "m").exec(keys)[1];

  await t.test("the commands that npm run dev prints, pasted", async (t) => {
    const [send, verify] = log.text.match(/curl -s (?:.*\\\n)?.*/g);
    assert.equal(JSON.parse(await runCommand(t, folder, send)).status, "sent");
    const code = await lastCode("14155550123");
    assert.equal(JSON.parse(await runCommand(t, folder, verify.replace("000000", code))).verified, true);
    assert.equal((await fetch(`${address}/console`)).status, 200);
    const page = await fetch(address, { headers: { accept: "text/html" } });
    assert.match(await page.text(), /href="\/console"/);
  });

  await t.test("the README's call from a back end", async (t) => {
    const [, example] = /^```ts\n([\s\S]*?)^```$/m.exec(readPage("README.md").text);
    const phone = "+14155550126";
    const call = example.replace("https://otp.example.com", address);
    const text = `const [phone, code] = [${JSON.stringify(phone)}, process.argv[2]];\n${call}\nconsole.log(verified);\n`;
    const callFolder = emptyFolder();
    writeFiles(callFolder, { "call.mts": text });
    const env = { OTP_KEY: keyOf("API_KEYS"), NODE_OPTIONS: "--experimental-strip-types --no-warnings" };
    const run = (code) => runCommand(t, callFolder, `node call.mts ${code}`, env);
    assert.equal(await run("no-code"), "false\n");
    // It sends once more, which is too early, and verifies.
    assert.equal(await run(await lastCode(phone.slice(1))), "true\n");
  });

  await t.test("migrating from Twilio Verify", async (t) => {
    const command = await clientGuide(t, "docs/guides/migrate-from-twilio-verify.md");
    if (!command) return;
    const env = { OTP_URL: address, OTP_KEY: keyOf("API_KEYS") };
    assert.equal(await command("node verify.mjs +14155550124", env), "true\n");
    const code = await lastCode("14155550124");
    const wrong = String((Number(code) + 1) % 1_000_000).padStart(6, "0");
    assert.equal(await command(`node verify.mjs +14155550124 ${wrong}`, env), "false\n");
    assert.equal(await command(`node verify.mjs +14155550124 ${code}`, env), "true\n");
  });

  await t.test("migrating from Logto, with its own client", async (t) => {
    const command = await clientGuide(t, "docs/guides/migrate-from-logto.md");
    if (!command) return;
    const env = { OTP_URL: address, ADMIN_KEY: keyOf("ADMIN_KEY") };
    assert.equal(await command("node connector.mjs", env), "connectors: [ true ]\nsent\n");
  });
});
