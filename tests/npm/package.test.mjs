// The package itself: what is in the tarball and how large it is, what the checkers say, and whether the types and every
// example of the README compile and do what they say.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, posix, relative } from "node:path";
import { before, test } from "node:test";
import { gzipSync } from "node:zlib";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { readmeExamples as examples } from "./readme-examples.mjs";
import { here, installed, lend, pack, pkg, root, run, succeed, tool } from "./setup.mjs";

const KIB = 1024;
/** The largest wasm, gzipped, with all connectors. */
const WASM_LIMIT = 500 * KIB;
/** The largest tarball, packed. */
const TARBALL_LIMIT = 2_000 * KIB;

let home;
let folder;
let manifest;
let packed;

before(async () => {
  home = await installed();
  folder = join(home, "node_modules", "edge-otp");
  manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  packed = await pack();
  rmSync(packed.folder, { recursive: true });
});

const shipped = (path = folder) =>
  readdirSync(path).flatMap((name) => {
    const file = join(path, name);
    return statSync(file).isDirectory() ? shipped(file) : [relative(folder, file)];
  });

test("the tarball holds what is needed and nothing else", () => {
  const files = shipped().sort();
  assert.deepEqual(files, [...packed.files].sort());
  const known =
    /^(package\.json|README\.md|CHANGELOG\.md|LICENSE|NOTICE|[\w.-]+\.d\.ts|(better-auth|client|guards|hono|stores|supertokens|worker)\.js|(lib|entry)\/[\w-]+\.js|dist\/[\w-]+\.(js|cjs|d\.cts)|worker\/index(_bg\.wasm|\.js)|wasm\/edge_otp(\.js|\.d\.ts|_bg\.wasm|_bg\.wasm\.d\.ts)|wasm\/snippets\/[\w/-]+\.js|console\/.+)$/;
  assert.deepEqual(
    files.filter((file) => !known.test(file)),
    [],
  );
  const targets = JSON.stringify(manifest.exports)
    .match(/"\.\/[^"]+\.\w+"/g)
    .map((text) => JSON.parse(text).slice(2));
  for (const target of targets) assert.ok(files.includes(target) || target === "edge-otp.wasm", target);
  // What one file takes from another is there.
  for (const file of files.filter((name) => /^(?!console)[^.]+\.(c?js|d\.c?ts)$/.test(name))) {
    const text = readFileSync(join(folder, file), "utf8");
    for (const [, from] of text.matchAll(/(?:from|import|require\() ?"(\.[^"?]+)(?:\?module)?"/g)) {
      const target = posix.join(posix.dirname(file), from);
      const found = [target, target.replace(/\.js$/, ".d.ts"), target.replace(/\.cjs$/, ".d.cts")];
      assert.ok(
        found.some((name) => files.includes(name)),
        `${file} imports ${from}`,
      );
    }
  }
});

test("the manifest", () => {
  const cargo = readFileSync(join(pkg, "..", "Cargo.toml"), "utf8");
  assert.equal(manifest.version, /^version = "(.+)"/m.exec(cargo)[1], "one version");
  assert.equal(manifest.license, "Apache-2.0");
  assert.deepEqual(manifest.dependencies ?? {}, {});
  for (const [path, conditions] of Object.entries(manifest.exports)) {
    if (typeof conditions === "string") continue;
    const names = Object.keys(conditions);
    assert.equal(names.at(-1), "default", path);
    for (const branch of Object.values(conditions).filter((value) => typeof value === "object")) {
      assert.equal(Object.keys(branch)[0], "types", path);
    }
  }
  const order = Object.keys(manifest.exports["."]);
  assert.ok(order.indexOf("workerd") < order.indexOf("browser"));
});

test("sizes", (t) => {
  const gzipped = (file) => gzipSync(readFileSync(join(folder, file)), { level: 9 }).length;
  const kib = (bytes) => `${(bytes / KIB).toFixed(1)} KiB`;
  const wasm = gzipped("wasm/edge_otp_bg.wasm");
  t.diagnostic(`wasm ${kib(wasm)} gzipped; as text ${kib(gzipped("dist/wasm.js"))}`);
  t.diagnostic(`worker ${kib(gzipped("worker/index_bg.wasm"))} gzipped`);
  t.diagnostic(`tarball ${kib(packed.size)}, unpacked ${kib(packed.unpackedSize)}`);
  assert.ok(wasm <= WASM_LIMIT, `the wasm has ${wasm} bytes gzipped`);
  assert.ok(packed.size <= TARBALL_LIMIT, `the tarball has ${packed.size} bytes`);
  const [, claimed] = /less than (\d+) KiB gzipped/.exec(readFileSync(join(folder, "README.md"), "utf8"));
  assert.ok(wasm <= Number(claimed) * KIB, "the README's claim");
});

test("publint has no finding", async () => {
  const { messages } = await publint({ pkgDir: folder, strict: true });
  assert.deepEqual(
    messages.map((message) => formatMessage(message, manifest)),
    [],
  );
});

test("attw has no finding", async () => {
  const { tarball, folder: made } = await pack();
  // The worker is for workerd's bundlers only, and a wasm has no CommonJS form.
  const args = [tarball, "--exclude-entrypoints", "worker", "edge-otp.wasm", "--no-color", "--no-emoji"];
  const { code, output } = await run(tool("attw"), args);
  rmSync(made, { recursive: true });
  assert.equal(code, 0, output);
  assert.match(output, /No problems found/);
});

/** The repository's TypeScript, and the older one that attw brings along. */
const compilers = [join(root, "node_modules", ".bin", "tsc"), tool("tsc")];

const compile = async (name, files, options) => {
  const place = join(home, name);
  rmSync(place, { recursive: true, force: true });
  mkdirSync(place);
  for (const [file, text] of Object.entries(files)) writeFileSync(join(place, file), text);
  const compilerOptions = {
    ...{ strict: true, noEmit: true, target: "es2023", module: "nodenext", moduleResolution: "nodenext" },
    ...{
      noUncheckedIndexedAccess: true,
      exactOptionalPropertyTypes: true,
      skipLibCheck: true,
      allowImportingTsExtensions: true,
    },
    ...options,
  };
  writeFileSync(join(place, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["*"] }));
  for (const tsc of compilers) {
    const { code, output } = await run(tsc, ["-p", place]);
    assert.equal(code, 0, output);
  }
};

const isForCloudflare = (code) => /KVNamespace|DurableObject|Service<|edge-otp\/worker/.test(code);
const numbered = (codes) => Object.fromEntries(codes.map((code, n) => [`example-${n}.ts`, code]));

test("the README's examples compile, strictly", async () => {
  lend(home, "better-auth", "hono", "pg", "redis", "@types/pg", "@types/node", "@cloudflare/workers-types");
  const codes = examples("ts", "js");
  assert.ok(codes.length >= 12, `${codes.length} examples`);
  const elsewhere = codes.filter((code) => !isForCloudflare(code));
  const cloudflare = codes.filter(isForCloudflare);
  assert.ok(cloudflare.length >= 4);
  await compile("readme-node", numbered(elsewhere), { lib: ["es2023", "dom"], types: ["node"] });
  await compile("readme-cloudflare", numbered(cloudflare), {
    lib: ["es2023"],
    types: ["@cloudflare/workers-types"],
  });
  await compile("readme-bundler", numbered(elsewhere), {
    ...{ lib: ["es2023", "dom"], types: ["node"] },
    ...{ module: "esnext", moduleResolution: "bundler" },
  });
});

test("the types", async (t) => {
  const fixture = (name) => ({ [name]: readFileSync(join(home, name), "utf8") });
  await t.test("unions, options and errors", () =>
    compile("types-esm", fixture("types.ts"), { lib: ["es2023", "dom"], types: [] }),
  );
  await t.test("by require", () =>
    compile("types-cjs", fixture("types.cts"), { lib: ["es2023", "dom"], types: [] }),
  );
  await t.test("the declarations themselves, with a browser's types and with Node's", async () => {
    const names = ["index", "slim", "client", "guards", "stores", "better-auth", "supertokens"];
    const use = {
      "use.ts": names
        .map(
          (name) =>
            `export * as ${name.replace("-", "")} from "edge-otp${name === "index" ? "" : `/${name}`}";`,
        )
        .join("\n"),
    };
    const strictly = { skipLibCheck: false };
    await compile("types-dom", use, { ...strictly, lib: ["es2022", "dom"], types: [] });
    await compile("types-node", use, { skipLibCheck: true, lib: ["es2022"], types: ["node"] });
    await compile("types-workers", use, {
      skipLibCheck: true,
      lib: ["es2022"],
      types: ["@cloudflare/workers-types"],
    });
  });
});

test("the package's own JavaScript is typed", async () => {
  await succeed(compilers[0], ["-p", pkg]);
});

test("the template is of this version and knows its tools", () => {
  const require = createRequire(join(here, "package.json"));
  const template = JSON.parse(readFileSync(join(pkg, "..", "template", "package.json"), "utf8"));
  assert.equal(template.dependencies["edge-otp"], `^${manifest.version}`);
  assert.ok(existsSync(dirname(require.resolve("wrangler"))));
});

/** The comment before a place in a declaration file. */
const commentBefore = (text, index) =>
  /\/\*\*(?:(?!\*\/)[\s\S])*\*\/\s*$/.exec(text.slice(0, index))?.[0] ?? "";

test("every function has an example, every optional option a default, every method what it throws", () => {
  const gaps = [];
  let seen = 0;
  for (const file of readdirSync(folder).filter(
    (name) => name.endsWith(".d.ts") && name !== "edge-otp.wasm.d.ts",
  )) {
    const text = readFileSync(join(folder, file), "utf8");
    const want = (tag, found, name) => {
      seen += 1;
      if (!commentBefore(text, found.index).includes(tag)) gaps.push(`${file}: ${name} has no ${tag}`);
    };
    for (const found of text.matchAll(/^export declare (?:function|class) (\w+)/gm)) {
      const isShape = ["VerificationGuard", "MessageLog"].includes(found[1]);
      if (!isShape) want("@example", found, found[1]);
    }
    for (const [, name, body, at] of [
      ...text.matchAll(/^export interface (\w*(?:Options|Policy))\b[^{]*\{\n([\s\S]*?)^\}/gm),
    ].map((found) => [...found, found.index + found[0].indexOf(found[2])])) {
      for (const found of body.matchAll(/^ {2}(\w+)\?:/gm))
        want("@default", { index: at + found.index }, `${name}.${found[1]}`);
    }
    for (const found of text.matchAll(/^export interface (Otp|Connectors) \{\n([\s\S]*?)^\}/gm)) {
      const at = found.index + found[0].indexOf(found[2]);
      for (const method of found[2].matchAll(/^ {2}(\w+)\(/gm))
        want("@throws", { index: at + method.index }, `${found[1]}.${method[1]}`);
    }
  }
  assert.ok(seen > 50, `${seen} members`);
  assert.deepEqual(gaps, []);
});
