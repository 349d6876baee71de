// Bundles a Worker as wrangler does, minified.
import { builtinModules } from "node:module";
import { join } from "node:path";
import { build } from "esbuild";
import { root } from "../../scripts/steps.mjs";

const bench = join(root, "bench");

/** Leaves Node's modules to workerd. A `require` of one becomes an import, since workerd's modules have no `require`. */
const nodeModules = {
  name: "node modules",
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

/** Leaves wasm out of the bundle: it is a module of its own, under one name. */
const externalWasm = {
  name: "external wasm",
  setup({ onResolve }) {
    onResolve({ filter: /\.wasm$/ }, () => ({ path: "./index_bg.wasm", external: true }));
  },
};

/**
 * The code of a Worker in bench/peers/.
 * @param {string} file
 */
export const bundlePeer = async (file) => {
  const { outputFiles } = await build({
    entryPoints: [join(bench, "peers", file)],
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    platform: "browser",
    conditions: ["workerd", "worker", "browser"],
    define: { "process.env.NODE_ENV": '"production"' },
    // The package is linked into node_modules and finds its optional peer dependency only from there.
    nodePaths: [join(bench, "node_modules")],
    external: ["cloudflare:*"],
    plugins: [nodeModules, externalWasm],
    write: false,
    logLevel: "error",
  });
  return Buffer.from(outputFiles[0].contents);
};
