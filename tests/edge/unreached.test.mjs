// A provider that is not reached, and one that breaks off: in workerd itself, whose own errors decide. The other tests'
// Workers send their requests through this process, which hides what the connection does.
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { after, before, describe, test } from "node:test";
import { startBareWorker } from "./bare-workerd.mjs";
import { eventually, newPhone, secrets } from "./worker.mjs";

/** A host name with a label that is too long: it resolves nowhere, and no name server is asked. */
const noHost = `${"a".repeat(64)}.invalid`;

/** A TCP server that does `serve` with each connection; resolves with its port. */
const listen = async (servers, serve) => {
  const server = createServer((socket) => serve(socket.on("error", () => {})));
  servers.push(server);
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server.address().port;
};

describe("a provider in workerd's network", () => {
  const servers = [];
  let worker;
  /** Its deadline is short. The other one has the default of 10 s. */
  let impatient;
  let socket;
  let ports;
  before(async () => {
    worker = await startBareWorker({ RESEND_COOLDOWNS: "0" });
    impatient = await startBareWorker({ PROVIDER_TIMEOUT_MS: "2000" });
    // The port of a connection of ours: nobody listens on it, nor can another program meanwhile.
    socket = connect(await listen(servers, (accepted) => accepted.resume()), "127.0.0.1");
    await once(socket, "connect");
    ports = {
      closed: socket.localPort,
      noTls: await listen(servers, (socket) => socket.once("data", () => socket.end("no TLS here\r\n"))),
      breaking: await listen(servers, (socket) => socket.once("data", () => socket.resetAndDestroy())),
      silent: await listen(servers, (socket) => socket.once("data", () => socket.end())),
      other: await listen(servers, (socket) => socket.once("data", () => socket.end("SSH-2.0-x\r\n"))),
      hanging: await listen(servers, (socket) => socket.resume()),
      cut: await listen(servers, (socket) =>
        socket.once("data", () => socket.end("HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{")),
      ),
    };
  });
  after(async () => {
    await worker.stop();
    await impatient.stop();
    socket.destroy();
    for (const server of servers) server.close();
  });

  const testConnector = (endpoint, asked = worker) =>
    asked.call(
      "/api/connectors/http-sms/test",
      { phone: newPhone(), config: { endpoint } },
      secrets.ADMIN_KEY,
    );

  /** Waits until the log has the line of a request, and compares its cause. */
  const assertLogged = async (requestId, cause, asked = worker) => {
    const lines = () => asked.logs().split("\n");
    const line = await eventually(
      () => lines().find((text) => text.includes(requestId)),
      `line of ${requestId}`,
    );
    assert.match(line, new RegExp(`"cause":"${cause}"`));
  };

  for (const [name, endpoint, cause] of [
    ["a closed port", () => `http://127.0.0.1:${ports.closed}/`, "refused"],
    ["a closed port with TLS", () => `https://127.0.0.1:${ports.closed}/`, "refused"],
    ["a name that does not resolve", () => `https://${noHost}/`, "dns"],
    ["a server without TLS", () => `https://localhost:${ports.noTls}/`, "tls"],
  ]) {
    test(`${name} is a refusal with the cause ${cause}`, async () => {
      const { status, json } = await testConnector(endpoint());
      assert.deepEqual([status, json.code, json.data], [502, "connector.general", { cause }]);
      await assertLogged(json.requestId, cause);
    });
  }

  for (const [name, endpoint, cause] of [
    [
      "a connection that is reset after the request",
      () => `http://127.0.0.1:${ports.breaking}/`,
      "unreadable",
    ],
    [
      "a connection that is closed without a response",
      () => `http://127.0.0.1:${ports.silent}/`,
      "unreadable",
    ],
    ["a response that is not HTTP", () => `http://127.0.0.1:${ports.other}/`, "unreadable"],
    ["a response that is cut off", () => `http://127.0.0.1:${ports.cut}/`, "unreadable"],
    ["no response", () => `http://127.0.0.1:${ports.hanging}/`, "timeout"],
  ]) {
    test(`${name} is unknown with the cause ${cause}`, async () => {
      const asked = cause === "timeout" ? impatient : worker;
      const { status, json } = await testConnector(endpoint(), asked);
      const { requestId, ...rest } = json;
      assert.deepEqual([status, rest], [202, { status: "unknown", cause }]);
      await assertLogged(requestId, cause, asked);
    });
  }

  test("a send that is not delivered is given back, and its code is void", async () => {
    const connector = { connectorId: "http-sms", config: { endpoint: `http://127.0.0.1:${ports.closed}/` } };
    assert.equal((await worker.call("/api/connectors", connector, secrets.ADMIN_KEY)).status, 200);
    const phone = newPhone();
    for (let i = 0; i < 3; i += 1) {
      const { status, json } = await worker.call("/send", { phone });
      assert.deepEqual([status, json.code, json.data], [502, "connector.general", { cause: "refused" }]);
    }
    const verified = await worker.call("/verify", { phone, code: "000000" });
    assert.equal(verified.json.code, "verification_code.not_found");
  });
});
