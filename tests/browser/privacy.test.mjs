// Security of the console: no markup injection, no stored data, no request to another origin, and a small first load.
import assert from "node:assert/strict";
import {
  browserTest,
  collectSideEffects,
  navigateTo,
  noSideEffects,
  openConsole,
  openSignedIn,
  waitForPage,
} from "./browser.mjs";
import { ids, twilio } from "./configs.mjs";
import { api, server } from "./deployment.mjs";

const markup = '"><img src=x onerror=alert(1)><script>alert(2)</script>';

/** Counts the elements and links that only injected markup can have created. */
const countInjectedElements = (page) =>
  page.evaluate(
    () =>
      document.querySelectorAll(
        'img[src="x"], [onerror], script:not([src="/console/console.js"]), iframe, object, style',
      ).length +
      document.querySelectorAll('a[href^="javascript:"], a[href^="data:"], a[href^="http:"]').length,
  );

/** Keys whose values the console does not only display. */
const structuralKeys = ["id", "connectorId", "key", "type", "format", "shape", "createdAt", "archivedAt"];

/** Appends markup to every other string of a response. */
const addMarkup = (value, key = "") => {
  if (structuralKeys.includes(key)) return value;
  if (typeof value === "string") return `${value}${markup}`;
  if (Array.isArray(value)) return value.map((item) => addMarkup(item, key));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, addMarkup(item, name)]));
};

browserTest("markup in a config is displayed as text", async () => {
  await api.deleteConnector();
  const config = {
    email: "a@example.com",
    apiKey: markup,
    senderName: markup,
    [`extra${markup}`]: markup,
    templates: [
      { usageType: "Generic", content: `{{code}} ${markup}`, note: markup },
      { usageType: `Custom${markup}`, content: `{{code}} ${markup}` },
    ],
  };
  await api.setConnector("smsaero-short-message-service", config);
  const { context, page, log } = await openSignedIn(server);
  assert.equal(await page.getByLabel("Sender name").inputValue(), markup);
  assert.match(await page.locator(".bubble").textContent(), /<img src=x onerror=alert\(1\)>/);
  // The API omits keys that the connector does not define: one may be a secret under a misspelt name.
  assert.doesNotMatch(await page.locator(".connector-form").textContent(), /extra"><img/);
  await page.getByRole("tab", { name: `Custom${markup}` }).click();
  await page.getByRole("button", { name: "JSON" }).click();
  await page.getByRole("button", { name: "Editor" }).click();
  await page.locator(".test").getByLabel("Phone number").fill(markup);
  await page.getByRole("button", { name: "Send test message" }).click();
  await page.getByText("Enter the number with its country code").waitFor();
  assert.equal(await countInjectedElements(page), 0);
  const hasEscapedMarkup = await page.evaluate(() =>
    document.documentElement.innerHTML.includes("&lt;img src=x"),
  );
  assert.equal(hasEscapedMarkup, true);
  await page.getByLabel("E-mail").fill(markup);
  await page.getByRole("button", { name: "Save changes" }).click();
  await page.getByText("2 fields need your attention.").waitFor();
  assert.equal(await countInjectedElements(page), 0);
  assert.deepEqual(await collectSideEffects(page, log), noSideEffects);
  await context.close();
});

browserTest("markup in an API response is displayed as text", async () => {
  await api.deleteConnector();
  await api.setConnector(ids.twilio, twilio);
  await api.setConnector(ids.http, { endpoint: "https://sms.example.com/send" });
  await api.setConnector(ids.twilio, twilio);
  const prepare = (page) =>
    page.route("**/api/**", async (route) => {
      const response = await route.fetch();
      const text = await response.text();
      await route.fulfill({ response, body: text ? JSON.stringify(addMarkup(JSON.parse(text))) : "" });
    });
  const { context, page, log } = await openSignedIn(server, { prepare });
  assert.equal(await countInjectedElements(page), 0);
  for (const hash of ["#/choose", "#/settings", "#/calls", `#/setup/${ids.aliyun}`, `#/${markup}`]) {
    await navigateTo(page, hash);
    assert.equal(await countInjectedElements(page), 0, hash);
  }
  assert.deepEqual(await collectSideEffects(page, log), noSideEffects);
  await context.close();
});

browserTest("a guide displays only allowed elements and https links", async () => {
  await api.deleteConnector();
  await api.setConnector(ids.twilio, twilio);
  const article = `
    <h1>Title</h1><h2>Section</h2>
    <p onclick="alert(1)" style="color: red">Text <img src=x onerror=alert(2)><strong>bold</strong></p>
    <script>alert(3)</script><style>p { display: none }</style><iframe src="/console/"></iframe>
    <p><a href="javascript:alert(4)">a</a> <a href="JaVaScRiPt:alert(5)">b</a> <a href="data:text/html,x">c</a>
      <a href="http://plain.example">d</a> <a href="//other.example">e</a>
      <a href="https://docs.example/" onclick="alert(6)">documentation</a></p>
    <table><tbody><tr><td onmouseover="alert(7)">cell</td></tr></tbody></table>
    <pre><code>${markup.replaceAll("<", "&lt;")}\n</code></pre>`;
  const body = `<!doctype html><html><body><article>${article}</article></body></html>`;
  const prepare = (page) =>
    page.route("**/guides/*", (route) => route.fulfill({ contentType: "text/html", body }));
  const { context, page, log } = await openSignedIn(server, { prepare });
  await page.getByRole("button", { name: "Check README" }).click();
  const guide = page.locator("dialog .guide");
  await guide.locator("td").waitFor();
  assert.equal(await countInjectedElements(page), 0);
  assert.equal(await guide.locator("h1").count(), 0, "the page has its own title");
  assert.equal(await guide.locator("h3").textContent(), "Section");
  assert.equal(await guide.locator("strong").textContent(), "bold");
  assert.equal(await guide.locator("pre").textContent(), markup);
  const links = await guide.locator("a").evaluateAll((all) => all.map(({ outerHTML }) => outerHTML));
  assert.deepEqual(links, [
    '<a href="https://docs.example/" target="_blank" rel="noopener noreferrer">documentation</a>',
  ]);
  assert.equal(await guide.locator("[onclick], [onmouseover], [style]").count(), 0);
  // The policy applies to the parsed document as well, so Chromium reports its inline handlers and styles as blocked.
  const blocked = { errors: [], policyViolations: [] };
  const sideEffects = { ...(await collectSideEffects(page, log)), ...blocked };
  assert.deepEqual(sideEffects, noSideEffects);
  await context.close();
});

browserTest("a guide that cannot be loaded shows an error, and is loaded again when reopened", async () => {
  await api.deleteConnector();
  await api.setConnector(ids.twilio, twilio);
  const { context, page } = await openSignedIn(server);
  const responses = [
    (route) => route.fulfill({ status: 404, json: { code: "request.not_found", message: "x" } }),
    (route) => route.fulfill({ contentType: "text/html", body: "<p>No article</p>" }),
    (route) => route.abort(),
  ];
  for (const respond of responses) {
    await page.route("**/guides/*", respond, { times: 1 });
    await page.getByRole("button", { name: "Check README" }).click();
    await page.getByText("The README could not be loaded.").waitFor();
    await page.keyboard.press("Escape");
  }
  await page.getByRole("button", { name: "Check README" }).click();
  await page.locator("dialog .guide").getByText("Before you start").waitFor();
  await context.close();
});

browserTest("the first load requests one HTML, one CSS and one JS file with security headers", async () => {
  const { context, page, log } = await openConsole(server);
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
  await page.waitForLoadState("networkidle");
  const paths = log.requests.filter((url) => !url.startsWith("data:")).map((url) => new URL(url).pathname);
  assert.deepEqual(paths, ["/console/", "/console/console.css", "/console/console.js"]);
  const headers = (await page.request.get(`${server.url}/console/`)).headers();
  assert.match(
    headers["content-security-policy"],
    /^default-src 'none'; script-src 'self'; style-src 'self'/,
  );
  assert.doesNotMatch(headers["content-security-policy"], /unsafe|\*/);
  assert.equal(headers["x-content-type-options"], "nosniff");
  assert.equal(headers["x-frame-options"], "DENY");
  assert.equal(headers["referrer-policy"], "no-referrer");
  assert.equal((await page.request.get(`${server.url}/console`)).status(), 200, "without trailing slash");
  assert.deepEqual(await collectSideEffects(page, log), noSideEffects);
  await context.close();
});

browserTest("the admin key is held in memory only: a reload and a sign-out remove it", async () => {
  const { context, page, log } = await openConsole(server);
  const key = page.getByLabel("Admin key");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByText("Enter the admin key.").waitFor();
  await key.fill("wrong-key");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByText("Invalid admin key.").waitFor();
  await key.fill(server.adminKey);
  await page.keyboard.press("Enter");
  await page.locator("nav").waitFor();
  const pageState = await page.evaluate(() =>
    JSON.stringify([history.state, location.href, document.documentElement.outerHTML]),
  );
  assert.equal(pageState.includes(server.adminKey), false);
  await page.reload();
  await page.getByText("The page was reloaded").waitFor();
  await key.fill(server.adminKey);
  await page.keyboard.press("Enter");
  await waitForPage(page);
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByText("You are signed out").waitFor();
  assert.equal(await page.locator("nav").count(), 0);
  assert.deepEqual(await collectSideEffects(page, log), noSideEffects);
  await context.close();
});

browserTest("a key that the API no longer accepts ends the session", async () => {
  const { context, page } = await openSignedIn(server);
  await page.route("**/api/connectors", (route) =>
    route.fulfill({
      status: 401,
      contentType: "application/json",
      body: '{"code":"auth.unauthorized","message":"x"}',
    }),
  );
  await page.getByRole("link", { name: "Settings" }).click();
  await page.getByRole("link", { name: "Connector" }).click();
  await page.getByText("The Worker no longer accepts this key.").waitFor();
  await context.close();
});
