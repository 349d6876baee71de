// What the console must never do: write markup from what it is given, leave anything behind, ask another host, or need
// more than three requests for its first paint.
import assert from "node:assert/strict";
import { after, before } from "node:test";
import {
  browserTest,
  closeBrowser,
  goTo,
  nothing,
  openConsole,
  openSignedIn,
  ready,
  residue,
  settled,
} from "./browser.mjs";
import { ids, twilio } from "./configs.mjs";
import { management, startServer } from "./server.mjs";

let server;
let api;

before(async () => {
  if (!(await ready())) return;
  server = await startServer();
  api = management(server);
});

after(async () => {
  await server?.close();
  await closeBrowser();
});

const hostile = '"><img src=x onerror=alert(1)><script>alert(2)</script>';

/** Elements that only hostile text could have made. */
const planted = (page) =>
  page.evaluate(
    () =>
      document.querySelectorAll(
        'img[src="x"], [onerror], script:not([src="/console/console.js"]), iframe, object, style',
      ).length +
      document.querySelectorAll('a[href^="javascript:"], a[href^="data:"], a[href^="http:"]').length,
  );

/** Every string in an answer, but those that the console works with, made hostile. */
const poison = (value, key = "") => {
  if (["id", "connectorId", "key", "type", "format", "shape", "createdAt", "archivedAt"].includes(key))
    return value;
  if (typeof value === "string") return `${value}${hostile}`;
  if (Array.isArray(value)) return value.map((item) => poison(item, key));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, poison(item, name)]));
};

browserTest("a hostile config stays text, wherever it is shown", async () => {
  await api.clear();
  const config = {
    ...twilio,
    authToken: hostile,
    fromMessagingServiceSID: hostile,
    from: hostile,
    [`extra${hostile}`]: hostile,
    templates: [
      { usageType: "Generic", content: `{{code}} ${hostile}`, note: hostile },
      { usageType: `Own${hostile}`, content: `{{code}} ${hostile}` },
    ],
  };
  await api.set(ids.twilio, config);
  const { context, page, seen } = await openSignedIn(server);
  assert.equal(await page.getByLabel("Sender").inputValue(), hostile);
  assert.match(await page.locator(".bubble").textContent(), /<img src=x onerror=alert\(1\)>/);
  // A field that the connector does not have is kept from answers: it may be a secret under a misspelt name.
  assert.doesNotMatch(await page.locator(".connector-form").textContent(), /extra"><img/);
  await page.getByRole("tab", { name: `Own${hostile}` }).click();
  await page.getByRole("button", { name: "JSON" }).click();
  await page.getByRole("button", { name: "Editor" }).click();
  await page.getByLabel("Phone number").fill(hostile);
  await page.getByRole("button", { name: "Send test" }).click();
  await page.getByText("Enter the number with its country code").waitFor();
  assert.equal(await planted(page), 0);
  assert.equal(await page.evaluate(() => document.documentElement.innerHTML.includes("&lt;img src=x")), true);
  await page.getByLabel("Account SID").fill(hostile);
  await page.getByRole("button", { name: "Save changes" }).click();
  await page.getByText("One field needs your attention.").waitFor();
  assert.equal(await planted(page), 0);
  assert.deepEqual(await residue(page, seen), nothing);
  await context.close();
});

browserTest("a hostile API and a hostile guide stay text", async () => {
  await api.clear();
  await api.set(ids.twilio, twilio);
  await api.set(ids.http, { endpoint: "https://sms.example.com/send" });
  await api.set(ids.twilio, twilio);
  const guide = `# x\n\n${hostile} [a](javascript:alert(1)) [b](data:text/html,x) [c](http://plain.example) [d](//e.example)\n\n\`${hostile}\`\n\n| a${hostile} | b |\n| --- | --- |\n| ${hostile} | [x](JaVaScRiPt:alert(1)) |\n\n\`\`\`\n${hostile}\n\`\`\`\n`;
  const prepare = async (page) => {
    await page.route("**/api/**", async (route) => {
      const response = await route.fetch();
      const text = await response.text();
      const body = text ? JSON.stringify(poison(JSON.parse(text))) : "";
      await route.fulfill({ response, body });
    });
    await page.route("**/guides/*", (route) => route.fulfill({ contentType: "text/markdown", body: guide }));
  };
  const { context, page, seen } = await openSignedIn(server, { prepare });
  assert.equal(await planted(page), 0);
  await page.getByRole("button", { name: "Guide" }).click();
  await page.locator("dialog .guide td").first().waitFor();
  assert.equal(await planted(page), 0);
  assert.equal(await page.locator("dialog .guide a").count(), 0, "only https leads anywhere");
  await page.keyboard.press("Escape");
  for (const hash of ["#/choose", "#/settings", "#/calls", `#/setup/${ids.aliyun}`, `#/${hostile}`]) {
    await goTo(page, hash);
    assert.equal(await planted(page), 0, hash);
  }
  assert.deepEqual(await residue(page, seen), nothing);
  await context.close();
});

browserTest("the first paint takes one HTML, one CSS and one JS", async () => {
  const { context, page, seen } = await openConsole(server);
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
  await page.waitForLoadState("networkidle");
  const asked = seen.requests.filter((url) => !url.startsWith("data:")).map((url) => new URL(url).pathname);
  assert.deepEqual(asked, ["/console/", "/console/console.css", "/console/console.js"]);
  const headers = (await page.request.get(`${server.url}/console/`)).headers();
  assert.match(
    headers["content-security-policy"],
    /^default-src 'none'; script-src 'self'; style-src 'self'/,
  );
  assert.doesNotMatch(headers["content-security-policy"], /unsafe|\*/);
  assert.equal(headers["x-content-type-options"], "nosniff");
  assert.equal(headers["x-frame-options"], "DENY");
  assert.equal(headers["referrer-policy"], "no-referrer");
  assert.equal((await page.request.get(`${server.url}/console`)).status(), 200, "without the slash, too");
  assert.deepEqual(await residue(page, seen), nothing);
  await context.close();
});

browserTest(
  "the key is in memory only: a wrong one is refused, a reload and a sign-out forget it",
  async () => {
    const { context, page, seen } = await openConsole(server);
    const key = page.getByLabel("Admin key");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByText("Enter the admin key.").waitFor();
    await key.fill("wrong-key");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByText("This key is not right.").waitFor();
    await key.fill(server.adminKey);
    await page.keyboard.press("Enter");
    await page.locator("nav").waitFor();
    const dump = () =>
      page.evaluate(() => JSON.stringify([history.state, location.href, document.documentElement.outerHTML]));
    assert.equal((await dump()).includes(server.adminKey), false);
    await page.reload();
    await page.getByText("The page was reloaded.").waitFor();
    await key.fill(server.adminKey);
    await page.keyboard.press("Enter");
    await settled(page);
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByText("You are signed out").waitFor();
    assert.equal(await page.locator("nav").count(), 0);
    assert.deepEqual(await residue(page, seen), nothing);
    await context.close();
  },
);

browserTest("a key that is no longer accepted ends the session and says so", async () => {
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
