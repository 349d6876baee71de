// The package in bundles made without any plugin for it: Vite, webpack 5, esbuild and Rollup, each run in Node 20, and
// those for the browser in Chromium. Every bundle runs in a folder of its own, where no file of the package is.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { inChromium } from "./chromium.mjs";
import { allPassed, here, installed, outcomeOf, root, succeed, tool } from "./setup.mjs";

const require = createRequire(join(here, "package.json"));
const outside = mkdtempSync(join(tmpdir(), "edge-otp-bundles-"));
let home;

before(async () => {
  home = await installed();
});
after(() => rmSync(outside, { recursive: true, force: true }));

const out = (name) => {
  const folder = join(outside, name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  return folder;
};

const inNode = async (file) => allPassed(outcomeOf(await succeed(tool("node"), [file])));
const onPage = async (t, folder, module) => {
  const outcome = await inChromium(t, folder, { module });
  if (outcome) allPassed(outcome);
};

const vite = async (options) => {
  const { build } = await import(pathToFileURL(require.resolve("vite")).href);
  await build({ root: home, configFile: false, logLevel: "error", ...options });
};

const webpack = (options) =>
  new Promise((resolve, reject) => {
    require("webpack")({ context: home, mode: "production", ...options }, (error, stats) => {
      if (error) reject(error);
      else if (stats.hasErrors() || stats.hasWarnings()) reject(new Error(stats.toString()));
      else resolve();
    });
  });

const esbuild = (options) =>
  createRequire(join(root, "package.json"))("esbuild").build({
    absWorkingDir: home,
    bundle: true,
    minify: true,
    ...options,
  });

const rollup = async (input, file, options = {}) => {
  const { rollup: start } = require("rollup");
  const { nodeResolve } = require("@rollup/plugin-node-resolve");
  const bundle = await start({
    input: join(home, input),
    plugins: [nodeResolve(options)],
    onwarn: (warning) => {
      throw new Error(warning.message);
    },
  });
  await bundle.write({ file, format: "es" });
};

test("esbuild", async (t) => {
  const folder = out("esbuild");
  await t.test("for Node", async () => {
    await esbuild({
      entryPoints: ["main.mjs"],
      platform: "node",
      format: "esm",
      outfile: join(folder, "node.js"),
    });
    await inNode(join(folder, "node.js"));
  });
  await t.test("for Node, a CommonJS program", async () => {
    await esbuild({ entryPoints: ["main.cjs"], platform: "node", outfile: join(folder, "node.cjs") });
    await inNode(join(folder, "node.cjs"));
  });
  await t.test("for the browser", async (t) => {
    await esbuild({ entryPoints: ["page.mjs"], format: "esm", outfile: join(folder, "page.js") });
    await onPage(t, folder, "/page.js");
  });
});

test("Rollup", async (t) => {
  const folder = out("rollup");
  await t.test("for Node", async () => {
    await rollup("main.mjs", join(folder, "node.js"), { exportConditions: ["node"] });
    await inNode(join(folder, "node.js"));
  });
  await t.test("for the browser", async (t) => {
    await rollup("page.mjs", join(folder, "page.js"), { browser: true });
    await onPage(t, folder, "/page.js");
  });
});

test("webpack 5", async (t) => {
  const folder = out("webpack");
  const output = { path: folder, module: true, chunkFormat: "module" };
  await t.test("for Node", async () => {
    await webpack({
      entry: "./main.mjs",
      target: "node20",
      experiments: { outputModule: true },
      output: { ...output, filename: "node.js" },
    });
    await inNode(join(folder, "node.js"));
  });
  await t.test("for Node, a CommonJS program", async () => {
    await webpack({
      entry: "./main.cjs",
      target: "node20",
      output: { path: folder, filename: "node.cjs", chunkFilename: "[id].cjs" },
    });
    await inNode(join(folder, "node.cjs"));
  });
  await t.test("for the browser", async (t) => {
    await webpack({
      entry: "./page.mjs",
      target: "web",
      experiments: { outputModule: true },
      performance: { hints: false },
      output: { ...output, filename: "page.js" },
    });
    await onPage(t, folder, "/page.js");
  });
});

test("Vite", async (t) => {
  const folder = out("vite");
  const lib = (entry, fileName) => ({ entry: join(home, entry), formats: ["es"], fileName: () => fileName });
  await t.test("for a server (ssr)", async () => {
    await vite({
      ssr: { noExternal: true, target: "node" },
      build: {
        ssr: join(home, "main.mjs"),
        outDir: folder,
        emptyOutDir: false,
        rollupOptions: { output: { entryFileNames: "node.js" } },
      },
    });
    await inNode(join(folder, "node.js"));
  });
  await t.test("for the browser", async (t) => {
    await vite({ build: { lib: lib("page.mjs", "page.js"), outDir: folder, emptyOutDir: false } });
    await onPage(t, folder, "/page.js");
  });
});
