// Shared steps of the lifecycle tests, and the receiver that http-sms sends to.
import assert from "node:assert/strict";
import { after } from "node:test";
import { ids } from "./configs.mjs";
import { api, server } from "./deployment.mjs";
import { startReceiver } from "./receiver.mjs";

export const receiver = server && (await startReceiver());

after(() => receiver?.close());

export const waitForToast = (page, text) => page.locator(".toast", { hasText: text }).waitFor();
export const readTestResult = (page) => page.locator(".test .outcome").textContent();
export const clickSave = (page) => page.getByRole("button", { name: "Save and Done" }).click();

/** Returns a connector's English name. */
export const getFactoryName = async (id) =>
  (await api.listFactories()).find((factory) => factory.id === id).name.en;

/** Waits for the page of the active connector. */
export const waitForDetailPage = (page, name) =>
  page.getByRole("heading", { level: 1, name, exact: true }).waitFor();

/** Chooses a provider and waits for its setup page. */
export const chooseProvider = async (page, id) => {
  await page.locator(`a.provider[href="#/setup/${id}"]`).click();
  await waitForDetailPage(page, `Set up ${await getFactoryName(id)}`);
};

/** Mocks the API's response to the next test message. */
export const mockTestResponse = (page, status, body, headers = {}) =>
  page.route(
    "**/api/connectors/*/test",
    (route) =>
      route.fulfill({ status, headers, contentType: "application/json", body: body && JSON.stringify(body) }),
    { times: 1 },
  );

export const sendTestMessage = async (page, phone = "+1 415 555 0123") => {
  await page.locator(".test").getByLabel("Phone number").fill(phone);
  await page.getByRole("button", { name: "Send test message" }).click();
  await page.locator(".test .outcome").waitFor();
};

/** Replaces the connector with http-sms, restores it from the archive, and deletes it. */
export const changeRestoreAndDelete = async (page, name, config) => {
  await changeToHttpSms(page, name);
  await restoreConnector(page, name);
  assert.deepEqual((await api.getConnector()).config, config, "the config with its secrets");
  await deleteConnector(page, name);
};

const changeToHttpSms = async (page, name) => {
  await page.getByRole("button", { name: "Change connector" }).click();
  const dialog = page.getByRole("dialog", { name: "Change the connector?" });
  assert.match(
    await dialog.textContent(),
    new RegExp(`${name} keeps sending until you save the new one.*archive`, "s"),
  );
  await dialog.getByRole("button", { name: "Choose another" }).click();
  await chooseProvider(page, ids.http);
  assert.match(await page.locator("main").textContent(), new RegExp(`${name} is active now.*archive`));
  await page.getByRole("textbox", { name: /^Endpoint/ }).fill(`${receiver.url}?instead-of=${ids.http}`);
  await clickSave(page);
  await waitForDetailPage(page, await getFactoryName(ids.http));
  assert.equal((await api.getConnector()).connectorId, ids.http);
};

const restoreConnector = async (page, name) => {
  await page
    .getByRole("button", { name: `Restore ${name}` })
    .first()
    .click();
  const dialog = page.getByRole("dialog", { name: `Restore ${name}?` });
  const activeName = await getFactoryName(ids.http);
  assert.match(await dialog.textContent(), new RegExp(`${activeName}, active now, moves to the archive`));
  await dialog.getByRole("button", { name: "Restore" }).click();
  await waitForDetailPage(page, name);
  await waitForToast(page, `${name} restored`);
};

const deleteConnector = async (page, name) => {
  await page.getByRole("button", { name: "Delete", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: `Delete ${name}?` });
  assert.match(await dialog.textContent(), /No code can be sent.*connector\.not_found \(501\).*90 seconds/s);
  await dialog.getByRole("button", { name: "Cancel" }).click();
  assert.ok(await api.getConnector(), "Cancel deletes nothing");
  await page.getByRole("button", { name: "Delete", exact: true }).click();
  await page.getByRole("button", { name: "Delete connector" }).click();
  await waitForDetailPage(page, "No SMS connector yet");
  assert.equal(await api.getConnector(), undefined);
};
