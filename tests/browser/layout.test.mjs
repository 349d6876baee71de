// What is where, in each size, color scheme and language: toasts, the save bar, the order on a phone, guides, logos, the
// archive.
import assert from "node:assert/strict";
import { browserTest, findAccessibilityIssues, modes, navigateTo, openSignedIn } from "./browser.mjs";
import { ids, twilio } from "./configs.mjs";
import { api, server } from "./deployment.mjs";

const isPhone = ({ viewport }) => viewport.width < 1000;
const isDark = ({ colorScheme }) => colorScheme === "dark";
const isChinese = ({ locale }) => locale === "zh-CN";

/** Opens the page of a Twilio connector that has another one in the archive. */
const openDetail = async (options, prepare) => {
  await api.deleteConnector();
  await api.setConnector(ids.http, { endpoint: "https://sms.example.com/send" });
  await api.setConnector(ids.twilio, twilio);
  return openSignedIn(server, { options, prepare });
};

/** Makes toasts stay, which go after 7 s: on a busy machine that may be before they are measured. */
const keepToasts = (page) =>
  page.addInitScript(() => {
    const { setTimeout } = window;
    window.setTimeout = (work, ms, ...args) => (ms === 7000 ? 0 : setTimeout(work, ms, ...args));
  });

const getBox = async (locator) => (await locator.boundingBox()) ?? assert.fail("it has no box");
const overlaps = (a, b) =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

for (const [mode, options] of Object.entries(modes)) {
  browserTest(`a toast covers neither the save bar nor the header (${mode})`, async () => {
    const { context, page } = await openDetail(options, keepToasts);
    const riskCheck = page.locator('[data-path="disableRiskCheck"]');
    await riskCheck.check();
    await page.locator(".save-bar .primary").click();
    await page.locator(".toast").waitFor();
    await riskCheck.uncheck();
    const toast = await getBox(page.locator(".toast"));
    for (const button of await page.locator(".save-bar button").all()) {
      await button.scrollIntoViewIfNeeded();
      assert.equal(overlaps(toast, await getBox(button)), false, await button.textContent());
      assert.equal((await getBox(page.locator(".save-bar"))).height < 80, true, "the save bar is one row");
    }
    for (const control of await page.locator("header a, header button").all()) {
      assert.equal(overlaps(toast, await getBox(control)), false, await control.textContent());
    }
    assert.deepEqual(await findAccessibilityIssues(page), [], "with a toast");
    await context.close();
  });

  browserTest(`the test message comes before the archive where there is one column (${mode})`, async () => {
    const { context, page } = await openDetail(options);
    const [form, test, real, archive] = await Promise.all(
      [".connector-form", ".test", ".real-code", ".archive"].map((name) => getBox(page.locator(name))),
    );
    assert.ok(form.y < archive.y && test.y < real.y && real.y < archive.y);
    if (isPhone(options)) assert.ok(test.y >= form.y + form.height, "below the form");
    else assert.ok(test.x >= form.x + form.width, "beside the form");
    await context.close();
  });

  browserTest(`guides are in the reader's language and their tables fit (${mode})`, async () => {
    const { context, page } = await openDetail(options);
    for (const [id, language] of Object.entries({
      [ids.aliyun]: isChinese(options) ? "zh-CN" : "en",
      "vonage-sms": "en",
    })) {
      await navigateTo(page, `#/setup/${id}`);
      await page.locator("details.guide-pane").evaluate((pane) => {
        pane.open = true;
      });
      await page.locator(".guide .table").first().waitFor();
      assert.equal(await page.locator("article.guide").getAttribute("lang"), language, id);
      const clipped = await page
        .locator(".guide .table")
        .evaluateAll((tables) =>
          tables.filter((table) => table.scrollWidth > table.clientWidth).map((table) => table.textContent),
        );
      assert.deepEqual(clipped, [], id);
      // The headings of columns are said before each value where there is no room for columns.
      const cell = page.locator(".guide td[data-heading]").nth(1);
      assert.notEqual(await cell.getAttribute("data-heading"), "");
      assert.equal(await page.getByRole("columnheader").first().count(), 1, "it is still a table");
      assert.deepEqual(await findAccessibilityIssues(page), [], id);
    }
    await context.close();
  });

  browserTest(`logos are those of the color scheme (${mode})`, async () => {
    const { context, page } = await openDetail(options);
    await navigateTo(page, "#/choose");
    await page.waitForFunction(() => [...document.images].every(({ complete }) => complete));
    const sources = await page
      .locator(".logo img")
      .evaluateAll((images) =>
        images.map(({ currentSrc, naturalWidth }) => ({ currentSrc, isLoaded: naturalWidth > 0 })),
      );
    assert.ok(sources.length >= 11);
    for (const { currentSrc, isLoaded } of sources) {
      assert.equal(currentSrc.endsWith("-dark.svg"), isDark(options), currentSrc);
      assert.equal(isLoaded, true, currentSrc);
    }
    const factories = await api.listFactories();
    for (const { logo, logoDark } of factories) {
      for (const path of [logo, logoDark]) {
        const response = await page.request.get(`${server.url}${path}`);
        assert.equal(response.headers()["content-type"], "image/svg+xml", path);
      }
    }
    await context.close();
  });

  browserTest(`archived connectors can be told apart and deleted for good (${mode})`, async () => {
    await api.deleteConnector();
    for (const path of ["first", "second"]) {
      await api.setConnector(ids.http, { endpoint: `https://sms.example.com/${path}` });
    }
    const { context, page } = await openDetail(options);
    const rows = page.locator(".archive li");
    assert.match(await rows.nth(1).textContent(), /sms\.example\.com\/second/);
    assert.match(await rows.nth(2).textContent(), /sms\.example\.com\/first/);
    await page.locator('[data-path="from"]').fill("Acme");
    const count = await rows.count();
    await rows.nth(2).locator(".danger").click();
    await page.locator("dialog").waitFor();
    assert.match(await page.locator("dialog").textContent(), /sms\.example\.com\/first/);
    assert.deepEqual(await findAccessibilityIssues(page), [], "with the dialog");
    await page.locator("dialog .quiet").click();
    assert.equal(await rows.count(), count, "cancelled");
    await rows.nth(2).locator(".danger").click();
    await page.locator("dialog .danger").click();
    await page.locator(".archive li", { hasText: "/first" }).waitFor({ state: "detached" });
    assert.equal(await rows.count(), count - 1);
    assert.equal(await page.locator('[data-path="from"]').inputValue(), "Acme", "unsaved changes stay");
    const response = await page.request.get(`${server.url}/api/connectors/archive`, {
      headers: { authorization: `Bearer ${server.adminKey}` },
    });
    const endpoints = (await response.json()).map(({ config }) => config.endpoint);
    assert.ok(endpoints.includes("https://sms.example.com/second"));
    assert.ok(!endpoints.includes("https://sms.example.com/first"));
    await context.close();
  });
}
