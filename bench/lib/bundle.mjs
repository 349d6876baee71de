// Bundles a Worker as wrangler does, and minified, as it can be asked to.
import { builtinModules } from "node:module";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { root } from "../../scripts/steps.mjs";

const bench = join(root, "bench");

/** Node's own modules are workerd's to give; what is required of them becomes an import, for workerd has no require. */
const nodeModules = {
  name: "node's modules",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(node:)?[a-z_/]+$/ }, ({ path, kind, namespace }) => {
      const name = path.replace(/^node:/, "");
      if (!builtinModules.includes(name)) return undefined;
      const required = kind === "require-call" && namespace !== "required";
      return required ? { path: name, namespace: "required" } : { path: `node:${name}`, external: true };
    });
    onLoad({ filter: /.*/, namespace: "required" }, ({ path }) => ({
      contents: `import module_ from "node:${path}"; module.exports = module_;`,
    }));
  },
};

/** A compiled module stays a file of its own, under one name. */
const wasmBeside = {
  name: "wasm beside",
  setup({ onResolve }) {
    onResolve({ filter: /\.wasm$/ }, () => ({ path: "./index_bg.wasm", external: true }));
  },
};

/**
 * The code of a Worker in bench/peers/.
 * @param {string} file
 */
export const bundled = async (file) => {
  const { outputFiles } = await build({
    entryPoints: [join(bench, "peers", file)],
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    platform: "browser",
    conditions: ["workerd", "worker", "browser"],
    define: { "process.env.NODE_ENV": '"production"' },
    // Our package looks for its optional peer from its own folder.
    nodePaths: [join(bench, "node_modules")],
    external: ["cloudflare:*"],
    plugins: [nodeModules, wasmBeside],
    write: false,
    logLevel: "error",
  });
  return Buffer.from(outputFiles[0].contents);
};

/** Bytes as they travel and as platforms count them. */
export const gzipped = (bytes) => gzipSync(bytes, { level: 9 }).length;
