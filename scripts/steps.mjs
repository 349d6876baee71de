// Running commands as named steps: what is done, how long it took, and on failure the command to repeat it.
import { AsyncLocalStorage } from "node:async_hooks";
import { spawn } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bin = join(root, "node_modules", ".bin");

/** The absolute path of a program that npm installs. */
export const nodeProgram = (name) => join(bin, name);

/** A failure whose message is all that a reader needs. */
export class StepError extends Error {}

/** The environment of every command: the repository's own tools first. */
export const environment = (extra = {}) => ({
  ...process.env,
  WRANGLER_SEND_METRICS: "false",
  // The placeholder for `request.cf` at once, instead of a warning where its address is not reachable.
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
  ...extra,
  PATH: [bin, extra.PATH ?? process.env.PATH].join(delimiter),
});

/** The step that is running, with the last line that its commands printed. */
const currentStep = new AsyncLocalStorage();

const setLastLine = (line) => {
  const running = currentStep.getStore();
  if (running) running.lastLine = line.slice(0, 100);
};

const noteLastLine = (chunk) => {
  const line = `${chunk}`.trimEnd().split("\n").at(-1).trim();
  if (line) setLastLine(line);
};

/** Ends a command with everything that it has started. */
const endGroup = ({ pid }) => {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
};

/**
 * Runs a command and resolves with {code, output}; output is shown too unless `quiet`. After `timeout` ms it is ended with
 * all that it has started.
 */
export const capture = (
  command,
  args,
  { env = {}, cwd = root, quiet = true, input, ownTools = true, timeout } = {},
) =>
  new Promise((resolve) => {
    // What is shown needs no heartbeat, least of all with another command's last line.
    if (!quiet) setLastLine("");
    const all = ownTools ? environment(env) : { ...process.env, ...env };
    const detached = timeout !== undefined;
    const child = spawn(command, args, { cwd, env: all, stdio: ["pipe", "pipe", "pipe"], detached });
    const timer = detached ? setTimeout(() => endGroup(child), timeout) : undefined;
    child.on("close", () => clearTimeout(timer));
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk) => {
        output += chunk;
        if (quiet) noteLastLine(chunk);
        else process.stdout.write(chunk);
      });
    }
    child.on("error", (error) => resolve({ code: 127, output: `${output}${error.message}` }));
    child.on("close", (code) => resolve({ code: code ?? 1, output }));
    // A program that ends at once closes its end first.
    child.stdin.on("error", () => {});
    child.stdin.end(input ?? "");
  });

/** Runs a command and resolves with its output, which is shown as it comes (`quiet: false`) or only if it fails. */
export const run = async (command, args, options = {}) => {
  const { code, output } = await capture(command, args, options);
  if (code !== 0) {
    const shown = options.quiet === false ? "" : `\n${output.split("\n").slice(-60).join("\n")}`;
    throw new StepError(`${[command, ...args].join(" ")} failed (exit ${code})${shown}`);
  }
  return output;
};

const HEARTBEAT_MS = 15_000;

/** Seconds since a time in ms, as text. */
export const secondsSince = (started) => `${((Date.now() - started) / 1000).toFixed(1)} s`;

/** Runs a named step and prints how long it took; a long one prints what it is doing every 15 s. */
export const step = async (title, work) => {
  const started = Date.now();
  const running = { lastLine: "" };
  setLastLine("");
  process.stdout.write(`▸ ${title}\n`);
  const heartbeat = setInterval(() => {
    if (running.lastLine)
      process.stdout.write(`  … ${title}: ${secondsSince(started)}, ${running.lastLine}\n`);
  }, HEARTBEAT_MS);
  try {
    const result = await currentStep.run(running, work);
    process.stdout.write(`  ${title}: done in ${secondsSince(started)}\n`);
    return result;
  } finally {
    clearInterval(heartbeat);
  }
};

/** wrangler's oldest Node. The repository brings one for the usual systems (optionalDependencies of package.json). */
const MIN_NODE = [22, 12];

const needNode = async () => {
  const { code, output } = await capture("node", ["--version"]);
  const [major, minor] = output.replace("v", "").split(".").map(Number);
  if (code === 0 && (major > MIN_NODE[0] || (major === MIN_NODE[0] && minor >= MIN_NODE[1]))) return;
  throw new StepError(
    `wrangler needs Node ${MIN_NODE.join(".")} or later; there is none in node_modules for ${process.platform} ${process.arch}, and the one on the PATH is ${output.trim()}.`,
  );
};

/** Installs the development tools that package-lock.json lists, unless these are there already. */
export const installPackages = async () => {
  const wanted = ["package.json", "package-lock.json"]
    .map((name) => readFileSync(join(root, name), "utf8"))
    .join("");
  const stamp = join(root, "node_modules", ".installed-from");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  await step("npm packages (wrangler, binaryen, esbuild, …)", () =>
    // With the Node outside: the one in node_modules is among what is replaced.
    run("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], { ownTools: false }),
  );
  await needNode();
  writeFileSync(stamp, wanted);
};

/** Whether a module is the script that was started. */
export const isMain = (url) => fileURLToPath(url) === process.argv[1];

/** Runs the main function of a script; a StepError ends it with its message, anything else with a stack. */
export const main = (work) =>
  work().catch((error) => {
    process.stderr.write(`\n✗ ${error instanceof StepError ? error.message : error.stack}\n`);
    process.exit(1);
  });
