// npm run build: the Worker into build/, the package's wasm into pkg/wasm/ and what ships beside it, the console into
// console/dist/. wrangler calls `build.mjs worker` before dev and deploy.
import { copyFileSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { consoleCoreSources } from "./console-core.mjs";
import { installPackages, isMain, main, root, run, step } from "./steps.mjs";
import { areInstalled, buildTools, prepareRust, prepareTools } from "./toolchain.mjs";
import { compileCrate, forSpeed, isCurrent, optimize, rustSources } from "./wasm.mjs";

const sources = {
  worker: [...rustSources, "src", "scripts/build.mjs", "scripts/wasm.mjs"],
  package: [
    ...rustSources,
    "crates/npm/src",
    "crates/npm/Cargo.toml",
    "scripts/build.mjs",
    "scripts/wasm.mjs",
  ],
  console: [
    ...consoleCoreSources,
    ...["build.mjs", "guides.mjs", "headers.mjs", "logos.mjs", "src"].map((name) => `console/${name}`),
    "docs/connectors",
    "docs/openapi.json",
    "package-lock.json",
  ],
};

const KIB = 1024;
const kib = (bytes) => `${(bytes / KIB).toFixed(1)} KiB`;

/** What the build makes, with the gzipped size in bytes at which it is too large: an alarm, the platform allows 3 MB. */
const artifacts = {
  worker: { file: "build/worker/index_bg.wasm", limit: 650 * KIB },
  package: { file: "pkg/wasm/edge_otp_bg.wasm", limit: 500 * KIB },
};

/** Prints the size of an artifact, raw and gzipped; gives what is wrong with it, or undefined. */
export const reportSize = (name) => {
  const { file, limit } = artifacts[name];
  const bytes = readFileSync(join(root, file));
  const gzipped = gzipSync(bytes, { level: 9 }).length;
  process.stdout.write(`  ${file}: ${kib(bytes.length)}, ${kib(gzipped)} gzipped\n`);
  if (gzipped <= limit) return undefined;
  return `${file} has ${kib(gzipped)} gzipped, more than ${kib(limit)}`;
};

const warnOfSize = (name) => {
  const problem = reportSize(name);
  if (problem) process.stdout.write(`  WARNING: ${problem}\n`);
};

/** Compiles the Worker's crates while the build's tools are still being installed. */
const compileAhead = async () => {
  if (areInstalled(buildTools)) return;
  const env = await prepareRust();
  await step("Rust crates of the Worker", () => compileCrate("edge-otp", "release", env));
};

/** The Worker as one module beside its wasm, for the npm package: wrangler bundles src/entry.js itself. */
const bundleWorker = async () => {
  // Imported here, because npm installs it first.
  const { build } = await import("esbuild");
  await build({
    entryPoints: [join(root, "src", "entry.js")],
    outfile: join(root, "build", "worker", "index.js"),
    bundle: true,
    format: "esm",
    target: "es2022",
    external: ["./index_bg.wasm", "cloudflare:workers", "cloudflare:sockets"],
    logLevel: "warning",
  });
};

const compileWorker = async (env) => {
  // Only the Worker: cargo's default members are all crates. wasm-opt runs below, with passes of our own.
  await run("worker-build", ["--release", "--no-opt", "--package", "edge-otp"], { env });
  const wasm = join(root, "build", "index_bg.wasm");
  await optimize(wasm, forSpeed);
  // Last, because worker-build empties build/worker, and because its age says how new the build is.
  copyFileSync(wasm, join(root, artifacts.worker.file));
};

/** Builds the console with what is served beside it, unless nothing has changed since the last time. */
export const buildAssets = async () => {
  if (isCurrent("console/dist/openapi.json", sources.console)) return;
  // Imported here, because it needs esbuild, which npm installs first.
  const { buildConsole } = await import("../console/build.mjs");
  await step("console (cargo, wasm2js, esbuild)", buildConsole);
};

/** Installs what is missing and builds the Worker, unless nothing has changed since the last time. */
export const buildWorker = async () => {
  if (isCurrent(artifacts.worker.file, sources.worker)) {
    await installPackages();
  } else {
    const [env] = await Promise.all([prepareTools(buildTools), installPackages(), compileAhead()]);
    await step("Worker (worker-build)", () => compileWorker(env));
    warnOfSize("worker");
  }
  await buildAssets();
  await bundleWorker();
};

const compilePackage = async (env) => {
  const built = await compileCrate("edge-otp-npm", "npm", env);
  // Snippets of JavaScript have a hash in their path: those of an older build would stay.
  rmSync(join(root, "pkg", "wasm"), { recursive: true, force: true });
  const names = ["--out-name", "edge_otp", "--out-dir", join(root, "pkg", "wasm")];
  // Without a default path: the loaders of pkg/entry find the file, and CommonJS has no import.meta.
  await run("wasm-bindgen", [built, "--target", "web", "--omit-default-module-path", ...names], { env });
  await optimize(join(root, artifacts.package.file));
};

/** Builds the package's wasm, unless nothing has changed since the last time. */
export const buildPackage = async () => {
  if (isCurrent(artifacts.package.file, sources.package)) return;
  const [env] = await Promise.all([prepareTools(buildTools), installPackages()]);
  await step("package (cargo, wasm-bindgen, wasm-opt)", () => compilePackage(env));
  warnOfSize("package");
};

/** What the package ships beside its wasm: the prebuilt Worker, the console, the CommonJS entries. */
export const buildDist = async () => {
  // Imported here, because it needs esbuild, which npm installs first.
  const pkg = await import("../pkg/build.mjs");
  await pkg.buildDist();
};

if (isMain(import.meta.url)) {
  main(async () => {
    await buildWorker();
    if (process.argv[2] === "worker") return;
    await buildPackage();
    await step("package (dist)", buildDist);
  });
}
