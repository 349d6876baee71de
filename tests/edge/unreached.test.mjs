// A provider that is not reached, and one that breaks off: in workerd itself, whose own errors decide. The other tests'
// Workers send their requests through this process, which hides what the connection does.
import assert from "node:assert/strict";
import { createServer } from "node:net";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { startBareWorker } from "./bare-workerd.mjs";
import { newPhone, secrets } from "./worker.mjs";

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
  let ports;
  before(async () => {
    worker = await startBareWorker({ RESEND_COOLDOWNS: "0", PROVIDER_TIMEOUT_MS: "2000" });
    const closed = await listen(servers, () => {});
    await new Promise((resolve) => servers.pop().close(resolve));
    ports = {
      closed,
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
    for (const server of servers) server.close();
  });

  const testConnector = (endpoint) =>
    worker.call(
      "/api/connectors/http-sms/test",
      { phone: newPhone(), config: { endpoint } },
      secrets.ADMIN_KEY,
    );

  /** Waits until the log has the line of a request, and compares its cause. */
  const assertLogged = async (requestId, cause) => {
    let line;
    for (let i = 0; i < 100 && !line; i += 1) {
      line = worker
        .logs()
        .split("\n")
        .find((text) => text.includes(requestId));
      if (!line) await sleep(50);
    }
    assert.match(line ?? worker.logs(), new RegExp(`"cause":"${cause}"`));
  };

  for (const [name, endpoint, cause] of [
    ["a closed port", () => `http://127.0.0.1:${ports.closed}/`, "refused"],
    ["a closed port with TLS", () => `https://127.0.0.1:${ports.closed}/`, "refused"],
    ["a name that does not resolve", () => "https://edge-otp-test.invalid/", "dns"],
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
      const { status, json } = await testConnector(endpoint());
      const { requestId, ...rest } = json;
      assert.deepEqual([status, rest], [202, { status: "unknown", cause }]);
      await assertLogged(requestId, cause);
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
