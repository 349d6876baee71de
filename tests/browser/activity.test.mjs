// The activity on the connector's page: each state in both languages, what a failing or slow answer must not do, and
// that a deployment that records nothing shows nothing.
import assert from "node:assert/strict";
import { after, before } from "node:test";
import {
  browserTest,
  closeBrowser,
  findings,
  goTo,
  nothing,
  openConsole,
  openSignedIn,
  ready,
  residue,
} from "./browser.mjs";
import { ids, twilio } from "./configs.mjs";
import { activities } from "./fake-activity.mjs";
import { management, startServer } from "./server.mjs";

let server;

before(async () => {
  if (!(await ready())) return;
  server = await startServer();
  await management(server).set(ids.twilio, twilio);
});

after(async () => {
  await server?.close();
  await closeBrowser();
});

const route = "**/api/activity";
const answer = (page, json) => page.route(route, (asked) => asked.fulfill({ json }));
const section = (page) => page.locator("section.activity");
const retryButton = (page) => section(page).getByRole("button", { name: "Try again" });

/** The page anew, with this answer. */
const show = async (page, json) => {
  await page.unroute(route);
  await answer(page, json);
  await goTo(page, "#/settings");
  await goTo(page, "#/");
};

/** Each figure with its name. */
const figures = (page) =>
  section(page)
    .locator(".figures > div")
    .evaluateAll((all) => all.map((one) => [...one.children].map((part) => part.textContent).join(": ")));

const modes = {
  "light, desktop": {
    texts: {
      unreadable: /no token to read it\. Set ACTIVITY_ACCOUNT .*“Account Analytics: Read”/,
      failed: /could not be read just now\.Try again/,
      empty: /Nothing in the last 24 hours\./,
      full: /Activity, last 24 hours.*Sending a code.*too many messages.*Verifying a code.*Wrong code64/,
    },
    figures: [
      ...["Messages sent: 1,234", "Open outcome: 3", "Refused by the provider: 8"],
      ...["Held back by limits: 25", "Not sent, other reasons: 3"],
      ...["Codes verified: 1,180", "Wrong guesses: 64", "Locked, expired or other: 11"],
    ],
  },
  "dark, phone, Chinese": {
    options: { viewport: { width: 360, height: 740 }, colorScheme: "dark", locale: "zh-CN" },
    texts: {
      unreadable: /没有读取它的令牌。请设置 ACTIVITY_ACCOUNT.*“Account Analytics: Read”/,
      failed: /暂时无法读取活动。重试/,
      empty: /最近 24 小时内没有活动。/,
      full: /最近 24 小时的活动.*发送验证码.*短信过多.*验证验证码.*验证码错误64/,
    },
    figures: [
      ...["已发送的短信: 1,234", "结果未知: 3", "被服务商拒绝: 8"],
      ...["因限制而未发送: 25", "因其他原因未发送: 3"],
      ...["验证成功: 1,180", "验证码错误: 64", "锁定、过期或其他: 11"],
    ],
  },
};

for (const [mode, { options, texts, figures: expected }] of Object.entries(modes)) {
  browserTest(`every state of the activity: ${mode}`, async () => {
    const { context, page, seen } = await openSignedIn(server, { options });
    for (const [state, text] of Object.entries(texts)) {
      await show(page, activities[state]);
      await section(page).getByRole("heading").waitFor();
      assert.match(await section(page).textContent(), text, state);
      assert.deepEqual(await findings(page), [], state);
      const isWide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
      assert.equal(isWide, false, `${state}: nothing sticks out`);
    }
    assert.deepEqual(await figures(page), expected);
    const rows = section(page).locator("tbody").first().locator("tr");
    assert.match(await rows.nth(1).textContent(), /1,234$/, "connectors are taken together, most first");
    assert.equal(await section(page).locator("td code").textContent(), activities.full.rows.at(-1).outcome);
    assert.deepEqual(await residue(page, seen), nothing);
    await context.close();
  });
}

browserTest("the commands are there to paste, each by itself", async () => {
  const prepare = (page) => answer(page, activities.unreadable);
  const { context, page } = await openSignedIn(server, { prepare });
  assert.deepEqual(await section(page).locator("pre").allTextContents(), [
    "npx wrangler secret put ACTIVITY_ACCOUNT",
    "npx wrangler secret put ACTIVITY_TOKEN",
  ]);
  await context.close();
});

browserTest("where nothing is recorded, or nothing is answered, nothing is shown", async () => {
  const { context, page, seen } = await openSignedIn(server);
  const before = await page.locator("nav a").count();
  const gone = { status: 404, json: { code: "request.not_found", message: "x" } };
  const answers = {
    "not recorded": (asked) => asked.fulfill({ json: activities.off }),
    "no such route": (asked) => asked.fulfill(gone),
    "a failing Worker": (asked) => asked.fulfill({ status: 503, json: {} }),
    "not JSON": (asked) => asked.fulfill({ contentType: "text/html", body: "<p>Activity</p>" }),
  };
  for (const [name, fulfil] of Object.entries(answers)) {
    await page.unroute(route);
    await page.route(route, fulfil);
    await goTo(page, "#/settings");
    await goTo(page, "#/");
    assert.equal(await section(page).isVisible(), false, name);
    assert.doesNotMatch(await page.locator("body").textContent(), /activity/i, name);
    assert.equal(await page.getByLabel("Account SID").isVisible(), true, `${name}: the page is there`);
  }
  assert.equal(await page.locator("nav a").count(), before);
  assert.deepEqual(await residue(page, seen), nothing);
  await context.close();
});

browserTest("a slow answer keeps nobody waiting, and does not undo what was typed", async () => {
  let arrive;
  const waiting = new Promise((resolve) => {
    arrive = resolve;
  });
  const prepare = (page) =>
    page.route(route, async (asked) => {
      await waiting;
      await asked.fulfill({ json: activities.full });
    });
  const { context, page } = await openConsole(server, { prepare });
  await page.locator('input[type="password"]').fill(server.adminKey);
  await page.keyboard.press("Enter");
  await page.getByLabel("Account SID").fill("AC1");
  assert.equal(await section(page).isVisible(), false);
  arrive();
  await section(page).getByRole("table").waitFor();
  assert.equal(await page.getByLabel("Account SID").inputValue(), "AC1");
  await context.close();
});

browserTest("trying again shows what comes, with the focus on it", async () => {
  const prepare = (page) => answer(page, activities.failed);
  const { context, page, seen } = await openSignedIn(server, { prepare });
  await retryButton(page).click();
  await page.locator(".toast", { hasText: "could not be read" }).waitFor();
  await page.unroute(route);
  await answer(page, activities.full);
  await retryButton(page).focus();
  await page.keyboard.press("Enter");
  await section(page).getByRole("table").waitFor();
  assert.match(await page.evaluate(() => document.activeElement.textContent), /^Activity/);
  const asked = seen.requests.length;
  await page.locator("#language").click();
  await section(page).getByRole("heading", { name: "最近 24 小时的活动" }).waitFor();
  assert.equal(seen.requests.slice(asked).filter((url) => url.endsWith("/activity")).length, 0);
  await context.close();
});

browserTest("a hostile outcome stays text", async () => {
  const hostile = "<img src=x onerror=alert(1)>";
  const rows = [{ event: hostile, outcome: hostile, connectorId: hostile, count: 1 }];
  const prepare = (page) => answer(page, { ...activities.full, rows });
  const { context, page, seen } = await openSignedIn(server, { prepare });
  assert.equal(await section(page).locator("td code").textContent(), hostile);
  assert.deepEqual(await residue(page, seen), nothing);
  await context.close();
});
