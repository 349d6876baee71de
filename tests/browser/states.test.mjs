// Accessibility and layout of every main state: light and dark, desktop and phone, English and Chinese. The last test
// creates the screenshots in docs/images.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { browserTest, findAccessibilityIssues, modes, navigateTo, openConsole, signIn } from "./browser.mjs";
import { ids, twilio, whatsapp } from "./configs.mjs";
import { api, restartServer, server } from "./deployment.mjs";

const isCi = process.env.CI === "true";

// Fonts differ between machines, so a build machine does not replace the screenshots of the README.
const imageFolder = isCi
  ? mkdtempSync(join(tmpdir(), "console-images-"))
  : join(fileURLToPath(import.meta.url), "..", "..", "..", "docs", "images");
const maxImageBytes = 170 * 1024;

mkdirSync(imageFolder, { recursive: true });

const overflowsHorizontally = (page) =>
  page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);

const selectUsageTab = (page, index) => page.locator(".usages > .tabs [role=tab]").nth(index).click();

/** Checks the states before a connector is set up. */
const checkSetup = async (page, check) => {
  await check("sign-in");
  await page.locator('button[type="submit"]').click();
  await check("sign-in with an issue");
  await signIn(page, server);
  await check("no connector");
  await navigateTo(page, "#/choose");
  await check("providers");
  await navigateTo(page, `#/setup/${ids.twilio}`);
  await page.locator("details.guide-pane").evaluate((pane) => {
    pane.open = true;
  });
  await page.locator(".guide").waitFor();
  await page.locator(".save-bar .primary").click();
  await page.locator(".issue-summary li").first().waitFor();
  await check("setup with issues");
  for (const hash of ["#/settings", "#/calls", "#/nowhere"]) {
    await navigateTo(page, hash).catch(() => {});
    const leaveButton = page.locator("dialog .primary");
    if (await leaveButton.count()) await leaveButton.click();
    await check(hash);
  }
};

/** Checks the states of the connector's page. */
const checkDetail = async (page, check) => {
  await navigateTo(page, "#/");
  await check("connector");
  await selectUsageTab(page, 2);
  await check("text of two segments");
  await selectUsageTab(page, 1);
  await page.locator(".add-language button").click();
  await check("adding a language");
  await selectUsageTab(page, 3);
  await check("usage type without template");
  await page.locator(".missing-texts button").click();
  const shared = await page.locator("#template-first").inputValue();
  await selectUsageTab(page, 4);
  await page.locator("#template-first").fill(shared);
  await page.locator(".sharing .notice").waitFor();
  await check("a text that two usage types share");
  await page.locator("#view-json").click();
  await check("templates as JSON");
  await page.locator(".json-editor textarea").fill('[\n  { "usageType": "Generic" "content": 1 }\n]');
  await page.locator(".json-problems li").first().waitFor();
  await check("templates that are no JSON");
  await page.locator(".save-bar .quiet").click();
  await page.locator(".detail-head .actions .danger").click();
  await check("delete dialog");
  await page.keyboard.press("Escape");
  await page.locator(".detail-head .actions .quiet").first().click();
  await page.locator("dialog .guide").waitFor();
  await check("guide drawer");
  await page.keyboard.press("Escape");
};

const checkTestResults = async (page, check) => {
  for (const status of [204, 202, 502, 429]) {
    const json = {
      code: status === 502 ? "connector.general" : "",
      message: "x",
      data: { provider: { status: 400 } },
    };
    await page.route("**/test", (route) => route.fulfill({ status, json }), { times: 1 });
    await page.locator('.test input[type="tel"]').fill("+14155550123");
    await page.locator('.test button[type="submit"]').click();
    await page.locator(".test .outcome").waitFor();
    await check(`test message, ${status}`);
    await page.locator('.test button[type="submit"]:not([aria-disabled])').waitFor();
  }
};

for (const [mode, options] of Object.entries(modes)) {
  browserTest(`every state is accessible and fits the window (${mode})`, async () => {
    await api.deleteConnector();
    const { context, page } = await openConsole(server, { options });
    const check = async (state) => {
      assert.deepEqual(await findAccessibilityIssues(page), [], state);
      assert.equal(await overflowsHorizontally(page), false, `${state}: no horizontal overflow`);
    };
    await checkSetup(page, check);
    await api.setConnector(ids.whatsapp, whatsapp);
    await api.setConnector(ids.twilio, twilio);
    await checkDetail(page, check);
    await checkTestResults(page, check);
    await context.close();
  });
}

/** Replaces ids and times, which would change the screenshots with every run. */
const replaceVariableText = (page) =>
  page.evaluate(() => {
    document.activeElement?.blur();
    for (const element of document.querySelectorAll(".meta .id code")) element.textContent = "5kx0q2v8m4zt";
    for (const element of document.querySelectorAll(".meta > span:nth-of-type(2)")) {
      element.textContent = "since Nov 21, 2026, 10:00 AM";
    }
    for (const element of document.querySelectorAll(".item-text span"))
      element.textContent = "archived Nov 20, 2026";
  });

const takeScreenshot = async (page, name) => {
  await replaceVariableText(page);
  await page.mouse.move(0, 0);
  await page.waitForFunction(() =>
    [...document.images].every((image) => image.complete && image.naturalWidth > 0),
  );
  const path = join(imageFolder, `${name}.png`);
  await page.screenshot({ path });
  assert.ok(isCi || statSync(path).size <= maxImageBytes, `${name}.png is at most 170 KiB`);
};

const scrollToTemplates = (page) =>
  page
    .locator(".templates")
    .evaluate((card) => window.scrollTo(0, card.getBoundingClientRect().top + scrollY - 76));

browserTest("screenshots of the main states stay below the size limit", async () => {
  // A new server, because the archive of the present one contains the connectors of the other tests.
  await restartServer();
  await api.setConnector(ids.http, { endpoint: "https://sms.example.com/send" });
  await api.setConnector(ids.twilio, twilio);
  const desktop = await openConsole(server);
  await signIn(desktop.page, server);
  await takeScreenshot(desktop.page, "console-detail");
  await selectUsageTab(desktop.page, 2);
  await scrollToTemplates(desktop.page);
  await takeScreenshot(desktop.page, "console-templates");
  await navigateTo(desktop.page, "#/choose");
  await takeScreenshot(desktop.page, "console-choose");
  await api.deleteConnector();
  await navigateTo(desktop.page, "#/");
  await navigateTo(desktop.page, `#/setup/${ids.twilio}`);
  await desktop.page.locator(".guide").waitFor();
  await takeScreenshot(desktop.page, "console-setup");
  await desktop.context.close();

  await api.setConnector(ids.twilio, twilio);
  const dark = await openConsole(server, { options: { colorScheme: "dark" } });
  await signIn(dark.page, server);
  await selectUsageTab(dark.page, 1);
  await scrollToTemplates(dark.page);
  await takeScreenshot(dark.page, "console-dark");
  await dark.context.close();

  const phone = await openConsole(server, { options: { viewport: { width: 390, height: 844 } } });
  await signIn(phone.page, server);
  await scrollToTemplates(phone.page);
  await takeScreenshot(phone.page, "console-phone");
  await phone.context.close();
});
