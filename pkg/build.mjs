// Makes what the package ships and people do not write, from what scripts/build.mjs has built before (pkg/wasm/,
// build/worker/, console/dist/): the wasm as text, the CommonJS files and their declarations, the Worker, the console.
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(here);
const at = (...path) => join(here, ...path);
const SHIFT = '"'.charCodeAt(0) + 1;
const dist = (name) => at("dist", name);

/**
 * The wasm as a string with one character per byte: unlike base64 it compresses as well as the wasm itself. It begins
 * behind the quote, so that of all characters only the backslash needs another before it.
 */
const makeText = () => {
  const bytes = readFileSync(at("wasm", "edge_otp_bg.wasm"));
  const letters = Array.from(bytes, (byte) => String.fromCharCode(byte + SHIFT)).join("");
  writeFileSync(
    dist("wasm.js"),
    `export const shift = ${SHIFT};\nexport default "${letters.replaceAll("\\", "\\\\")}";\n`,
  );
};

/** CommonJS for Node that cannot require a module yet. The main one reads the wasm from its file. */
const makeCommonJs = async () => {
  await build({
    entryPoints: {
      slim: at("entry", "slim.js"),
      client: at("client.js"),
      guards: at("guards.js"),
      stores: at("stores.js"),
      hono: at("hono.js"),
      "better-auth": at("better-auth.js"),
      supertokens: at("supertokens.js"),
    },
    outdir: at("dist"),
    outExtension: { ".js": ".cjs" },
    bundle: true,
    external: ["hono"],
    format: "cjs",
    platform: "node",
    target: "node20",
    minifySyntax: true,
    minifyWhitespace: true,
  });
  writeFileSync(
    dist("index.cjs"),
    `"use strict";
const { readFileSync } = require("node:fs");
const { join } = require("node:path");
const { init, ...api } = require("./slim.cjs");
init(() => readFileSync(join(__dirname, "..", "wasm", "edge_otp_bg.wasm")));
module.exports = api;
`,
  );
};

/** The same declarations for CommonJS, under the names that TypeScript wants. */
const makeDeclarations = () => {
  for (const name of [
    "generated",
    "index",
    "slim",
    "client",
    "guards",
    "stores",
    "hono",
    "better-auth",
    "supertokens",
  ]) {
    const text = readFileSync(at(`${name}.d.ts`), "utf8");
    writeFileSync(dist(`${name}.d.cts`), text.replaceAll(/from "\.\/([a-z-]+)\.js"/g, 'from "./$1.cjs"'));
  }
};

/** The prebuilt Worker: one module, and its wasm. */
const copyWorker = () => {
  rmSync(at("worker"), { recursive: true, force: true });
  mkdirSync(at("worker"));
  for (const file of ["index.js", "index_bg.wasm"])
    cpSync(join(root, "build", "worker", file), at("worker", file));
};

/** The console's static files, for the Worker's ASSETS binding. */
const copyConsole = () => {
  rmSync(at("console"), { recursive: true, force: true });
  const built = join(root, "console", "dist");
  if (!existsSync(built)) return;
  cpSync(built, at("console"), { recursive: true });
  const description = at("console", "openapi.json");
  writeFileSync(description, JSON.stringify(JSON.parse(readFileSync(description, "utf8"))));
};

/** Builds everything that the package ships besides pkg/wasm/. */
export const buildDist = async () => {
  rmSync(at("dist"), { recursive: true, force: true });
  mkdirSync(at("dist"), { recursive: true });
  makeText();
  await makeCommonJs();
  makeDeclarations();
  copyWorker();
  copyConsole();
  for (const name of ["LICENSE", "NOTICE", "CHANGELOG.md"]) cpSync(join(root, name), at(name));
};

if (fileURLToPath(import.meta.url) === process.argv[1]) await buildDist();
