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
import { dirname, join } from "node:path";
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

const bundleSources = async (outdir) => {
  await build({
    entryPoints: { console: join(consoleFolder, "src", "main.ts") },
    outdir,
    bundle: true,
    minify: true,
    format: "esm",
    target: ["es2022"],
    charset: "utf8",
    legalComments: "none",
    logLevel: "warning",
  });
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

/** Prints the size of each file in a folder and returns the gzipped total; throws if that exceeds the limit. */
const checkSize = (folder) => {
  const sizes = readdirSync(folder).map((name) => {
    const bytes = readFileSync(join(folder, name));
    return { name, raw: bytes.length, gzipped: gzipSync(bytes, { level: 9 }).length };
  });
  const total = sizes.reduce((sum, size) => sum + size.gzipped, 0);
  for (const { name, raw, gzipped } of sizes) {
    process.stdout.write(`  console/${name}: ${formatKib(raw)}, ${formatKib(gzipped)} gzipped\n`);
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
    writeFileSync(join(target, "logos", `${id}.svg`), renderLogo(id));
  }
  const guides = listGuideIds().map((id) => [id, readFileSync(guidePath(id), "utf8")]);
  writeFileSync(join(target, "guides", "all.json"), JSON.stringify(Object.fromEntries(guides)));
  cpSync(join(consoleFolder, "..", "docs", "openapi.json"), join(target, "openapi.json"));
  writeFileSync(join(target, "_headers"), formatHeadersFile());
  return checkSize(outdir);
};

/** Builds everything; resolves with the console's gzipped size in bytes. */
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
