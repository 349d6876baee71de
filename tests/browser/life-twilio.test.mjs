// The whole life of a connector with texts: set up with wrong values, test, save, edit with the secret kept, change,
// restore, delete. What Twilio answers to a test is scripted in the browser.
import assert from "node:assert/strict";
import { browserTest, nothing, openSignedIn, residue } from "./browser.mjs";
import { ids, twilio } from "./configs.mjs";
import { answerTest, changeRestoreDelete, choose, outcome, save, test, toast, world } from "./life.mjs";

browserTest("Twilio: the whole life", async () => {
  await world.api.clear();
  const { context, page, seen } = await openSignedIn(world.server);
  await page.getByRole("link", { name: "Set up a connector" }).click();
  await choose(page, ids.twilio);
  await page.locator(".guide").getByText("Before you start").waitFor();

  // Nothing filled in: the form tells, and the first field has the focus.
  await save(page);
  await page.getByText("3 fields need your attention.").waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.dataset.path), "accountSID");

  // The server's issue lands at its field.
  await page.getByLabel("Account SID").fill("AC 1/2");
  await page.getByLabel("Auth token", { exact: false }).first().fill(twilio.authToken);
  await page.getByLabel("Messaging service SID").fill(twilio.fromMessagingServiceSID);
  await page.getByRole("tab", { name: /^Generic/ }).click();
  await page.getByRole("button", { name: "Write one" }).click();
  const text = page.getByLabel("Text", { exact: true });
  assert.match(await text.inputValue(), /\{\{code\}\}/);
  await text.fill("Hello");
  await page.getByText("{{code}} is missing").waitFor();
  await save(page);
  await page.getByText("2 fields need your attention.").waitFor();
  assert.equal(await page.getByLabel("Account SID").getAttribute("aria-invalid"), "true");
  assert.match(
    await page.locator(".field", { has: page.getByLabel("Account SID") }).textContent(),
    /letters, digits/,
  );
  assert.equal(await page.getByLabel("Text", { exact: true }).getAttribute("aria-invalid"), "true");
  await page.getByLabel("Account SID").fill(twilio.accountSID);
  await page.getByRole("button", { name: "Insert {{code}}" }).click();
  await page.getByLabel("Text", { exact: true }).fill(twilio.templates[0].content);
  assert.match(await page.locator(".bubble").textContent(), /^123456 is your Acme code/);
  assert.match(await page.locator(".facts").textContent(), /GSM-7[\s\S]*70 of 160[\s\S]*billed once/);

  // A second language, a second usage type.
  await page.getByRole("button", { name: "Add language" }).click();
  await page.getByLabel("Language tag").fill("german!");
  await page.keyboard.press("Enter");
  await page.getByText("Not a language tag").waitFor();
  await page.getByLabel("Language tag").fill("de");
  await page.keyboard.press("Enter");
  await page.getByLabel("Text", { exact: true }).fill("{{code}} – Ihr Code für Acme.");
  assert.match(await page.locator(".facts").textContent(), /UCS-2[\s\S]*Outside GSM-7: –/);

  // Tests: each outcome in words.
  const provider = { status: 400, code: "21211" };
  await answerTest(page, 502, {
    code: "connector.general",
    message: "The provider refused the number.",
    data: { provider },
  });
  await test(page);
  assert.match(await outcome(page), /^Refused[\s\S]*refused the number[\s\S]*21211 \(HTTP 400\)/);
  await answerTest(page, 202, { status: "unknown" });
  await test(page);
  await page.getByText("Unknown: do not resend").waitFor();
  const throttled = { provider: { status: 429 }, retryAfter: 2 };
  await answerTest(page, 429, { code: "connector.rate_limit_exceeded", message: "", data: throttled });
  await test(page);
  await page.getByText("Throttled: wait 2 s").waitFor();
  assert.equal(await page.locator(".test button[type=submit]").isDisabled(), true);
  await page.locator(".test button[type=submit]:not([aria-disabled])").waitFor();
  await answerTest(page, 204);
  await test(page);
  await page.locator(".outcome", { hasText: "Accepted" }).waitFor();

  await save(page);
  await page.getByRole("heading", { level: 1, name: "Twilio", exact: true }).waitFor();
  await toast(page, "everywhere within 90 seconds");
  const saved = await world.api.live();
  assert.deepEqual(saved.config.authToken, { set: true, hint: "1a2b" });
  assert.deepEqual(saved.config.templates, [
    twilio.templates[0],
    { usageType: "Generic", locale: "de", content: "{{code}} – Ihr Code für Acme." },
  ]);

  // Edit; the secret stays.
  assert.match(await page.locator("main").textContent(), /Set, ends in 1a2b/);
  assert.equal(await page.locator('input[type="password"]').count(), 0);
  await page.getByLabel("Sender").fill("Acme");
  await page.getByRole("switch", { name: "Disable the risk check" }).check();
  await page.getByText("Unsaved changes").waitFor();
  await page.getByRole("button", { name: "Save changes" }).click();
  await toast(page, /^Saved\./);
  const edited = await world.api.live();
  assert.equal(edited.id, saved.id);
  assert.deepEqual(edited.config, { ...saved.config, from: "Acme", disableRiskCheck: true });
  assert.equal(await page.getByText("Unsaved changes").isVisible(), false);

  // Replace the secret.
  await page.getByRole("button", { name: "Replace: Auth token" }).click();
  await page.locator('input[type="password"]').fill("another-token-of-9z8y");
  await page.getByRole("button", { name: "Save changes" }).click();
  await page.getByText("Set, ends in 9z8y").waitFor();
  await changeRestoreDelete(page, "Twilio", (await world.api.live()).config);
  assert.deepEqual(await residue(page, seen), nothing);
  await context.close();
});
