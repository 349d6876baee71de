// Templates: a text for each usage type from the start, translations, and hints about texts that several usage types share.
import assert from "node:assert/strict";
import { browserTest, collectSideEffects, noSideEffects, openSignedIn } from "./browser.mjs";
import { ids, twilio } from "./configs.mjs";
import { api, server } from "./deployment.mjs";
import { clickSave, waitForDetailPage, waitForToast } from "./lifecycle.mjs";

const getText = (page) => page.getByLabel("Text", { exact: true });
const openUsage = (page, name) => page.getByRole("tab", { name }).click();
const readStatuses = (page) => page.locator(".usages > .tabs .status").allTextContents();

const addLanguage = async (page, tag, button) => {
  await page.getByRole("button", { name: "Add language" }).click();
  await page.getByLabel("Language tag").fill(tag);
  await page.getByRole("button", { name: button, exact: true }).click();
};

browserTest("a new connector starts with nine different texts that it can save at once", async () => {
  await api.deleteConnector();
  const { context, page, log } = await openSignedIn(server, { hash: "#/setup/vonage-sms" });
  assert.deepEqual(await readStatuses(page), Array(9).fill("set"));
  await page.getByLabel("API key").first().fill("abcd1234");
  await page.getByLabel("API secret").first().fill("not-a-real-secret-1a2b");
  await page.getByLabel("Brand name").fill("Acme");
  await clickSave(page);
  await waitForDetailPage(page, "Vonage");
  const { templates } = (await api.getConnector()).config;
  assert.equal(templates.length, 9);
  assert.equal(new Set(templates.map(({ content }) => content)).size, 9, "no text is used twice");
  assert.equal(new Set(templates.map(({ usageType }) => usageType)).size, 9);
  for (const { content } of templates) assert.match(content, /\{\{code\}\}.*10 minutes/);
  assert.deepEqual(await collectSideEffects(page, log), noSideEffects);
  await context.close();
});

browserTest(
  "a Chinese provider starts with texts in Chinese, and a provider with template codes with none",
  async () => {
    const { context, page } = await openSignedIn(server, { hash: "#/setup/yunpian-sms" });
    assert.match(await getText(page).inputValue(), /^您的验证码是\{\{code\}\}，10分钟内有效/);
    await page.getByText("identical to an approved one").waitFor();
    await page.evaluate((id) => {
      location.hash = `#/setup/${id}`;
    }, ids.aliyun);
    await page.getByRole("button", { name: "Add template" }).waitFor();
    assert.equal(await getText(page).count(), 0);
    await context.close();
  },
);

browserTest("a language is added to all usage types with translations, or to one", async () => {
  await api.deleteConnector();
  const { context, page, log } = await openSignedIn(server, { hash: `#/setup/${ids.twilio}` });
  await addLanguage(page, "de-AT", "Add to all usage types");
  await page.getByRole("tab", { name: /\(de-AT\)/, selected: true }).waitFor();
  assert.match(await getText(page).inputValue(), /ist Ihr Bestätigungscode/);
  assert.deepEqual(await readStatuses(page), Array(9).fill("2 languages"));
  await openUsage(page, /^Register/);
  await page.getByRole("tab", { name: /\(de-AT\)/ }).click();
  assert.match(await getText(page).inputValue(), /ist Ihr Registrierungscode/);
  await addLanguage(page, "pt-PT", "Add");
  await page.getByRole("tab", { name: /\(pt-PT\)/, selected: true }).waitFor();
  assert.match(await getText(page).inputValue(), /código de cadastro/);
  assert.equal((await readStatuses(page))[2], "3 languages");
  await addLanguage(page, "sw", "Add");
  await page.getByRole("tab", { name: /\(sw\)/, selected: true }).waitFor();
  assert.equal(await getText(page).inputValue(), "", "there is no text in this language");
  assert.deepEqual(await collectSideEffects(page, log), noSideEffects);
  await context.close();
});

browserTest("usage types that share a text are named, in the same language only", async () => {
  await api.deleteConnector();
  await api.setConnector(ids.twilio, twilio);
  const { context, page } = await openSignedIn(server);
  const hint = page.locator(".sharing");
  const shared = twilio.templates[0].content;
  await openUsage(page, /^Register/);
  assert.equal(await hint.textContent(), "");
  await getText(page).fill(`  ${shared.replace(" ", "  ")}`);
  await page.getByText("Also sent for: Generic.").waitFor();
  await openUsage(page, /^Generic/);
  await page.getByText("Also sent for: Register.").waitFor();
  await getText(page).fill(`${shared} Acme`);
  assert.equal(await hint.textContent(), "", "the hint goes as the texts differ");
  await openUsage(page, /^Sign in/);
  await page.getByRole("tab", { name: /\(de\)/ }).click();
  await getText(page).fill(`${shared} Acme`);
  assert.equal(await hint.textContent(), "", "another language is another text");
  await context.close();
});

browserTest("texts are offered for the usage types that have none", async () => {
  await api.deleteConnector();
  await api.setConnector(ids.twilio, twilio);
  const { context, page } = await openSignedIn(server);
  await page.getByText("6 usage types have no text of their own").waitFor();
  await page.getByRole("button", { name: "Add the missing texts" }).click();
  assert.equal(await page.getByText("have no text of their own").count(), 0);
  await page.getByRole("button", { name: "Save changes" }).click();
  await waitForToast(page, /^Saved\./);
  const { templates } = (await api.getConnector()).config;
  assert.deepEqual(templates.slice(0, twilio.templates.length), twilio.templates, "the others are unchanged");
  assert.equal(new Set(templates.map(({ usageType }) => usageType)).size, 9);
  await context.close();
});

browserTest("template codes that usage types share are named as well", async () => {
  await api.deleteConnector();
  const { context, page } = await openSignedIn(server, { hash: `#/setup/${ids.aliyun}` });
  for (const name of [/^Generic/, /^Sign in/]) {
    await openUsage(page, name);
    await page.getByRole("button", { name: "Add template" }).click();
    await page.getByLabel("Template code").fill("SMS_1");
  }
  await page.getByText("Also sent for: Generic.").waitFor();
  await context.close();
});
