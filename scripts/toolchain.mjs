// The Rust tools that builds and tests need: rustup's wasm32 target, and programs installed by cargo, each version in a
// folder of its own in the user's cache, so that a second clone finds them.
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { capture, nodeProgram, run, StepError, step } from "./steps.mjs";

export const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "edge-otp");
const target = "wasm32-unknown-unknown";
const MIN_RUST_MINOR = 91;

// wasm-bindgen's program and crate must match exactly; Cargo.toml pins the crate.
const tools = {
  "worker-build": { version: "0.8.7", program: "worker-build" },
  "wasm-bindgen-cli": { version: "0.2.129", program: "wasm-bindgen" },
  "wasm-pack": { version: "0.15.1", program: "wasm-pack" },
  "cargo-deny": { version: "0.20.2", program: "cargo-deny" },
  "cargo-fuzz": { version: "0.13.2", program: "cargo-fuzz" },
  "cargo-mutants": { version: "27.1.0", program: "cargo-mutants" },
  "cargo-llvm-cov": { version: "0.9.1", program: "cargo-llvm-cov" },
};

/** What `npm start` and `npm run build` need. */
export const buildTools = ["worker-build", "wasm-bindgen-cli"];

const toolFolder = (name) => join(cache, "tools", `${name}-${tools[name].version}`);
const isInstalled = (name) => existsSync(join(toolFolder(name), "bin", tools[name].program));

/** Whether the tools have to be built first, which takes minutes. */
export const areInstalled = (names) => names.every(isInstalled);

const needRust = async () => {
  const { code, output } = await capture("cargo", ["--version"]);
  const [, major, minor] = /^cargo (\d+)\.(\d+)/.exec(output) ?? [];
  if (code !== 0 || !major) {
    throw new StepError(
      `Rust is missing. Install it from https://rustup.rs, then run this again.\n${output}`,
    );
  }
  if (Number(major) === 1 && Number(minor) < MIN_RUST_MINOR) {
    throw new StepError(
      `Rust 1.${MIN_RUST_MINOR} or later is needed, this is ${output.trim()}.\n  rustup update stable`,
    );
  }
};

const hasTarget = async () => {
  const { code, output } = await capture("rustc", ["--print", "target-libdir", "--target", target]);
  return code === 0 && existsSync(output.trim());
};

const addTarget = async () => {
  if (await hasTarget()) return;
  await step(`Rust's ${target} target`, () => run("rustup", ["target", "add", target]));
};

// A build tool need not be fast: without optimisation it is installed in half the time. Only what reads and writes wasm
// gets some: without it, wasm-bindgen takes four times as long for each test binary.
const quickProfile = {
  CARGO_PROFILE_RELEASE_OPT_LEVEL: "0",
  CARGO_PROFILE_RELEASE_LTO: "off",
  CARGO_PROFILE_RELEASE_CODEGEN_UNITS: "16",
};
const optimizedCrates = [
  "gimli",
  "hashbrown",
  "id-arena",
  "walrus",
  "wasm-bindgen-cli-support",
  "wasm-encoder",
  "wasmparser",
].flatMap((crate) => ["--config", `profile.release.package.${crate}.opt-level=1`]);

const installTools = async (names) => {
  const missing = names.filter((name) => !isInstalled(name));
  if (missing.length === 0) return;
  mkdirSync(cache, { recursive: true });
  // One folder for all of them: they share most of their dependencies.
  const shared = mkdtempSync(join(cache, "tool-target-"));
  try {
    for (const name of missing) {
      const args = ["install", name, "--version", tools[name].version, "--locked", ...optimizedCrates];
      const env = { ...quickProfile, CARGO_TARGET_DIR: shared };
      await step(`${name} ${tools[name].version} (cargo install, once per machine)`, () =>
        run("cargo", [...args, "--root", toolFolder(name)], { env }),
      );
    }
  } finally {
    rmSync(shared, { recursive: true, force: true });
  }
};

/**
 * Where cargo keeps what it compiles: in the checkout, or, where `EDGE_OTP_SHARED_BUILD` is set as in CI, in the user's
 * cache, so that a fresh clone compiles only the project itself. That is for clones that are built once: cargo knows the
 * project's crates by their places in the workspace, so that of two checkouts the older would take what the other made.
 */
const buildFolder = () => {
  const { CARGO_TARGET_DIR, CARGO_BUILD_BUILD_DIR, EDGE_OTP_SHARED_BUILD } = process.env;
  const isShared = EDGE_OTP_SHARED_BUILD && !CARGO_TARGET_DIR && !CARGO_BUILD_BUILD_DIR;
  return isShared ? { CARGO_BUILD_BUILD_DIR: join(cache, "build") } : {};
};

/** The environment in which cargo, worker-build and wasm-pack find the tools and download none. */
const toolEnvironment = (names) => ({
  ...buildFolder(),
  WASM_BINDGEN_BIN: join(toolFolder("wasm-bindgen-cli"), "bin", "wasm-bindgen"),
  WASM_OPT_BIN: nodeProgram("wasm-opt"),
  ESBUILD_BIN: nodeProgram("esbuild"),
  PATH: [...names.map((name) => join(toolFolder(name), "bin")), process.env.PATH].join(delimiter),
});

let rust;

/** Checks Rust and adds its wasm32 target; gives the environment for cargo alone. */
export const prepareRust = async () => {
  rust ??= needRust().then(addTarget);
  await rust;
  return toolEnvironment([]);
};

/** Installs what is missing of the named tools; gives the environment in which they work. */
export const prepareTools = async (names) => {
  await prepareRust();
  await installTools(names);
  return toolEnvironment(names);
};

/** Installs cargo-llvm-cov and LLVM's tools, which must be those of rustc's version; gives the environment for them. */
export const prepareCoverage = async () => {
  const env = await prepareTools(["cargo-llvm-cov"]);
  const libraries = (await run("rustc", ["--print", "target-libdir"])).trim();
  if (!existsSync(join(libraries, "..", "bin", "llvm-cov"))) {
    await step("LLVM's tools (rustup)", () => run("rustup", ["component", "add", "llvm-tools"]));
  }
  return env;
};

const chromiumPath = () => process.env.CHROMIUM || "/usr/bin/chromium";
export const chromedriverPath = () => process.env.CHROMEDRIVER || "/usr/bin/chromedriver";

/** Whether Chromium and its driver are there; installs Debian's where that can be done, and fails under CI otherwise. */
export const prepareChromium = async () => {
  const present = () => existsSync(chromiumPath()) && existsSync(chromedriverPath());
  if (present()) return true;
  if (existsSync("/etc/debian_version") && process.getuid?.() === 0) {
    await step("Chromium and ChromeDriver (apt-get)", async () => {
      const env = { DEBIAN_FRONTEND: "noninteractive" };
      await run("apt-get", ["update"], { env });
      const packages = ["chromium", "chromium-driver"];
      await run("apt-get", ["install", "-y", "--no-install-recommends", ...packages], { env });
    });
    if (present()) return true;
  }
  const missing = `Chromium or ChromeDriver is missing (${chromiumPath()}, ${chromedriverPath()}).
  Debian: sudo apt-get install -y chromium chromium-driver; elsewhere set CHROMIUM and CHROMEDRIVER to their paths.`;
  if (process.env.CI) throw new StepError(missing);
  process.stdout.write(`\n!!! ${missing}\n!!! The checks in a browser are SKIPPED.\n\n`);
  return false;
};
