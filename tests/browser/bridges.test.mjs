// The pages "Use with …": this Worker's address, what to paste, and the test that plays the auth server.
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

const bridges = [
  { id: "logto", name: "Logto", enabled: true },
  { id: "supabase", name: "Supabase Auth", enabled: true, setting: "BRIDGE_SUPABASE_SECRET" },
  { id: "clerk", name: "Clerk", enabled: false, setting: "BRIDGE_CLERK_SECRET" },
  { id: "later", name: "A later one", enabled: true },
];

const open = async (options) => {
  const prepare = (page) => page.route("**/api/bridges", (route) => route.fulfill({ json: bridges }));
  const opened = await openSignedIn(server, { options, prepare });
  return { ...opened, text: () => opened.page.locator("main").textContent() };
};

const modes = {
  "light, desktop, English": { title: "Use with Supabase Auth" },
  "dark, phone, Chinese": {
    options: { viewport: { width: 360, height: 740 }, colorScheme: "dark", locale: "zh-CN" },
    title: "与 Supabase Auth 一起使用",
  },
};

for (const [mode, { options, title }] of Object.entries(modes)) {
  browserTest(`each auth server has a page with this Worker's address (${mode})`, async () => {
    const { context, page, log, text } = await open(options);
    await navigateTo(page, "#/bridges");
    assert.deepEqual(
      await page.locator("main li a").allTextContents(),
      bridges.map(({ name }) => name),
    );
    assert.deepEqual(await findAccessibilityIssues(page), []);
    await navigateTo(page, "#/bridges/supabase");
    await page.getByRole("heading", { level: 1, name: title, exact: true }).waitFor();
    const address = `${new URL(page.url()).origin}/deliver/supabase`;
    const shown = await text();
    for (const part of [address, "[auth.hook.send_sms]", "npx wrangler secret put BRIDGE_SUPABASE_SECRET"]) {
      assert.ok(shown.includes(part), part);
    }
    assert.equal(await page.locator("main form").count(), 1);
    assert.deepEqual(await findAccessibilityIssues(page), []);
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth > innerWidth), false);
    assert.deepEqual(await collectSideEffects(page, log), noSideEffects);
    await context.close();
  });
}

browserTest("without its secret there is no test; one of a newer Worker has its address", async () => {
  const { context, page, text } = await open();
  await navigateTo(page, "#/bridges/clerk");
  assert.ok((await text()).includes("BRIDGE_CLERK_SECRET"));
  assert.equal(await page.locator("main form").count(), 0);
  await navigateTo(page, "#/bridges/later");
  assert.ok((await text()).includes("/deliver/later"));
  await navigateTo(page, "#/bridges/nope");
  assert.equal(await page.locator("main form").count(), 0);
  await context.close();
});

browserTest("the test plays the auth server and shows what it would get", async () => {
  const { context, page } = await open();
  const answers = [
    { status: "sent", responseStatus: 204, responseBody: "" },
    { code: "request.message_rate_limited", message: "Too many.", responseStatus: 200, responseBody: "{}" },
  ];
  const posted = [];
  await page.route("**/api/bridges/supabase/test", (route) => {
    posted.push(route.request().postDataJSON());
    return route.fulfill({ json: answers[posted.length - 1] });
  });
  await navigateTo(page, "#/bridges/supabase");
  const result = page.locator("main [role=status]");
  await page.getByLabel("Phone number").fill("+1 415 555-0123");
  await page.getByRole("button", { name: "Send a test" }).click();
  await result.getByText("The provider accepted the message.").waitFor();
  await result.getByText("Supabase Auth would get HTTP 204.").waitFor();
  await page.getByRole("button", { name: "Send a test" }).click();
  await result.getByText("No message was sent: Too many.").waitFor();
  assert.deepEqual(posted, [{ phone: "+14155550123" }, { phone: "+14155550123" }]);
  assert.deepEqual(await findAccessibilityIssues(page), []);
  await context.close();
});
