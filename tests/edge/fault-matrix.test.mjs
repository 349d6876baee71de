// The cells of the fault matrix (tests/fault-matrix.json, docs/fault-matrix.md) that only workerd can show: what a
// provider's connection does, a client that resets its own, a panic, and bodies that the Worker does not read. Against
// workerd alone, since wrangler's proxy stands between the connections.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { buildSync } from "esbuild";
import { guardClass } from "../../bench/lib/product.mjs";
import { startWorkerd } from "../../bench/lib/workerd.mjs";
import { root } from "../../scripts/steps.mjs";
import { apiKey, newPhone, secrets, twilio } from "./worker.mjs";

const matrix = JSON.parse(readFileSync(join(root, "tests", "fault-matrix.json"), "utf8"));
const runs = matrix.faults.flatMap(({ id, runs }) =>
  runs.filter((run) => run.where === "workerd").map((run) => ({ ...run, id: `${id} ${run.name}` })),
);

const connectorId = twilio.connectorId;
const configs = Object.fromEntries(
  ["old", "new"].map((name) => [
    name,
    { ...twilio.config, accountSID: `AC${name}`, authToken: `${name}-auth-token-of-20-characters` },
  ]),
);

const json = { "content-type": "application/json" };
const body = JSON.stringify({ sid: "SM1", status: "accepted", error_code: null });
const accept = (response) => response.writeHead(201, json).end(body);

/** The provider; `answer` responds to each of its requests. */
const provider = { requests: [], answer: accept, notify: () => {} };
/** Where a redirect leads. */
const elsewhere = { requests: 0 };

const listen = async (handle) => {
  const server = createServer(handle);
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
};

const modules = () => {
  const { outputFiles } = buildSync({
    entryPoints: [join(root, "tests", "edge", "fixtures", "instrumented-worker.js")],
    bundle: true,
    format: "esm",
    external: ["cloudflare:*", "*.wasm"],
    write: false,
  });
  return [
    { name: "index.js", code: outputFiles[0].text },
    { name: "index_bg.wasm", wasm: true, code: readFileSync(join(root, "build", "index_bg.wasm")) },
  ];
};

const servers = [];
const workers = {};
before(async () => {
  servers.push(
    await listen(async (request, response) => {
      let text = "";
      for await (const chunk of request) text += chunk;
      provider.requests.push(new URLSearchParams(text).get("Body"));
      provider.notify();
      provider.answer(response);
    }),
    await listen((_, response) => {
      elsewhere.requests += 1;
      accept(response);
    }),
  );
  // All phones of a test have one prefix, and no code of most is verified.
  const text = { ...secrets, LIMITS: "off" };
  const { OTP_SECRET, ...withoutSecret } = text;
  assert.ok(OTP_SECRET);
  const options = {
    connector: JSON.stringify(twilio),
    provider: `127.0.0.1:${servers[0].address().port}`,
    keepsObjects: true,
  };
  const start = (vars) =>
    startWorkerd({ modules: modules(), text: vars, objects: { GUARD: guardClass } }, options);
  workers.whole = await start(text);
  workers.impatient = await start({ ...text, PROVIDER_TIMEOUT_MS: "5000" });
  workers.withoutSecret = await start(withoutSecret);
});
after(async () => {
  for (const worker of Object.values(workers)) await worker.stop();
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
});

/** The Worker that requests go to. */
let worker;
const everything = [];
const request = async (method, path, { value, key = apiKey, headers = {}, text } = {}) => {
  const response = await fetch(`http://127.0.0.1:${worker.ports.http}${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, ...(value || text ? json : {}), ...headers },
    body: text ?? (value && JSON.stringify(value)),
  });
  const answer = await response.text();
  everything.push(answer);
  return { status: response.status, json: answer ? JSON.parse(answer) : undefined };
};

const word = ({ status, json }) => {
  if (json?.code) return `${status} ${json.code}`;
  if (json?.verified) return `${status} verified`;
  return `${status} ${json?.status ?? "saved"}`;
};
const post = async (path, value, options) => word(await request("POST", path, { value, ...options }));
const advance = (ms) => request("GET", `/test/clock?ms=${ms}`);
const admin = { key: secrets.ADMIN_KEY };
const codeOf = (text) => /\d{6}/.exec(text)[0];
const wrongCode = (code) => code.replace(/./g, (digit) => (digit === "9" ? "0" : "9"));
const arrival = () =>
  new Promise((resolve) => {
    provider.notify = resolve;
  });

const list = async () => {
  const { status, json } = await request("GET", "/api/connectors", admin);
  if (status !== 200) return `${status} ${json.code}`;
  return `200 ${json[0].config.accountSID.slice(2)}`;
};

const sends = ["S1", "S2", "S3"];

/** What precedes the operation: the number and code that it concerns. */
const setUp = async (scenario) => {
  const cell = { scenario, phone: newPhone(), usageType: "SignIn", code: undefined };
  if (scenario === "S1" || scenario === "S12") return cell;
  const send = async (phone, usageType) => {
    assert.equal(await post("/send", { phone, usageType }), "200 sent");
    return codeOf(provider.requests.at(-1));
  };
  cell.code = await send(cell.phone, "SignIn");
  cell.target = cell;
  if (scenario === "S2") await advance(10_000);
  if (scenario === "S3") await advance(60_000);
  if (scenario === "S6")
    for (let tried = 0; tried < 5; tried += 1)
      assert.equal(
        await post("/verify", { phone: cell.phone, usageType: "SignIn", code: wrongCode(cell.code) }),
        "400 verification_code.code_mismatch",
      );
  if (scenario === "S7")
    assert.equal(
      await post("/verify", { phone: cell.phone, usageType: "SignIn", code: cell.code }),
      "200 verified",
    );
  if (scenario === "S8") await advance(600_000);
  if (scenario === "S9") {
    await advance(60_000);
    await send(cell.phone, "Register");
    cell.target = { phone: cell.phone, usageType: "Register" };
  }
  if (scenario === "S10") {
    const phone = newPhone();
    await send(phone, "SignIn");
    cell.target = { phone, usageType: "SignIn" };
  }
  return cell;
};

/** The request of an operation that is one request. */
const operation = ({ scenario, phone, code, target }) => {
  if (sends.includes(scenario) || scenario === "S12") return ["/send", { phone, usageType: "SignIn" }];
  const tried = scenario === "S5" ? wrongCode(code) : code;
  return ["/verify", { phone: target.phone, usageType: target.usageType, code: tried }];
};

/** Waits until the Worker has ended the requests whose bytes it was given: it reads connections before each further poll. */
const requestsEnded = async () => {
  for (let idle = 0; idle < 3; ) {
    const { begun, ended } = (await request("GET", "/test/requests")).json;
    idle = begun === ended ? idle + 1 : 0;
    await sleep(20);
  }
};

/** Sends a request over a connection that is reset at once, a send once the provider is asked or the send refused. */
const vanish = async (method, path, value, key) => {
  const asked = arrival();
  const text = JSON.stringify(value);
  const head = {
    host: "otp.example",
    authorization: `Bearer ${key}`,
    "content-type": "application/json",
    "content-length": Buffer.byteLength(text),
  };
  const lines = Object.entries(head).map(([name, value]) => `${name}: ${value}\r\n`);
  const socket = connect(worker.ports.http, "127.0.0.1").on("error", () => {});
  await new Promise((resolve) =>
    socket.write(`${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n${text}`, resolve),
  );
  if (path === "/send") await Promise.race([asked, requestsEnded()]);
  socket.resetAndDestroy();
  return "no response";
};

/** Each fault: how a request runs under it, and what the provider does meanwhile. */
const drip = (response) => {
  response.writeHead(201, { ...json, "content-length": 10_000 });
  const timer = setInterval(() => response.write(" "), 100);
  response.on("close", () => clearInterval(timer));
};
const gzipBomb = gzipSync(Buffer.alloc(110_000_000, " "), { level: 9 });
const padding = Buffer.alloc(1_000_000, " ");
const sendLarge = (response) => {
  response.writeHead(201, json);
  response.write(body);
  let left = 100;
  const write = () => {
    while (left > 0 && !response.destroyed) {
      left -= 1;
      if (!response.write(padding)) return response.once("drain", write);
    }
    response.end();
  };
  write();
};
const gzip = { ...json, "content-encoding": "gzip" };
const plain = (method, path, value, key) => request(method, path, { value, key }).then(word);
const faults = {
  "F16 drip": { answer: drip, run: plain, worker: "impatient" },
  "F19 100 MB": { answer: sendLarge, run: plain },
  "F19 gzip bomb": {
    answer: (response) =>
      response.writeHead(201, { ...gzip, "content-length": gzipBomb.length }).end(gzipBomb),
    run: plain,
  },
  "F22 302 in workerd": {
    answer: (response) =>
      response.writeHead(302, { location: `http://127.0.0.1:${servers[1].address().port}/` }).end(),
    run: plain,
  },
  "F25 reset": {
    answer: (response) => setTimeout(() => accept(response), 300),
    run: vanish,
  },
  "F28 no OTP_SECRET": { run: plain, worker: "withoutSecret" },
  "F29 panic": {
    answer: accept,
    run: async (method, path, value, key) => {
      if (path === "/send") provider.answer = () => {};
      const asked = arrival();
      const answer = path === "/send" ? plain(method, path, value, key) : undefined;
      await Promise.race([asked, answer ?? Promise.resolve()]);
      await request("GET", "/test/panic");
      provider.answer = accept;
      return answer ?? plain(method, path, value, key);
    },
  },
  "F32 oversize": {
    run: (method, path, value, key) =>
      request(method, path, { key, text: JSON.stringify(value) + " ".repeat(66_000) }).then(word),
  },
  "F32 compressed": {
    run: (method, path, value, key) =>
      request(method, path, { key, headers: gzip, text: gzipSync(JSON.stringify(value)) }).then(word),
  },
};

/** Which of the codes verifies, and how many attempts of the code were compared in the operation. */
const examine = async ({ phone, usageType, code, target, scenario }, sent) => {
  const parts = [];
  const verify = (binding, code) =>
    request("POST", "/verify", { value: { phone: binding.phone, usageType: binding.usageType, code } });
  if (["S5", "S9", "S10"].includes(scenario)) {
    const { json } = await verify(target, wrongCode(code));
    parts.push(`${4 - json.data.attemptsLeft} compared`);
  }
  const isValid = async (code) =>
    code !== undefined && (await verify({ phone, usageType }, code)).status === 200;
  const isNewValid = await isValid(sent);
  const isOldValid = await isValid(code);
  assert.ok(!(isNewValid && isOldValid), "two valid codes");
  const valid = isNewValid ? "new" : isOldValid ? "old" : "no";
  parts.push(`${valid} code valid`);
  if (scenario === "S4") parts.unshift(`${isOldValid ? 0 : 1} compared`);
  return parts;
};

/**
 * Whether a request whose client has gone was read at all is up to the network: a reset may overtake it. It counts at
 * most once, a code that it used up is used up, and a connector is one of the two.
 */
const relax = (scenario, parts) => {
  const compared = Number(/^(\d) compared/.exec(parts[1])?.[1] ?? 0);
  assert.ok(compared <= 1, `${compared} attempts`);
  if (scenario === "S4") assert.equal(parts[2], compared === 1 ? "no code valid" : "old code valid");
  if (scenario === "S4") parts.pop();
  if (["S4", "S5", "S9", "S10"].includes(scenario)) parts[1] = "at most 1 compared";
  if (scenario === "S12") parts[parts.length - 1] = "one connector";
  if (scenario !== "S11") return;
  const connector = parts.pop();
  assert.ok(parts[0].endsWith(connector.replace(" connector", "")) || connector === "new connector");
  parts[0] = "200 old, no response, 200 old or new";
};

const observe = async (run, scenario) => {
  const fault = faults[run];
  worker = workers[fault.worker ?? "whole"];
  everything.length = 0;
  if (fault.worker === "withoutSecret") {
    const phone = newPhone();
    const [path, value] = operation({
      scenario,
      phone,
      code: "123456",
      target: { phone, usageType: "SignIn" },
    });
    if (scenario !== "S11") return `${await fault.run("POST", path, value, apiKey)}; 0 requests`;
    return `${await list()}, ${await fault.run("POST", "/api/connectors", {}, admin.key)}`;
  }
  await post("/api/connectors", { connectorId, config: configs.old }, admin);
  const cell = await setUp(scenario);
  const before = provider.requests.length;
  if (fault.answer) provider.answer = fault.answer;
  const answers = [];
  const parts = [];
  if (scenario === "S11") {
    const [{ id }] = (await request("GET", "/api/connectors", admin)).json;
    answers.push(await list());
    answers.push(await fault.run("PATCH", `/api/connectors/${id}`, { config: configs.new }, admin.key));
    if (run.startsWith("F25")) await requestsEnded();
    answers.push(await list());
  } else if (scenario === "S12") {
    const answer = fault.answer;
    let release;
    const held = new Promise((resolve) => {
      release = resolve;
    });
    if (answer) provider.answer = (response) => held.then(() => answer(response));
    const asked = arrival();
    const sent = run.startsWith("F29")
      ? plain("POST", ...operation(cell), apiKey)
      : fault.run("POST", ...operation(cell), apiKey);
    await Promise.race([asked, sent]);
    const replaced = await fault.run(
      "POST",
      "/api/connectors",
      { connectorId, config: configs.new },
      admin.key,
    );
    release();
    answers.push(await sent, replaced);
  } else {
    answers.push(await fault.run("POST", ...operation(cell), apiKey));
  }
  // A client that has gone does not tell when its request ends.
  if (run.startsWith("F25")) await requestsEnded();
  provider.answer = accept;
  const requests = provider.requests.length - before;
  const sent = requests > 0 ? codeOf(provider.requests[before]) : undefined;
  parts.push(answers.join(", "));
  if (sends.includes(scenario) || scenario === "S12")
    parts.push(`${requests} request${requests === 1 ? "" : "s"}`);
  else assert.equal(requests, 0, "only a send sends");
  if (scenario !== "S11") parts.push(...(await examine(cell, sent)));
  if (scenario === "S1" || scenario === "S3") {
    const next = await post("/send", { phone: cell.phone, usageType: "SignIn" });
    parts[1] += next === "200 sent" ? ", not counted" : ", counted";
  }
  if (scenario === "S11" || scenario === "S12") parts.push(`${(await list()).slice(4)} connector`);
  if (run.startsWith("F25")) relax(scenario, parts);
  assert.equal(elsewhere.requests, 0, "no redirect is followed");
  assertNoSecret(cell, sent);
  return parts.join("; ");
};

/** The number is in the response to its own verification only. */
const assertNoSecret = ({ code, phone }, sent) => {
  const answers = everything.filter((answer) => !answer.includes('"verified":true')).join("\n");
  // In ids the six digits of a code occur by chance.
  const text = answers.replaceAll(/\b[0-9a-f]{32}\b/g, "");
  const all = [code, sent, phone.slice(1), secrets.OTP_SECRET, configs.old.authToken, configs.new.authToken];
  for (const secret of all.filter(Boolean)) assert.ok(!text.includes(secret), "a secret in a response");
};

for (const run of runs) {
  describe(run.id, () => {
    for (const { id, name } of matrix.scenarios) {
      const expected = run.cells[id];
      if (expected.startsWith("n/a: ")) continue;
      test(`${id} ${name}: ${expected}`, async () => {
        const observed = await observe(run.id, id);
        assert.equal(observed, expected);
      });
    }
  });
}
