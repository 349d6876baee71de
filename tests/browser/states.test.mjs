// Every main state through axe-core, in light and dark, on a desktop, a phone and at 360 px, in English and Chinese. The
// same run makes the pictures in docs/images.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before } from "node:test";
import { fileURLToPath } from "node:url";
import { browserTest, closeBrowser, findings, goTo, openConsole, ready, signIn } from "./browser.mjs";
import { ids, twilio, whatsapp } from "./configs.mjs";
import { management, startServer } from "./server.mjs";

// Other fonts make other pictures: a build machine's do not replace the ones that stand in the README.
const images =
  process.env.CI === "true"
    ? mkdtempSync(join(tmpdir(), "console-images-"))
    : join(fileURLToPath(import.meta.url), "..", "..", "..", "docs", "images");
const heaviest = 150 * 1024;

let server;
let api;

before(async () => {
  if (!(await ready())) return;
  server = await startServer();
  api = management(server);
  mkdirSync(images, { recursive: true });
});

after(async () => {
  await server?.close();
  await closeBrowser();
});

const modes = {
  "light, desktop": {},
  "dark, desktop": { colorScheme: "dark" },
  "light, phone": { viewport: { width: 390, height: 844 } },
  "dark, phone, Chinese": { viewport: { width: 360, height: 740 }, colorScheme: "dark", locale: "zh-CN" },
};

/** Whether the page is wider than its window. */
const overflows = (page) =>
  page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);

for (const [mode, options] of Object.entries(modes)) {
  browserTest(`axe-core finds nothing: ${mode}`, async () => {
    await api.clear();
    const { context, page } = await openConsole(server, { options });
    const check = async (state) => {
      assert.deepEqual(await findings(page), [], state);
      assert.equal(await overflows(page), false, `${state}: nothing sticks out`);
    };
    await check("sign-in");
    await page.locator('button[type="submit"]').click();
    await check("sign-in with an issue");
    await signIn(page, server);
    await check("empty");
    await goTo(page, "#/choose");
    await check("choose");
    await goTo(page, `#/setup/${ids.twilio}`);
    await page.locator("details.guide-pane").evaluate((pane) => {
      pane.open = true;
    });
    await page.locator(".guide").waitFor();
    await page.locator(".save-bar .primary").click();
    await check("set-up with issues");
    for (const hash of ["#/settings", "#/calls", "#/nowhere"]) {
      await goTo(page, hash).catch(() => {});
      const leave = page.locator("dialog .primary");
      if (await leave.count()) await leave.click();
      await check(hash);
    }
    await api.set(ids.whatsapp, whatsapp);
    await api.set(ids.twilio, twilio);
    await goTo(page, "#/");
    await check("detail");
    const tab = (index) => page.locator(".usages > .tabs [role=tab]").nth(index).click();
    await tab(2);
    await check("a text of two segments");
    await tab(1);
    await page.locator(".adder button").click();
    await check("adding a language");
    await tab(3);
    await check("a usage type without template");
    await page.locator("#view-json").click();
    await check("templates as JSON");
    await page.locator(".detail-head .actions .danger").click();
    await check("delete dialog");
    await page.keyboard.press("Escape");
    await page.locator(".detail-head .actions .quiet").first().click();
    await page.locator("dialog .guide").waitFor();
    await check("guide drawer");
    await page.keyboard.press("Escape");
    for (const status of [204, 202, 502, 429]) {
      await page.route(
        "**/test",
        (route) =>
          route.fulfill({
            status,
            json: {
              code: status === 502 ? "connector.general" : "",
              message: "x",
              data: { provider: { status: 400 } },
            },
          }),
        { times: 1 },
      );
      await page.locator('input[type="tel"]').fill("+14155550123");
      await page.locator('.test button[type="submit"]').click();
      await page.locator(".outcome").waitFor();
      await check(`test send, ${status}`);
      await page.locator('.test button[type="submit"]:not([aria-disabled])').waitFor();
    }
    await context.close();
  });
}

/** A picture for the README; whole seconds and ids would change with every run, so they are made still. */
const picture = async (page, name) => {
  await page.evaluate(() => {
    document.activeElement?.blur();
    for (const place of document.querySelectorAll(".meta .id code")) place.textContent = "5kx0q2v8m4zt";
    for (const place of document.querySelectorAll(".meta > span:nth-of-type(2)")) {
      place.textContent = "since Nov 21, 2026, 10:00 AM";
    }
    for (const place of document.querySelectorAll(".row-text span"))
      place.textContent = "archived Nov 20, 2026";
  });
  await page.mouse.move(0, 0);
  await page.waitForFunction(() =>
    [...document.images].every((image) => image.complete && image.naturalWidth > 0),
  );
  const path = join(images, `${name}.png`);
  await page.screenshot({ path });
  assert.ok(process.env.CI === "true" || statSync(path).size <= heaviest, `${name}.png is at most 150 KiB`);
};

const toTemplates = (page) =>
  page
    .locator(".templates")
    .evaluate((card) => window.scrollTo(0, card.getBoundingClientRect().top + scrollY - 76));

browserTest("pictures of the main states", async () => {
  // One with nothing in its archive from the tests before.
  await server.close();
  server = await startServer();
  api = management(server);
  await api.set(ids.http, { endpoint: "https://sms.example.com/send" });
  await api.set(ids.twilio, twilio);
  const desktop = await openConsole(server);
  await signIn(desktop.page, server);
  await picture(desktop.page, "console-detail");
  await desktop.page.locator(".usages > .tabs [role=tab]").nth(2).click();
  await toTemplates(desktop.page);
  await picture(desktop.page, "console-templates");
  await goTo(desktop.page, "#/choose");
  await picture(desktop.page, "console-choose");
  await api.clear();
  await goTo(desktop.page, "#/");
  await goTo(desktop.page, `#/setup/${ids.twilio}`);
  await desktop.page.locator(".guide").waitFor();
  await picture(desktop.page, "console-setup");
  await desktop.context.close();

  await api.set(ids.twilio, twilio);
  const dark = await openConsole(server, { options: { colorScheme: "dark" } });
  await signIn(dark.page, server);
  await dark.page.locator(".usages > .tabs [role=tab]").nth(1).click();
  await toTemplates(dark.page);
  await picture(dark.page, "console-dark");
  await dark.context.close();

  const phone = await openConsole(server, { options: { viewport: { width: 390, height: 844 } } });
  await signIn(phone.page, server);
  await toTemplates(phone.page);
  await picture(phone.page, "console-phone");
  await phone.context.close();
});
