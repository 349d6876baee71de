// Without a mouse, and in Chinese: sign-in to save by keyboard alone, where the focus goes, what is asked before changes
// are lost, what a switch of language keeps.
import assert from "node:assert/strict";
import { after, before } from "node:test";
import { browserTest, closeBrowser, goTo, openConsole, openSignedIn, ready, settled } from "./browser.mjs";
import { ids, twilio } from "./configs.mjs";
import { management, startServer } from "./server.mjs";

let server;
let api;

before(async () => {
  if (!(await ready())) return;
  server = await startServer();
  api = management(server);
});

after(async () => {
  await server?.close();
  await closeBrowser();
});

/** What has the focus: its role's text, label or content, and whether one sees that it has it. */
const focused = (page) =>
  page.evaluate(() => {
    const element = document.activeElement;
    const style = getComputedStyle(element);
    return {
      tag: element.tagName,
      name:
        element.getAttribute("aria-label") ?? element.labels?.[0]?.textContent ?? element.textContent ?? "",
      isVisible: style.outlineStyle !== "none" && Number.parseFloat(style.outlineWidth) > 0,
    };
  });

/** Tabs until something of that name has the focus; every stop on the way must show it. */
const tabTo = async (page, name, most = 60) => {
  for (let step = 0; step < most; step += 1) {
    await page.keyboard.press("Tab");
    const now = await focused(page);
    if (now.tag === "BODY") continue;
    assert.equal(now.isVisible, true, `focus is visible on ${now.tag} ${now.name}`);
    if (now.name.startsWith(name)) return now;
  }
  return assert.fail(`never reached ${name}`);
};

browserTest("from sign-in to save by keyboard alone", async () => {
  await api.clear();
  const factories = await api.call("GET", "/api/connector-factories");
  const name = factories.find(({ id }) => id === ids.http).name.en;
  const { context, page } = await openConsole(server);
  await page.locator('input[type="password"]').waitFor();
  await page.keyboard.type(server.adminKey);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "No SMS connector yet" }).waitFor();
  assert.equal((await focused(page)).tag, "H1", "a new page begins at its heading");
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
  await tabTo(page, "Save and done");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name, exact: true }).waitFor();
  assert.equal((await focused(page)).tag, "H1");
  assert.equal((await api.live()).config.endpoint, "https://sms.example.com/send");
  await context.close();
});

browserTest("tabs by arrows, the skip link, and focus after a dialog", async () => {
  await api.clear();
  await api.set(ids.twilio, twilio);
  const { context, page } = await openSignedIn(server);
  await page.keyboard.press("Shift+Tab");
  for (let step = 0; step < 12 && !(await focused(page)).name.startsWith("Skip"); step += 1) {
    await page.keyboard.press("Shift+Tab");
  }
  await page.keyboard.press("Enter");
  assert.equal((await focused(page)).tag, "MAIN");
  assert.doesNotMatch(page.url(), /#content/);
  await page.getByRole("tab", { name: /^Generic/ }).focus();
  await page.keyboard.press("ArrowDown");
  assert.match((await focused(page)).name, /^Sign in/);
  await page.keyboard.press("End");
  assert.match((await focused(page)).name, /^Add MFA/);
  await page.keyboard.press("Home");
  assert.match((await focused(page)).name, /^Generic/);
  assert.equal(await page.getByRole("tab", { name: /^Generic/ }).getAttribute("aria-selected"), "true");
  const button = page.getByRole("button", { name: "Delete", exact: true });
  await button.focus();
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor();
  assert.equal((await focused(page)).name, "Cancel", "the harmless answer first");
  await page.keyboard.press("Escape");
  assert.equal((await focused(page)).name, "Delete");
  await context.close();
});

browserTest("changes are not lost without a question", async () => {
  await api.clear();
  await api.set(ids.twilio, twilio);
  const { context, page, seen } = await openSignedIn(server);
  await page.getByLabel("Sender").fill("Acme");
  await page.getByRole("link", { name: "Settings" }).click();
  const question = page.getByRole("dialog", { name: "Leave without saving?" });
  await question.getByRole("button", { name: "Stay" }).click();
  assert.equal(await page.getByLabel("Sender").inputValue(), "Acme");
  assert.doesNotMatch(page.url(), /settings/);
  await page.getByRole("link", { name: "Settings" }).click();
  await question.getByRole("button", { name: "Leave" }).click();
  await page.getByRole("heading", { level: 1, name: "Settings in force" }).waitFor();
  await page.getByRole("link", { name: "Connector" }).click();
  await page.getByRole("heading", { level: 1, name: "Twilio" }).waitFor();
  assert.equal(await page.getByLabel("Sender").inputValue(), "");
  await page.getByLabel("Sender").fill("Acme");
  await page.reload().catch(() => {});
  assert.match(seen.dialogs.join(), /beforeunload/, "a reload asks, too");
  await context.close();
});

browserTest("Chinese from the browser's language, and a switch that keeps what was typed", async () => {
  await api.clear();
  const { context, page } = await openConsole(server, { options: { locale: "zh-CN" } });
  assert.equal(await page.evaluate(() => document.documentElement.lang), "zh-CN");
  await page.getByLabel("管理密钥").fill(server.adminKey);
  await page.getByRole("button", { name: "登录" }).click();
  await page.getByRole("heading", { name: "尚未设置短信连接器" }).waitFor();
  await goTo(page, "#/choose");
  assert.equal(await page.locator("h2").first().textContent(), "中国大陆", "the nearest group first");
  await goTo(page, `#/setup/${ids.aliyun}`);
  await page.getByLabel("签名名称").fill("示例公司");
  await page.getByRole("button", { name: "保存并完成" }).click();
  await page.getByText("必填", { exact: true }).first().waitFor();
  await page.getByRole("button", { name: "English" }).click();
  assert.equal(await page.getByLabel("Signature name").inputValue(), "示例公司");
  assert.equal((await focused(page)).name, "中文", "the focus stays on the switch");
  assert.match(page.url(), /\?lang=en/);
  await page.getByRole("button", { name: "中文" }).click();
  assert.equal(await page.getByLabel("签名名称").inputValue(), "示例公司");
  await context.close();
});

browserTest("the mock is offered only where the Worker allows it", async () => {
  await api.clear();
  const prepare = (page) =>
    page.route("**/api/settings", async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, json: { ...(await response.json()), allowMock: false } });
    });
  const { context, page } = await openSignedIn(server, { prepare, hash: "#/choose" });
  await settled(page);
  assert.equal(await page.getByRole("link", { name: "Mock" }).count(), 0);
  await page.unroute("**/api/settings");
  await context.close();
});
