// Chromium for the browser tests. For every page it records policy violations, console errors, requests to other origins
// and browser dialogs. Without Chromium the tests are skipped with a warning; with CI=true they fail.
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";
import { chromium } from "playwright-core";
import { buildConsole } from "../../console/build.mjs";

const candidates = process.env.CHROMIUM
  ? [process.env.CHROMIUM]
  : ["/usr/bin/chromium", "/usr/bin/google-chrome"];
const executablePath = candidates.find((path) => existsSync(path));
const isMissing = !executablePath;
const isSkipped = isMissing && process.env.CI !== "true";

if (isSkipped) {
  const line = "!".repeat(100);
  process.stderr.write(
    `\n${line}\n  NO CHROMIUM: the console is NOT tested. Install it (apt-get install chromium) or set CHROMIUM.\n${line}\n\n`,
  );
}

/** Defines a test that needs the browser. */
export const browserTest = (name, run) =>
  test(name, { skip: isSkipped && "no Chromium", timeout: 900_000 }, run);

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

let browserPromise;

/** Builds the console and starts the browser, once for each test file. */
const getBrowser = () => {
  if (isMissing)
    throw new Error("Chromium is missing. With CI=true the console's tests must not be skipped.");
  browserPromise ??= buildConsole().then(() => chromium.launch({ executablePath, args, timeout: 180_000 }));
  return browserPromise;
};

/** Starts the browser; resolves with undefined if the tests are skipped. */
export const startBrowser = () => (isSkipped ? undefined : getBrowser());

export const closeBrowser = async () => {
  await (await browserPromise)?.close();
};

/** Chromium logs every error response; tests provoke these. */
const expectedError = /the server responded with a status of (400|401|404|422|429|502|503)/;

/** Opens the console in a new browser context: {context, page, log}. `prepare` runs before the page is loaded. */
export const openConsole = async (server, { hash = "", options = {}, prepare } = {}) => {
  const context = await (await getBrowser()).newContext({
    viewport: { width: 1280, height: 800 },
    locale: "en-US",
    deviceScaleFactor: 1,
    reducedMotion: "reduce",
    ...options,
  });
  const page = await context.newPage();
  // Long, for a busy machine: what does not come fails the test either way.
  page.setDefaultTimeout(60_000);
  const log = { errors: [], foreignRequests: [], requests: [], dialogs: [] };
  page.on("console", (message) => {
    if (message.type() === "error" && !expectedError.test(message.text())) log.errors.push(message.text());
  });
  page.on("pageerror", (error) => log.errors.push(error.message));
  page.on("dialog", (dialog) => {
    log.dialogs.push(`${dialog.type()}: ${dialog.message()}`);
    dialog.dismiss();
  });
  page.on("request", (request) => {
    const url = new URL(request.url());
    log.requests.push(url.href);
    if (url.protocol !== "data:" && url.origin !== new URL(server.url).origin) {
      log.foreignRequests.push(url.href);
    }
  });
  await page.addInitScript(() => {
    window.policyViolations = [];
    document.addEventListener("securitypolicyviolation", (event) => {
      window.policyViolations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
    });
  });
  await prepare?.(page);
  await page.goto(`${server.url}/console/${hash}`);
  return { context, page, log };
};

const desktop = { width: 1440, height: 900 };
const phone = { width: 390, height: 844 };

/** Each size, color scheme and language, in four combinations. */
export const modes = {
  "desktop, light, English": { viewport: desktop },
  "desktop, dark, Chinese": { viewport: desktop, colorScheme: "dark", locale: "zh-CN" },
  "phone, light, Chinese": { viewport: phone, locale: "zh-CN" },
  "phone, dark, English": { viewport: phone, colorScheme: "dark" },
};

/** Signs in and waits for the page of the current route. */
export const signIn = async (page, server) => {
  await page.locator('input[type="password"]').fill(server.adminKey);
  await page.locator('button[type="submit"]').click();
  await page.locator("nav").waitFor();
  await waitForPage(page);
};

/** Waits until the page of the current route is loaded. */
export const waitForPage = async (page) => {
  await page.locator("main:not([aria-busy]) h1").waitFor();
  await page.waitForLoadState("networkidle");
};

/** Opens the console and signs in. */
export const openSignedIn = async (server, options) => {
  const console = await openConsole(server, options);
  await signIn(console.page, server);
  return console;
};

/** Changes the hash, as a link does, and waits for the page. */
export const navigateTo = async (page, hash) => {
  await page.evaluate((next) => {
    location.hash = next;
  }, hash);
  await waitForPage(page);
};

const axeSource = isMissing
  ? ""
  : readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Runs axe-core on the current state of the page; returns a line for each violation. */
export const findAccessibilityIssues = async (page) => {
  // At other scroll positions the sticky header covers controls, which axe-core reports as too small.
  await page.evaluate(() => window.scrollTo(0, 0));
  // The debugger evaluates the script, so the page's content security policy can stay unchanged.
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

/** Collects everything that has to be empty whatever the page has done. Compare with `noSideEffects`. */
export const collectSideEffects = async (page, log) => ({
  ...(await page.evaluate(() => ({
    policyViolations: window.policyViolations,
    cookie: document.cookie,
    localStorage: localStorage.length,
    sessionStorage: sessionStorage.length,
  }))),
  cookies: (await page.context().cookies()).length,
  databases: await page.evaluate(async () => (await indexedDB.databases()).length),
  caches: await page.evaluate(async () => (await caches.keys()).length),
  errors: log.errors,
  foreignRequests: log.foreignRequests,
  dialogs: log.dialogs,
});

export const noSideEffects = {
  policyViolations: [],
  cookie: "",
  localStorage: 0,
  sessionStorage: 0,
  cookies: 0,
  databases: 0,
  caches: 0,
  errors: [],
  foreignRequests: [],
  dialogs: [],
};
