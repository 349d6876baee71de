// Builds the console into console/dist, the Worker's directory of static assets: one HTML, one CSS and one JS file, the
// connector guides (Markdown and HTML) and the connector logos. The build fails if the console itself is too large.
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, parse } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { buildConsoleCore } from "../scripts/console-core.mjs";
import { buildGuidePage, guidePath, listGuideIds } from "./guides.mjs";
import { formatHeadersFile } from "./headers.mjs";
import { renderFavicon, renderLogo } from "./logos.mjs";

const consoleFolder = dirname(fileURLToPath(import.meta.url));
const maxGzippedBytes = 60 * 1024;

export const dist = join(consoleFolder, "dist");

/**
 * Makes a module that is imported on demand a file of its own. esbuild's own splitting moves helpers that both need into
 * further files, which the first load would have to request.
 */
const separateDynamicImports = (found) => ({
  name: "separate-dynamic-imports",
  setup: ({ onResolve, resolve }) =>
    onResolve({ filter: /^\./ }, async ({ path, kind, resolveDir, importer }) => {
      if (kind !== "dynamic-import") return undefined;
      const target = await resolve(path, { kind: "import-statement", resolveDir, importer });
      found.add(target.path);
      return { path: `./${parse(target.path).name}.js`, external: true };
    }),
});

/** Bundles the console and what it imports on demand, one file each. */
const bundleScripts = async (outdir) => {
  const found = new Set();
  await bundleScript(outdir, "console", join(consoleFolder, "src", "main.ts"), found);
  for (const path of found) await bundleScript(outdir, parse(path).name, path, new Set());
};

const bundleScript = (outdir, name, entry, found) =>
  build({
    entryPoints: { [name]: entry },
    outdir,
    plugins: [separateDynamicImports(found)],
    bundle: true,
    minify: true,
    format: "esm",
    target: ["es2022"],
    charset: "utf8",
    define: { GUIDES_IN_CHINESE: JSON.stringify(listGuideIds("zh-CN").join(" ")) },
    legalComments: "none",
    logLevel: "warning",
  });

const bundleSources = async (outdir) => {
  await bundleScripts(outdir);
  await build({
    entryPoints: { console: join(consoleFolder, "src", "styles", "console.css") },
    outdir,
    bundle: true,
    minify: true,
    target: ["chrome110", "firefox115", "safari16"],
    logLevel: "warning",
  });
};

const formatKib = (bytes) => `${(bytes / 1024).toFixed(1)} KiB`;

/** The files that every page loads; the others are loaded on demand. */
const initialFiles = ["index.html", "console.css", "console.js"];

/**
 * Prints the size of each file in a folder and returns the gzipped size of the first load; throws if it exceeds the
 * limit.
 */
const checkSize = (folder) => {
  const sizes = readdirSync(folder).map((name) => {
    const bytes = readFileSync(join(folder, name));
    return { name, raw: bytes.length, gzipped: gzipSync(bytes, { level: 9 }).length };
  });
  const isInitial = ({ name }) => initialFiles.includes(name);
  const total = sizes.filter(isInitial).reduce((sum, size) => sum + size.gzipped, 0);
  for (const size of sizes) {
    const note = isInitial(size) ? "" : ", on demand";
    process.stdout.write(
      `  console/${size.name}: ${formatKib(size.raw)}, ${formatKib(size.gzipped)} gzipped${note}\n`,
    );
  }
  process.stdout.write(`  console: ${formatKib(total)} gzipped of at most ${formatKib(maxGzippedBytes)}\n`);
  if (total > maxGzippedBytes) {
    throw new Error(
      `The console is ${formatKib(total)} gzipped; the limit is ${formatKib(maxGzippedBytes)}.`,
    );
  }
  return total;
};

const buildInto = async (target) => {
  const outdir = join(target, "console");
  for (const folder of ["console", "guides", "logos"]) mkdirSync(join(target, folder), { recursive: true });
  await bundleSources(outdir);
  const page = readFileSync(join(consoleFolder, "src", "index.html"), "utf8");
  writeFileSync(join(outdir, "index.html"), page.replace("%FAVICON%", renderFavicon()));
  for (const id of listGuideIds()) {
    // The management API returns the Markdown as a factory's `readme`; the console displays the HTML.
    cpSync(guidePath(id), join(target, "guides", `${id}.md`));
    writeFileSync(join(target, "guides", `${id}.html`), buildGuidePage(id));
    writeFileSync(join(target, "logos", `${id}.svg`), renderLogo(id, "light"));
    writeFileSync(join(target, "logos", `${id}-dark.svg`), renderLogo(id, "dark"));
  }
  for (const id of listGuideIds("zh-CN")) {
    writeFileSync(join(target, "guides", `${id}.zh-CN.html`), buildGuidePage(id, "zh-CN"));
  }
  const guides = listGuideIds().map((id) => [id, readFileSync(guidePath(id), "utf8")]);
  writeFileSync(join(target, "guides", "all.json"), JSON.stringify(Object.fromEntries(guides)));
  cpSync(join(consoleFolder, "..", "docs", "openapi.json"), join(target, "openapi.json"));
  writeFileSync(join(target, "_headers"), formatHeadersFile());
  return checkSize(outdir);
};

/** Builds everything; resolves with the gzipped size of the console's first load in bytes. */
export const buildConsole = async () => {
  await buildConsoleCore();
  // Built in a temporary folder and renamed, so that a running server never serves a partial build.
  const temporary = mkdtempSync(`${dist}-`);
  try {
    const total = await buildInto(temporary);
    rmSync(dist, { recursive: true, force: true });
    renameSync(temporary, dist);
    return total;
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
};

if (fileURLToPath(import.meta.url) === process.argv[1]) await buildConsole();
