// npm run dev: serves the Worker on this machine with random keys and the mock connector, which prints messages to the
// terminal instead of sending them.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { format, randomSecret, secrets } from "./secrets.mjs";

const { values } = parseArgs({ options: { port: { type: "string", default: "8787" } } });
const address = `http://127.0.0.1:${values.port}`;
const isWindows = process.platform === "win32";
const wrangler = (args, run, stdio = "inherit") => run("wrangler", args, { stdio, shell: isWindows });

if (!existsSync(".dev.vars")) {
  const random = Object.keys(secrets).map((name) => [name, randomSecret()]);
  writeFileSync(".dev.vars", format(Object.fromEntries(random)), { mode: 0o600 });
}
if (!existsSync(".wrangler/state/v3/kv")) {
  const connector = ["kv", "key", "put", "connector", "--path", "connector.example.json"];
  const put = wrangler([...connector, "--binding", "OTP_KV", "--local"], spawnSync);
  if (put.status !== 0) process.exit(put.status ?? 1);
}

// Secrets come from .dev.vars; what lets the mock connector be used is for this machine only.
const server = wrangler(["dev", "--ip", "127.0.0.1", "--port", values.port, "--var", "ALLOW_MOCK:1"], spawn, [
  "ignore",
  "inherit",
  "inherit",
]);
server.on("exit", (code) => process.exit(code ?? 1));
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => server.kill(signal));

const isUp = () =>
  fetch(`${address}/health`).then(
    ({ ok }) => ok,
    () => false,
  );
while (!(await isUp())) await sleep(200);
const [, key] = /^API_KEYS="?([^",\s]+)/m.exec(readFileSync(".dev.vars", "utf8")) ?? [];
console.log(`
The Worker is up on ${address}

  Console: ${address}/console, sign in with the ADMIN_KEY in .dev.vars

Send a code (the message appears in this terminal):

  curl -s ${address}/send -H 'authorization: Bearer ${key}' \\
    -H 'content-type: application/json' -d '{"phone":"+14155550123","usageType":"SignIn"}'

Verify it (put the code from the message in):

  curl -s ${address}/verify -H 'authorization: Bearer ${key}' \\
    -H 'content-type: application/json' -d '{"phone":"+14155550123","usageType":"SignIn","code":"000000"}'
`);
