// The activity section of the connector's page: its states in both languages, and failing, slow and missing responses.
import assert from "node:assert/strict";
import {
  browserTest,
  collectSideEffects,
  findAccessibilityIssues,
  navigateTo,
  noSideEffects,
  openConsole,
  openSignedIn,
} from "./browser.mjs";
import { ids, twilio } from "./configs.mjs";
import { api, server } from "./deployment.mjs";
import { activityReports } from "./fake-activity.mjs";

await api?.setConnector(ids.twilio, twilio);

const activityUrl = "**/api/activity";
const mockActivity = (page, json) => page.route(activityUrl, (route) => route.fulfill({ json }));
const getSection = (page) => page.locator("section.activity");
const getRetryButton = (page) => getSection(page).getByRole("button", { name: "Try again" });

/** Opens the connector's page again. */
const reopenPage = async (page) => {
  await navigateTo(page, "#/settings");
  await navigateTo(page, "#/");
};

const showReport = async (page, json) => {
  await page.unroute(activityUrl);
  await mockActivity(page, json);
  await reopenPage(page);
};

/** Reads the metrics as "label: number". */
const readMetrics = (page) =>
  getSection(page)
    .locator(".metrics > div")
    .evaluateAll((metrics) =>
      metrics.map((metric) => [...metric.children].map((part) => part.textContent).join(": ")),
    );

const modes = {
  "light, desktop, English": {
    texts: {
      unreadable: /no API token to read it\. Set ACTIVITY_ACCOUNT .*“Account Analytics: Read”/,
      failed: /could not be loaded\.Try again/,
      empty: /No events in the last 24 hours\./,
      full: /Activity, last 24 hours.*Send a code.*too many messages.*Verify a code.*Wrong code64/,
    },
    limits: /^Sent: .* \(limit prefix reached, only recorded\)5$/,
    metrics: [
      ...["Messages sent: 1,239", "Outcome unknown: 3", "Rejected by the provider: 8"],
      ...["Blocked by limits: 25", "Not sent, other reasons: 3"],
      ...["Codes verified: 1,180", "Wrong codes: 64", "Locked, expired or other: 11"],
    ],
  },
  "dark, phone, Chinese": {
    options: { viewport: { width: 360, height: 740 }, colorScheme: "dark", locale: "zh-CN" },
    texts: {
      unreadable: /没有读取它的 API 令牌。请设置 ACTIVITY_ACCOUNT.*“Account Analytics: Read”/,
      failed: /无法加载活动。重试/,
      empty: /最近 24 小时内没有活动。/,
      full: /最近 24 小时的活动.*发送验证码.*短信过多.*校验验证码.*验证码错误64/,
    },
    limits: /^已发送：.* （已达到限制 prefix，仅记录）5$/,
    metrics: [
      ...["已发送的短信: 1,239", "结果未知: 3", "被服务商拒绝: 8"],
      ...["因限制而未发送: 25", "因其他原因未发送: 3"],
      ...["验证成功: 1,180", "验证码错误: 64", "锁定、过期或其他: 11"],
    ],
  },
};

for (const [mode, { options, texts, limits, metrics }] of Object.entries(modes)) {
  browserTest(`activity section shows each state of the report (${mode})`, async () => {
    const { context, page, log } = await openSignedIn(server, { options });
    for (const [state, text] of Object.entries(texts)) {
      await showReport(page, activityReports[state]);
      await getSection(page).getByRole("heading").waitFor();
      assert.match(await getSection(page).textContent(), text, state);
      assert.deepEqual(await findAccessibilityIssues(page), [], state);
      const overflows = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
      assert.equal(overflows, false, `${state}: no horizontal overflow`);
    }
    assert.deepEqual(await readMetrics(page), metrics);
    const rows = getSection(page).locator("tbody").first().locator("tr");
    assert.match(await rows.nth(1).textContent(), /1,234$/, "counts of all connectors, the highest first");
    const unknownOutcome = activityReports.full.rows.at(-1).outcome;
    const codes = await getSection(page).locator("td code").allTextContents();
    assert.deepEqual(codes, ["cooldown", "ip", "prefix", unknownOutcome]);
    assert.match(await rows.filter({ hasText: "prefix" }).textContent(), limits);
    assert.deepEqual(await collectSideEffects(page, log), noSideEffects);
    await context.close();
  });
}

browserTest("activity section shows one code block per command when the token is missing", async () => {
  const prepare = (page) => mockActivity(page, activityReports.unreadable);
  const { context, page } = await openSignedIn(server, { prepare });
  assert.deepEqual(await getSection(page).locator("pre").allTextContents(), [
    "npx wrangler secret put ACTIVITY_ACCOUNT",
    "npx wrangler secret put ACTIVITY_TOKEN",
  ]);
  await context.close();
});

browserTest("activity section is hidden when nothing is recorded or the request fails", async () => {
  const { context, page, log } = await openSignedIn(server);
  const linkCount = await page.locator("nav a").count();
  const notFound = { status: 404, json: { code: "request.not_found", message: "x" } };
  const responses = {
    "not recorded": (route) => route.fulfill({ json: activityReports.off }),
    "no such route": (route) => route.fulfill(notFound),
    "server error": (route) => route.fulfill({ status: 503, json: {} }),
    "not JSON": (route) => route.fulfill({ contentType: "text/html", body: "<p>Activity</p>" }),
  };
  for (const [name, respond] of Object.entries(responses)) {
    await page.unroute(activityUrl);
    await page.route(activityUrl, respond);
    await reopenPage(page);
    assert.equal(await getSection(page).isVisible(), false, name);
    assert.doesNotMatch(await page.locator("body").textContent(), /activity/i, name);
    assert.equal(await page.getByLabel("Account SID").isVisible(), true, `${name}: the form is shown`);
  }
  assert.equal(await page.locator("nav a").count(), linkCount);
  assert.deepEqual(await collectSideEffects(page, log), noSideEffects);
  await context.close();
});

browserTest("a slow activity response neither delays the page nor discards input", async () => {
  let sendResponse;
  const responseIsDue = new Promise((resolve) => {
    sendResponse = resolve;
  });
  const prepare = (page) =>
    page.route(activityUrl, async (route) => {
      await responseIsDue;
      await route.fulfill({ json: activityReports.full });
    });
  const { context, page } = await openConsole(server, { prepare });
  await page.locator('input[type="password"]').fill(server.adminKey);
  await page.keyboard.press("Enter");
  await page.getByLabel("Account SID").fill("AC1");
  assert.equal(await getSection(page).isVisible(), false);
  sendResponse();
  await getSection(page).getByRole("table").waitFor();
  assert.equal(await page.getByLabel("Account SID").inputValue(), "AC1");
  await context.close();
});

browserTest("the retry button loads the activity, moves the focus and caches the report", async () => {
  const prepare = (page) => mockActivity(page, activityReports.failed);
  const { context, page, log } = await openSignedIn(server, { prepare });
  await getRetryButton(page).click();
  await page.locator(".toast", { hasText: "could not be loaded" }).waitFor();
  await page.unroute(activityUrl);
  await mockActivity(page, activityReports.full);
  await getRetryButton(page).focus();
  await page.keyboard.press("Enter");
  await getSection(page).getByRole("table").waitFor();
  assert.match(await page.evaluate(() => document.activeElement.textContent), /^Activity/);
  const requestCount = log.requests.length;
  await page.locator("#language").click();
  await getSection(page).getByRole("heading", { name: "最近 24 小时的活动" }).waitFor();
  const newRequests = log.requests.slice(requestCount).filter((url) => url.endsWith("/activity"));
  assert.deepEqual(newRequests, [], "a change of language does not load the report again");
  await context.close();
});

browserTest("markup in an activity report is displayed as text", async () => {
  const markup = "<img src=x onerror=alert(1)>";
  const rows = [{ event: markup, outcome: markup, connectorId: markup, count: 1 }];
  const prepare = (page) => mockActivity(page, { ...activityReports.full, rows });
  const { context, page, log } = await openSignedIn(server, { prepare });
  assert.equal(await getSection(page).locator("td code").textContent(), markup);
  assert.deepEqual(await collectSideEffects(page, log), noSideEffects);
  await context.close();
});
