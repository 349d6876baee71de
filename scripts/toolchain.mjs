// The Rust tools: a tool chain that can build for wasm32, and three cargo-installed programs, each in its own folder
// of the user's cache, so that a second clone finds them. Two roads to the wasm32 target:
//   1. rustup adds it, where it reaches its server;
//   2. on Debian and without that server, Debian's own rustc with its library source, from which std is built once.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { copyFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { capture, isMain, main, run, StepError, step } from "./steps.mjs";

const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "edge-otp");
const target = "wasm32-unknown-unknown";

// All for the tests: a build needs cargo alone. wasm-bindgen's program and crate must match exactly; Cargo.toml pins the
// crate.
const tools = {
  "wasm-bindgen-cli": { version: "0.2.129", program: "wasm-bindgen" },
  "wasm-pack": { version: "0.15.1", program: "wasm-pack" },
  "cargo-deny": { version: "0.20.2", program: "cargo-deny" },
};
const toolsFor = { build: [], test: Object.keys(tools) };

const toolFolder = (name) => join(cache, "tools", `${name}-${tools[name].version}`, "bin");

/** Installs what is missing and gives the environment in which cargo and wasm-pack work. */
export const prepare = async (purpose) => {
  await needRust();
  const rust = await wasmToolchain();
  const wanted = toolsFor[purpose];
  for (const name of wanted) await installTool(name, rust);
  return {
    ...rust,
    CARGO_TARGET_DIR: process.env.CARGO_TARGET_DIR || join(cache, "target"),
    WASM_BINDGEN_BIN: join(toolFolder("wasm-bindgen-cli"), "wasm-bindgen"),
    PATH: [...wanted.map(toolFolder), process.env.PATH].join(":"),
  };
};

const needRust = async () => {
  const { code, output } = await capture("cargo", ["--version"]);
  if (code !== 0) {
    throw new StepError("Rust is missing. Install it from https://rustup.rs, then run this again.");
  }
  const [, major, minor] = /cargo (\d+)\.(\d+)/.exec(output) ?? [];
  if (Number(major) === 1 && Number(minor) < 91) {
    throw new StepError(`Rust 1.91 or later is needed, this is ${output.trim()}.\n  rustup update stable`);
  }
};

/** The environment that selects a tool chain with std for wasm32. */
const wasmToolchain = async () => {
  if (await hasTarget({})) return {};
  if (await debianIsReady()) return debianEnvironment;
  const added = await step(`Rust's ${target} target`, () => capture("rustup", ["target", "add", target]));
  if (added.code === 0 && (await hasTarget({}))) return {};
  process.stdout.write("  rustup cannot add it here; trying Debian's packages\n");
  return debianToolchain();
};

const hasTarget = async (env) => {
  const { code, output } = await capture("rustc", ["--print", "target-libdir", "--target", target], { env });
  const folder = output.trim();
  return code === 0 && existsSync(folder) && readdirSync(folder).some((file) => file.startsWith("libstd-"));
};

const debianLibrary = `/usr/lib/rustlib/${target}/lib`;
const debianStamp = join(debianLibrary, "built-by");
const debianEnvironment = {
  RUSTUP_TOOLCHAIN: "debian",
  CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER: "wasm-ld-22",
};
const debianPackages = ["rustc-web", "cargo-web", "rust-web-src", "rustfmt-web", "rust-web-clippy", "lld-22"];
const apt = ["apt-get", "install", "-y", "--no-install-recommends", ...debianPackages];

const debianIsReady = async () => {
  if (!existsSync(debianStamp) || !existsSync("/usr/bin/wasm-ld-22")) return false;
  const { output } = await capture("/usr/bin/rustc", ["--version"]);
  if (readFileSync(debianStamp, "utf8") !== output) return false;
  await linkDebian();
  return hasTarget(debianEnvironment);
};

const linkDebian = async () => {
  const { output } = await capture("rustup", ["toolchain", "list"]);
  if (!/^debian\b/m.test(output)) await run("rustup", ["toolchain", "link", "debian", "/usr"]);
};

const debianToolchain = async () => {
  const byHand = `Neither rustup nor this script can install the ${target} target here. Either of these, run by you, does:
  rustup target add ${target}
  sudo apt-get update && sudo ${apt.join(" ")}    (Debian 12), then run this again as root once`;
  if (!existsSync("/etc/debian_version") || process.getuid?.() !== 0) throw new StepError(byHand);
  await step("Debian's Rust packages", async () => {
    await run("apt-get", ["update"]);
    await run(apt[0], apt.slice(1), { env: { DEBIAN_FRONTEND: "noninteractive" } });
  });
  await linkDebian();
  await step("std for wasm32 (about two minutes, once)", buildStd);
  return debianEnvironment;
};

// "test" and "proc_macro" are for wasm-pack test; embedded bitcode lets the project link with LTO against this std.
const buildStd = async () => {
  const folder = join(tmpdir(), `edge-otp-std-${process.pid}`);
  mkdirSync(join(folder, "src"), { recursive: true });
  writeFileSync(join(folder, "src", "lib.rs"), "");
  writeFileSync(
    join(folder, "Cargo.toml"),
    '[package]\nname = "std-for-wasm"\nversion = "0.0.0"\nedition = "2021"\n[profile.release]\npanic = "abort"\n',
  );
  const crates = "core,alloc,std,panic_abort,proc_macro,test";
  await run("cargo", ["build", "--release", `-Zbuild-std=${crates}`, "--target", target], {
    cwd: folder,
    env: {
      RUSTUP_TOOLCHAIN: "debian",
      RUSTC_BOOTSTRAP: "1",
      RUSTFLAGS: "-Cembed-bitcode=yes",
      CARGO_TARGET_DIR: join(folder, "target"),
    },
  });
  const built = join(folder, "target", target, "release", "deps");
  rmSync(debianLibrary, { recursive: true, force: true });
  mkdirSync(debianLibrary, { recursive: true });
  for (const file of readdirSync(built).filter((name) => name.endsWith(".rlib"))) {
    await copyFile(join(built, file), join(debianLibrary, file));
  }
  rmSync(folder, { recursive: true, force: true });
  writeFileSync(debianStamp, (await capture("/usr/bin/rustc", ["--version"])).output);
};

// A build tool need not be fast: less optimisation installs it in a third of the time.
const quickly = {
  CARGO_PROFILE_RELEASE_OPT_LEVEL: "1",
  CARGO_PROFILE_RELEASE_LTO: "off",
  CARGO_PROFILE_RELEASE_CODEGEN_UNITS: "16",
};

const installTool = async (name, rust) => {
  const { version, program } = tools[name];
  const folder = toolFolder(name);
  if (existsSync(join(folder, program))) return;
  await step(`${name} ${version} (once per machine)`, async () => {
    const shared = join(cache, "tool-target");
    await run("cargo", ["install", name, "--version", version, "--locked", "--root", join(folder, "..")], {
      env: { ...rust, ...quickly, CARGO_TARGET_DIR: shared },
    });
    rmSync(shared, { recursive: true, force: true });
  });
};

/** Chromium for the console's tests: Debian's, installed where that can be done. */
export const chromium = async () => {
  if (existsSync(process.env.CHROMIUM || "/usr/bin/chromium")) return;
  if (!existsSync("/etc/debian_version") || process.getuid?.() !== 0) {
    if (process.env.CI)
      throw new StepError("Chromium is missing: sudo apt-get install -y chromium (or CHROMIUM=<path>)");
    return;
  }
  await step("Chromium", async () => {
    await run("apt-get", ["update"]);
    await run("apt-get", ["install", "-y", "--no-install-recommends", "chromium"], {
      env: { DEBIAN_FRONTEND: "noninteractive" },
    });
  });
};

if (isMain(import.meta.url)) main(() => prepare("test"));
