// Chromium for the tests. Every page is watched: what violates the policy, what is logged as an error, what goes to
// another host, what opens a dialog. Without Chromium the tests are skipped, loudly; with CI=true they fail.
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";
import { chromium } from "playwright-core";
import { buildConsole } from "../../console/build.mjs";

const places = process.env.CHROMIUM
  ? [process.env.CHROMIUM]
  : ["/usr/bin/chromium", "/usr/bin/google-chrome"];
const executablePath = places.find((path) => existsSync(path));
const isMissing = !executablePath;
const isSkipped = isMissing && process.env.CI !== "true";

if (isSkipped) {
  const line = "!".repeat(100);
  process.stderr.write(
    `\n${line}\n  NO CHROMIUM: the console is NOT tested. Install it (apt-get install chromium) or set CHROMIUM.\n${line}\n\n`,
  );
}

/** A test that needs the browser. */
export const browserTest = (name, run) =>
  test(name, { skip: isSkipped && "no Chromium", timeout: 180_000 }, run);

const args = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

let running;

/** The one browser of a test file, and the console built for it. */
const browser = () => {
  if (isMissing) throw new Error("There is no Chromium, and CI=true does not let the console go untested.");
  running ??= buildConsole().then(() => chromium.launch({ executablePath, args }));
  return running;
};

/** Builds the console and has the browser ready; undefined if the tests are skipped. */
export const ready = () => (isSkipped ? undefined : browser());

export const closeBrowser = async () => {
  await (await running)?.close();
};

const expected = /the server responded with a status of (400|401|404|422|429|502|503)/;

/** A page of the console in a context of its own, with what was seen on it. */
export const openConsole = async (server, { hash = "", options = {}, prepare } = {}) => {
  const context = await (await browser()).newContext({
    viewport: { width: 1280, height: 800 },
    locale: "en-US",
    deviceScaleFactor: 1,
    reducedMotion: "reduce",
    ...options,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  const seen = { errors: [], foreign: [], requests: [], dialogs: [] };
  page.on("console", (message) => {
    if (message.type() === "error" && !expected.test(message.text())) seen.errors.push(message.text());
  });
  page.on("pageerror", (error) => seen.errors.push(error.message));
  page.on("dialog", (dialog) => {
    seen.dialogs.push(`${dialog.type()}: ${dialog.message()}`);
    dialog.dismiss();
  });
  page.on("request", (request) => {
    const url = new URL(request.url());
    seen.requests.push(url.href);
    if (url.protocol !== "data:" && url.origin !== new URL(server.url).origin) seen.foreign.push(url.href);
  });
  await page.addInitScript(() => {
    window.violations = [];
    document.addEventListener("securitypolicyviolation", (event) => {
      window.violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
    });
  });
  await prepare?.(page);
  await page.goto(`${server.url}/console/${hash}`);
  return { context, page, seen };
};

/** Signs in and waits for the page that the address names. */
export const signIn = async (page, server) => {
  await page.locator('input[type="password"]').fill(server.adminKey);
  await page.locator('button[type="submit"]').click();
  await page.locator("nav").waitFor();
  await settled(page);
};

export const settled = async (page) => {
  await page.locator("main:not([aria-busy]) h1").waitFor();
  await page.waitForLoadState("networkidle");
};

/** A signed-in page. */
export const openSignedIn = async (server, more) => {
  const console = await openConsole(server, more);
  await signIn(console.page, server);
  return console;
};

/** Goes to a hash as a link would. */
export const goTo = async (page, hash) => {
  await page.evaluate((next) => {
    location.hash = next;
  }, hash);
  await settled(page);
};

const axeSource = isMissing
  ? ""
  : readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe-core finds on the page as it is, one line for each finding. */
export const findings = async (page) => {
  // Evaluated by the debugger, so the page's policy stays as it is.
  await page.evaluate(axeSource);
  const { violations } = await page.evaluate(() =>
    window.axe.run(document, {
      runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    }),
  );
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(" ")}: ${failureSummary}`),
  );
};

/** Everything that must stay empty, whatever was done on the page. */
export const residue = async (page, seen) => ({
  ...(await page.evaluate(() => ({
    violations: window.violations,
    cookie: document.cookie,
    localStorage: localStorage.length,
    sessionStorage: sessionStorage.length,
  }))),
  cookies: (await page.context().cookies()).length,
  databases: await page.evaluate(async () => (await indexedDB.databases()).length),
  caches: await page.evaluate(async () => (await caches.keys()).length),
  errors: seen.errors,
  foreign: seen.foreign,
  dialogs: seen.dialogs,
});

export const nothing = {
  violations: [],
  cookie: "",
  localStorage: 0,
  sessionStorage: 0,
  cookies: 0,
  databases: 0,
  caches: 0,
  errors: [],
  foreign: [],
  dialogs: [],
};
