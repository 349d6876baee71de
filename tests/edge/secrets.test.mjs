// No five consecutive characters of a secret leave the Worker: not in a response, a log line or an error, not in KV. For
// every connector's schema, random secrets of many lengths are used in valid and invalid requests of every kind. The only
// exception is the hint of a redacted config: the last four characters of a secret of 12 or more.
//
// SECRETS_SEED=<number> repeats a run; a failure states its seed.
import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { after, describe, test } from "node:test";
import { fillPath, operations } from "../openapi/document.mjs";
import { bodies } from "./auth-servers.mjs";
import { connectorIds, FakeProvider } from "./fake-provider/index.mjs";
import { invalidRequests } from "./secrets/invalid-requests.mjs";
import { LeakScanner } from "./secrets/leak-scanner.mjs";
import { ObservedWorker } from "./secrets/observed-worker.mjs";
import {
  findEchoedDigits,
  manageConnector,
  receiveEchoes,
  saveMisspelledField,
  sendAndVerify,
  useInvalidConnector,
  useManualConnector,
} from "./secrets/scenarios.mjs";
import { SecretGenerator } from "./secrets/secret-generator.mjs";

const seed = Number(process.env.SECRETS_SEED ?? randomInt(2 ** 31));
const generator = new SecretGenerator(seed);
const scanner = new LeakScanner();
const worker = await ObservedWorker.start(generator, scanner);
after(() => worker.close());

const shortSecrets = [
  [5, "code"],
  [6, "printable"],
  [7, "number"],
  [8, "code"],
  [9, "printable"],
  [10, "code"],
  [11, "printable"],
];
const alphabets = ["code", "printable"];

/** Returns length and alphabet of the secrets in a connector's rounds: short, the shortest with a hint, long. */
const roundsOf = (index) => [
  shortSecrets[index % shortSecrets.length],
  ...[12, 40].map((length, i) => [length, alphabets[(index + i) % 2]]),
];

const factories = await worker.manage("GET", "/connector-factories", undefined, 200);
const isConfidential = ({ isConfidential }) => isConfidential;
const tested = new Set();

const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "QUERY"];
const hasBody = (method) => !["GET", "HEAD"].includes(method);

test("the scanner finds known secrets in every form, and nothing else", () => {
  const local = new LeakScanner();
  const secret = local.add("short", 'aB3"x\\Yz9-', "authToken");
  const long = local.add("long", "Q7wErTy1UiOp", "authToken");
  const finds = (text) => local.find(text)?.name;
  assert.equal(finds(`x${secret.slice(2, 7)}x`), "short");
  assert.equal(finds(`x${secret.slice(2, 6)}x`), undefined, "four are too few");
  assert.equal(finds(JSON.stringify({ a: secret.slice(2, 7) })), "short");
  assert.equal(finds(encodeURIComponent(secret.slice(2, 7))), "short");
  for (const before of ["", "u", "us", "usr:"]) {
    assert.equal(finds(btoa(`${before}${long.slice(0, 5)}`).replaceAll("=", "")), "long", before);
  }
  const body = (field, hint) => `{"config":{"${field}":{"set":true,"hint":${JSON.stringify(hint)}}}}`;
  const hasHint = (text) => local.removeHints(text).includes("hint");
  assert.equal(hasHint(body("authToken", "UiOp")), false, "the hint of its field");
  assert.ok(hasHint(body("authToken", "1UiO")) && hasHint(body("authToken", "1UiOp")), "not the hint");
  assert.ok(hasHint(body("apiKey", "UiOp")), "not its field");
  assert.ok(hasHint(body("authToken", "Yz9-")), "too short for a hint");
  local.add("quoted", 'aB1"[Dx9kQ2w7', "authToken");
  assert.equal(finds(local.removeHints(body("authToken", "[Dx9"))), undefined, "JSON's quote before a hint");
  assert.equal(finds(local.removeHints(body("authToken", "[Dx9k"))), "quoted", "five characters are no hint");
  const scan = (headers, text, statusText = "OK") =>
    local.scanResponse("GET /", "", { status: 200, statusText, headers: new Headers(headers) }, text);
  scan({}, body("authToken", "UiOp"));
  assert.equal(local.leaks.length, 0);
  scan({ "x-error": long.slice(0, 5) }, "");
  scan({}, "", long.slice(3, 8));
  scan({}, long);
  local.scanLogLine(long);
  local.scanKvEntry("connector", long);
  assert.equal(local.leaks.length, 5);
  assert.throws(() => local.assertNoLeak(7), /5 leaks, of 3 kinds \(seed 7\)/);
});

test("the scanner sees responses, log and KV: a text that they contain by design is found", async () => {
  const mock = factories.find(({ id }) => id === "mock-short-message-service");
  const { connector } = worker.createConnector(mock, 40, "printable");
  const controlText = scanner.add("the control text", generator.generate(40));
  connector.config.templates = [{ usageType: "Generic", content: `{{code}} ${controlText}` }];
  await worker.manage("POST", "/connectors", connector, 200);
  assert.equal((await worker.request("POST", "/send", { phone: worker.newPhone() })).status, 200);
  await worker.scanLog();
  await worker.scanKv();
  const places = new Set(scanner.leaks.splice(0).map(({ name, where }) => `${name}: ${where}`));
  const expected = ["POST /api/connectors → 200", "the log", "KV connector"];
  assert.deepEqual([...places].sort(), expected.map((where) => `the control text: ${where}`).sort());
  await worker.deleteConnectors();
  await worker.otp.kv.delete("connector-archive");
  scanner.leaks.length = 0;
});

test("every connector has a confidential field and a fake provider", () => {
  const without = factories.filter(({ formItems }) => !formItems.some(isConfidential)).map(({ id }) => id);
  assert.deepEqual(without, [], "connectors without a confidential field: nothing is tested of them");
  const ids = factories.map(({ id }) => id).sort();
  assert.deepEqual(ids, [...connectorIds, "mock-short-message-service"].sort());
});

for (const [index, factory] of factories.entries()) {
  const { id } = factory;
  const rounds = roundsOf(index);
  const eachRound = async (work, some = rounds) => {
    for (const [round, [length, alphabet]] of some.entries())
      await work(worker, factory, length, alphabet, round + index);
    await worker.assertNoLeak();
    tested.add(id);
  };
  describe(id, () => {
    test("no leak when a connector is saved, read, edited, replaced, restored, deleted or rejected", () =>
      eachRound(manageConnector));
    test("no leak when codes are sent, verified or rejected", () =>
      eachRound(sendAndVerify, [rounds[index % 3]]));
    test("no leak of a connector written to KV by hand, which the next save seals", () =>
      eachRound(useManualConnector, rounds.slice(1)));
    test("no leak of an invalid connector in KV, which is not archived in plain text", () =>
      eachRound(useInvalidConnector, [rounds[(index + 1) % 3]]));
    test("no leak of a secret under a misspelled field name", () =>
      eachRound(saveMisspelledField, rounds.slice(2)));
    if (!connectorIds.includes(id)) return;
    // Secrets that look like a provider's code: a short one, one of a code's characters, a number.
    const codes = [
      rounds[0],
      ...rounds.slice(1).filter(([, alphabet]) => alphabet === "code"),
      [8, "number"],
    ];
    test("no leak through a provider that repeats the request", () => eachRound(receiveEchoes, codes));
    test("no leak through a provider that repeats a secret of digits only", async () => {
      assert.deepEqual(await findEchoedDigits(worker, factory), [], `seed ${seed}`);
      await worker.assertNoLeak();
    });
  });
}

test("an unknown field name that is a secret is not repeated", async () => {
  for (const factory of factories) {
    const { id, secrets, connector } = worker.createConnector(factory, 40);
    const [secret] = Object.values(secrets);
    await worker.request("POST", "/api/connectors", { ...connector, [secret]: secret });
    await worker.request("POST", `/api/connectors/${id}/test`, { phone: "+8613800000000", [secret]: secret });
    for (const path of ["/send", "/verify"]) await worker.request("POST", path, { [secret]: secret });
    const config = { ...connector.config, [secret]: 1 };
    await worker.manage("POST", "/connectors", { connectorId: id, config }, 200);
    await worker.scanKv();
    await worker.deleteConnectors();
  }
  await worker.otp.kv.delete("connector-archive");
  await worker.assertNoLeak();
});

/** Returns every path of the Worker, with a secret for each parameter, in every method. */
const everyRoute = (secret) =>
  [...new Set(operations.map(({ path }) => path))]
    .filter((path) => path !== "/openapi.json")
    .flatMap((path) => {
      const filled = fillPath(path, { id: secret, factoryId: secret, dialect: secret });
      return methods.map((method) => ({ method, path: filled }));
    });

test("no route or method repeats a secret of the path, the key or a rejected body", async () => {
  const { secrets, connector } = worker.createConnector(factories[0], 40);
  const [secret] = Object.values(secrets);
  const encoded = encodeURIComponent(secret);
  const invalid = invalidRequests(connector, worker.keys);
  const send = (method, path, body, options) =>
    worker.request(method, path, hasBody(method) ? body : undefined, options);
  for (const { method, path } of everyRoute(secret)) {
    await Promise.all([
      ...invalid.bodies.map(([options, body]) => send(method, path, body, options)),
      send(method, `${path}?key=${encoded}`, connector),
      send(method, `${path}/${encoded}`, connector),
    ]);
  }
  for (const method of methods) await send(method, `/${encoded}/api/connectors?${encoded}=1`, connector);
  for (const { method, path } of operations) {
    if (!path.startsWith("/api/") && !["/send", "/verify"].includes(path)) continue;
    const responses = await Promise.all(
      invalid.keys.map((key) => send(method, fillPath(path), connector, key)),
    );
    for (const { status } of responses) assert.equal(status, 401, `${method} ${path}`);
  }
  await worker.assertNoLeak();
});

test("no leak when auth servers call, with valid, invalid and repeated requests", async () => {
  const { id, secrets, connector } = worker.createConnector(factories[0], 40);
  const [secret] = Object.values(secrets);
  await worker.manage("POST", "/connectors", connector, 200);
  const fakeProvider = new FakeProvider(id, connector.config);
  const { provider } = worker.otp;
  provider.answer = () => fakeProvider.handle(provider.requests.at(-1));
  for (const [dialect, bodyOf] of Object.entries(bodies)) {
    const path = `/deliver/${dialect}`;
    const post = async (body, headers, ...statuses) => {
      const options = worker.sign[dialect] ? { key: "", headers } : { headers };
      const { status, text } = await worker.request("POST", path, body, options);
      assert.ok(statuses.includes(status), `${path}: ${status} ${text}`);
    };
    const signed = (body) => worker.sign[dialect]?.(body) ?? {};
    const valid = JSON.stringify(bodyOf(worker.newPhone(), "271828"));
    await post(valid, signed(valid), 200, 204);
    await post(valid, signed(valid), 200, 204);
    for (const body of [
      JSON.stringify(bodyOf(secret, secret)),
      JSON.stringify({ [secret]: secret }),
      secret,
    ]) {
      await post(body, signed(body), 200, 204, 400);
      const wrong = Object.fromEntries(Object.keys(signed(body)).map((name) => [name, secret]));
      await post(body, worker.sign[dialect] ? wrong : { authorization: `Bearer ${secret}` }, 401);
    }
    await post(secret.padEnd(70_000, "x"), {}, 413);
    await post(secret, { "content-type": "text/plain" }, 415);
    const phone = worker.newPhone();
    const tested = await worker.request("POST", `/api/bridges/${dialect}/test`, { phone });
    assert.equal(tested.status, 200, tested.text);
    await worker.request("POST", `/api/bridges/${dialect}/test`, { phone: secret });
    const play = (body, headers) => worker.request("POST", `/api/bridges/${dialect}/test`, body, { headers });
    assert.equal((await play(secret.padEnd(70_000, "x"))).status, 413);
    assert.equal((await play(secret, { "content-type": "text/plain" })).status, 415);
    assert.equal((await worker.request("PUT", path, valid)).status, 405);
  }
  await worker.manage("GET", "/bridges", undefined, 200);
  const { config } = connector;
  await worker.manage("POST", `/connectors/${id}/check`, { config }, 200);
  await worker.manage("POST", `/connectors/${id}/check`, { config: { ...config, [secret]: secret } }, 200);
  await worker.manage("POST", `/connectors/${secret}/check`, { config }, 422);
  await worker.deleteConnectors();
  const [archived] = await worker.manage("GET", "/connectors/archive", undefined, 200);
  await worker.manage("DELETE", `/connectors/archive/${archived.id}`, undefined, 204);
  await worker.scanKv();
  await worker.deleteConnectors();
  await worker.assertNoLeak();
});

// Not tested: /console with a query. The platform redirects to /console/ with the query.
test("static files and requests that the platform forwards repeat no secret", async () => {
  const { secrets } = worker.createConnector(factories[0], 40);
  const secret = encodeURIComponent(Object.values(secrets)[0]);
  const files = ["/openapi.json", "/console", "/console/", "/console/console.js", "/console/console.css"];
  for (const { id, logo } of factories) files.push(logo, `/guides/${id}.md`);
  const { server } = worker.otp;
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
  await worker.assertNoLeak();
});

test("an invalid setting is named, its value is not repeated", async () => {
  const shortSecret = scanner.add("an OTP_SECRET that is too short", generator.generate(31, "printable"));
  const names = ["CODE_LENGTH", "RESEND_COOLDOWNS", "ALLOWED_COUNTRIES", "PROVIDER_TIMEOUT_MS"];
  const pasted = names.map((name) => [
    name,
    scanner.add(`the key pasted into ${name}`, generator.generate(40)),
  ]);
  const { secrets, connector } = worker.createConnector(factories[0], 40);
  const [secret] = Object.values(secrets);
  for (const settings of [{ OTP_SECRET: shortSecret }, Object.fromEntries(pasted)]) {
    const misconfigured = await ObservedWorker.start(generator, scanner, settings);
    try {
      await misconfigured.storeConnector(connector);
      const responses = everyRoute(secret).map(({ method, path }) =>
        misconfigured.request(method, path, hasBody(method) ? connector : undefined),
      );
      for (const { status } of await Promise.all(responses)) assert.equal(status, 500);
      for (const one of misconfigured.seen) worker.seen.add(one);
      await misconfigured.assertNoLeak();
    } finally {
      await misconfigured.close();
    }
  }
});

test("every connector, path and documented status was scanned", async (t) => {
  assert.deepEqual([...tested].sort(), factories.map(({ id }) => id).sort());
  // Not reproducible here: failing storage, missing files, a cache, and a dot segment, which `fetch` resolves.
  const isUntested = (path, status) =>
    (status === "503" && !path.endsWith("/verify")) ||
    (path === "/openapi.json" && status !== "200") ||
    // As those of /deliver/generic.
    (path === "/deliver/{dialect}" && ["403", "422", "429", "500", "501", "502"].includes(status)) ||
    (/\/(test|check)$/.test(path) && status === "404");
  const unseen = operations.flatMap(({ path, operation }) =>
    Object.keys(operation.responses)
      .filter((status) => !worker.seen.has(`${path} ${status}`) && !isUntested(path, status))
      .map((status) => `${path} ${status}`),
  );
  assert.deepEqual(unseen, []);
  const { secrets, responses, lines, values } = scanner.count;
  const count = `${tested.size} connectors, ${secrets} secrets, ${responses} responses, ${lines} lines, ${values} values`;
  t.diagnostic(`${count}; seed ${seed}`);
  // Per connector, about as many as when this was written.
  for (const [name, minimum] of Object.entries({ secrets: 20, responses: 600, lines: 600, values: 60 })) {
    assert.ok(scanner.count[name] > tested.size * minimum, `${scanner.count[name]} ${name}`);
  }
});
