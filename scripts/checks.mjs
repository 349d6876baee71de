// The checks of `npm test`, the cheap ones first. Each gives the number of tests that it ran, if it ran tests, and throws
// if something is wrong.
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildDist, buildPackage, buildWorker, reportSize } from "./build.mjs";
import { buildConsoleCore } from "./console-core.mjs";
import { fuzz } from "./fuzz.mjs";
import { generate } from "./generate.mjs";
import { checkNewProvider } from "./new-provider-check.mjs";
import { capture, root, run, StepError } from "./steps.mjs";
import { chromedriverPath, prepareChromium, prepareRust, prepareTools } from "./toolchain.mjs";

const warnings = [
  /^warning(\[[^\]]+\])?:.*/m,
  /^.*▲ .*WARNING.*/m,
  /^npm warn.*/im,
  /^\(node:\d+\) .*Warning.*/m,
];

/** Runs a command whose output is shown; a warning in it is a failure. */
const runClean = async (command, args, options = {}) => {
  const output = await run(command, args, { quiet: false, ...options });
  const found = warnings.map((pattern) => pattern.exec(output)?.[0]).find(Boolean);
  if (found) throw new StepError(`${[command, ...args].join(" ")} printed a warning: ${found.trim()}`);
  return output;
};

const cargo = async (...args) => runClean("cargo", args, { env: await prepareRust() });

/** The tests that a Rust test runner says have passed; none is a failure, whatever its exit code. */
const countRustTests = (output, what) => {
  const passed = [...output.matchAll(/test result: ok\. (\d+) passed/g)].map(([, count]) => Number(count));
  const total = passed.reduce((sum, count) => sum + count, 0);
  if (total === 0) throw new StepError(`${what}: no test ran`);
  process.stdout.write(`  ${what}: ${total} tests passed\n`);
  return total;
};

const wasmTarget = ["--target", "wasm32-unknown-unknown"];
const denyWarnings = ["--", "-D", "warnings"];

/** The crates that are compiled to wasm, by their folder. */
const shellCrates = { "crates/console": "edge-otp-console", "crates/npm": "edge-otp-npm", ".": "edge-otp" };

const clippy = async () => {
  await cargo("clippy", "--quiet", "--workspace", "--all-targets", ...denyWarnings);
  const shells = Object.values(shellCrates).flatMap((crate) => ["--package", crate]);
  await cargo("clippy", "--quiet", ...shells, "--all-targets", ...wasmTarget, ...denyWarnings);
};

const unit = async () => countRustTests(await cargo("test", "--quiet", "--workspace"), "host");

/** What ChromeDriver is to start Chromium with; as root there is no sandbox. */
const writeWebDriverConfig = (folder) => {
  const args = [
    "--headless",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
  ];
  args.push("--disable-sync", "--no-first-run");
  if (process.getuid?.() === 0) args.push("--no-sandbox");
  const options = process.env.CHROMIUM ? { args, binary: process.env.CHROMIUM } : { args };
  writeFileSync(join(folder, "webdriver.json"), `${JSON.stringify({ "goog:chromeOptions": options })}\n`);
};

const wasm = async () => {
  const env = await prepareTools(["wasm-bindgen-cli", "wasm-pack"]);
  const test = (...args) => runClean("wasm-pack", ["test", ...args], { env });
  let total = 0;
  for (const [folder, crate] of Object.entries({ "crates/core": "edge-otp-core", ...shellCrates })) {
    // By name: at the root, cargo takes all default members.
    total += countRustTests(await test("--node", folder, "--package", crate), `${crate} in Node`);
  }
  if (!(await prepareChromium())) return total;
  writeWebDriverConfig(join(root, "crates", "npm"));
  // Without this, tests that are not marked for a browser are left out, with exit code 0.
  env.WASM_BINDGEN_USE_BROWSER = "1";
  // The runner's own limits in seconds, for the tests and the driver's start; a busy machine needs more than 20 and 5.
  env.WASM_BINDGEN_TEST_TIMEOUT = "120";
  env.WASM_BINDGEN_TEST_DRIVER_TIMEOUT = "60";
  return total + countRustTests(await testInChromium(env), "edge-otp-npm in Chromium");
};

/** How long the tests in Chromium may take, in ms: they take seconds once they run. */
const CHROMIUM_TIMEOUT_MS = 180_000;
const CHROMIUM_TRIES = 3;

/**
 * Runs the package's tests in Chromium. The server of wasm-bindgen's test runner (tiny_http) may leave a fifth connection
 * waiting for one of four threads that keep theirs open, and the page never loads: five imports at once did that in 3 of 8
 * runs, four in none of 16. So it is tried again.
 */
const testInChromium = async (env) => {
  const browser = ["--headless", "--chrome", "--chromedriver", chromedriverPath()];
  const args = ["test", ...browser, "crates/npm"];
  for (let tries = 1; ; tries += 1) {
    try {
      return await runClean("wasm-pack", args, { env, timeout: CHROMIUM_TIMEOUT_MS });
    } catch (error) {
      if (tries === CHROMIUM_TRIES) throw error;
      process.stdout.write(`\n!!! ${error.message}: tried once more\n\n`);
    }
  }
};

/** Runs the test files of a folder one after the other, each in a process of its own. */
const nodeTests = async (folder, variables = {}) => {
  const files = readdirSync(join(root, folder)).filter((file) => file.endsWith(".test.mjs"));
  const paths = files.map((file) => join(folder, file));
  const reporter = ["--test-concurrency=1", "--test-reporter=./scripts/reporter.mjs"];
  // SQLite and the mocked clock of Node 22, which tests use knowingly.
  const flags = ["--disable-warning=ExperimentalWarning", "--test", ...reporter];
  // Else wrangler asks its vendor for the properties of a request, which no test needs.
  const env = { ...(await prepareRust()), CLOUDFLARE_CF_FETCH_ENABLED: "false", ...variables };
  const output = await runClean("node", [...flags, ...paths], { env });
  const total = Number(/^tests (\d+):/m.exec(output)?.[1] ?? 0);
  if (total === 0) throw new StepError(`${folder}: no test ran`);
  return total;
};

const deny = async () => {
  const env = await prepareTools(["cargo-deny"]);
  await runClean("cargo", ["deny", "check", "bans", "licenses", "sources"], { env });
  const advisories = ["deny", "--log-level", "error", "check", "advisories"];
  const { code, output } = await capture("cargo", advisories, { env });
  // Their database is a Git repository, not in a package registry.
  const isUnreachable = output.includes("failed to fetch advisory database");
  if (code !== 0 && !isUnreachable) throw new StepError(`cargo deny check advisories\n${output}`);
  process.stdout.write(
    `  advisories: ${isUnreachable ? "NOT CHECKED, their database is not reachable" : "none"}\n`,
  );
};

const build = async () => {
  await buildWorker();
  await buildPackage();
  await buildDist();
  await runClean("wrangler", ["deploy", "--dry-run", "--outdir", ".wrangler/dry-run"]);
};

const size = async () => {
  const problems = ["worker", "package"].map(reportSize).filter(Boolean);
  if (problems.length > 0) throw new StepError(problems.join("\n"));
};

const npm = async () => {
  await prepareChromium();
  await runClean("node", ["tests/npm/setup.mjs"]);
  return nodeTests("tests/npm");
};

const browser = async () => {
  if (await prepareChromium()) return nodeTests("tests/browser", { WRANGLER_LOG: "warn" });
};

/** The checks by name; those behind `build` test what it makes. */
export const checks = {
  format: async () => {
    await cargo("fmt", "--all", "--check");
    for (const other of ["fuzz", "model"]) {
      await cargo("fmt", "--check", "--manifest-path", `${other}/Cargo.toml`);
    }
  },
  scripts: async () => {
    await runClean("biome", [
      "ci",
      "--error-on-warnings",
      `--colors=${process.stdout.isTTY ? "force" : "off"}`,
    ]);
    return nodeTests("scripts");
  },
  types: async () => {
    // The console imports the declarations of its core.
    await buildConsoleCore();
    await runClean("tsc", ["--project", "console/tsconfig.json", "--noEmit"]);
  },
  clippy,
  generated: async () => {
    await generate("--check");
  },
  unit,
  provider: checkNewProvider,
  wasm,
  fuzz: () => fuzz(),
  segments: () => nodeTests("tests/segments"),
  tables: () => nodeTests("tests/tables"),
  deny,
  doc: async () => {
    const env = { ...(await prepareRust()), RUSTDOCFLAGS: "-D warnings -A rustdoc::private_intra_doc_links" };
    await runClean("cargo", ["doc", "--quiet", "--workspace", "--no-deps", "--document-private-items"], {
      env,
    });
  },
  build,
  size,
  start: () => nodeTests("tests/start"),
  // Without its report of each file that it has read. The Worker's log is read by the tests.
  edge: () => nodeTests("tests/edge", { WRANGLER_LOG: "warn" }),
  npm,
  documents: async () => {
    await prepareChromium();
    // Redis and the packed package are those of the npm tests.
    await runClean("node", ["tests/npm/setup.mjs"]);
    return nodeTests("tests/documents");
  },
  openapi: async () => {
    await runClean("node", ["tests/openapi/schemathesis.mjs"]);
  },
  browser,
};

/** The checks that run the built Worker or package, and so need `build` first. */
export const afterBuild = ["size", "start", "edge", "npm", "documents", "openapi", "browser"];
