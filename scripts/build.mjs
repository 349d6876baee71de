// npm run build: the Worker into build/, the package's wasm into pkg/wasm/, the console into console/dist/.
// wrangler calls `build.mjs worker` before dev and deploy.
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
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

const sources = ["src", "Cargo.toml", "Cargo.lock", ".cargo", "scripts/build.mjs"];
const isCurrent = (output, from = sources) => existsSync(output) && statSync(output).mtimeMs > newest(from);

const kib = (bytes) => `${(bytes / 1024).toFixed(1)} KiB`;

/** Tells a wasm's size, raw and gzipped. */
export const report = (name, file) => {
  const bytes = readFileSync(file);
  process.stdout.write(
    `  ${name}: ${bytes.length} bytes, ${kib(gzipSync(bytes, { level: 9 }).length)} gzipped\n`,
  );
};

/** Compiles the core and makes it small: its control flow made anew, like beside like, without names. */
const buildWasm = async (features, wasm) => {
  const env = await prepare("build");
  await run("cargo", ["build", "--lib", "--release", "--target", "wasm32-unknown-unknown", ...features], {
    env,
  });
  const built = join(env.CARGO_TARGET_DIR, "wasm32-unknown-unknown", "release", "edge_otp.wasm");
  mkdirSync(dirname(wasm), { recursive: true });
  await run(binary("wasm-opt"), [
    ...["-Oz", "--flatten", "--rereloop", "-Oz", "-Oz"],
    // The lowest kilobyte is the far end of the stack: no pointer is that small.
    ...["--low-memory-unused", "-Oz", "--reorder-functions-by-name"],
    ...["--strip-debug", "--strip-producers", "--strip-target-features"],
    ...["--enable-bulk-memory", "--enable-multivalue", "--enable-mutable-globals"],
    ...["--enable-nontrapping-float-to-int", "--enable-reference-types", "--enable-sign-ext"],
    ...[built, "-o", wasm],
  ]);
};

/** Builds the console and puts beside it what is served with it: guides, logos, the API's description. */
export const buildAssets = async () => {
  // Imported here, because it needs the packages that are installed first.
  const { buildConsole } = await import("../console/build.mjs");
  await step("console (esbuild)", buildConsole);
};

/** The Worker's JavaScript as one module, beside its wasm. */
const bundleWorker = async () => {
  // Imported here, because it needs the packages that are installed first.
  const { build } = await import("esbuild");
  const wasmBeside = {
    name: "wasm beside",
    setup: ({ onResolve }) =>
      onResolve({ filter: /\.wasm$/ }, () => ({ path: "./index_bg.wasm", external: true })),
  };
  await build({
    entryPoints: [join(root, "pkg", "worker.js")],
    outfile: join(root, "build", "index.js"),
    bundle: true,
    format: "esm",
    target: "es2022",
    external: ["cloudflare:workers"],
    plugins: [wasmBeside],
  });
};

/** Builds the Worker, unless nothing has changed since the last time. */
export const buildWorker = async () => {
  const wasm = join(root, "build", "index_bg.wasm");
  const assets = join(root, "console", "dist", "openapi.json");
  if (!isCurrent(assets, ["console/src", "console/build.mjs", "docs"])) await buildAssets();
  if (!isCurrent(wasm)) {
    await step("Worker (cargo, wasm-opt)", () => buildWasm([], wasm));
    report("build/index_bg.wasm", wasm);
  }
  await bundleWorker();
};

/** Builds the package's wasm, unless nothing has changed since the last time. */
export const buildPackage = async () => {
  const wasm = join(root, "pkg", "wasm", "edge_otp_bg.wasm");
  if (isCurrent(wasm)) return;
  await step("package (cargo, wasm-opt)", () => buildWasm(["--no-default-features"], wasm));
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
