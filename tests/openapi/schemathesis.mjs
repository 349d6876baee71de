// schemathesis, a property-based tester of HTTP APIs, with docs/openapi.json and the real Worker: valid and invalid
// requests, about a hundred for each operation. Nothing leaves the machine: the mock connector is active at first, and
// the connectors that the run saves use the fake provider of this process.
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
// Against a run that hangs; it takes a minute on an idle machine.
const limitMs = 1_800_000;

const cache = process.env.XDG_CACHE_HOME || join(homedir(), ".cache");
const venv = join(cache, "edge-otp", `schemathesis-${version}`);
const binary = join(venv, "bin", "schemathesis");

/** Runs a command without output; returns the error as text, or undefined. */
const findFailure = (command, ...args) => {
  const { status, error, stdout, stderr } = spawnSync(command, args, { encoding: "utf8", timeout: 300_000 });
  return status === 0 ? undefined : `${command} ${args.join(" ")}: ${error?.message ?? stdout + stderr}`;
};

/** Installs schemathesis into the user's cache folder; returns the error as text, or undefined. */
const install = () => {
  if (!findFailure(binary, "--version")) return undefined;
  process.stdout.write(`  schemathesis ${version} into ${venv}\n`);
  return (
    findFailure(
      "python3",
      "-c",
      "import sys; sys.exit(sys.version_info < (3, 10) and 'Python is older than 3.10')",
    ) ??
    findFailure("python3", "-m", "venv", "--clear", venv) ??
    findFailure(join(venv, "bin", "pip"), "install", "-q", "--disable-pip-version-check", "-r", requirements)
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

/** The provider's responses in turn: accepted, unknown, rejected, rejected with an unreadable body, throttled. */
const responses = [
  () => Response.json({ sid: "SM1", status: "queued" }, { status: 201 }),
  () => new Response("", { status: 500 }),
  () => Response.json({ code: 21211 }, { status: 400 }),
  () => new Response("no JSON", { status: 400 }),
  () => new Response("{}", { status: 429, headers: { "retry-after": "17" } }),
];

/** Runs schemathesis against a Worker; resolves with its exit code. */
const runSchemathesis = async (url) => {
  const args = ["--config-file", join(here, "schemathesis.toml"), "run", openapi, "--url", url];
  const child = spawn(binary, [...args, ...process.argv.slice(2)], {
    // It writes files into its working directory.
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
  const [code, signal] = await new Promise((resolve) => child.on("exit", (...result) => resolve(result)));
  clearTimeout(timer);
  if (signal)
    process.stderr.write(`✗ schemathesis was terminated by ${signal} (limit: ${limitMs / 1000} s)\n`);
  return code ?? 1;
};

const problem = install();
if (problem) {
  const isSkipped = process.env.CI !== "true";
  process.stderr.write(
    `\n!!! schemathesis ${isSkipped ? "is SKIPPED, the API was NOT fuzzed" : "could not be installed"}: ${problem}\n\n`,
  );
  process.exit(isSkipped ? 0 : 1);
}
const vars = { ALLOW_MOCK: "1", RESEND_COOLDOWNS: "0", SENDS_PER_HOUR: "1000", SENDS_PER_DAY: "1000" };
const otp = await startWorker({ vars, connector: mock });
otp.provider.answer = () => responses[otp.provider.requests.length % responses.length]();
const { url } = await otp.server.listen();
const code = await runSchemathesis(url.origin);
process.stdout.write(`  ${otp.provider.requests.length} messages reached the fake provider\n`);
await otp.close();
process.exit(code);
