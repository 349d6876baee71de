// The steps of a connector's life in the console, and the world in which the tests of it play: a server, its management
// API, and a receiver for http-sms.
import assert from "node:assert/strict";
import { after, before } from "node:test";
import { closeBrowser, ready } from "./browser.mjs";
import { ids } from "./configs.mjs";
import { startReceiver } from "./receiver.mjs";
import { management, startServer } from "./server.mjs";

/** Filled before a file's first test. */
export const world = {};

before(async () => {
  if (!(await ready())) return;
  world.server = await startServer();
  world.api = management(world.server);
  world.receiver = await startReceiver();
});

after(async () => {
  await world.receiver?.close();
  await world.server?.close();
  await closeBrowser();
});

export const toast = (page, text) => page.locator(".toast", { hasText: text }).waitFor();
export const outcome = (page) => page.locator(".outcome").textContent();
export const save = (page) => page.getByRole("button", { name: "Save and done" }).click();

/** A provider's name, as the server has it. */
export const nameOf = async (id) =>
  (await world.api.call("GET", "/api/connector-factories")).find((factory) => factory.id === id).name.en;

/** From the chooser to a provider's set-up. */
export const choose = async (page, id) => {
  await page.locator(`a.provider[href="#/setup/${id}"]`).click();
  await page.getByRole("heading", { level: 1, name: `Set up ${await nameOf(id)}`, exact: true }).waitFor();
};

/** Answers the next test send in the server's place. */
export const answerTest = (page, status, body, headers = {}) =>
  page.route(
    "**/api/connectors/*/test",
    (route) =>
      route.fulfill({ status, headers, contentType: "application/json", body: body && JSON.stringify(body) }),
    { times: 1 },
  );

/** Fills in the number and sends a test. */
export const test = async (page, phone = "+1 415 555 0123") => {
  await page.getByLabel("Phone number").fill(phone);
  await page.getByRole("button", { name: "Send test" }).click();
  await page.locator(".outcome").waitFor();
};

/** Changes to http-sms, then restores what was replaced from the archive, then deletes it. */
export const changeRestoreDelete = async (page, name, before) => {
  const other = await nameOf(ids.http);
  await page.getByRole("button", { name: "Change connector" }).click();
  const question = page.getByRole("dialog", { name: "Change the connector?" });
  assert.match(
    await question.textContent(),
    new RegExp(`${name} keeps sending until you save the new one.*archive`, "s"),
  );
  await question.getByRole("button", { name: "Choose another" }).click();
  await choose(page, ids.http);
  assert.match(await page.locator("main").textContent(), new RegExp(`${name} is active now.*archive`));
  await page.getByRole("textbox", { name: /^Endpoint/ }).fill(`${world.receiver.url}?instead-of=${ids.http}`);
  await save(page);
  await page.getByRole("heading", { level: 1, name: other, exact: true }).waitFor();
  assert.equal((await world.api.live()).connectorId, ids.http);

  await page
    .getByRole("button", { name: `Restore ${name}` })
    .first()
    .click();
  const restore = page.getByRole("dialog", { name: `Restore ${name}?` });
  assert.match(await restore.textContent(), new RegExp(`${other}, active now, moves to the archive`));
  await restore.getByRole("button", { name: "Restore" }).click();
  await page.getByRole("heading", { level: 1, name, exact: true }).waitFor();
  await toast(page, `${name} is active again`);
  assert.deepEqual((await world.api.live()).config, before, "the config is back, its secrets too");

  await page.getByRole("button", { name: "Delete", exact: true }).click();
  const sure = page.getByRole("dialog", { name: `Delete ${name}?` });
  assert.match(await sure.textContent(), /No code can be sent.*connector\.not_found \(501\).*90 seconds/s);
  await sure.getByRole("button", { name: "Cancel" }).click();
  assert.ok(await world.api.live(), "cancelled");
  await page.getByRole("button", { name: "Delete", exact: true }).click();
  await page.getByRole("button", { name: "Delete connector" }).click();
  await page.getByRole("heading", { level: 1, name: "No SMS connector yet" }).waitFor();
  assert.equal(await world.api.live(), undefined);
};
