// The whole life of a connector with registered templates (Aliyun), and of one that really sends (http-sms, to a receiver
// of ours).
import assert from "node:assert/strict";
import { browserTest, nothing, openSignedIn, residue, settled } from "./browser.mjs";
import { aliyun, ids, twilio } from "./configs.mjs";
import { answerTest, changeRestoreDelete, nameOf, outcome, save, test, toast, world } from "./life.mjs";

browserTest("Aliyun: the whole life", async () => {
  await world.api.clear();
  const { context, page, seen } = await openSignedIn(world.server, { hash: `#/setup/${ids.aliyun}` });
  const name = await page
    .locator("h1")
    .textContent()
    .then((title) => title.replace("Set up ", ""));
  await page.getByLabel("Access key ID").fill(aliyun.accessKeyId);
  await page.getByLabel("Access key secret").first().fill(aliyun.accessKeySecret);
  await page.getByLabel("Signature name").fill(aliyun.signName);
  await page.getByRole("textbox", { name: /^Endpoint/ }).fill("https://not-a-host");
  await page.getByRole("button", { name: "Write one" }).click();
  await page.getByLabel("Template code").fill("SMS_100000003");
  await page.getByRole("tab", { name: /^Sign in/ }).click();
  await page.getByRole("button", { name: "Write one" }).click();
  await page.getByRole("switch", { name: "Another code outside mainland China" }).check();
  await page.getByLabel("Code for mainland China").fill("SMS_100000001");
  await save(page);
  await page.getByText("2 fields need your attention.").waitFor();
  assert.match(
    await page.locator(".field", { has: page.getByLabel("Endpoint") }).textContent(),
    /must be a host name/i,
  );
  await page.getByRole("textbox", { name: /^Endpoint/ }).fill("");
  await page.getByLabel("Code for everywhere else").fill("SMS_100000002");

  await answerTest(page, 204);
  await test(page, "0086 138 0013 8000");
  assert.match(await outcome(page), /^Accepted/);
  await save(page);
  await page.getByRole("heading", { level: 1, name, exact: true }).waitFor();
  const saved = await world.api.live();
  assert.deepEqual(saved.config, {
    ...aliyun,
    accessKeySecret: { set: true, hint: "3c4d" },
    templates: aliyun.templates.toReversed(),
  });

  // The array as JSON: paste another one, with a key that is not ours.
  await page.getByRole("button", { name: "JSON" }).click();
  const pasted = [{ usageType: "Generic", templateCode: "SMS_9", type: 2 }];
  await page.getByLabel("Templates as JSON").fill("[");
  await page.getByRole("button", { name: "Editor" }).click();
  await page.getByText("mend them here first").waitFor();
  await page.getByLabel("Templates as JSON").fill(JSON.stringify(pasted));
  await page.getByRole("button", { name: "Editor" }).click();
  assert.equal(await page.getByLabel("Template code").inputValue(), "SMS_9");
  await page.getByRole("button", { name: "Save changes" }).click();
  await toast(page, /^Saved\./);
  const edited = (await world.api.live()).config;
  assert.deepEqual(edited, { ...saved.config, templates: pasted });
  await changeRestoreDelete(page, name, edited);
  assert.deepEqual(await residue(page, seen), nothing);
  await context.close();
});

browserTest("http-sms: the whole life, with real sends", async () => {
  await world.api.clear();
  const { context, page, seen } = await openSignedIn(world.server, { hash: "#/setup/http-sms" });
  await page.getByRole("textbox", { name: /^Endpoint/ }).fill("http://sms.example.com/send");
  await save(page);
  await page.getByText(/must be an https URL/i).waitFor();
  assert.equal(await world.api.live(), undefined);

  // From Logto, as a whole.
  await page.getByRole("button", { name: "Paste a configuration" }).click();
  await page
    .getByLabel("Configuration as JSON")
    .fill('{"connectorId":"twilio-short-message-service","config":{}}');
  await page.getByRole("button", { name: "Fill the form" }).click();
  await page.getByText("This is a configuration for twilio-short-message-service").waitFor();
  const config = { endpoint: world.receiver.url, authorization: "Bearer not-a-real-token-5e6f" };
  await page.getByLabel("Configuration as JSON").fill(JSON.stringify(config));
  await page.getByRole("button", { name: "Fill the form" }).click();
  await toast(page, "2 fields filled in.");

  world.receiver.answer = { status: 204 };
  await page.getByLabel("Usage type").selectOption("SignIn");
  await test(page);
  assert.match(await outcome(page), /^Accepted/);
  const [message] = world.receiver.messages;
  assert.equal(message.authorization, config.authorization);
  assert.equal(message.body.to, "+14155550123");
  assert.equal(message.body.type, "SignIn");
  assert.equal(message.body.payload.code, "000000");
  world.receiver.answer = { status: 422 };
  await test(page);
  await page.locator(".outcome", { hasText: "Refused" }).waitFor();
  assert.match(await outcome(page), /HTTP 422, without a code/);
  world.receiver.answer = { status: 500 };
  await test(page);
  await page.locator(".outcome", { hasText: "Unknown: do not resend" }).waitFor();
  world.receiver.answer = { status: 429, headers: { "retry-after": "1" } };
  await test(page);
  await page.locator(".outcome", { hasText: "Throttled: wait 1 s" }).waitFor();

  await save(page);
  await page.getByRole("heading", { level: 1, name: await nameOf(ids.http), exact: true }).waitFor();
  assert.deepEqual((await world.api.live()).config, {
    ...config,
    authorization: { set: true, hint: "5e6f" },
  });

  // The stored secret serves the test of an edited form.
  world.receiver.answer = { status: 204 };
  await page.getByRole("textbox", { name: /^Endpoint/ }).fill(`${world.receiver.url}?edited`);
  await test(page);
  assert.match(await outcome(page), /^Accepted/);
  assert.equal(world.receiver.messages.at(-1).authorization, config.authorization);
  await page.getByRole("button", { name: "Save changes" }).click();
  await toast(page, /^Saved\./);
  await page.getByRole("button", { name: "Remove: Authorization header" }).click();
  await page.getByText("Will be removed when you save").waitFor();
  await page.getByRole("button", { name: "Save changes" }).click();
  await settled(page);
  await page.getByText("Unsaved changes").waitFor({ state: "hidden" });
  assert.deepEqual((await world.api.live()).config, { endpoint: `${world.receiver.url}?edited` });
  await world.api.set(ids.twilio, twilio);
  await page.getByRole("textbox", { name: /^Endpoint/ }).fill(`${world.receiver.url}?too-late`);
  await page.getByRole("button", { name: "Save changes" }).click();
  await toast(page, "The connector has changed in the meantime");
  await page.getByRole("heading", { level: 1, name: "Twilio", exact: true }).waitFor();
  assert.deepEqual(await residue(page, seen), nothing);
  await context.close();
});
