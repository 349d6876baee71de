// One round with one connector: it is managed, sends, or was written to KV by hand, with valid and invalid requests.
import assert from "node:assert/strict";
import { FakeProvider } from "../fake-provider/index.mjs";
import { echoingResponses, responsesOfOnly } from "./echo.mjs";
import { invalidBodies, invalidConfigs } from "./invalid-requests.mjs";

/** Makes a request with each of the bodies; every response must have one of the statuses. */
const assertRejected = (worker, method, path, bodies, ...statuses) =>
  Promise.all(
    bodies.map(async (body) => {
      const { status, text } = await worker.request(method, path, body);
      assert.ok(statuses.includes(status), `${method} ${path}, ${JSON.stringify(body)}: ${status} ${text}`);
    }),
  );

/** Creates, reads, edits, replaces, restores and deletes a connector, with valid and invalid requests. */
export const manageConnector = async (worker, factory, length, alphabet) => {
  const [one, two] = [
    worker.createConnector(factory, length, alphabet),
    worker.createConnector(factory, length, alphabet),
  ];
  const { id, publicConfig, fields } = one;
  const [secret] = Object.values(one.secrets);
  const test = `/api/connectors/${id}/test`;
  await worker.deleteConnectors();
  const invalid = invalidConfigs(one);
  const posts = invalid.map((config) => ({ connectorId: id, config }));
  await assertRejected(worker, "POST", "/api/connectors", [...posts, ...invalidBodies(one)], 400, 422);
  const tests = invalid.map((config) => ({ phone: "+8613800000000", config }));
  await assertRejected(worker, "POST", test, [...tests, ...invalidBodies(one)], 400);
  // Saved, read, edited.
  const saved = worker.assertShows(await worker.manage("POST", "/connectors", one.connector, 200), one);
  await worker.scanKv();
  const path = `/connectors/${saved.id}`;
  worker.assertShows((await worker.manage("GET", "/connectors", undefined, 200))[0], one);
  worker.assertShows(await worker.manage("GET", path, undefined, 200), one);
  worker.assertShows(await worker.manage("PATCH", path, { config: publicConfig }, 200), one);
  worker.assertShows(await worker.manage("PATCH", path, { config: saved.config }, 200), one);
  const edits = invalid.map((config) => ({ config }));
  await assertRejected(worker, "PATCH", `/api${path}`, edits, 400);
  await worker.manage("PATCH", path, { config: saved.config, updatedAt: "2000-01-01T00:00:00Z" }, 412);
  worker.assertShows(await worker.manage("PATCH", path, { config: two.connector.config }, 200), two);
  await worker.scanKv();
  // Replaced, restored, deleted.
  worker.assertShows(await worker.manage("POST", "/connectors", one.connector, 200), one);
  worker.assertShows((await worker.manage("GET", "/connectors/archive", undefined, 200))[0], two);
  worker.assertShows(
    await worker.manage("POST", `/connectors/archive/${saved.id}/restore`, undefined, 200),
    two,
  );
  worker.assertShows((await worker.manage("GET", "/connectors/archive", undefined, 200))[0], one);
  await worker.scanKv();
  const cleared = {
    config: { ...publicConfig, ...Object.fromEntries(fields.map((field) => [field, null])) },
  };
  // Twilio needs its token or an API key, neither of which is required by itself.
  const isTwilio = id === "twilio-short-message-service";
  const isOptional = ({ key, required }) => !fields.includes(key) || !(required || isTwilio);
  const optional = factory.formItems.every(isOptional);
  await worker.manage("PATCH", path, cleared, optional ? 200 : 400);
  await worker.manage("DELETE", path, undefined, 204);
  // The secret as an id.
  const unknown = `/connectors/${encodeURIComponent(secret)}`;
  for (const method of ["GET", "DELETE"]) await worker.manage(method, unknown, undefined, 404);
  await worker.manage("PATCH", unknown, { config: one.connector.config }, 404);
  await worker.manage("POST", `${unknown}/test`, { phone: secret, config: one.connector.config }, 400);
  const valid = { phone: "+8613800000000", config: one.connector.config };
  await worker.manage("POST", `${unknown}/test`, valid, 422);
  await worker.manage("POST", `/connectors/archive/${encodeURIComponent(secret)}/restore`, undefined, 404);
  await worker.manage("DELETE", `/connectors/archive/${encodeURIComponent(secret)}`, undefined, 404);
  await worker.manage("DELETE", `/limits/${encodeURIComponent(secret)}/x`, undefined, 404);
  await worker.manage("GET", `/connector-factories/${encodeURIComponent(secret)}`, undefined, 404);
  await worker.manage("GET", `/connector-factories/${id}`, undefined, 200);
  await worker.manage("GET", "/settings", undefined, 200);
  await worker.manage("GET", "/connectors/archive", undefined, 200);
  await worker.scanKv();
};

/** Saves a new connector, whose provider checks requests as the real one does. */
const saveConnector = async (worker, one) => {
  const saved = await worker.manage("POST", "/connectors", one.connector, 200);
  const fakeProvider = new FakeProvider(one.id, one.connector.config);
  const { provider } = worker.otp;
  provider.requests.length = 0;
  provider.answer = () => fakeProvider.handle(provider.requests.at(-1));
  return { saved, fakeProvider, provider };
};

/** Returns the code of the newest message; that of the mock connector is in the log. */
const newestCode = async (worker, fakeProvider) => {
  if (fakeProvider.messages.length > 0) return fakeProvider.code;
  const lines = (await worker.scanLog()).filter(({ message }) => message.includes("mock SMS"));
  return /"code":"(\d+)"/.exec(lines.at(-1).message.replaceAll("\\", ""))[1];
};

/** Sends and verifies codes, with valid and invalid requests. */
export const sendAndVerify = async (worker, factory, length, alphabet) => {
  const one = worker.createConnector(factory, length, alphabet);
  const [secret] = Object.values(one.secrets);
  const phone = worker.newPhone();
  const post = (path, body, status, headers) =>
    worker.request("POST", path, body, { headers }).then((response) => {
      assert.equal(response.status, status, `${path}, ${JSON.stringify(body)}: ${response.text}`);
      return response.json;
    });
  await worker.deleteConnectors();
  const logto = "/api/verification-codes";
  const digits = phone.slice(1);
  await post("/send", { phone }, 501);
  await post(logto, { phone: digits }, 501);
  const deliver = "/deliver/generic";
  await post(deliver, { to: phone, code: "314159" }, 501);
  const { saved, fakeProvider } = await saveConnector(worker, one);
  const test = `/api/connectors/${one.id}/test`;
  await post(test, { phone, config: one.connector.config }, 204);
  await post(test, { phone, config: saved.config }, 204);
  const idempotent = { "idempotency-key": `${secret}${worker.generator.below(1e9)}` };
  await post("/send", { phone }, 200, idempotent);
  await post("/verify", { phone, code: await newestCode(worker, fakeProvider) }, 200);
  await post("/send", { phone }, 200, idempotent);
  await post("/send", { phone, usageType: "SignIn" }, 422, idempotent);
  await post(logto, { phone: digits }, 204);
  await post(
    `${logto}/verify`,
    { phone: digits, verificationCode: await newestCode(worker, fakeProvider) },
    204,
  );
  const delivery = { to: worker.newPhone(), code: "314159", ip: secret, locale: [secret] };
  await post(deliver, delivery, 200);
  await post(deliver, delivery, 200);
  // With a record that KV has lost nothing is compared.
  const { verificationId } = await post("/send", { phone }, 200);
  await worker.otp.kv.delete(`code:${verificationId}`);
  await post("/verify", { phone, code: "1" }, 503);
  await post(`${logto}/verify`, { phone: digits, verificationCode: "1" }, 503);
  // Invalid requests.
  await post("/send", { phone: "+447700900123" }, 403);
  await post(logto, { phone: "447700900123" }, 403);
  await post(test, { phone: "+19005550123", config: saved.config }, 403);
  // Not every connector supports it.
  const abroad = "+14155550100";
  await assertRejected(worker, "POST", "/send", [{ phone: abroad }], 200, 422);
  await assertRejected(worker, "POST", logto, [{ phone: abroad.slice(1) }], 204, 422);
  await post(deliver, { to: "+447700900123", code: "314159" }, 403);
  // A code of its own, or what is answered is the response of another connector's delivery.
  const ownCode = String(100_000 + worker.generator.below(900_000));
  await assertRejected(worker, "POST", deliver, [{ to: abroad, code: ownCode }], 200, 422);
  await post(deliver, { to: phone, text: secret }, 400);
  await post("/verify", { phone, code: "1", verificationId: `${secret.slice(0, 59)}-none` }, 400);
  await post("/send", { phone: worker.newPhone(), ip: secret, locale: [secret] }, 200);
  for (const invalid of [{ usageType: secret }, { phone: secret }]) {
    await post("/send", { phone, ...invalid }, 400);
    await post("/verify", { phone, code: secret, ...invalid }, 400);
    await post(test, { phone, config: saved.config, ...invalid }, 400);
  }
  await post("/send", { phone }, 400, { "idempotency-key": secret.repeat(52) });
  const [unlock, identify] = ["/api/phones/unlock", "/api/phones/identify"];
  const paths = ["/send", "/verify", deliver, logto, `${logto}/verify`, unlock, identify];
  for (const path of paths) {
    await assertRejected(worker, "POST", path, invalidBodies(one), 400);
  }
  // A wrong code; then the phone is locked.
  await post("/send", { phone }, 200);
  const code = await newestCode(worker, fakeProvider);
  await post("/verify", { phone, code: code === "000000" ? "1" : "000000" }, 400);
  await post("/verify", { phone, code }, 429);
  await post(`${logto}/verify`, { phone: digits, verificationCode: code }, 429);
  await post("/send", { phone }, 429);
  await post(unlock, { phone }, 204);
  await post(identify, { phone }, 200);
  assert.deepEqual(fakeProvider.rejections, [], "the provider accepted every request");
};

/** Sends through a provider that repeats the secrets; then through one that closes the connection. */
export const receiveEchoes = async (worker, factory, length, alphabet, round) => {
  const one = worker.createConnector(factory, length, alphabet);
  const { fakeProvider, provider } = await saveConnector(worker, one);
  const { config } = one.connector;
  const phone = worker.newPhone();
  const send = async (kind) => {
    if (kind === 0) return worker.request("POST", `/api/connectors/${one.id}/test`, { phone, config });
    if (kind === 1) return worker.request("POST", "/api/verification-codes", { phone: phone.slice(1) });
    if (kind === 2) {
      const code = String(worker.generator.below(1e9));
      return worker.request("POST", "/deliver/generic", { to: phone, code });
    }
    const headers = { "idempotency-key": `key-${worker.generator.below(1e9)}` };
    await worker.request("POST", "/send", { phone }, { headers });
    // The second response is the stored one of the first request, unless the provider refused that.
    return worker.request("POST", "/send", { phone }, { headers });
  };
  const responses = echoingResponses(one.id, Object.values(one.secrets), round);
  for (const [index, respond] of responses.entries()) {
    const before = provider.requests.length;
    provider.answer = () => {
      fakeProvider.setFault(respond(provider.requests.at(-1)));
      return fakeProvider.handle(provider.requests.at(-1));
    };
    const { status, text } = await send((index + round) % 4);
    const received = provider.requests.length - before;
    assert.ok(received === 1 || (received === 2 && (index + round) % 4 === 3), `${received} requests`);
    assert.ok([200, 202, 204, 429, 502].includes(status), text);
  }
  provider.answer = () => fakeProvider.handle(provider.requests.at(-1));
  fakeProvider.setFault((connection) => connection.socket.destroy());
  for (const kind of [0, 1, 2, 3]) assert.ok([200, 202, 204].includes((await send(kind)).status));
  assert.deepEqual(fakeProvider.rejections, []);
};

/**
 * Uses a secret of digits only, which may be a number in the provider's response, and returns the output that contains it.
 * Five of its digits also occur in times and phone numbers, so it is searched for as a whole.
 */
export const findEchoedDigits = async (worker, factory) => {
  const { id, fields, publicConfig } = worker.createConnector(factory, 40);
  const secret = worker.generator.generateDigits();
  const config = { ...publicConfig, ...Object.fromEntries(fields.map((field) => [field, secret])) };
  const { fakeProvider } = await saveConnector(worker, { id, connector: { connectorId: id, config } });
  const phone = worker.newPhone();
  const outputs = [];
  for (const response of responsesOfOnly(id, secret)) {
    fakeProvider.setFault(response);
    outputs.push((await worker.request("POST", `/api/connectors/${id}/test`, { phone, config })).text);
    outputs.push((await worker.request("POST", "/send", { phone })).text);
  }
  outputs.push(...(await worker.scanLog()).map(({ message }) => message));
  return outputs.filter((text) => text.includes(secret));
};

/** Uses a connector that was written to KV by hand: it works, is redacted, and the next save seals it. */
export const useManualConnector = async (worker, factory, length, alphabet) => {
  const [one, two] = [
    worker.createConnector(factory, length, alphabet),
    worker.createConnector(factory, length, alphabet),
  ];
  const { saved, provider, fakeProvider } = await saveConnector(worker, two);
  await worker.deleteConnectors();
  fakeProvider.account = one.connector.config;
  const { id, publicConfig } = one;
  const path = `/connectors/${id}`;
  const phone = worker.newPhone();
  await worker.storeConnector(one.connector);
  const [shown] = await worker.manage("GET", "/connectors", undefined, 200);
  worker.assertShows(shown, one);
  worker.assertShows(await worker.manage("GET", path, undefined, 200), one);
  await worker.manage("POST", `${path}/test`, { phone, config: shown.config }, 204);
  assert.equal((await worker.request("POST", "/send", { phone })).status, 200);
  worker.assertShows(await worker.manage("PATCH", path, { config: publicConfig }, 200), one);
  await worker.scanKv();
  // Archived in each of the three ways.
  await worker.storeConnector(one.connector);
  await worker.manage("DELETE", path, undefined, 204);
  await worker.scanKv();
  await worker.storeConnector(one.connector);
  worker.assertShows(
    await worker.manage("POST", `/connectors/archive/${saved.id}/restore`, undefined, 200),
    two,
  );
  await worker.scanKv();
  await worker.storeConnector(one.connector);
  await worker.manage("POST", "/connectors", two.connector, 200);
  await worker.scanKv();
  worker.assertShows((await worker.manage("GET", "/connectors/archive", undefined, 200))[0], one);
  assert.equal(provider.requests.length, fakeProvider.messages.length);
  assert.deepEqual(fakeProvider.rejections, []);
};

/** Returns invalid values for the connector in KV, with secrets in them. */
const invalidConnectors = ({ id, fields, secrets, connector }) => {
  const { config } = connector;
  const [secret] = Object.values(secrets);
  const withValue = (value) => ({ connectorId: id, config: { ...config, [fields[0]]: value } });
  return [
    ...[secret, JSON.stringify(secret), JSON.stringify(connector).slice(0, -1)],
    ...[{ connectorId: secret, config }, { config }, { connectorId: id, config: secret }],
    ...[
      { connectorId: id, config: [secret] },
      { connectorId: id, config: secrets },
    ],
    ...[[secret], { value: secret }, { set: true, hint: secret }, `sealed.v1.${secret}`].map(withValue),
    ...[{ ...connector, createdAt: secret, note: secret }, withValue(`${secret}\u0007`)],
  ];
};

/** Uses an invalid connector in KV: responses, log and, after the next save, the archive. */
export const useInvalidConnector = async (worker, factory, length, alphabet) => {
  const one = worker.createConnector(factory, length, alphabet);
  const { id, publicConfig, connector } = one;
  const path = `/connectors/${id}`;
  const phone = worker.newPhone();
  for (const value of invalidConnectors(one)) {
    // Saved and deleted, so that the isolate has none cached.
    await saveConnector(worker, one);
    await worker.deleteConnectors();
    await worker.otp.kv.delete("connector-archive");
    await worker.storeConnector(value);
    const requests = [
      ["POST", "/send", { phone }],
      ["POST", "/deliver/generic", { to: phone, code: "314159" }],
      ["POST", "/api/verification-codes", { phone: phone.slice(1) }],
      ["GET", "/api/connectors"],
      ["GET", `/api${path}`],
      ["POST", `/api${path}/test`, { phone, config: publicConfig }],
    ].map(async ([method, url, body]) => {
      const { status, text } = await worker.request(method, url, body);
      assert.ok([200, 202, 204, 400, 404, 500, 502].includes(status), `${method} ${url}: ${text}`);
    });
    await Promise.all(requests);
    await worker.manage("POST", "/connectors", connector, 200);
    await worker.scanKv();
    await worker.manage("GET", "/connectors/archive", undefined, 200);
    await worker.request("POST", `/api/connectors/archive/${id}/restore`);
    await worker.storeConnector(value);
    await worker.request("PATCH", `/api${path}`, { config: publicConfig });
    await worker.request("DELETE", `/api${path}`);
    await worker.manage("GET", "/connectors", undefined, 200);
    // What was written by hand and is still there was not written by the Worker.
    await worker.otp.kv.delete("connector");
    await worker.scanKv();
  }
};

/** Saves a secret under a field name that the connector does not have. */
export const saveMisspelledField = async (worker, factory, length, alphabet) => {
  const { id, connector } = worker.createConnector(factory, length, alphabet);
  const secret = worker.scanner.add(`${id}'s misspelled field`, worker.generator.generate(40));
  const config = { ...connector.config, autToken: secret };
  const saved = await worker.manage("POST", "/connectors", { connectorId: id, config }, 200);
  await worker.scanKv();
  await worker.manage("PATCH", `/connectors/${saved.id}`, { config: { ...config, Secret: secret } }, 200);
  await worker.scanKv();
  await worker.deleteConnectors();
  await worker.manage("GET", "/connectors/archive", undefined, 200);
  await worker.scanKv();
  await worker.otp.kv.delete("connector-archive");
};
