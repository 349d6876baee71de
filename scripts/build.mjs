// npm run build: the Worker into build/, the package's wasm into pkg/wasm/, the console into console/dist/.
// wrangler calls `build.mjs worker` before dev and deploy.
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { installPackages, isMain, main, root, run, step } from "./steps.mjs";
import { prepare } from "./toolchain.mjs";

const binary = (name) => join(root, "node_modules", ".bin", name);

/** The newest change below the given paths, in ms. */
const newest = (paths) =>
  Math.max(
    ...paths.map((path) => {
      const info = statSync(join(root, path));
      if (!info.isDirectory()) return info.mtimeMs;
      return newest(readdirSync(join(root, path)).map((name) => join(path, name)));
    }),
  );

const sources = ["src", "Cargo.toml", "Cargo.lock", "scripts/build.mjs"];
const isCurrent = (output, from = sources) => existsSync(output) && statSync(output).mtimeMs > newest(from);

const kib = (bytes) => `${(bytes / 1024).toFixed(1)} KiB`;

/** Tells a wasm's size, raw and gzipped. */
export const report = (name, file) => {
  const bytes = readFileSync(file);
  process.stdout.write(
    `  ${name}: ${bytes.length} bytes, ${kib(gzipSync(bytes, { level: 9 }).length)} gzipped\n`,
  );
};

// worker-build keeps the names of functions, a quarter of the size; this pass drops them.
const strip = (file) =>
  run(binary("wasm-opt"), [
    "-Oz",
    "--strip-debug",
    "--strip-producers",
    "--enable-bulk-memory",
    "--enable-exception-handling",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
    file,
    "-o",
    file,
  ]);

/** Builds the console and puts beside it what is served with it: guides, logos, the API's description. */
export const buildAssets = async () => {
  // Imported here, because it needs the packages that are installed first.
  const { buildConsole } = await import("../console/build.mjs");
  await step("console (esbuild)", buildConsole);
};

/** Builds the Worker, unless nothing has changed since the last time. */
export const buildWorker = async () => {
  const wasm = join(root, "build", "index_bg.wasm");
  const assets = join(root, "console", "dist", "openapi.json");
  if (!isCurrent(assets, ["console/src", "console/build.mjs", "docs"])) await buildAssets();
  if (isCurrent(wasm)) return;
  const env = await prepare("build");
  await step("Worker (cargo, wasm-bindgen, wasm-opt)", async () => {
    await run("worker-build", ["--release"], {
      env: { ...env, WASM_OPT_BIN: binary("wasm-opt"), ESBUILD_BIN: binary("esbuild") },
    });
    await strip(wasm);
  });
  report("build/index_bg.wasm", wasm);
};

/** Builds the package's wasm and its glue, unless nothing has changed since the last time. */
export const buildPackage = async () => {
  const folder = join(root, "pkg", "wasm");
  const wasm = join(folder, "edge_otp_bg.wasm");
  if (isCurrent(wasm)) return;
  const env = await prepare("build");
  await step("package (cargo, wasm-bindgen, wasm-opt)", async () => {
    const features = ["--no-default-features", "--features", "npm"];
    await run("cargo", ["build", "--lib", "--release", "--target", "wasm32-unknown-unknown", ...features], {
      env,
    });
    const built = join(env.CARGO_TARGET_DIR, "wasm32-unknown-unknown", "release", "edge_otp.wasm");
    await run(env.WASM_BINDGEN_BIN, [
      ...["--target", "web", "--out-dir", folder, "--out-name", "edge_otp", "--no-typescript"],
      ...["--omit-default-module-path", "--experimental-reset-state-function", built],
    ]);
    await strip(wasm);
  });
  report("pkg/wasm/edge_otp_bg.wasm", wasm);
};

/** What the package ships beside its wasm: the prebuilt Worker, the console, the CommonJS twins. */
export const buildDist = async () => {
  // Imported here, because it needs the packages that are installed first.
  const pkg = await import("../pkg/build.mjs");
  await pkg.buildDist();
};

if (isMain(import.meta.url)) {
  main(async () => {
    await installPackages();
    await buildWorker();
    if (process.argv[2] !== "worker") {
      await buildPackage();
      await buildDist();
    }
  });
}
