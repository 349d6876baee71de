// The core's part of the console (crates/console) as JavaScript, in console/core/: wasm that wasm2js has converted. Then
// the content security policy need not allow wasm, the console stays one script, and its functions can be called at once.
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { installPackages, nodeProgram, root, run, StepError } from "./steps.mjs";
import { buildTools, prepareTools } from "./toolchain.mjs";
import { compileCrate, isCurrent, optimize, rustSources, wasmFeatures } from "./wasm.mjs";

const folder = join("console", "core");

/** What console/core/ is made of. */
export const consoleCoreSources = [
  ...rustSources,
  "crates/console/src",
  "crates/console/Cargo.toml",
  "scripts/console-core.mjs",
  "scripts/wasm.mjs",
];

/** Replaces a piece of a generated file. The next version of its tool may write it in another way, so it must be there. */
const replaceIn = (file, piece, replacement) => {
  const text = readFileSync(file, "utf8");
  if (text.split(piece).length !== 2) throw new StepError(`${file} does not contain this once: ${piece}`);
  writeFileSync(file, text.replace(piece, replacement));
};

const compileInto = async (target, env) => {
  const compiled = await compileCrate("edge-otp-console", "small", env);
  const plain = join(target, "console.wasm");
  // Without the list of features wasm-bindgen uses none: wasm2js knows neither tables of references nor several results.
  const strip = ["--strip-target-features", "--debuginfo", ...wasmFeatures];
  await run(nodeProgram("wasm-opt"), [compiled, ...strip, "-o", plain]);
  await run("wasm-bindgen", [plain, "--target", "bundler", "--out-name", "core", "--out-dir", target], {
    env,
  });
  const wasm = join(target, "core_bg.wasm");
  await optimize(wasm);
  const script = ["-Oz", ...wasmFeatures, wasm, "-o", join(target, "core_wasm.js")];
  await run(nodeProgram("wasm2js"), script);
  for (const file of [plain, wasm, `${wasm}.d.ts`]) rmSync(file);
  // When a wasm memory grows, its buffer is detached, by which wasm-bindgen sees that its views are out of date.
  const copied = "newHEAP8.set(HEAP8);";
  replaceIn(
    join(target, "core_wasm.js"),
    copied,
    `${copied} structuredClone(buffer, { transfer: [buffer] });`,
  );
  // Last, because its age says how new the build is.
  replaceIn(join(target, "core.js"), '"./core_bg.wasm"', '"./core_wasm.js"');
};

/** Builds console/core/, unless nothing has changed since the last time. */
export const buildConsoleCore = async () => {
  if (isCurrent(join(folder, "core.js"), consoleCoreSources)) return;
  const [env] = await Promise.all([prepareTools(buildTools), installPackages()]);
  const target = join(root, folder);
  // Built in a temporary folder and renamed, so that a build that fails leaves no part of itself.
  mkdirSync(join(root, "console"), { recursive: true });
  const temporary = mkdtempSync(`${target}-`);
  try {
    await compileInto(temporary, env);
    rmSync(target, { recursive: true, force: true });
    renameSync(temporary, target);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
};
