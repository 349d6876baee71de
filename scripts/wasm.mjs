// What the builds of the three wasm files have in common: which sources they are made of, and how a crate becomes wasm.
import { existsSync, readdirSync, renameSync, statSync } from "node:fs";
import { join } from "node:path";
import { nodeProgram, root, run } from "./steps.mjs";

/** The newest change below the given paths, in ms. */
const newest = (paths) =>
  Math.max(
    ...paths.map((path) => {
      const info = statSync(join(root, path));
      if (!info.isDirectory()) return info.mtimeMs;
      const inside = readdirSync(join(root, path)).map((name) => join(path, name));
      return Math.max(info.mtimeMs, newest(inside));
    }),
  );

/** Whether a file is newer than all from which it is made. */
export const isCurrent = (output, from) =>
  existsSync(join(root, output)) && statSync(join(root, output)).mtimeMs > newest(from);

/** The sources that every wasm file is made of. */
export const rustSources = [
  "Cargo.toml",
  "Cargo.lock",
  ".cargo",
  "crates/core/src",
  "crates/core/Cargo.toml",
];

/**
 * The features that rustc assumes of wasm32-unknown-unknown, and exceptions for wasm-bindgen's catch wrappers: by name,
 * so that a newer binaryen emits nothing that workerd or an older browser does not know.
 */
export const wasmFeatures = [
  "bulk-memory",
  "exception-handling",
  "multivalue",
  "mutable-globals",
  "nontrapping-float-to-int",
  "reference-types",
  "sign-ext",
].map((feature) => `--enable-${feature}`);

/**
 * For speed. wasm-opt would make one function of 128 KiB of all handlers, because each has one caller; V8 compiles it
 * before the first response: 9 ms more from the start of workerd to that (`npm run bench -- start`).
 */
export const forSpeed = ["-O3", "--one-caller-inline-max-function-size=500"];
const forSize = ["-Oz"];

/** Optimises a wasm file, and removes names and producers. */
export const optimize = async (wasm, passes = forSize) => {
  const fresh = `${wasm}.fresh`;
  const options = [...passes, "--strip-debug", "--strip-producers", ...wasmFeatures];
  await run(nodeProgram("wasm-opt"), [...options, wasm, "-o", fresh]);
  renameSync(fresh, wasm);
};

/** Compiles a crate to wasm; gives the path of the file. */
export const compileCrate = async (crate, profile, env) => {
  const target = "wasm32-unknown-unknown";
  const args = ["build", "--lib", "--package", crate, "--profile", profile, "--target", target];
  await run("cargo", args, { env });
  const metadata = await run("cargo", ["metadata", "--no-deps", "--format-version=1"], { env });
  const folder = JSON.parse(metadata).target_directory;
  return join(folder, target, profile, `${crate.replaceAll("-", "_")}.wasm`);
};
