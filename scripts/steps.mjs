// Running commands as named steps: what is done, how long it took, and on failure the command to repeat it.
import { spawn } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bin = join(root, "node_modules", ".bin");

/** A failure whose message is all that a reader needs. */
export class StepError extends Error {}

/** The environment for every command: the repository's own tools first. */
export const environment = (extra = {}) => ({
  ...process.env,
  WRANGLER_SEND_METRICS: "false",
  ...extra,
  PATH: [bin, extra.PATH ?? process.env.PATH].join(delimiter),
});

/** Runs a command and resolves with {code, output}; output is shown too unless `quiet`. */
export const capture = (command, args, { env = {}, cwd = root, quiet = true, input } = {}) =>
  new Promise((resolve) => {
    const child = spawn(command, args, { cwd, env: environment(env), stdio: ["pipe", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk) => {
        output += chunk;
        if (!quiet) process.stdout.write(chunk);
      });
    }
    child.on("error", (error) => resolve({ code: 127, output: `${output}${error.message}` }));
    child.on("close", (code) => resolve({ code: code ?? 1, output }));
    // A program that ends at once closes its end first.
    child.stdin.on("error", () => {});
    child.stdin.end(input ?? "");
  });

/** Runs a command; its output is shown as it comes, or only if it fails. */
export const run = async (command, args, options = {}) => {
  const { code, output } = await capture(command, args, options);
  if (code !== 0) {
    const shown = options.quiet === false ? "" : `\n${output.split("\n").slice(-60).join("\n")}`;
    throw new StepError(`${[command, ...args].join(" ")} failed (exit ${code})${shown}`);
  }
  return output;
};

/** Runs a named step and tells how long it took. */
export const step = async (title, work) => {
  const started = Date.now();
  process.stdout.write(`▸ ${title}\n`);
  const result = await work();
  process.stdout.write(`  ${title}: done in ${((Date.now() - started) / 1000).toFixed(1)} s\n`);
  return result;
};

/** Installs the development tools of package.json, if they are not there or it has changed since. */
export const installPackages = async () => {
  const wanted = readFileSync(join(root, "package.json"), "utf8");
  const stamp = join(root, "node_modules", ".installed-from");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  await step("npm packages (wrangler, binaryen, esbuild, …)", () =>
    run("npm", ["install", "--no-audit", "--no-fund", "--loglevel=error"]),
  );
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
