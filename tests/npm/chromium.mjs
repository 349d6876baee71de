// A headless Chromium on a folder served from this machine: Debian's, or one that CHROMIUM names.

import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { chromium } from "playwright-core";
import { notRun } from "./setup.mjs";

const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";

/** Against a browser that hangs; the suite takes seconds on an idle machine. */
const TIMEOUT_MS = 180_000;

const types = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".wasm": "application/wasm",
};

const page = ({ module, imports = {} }) => `<!doctype html><meta charset="utf-8"><title>suite</title>
<script type="importmap">${JSON.stringify({ imports })}</script>
<script type="module" src="${module}"></script>`;

const serve = (folder, html) =>
  new Promise((resolve) => {
    const server = createServer(async (request, response) => {
      const { pathname } = new URL(request.url, "http://localhost");
      const body =
        pathname === "/" ? html : await readFile(join(folder, normalize(pathname))).catch(() => undefined);
      const type = pathname === "/" ? "text/html" : types[extname(pathname)];
      response.writeHead(body === undefined ? 404 : 200, { "content-type": type ?? "text/plain" }).end(body);
    });
    server.listen(0, "127.0.0.1", () => resolve(server));
  });

/** Opens a page with one module and gives what it leaves in `globalThis.outcome`. */
export const inChromium = async (t, folder, options) => {
  if (!existsSync(executablePath))
    return notRun(t, "Chromium", `${executablePath} is not there (apt-get install chromium)`);
  const server = await serve(folder, page(options));
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"], timeout: TIMEOUT_MS });
  t.diagnostic(`Chromium ${browser.version()}`);
  try {
    const tab = await browser.newPage();
    tab.setDefaultTimeout(TIMEOUT_MS);
    const errors = [];
    tab.on("pageerror", (error) => errors.push(error.message));
    tab.on("requestfailed", (request) => errors.push(`${request.url()}: ${request.failure()?.errorText}`));
    await tab.goto(`http://127.0.0.1:${server.address().port}/`);
    await tab
      .waitForFunction(() => globalThis.outcome)
      .catch((error) => {
        throw new Error(`${error.message}\n${errors.join("\n")}`);
      });
    return await tab.evaluate(() => globalThis.outcome);
  } finally {
    await browser.close();
    server.close();
  }
};
