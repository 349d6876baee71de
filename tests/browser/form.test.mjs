// The connector's form: the Worker decides what is wrong, all issues are shown at once, each goes when its field is right.
import assert from "node:assert/strict";
import { browserTest, collectSideEffects, noSideEffects, openSignedIn } from "./browser.mjs";
import { ids, twilio } from "./configs.mjs";
import { api, server } from "./deployment.mjs";
import { clickSave, waitForDetailPage } from "./lifecycle.mjs";

const getSummary = (page) => page.locator(".issue-summary");
const readSummary = (page) => getSummary(page).locator("li").allTextContents();
const getText = (page) => page.getByLabel("Text", { exact: true });

/** Waits until the summary has exactly these lines. */
const waitForSummary = async (page, expected) => {
  await page
    .waitForFunction(
      (lines) =>
        JSON.stringify(
          [...document.querySelectorAll(".issue-summary li")].map((item) => item.textContent),
        ) === JSON.stringify(lines),
      expected,
    )
    .catch(async () => assert.deepEqual(await readSummary(page), expected));
};

/** Returns the color of a control's border, and the color that issues have. */
const readColors = (control) =>
  control.evaluate((element) => ({
    border: getComputedStyle(element).borderTopColor,
    issue: getComputedStyle(element.closest(".field").querySelector(".issue")).color,
  }));

const sid = "Account SID: ";
const token = "Auth token: This is required, unless an API key is given.";
const sender = "Messaging service SID: This is required, unless a sender is given.";

browserTest("all issues are shown at once, and each goes when its field is right", async () => {
  await api.deleteConnector();
  const { context, page, log } = await openSignedIn(server, { hash: `#/setup/${ids.twilio}` });
  await page.getByLabel("Sender").fill("A sender name that is too long");
  await getText(page).fill("Hello");
  await page.getByRole("tab", { name: /^Sign in/ }).click();
  await getText(page).fill("");
  await clickSave(page);
  const senderForm = /^Sender: .*up to 11 letters/;
  await page.locator(".issue-summary li").first().waitFor();
  const lines = await readSummary(page);
  assert.equal(lines.length, 5, lines.join("\n"));
  assert.equal(lines[0], `${sid}This must not be empty.`);
  assert.equal(lines[1], token);
  assert.match(lines[2], senderForm);
  assert.deepEqual(lines.slice(3).sort(), [
    "Generic: Must contain {{code}}.",
    "Sign in: This must not be empty.",
  ]);

  const account = page.getByLabel("Account SID");
  for (const state of ["focused", "not focused"]) {
    const { border, issue } = await readColors(account);
    assert.equal(border, issue, `the border of a field with an issue has its color: ${state}`);
    await page.locator("h1").click();
  }
  await account.fill("AC 1");
  await page.locator(".issue-summary li", { hasText: "letters, digits" }).waitFor();
  assert.equal((await readSummary(page)).length, 5, "a value that is still wrong keeps its issue");
  await account.fill(twilio.accountSID);
  await page.locator(".issue-summary li", { hasText: sid }).waitFor({ state: "detached" });
  assert.equal(await account.getAttribute("aria-invalid"), null);
  assert.equal(await account.evaluate((element) => element === document.activeElement), true);

  await page.getByRole("button", { name: "Generic: Must contain {{code}}." }).click();
  assert.equal(await page.getByRole("tab", { name: /^Generic/ }).getAttribute("aria-selected"), "true");
  assert.equal(await getText(page).evaluate((element) => element === document.activeElement), true);
  await getText(page).fill("{{code}} is your code.");
  await page.locator(".issue-summary li", { hasText: /^Generic/ }).waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Sign in: This must not be empty." }).click();
  await getText(page).fill("{{code}} is your sign-in code.");
  await page.getByLabel("Sender").fill("Acme");
  await waitForSummary(page, [token]);
  await page.locator('[data-path="authToken"]').fill(twilio.authToken);
  await waitForSummary(page, []);
  assert.equal(await getSummary(page).textContent(), "");
  await page.getByLabel("Sender").fill("");
  await waitForSummary(page, [sender]);
  await page.getByLabel("Sender").fill("Acme");
  await waitForSummary(page, []);
  await clickSave(page);
  await waitForDetailPage(page, "Twilio");
  assert.deepEqual(await collectSideEffects(page, log), noSideEffects);
  await context.close();
});

browserTest("the Worker's rule for addresses decides, not one of the console", async () => {
  await api.deleteConnector();
  const { context, page } = await openSignedIn(server, { hash: "#/setup/http-sms" });
  const endpoint = page.getByRole("textbox", { name: /^Endpoint/ });
  // A browser takes the first three for addresses, and would not connect to the last one.
  for (const address of ["https://1.2.3/sms", "https://a@sms.example.com", "https://sms.example.com:0/"]) {
    await endpoint.fill(address);
    await clickSave(page);
    await waitForSummary(page, ["Endpoint: Must be an https URL without user name (http only to localhost)"]);
    await endpoint.fill("https://sms.example.com/短信");
    await waitForSummary(page, []);
  }
  await clickSave(page);
  await page.getByRole("heading", { level: 1, name: "HTTP endpoint", exact: true }).waitFor();
  await context.close();
});

browserTest("a stored secret that has to be entered again shows the issue and has the focus", async () => {
  await api.deleteConnector();
  await api.setConnector(ids.http, {
    endpoint: "https://sms.example.com/send",
    authorization: "Bearer not-a-real-token-7g8h",
  });
  const { context, page } = await openSignedIn(server);
  await page.getByRole("textbox", { name: /^Endpoint/ }).fill("https://other.example.com/send");
  await page.getByRole("button", { name: "Save changes" }).click();
  const group = page.getByRole("group", { name: /^Authorization header/ });
  await group.locator(".issue:not([hidden])").waitFor();
  assert.equal(await group.evaluate((element) => element === document.activeElement), true);
  await page.getByRole("button", { name: "Replace: Authorization header" }).click();
  await page.locator('input[data-path="authorization"]').fill("Bearer another-token-7g8h");
  await waitForSummary(page, []);
  await context.close();
});

browserTest("a check that fails is shown, and nothing is saved", async () => {
  await api.deleteConnector();
  const { context, page } = await openSignedIn(server, { hash: "#/setup/http-sms" });
  await page.getByRole("textbox", { name: /^Endpoint/ }).fill("https://sms.example.com/send");
  await page.route("**/check", (route) => route.abort());
  await clickSave(page);
  await page.locator(".toast.error", { hasText: "The Worker did not respond" }).waitFor();
  await page.locator(".test").getByLabel("Phone number").fill("+14155550123");
  await page.getByRole("button", { name: "Send test message" }).click();
  await page.locator(".test .outcome", { hasText: "Not sent" }).waitFor();
  assert.equal(await api.getConnector(), undefined);
  await page.unroute("**/check");
  await clickSave(page);
  await page.getByRole("heading", { level: 1, name: "HTTP endpoint", exact: true }).waitFor();
  await context.close();
});

const getJson = (page) => page.getByLabel("Templates as JSON");
const readSelection = (page) =>
  getJson(page).evaluate((element) => element.value.slice(element.selectionStart, element.selectionEnd));

browserTest("the JSON view tells line, column and message of what is wrong", async () => {
  await api.deleteConnector();
  await api.setConnector(ids.twilio, twilio);
  const { context, page, log } = await openSignedIn(server);
  await page.getByRole("button", { name: "JSON" }).click();
  const valid = await getJson(page).inputValue();
  await getJson(page).fill(valid.replace('"locale": "de",', '"locale": "de"'));
  const problem = page.getByRole("button", { name: "Line 13, column 5: A comma is missing." });
  await problem.click();
  assert.equal(await readSelection(page), '"content"');
  assert.match(await page.locator(".gutter .invalid").textContent(), /13/);
  await page.getByRole("button", { name: "Save changes" }).click();
  await waitForSummary(page, ["Templates: Line 13, column 5: A comma is missing."]);

  await getJson(page).fill(valid.replace("{{code}} ist Ihr Code bei Acme.", "Ohne Code."));
  await page.getByRole("button", { name: "Save changes" }).click();
  const missing = page.getByRole("button", { name: "Line 13, column 16: 2.content Must contain {{code}}." });
  await missing.waitFor();
  await missing.click();
  assert.match(await readSelection(page), /^"Ohne Code/);
  await getJson(page).fill(valid);
  await waitForSummary(page, []);
  await missing.waitFor({ state: "detached" });
  assert.equal(await getJson(page).getAttribute("aria-invalid"), null);
  assert.deepEqual(await collectSideEffects(page, log), noSideEffects);
  await context.close();
});

browserTest("an import that is no JSON tells where", async () => {
  const { context, page } = await openSignedIn(server, { hash: `#/setup/${ids.twilio}` });
  await page.getByRole("button", { name: "Import config" }).click();
  await page.getByLabel("Configuration as JSON").fill('{\n  "accountSID": "AC1"\n  "from": 1\n}');
  await page.getByRole("button", { name: "Fill the form" }).click();
  await page.getByText("Line 3, column 3: A comma is missing.").waitFor();
  await context.close();
});

browserTest("a stored connector that cannot send shows why at once", async () => {
  await api.deleteConnector();
  await api.setConnector(ids.twilio, twilio);
  const issues = [{ path: "templates.1.content", message: "must hold {{code}}" }];
  const prepare = (page) =>
    page.route("**/api/connectors", async (route) => {
      const response = await route.fetch();
      const connectors = await response.json();
      await route.fulfill({ response, json: connectors.map((connector) => ({ ...connector, issues })) });
    });
  const { context, page } = await openSignedIn(server, { prepare });
  await waitForSummary(page, ["Sign in: Must contain {{code}}."]);
  assert.equal(await page.getByRole("tab", { name: /^Sign in/ }).getAttribute("aria-selected"), "true");
  await context.close();
});
