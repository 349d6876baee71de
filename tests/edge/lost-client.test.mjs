// A client whose connection is reset while the provider is asked, against workerd alone: wrangler's proxy keeps its own
// connection to the Worker open.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { connect } from "node:net";
import { after, afterEach, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { guardClass, workerModules } from "../../bench/lib/product.mjs";
import { startWorkerd } from "../../bench/lib/workerd.mjs";
import { apiKey, newPhone, secrets, twilio } from "./worker.mjs";

const accepted = [201, { sid: "SM1", status: "accepted", error_code: null }];
const refused = [400, { code: 21211, message: "no" }];

/** The provider: it holds its responses back until `answer` is called. */
const provider = { arrived: 0, waiting: [], notify: () => {} };
const answer = ([status, body]) => {
  for (const response of provider.waiting.splice(0)) {
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  }
};
const arrival = () =>
  new Promise((resolve) => {
    provider.notify = resolve;
  });

let server;
let workerd;
before(async () => {
  server = createServer((request, response) => {
    request.resume();
    provider.arrived += 1;
    provider.waiting.push(response);
    provider.notify();
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  workerd = await startWorkerd(
    { modules: workerModules(), text: secrets, objects: { GUARD: guardClass } },
    { connector: JSON.stringify(twilio), provider: `127.0.0.1:${server.address().port}`, keepsObjects: true },
  );
});
after(async () => {
  await workerd?.stop();
  server.closeAllConnections();
  server.close();
});
afterEach(() => {
  provider.arrived = 0;
});

const headers = (idempotencyKey) => ({
  authorization: `Bearer ${apiKey}`,
  "content-type": "application/json",
  ...(idempotencyKey ? { "idempotency-key": idempotencyKey } : {}),
});

const post = async (path, value, idempotencyKey) => {
  const response = await fetch(`http://127.0.0.1:${workerd.ports.http}${path}`, {
    method: "POST",
    headers: headers(idempotencyKey),
    body: JSON.stringify(value),
  });
  return { status: response.status, json: await response.json() };
};
const send = (phone, idempotencyKey) => post("/send", { phone }, idempotencyKey);

/** Makes a request over a connection that is reset once the provider is asked. */
const postAndVanish = async (path, value, idempotencyKey) => {
  const body = JSON.stringify(value);
  const lines = Object.entries({
    ...headers(idempotencyKey),
    host: "otp.example",
    "content-length": body.length,
  });
  const socket = connect(workerd.ports.http, "127.0.0.1").on("error", () => {});
  const asked = arrival();
  socket.write(
    `POST ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n${body}`,
  );
  await asked;
  socket.resetAndDestroy();
  // Long enough for workerd to see the reset; a shorter time makes the test easier to pass, not to fail.
  await sleep(300);
};
const sendAndVanish = (phone, idempotencyKey) => postAndVanish("/send", { phone }, idempotencyKey);

/** Refuses the message of a client that has gone, and accepts the one that a repeated request then asks for. */
const refuseThenAccept = async (repeat) => {
  const asked = arrival();
  const repeated = repeat();
  await sleep(300);
  answer(refused);
  await asked;
  answer(accepted);
  const { status, json } = await repeated;
  assert.deepEqual([status, json.status], [200, "sent"]);
};

test("a refusal after the client has gone gives the send back", async () => {
  const phone = newPhone();
  await sendAndVanish(phone);
  answer(refused);
  for (;;) {
    const asked = arrival();
    const sent = send(phone);
    const first = await Promise.race([sent, asked]);
    if (!first) break;
    assert.equal(first.json.code, "request.message_rate_limited");
    await sleep(50);
  }
  answer(accepted);
});

test("a repeated request after the client has gone gets the same receipt", async () => {
  const phone = newPhone();
  await sendAndVanish(phone, "lost-1");
  const repeated = send(phone, "lost-1");
  await sleep(300);
  answer(accepted);
  const { status, json } = await repeated;
  assert.deepEqual([status, json.status], [200, "sent"]);
  assert.deepEqual((await send(phone, "lost-1")).json, json);
  assert.equal(provider.arrived, 1, "one SMS");
});

test("a refusal after the client has gone frees its idempotency key", async () => {
  const phone = newPhone();
  await sendAndVanish(phone, "lost-2");
  await refuseThenAccept(() => send(phone, "lost-2"));
});

test("a repeated delivery after the auth server has gone sends no second SMS", async () => {
  const delivery = { to: newPhone(), code: "31415", usageType: "SignIn" };
  await postAndVanish("/deliver/generic", delivery);
  const repeated = post("/deliver/generic", delivery);
  await sleep(300);
  answer(accepted);
  const { status, json } = await repeated;
  assert.deepEqual([status, json.status], [200, "sent"]);
  assert.deepEqual(await post("/deliver/generic", delivery), { status, json });
  assert.equal(provider.arrived, 1, "one SMS");
});

test("a delivery that is refused after the auth server has gone is asked for anew", async () => {
  const delivery = { to: newPhone(), code: "31415", usageType: "SignIn" };
  await postAndVanish("/deliver/generic", delivery);
  await refuseThenAccept(() => post("/deliver/generic", delivery));
});
