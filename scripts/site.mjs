// npm run site: the documents' site, from docs/ into docs/.vitepress/dist. VitePress, with search in the browser, and the
// API reference by Redoc; nothing in it is loaded from elsewhere.
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { installPackages, isMain, main, root, run, StepError, step } from "./steps.mjs";

const docs = join(root, "docs");
export const site = join(docs, ".vitepress", "dist");

/** Redoc's one file for browsers. It is taken out of the package, whose dependencies a built file does not need. */
const redoc = {
  version: "2.5.4",
  integrity:
    "sha512-M6jWhG1qoBnH6TFmzJnstyCZ87HmOY/UzDm78mHiYihEdlV/YcS9ogOo1NlElnJMeLsyxHFe2yFc4sNjHTrABQ==",
  file: "package/bundles/redoc.standalone.js",
  /** The one thing that it would load from elsewhere. */
  badge: "https://cdn.redoc.ly/redoc/logo-mini.svg",
};

const install = async () => {
  const wanted = readFileSync(join(docs, "package.json"), "utf8");
  const stamp = join(docs, "node_modules", ".installed-from");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  const args = ["install", "--no-package-lock", "--no-audit", "--no-fund", "--loglevel=error"];
  await step("VitePress (npm, once)", () => run("npm", args, { cwd: docs, ownTools: false }));
  writeFileSync(stamp, wanted);
};

const fetchRedoc = async (target) => {
  const folder = mkdtempSync(join(tmpdir(), "edge-otp-redoc-"));
  const args = ["pack", `redoc@${redoc.version}`, "--json", "--loglevel=error", "--pack-destination", folder];
  const [{ filename, integrity }] = JSON.parse(await run("npm", args, { ownTools: false }));
  if (integrity !== redoc.integrity) throw new StepError(`redoc ${redoc.version} has integrity ${integrity}`);
  await run("tar", ["xzf", join(folder, filename), "-C", folder, redoc.file]);
  const text = readFileSync(join(folder, redoc.file), "utf8");
  if (!text.includes(redoc.badge)) throw new StepError(`redoc ${redoc.version} has no ${redoc.badge}`);
  writeFileSync(target, text.replaceAll(redoc.badge, "data:,"));
  rmSync(folder, { recursive: true });
};

/** The policy lets the page load from its own origin only. */
const referencePage = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width">
    <meta http-equiv="Content-Security-Policy" content="default-src 'none'; connect-src 'self'; img-src 'self' data:; script-src 'self'; style-src 'unsafe-inline'; worker-src blob:">
    <title>edge-otp API</title>
  </head>
  <body>
    <redoc spec-url="../openapi.json" hide-hostname="true" native-scrollbars="true"></redoc>
    <script src="redoc.standalone.js"></script>
  </body>
</html>
`;

const addReference = async () => {
  const folder = join(site, "reference");
  mkdirSync(folder);
  await fetchRedoc(join(folder, "redoc.standalone.js"));
  writeFileSync(join(folder, "index.html"), referencePage);
  cpSync(join(docs, "openapi.json"), join(site, "openapi.json"));
  cpSync(join(docs, "schemas"), join(site, "schemas"), { recursive: true });
};

/** The Markdown files below docs/ without their ending. */
const listDocuments = () =>
  readdirSync(docs, { recursive: true })
    .map((file) => file.replaceAll("\\", "/"))
    .filter((file) => file.endsWith(".md") && !file.startsWith("node_modules/"))
    .map((file) => file.slice(0, -".md".length));

/** Builds the site; VitePress fails at a link to nowhere. */
export const buildSite = async () => {
  await installPackages();
  await install();
  rmSync(site, { recursive: true, force: true });
  const env = { DOCUMENTS: listDocuments().join(",") };
  await step("documents' site (VitePress)", () =>
    run("node", ["node_modules/vitepress/bin/vitepress.js", "build"], { cwd: docs, env }),
  );
  await step("API reference (Redoc)", addReference);
};

if (isMain(import.meta.url)) main(buildSite);
