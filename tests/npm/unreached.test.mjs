// A provider that is not reached, in Node and with the errors of other runtimes: only what proves that nothing was sent is
// a refusal, and a test send tells the cause.
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { installed } from "./setup.mjs";

let createOtp;
before(async () => {
  const home = await installed();
  const entry = join(home, "node_modules", "edge-otp", "entry", "default.js");
  ({ createOtp } = await import(pathToFileURL(entry).href));
});

const kv = () => {
  const entries = new Map();
  return {
    get: async (key) => entries.get(key) ?? null,
    put: async (key, value) => void entries.set(key, value),
    delete: async (key) => void entries.delete(key),
  };
};

/** Sends a test message; returns the result, or the error's code and data. */
const testConnector = async (endpoint, fetch, providerTimeoutMs = 30_000) => {
  const policy = { providerTimeoutMs, allowLocal: true };
  const otp = createOtp({ kv: kv(), secret: "0123456789abcdef0123456789abcdef", fetch, policy });
  const request = { phone: "+14155550123", connectorId: "http-sms", config: { endpoint } };
  try {
    return await otp.connector.test(request);
  } catch (error) {
    assert.equal(error.name, "OtpError", String(error.stack));
    return { code: error.code, status: error.status, data: error.data };
  }
};

const refusal = (cause) => ({ code: "connector.general", status: 502, data: { cause } });
const unknown = (cause) => ({ status: "unknown", cause });

/** Calls `use` with the port of a TCP server that does `serve` with each connection. */
const withServer = async (serve, use) => {
  const server = createServer((socket) => serve(socket.on("error", () => {})));
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    return await use(server.address().port);
  } finally {
    server.close();
  }
};

test("in Node a closed port, a name that does not resolve and a failed handshake are refusals", async () => {
  await withServer(
    (socket) => socket.resume(),
    async (port) => {
      // The port of a connection of ours: nobody listens on it, nor can another program meanwhile.
      const socket = connect(port, "127.0.0.1");
      await once(socket, "connect");
      assert.deepEqual(await testConnector(`http://127.0.0.1:${socket.localPort}/`), refusal("refused"));
      socket.destroy();
    },
  );
  // A label that is too long: no name server is asked.
  assert.deepEqual(await testConnector(`https://${"a".repeat(64)}.invalid/`), refusal("dns"));
  const noTls = (socket) => socket.once("data", () => socket.end("no TLS here\r\n"));
  await withServer(noTls, async (port) =>
    assert.deepEqual(await testConnector(`https://localhost:${port}/`), refusal("tls")),
  );
});

test("in Node a connection that breaks off and a deadline leave the outcome unknown", async () => {
  for (const [serve, cause] of [
    [(socket) => socket.once("data", () => socket.resetAndDestroy()), "unreadable"],
    [(socket) => socket.once("data", () => socket.end()), "unreadable"],
    [(socket) => socket.once("data", () => socket.end("SSH-2.0-x\r\n")), "unreadable"],
    [
      (socket) => socket.once("data", () => socket.end("HTTP/1.1 500 x\r\ncontent-length: 0\r\n\r\n")),
      "http_500",
    ],
    [(socket) => socket.resume(), "timeout"],
  ]) {
    const deadline = cause === "timeout" ? 1_000 : undefined;
    await withServer(serve, async (port) =>
      assert.deepEqual(await testConnector(`http://127.0.0.1:${port}/`, undefined, deadline), unknown(cause)),
    );
  }
});

const failed = (message, more = {}, cause = undefined) =>
  Object.assign(new TypeError(message, cause && { cause: Object.assign(new Error(), cause) }), more);

test("errors of fetch are read by what they prove", async () => {
  const self = "https://hooks.example.com/";
  const hyper = "error sending request for url (https://hooks.example.com/): client error";
  for (const [error, expected] of [
    [failed("fetch failed", {}, { code: "EAI_AGAIN", syscall: "getaddrinfo" }), refusal("dns")],
    [failed("fetch failed", {}, { code: "EHOSTUNREACH", syscall: "connect" }), refusal("refused")],
    [failed("fetch failed", {}, { message: "bad port" }), refusal("refused")],
    [failed("fetch failed", {}, { code: "CERT_HAS_EXPIRED" }), refusal("tls")],
    [failed("fetch failed", {}, { code: "ERR_TLS_CERT_ALTNAME_INVALID" }), refusal("tls")],
    [failed("fetch failed", {}, { code: "UNABLE_TO_VERIFY_LEAF_SIGNATURE" }), refusal("tls")],
    [failed("request to … failed", { code: "ECONNREFUSED" }), refusal("refused")],
    [failed(`${hyper} (Connect): dns error: failed to lookup address information`), refusal("dns")],
    [failed(`${hyper} (Connect): tcp connect error: Connection refused (os error 111)`), refusal("refused")],
    [failed(`${hyper} (Connect): invalid peer certificate: UnknownIssuer`), refusal("tls")],
    [failed("Unable to connect.", { code: "ConnectionRefused" }), refusal("refused")],
    [failed("fetch failed", {}, { code: "EHOSTUNREACH", syscall: "read" }), unknown("unreadable")],
    [failed("fetch failed", {}, { code: "ECONNRESET", syscall: "read" }), unknown("unreadable")],
    [failed("fetch failed", {}, { code: "EPIPE", syscall: "write" }), unknown("unreadable")],
    [
      failed("fetch failed", {}, { code: "UND_ERR_SOCKET", message: "other side closed" }),
      unknown("unreadable"),
    ],
    [failed(`${hyper} (SendRequest): connection closed before message completed`), unknown("unreadable")],
    [failed("Network connection lost."), unknown("unreadable")],
    [failed("Failed to fetch"), unknown("unreadable")],
    ["ECONNREFUSED", unknown("unreadable")],
    [null, unknown("unreadable")],
  ]) {
    const fetch = () => Promise.reject(error);
    assert.deepEqual(await testConnector(self, fetch), expected, error?.cause?.code ?? String(error));
  }
});

test("an error while the response is read proves nothing, whatever it is", async () => {
  const fetch = async () => {
    const body = new ReadableStream({
      pull: (c) => c.error(Object.assign(new Error("x"), { code: "ECONNREFUSED" })),
    });
    return new Response(body, { status: 200 });
  };
  assert.deepEqual(await testConnector("https://hooks.example.com/", fetch), unknown("unreadable"));
});
