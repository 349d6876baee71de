// "Stay signed in for this tab": what a tab keeps across a reload, only if it was asked to, and when it is removed.
import assert from "node:assert/strict";
import { browserTest, collectSideEffects, noSideEffects, openConsole, waitForPage } from "./browser.mjs";
import { ids, twilio } from "./configs.mjs";
import { api, server } from "./deployment.mjs";

/** Signs in; `isKept` sets the option. */
const signIn = async (page, isKept) => {
  await page.getByLabel("Admin key").fill(server.adminKey);
  if (isKept) await page.getByLabel("Stay signed in for this tab").check();
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.locator("nav").waitFor();
  await waitForPage(page);
};

const readStorage = (page) => page.evaluate(() => JSON.stringify({ ...sessionStorage }));

browserTest("without the option nothing is stored, and a reload asks for the key", async () => {
  const { context, page, log } = await openConsole(server);
  assert.equal(await page.getByLabel("Stay signed in for this tab").isChecked(), false);
  await signIn(page, false);
  assert.equal(await readStorage(page), "{}");
  await page.reload();
  await page.getByText("The page was reloaded").waitFor();
  assert.deepEqual(await collectSideEffects(page, log), noSideEffects);
  await context.close();
});

browserTest(
  "with the option a reload keeps session, page and unsaved changes, but no typed secret",
  async () => {
    await api.deleteConnector();
    await api.setConnector(ids.twilio, twilio);
    const { context, page, log } = await openConsole(server);
    await signIn(page, true);
    assert.match(await readStorage(page), new RegExp(server.adminKey));
    await page.getByLabel("Sender").fill("Acme");
    await page.getByRole("tab", { name: /^Register/ }).click();
    await page.getByLabel("Text", { exact: true }).fill("{{code}}: new text");
    await page.getByRole("switch", { name: "Disable the risk check" }).check();
    await page.reload();
    await page.getByText("Your unsaved changes are back").waitFor();
    assert.deepEqual(log.dialogs, [], "nothing is lost, so nothing is asked");
    assert.equal(await page.getByLabel("Sender").inputValue(), "Acme");
    assert.equal(await page.getByRole("switch", { name: "Disable the risk check" }).isChecked(), true);
    await page.getByRole("tab", { name: /^Register/ }).click();
    assert.equal(await page.getByLabel("Text", { exact: true }).inputValue(), "{{code}}: new text");
    await page.getByText("Set, ends in 1a2b").waitFor();
    await page.getByText("Unsaved changes", { exact: true }).waitFor();

    await page.getByRole("button", { name: "Replace: Auth token" }).click();
    await page.locator('[data-path="authToken"]').fill("a-typed-secret-5e6f");
    await page.reload().catch(() => {});
    assert.match(log.dialogs.join(), /beforeunload/, "a typed secret would be lost");
    await page.evaluate(() => window.dispatchEvent(new PageTransitionEvent("pagehide")));
    const stored = await readStorage(page);
    assert.match(stored, /new text/);
    assert.doesNotMatch(stored, /a-typed-secret/);

    await page.getByRole("button", { name: "Discard" }).click();
    await page.reload();
    await waitForPage(page);
    assert.equal(await page.getByLabel("Sender").inputValue(), "");
    assert.equal(await page.locator(".toast").count(), 0);
    assert.doesNotMatch(await readStorage(page), /draft/);
    await context.close();
  },
);

browserTest("unsaved changes of a connector that is set up survive a reload", async () => {
  await api.deleteConnector();
  const { context, page } = await openConsole(server, { hash: `#/setup/${ids.aliyun}` });
  await signIn(page, true);
  await page.getByLabel("Signature name").fill("示例公司");
  await page.getByRole("button", { name: "Add template" }).click();
  await page.getByLabel("Template code").fill("SMS_1");
  await page.reload();
  await page.getByText("Your unsaved changes are back").waitFor();
  assert.equal(await page.getByLabel("Signature name").inputValue(), "示例公司");
  assert.equal(await page.getByLabel("Template code").inputValue(), "SMS_1");
  await context.close();
});

browserTest("signing out, and a key that is not accepted any more, remove what the tab keeps", async () => {
  const { context, page, log } = await openConsole(server);
  await signIn(page, true);
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByText("You are signed out").waitFor();
  assert.equal(await readStorage(page), "{}");
  await signIn(page, true);
  await page.route("**/api/settings", (route) =>
    route.fulfill({ status: 401, json: { code: "auth.unauthorized", message: "x" } }),
  );
  await page.reload();
  await page.getByText("The Worker no longer accepts this key").waitFor();
  assert.deepEqual(await collectSideEffects(page, log), noSideEffects);
  await context.close();
});

browserTest("signing out while a page is loading leaves no page of the session", async () => {
  await api.deleteConnector();
  await api.setConnector(ids.twilio, twilio);
  const { context, page } = await openConsole(server);
  await signIn(page, false);
  let isAsked;
  const asked = new Promise((resolve) => {
    isAsked = resolve;
  });
  let answer;
  const mayAnswer = new Promise((resolve) => {
    answer = resolve;
  });
  await page.route("**/api/messages", async (route) => {
    isAsked();
    await mayAnswer;
    await route.continue();
  });
  const answered = page.waitForResponse("**/api/messages");
  await page.getByRole("link", { name: "Messages" }).click();
  await asked;
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByText("You are signed out").waitFor();
  answer();
  await (await answered).finished();
  // The page would be shown in a task after that.
  await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 100)));
  assert.equal(await page.locator("nav").count(), 0);
  assert.equal(await page.getByLabel("Admin key").isVisible(), true);
  await context.close();
});

browserTest("a connector that was changed elsewhere since is not overwritten", async () => {
  await api.deleteConnector();
  await api.setConnector(ids.twilio, twilio);
  const { context, page } = await openConsole(server);
  await signIn(page, false);
  const riskCheck = page.getByRole("switch", { name: "Disable the risk check" });
  await riskCheck.check();
  const active = await api.getConnector();
  // The time of a change is in whole milliseconds.
  while (Date.now() <= Date.parse(active.updatedAt));
  await api.editConnector(active.id, { ...twilio, templates: twilio.templates.slice(0, 2) });
  await page.getByRole("button", { name: "Save changes" }).click();
  await page.getByText("It was changed elsewhere since you opened it").waitFor();
  assert.equal(await riskCheck.isChecked(), true, "the input is kept");
  assert.equal((await api.getConnector()).config.templates.length, 2);
  await context.close();
});

browserTest("a reload without a connection keeps the key and can be tried again", async () => {
  const { context, page } = await openConsole(server);
  await signIn(page, true);
  await page.route("**/api/settings", (route) => route.abort());
  await page.reload();
  await page.getByText("The Worker did not respond").waitFor();
  await page.unroute("**/api/settings");
  await page.getByRole("button", { name: "Try again" }).click();
  await page.locator("nav").waitFor();
  await context.close();
});

browserTest("storage that holds anything else is ignored", async () => {
  for (const value of ["x", "1", "null", "{}", '{"key":1}', '{"key":"k","draft":{"route":1}}']) {
    const prepare = (page) =>
      page.addInitScript((text) => sessionStorage.setItem("edge-otp-console", text), value);
    const { context, page, log } = await openConsole(server, { prepare });
    await page.getByLabel("Admin key").waitFor();
    assert.deepEqual(log.errors, [], value);
    await context.close();
  }
});
