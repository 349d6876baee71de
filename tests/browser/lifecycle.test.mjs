// The lifecycle of a connector with registered templates (Aliyun), and of http-sms, whose test messages reach a local
// receiver.
import assert from "node:assert/strict";
import { browserTest, collectSideEffects, noSideEffects, openSignedIn, waitForPage } from "./browser.mjs";
import { aliyun, ids, twilio } from "./configs.mjs";
import { api, server } from "./deployment.mjs";
import {
  changeRestoreAndDelete,
  clickSave,
  getFactoryName,
  mockTestResponse,
  readTestResult,
  receiver,
  sendTestMessage,
  waitForDetailPage,
  waitForToast,
} from "./lifecycle.mjs";

const getEndpoint = (page) => page.getByRole("textbox", { name: /^Endpoint/ });

const fillAliyunForm = async (page) => {
  await page.getByLabel("Access key ID").fill(aliyun.accessKeyId);
  await page.getByLabel("Access key secret").first().fill(aliyun.accessKeySecret);
  await page.getByLabel("Signature name").fill(aliyun.signName);
  await getEndpoint(page).fill("https://not-a-host");
  await page.getByRole("button", { name: "Add template" }).click();
  await page.getByLabel("Template code").fill("SMS_100000003");
  await page.getByRole("tab", { name: /^Sign in/ }).click();
  await page.getByRole("button", { name: "Add template" }).click();
  await page.getByRole("switch", { name: "Different code outside mainland China" }).check();
  await page.getByLabel("Code for mainland China").fill("SMS_100000001");
  await clickSave(page);
  await page.getByText("2 fields need your attention.").waitFor();
  assert.match(
    await page.locator(".field", { has: page.getByLabel("Endpoint") }).textContent(),
    /must be a host name/i,
  );
  await getEndpoint(page).fill("");
  await page.getByLabel("Code for other countries").fill("SMS_100000002");
};

browserTest("Aliyun connector: set up, test, save, edit as JSON, change, restore, delete", async () => {
  await api.deleteConnector();
  const name = await getFactoryName(ids.aliyun);
  const { context, page, log } = await openSignedIn(server, { hash: `#/setup/${ids.aliyun}` });
  await fillAliyunForm(page);
  await mockTestResponse(page, 204);
  await sendTestMessage(page, "0086 138 0013 8000");
  assert.match(await readTestResult(page), /^Accepted/);
  await clickSave(page);
  await waitForDetailPage(page, name);
  const saved = await api.getConnector();
  assert.deepEqual(saved.config, {
    ...aliyun,
    accessKeySecret: { set: true, hint: "3c4d" },
    templates: aliyun.templates.toReversed(),
  });

  const templates = [{ usageType: "Generic", templateCode: "SMS_9", type: 2 }];
  await page.getByRole("button", { name: "JSON" }).click();
  await page.getByLabel("Templates as JSON").fill("[");
  await page.getByRole("button", { name: "Editor" }).click();
  await page.getByRole("button", { name: "Line 1, column 2: The closing ] is missing." }).waitFor();
  await page.getByLabel("Templates as JSON").fill(JSON.stringify(templates));
  await page.getByRole("button", { name: "Editor" }).click();
  assert.equal(await page.getByLabel("Template code").inputValue(), "SMS_9");
  await page.getByRole("button", { name: "Save changes" }).click();
  await waitForToast(page, /^Saved\./);
  const edited = (await api.getConnector()).config;
  assert.deepEqual(edited, { ...saved.config, templates }, "the unknown key `type` is preserved");
  await changeRestoreAndDelete(page, name, edited);
  assert.deepEqual(await collectSideEffects(page, log), noSideEffects);
  await context.close();
});

browserTest("the template editor shows a pasted array that is shorter than the selected index", async () => {
  await api.deleteConnector();
  await api.setConnector(ids.aliyun, aliyun);
  const { context, page } = await openSignedIn(server);
  await page.getByRole("tab", { name: /^Generic/ }).click();
  await page.getByRole("button", { name: "JSON" }).click();
  const templates = [{ usageType: "Generic", templateCode: "SMS_9" }];
  await page.getByLabel("Templates as JSON").fill(JSON.stringify(templates));
  await page.getByRole("button", { name: "Editor" }).click();
  assert.equal(await page.getByLabel("Template code").inputValue(), "SMS_9");
  await context.close();
});

const pasteConfig = async (page, text) => {
  await page.getByLabel("Configuration as JSON").fill(text);
  await page.getByRole("button", { name: "Fill the form" }).click();
};

/** Sends test messages to the receiver, which answers with each kind of outcome. */
const sendTestMessages = async (page, config) => {
  receiver.response = { status: 204 };
  await page.getByLabel("Usage type").selectOption("SignIn");
  await sendTestMessage(page);
  assert.match(await readTestResult(page), /^Accepted/);
  const [message] = receiver.messages;
  assert.equal(message.authorization, config.authorization);
  assert.equal(message.body.to, "+14155550123");
  assert.equal(message.body.type, "SignIn");
  assert.equal(message.body.payload.code, "000000");
  receiver.response = { status: 422 };
  await sendTestMessage(page);
  await page.locator(".test .outcome", { hasText: "Rejected" }).waitFor();
  assert.match(await readTestResult(page), /HTTP status:? ?HTTP 422[\s\S]*connector\.general \(HTTP 502\)/);
  receiver.response = { status: 500 };
  await sendTestMessage(page);
  await page.locator(".test .outcome", { hasText: "Delivery not confirmed" }).waitFor();
  receiver.response = { status: 429, headers: { "retry-after": "1" } };
  await sendTestMessage(page);
  await page.locator(".test .outcome", { hasText: "Rate limited: wait 1 s" }).waitFor();
};

/** Sends a test message with an edited form, saves it, and removes the optional secret. */
const editAndRemoveSecret = async (page, config) => {
  receiver.response = { status: 204 };
  await sendTestMessage(page);
  assert.match(await readTestResult(page), /^Accepted/);
  assert.equal(receiver.messages.at(-1).authorization, config.authorization, "the stored secret is used");
  await getEndpoint(page).fill(`${receiver.url}?edited`);
  const before = receiver.messages.length;
  await sendTestMessage(page);
  await page.locator(".test .outcome", { hasText: "Not sent" }).waitFor();
  assert.equal(receiver.messages.length, before, "the stored secret goes nowhere else");
  await page.getByRole("button", { name: "Replace: Authorization header" }).click();
  await page.getByLabel("Authorization header", { exact: false }).first().fill(config.authorization);
  await sendTestMessage(page);
  await page.locator(".test .outcome", { hasText: "Accepted" }).waitFor();
  await page.getByRole("button", { name: "Save changes" }).click();
  await waitForToast(page, /^Saved\./);
  await page.getByRole("button", { name: "Remove: Authorization header" }).click();
  await page.getByText("Will be removed when you save").waitFor();
  await page.getByRole("button", { name: "Save changes" }).click();
  await waitForPage(page);
  await page.getByText("Unsaved changes").waitFor({ state: "hidden" });
  assert.deepEqual((await api.getConnector()).config, { endpoint: `${receiver.url}?edited` });
};

browserTest("http-sms connector: import, send test messages, save, edit, conflicting change", async () => {
  await api.deleteConnector();
  const { context, page, log } = await openSignedIn(server, { hash: "#/setup/http-sms" });
  await getEndpoint(page).fill("http://sms.example.com/send");
  await clickSave(page);
  await page.locator(".field .issue", { hasText: /must be an https URL/i }).waitFor();
  assert.equal(await api.getConnector(), undefined);

  await page.getByRole("button", { name: "Import config" }).click();
  await pasteConfig(page, '{"connectorId":"twilio-short-message-service","config":{}}');
  await page.getByText("This is a configuration for twilio-short-message-service").waitFor();
  const config = { endpoint: receiver.url, authorization: "Bearer not-a-real-token-5e6f" };
  await pasteConfig(page, JSON.stringify(config));
  await waitForToast(page, "2 fields filled in.");
  await sendTestMessages(page, config);

  await clickSave(page);
  await waitForDetailPage(page, await getFactoryName(ids.http));
  const saved = (await api.getConnector()).config;
  assert.deepEqual(saved, { ...config, authorization: { set: true, hint: "5e6f" } });
  await editAndRemoveSecret(page, config);

  await api.setConnector(ids.twilio, twilio);
  await getEndpoint(page).fill(`${receiver.url}?too-late`);
  await page.getByRole("button", { name: "Save changes" }).click();
  await waitForToast(page, "The connector has changed in the meantime");
  await waitForDetailPage(page, "Twilio");
  assert.deepEqual(await collectSideEffects(page, log), noSideEffects);
  await context.close();
});
