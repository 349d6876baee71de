// npm run deploy: asks for the secrets that the deployed Worker does not have yet, and deploys it with them. Where nobody
// can be asked, as in Cloudflare's own builds, it deploys only.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline/promises";
import { format, randomSecret, secrets } from "./secrets.mjs";

const FILE = "secrets.env";
const args = process.argv.slice(2);
const mayAsk = args.includes("--ask") || (process.stdin.isTTY && !args.includes("--dry-run"));
const wrangler = (given, stdio) =>
  spawnSync("wrangler", given, { stdio, encoding: "utf8", shell: process.platform === "win32" });

/** The arguments that say which Worker is deployed. */
const target = args.filter(
  (arg, at) => /^(--name|--env|-e)(=|$)/.test(arg) || /^(--name|--env|-e)$/.test(args[at - 1] ?? ""),
);

const askWrangler = () =>
  wrangler(["secret", "list", "--format", "json", ...target], ["inherit", "pipe", "pipe"]);

/**
 * The names of the secrets that the deployed Worker has; none if there is no such Worker. If that is not known nothing is
 * deployed: new secrets in place of those that exist would void every code, lock and connector.
 */
const listDeployed = () => {
  let { status, stdout, stderr } = askWrangler();
  // Its output is read here, so wrangler does not log in by itself.
  if (status !== 0 && /non-interactive|not logged in/i.test(stdout + stderr)) {
    wrangler(["login"], "inherit");
    ({ status, stdout, stderr } = askWrangler());
  }
  if (status === 0) return JSON.parse(stdout.slice(stdout.indexOf("["))).map(({ name }) => name);
  if (/Worker ".*" .*not found/.test(stdout + stderr)) return [];
  console.error(`${stdout}${stderr}
It is not known which secrets the deployed Worker has, so nothing was deployed. Mend what wrangler says above, or write the
secrets that are to be set into ${FILE}.
`);
  process.exit(1);
};

/** Asks for secrets; Enter takes a random one. */
const ask = async (names) => {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  // A line that comes before its question is kept.
  const lines = terminal[Symbol.asyncIterator]();
  const values = {};
  for (const name of names) {
    const { use, least } = secrets[name];
    while (values[name] === undefined) {
      process.stdout.write(`${name} (${use}; at least ${least} characters, Enter for a random one): `);
      const { value: line = "" } = await lines.next();
      const value = line.trim() || randomSecret();
      if (value.length >= least && !/["\\]/.test(value)) values[name] = value;
      else console.log(`At least ${least} characters, no quotes or backslashes.`);
    }
  }
  terminal.close();
  return values;
};

const missing = () => {
  const deployed = listDeployed();
  return Object.keys(secrets).filter((name) => !deployed.includes(name));
};

if (!existsSync(FILE) && mayAsk) {
  const names = missing();
  if (names.length > 0) {
    writeFileSync(FILE, format(await ask(names)), { mode: 0o600 });
    console.log(`\nWrote ${FILE}.\n`);
  }
}
const given = existsSync(FILE) ? ["--secrets-file", FILE] : [];
const { status } = wrangler(["deploy", ...given, ...args.filter((arg) => arg !== "--ask")], "inherit");
if (status === 0 && given.length > 0) {
  const names = [...readFileSync(FILE, "utf8").matchAll(/^(\w+)=/gm)].map(([, name]) => name);
  console.log(`
${names.join(", ")} are deployed. Keep the values of ${FILE} somewhere safe, then delete the file (git ignores it).
Next: open /console on the address above, sign in with the ADMIN_KEY, and set up your SMS provider.
`);
}
process.exit(status ?? 1);
