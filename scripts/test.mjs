// npm test: every check, in the order in which they are cheap. `npm test -- edge unit` runs the named ones only.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { buildDist, buildPackage, buildWorker } from "./build.mjs";
import { capture, installPackages, main, root, run, StepError, step } from "./steps.mjs";
import { chromium, prepare } from "./toolchain.mjs";

const shown = { quiet: false };
const doors = [[], ["--no-default-features"]];

const cargo = (env, ...args) => run("cargo", args, { env, ...shown });

const wasm = ["--target", "wasm32-unknown-unknown"];

/** The test files of a folder under tests/, one after the other, each in a process of its own. */
const nodeTests = (folder, env = {}) => {
  const files = readdirSync(join(root, "tests", folder)).filter((file) => file.endsWith(".test.mjs"));
  const paths = files.map((file) => join("tests", folder, file));
  return run("node", ["--test", "--test-concurrency=1", "--test-reporter=dot", ...paths], { env, ...shown });
};

const fuzz = ["run", "--quiet", "--release", "--manifest-path", "fuzz/Cargo.toml", "--"];

const checks = {
  format: async (env) => {
    await cargo(env, "fmt", "--check");
    await cargo(env, "fmt", "--check", "--manifest-path", "fuzz/Cargo.toml");
  },
  scripts: () => run("biome", ["ci", "--error-on-warnings"], shown),
  types: () => run("tsc", ["--project", "console/tsconfig.json", "--noEmit"], shown),
  clippy: async (env) => {
    await cargo(env, "clippy", "--quiet", "--all-targets", "--", "-D", "warnings");
    for (const door of doors) await cargo(env, "clippy", "--quiet", ...wasm, ...door, "--", "-D", "warnings");
  },
  unit: (env) => cargo(env, "test", "--quiet"),
  wasm: (env) => run("wasm-pack", ["test", "--node", "."], { env, ...shown }),
  fuzz: (env) => cargo(env, ...fuzz, "20000"),
  segments: (env) => nodeTests("segments", env),
  deny: async (env) => {
    await cargo(env, "deny", "--log-level", "error", "check", "bans", "licenses", "sources");
    const { code } = await capture("cargo", ["deny", "--log-level", "error", "check", "advisories"], { env });
    process.stdout.write(
      code === 0
        ? "  advisories: checked, none\n"
        : "  advisories: NOT CHECKED here (their database could not be reached or lists one: cargo deny check advisories)\n",
    );
  },
  build: async () => {
    await buildWorker();
    await buildPackage();
    await buildDist();
    await run("wrangler", ["deploy", "--dry-run", "--outdir", ".wrangler/dry-run"]);
  },
  edge: () => nodeTests("edge"),
  npm: async () => {
    await chromium();
    await run("node", ["tests/npm/setup.mjs"], shown);
    await nodeTests("npm");
  },
  openapi: () => run("node", ["tests/openapi/schemathesis.mjs"], shown),
  browser: async () => {
    await chromium();
    await nodeTests("browser");
  },
};

main(async () => {
  const asked = process.argv.slice(2);
  const unknown = asked.filter((name) => !(name in checks));
  if (unknown.length > 0) {
    throw new StepError(
      `No such check: ${unknown.join(", ")}. There are: ${Object.keys(checks).join(", ")}.`,
    );
  }
  await installPackages();
  const env = await prepare("test");
  for (const [name, check] of Object.entries(checks)) {
    if (asked.length === 0 || asked.includes(name)) await step(name, () => check(env));
  }
  process.stdout.write("\n✓ all checks passed\n");
});
