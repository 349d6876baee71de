// No five characters in a row of any secret leave the Worker: not by a route, a log line or an error, not in KV. For
// every connector's schema, random secrets of many lengths go through everything that may happen to them. The one
// exception is the hint of a redacted config: the last four characters of a secret of 12 or more.
//
// SECRETS_SEED=<number> repeats the run whose failure told that seed.
import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { after, describe, test } from "node:test";
import { filled, operations } from "../openapi/document.mjs";
import { connectorIds } from "./fake-provider/index.mjs";
import { Desk } from "./secrets/desk.mjs";
import { Draw } from "./secrets/draw.mjs";
import { adopts, hearsDigits, hearsItself, manages, misspells, sends, survives } from "./secrets/drive.mjs";
import { Watch } from "./secrets/watch.mjs";
import { wrongRequests } from "./secrets/wrong.mjs";

const seed = Number(process.env.SECRETS_SEED ?? randomInt(2 ** 31));
const draw = new Draw(seed);
const watch = new Watch();
const desk = await Desk.start(draw, watch);
after(() => desk.close());

const short = [
  [5, "code"],
  [6, "printable"],
  [7, "number"],
  [8, "code"],
  [9, "printable"],
  [10, "code"],
  [11, "printable"],
];
const shapes = ["code", "printable"];

/** Length and shape of the secrets in the rounds of a connector: a short one by turns, the shortest hinted, a long. */
const roundsOf = (index) => [
  short[index % short.length],
  ...[12, 40].map((length, i) => [length, shapes[(index + i) % 2]]),
];

const factories = await desk.manage("GET", "/connector-factories", undefined, 200);
const isConfidential = ({ isConfidential }) => isConfidential;
const done = new Set();

const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "QUERY"];
const takesBody = (method) => !["GET", "HEAD"].includes(method);

test("the watch finds what is planted, and nothing else", () => {
  const own = new Watch();
  const secret = own.keep("mine", 'aB3"x\\Yz9-', "authToken");
  const long = own.keep("long", "Q7wErTy1UiOp", "authToken");
  const finds = (text) => own.find(text)?.name;
  assert.equal(finds(`x${secret.slice(2, 7)}x`), "mine");
  assert.equal(finds(`x${secret.slice(2, 6)}x`), undefined, "four are too few");
  assert.equal(finds(JSON.stringify({ a: secret.slice(2, 7) })), "mine");
  assert.equal(finds(encodeURIComponent(secret.slice(2, 7))), "mine");
  for (const before of ["", "u", "us", "usr:"]) {
    assert.equal(finds(btoa(`${before}${long.slice(0, 5)}`).replaceAll("=", "")), "long", before);
  }
  const body = (field, hint) => `{"config":{"${field}":{"set":true,"hint":${JSON.stringify(hint)}}}}`;
  const shown = (text) => own.unhinted(text).includes("hint");
  assert.equal(shown(body("authToken", "UiOp")), false, "the hint of its field");
  assert.ok(shown(body("authToken", "1UiO")) && shown(body("authToken", "1UiOp")), "not the hint");
  assert.ok(shown(body("apiKey", "UiOp")), "not its field");
  assert.ok(shown(body("authToken", "Yz9-")), "too short for a hint");
  const answer = (headers, text, statusText = "OK") =>
    own.answer("GET /", "", { status: 200, statusText, headers: new Headers(headers) }, text);
  answer({}, body("authToken", "UiOp"));
  assert.equal(own.leaks.length, 0);
  answer({ "x-error": long.slice(0, 5) }, "");
  answer({}, "", long.slice(3, 8));
  answer({}, long);
  own.line(long);
  own.value("connector", long);
  assert.equal(own.leaks.length, 5);
  assert.throws(() => own.assertNone(7), /5 leaks, of 3 kinds \(seed 7\)/);
});

test("the watch is in place: what the Worker shows by design is found in answer, log and KV", async () => {
  const mock = factories.find(({ id }) => id === "mock-short-message-service");
  const { connector } = desk.fresh(mock, 40, "printable");
  const canary = watch.keep("the canary", draw.secret(40));
  connector.config.templates = [{ usageType: "Generic", content: `{{code}} ${canary}` }];
  await desk.manage("POST", "/connectors", connector, 200);
  assert.equal((await desk.ask("POST", "/send", { phone: desk.newPhone() })).status, 200);
  await desk.lookAtLog();
  await desk.lookAtKv();
  const places = new Set(watch.leaks.splice(0).map(({ name, where }) => `${name}: ${where}`));
  const expected = ["POST /api/connectors → 200", "the log", "KV connector"];
  assert.deepEqual([...places].sort(), expected.map((where) => `the canary: ${where}`).sort());
  await desk.empty();
  await desk.otp.kv.delete("connector-archive");
  watch.leaks.length = 0;
});

test("every connector has secrets, and a provider to repeat them", () => {
  const without = factories.filter(({ formItems }) => !formItems.some(isConfidential)).map(({ id }) => id);
  assert.deepEqual(without, [], "connectors without a confidential field: nothing is tested of them");
  const ids = factories.map(({ id }) => id).sort();
  assert.deepEqual(ids, [...connectorIds, "mock-short-message-service"].sort());
});

for (const [index, factory] of factories.entries()) {
  const { id } = factory;
  const rounds = roundsOf(index);
  const eachRound = async (work, some = rounds) => {
    for (const [round, [length, shape]] of some.entries())
      await work(desk, factory, length, shape, round + index);
    await desk.assertNoLeak();
    done.add(id);
  };
  describe(id, () => {
    test("managed: saved, shown, edited, replaced, brought back, deleted, and refused", () =>
      eachRound(manages));
    test("at work: sent, verified, and refused", () => eachRound(sends, [rounds[index % 3]]));
    test("put into KV by hand, it is shown as any other and sealed at the next save", () =>
      eachRound(adopts, rounds.slice(1)));
    test("broken in KV, it tells nothing, and is not kept in the clear", () =>
      eachRound(survives, [rounds[(index + 1) % 3]]));
    test("a secret under a misspelt name is neither shown nor kept in the clear", () =>
      eachRound(misspells, rounds.slice(2)));
    if (!connectorIds.includes(id)) return;
    // What may pass for a provider's code: a short secret, one of a code's characters, a number.
    const codes = [rounds[0], ...rounds.slice(1).filter(([, shape]) => shape === "code"), [8, "number"]];
    test("a provider that repeats what it was sent", () => eachRound(hearsItself, codes));
    test("a provider that repeats a secret of digits alone", async () => {
      assert.deepEqual(await hearsDigits(desk, factory), [], `seed ${seed}`);
      await desk.assertNoLeak();
    });
  });
}

test("the name of a field that nobody knows is not repeated if it is a secret", async () => {
  for (const factory of factories) {
    const { id, secrets, connector } = desk.fresh(factory, 40);
    const [secret] = Object.values(secrets);
    await desk.ask("POST", "/api/connectors", { ...connector, [secret]: secret });
    await desk.ask("POST", `/api/connectors/${id}/test`, { phone: "+8613800000000", [secret]: secret });
    for (const path of ["/send", "/verify"]) await desk.ask("POST", path, { [secret]: secret });
    const config = { ...connector.config, [secret]: 1 };
    await desk.manage("POST", "/connectors", { connectorId: id, config }, 200);
    await desk.lookAtKv();
    await desk.empty();
  }
  await desk.otp.kv.delete("connector-archive");
  await desk.assertNoLeak();
});

/** Every path of the Worker's own with a secret for each parameter, in every method. */
const everyRoute = (secret) =>
  [...new Set(operations.map(({ path }) => path))]
    .filter((path) => path !== "/openapi.json")
    .flatMap((path) => {
      const asked = filled(path, { id: secret, factoryId: secret });
      return methods.map((method) => ({ method, path: asked }));
    });

test("every route and method, with a wrong key, a body too large or of another kind, a secret in the path", async () => {
  const { secrets, connector } = desk.fresh(factories[0], 40);
  const [secret] = Object.values(secrets);
  const encoded = encodeURIComponent(secret);
  const wrong = wrongRequests(connector, desk.keys);
  const ask = (method, path, body, options) =>
    desk.ask(method, path, takesBody(method) ? body : undefined, options);
  for (const { method, path } of everyRoute(secret)) {
    await Promise.all([
      ...wrong.bodies.map(([options, body]) => ask(method, path, body, options)),
      ask(method, `${path}?key=${encoded}`, connector),
      ask(method, `${path}/${encoded}`, connector),
    ]);
  }
  for (const method of methods) await ask(method, `/${encoded}/api/connectors?${encoded}=1`, connector);
  for (const { method, path } of operations) {
    if (!path.startsWith("/api/") && !["/send", "/verify"].includes(path)) continue;
    const answers = await Promise.all(wrong.keys.map((key) => ask(method, filled(path), connector, key)));
    for (const { status } of answers) assert.equal(status, 401, `${method} ${path}`);
  }
  await desk.assertNoLeak();
});

// Not asked: /console with a query. The platform itself leads to /console/ and keeps the query.
test("what the platform serves, and what it hands on", async () => {
  const { secrets } = desk.fresh(factories[0], 40);
  const secret = encodeURIComponent(Object.values(secrets)[0]);
  const files = ["/openapi.json", "/console", "/console/", "/console/console.js", "/console/console.css"];
  for (const { id, logo } of factories) files.push(logo, `/guides/${id}.md`);
  const { server } = desk.otp;
  for (const path of files) {
    const { status } = await server.fetch(path);
    assert.ok([200, 307].includes(status), `${path}: ${status}`);
    const headers = { authorization: `Bearer ${secret}` };
    await Promise.all([
      server.fetch(path, { method: "HEAD", headers }),
      server.fetch(path, { method: "POST", headers, body: secret }),
      server.fetch(`${path}/${secret}`, { headers }),
    ]);
  }
  for (const path of [`/console/?key=${secret}`, `/guides/${secret}.md`, `/${secret}`, `/health?${secret}`]) {
    await server.fetch(path, { method: "GET" });
  }
  await desk.assertNoLeak();
});

test("settings that are wrong are named, not told", async () => {
  const short = watch.keep("an OTP_SECRET that is too short", draw.secret(31, "printable"));
  const names = ["CODE_LENGTH", "RESEND_COOLDOWNS", "ALLOWED_COUNTRIES", "PROVIDER_TIMEOUT_MS"];
  const pasted = names.map((name) => [name, watch.keep(`the key pasted into ${name}`, draw.secret(40))]);
  const { secrets, connector } = desk.fresh(factories[0], 40);
  const [secret] = Object.values(secrets);
  for (const settings of [{ OTP_SECRET: short }, Object.fromEntries(pasted)]) {
    const closed = await Desk.start(draw, watch, settings);
    try {
      await closed.put(connector);
      const answers = everyRoute(secret).map(({ method, path }) =>
        closed.ask(method, path, takesBody(method) ? connector : undefined),
      );
      for (const { status } of await Promise.all(answers)) assert.equal(status, 500);
      for (const one of closed.seen) desk.seen.add(one);
      await closed.assertNoLeak();
    } finally {
      await closed.close();
    }
  }
});

test("all of it was looked through", async (t) => {
  assert.deepEqual([...done].sort(), factories.map(({ id }) => id).sort());
  // Not to be had here: storage that fails, files that were not built, a cache; a dot segment, which `fetch` resolves.
  const unasked = (path, status) =>
    (status === "503" && !path.endsWith("/verify")) ||
    (path === "/openapi.json" && status !== "200") ||
    (path.endsWith("/test") && status === "404");
  for (const { path, operation } of operations) {
    for (const status of Object.keys(operation.responses)) {
      assert.ok(
        desk.seen.has(`${path} ${status}`) || unasked(path, status),
        `${path} never answered ${status}`,
      );
    }
  }
  const { secrets, answers, lines, values } = watch.count;
  const count = `${done.size} connectors, ${secrets} secrets, ${answers} answers, ${lines} lines, ${values} values`;
  t.diagnostic(`${count}; seed ${seed}`);
  // Per connector, about as many as there were when this was written.
  for (const [name, least] of Object.entries({ secrets: 20, answers: 600, lines: 600, values: 60 })) {
    assert.ok(watch.count[name] > done.size * least, `${watch.count[name]} ${name}`);
  }
});
