// The documents' site in a browser: every page is there, search works without a server, the API reference shows the
// operations, and nothing is loaded from elsewhere.
import assert from "node:assert/strict";
import { createReadStream, existsSync, readdirSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";
import { buildSite, site } from "../../scripts/site.mjs";

const types = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".json": "application/json",
};
const executablePath = process.env.CHROMIUM || "/usr/bin/chromium";

let server;
let origin;

before(async () => {
  await buildSite();
  server = createServer((request, response) => {
    const path = join(site, decodeURIComponent(new URL(request.url, "http://x").pathname));
    const file = [path, `${path}.html`, join(path, "index.html")].find(
      (name) => existsSync(name) && statSync(name).isFile(),
    );
    if (!file) return response.writeHead(404).end();
    response.writeHead(200, { "content-type": types[extname(file)] ?? "application/octet-stream" });
    createReadStream(file).pipe(response);
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  origin = `http://127.0.0.1:${server.address().port}`;
});
after(() => server?.close());

test("every document has a page, and every page in the menu exists", async () => {
  const pages = readdirSync(site, { recursive: true }).filter((file) => file.endsWith(".html"));
  for (const page of [
    "index",
    "errors",
    "settings",
    "cost",
    "security",
    "versioning",
    "troubleshooting",
    "api",
  ])
    assert.ok(pages.includes(`${page}.html`), page);
  for (const guide of readdirSync(join(site, "..", "..", "guides")))
    assert.ok(pages.includes(join("guides", guide.replace(/md$/, "html"))), guide);
  const html = await (await fetch(`${origin}/errors`)).text();
  const links = [...html.matchAll(/href="(\/[^"#]*)"/g)].map(([, path]) => path);
  assert.ok(links.length > 15, links.join());
  for (const path of new Set(links)) assert.equal((await fetch(origin + path)).status, 200, path);
});

test("search and API reference work in Chromium, and nothing is loaded from elsewhere", async (t) => {
  if (!existsSync(executablePath)) return t.skip(`there is no ${executablePath}`);
  const args = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  const browser = await chromium.launch({ executablePath, args, timeout: 180_000 });
  t.after(() => browser.close());
  const page = await browser.newPage();
  page.setDefaultTimeout(180_000);
  const foreign = [];
  const errors = [];
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(origin) && !/^(data|blob):/.test(url)) foreign.push(url);
  });
  page.on("pageerror", (error) => errors.push(error.message));

  await page.goto(origin);
  const searchBox = page.getByRole("searchbox");
  // The page listens for the key only once its script has run: pressed until the box is there.
  const appears = () =>
    searchBox.waitFor({ timeout: 1000 }).then(
      () => true,
      () => false,
    );
  for (let tries = 0; tries < 60; tries += 1) {
    await page.keyboard.press("/");
    if (await appears()) break;
  }
  await searchBox.fill("too many wrong codes");
  const result = page.locator(".results a").first();
  await result.waitFor();
  const target = await result.getAttribute("href");
  assert.match(target, /^\/[a-z]/);
  await result.click();
  await page.waitForFunction((path) => location.pathname === path, target.split("#")[0]);

  await page.goto(`${origin}/api`);
  await page.getByRole("link", { name: "a reference" }).click();
  await page.getByText("/send").first().waitFor();
  await page.getByText("verificationId").first().waitFor();
  assert.deepEqual(errors, []);
  assert.deepEqual(foreign, []);
});
