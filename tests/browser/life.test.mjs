// The whole life of a connector in the console, for Twilio, Aliyun and http-sms: set up with a wrong value, test, save,
// edit with the secret kept, change, restore, delete. What Twilio answers to a test is scripted in the browser; http-sms
// really sends, to a receiver of ours.
import assert from "node:assert/strict";
import { after, before } from "node:test";
import { browserTest, closeBrowser, nothing, openSignedIn, ready, residue, settled } from "./browser.mjs";
import { aliyun, ids, twilio } from "./configs.mjs";
import { startReceiver } from "./receiver.mjs";
import { management, startServer } from "./server.mjs";

let server;
let api;
let receiver;

before(async () => {
  await ready();
  server = await startServer();
  api = management(server);
  receiver = await startReceiver();
});

after(async () => {
  await receiver?.close();
  await server?.close();
  await closeBrowser();
});

const toast = (page, text) => page.locator(".toast", { hasText: text }).waitFor();
const outcome = (page) => page.locator(".outcome").textContent();
const save = (page) => page.getByRole("button", { name: "Save and done" }).click();

/** A provider's name, as the server has it. */
const nameOf = async (id) =>
  (await api.call("GET", "/api/connector-factories")).find((factory) => factory.id === id).name.en;

/** From the chooser to a provider's set-up. */
const choose = async (page, id) => {
  await page.locator(`a.provider[href="#/setup/${id}"]`).click();
  await page.getByRole("heading", { level: 1, name: `Set up ${await nameOf(id)}`, exact: true }).waitFor();
};

/** Answers the next test send in the server's place. */
const answerTest = (page, status, body, headers = {}) =>
  page.route(
    "**/api/connectors/*/test",
    (route) =>
      route.fulfill({ status, headers, contentType: "application/json", body: body && JSON.stringify(body) }),
    { times: 1 },
  );

const test = async (page, phone = "+1 415 555 0123") => {
  await page.getByLabel("Phone number").fill(phone);
  await page.getByRole("button", { name: "Send test" }).click();
  await page.locator(".outcome").waitFor();
};

/** Changes to http-sms, then restores what was replaced from the archive, then deletes it. */
const changeRestoreDelete = async (page, name, before) => {
  const other = await nameOf(ids.http);
  await page.getByRole("button", { name: "Change connector" }).click();
  const question = page.getByRole("dialog", { name: "Change the connector?" });
  assert.match(
    await question.textContent(),
    new RegExp(`${name} keeps sending until you save the new one.*archive`, "s"),
  );
  await question.getByRole("button", { name: "Choose another" }).click();
  await choose(page, ids.http);
  assert.match(await page.locator("main").textContent(), new RegExp(`${name} is active now.*archive`));
  await page.getByRole("textbox", { name: /^Endpoint/ }).fill(`${receiver.url}?instead-of=${ids.http}`);
  await save(page);
  await page.getByRole("heading", { level: 1, name: other, exact: true }).waitFor();
  assert.equal((await api.live()).connectorId, ids.http);

  await page
    .getByRole("button", { name: `Restore ${name}` })
    .first()
    .click();
  const restore = page.getByRole("dialog", { name: `Restore ${name}?` });
  assert.match(await restore.textContent(), new RegExp(`${other}, active now, moves to the archive`));
  await restore.getByRole("button", { name: "Restore" }).click();
  await page.getByRole("heading", { level: 1, name, exact: true }).waitFor();
  await toast(page, `${name} is active again`);
  assert.deepEqual((await api.live()).config, before, "the config is back, its secrets too");

  await page.getByRole("button", { name: "Delete", exact: true }).click();
  const sure = page.getByRole("dialog", { name: `Delete ${name}?` });
  assert.match(await sure.textContent(), /No code can be sent.*connector\.not_found \(501\).*90 seconds/s);
  await sure.getByRole("button", { name: "Cancel" }).click();
  assert.ok(await api.live(), "cancelled");
  await page.getByRole("button", { name: "Delete", exact: true }).click();
  await page.getByRole("button", { name: "Delete connector" }).click();
  await page.getByRole("heading", { level: 1, name: "No SMS connector yet" }).waitFor();
  assert.equal(await api.live(), undefined);
};

browserTest("Twilio: the whole life", async () => {
  await api.clear();
  const { context, page, seen } = await openSignedIn(server);
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
  const saved = await api.live();
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
  await toast(page, "Saved. It is in effect here now");
  const edited = await api.live();
  assert.equal(edited.id, saved.id);
  assert.deepEqual(edited.config, { ...saved.config, from: "Acme", disableRiskCheck: true });
  assert.equal(await page.getByText("Unsaved changes").isVisible(), false);

  // Replace the secret.
  await page.getByRole("button", { name: "Replace: Auth token" }).click();
  await page.locator('input[type="password"]').fill("another-token-of-9z8y");
  await page.getByRole("button", { name: "Save changes" }).click();
  await page.getByText("Set, ends in 9z8y").waitFor();
  await changeRestoreDelete(page, "Twilio", (await api.live()).config);
  assert.deepEqual(await residue(page, seen), nothing);
  await context.close();
});

browserTest("Aliyun: the whole life", async () => {
  await api.clear();
  const { context, page, seen } = await openSignedIn(server, { hash: `#/setup/${ids.aliyun}` });
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
  const saved = await api.live();
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
  await toast(page, "Saved. It is in effect here now");
  const edited = (await api.live()).config;
  assert.deepEqual(edited, { ...saved.config, templates: pasted });
  await changeRestoreDelete(page, name, edited);
  assert.deepEqual(await residue(page, seen), nothing);
  await context.close();
});

browserTest("http-sms: the whole life, with real sends", async () => {
  await api.clear();
  const { context, page, seen } = await openSignedIn(server, { hash: "#/setup/http-sms" });
  await page.getByRole("textbox", { name: /^Endpoint/ }).fill("http://sms.example.com/send");
  await save(page);
  await page.getByText(/must be an https URL/i).waitFor();
  assert.equal(await api.live(), undefined);

  // From Logto, as a whole.
  await page.getByRole("button", { name: "Paste a configuration" }).click();
  await page
    .getByLabel("Configuration as JSON")
    .fill('{"connectorId":"twilio-short-message-service","config":{}}');
  await page.getByRole("button", { name: "Fill the form" }).click();
  await page.getByText("This is a configuration for twilio-short-message-service").waitFor();
  const config = { endpoint: receiver.url, authorization: "Bearer not-a-real-token-5e6f" };
  await page.getByLabel("Configuration as JSON").fill(JSON.stringify(config));
  await page.getByRole("button", { name: "Fill the form" }).click();
  await toast(page, "2 fields filled in.");

  receiver.answer = { status: 204 };
  await page.getByLabel("Usage type").selectOption("SignIn");
  await test(page);
  assert.match(await outcome(page), /^Accepted/);
  const [message] = receiver.messages;
  assert.equal(message.authorization, config.authorization);
  assert.equal(message.body.to, "+14155550123");
  assert.equal(message.body.type, "SignIn");
  assert.equal(message.body.payload.code, "000000");
  receiver.answer = { status: 422 };
  await test(page);
  await page.locator(".outcome", { hasText: "Refused" }).waitFor();
  assert.match(await outcome(page), /HTTP 422, without a code/);
  receiver.answer = { status: 500 };
  await test(page);
  await page.locator(".outcome", { hasText: "Unknown: do not resend" }).waitFor();
  receiver.answer = { status: 429, headers: { "retry-after": "1" } };
  await test(page);
  await page.locator(".outcome", { hasText: "Throttled: wait 1 s" }).waitFor();

  await save(page);
  await page.getByRole("heading", { level: 1, name: await nameOf(ids.http), exact: true }).waitFor();
  assert.deepEqual((await api.live()).config, { ...config, authorization: { set: true, hint: "5e6f" } });

  // The stored secret serves the test of an edited form.
  receiver.answer = { status: 204 };
  await page.getByRole("textbox", { name: /^Endpoint/ }).fill(`${receiver.url}?edited`);
  await test(page);
  assert.match(await outcome(page), /^Accepted/);
  assert.equal(receiver.messages.at(-1).authorization, config.authorization);
  await page.getByRole("button", { name: "Save changes" }).click();
  await toast(page, "Saved. It is in effect here now");
  await page.getByRole("button", { name: "Remove: Authorization header" }).click();
  await page.getByText("Will be removed when you save").waitFor();
  await page.getByRole("button", { name: "Save changes" }).click();
  await settled(page);
  await page.getByText("Unsaved changes").waitFor({ state: "hidden" });
  assert.deepEqual((await api.live()).config, { endpoint: `${receiver.url}?edited` });
  await api.set(ids.twilio, twilio);
  await page.getByRole("textbox", { name: /^Endpoint/ }).fill(`${receiver.url}?too-late`);
  await page.getByRole("button", { name: "Save changes" }).click();
  await toast(page, "The connector has changed in the meantime");
  await page.getByRole("heading", { level: 1, name: "Twilio", exact: true }).waitFor();
  assert.deepEqual(await residue(page, seen), nothing);
  await context.close();
});
