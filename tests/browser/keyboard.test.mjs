// Keyboard operation, focus, unsaved changes and the change of language.
import assert from "node:assert/strict";
import { browserTest, navigateTo, openConsole, openSignedIn, waitForPage } from "./browser.mjs";
import { ids, twilio } from "./configs.mjs";
import { api, server } from "./deployment.mjs";

/** Describes the focused element: its tag, its accessible name, and whether it has a focus outline. */
const getFocus = (page) =>
  page.evaluate(() => {
    const element = document.activeElement;
    const style = getComputedStyle(element);
    return {
      tag: element.tagName,
      name:
        element.getAttribute("aria-label") ?? element.labels?.[0]?.textContent ?? element.textContent ?? "",
      hasOutline: style.outlineStyle !== "none" && Number.parseFloat(style.outlineWidth) > 0,
    };
  });

/** Presses Tab until an element of that name has the focus. Every element on the way has to have an outline. */
const tabTo = async (page, name, maxSteps = 60) => {
  for (let step = 0; step < maxSteps; step += 1) {
    await page.keyboard.press("Tab");
    const focus = await getFocus(page);
    if (focus.tag === "BODY") continue;
    assert.equal(focus.hasOutline, true, `focus is visible on ${focus.tag} ${focus.name}`);
    if (focus.name.startsWith(name)) return;
  }
  assert.fail(`${name} is not reachable with Tab`);
};

browserTest("a connector can be set up with the keyboard alone", async () => {
  await api.deleteConnector();
  const name = (await api.listFactories()).find(({ id }) => id === ids.http).name.en;
  const { context, page } = await openConsole(server);
  await page.locator('input[type="password"]').waitFor();
  await page.keyboard.type(server.adminKey);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "No SMS connector yet" }).waitFor();
  assert.equal((await getFocus(page)).tag, "H1", "a new page starts at its heading");
  await tabTo(page, "Set up a connector");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: "Choose a provider" }).waitFor();
  await tabTo(page, name);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: `Set up ${name}` }).waitFor();
  await page.locator(".guide").waitFor();
  await tabTo(page, "Endpoint", 90);
  await page.keyboard.type("https://sms.example.com/send");
  await tabTo(page, "Authorization header");
  await page.keyboard.type("Bearer not-a-real-token-7g8h");
  await tabTo(page, "Save and Done");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name, exact: true }).waitFor();
  assert.equal((await getFocus(page)).tag, "H1");
  assert.equal((await api.getConnector()).config.endpoint, "https://sms.example.com/send");
  await context.close();
});

browserTest("tabs, the skip link and dialogs manage the focus", async () => {
  await api.deleteConnector();
  await api.setConnector(ids.twilio, twilio);
  const { context, page } = await openSignedIn(server);
  await page.keyboard.press("Shift+Tab");
  for (let step = 0; step < 12 && !(await getFocus(page)).name.startsWith("Skip"); step += 1) {
    await page.keyboard.press("Shift+Tab");
  }
  await page.keyboard.press("Enter");
  assert.equal((await getFocus(page)).tag, "MAIN");
  assert.doesNotMatch(page.url(), /#content/);
  await page.getByRole("tab", { name: /^Generic/ }).focus();
  await page.keyboard.press("ArrowDown");
  assert.match((await getFocus(page)).name, /^Sign in/);
  await page.keyboard.press("End");
  assert.match((await getFocus(page)).name, /^Bind MFA/);
  await page.keyboard.press("Home");
  assert.match((await getFocus(page)).name, /^Generic/);
  assert.equal(await page.getByRole("tab", { name: /^Generic/ }).getAttribute("aria-selected"), "true");
  const button = page.getByRole("button", { name: "Delete", exact: true });
  await button.focus();
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor();
  assert.equal((await getFocus(page)).name, "Cancel", "the safe action has the focus first");
  await page.keyboard.press("Escape");
  assert.equal((await getFocus(page)).name, "Delete");
  await context.close();
});

browserTest("leaving a page with unsaved changes needs a confirmation", async () => {
  await api.deleteConnector();
  await api.setConnector(ids.twilio, twilio);
  const { context, page, log } = await openSignedIn(server);
  await page.getByLabel("Sender").fill("Acme");
  await page.getByRole("link", { name: "Settings" }).click();
  const dialog = page.getByRole("dialog", { name: "Leave without saving?" });
  await dialog.getByRole("button", { name: "Stay" }).click();
  assert.equal(await page.getByLabel("Sender").inputValue(), "Acme");
  assert.doesNotMatch(page.url(), /settings/);
  await page.getByRole("link", { name: "Settings" }).click();
  await dialog.getByRole("button", { name: "Leave" }).click();
  await page.getByRole("heading", { level: 1, name: "Current settings" }).waitFor();
  await page.getByRole("link", { name: "Connector" }).click();
  await page.getByRole("heading", { level: 1, name: "Twilio" }).waitFor();
  assert.equal(await page.getByLabel("Sender").inputValue(), "");
  await page.getByLabel("Sender").fill("Acme");
  await page.reload().catch(() => {});
  assert.match(log.dialogs.join(), /beforeunload/, "a reload needs a confirmation, too");
  await context.close();
});

browserTest("the language follows the browser, and changing it preserves input", async () => {
  await api.deleteConnector();
  const { context, page } = await openConsole(server, { options: { locale: "zh-CN" } });
  await page.getByLabel("管理密钥").fill(server.adminKey);
  assert.equal(await page.evaluate(() => document.documentElement.lang), "zh-CN");
  await page.getByRole("button", { name: "登录" }).click();
  await page.getByRole("heading", { name: "尚未设置短信连接器" }).waitFor();
  await navigateTo(page, "#/choose");
  assert.equal(await page.locator("h2").first().textContent(), "中国大陆", "China's group comes first");
  await navigateTo(page, `#/setup/${ids.aliyun}`);
  await page.getByLabel("签名名称").fill("示例公司");
  await page.getByRole("button", { name: "保存并完成" }).click();
  await page.getByText("必填", { exact: true }).first().waitFor();
  await page.getByRole("button", { name: "English" }).click();
  assert.equal(await page.getByLabel("Signature name").inputValue(), "示例公司");
  assert.equal((await getFocus(page)).name, "中文", "the language button keeps the focus");
  assert.match(page.url(), /\?lang=en/);
  await page.getByRole("button", { name: "中文" }).click();
  assert.equal(await page.getByLabel("签名名称").inputValue(), "示例公司");
  await context.close();
});

browserTest("the mock connector is not offered when ALLOW_MOCK is unset", async () => {
  await api.deleteConnector();
  const prepare = (page) =>
    page.route("**/api/settings", async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, json: { ...(await response.json()), allowMock: false } });
    });
  const { context, page } = await openSignedIn(server, { prepare, hash: "#/choose" });
  await waitForPage(page);
  assert.equal(await page.getByRole("link", { name: "Mock" }).count(), 0);
  await page.unroute("**/api/settings");
  await context.close();
});
