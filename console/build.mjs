// Builds the console into console/dist, the directory of the Worker's static assets: one HTML, one CSS, one JS, the
// connectors' guides and their letter-marks. Fails when what the console itself weighs passes its limit.
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
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { headers } from "./headers.mjs";
import { favicon, logo } from "./marks.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const guides = join(here, "..", "docs", "connectors");
const limit = 60 * 1024;

export const dist = join(here, "dist");

/** The ids of the connectors that have a guide. */
export const guideIds = () =>
  readdirSync(guides)
    .filter((name) => name.endsWith(".md") && name !== "README.md")
    .map((name) => basename(name, ".md"));

const bundle = async (outdir) => {
  await build({
    entryPoints: { console: join(here, "src", "main.ts") },
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
    entryPoints: { console: join(here, "src", "styles", "console.css") },
    outdir,
    bundle: true,
    minify: true,
    target: ["chrome110", "firefox115", "safari16"],
    logLevel: "warning",
  });
};

/** The console's own files with their sizes, raw and gzipped; throws above the limit. */
const weigh = (outdir) => {
  const sizes = readdirSync(outdir).map((name) => {
    const bytes = readFileSync(join(outdir, name));
    return { name, raw: bytes.length, gzipped: gzipSync(bytes, { level: 9 }).length };
  });
  const total = sizes.reduce((sum, size) => sum + size.gzipped, 0);
  const kib = (bytes) => `${(bytes / 1024).toFixed(1)} KiB`;
  for (const { name, raw, gzipped } of sizes) {
    process.stdout.write(`  console/${name}: ${kib(raw)}, ${kib(gzipped)} gzipped\n`);
  }
  process.stdout.write(`  console: ${kib(total)} gzipped of at most ${kib(limit)}\n`);
  if (total > limit) throw new Error(`The console weighs ${kib(total)} gzipped, more than ${kib(limit)}.`);
  return total;
};

/** Builds everything; resolves with the console's gzipped size in bytes. */
export const buildConsole = async () => {
  // Beside, then swapped in: whoever serves the old one never sees half of the new one.
  const fresh = mkdtempSync(`${dist}-`);
  try {
    const total = await buildInto(fresh);
    rmSync(dist, { recursive: true, force: true });
    renameSync(fresh, dist);
    return total;
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
};

const buildInto = async (target) => {
  const outdir = join(target, "console");
  for (const folder of ["console", "guides", "logos"]) mkdirSync(join(target, folder), { recursive: true });
  await bundle(outdir);
  const page = readFileSync(join(here, "src", "index.html"), "utf8");
  writeFileSync(join(outdir, "index.html"), page.replace("%FAVICON%", favicon()));
  for (const id of guideIds()) {
    cpSync(join(guides, `${id}.md`), join(target, "guides", `${id}.md`));
    writeFileSync(join(target, "logos", `${id}.svg`), logo(id));
  }
  cpSync(join(here, "..", "docs", "openapi.json"), join(target, "openapi.json"));
  writeFileSync(join(target, "_headers"), headers());
  return weigh(outdir);
};

if (fileURLToPath(import.meta.url) === process.argv[1]) await buildConsole();
