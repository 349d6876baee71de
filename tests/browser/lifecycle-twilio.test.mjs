// The lifecycle of a connector with text templates: set up with invalid values, test, save, edit, change, restore and
// delete. The responses to test messages are mocked in the browser.
import assert from "node:assert/strict";
import { browserTest, collectSideEffects, noSideEffects, openSignedIn } from "./browser.mjs";
import { ids, twilio } from "./configs.mjs";
import { api, server } from "./deployment.mjs";
import {
  changeRestoreAndDelete,
  chooseProvider,
  clickSave,
  mockTestResponse,
  readTestResult,
  sendTestMessage,
  waitForDetailPage,
  waitForToast,
} from "./lifecycle.mjs";

const getText = (page) => page.getByLabel("Text", { exact: true });
const readStats = (page) => page.locator(".sms-stats").textContent();

/** Submits an empty form, then one with values that only the server rejects, then corrects them. */
const fillFormWithErrors = async (page) => {
  await clickSave(page);
  await page.getByText("3 fields need your attention.").waitFor();
  const focusedPath = await page.evaluate(() => document.activeElement.dataset.path);
  assert.equal(focusedPath, "accountSID", "the first invalid field has the focus");

  await page.getByLabel("Account SID").fill("AC 1/2");
  await page.getByLabel("Auth token", { exact: false }).first().fill(twilio.authToken);
  await page.getByText("Encrypted; not shown again").first().waitFor();
  await page.getByLabel("Messaging service SID").fill(twilio.fromMessagingServiceSID);
  await page.getByRole("tab", { name: /^Generic/ }).click();
  assert.match(await getText(page).inputValue(), /\{\{code\}\}/);
  await getText(page).fill("Hello");
  await page.getByText("{{code}} is missing").waitFor();
  await clickSave(page);
  await page.getByText("2 fields need your attention.").waitFor();
  assert.equal(await page.getByLabel("Account SID").getAttribute("aria-invalid"), "true");
  assert.match(
    await page.locator(".field", { has: page.getByLabel("Account SID") }).textContent(),
    /letters, digits/,
  );
  assert.equal(await getText(page).getAttribute("aria-invalid"), "true");

  await page.getByLabel("Account SID").fill(twilio.accountSID);
  await page.getByRole("button", { name: "Insert {{code}}" }).click();
  await getText(page).fill(twilio.templates[0].content);
  assert.match(await page.locator(".bubble").textContent(), /^123456 is your Acme code/);
  assert.match(await readStats(page), /GSM-7[\s\S]*70 of 160[\s\S]*billed once/);
};

const addGermanTemplate = async (page) => {
  await page.getByRole("button", { name: "Add language" }).click();
  await page.getByLabel("Language tag").fill("german!");
  await page.keyboard.press("Enter");
  await page.getByText("Not a language tag").waitFor();
  await page.getByLabel("Language tag").fill("de");
  await page.keyboard.press("Enter");
  await page.getByRole("tab", { name: "German (de)", selected: true }).waitFor();
  assert.match(await getText(page).inputValue(), /ist Ihr Bestätigungscode/, "it starts with a translation");
  await getText(page).fill("{{code}} – Ihr Code für Acme.");
  assert.match(await readStats(page), /UCS-2[\s\S]*Not in GSM-7: –/);
};

/** Holds the seconds of a countdown back, which could be over before a busy machine looks, until `passSeconds`. */
const holdSeconds = (page) =>
  page.evaluate(() => {
    const { setTimeout } = window;
    const held = [];
    window.setTimeout = (work, ms, ...args) =>
      ms === 1000 ? held.push(work) : setTimeout(work, ms, ...args);
    window.passSeconds = () => {
      window.setTimeout = setTimeout;
      for (const work of held) work();
    };
  });

const sendTestMessages = async (page) => {
  await mockTestResponse(page, 502, {
    code: "connector.general",
    message: "The provider refused the number.",
    data: { provider: { status: 400, code: "21211" } },
  });
  await sendTestMessage(page);
  assert.match(
    await readTestResult(page),
    /^Rejected[\s\S]*rejected the number[\s\S]*What to do:[\s\S]*Check the number[\s\S]*HTTP 400[\s\S]*21211/,
  );
  await mockTestResponse(page, 202, { status: "unknown" });
  await sendTestMessage(page);
  await page.getByText("Delivery not confirmed. Check the phone before resending.").waitFor();
  await mockTestResponse(page, 429, {
    code: "connector.rate_limit_exceeded",
    message: "",
    data: { provider: { status: 429 }, retryAfter: 2 },
  });
  await holdSeconds(page);
  await sendTestMessage(page);
  await page.getByText("Rate limited: wait 2 s").waitFor();
  assert.equal(await page.locator(".test button[type=submit]").isDisabled(), true);
  await page.evaluate(() => window.passSeconds());
  await page.locator(".test button[type=submit]:not([aria-disabled])").waitFor();
  await mockTestResponse(page, 204);
  await sendTestMessage(page);
  await page.locator(".test .outcome", { hasText: "Accepted" }).waitFor();
};

const editAndSave = async (page, saved) => {
  assert.match(await page.locator("main").textContent(), /Set, ends in 1a2b/);
  const passwords = await page
    .locator('input[type="password"]')
    .evaluateAll((all) => all.map(({ value }) => value));
  assert.deepEqual(passwords, ["", ""], "the secret is not in the page; an API key is the alternative");
  await page.getByLabel("Messaging service SID").fill("");
  await page.getByLabel("Sender").fill("Acme");
  await page.getByRole("switch", { name: "Disable the risk check" }).check();
  await page.getByText("Unsaved changes").waitFor();
  await page.getByRole("button", { name: "Save changes" }).click();
  await waitForToast(page, /^Saved\./);
  const edited = await api.getConnector();
  assert.equal(edited.id, saved.id);
  const { fromMessagingServiceSID: _, ...others } = saved.config;
  assert.deepEqual(edited.config, { ...others, from: "Acme", disableRiskCheck: true });
  assert.equal(await page.getByText("Unsaved changes").isVisible(), false);
};

browserTest("Twilio connector: set up, test, save, edit, change, restore, delete", async () => {
  await api.deleteConnector();
  const { context, page, log } = await openSignedIn(server);
  await page.getByRole("link", { name: "Set up a connector" }).click();
  await chooseProvider(page, ids.twilio);
  await page.locator(".guide").getByText("Before you start").waitFor();
  await fillFormWithErrors(page);
  await addGermanTemplate(page);
  await sendTestMessages(page);

  await clickSave(page);
  await waitForDetailPage(page, "Twilio");
  await waitForToast(page, "everywhere within 90 seconds");
  const saved = await api.getConnector();
  assert.deepEqual(saved.config.authToken, { set: true, hint: "1a2b" });
  const [{ defaultValue }] = (await api.listFactories())
    .find(({ id }) => id === ids.twilio)
    .formItems.filter(({ templates }) => templates);
  assert.deepEqual(saved.config.templates, [
    ...defaultValue.map((template) => (template.usageType === "Generic" ? twilio.templates[0] : template)),
    { usageType: "Generic", locale: "de", content: "{{code}} – Ihr Code für Acme." },
  ]);
  await editAndSave(page, saved);

  await page.getByRole("button", { name: "Replace: Auth token" }).click();
  await page.locator('input[type="password"][data-path="authToken"]').fill("another-token-of-9z8y");
  await page.getByRole("button", { name: "Save changes" }).click();
  await page.getByText("Set, ends in 9z8y").waitFor();
  await changeRestoreAndDelete(page, "Twilio", (await api.getConnector()).config);
  assert.deepEqual(await collectSideEffects(page, log), noSideEffects);
  await context.close();
});
