// schemathesis, a property-based tester of HTTP APIs, over docs/openapi.json and the real Worker: requests that fit the
// document and requests that do not, about a hundred for each operation. Nothing leaves the machine: the mock connector
// is alive at first, and what the run sets up in its place talks to a provider that is played here.
import { spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { apiKey, secrets, startWorker } from "../edge/worker.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
const openapi = join(here, "..", "..", "docs", "openapi.json");
const requirements = join(here, "requirements.txt");
const [, version] = /^schemathesis==(.+)$/m.exec(readFileSync(requirements, "utf8"));
const limitMs = 180_000;

const cache = process.env.XDG_CACHE_HOME || join(homedir(), ".cache");
const venv = join(cache, "edge-otp", `schemathesis-${version}`);
const binary = join(venv, "bin", "schemathesis");

/** Runs a command quietly; gives what went wrong, or undefined. */
const failure = (command, ...args) => {
  const { status, error, stdout, stderr } = spawnSync(command, args, { encoding: "utf8", timeout: 300_000 });
  return status === 0 ? undefined : `${command} ${args.join(" ")}: ${error?.message ?? stdout + stderr}`;
};

/** Installs schemathesis into the user's cache folder; gives what went wrong, or undefined. */
const install = () => {
  if (!failure(binary, "--version")) return undefined;
  process.stdout.write(`  schemathesis ${version} into ${venv}\n`);
  return (
    failure(
      "python3",
      "-c",
      "import sys; sys.exit(sys.version_info < (3, 10) and 'Python is older than 3.10')",
    ) ??
    failure("python3", "-m", "venv", "--clear", venv) ??
    failure(join(venv, "bin", "pip"), "install", "-q", "--disable-pip-version-check", "-r", requirements)
  );
};

const mock = {
  connectorId: "mock-short-message-service",
  config: {
    accountSID: "mock",
    authToken: "mock",
    fromMessagingServiceSID: "mock",
    templates: [{ usageType: "Generic", content: "{{code}}" }],
  },
};

/** Providers' answers, one after the other: taken, open, refused, refused unreadably, throttled. */
const answers = [
  () => Response.json({ sid: "SM1", status: "queued" }, { status: 201 }),
  () => new Response("", { status: 500 }),
  () => Response.json({ code: 21211 }, { status: 400 }),
  () => new Response("no JSON", { status: 400 }),
  () => new Response("{}", { status: 429, headers: { "retry-after": "17" } }),
];

/** Runs schemathesis against a Worker; resolves with its exit code. */
const test = async (url) => {
  const args = ["--config-file", join(here, "schemathesis.toml"), "run", openapi, "--url", url];
  const child = spawn(binary, [...args, ...process.argv.slice(2)], {
    // It leaves notes where it runs.
    cwd: venv,
    stdio: ["ignore", "inherit", "inherit"],
    env: {
      ...process.env,
      PYTHONHASHSEED: "0",
      SCHEMATHESIS_API_KEY: apiKey,
      SCHEMATHESIS_ADMIN_KEY: secrets.ADMIN_KEY,
    },
  });
  const timer = setTimeout(() => child.kill("SIGKILL"), limitMs);
  const [code, signal] = await new Promise((resolve) => child.on("exit", (...how) => resolve(how)));
  clearTimeout(timer);
  if (signal) process.stderr.write(`✗ schemathesis was ended by ${signal} (limit: ${limitMs / 1000} s)\n`);
  return code ?? 1;
};

const problem = install();
if (problem) {
  const skipped = process.env.CI !== "true";
  process.stderr.write(
    `\n!!! schemathesis ${skipped ? "is SKIPPED, the API was NOT fuzzed" : "could not be installed"}: ${problem}\n\n`,
  );
  process.exit(skipped ? 0 : 1);
}
const vars = { ALLOW_MOCK: "1", RESEND_COOLDOWNS: "0", SENDS_PER_HOUR: "1000", SENDS_PER_DAY: "1000" };
const otp = await startWorker({ vars, connector: mock });
otp.provider.answer = () => answers[otp.provider.requests.length % answers.length]();
const { url } = await otp.server.listen();
const code = await test(url.origin);
process.stdout.write(`  ${otp.provider.requests.length} messages reached the played provider\n`);
await otp.close();
process.exit(code);
