// What the console tells about a message: cause, HTTP status, request id and what to do; and a real code that is sent and
// verified.
import assert from "node:assert/strict";
import {
  browserTest,
  collectSideEffects,
  findAccessibilityIssues,
  modes,
  noSideEffects,
  openSignedIn,
} from "./browser.mjs";
import { ids, twilio } from "./configs.mjs";
import { api, server } from "./deployment.mjs";
import { mockTestResponse, receiver, sendTestMessage } from "./lifecycle.mjs";

const requestId = "0dc31f4afa2d731d9d4b9a0e46f549da";
const fail = (status, code, message = "x", data = undefined) => ({
  status,
  body: { code, message, data, requestId },
});
const rejected = (message, code = "1") =>
  fail(502, "connector.general", message, { provider: { status: 400, code } });
const unknown = (cause) => ({ status: 202, body: { status: "unknown", cause, requestId } });

/** The API's responses, with what the console says in English: title, cause, what to do, facts. */
const outcomes = {
  "unknown: timeout": [
    unknown("timeout"),
    [/Delivery not confirmed\. Check the phone/, /did not respond within the provider timeout/],
    [/What to do: Check the phone/, /PROVIDER_TIMEOUT_MS/, /Cause ?timeout/],
  ],
  "unknown: unreadable": [unknown("unreadable"), [/Delivery not confirmed/, /broke off/], [/What to do:/]],
  "unknown: status": [
    unknown("http_503"),
    [/Delivery not confirmed/, /HTTP 503, which proves neither/],
    [/What to do:/, /Provider’s HTTP status ?HTTP 503/],
  ],
  "unknown: undecided": [unknown("undecided"), [/Delivery not confirmed/, /has not decided/], [/own log/]],
  "unknown: a cause of a newer version": [
    unknown("something_new"),
    [/Delivery not confirmed/, /may or may not have accepted/],
    [/What to do:/, /something_new/],
  ],
  "not reached: dns": [
    fail(502, "connector.general", "The provider could not be reached; nothing was sent.", { cause: "dns" }),
    [/^Not sent/, /host name of Twilio could not be resolved/],
    [/Check the endpoint or host/, /Cause ?dns/],
  ],
  "not reached: refused": [
    fail(502, "connector.general", "x", { cause: "refused" }),
    [/^Not sent/, /refused the connection/],
    [/Check the endpoint or host/],
  ],
  "not reached: tls": [
    fail(502, "connector.general", "x", { cause: "tls" }),
    [/^Not sent/, /certificate is not valid/],
    [/Check the endpoint or host/],
  ],
  "rejected: credentials": [
    rejected("The provider refused our credentials.", "20003"),
    [/^Rejected/, /rejected the credentials/],
    [/Copy the credentials/, /Provider’s error code ?20003/, /Provider’s HTTP status ?HTTP 400/],
  ],
  "rejected: number": [rejected("The provider refused the number."), [/^Rejected/], [/Check the number/]],
  "rejected: content": [
    rejected("The provider refused the text, template or sender."),
    [/^Rejected/],
    [/approved at the provider/],
  ],
  "rejected: balance": [
    rejected("The provider account has no balance left."),
    [/^Rejected/, /insufficient balance/],
    [/Top up/],
  ],
  "rejected: another code": [
    rejected("The provider refused the message.", "30999"),
    [/^Rejected/],
    [/Look up the error code in the README/, /30999/],
  ],
  "rejected: outside the format": [
    fail(502, "connector.invalid_response", "x", { provider: { status: 403 } }),
    [/^Rejected/],
    [/Check the endpoint/, /HTTP 403/],
  ],
  "the provider throttles": [
    fail(429, "connector.rate_limit_exceeded", "x", { provider: { status: 429 } }),
    [/^Rate limited: wait/],
    [/Your account at the provider sets this limit/, /HTTP 429/],
  ],
  "no template": [
    fail(422, "connector.template_not_found"),
    [/^Not sent/, /No template for this usage type/],
    [/Add a template/, /connector\.template_not_found \(HTTP 422\)/],
  ],
  storage: [fail(503, "storage.unavailable"), [/^Not sent/], [/Try again/, /bindings/]],
  "no such number": [
    fail(400, "phone.invalid", "x", { reason: "impossible_length" }),
    [/^Not sent/, /No phone number of this country has this length/],
    [/phone\.invalid \(HTTP 400\)/],
  ],
};

browserTest("every outcome of a test message tells cause, status, request id and what to do", async () => {
  await api.deleteConnector();
  await api.setConnector(ids.twilio, twilio);
  const { context, page, log } = await openSignedIn(server);
  for (const [name, [{ status, body }, ...patterns]] of Object.entries(outcomes)) {
    await mockTestResponse(page, status, body, { "x-request-id": requestId });
    await sendTestMessage(page);
    const text = await page.locator(".test .outcome-text").evaluate((element) => {
      const blocks = [...element.querySelectorAll("strong, p, dl > div")];
      return blocks.map((block) => block.textContent).join("\n");
    });
    for (const pattern of patterns.flat()) assert.match(text, pattern, name);
    assert.match(text, new RegExp(requestId), name);
    assert.match(text, status === 400 ? /^Not sent/ : /What to do: \w/, name);
  }
  await page.route("**/test", (route) => route.abort(), { times: 1 });
  await sendTestMessage(page);
  await page.locator(".test .outcome", { hasText: "The Worker did not respond" }).waitFor();
  assert.match(await page.locator(".test .outcome").textContent(), /^Delivery not confirmed/);
  await mockTestResponse(page, 204, undefined, { "x-request-id": requestId });
  await sendTestMessage(page);
  await page.locator(".test .outcome.success", { hasText: requestId }).waitFor();
  assert.deepEqual({ ...(await collectSideEffects(page, log)), errors: [] }, noSideEffects);
  await context.close();
});

let lastNumber = 100;

/** Returns a number that no other test has used. */
const newPhone = () => {
  lastNumber += 1;
  return `+14155550${lastNumber}`;
};

const setHttpConnector = async () => {
  await api.deleteConnector();
  await api.setConnector(ids.http, { endpoint: receiver.url });
  receiver.response = { status: 204 };
};

for (const [mode, options] of Object.entries(modes)) {
  browserTest(`a real code is sent, mistyped, and verified (${mode})`, async () => {
    await setHttpConnector();
    const { context, page, log } = await openSignedIn(server, { options });
    const section = page.locator(".real-code");
    const send = section.locator("button").first();
    const check = async (state) => {
      assert.deepEqual(await findAccessibilityIssues(page), [], state);
      const overflows = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
      assert.equal(overflows, false, state);
    };
    await send.click();
    await section.locator(".issue:not([hidden])").waitFor();
    await check("no number");
    const phone = newPhone();
    await section.locator('input[type="tel"]').fill(phone);
    await send.click();
    await section.locator(".outcome.success").waitFor();
    await check("sent");
    const { body } = receiver.messages.at(-1);
    assert.equal(body.to, phone);
    assert.equal(body.type, "Generic");
    const input = section.locator(".code-input");
    assert.equal(await input.getAttribute("autocomplete"), "one-time-code");
    await input.fill(body.payload.code === "111111" ? "222222" : "111111");
    await page.keyboard.press("Enter");
    await section
      .locator(".outcome.error", { hasText: "verification_code.code_mismatch (HTTP 400)" })
      .waitFor();
    assert.match(await section.locator(".outcome").textContent(), /4/, "the attempts that are left");
    await check("mistyped");
    await input.fill(body.payload.code);
    await page.keyboard.press("Enter");
    await section.locator(".outcome.success").waitFor();
    assert.equal(await input.count(), 0, "a code is good once");
    await check("verified");
    await send.click();
    await section
      .locator(".outcome.warning", { hasText: "request.message_rate_limited (HTTP 429)" })
      .waitFor();
    await check("limited");
    assert.deepEqual(await collectSideEffects(page, log), noSideEffects);
    await context.close();
  });
}

browserTest("a real code that the provider refuses tells why, and asks for no code", async () => {
  await setHttpConnector();
  receiver.response = { status: 422 };
  const prepare = (page) =>
    page.route("**/api/verification-codes", (route) =>
      route.fulfill({
        status: 502,
        json: { code: "connector.general", message: "x", data: { provider: { status: 422 } }, requestId },
      }),
    );
  const { context, page } = await openSignedIn(server, { prepare });
  const section = page.locator(".real-code");
  await section.locator('input[type="tel"]').fill(newPhone());
  await section.getByRole("button", { name: "Send code" }).click();
  await section.locator(".outcome.error", { hasText: requestId }).waitFor();
  assert.equal(await section.locator(".code-input").count(), 0);
  await context.close();
});
