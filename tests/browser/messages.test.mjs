// The page of the message log: its states in both languages, its pages, and what it does with a failing or odd response.
import assert from "node:assert/strict";
import {
  browserTest,
  collectSideEffects,
  findAccessibilityIssues,
  navigateTo,
  noSideEffects,
  openSignedIn,
} from "./browser.mjs";
import { server } from "./deployment.mjs";

const HOUR_MS = 3_600_000;
const hourOf = (ms) => new Date(Math.floor(ms / HOUR_MS) * HOUR_MS).toISOString();
const id = (number) => number.toString(16).padStart(32, "0");

const message = (number, more) => ({
  time: new Date(Date.now() - number * 60_000).toISOString(),
  requestId: id(number),
  event: "send.granted",
  outcome: "sent",
  phoneEndsWith: "23",
  country: "US",
  diallingCode: "1",
  usageType: "SignIn",
  connectorId: "twilio-short-message-service",
  providerStatus: 201,
  totalMs: 190,
  ...more,
});

const first = {
  recorded: true,
  messages: [
    message(1),
    message(2, { event: "send.provider_rejected", providerStatus: 400, providerCode: "21610" }),
    message(3, { event: "verify.mismatch", connectorId: undefined, providerStatus: undefined }),
    message(4, { event: "send.of_a_newer_version" }),
  ],
  nextCursor: `1-${id(4)}`,
};
const second = { recorded: true, messages: [message(5, { event: "verify.ok" })] };
const summary = {
  recorded: true,
  counts: [
    { hour: hourOf(Date.now() - 2 * HOUR_MS), event: "send.granted", count: 1_200 },
    { hour: hourOf(Date.now()), event: "send.granted", count: 3 },
    { hour: hourOf(Date.now()), event: "send.failed", count: 2 },
  ],
};

/** Answers the routes of the log. */
const mockLog = async (page, answers = {}) => {
  const { pages = [first, second], counts = summary } = answers;
  await page.route("**/api/messages/summary", (route) => route.fulfill({ json: counts }));
  await page.route(/\/api\/messages(\?|$)/, (route) => {
    const isSecond = new URL(route.request().url()).searchParams.has("cursor");
    return route.fulfill({ json: pages[isSecond ? 1 : 0] });
  });
};

const open = async (answers, options) => {
  const opened = await openSignedIn(server, { options, prepare: (page) => mockLog(page, answers) });
  await navigateTo(opened.page, "#/messages");
  return opened;
};

const rowsOf = (page) => page.locator(".messages tbody tr");

const modes = {
  "light, desktop, English": {
    texts: [/Sent/, /Rejected by the provider/, /Wrong code/, /send\.of_a_newer_version/],
    bar: /: 3 succeeded, 2 did not/,
  },
  "dark, phone, Chinese": {
    options: { viewport: { width: 360, height: 740 }, colorScheme: "dark", locale: "zh-CN" },
    texts: [/已发送/, /被服务商拒绝/, /验证码错误/, /send\.of_a_newer_version/],
    bar: /：成功 3，未成功 2/,
  },
};

for (const [mode, { options, texts, bar }] of Object.entries(modes)) {
  browserTest(`the message log shows a chart and what happened, page by page (${mode})`, async () => {
    const { context, page, log } = await open({}, options);
    const rows = await rowsOf(page).allTextContents();
    assert.equal(rows.length, 4);
    for (const [index, text] of texts.entries()) assert.match(rows[index], text);
    assert.match(rows[0], /US \+1 … 23/);
    assert.match(rows[1], /Twilio.*21610/);
    assert.match(rows[3], new RegExp(id(4)));
    const bars = await page.locator(".hour-chart g").count();
    assert.equal(bars, 25);
    const spoken = await page.locator(".chart li").allTextContents();
    assert.equal(spoken.length, 2, "only hours in which something happened");
    assert.match(spoken[1], bar);
    assert.deepEqual(await findAccessibilityIssues(page), []);
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth > innerWidth), false);
    await page.locator(".messages .actions button").click();
    await rowsOf(page).nth(4).waitFor();
    assert.equal(await page.locator(".messages .actions").count(), 0, "that was the last page");
    assert.deepEqual(await collectSideEffects(page, log), noSideEffects);
    await context.close();
  });
}

browserTest("without a message log the page shows how to switch it on", async () => {
  const { context, page } = await openSignedIn(server);
  await page.locator("nav").getByRole("link", { name: "Messages" }).click();
  await page.getByRole("heading", { name: "Messages", level: 1 }).waitFor();
  assert.match(await page.locator(".messages pre").textContent(), /MESSAGE_LOG = "1"/);
  assert.equal(await rowsOf(page).count(), 0);
  assert.deepEqual(await findAccessibilityIssues(page), []);
  await context.close();
});

browserTest("an empty message log says so, and can be refreshed", async () => {
  const pages = [{ recorded: true, messages: [] }];
  const { context, page } = await open({ pages, counts: { recorded: true, counts: [] } });
  assert.match(await page.locator(".messages").textContent(), /No sends and verifications/);
  pages[0] = first;
  await page.getByRole("button", { name: "Refresh" }).click();
  await rowsOf(page).first().waitFor();
  await context.close();
});

browserTest("a page that cannot be loaded leaves those before it", async () => {
  const { context, page } = await open();
  await page.unroute(/\/api\/messages(\?|$)/);
  await page.route(/\/api\/messages(\?|$)/, (route) =>
    route.fulfill({ status: 503, json: { code: "storage.unavailable", message: "x" } }),
  );
  await page.locator(".messages .actions button").click();
  await page.locator(".toast").waitFor();
  assert.equal(await rowsOf(page).count(), 4);
  await context.close();
});

browserTest("markup in the message log is displayed as text", async () => {
  const markup = "<img src=x onerror=alert(1)>";
  const odd = {
    event: markup,
    country: markup,
    usageType: markup,
    connectorId: markup,
    providerCode: markup,
  };
  const pages = [{ recorded: true, messages: [message(1, odd)] }];
  const { context, page, log } = await open({ pages });
  assert.ok((await rowsOf(page).textContent()).includes(markup));
  assert.equal(await page.locator(".messages img").count(), 0);
  assert.deepEqual(await collectSideEffects(page, log), noSideEffects);
  await context.close();
});
