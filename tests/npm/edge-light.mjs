// Vercel's edge runtime, as Next.js feeds it: one script, no code made at run time, and each `.wasm?module` import is a
// compiled module that the host hands in as a global.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { build } from "esbuild";
import { here } from "./setup.mjs";

const require = createRequire(join(here, "package.json"));

/** Turns `.wasm?module` imports into globals, and tells which. */
const handedIn = (modules) => ({
  name: "wasm-module",
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: /\.wasm\?module$/ }, ({ path, resolveDir }) => ({
      path: join(resolveDir, path.replace("?module", "")),
      namespace: "wasm-module",
    }));
    onLoad({ filter: /.*/, namespace: "wasm-module" }, ({ path }) => {
      const name = `wasm_${Object.keys(modules).length}`;
      modules[name] = new WebAssembly.Module(readFileSync(path));
      return { contents: `export default globalThis.${name};` };
    });
  },
});

/** Runs a fixture that leaves its outcome in `globalThis.outcome`. */
export const inEdgeRuntime = async (entry) => {
  const modules = {};
  const { outputFiles } = await build({
    entryPoints: [entry],
    absWorkingDir: dirname(entry),
    bundle: true,
    conditions: ["edge-light"],
    format: "iife",
    platform: "neutral",
    plugins: [handedIn(modules)],
    target: "es2022",
    write: false,
  });
  if (Object.keys(modules).length !== 1) throw new Error("the edge-light entry imports one wasm");
  const { EdgeRuntime } = require("edge-runtime");
  const runtime = new EdgeRuntime({
    // Next forbids what makes code at run time; so does this.
    codeGeneration: { strings: false, wasm: false },
    extend: (context) => Object.assign(context, modules),
  });
  runtime.evaluate(outputFiles[0].text);
  return JSON.parse(JSON.stringify(await runtime.evaluate("globalThis.outcome")));
};
