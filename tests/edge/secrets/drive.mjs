// One round with one connector: it is managed, it sends, it was put into KV by hand. Each is asked for everything that
// goes well and everything that goes wrong.
import assert from "node:assert/strict";
import { FakeProvider } from "../fake-provider/index.mjs";
import { repeating, repeatingOnly } from "./echo.mjs";
import { wrongBodies, wrongConfigs } from "./wrong.mjs";

/** Asks with each of the bodies; every answer is one of the statuses. */
const refused = (desk, method, path, bodies, ...statuses) =>
  Promise.all(
    bodies.map(async (body) => {
      const { status, text } = await desk.ask(method, path, body);
      assert.ok(statuses.includes(status), `${method} ${path}, ${JSON.stringify(body)}: ${status} ${text}`);
    }),
  );

/** The life of a connector in the management API. */
export const manages = async (desk, factory, length, shape) => {
  const [one, two] = [desk.fresh(factory, length, shape), desk.fresh(factory, length, shape)];
  const { id, open, fields } = one;
  const [secret] = Object.values(one.secrets);
  const test = `/api/connectors/${id}/test`;
  await desk.empty();
  const wrong = wrongConfigs(one);
  const posts = wrong.map((config) => ({ connectorId: id, config }));
  await refused(desk, "POST", "/api/connectors", [...posts, ...wrongBodies(one)], 400, 422);
  const tests = wrong.map((config) => ({ phone: "+8613800000000", config }));
  await refused(desk, "POST", test, [...tests, ...wrongBodies(one)], 400);
  // Saved, read, edited.
  const made = desk.shows(await desk.manage("POST", "/connectors", one.connector, 200), one);
  await desk.lookAtKv();
  const path = `/connectors/${made.id}`;
  desk.shows((await desk.manage("GET", "/connectors", undefined, 200))[0], one);
  desk.shows(await desk.manage("GET", path, undefined, 200), one);
  desk.shows(await desk.manage("PATCH", path, { config: open }, 200), one);
  desk.shows(await desk.manage("PATCH", path, { config: made.config }, 200), one);
  const edits = wrong.map((config) => ({ config }));
  await refused(desk, "PATCH", `/api${path}`, edits, 400);
  desk.shows(await desk.manage("PATCH", path, { config: two.connector.config }, 200), two);
  await desk.lookAtKv();
  // Replaced, brought back, deleted.
  desk.shows(await desk.manage("POST", "/connectors", one.connector, 200), one);
  desk.shows((await desk.manage("GET", "/connectors/archive", undefined, 200))[0], two);
  desk.shows(await desk.manage("POST", `/connectors/archive/${made.id}/restore`, undefined, 200), two);
  desk.shows((await desk.manage("GET", "/connectors/archive", undefined, 200))[0], one);
  await desk.lookAtKv();
  const cleared = { config: { ...open, ...Object.fromEntries(fields.map((field) => [field, null])) } };
  const optional = factory.formItems.every(({ key, required }) => !fields.includes(key) || !required);
  await desk.manage("PATCH", path, cleared, optional ? 200 : 400);
  await desk.manage("DELETE", path, undefined, 204);
  // The secret for an id.
  const unknown = `/connectors/${encodeURIComponent(secret)}`;
  for (const method of ["GET", "DELETE"]) await desk.manage(method, unknown, undefined, 404);
  await desk.manage("PATCH", unknown, { config: one.connector.config }, 404);
  await desk.manage("POST", `${unknown}/test`, { phone: secret, config: one.connector.config }, 400);
  const valid = { phone: "+8613800000000", config: one.connector.config };
  await desk.manage("POST", `${unknown}/test`, valid, 422);
  await desk.manage("POST", `/connectors/archive/${encodeURIComponent(secret)}/restore`, undefined, 404);
  await desk.manage("GET", `/connector-factories/${encodeURIComponent(secret)}`, undefined, 404);
  await desk.manage("GET", `/connector-factories/${id}`, undefined, 200);
  await desk.manage("GET", "/settings", undefined, 200);
  await desk.manage("GET", "/connectors/archive", undefined, 200);
  await desk.lookAtKv();
};

/** Saves a fresh connector; what its provider gets is checked as the real one would. */
const employed = async (desk, one) => {
  const made = await desk.manage("POST", "/connectors", one.connector, 200);
  const fake = new FakeProvider(one.id, one.connector.config);
  const { provider } = desk.otp;
  provider.requests.length = 0;
  provider.answer = () => fake.answer(provider.requests.at(-1));
  return { made, fake, provider };
};

/** The code of the newest message; the mock has written it into the log. */
const newestCode = async (desk, fake) => {
  if (fake.messages.length > 0) return fake.code;
  const lines = (await desk.lookAtLog()).filter(({ message }) => message.includes("mock SMS"));
  return /"code":"(\d+)"/.exec(lines.at(-1).message.replaceAll("\\", ""))[1];
};

/** Messages that are sent, codes that are verified, and what callers get wrong. */
export const sends = async (desk, factory, length, shape) => {
  const one = desk.fresh(factory, length, shape);
  const [secret] = Object.values(one.secrets);
  const phone = desk.newPhone();
  const post = (path, body, status, headers) =>
    desk.ask("POST", path, body, { headers }).then((answer) => {
      assert.equal(answer.status, status, `${path}, ${JSON.stringify(body)}: ${answer.text}`);
      return answer.json;
    });
  await desk.empty();
  const logto = "/api/verification-codes";
  const digits = phone.slice(1);
  await post("/send", { phone }, 501);
  await post(logto, { phone: digits }, 501);
  const { made, fake } = await employed(desk, one);
  const test = `/api/connectors/${one.id}/test`;
  await post(test, { phone, config: one.connector.config }, 204);
  await post(test, { phone, config: made.config }, 204);
  const keyed = { "idempotency-key": `${secret}${desk.draw.below(1e9)}` };
  await post("/send", { phone }, 200, keyed);
  await post("/verify", { phone, code: await newestCode(desk, fake) }, 200);
  await post("/send", { phone }, 200, keyed);
  await post("/send", { phone, usageType: "SignIn" }, 422, keyed);
  await post(logto, { phone: digits }, 204);
  await post(`${logto}/verify`, { phone: digits, verificationCode: await newestCode(desk, fake) }, 204);
  // A record that KV has lost: nothing is compared.
  const { verificationId } = await post("/send", { phone }, 200);
  await desk.otp.kv.delete(`code:${verificationId}`);
  await post("/verify", { phone, code: "1" }, 503);
  await post(`${logto}/verify`, { phone: digits, verificationCode: "1" }, 503);
  // What callers get wrong.
  await post("/send", { phone: "+447700900123" }, 403);
  await post(logto, { phone: "447700900123" }, 403);
  // Not every connector serves it.
  const abroad = "+14155550100";
  await refused(desk, "POST", "/send", [{ phone: abroad }], 200, 422);
  await refused(desk, "POST", logto, [{ phone: abroad.slice(1) }], 204, 422);
  await post("/verify", { phone, code: "1", verificationId: `${secret.slice(0, 59)}-none` }, 400);
  for (const wrong of [{ usageType: secret }, { ip: secret }, { locale: [secret] }, { phone: secret }]) {
    await post("/send", { phone, ...wrong }, 400);
    await post("/verify", { phone, code: secret, ...wrong }, 400);
    await post(test, { phone, config: made.config, ...wrong }, 400);
  }
  await post("/send", { phone }, 400, { "idempotency-key": secret.repeat(52) });
  for (const path of ["/send", "/verify", logto, `${logto}/verify`]) {
    await refused(desk, "POST", path, wrongBodies(one), 400);
  }
  // A wrong guess; then the phone is locked.
  await post("/send", { phone }, 200);
  const code = await newestCode(desk, fake);
  await post("/verify", { phone, code: code === "000000" ? "1" : "000000" }, 400);
  await post("/verify", { phone, code }, 429);
  await post(`${logto}/verify`, { phone: digits, verificationCode: code }, 429);
  assert.deepEqual(fake.complaints, [], "the provider got what it knows");
};

/** A provider that repeats the secrets; then one that breaks off. */
export const hearsItself = async (desk, factory, length, shape, round) => {
  const one = desk.fresh(factory, length, shape);
  const { fake, provider } = await employed(desk, one);
  const { config } = one.connector;
  const phone = desk.newPhone();
  const ask = async (kind) => {
    if (kind === 0) return desk.ask("POST", `/api/connectors/${one.id}/test`, { phone, config });
    if (kind === 1) return desk.ask("POST", "/api/verification-codes", { phone: phone.slice(1) });
    const headers = { "idempotency-key": `key-${desk.draw.below(1e9)}` };
    await desk.ask("POST", "/send", { phone }, { headers });
    // The second time the answer comes from where the first was kept.
    return desk.ask("POST", "/send", { phone }, { headers });
  };
  const answers = repeating(one.id, Object.values(one.secrets), round);
  for (const [index, answer] of answers.entries()) {
    const before = provider.requests.length;
    provider.answer = () => {
      fake.fail(answer(provider.requests.at(-1)));
      return fake.answer(provider.requests.at(-1));
    };
    const { status, text } = await ask((index + round) % 3);
    assert.equal(provider.requests.length, before + 1, "the provider was asked");
    assert.ok([200, 202, 204, 429, 502].includes(status), text);
  }
  provider.answer = () => fake.answer(provider.requests.at(-1));
  fake.fail((connection) => connection.socket.destroy());
  for (const kind of [0, 1, 2]) assert.ok([202, 204].includes((await ask(kind)).status));
  assert.deepEqual(fake.complaints, []);
};

/**
 * A secret of digits alone, which may be a number in the provider's answer. Five of its digits stand in many a time
 * and phone, so it is looked for as a whole.
 */
export const hearsDigits = async (desk, factory) => {
  const { id, fields, open } = desk.fresh(factory, 40);
  const secret = desk.draw.digits();
  const config = { ...open, ...Object.fromEntries(fields.map((field) => [field, secret])) };
  const { fake } = await employed(desk, { id, connector: { connectorId: id, config } });
  const phone = desk.newPhone();
  const told = [];
  for (const answer of repeatingOnly(id, secret)) {
    fake.fail(answer);
    told.push((await desk.ask("POST", `/api/connectors/${id}/test`, { phone, config })).text);
    told.push((await desk.ask("POST", "/send", { phone })).text);
  }
  told.push(...(await desk.lookAtLog()).map(({ message }) => message));
  return told.filter((text) => text.includes(secret));
};

/** A connector that was put into KV by hand: it works, is shown as any other, and the next save seals it. */
export const adopts = async (desk, factory, length, shape) => {
  const [one, two] = [desk.fresh(factory, length, shape), desk.fresh(factory, length, shape)];
  const { made, provider, fake } = await employed(desk, two);
  await desk.empty();
  fake.account = one.connector.config;
  const { id, open } = one;
  const path = `/connectors/${id}`;
  const phone = desk.newPhone();
  await desk.put(one.connector);
  const [shown] = await desk.manage("GET", "/connectors", undefined, 200);
  desk.shows(shown, one);
  desk.shows(await desk.manage("GET", path, undefined, 200), one);
  await desk.manage("POST", `${path}/test`, { phone, config: shown.config }, 204);
  assert.equal((await desk.ask("POST", "/send", { phone })).status, 200);
  desk.shows(await desk.manage("PATCH", path, { config: open }, 200), one);
  await desk.lookAtKv();
  // Into the archive, by each of the three ways.
  await desk.put(one.connector);
  await desk.manage("DELETE", path, undefined, 204);
  await desk.lookAtKv();
  await desk.put(one.connector);
  desk.shows(await desk.manage("POST", `/connectors/archive/${made.id}/restore`, undefined, 200), two);
  await desk.lookAtKv();
  await desk.put(one.connector);
  await desk.manage("POST", "/connectors", two.connector, 200);
  await desk.lookAtKv();
  desk.shows((await desk.manage("GET", "/connectors/archive", undefined, 200))[0], one);
  assert.equal(provider.requests.length, fake.messages.length);
  assert.deepEqual(fake.complaints, []);
};

/** What may stand in KV instead of a connector, with secrets in it. */
const broken = ({ id, fields, secrets, connector }) => {
  const { config } = connector;
  const [secret] = Object.values(secrets);
  const instead = (value) => ({ connectorId: id, config: { ...config, [fields[0]]: value } });
  return [
    ...[secret, JSON.stringify(secret), JSON.stringify(connector).slice(0, -1)],
    ...[{ connectorId: secret, config }, { config }, { connectorId: id, config: secret }],
    ...[
      { connectorId: id, config: [secret] },
      { connectorId: id, config: secrets },
    ],
    ...[[secret], { value: secret }, { set: true, hint: secret }, `sealed.v1.${secret}`].map(instead),
    ...[{ ...connector, createdAt: secret, note: secret }, instead(`${secret}\u0007`)],
  ];
};

/** A connector in KV that is none: answers, log and, after the next save, the archive. */
export const survives = async (desk, factory, length, shape) => {
  const one = desk.fresh(factory, length, shape);
  const { id, open, connector } = one;
  const path = `/connectors/${id}`;
  const phone = desk.newPhone();
  for (const value of broken(one)) {
    // Saved and deleted, so that the isolate remembers none.
    await employed(desk, one);
    await desk.empty();
    await desk.otp.kv.delete("connector-archive");
    await desk.put(value);
    const asked = [
      ["POST", "/send", { phone }],
      ["POST", "/api/verification-codes", { phone: phone.slice(1) }],
      ["GET", "/api/connectors"],
      ["GET", `/api${path}`],
      ["POST", `/api${path}/test`, { phone, config: open }],
    ].map(async ([method, url, body]) => {
      const { status, text } = await desk.ask(method, url, body);
      assert.ok([200, 202, 204, 400, 404, 500, 502].includes(status), `${method} ${url}: ${text}`);
    });
    await Promise.all(asked);
    await desk.manage("POST", "/connectors", connector, 200);
    await desk.lookAtKv();
    await desk.manage("GET", "/connectors/archive", undefined, 200);
    await desk.ask("POST", `/api/connectors/archive/${id}/restore`);
    await desk.put(value);
    await desk.ask("PATCH", `/api${path}`, { config: open });
    await desk.ask("DELETE", `/api${path}`);
    await desk.manage("GET", "/connectors", undefined, 200);
    // What still stands there by hand is not the Worker's doing.
    await desk.otp.kv.delete("connector");
    await desk.lookAtKv();
  }
};

/** A secret pasted under a name that the connector does not know. */
export const misspells = async (desk, factory, length, shape) => {
  const { id, connector } = desk.fresh(factory, length, shape);
  const secret = desk.watch.keep(`${id}'s misspelt field`, desk.draw.secret(40));
  const config = { ...connector.config, autToken: secret };
  const made = await desk.manage("POST", "/connectors", { connectorId: id, config }, 200);
  await desk.lookAtKv();
  await desk.manage("PATCH", `/connectors/${made.id}`, { config: { ...config, Secret: secret } }, 200);
  await desk.lookAtKv();
  await desk.empty();
  await desk.manage("GET", "/connectors/archive", undefined, 200);
  await desk.lookAtKv();
  await desk.otp.kv.delete("connector-archive");
};
