// What is measured, and where the build puts it. The only module of the benchmarks that knows these paths, apart from
// package.json, which installs the package from pkg/.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root, run, StepError } from "../../scripts/steps.mjs";

const wranglerToml = readFileSync(join(root, "wrangler.toml"), "utf8");

/** The Worker's runtime settings, as they are deployed. */
export const compatibilityDate = /compatibility_date = "(.+)"/.exec(wranglerToml)[1];
export const compatibilityFlags = JSON.parse(
  /compatibility_flags = (\[.*\])/.exec(wranglerToml)?.[1] ?? "[]",
);

/** The folder of the built Worker: index.js and index_bg.wasm. */
export const workerFolder = join(root, "build", "worker");
export const guardClass = "VerificationGuard";
export const messageLogClass = "MessageLog";

const packageFolder = join(root, "pkg");
const packageWasm = join(packageFolder, "wasm", "edge_otp_bg.wasm");

export const { version } = JSON.parse(readFileSync(join(packageFolder, "package.json"), "utf8"));

export const buildProduct = () => run("npm", ["run", "build"]);

const read = (file) => {
  if (!existsSync(file)) throw new StepError(`${file} is missing; run \`npm run build\``);
  return readFileSync(file);
};

/** The modules of a built Worker. @returns {import("./workerd.mjs").Module[]} */
export const workerModules = (folder = workerFolder) => [
  { name: "index.js", code: read(join(folder, "index.js")) },
  { name: "index_bg.wasm", wasm: true, code: read(join(folder, "index_bg.wasm")) },
];

/** The package's wasm, as a module beside a bundle that imports it. @returns {import("./workerd.mjs").Module} */
export const packageWasmModule = () => ({ name: "index_bg.wasm", wasm: true, code: read(packageWasm) });
