// Every connector with a failing transport: responses that hang, are cut off, have the wrong encoding or are too large.
// Each results in the expected status within the deadline, and the next send works.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { connectorIds } from "./fake-provider/index.mjs";
import { ConnectorWorker } from "./fake-provider/worker.mjs";

/** The deadline of the Worker whose provider never ends its response, in ms. The others have the default of 10 s. */
const deadline = 2_000;

const json = { "content-type": "application/json" };
const html = { "content-type": "text/html; charset=utf-8" };
const page =
  "<!doctype html><html><head><title>Sign in to this network</title></head><body>captive</body></html>";

/** Writes a head and the beginning of a longer body. */
const writePart = (connection, status = 200) => {
  connection.writeHead(status, { ...json, "content-length": 10_000 });
  connection.write('{"success":true,"sta');
};

const hanging = {
  "no response": () => {},
  "a head without a body": (connection) => writePart(connection),
  "a body sent slowly": (connection) => {
    writePart(connection);
    const timer = setInterval(() => connection.write(" "), 50);
    connection.on("close", () => clearInterval(timer));
  },
};

const brokenConnections = {
  "a connection reset": (connection) => connection.socket.resetAndDestroy(),
  "a connection closed without a byte": (connection) => connection.socket.destroy(),
  "a body that is cut off": (connection) => {
    writePart(connection);
    setTimeout(() => connection.socket.destroy(), 20);
  },
  "a 400 whose body is cut off": (connection) => {
    writePart(connection, 400);
    setTimeout(() => connection.socket.destroy(), 20);
  },
  "a response that is not HTTP": (connection) => connection.socket.end("SSH-2.0-OpenSSH_9.2\r\n\r\n"),
  "a body declared as gzip that is not gzip": (connection) =>
    connection.writeHead(200, { ...json, "content-encoding": "gzip" }).end('{"success":true}'),
};

/** A gzip bomb: 105 KB that decompress to 110 MB of JSON white space. */
const gzipBomb = gzipSync(Buffer.alloc(110_000_000, " "), { level: 9 });
const sendGzipBomb = (status) => (connection) =>
  connection
    .writeHead(status, { ...json, "content-encoding": "gzip", "content-length": gzipBomb.length })
    .end(gzipBomb);

const unknown = {
  "200 with JSON cut short": { status: 200, headers: json, body: '{"code":0,"success":true,"ids":[1' },
  "200 with an HTML page": { status: 200, headers: html, body: page },
  "200 with an empty body": { status: 200, headers: json, body: "" },
  "200 with white space": { status: 200, headers: json, body: " \r\n\t " },
  "200 with 1 MiB": { status: 200, headers: json, body: `{"pad":"${"a".repeat(1 << 20)}","success":true}` },
  "200 with bytes that are not text": {
    status: 200,
    headers: json,
    body: Buffer.from([0, 0xff, 0xfe, 0x80, 0xc3]),
  },
  "200 nested 60,000 deep": { status: 200, headers: json, body: "[".repeat(60_000) },
  "200 with a gzip bomb": sendGzipBomb(200),
  "502 with an HTML page": { status: 502, headers: html, body: page },
  "503 with Retry-After": { status: 503, headers: { "retry-after": "5" }, body: "" },
  ...Object.fromEntries(
    [301, 302, 303, 307, 308].map((status) => [
      `${status} to another host`,
      { status, headers: { location: "https://elsewhere.example.com/sms" }, body: "" },
    ]),
  ),
};

const rejected = {
  "400 with an empty body": { status: 400, headers: json, body: "" },
  "403 with an HTML page": { status: 403, headers: html, body: page },
  "404 with 1 MiB": { status: 404, headers: html, body: page.repeat(10_000) },
  "422 with JSON cut short": { status: 422, headers: json, body: '{"message":"the number +1415' },
  "400 with a gzip bomb": sendGzipBomb(400),
};

const throttled = {
  "429 with Retry-After in seconds": [{ status: 429, headers: { "retry-after": "7" }, body: "" }, 7],
  "429 with Retry-After as a date that has passed": [
    { status: 429, headers: { "retry-after": "Fri, 31 Dec 1999 23:59:59 GMT" }, body: "" },
    0,
  ],
  "429 with a Retry-After that cannot be read": [
    { status: 429, headers: { "retry-after": "soon" }, body: "" },
    undefined,
  ],
  "429 with an HTML page": [{ status: 429, headers: html, body: page }, undefined],
};

test("the gzip bomb is small while compressed", () => {
  assert.ok(gzipBomb.length < 150_000, `${gzipBomb.length} bytes`);
});

/**
 * Sends until the provider is asked, which on a busy machine may happen after the deadline or not at all: `{sent, code}`,
 * the response to come and the code.
 */
const untilAsked = async (worker) => {
  for (;;) {
    const phone = worker.newPhone();
    let isOver = false;
    const sent = worker.send({ phone }).finally(() => {
      isOver = true;
    });
    const isAsked = () => worker.provider.messages.at(-1)?.to === phone;
    while (!isAsked() && !isOver) await sleep(2);
    if (isAsked()) return { sent, code: worker.provider.code };
    await sent;
  }
};

/** Asserts that a message is delivered, if need be again: on a busy machine the short deadline may pass. */
const assertDeliversInTime = async (worker) => {
  for (let tries = 0; tries < 5; tries += 1) {
    worker.provider.setFault(undefined);
    const sent = await worker.send();
    if (sent.status === 202 && (await worker.otp.eventOf(sent)).cause === "timeout") continue;
    assert.deepEqual([sent.status, sent.json.status], [200, "sent"]);
    assert.deepEqual(worker.provider.rejections, []);
    const { code } = worker.provider;
    assert.equal((await worker.verify({ phone: sent.phone, code })).status, 200);
    return;
  }
  assert.fail("every deadline has passed");
};

for (const id of connectorIds) {
  describe(id, () => {
    let worker;
    before(async () => {
      worker = await ConnectorWorker.start(id);
      await worker.assertDelivers();
    });
    after(() => worker.close());

    test("a hanging response is unknown at the deadline", async () => {
      const impatient = await ConnectorWorker.start(id, { vars: { PROVIDER_TIMEOUT_MS: String(deadline) } });
      try {
        const pending = [];
        for (const [name, fault] of Object.entries(hanging)) {
          impatient.provider.setFault(fault);
          pending.push({ name, ...(await untilAsked(impatient)) });
        }
        for (const { name, sent, code } of pending) {
          const response = await sent;
          await impatient.assertOutcome(response, code, { status: 202 });
          assert.ok(response.ms >= deadline - 100, `${name}: ${response.ms} ms`);
          assert.equal((await impatient.otp.eventOf(response)).cause, "timeout", name);
        }
        await assertDeliversInTime(impatient);
        impatient.assertNoLeak();
      } finally {
        await impatient.close();
      }
    });

    for (const [name, fault] of Object.entries({ ...brokenConnections, ...unknown })) {
      test(`${name} is unknown`, async () => {
        const response = await worker.assertFails(fault, { status: 202 });
        const { event, cause } = await worker.otp.eventOf(response);
        assert.ok(event === "send.unknown" && cause && cause !== "timeout", `${event}, ${cause}: at once`);
        await worker.assertDelivers();
      });
    }

    test("204 is unknown, except for http-sms, where it is success", async () => {
      await worker.assertFails(
        { status: 204, headers: {}, body: "" },
        { status: id === "http-sms" ? 200 : 202 },
      );
      await worker.assertDelivers();
    });

    for (const [name, fault] of Object.entries(rejected)) {
      test(`${name} is a rejection`, async () => {
        // The operator's own endpoint has no error format that a body could violate.
        const code = id === "http-sms" ? "connector.general" : "connector.invalid_response";
        await worker.assertFails(fault, {
          status: 502,
          code,
          provider: { status: Number.parseInt(name, 10) },
        });
        await worker.assertDelivers();
      });
    }

    for (const [name, [fault, retryAfter]] of Object.entries(throttled)) {
      test(`${name} is throttling`, async () => {
        const code = "connector.rate_limit_exceeded";
        await worker.assertFails(fault, { status: 429, code, provider: { status: 429 }, retryAfter });
        await worker.assertDelivers();
      });
    }

    test("neither phone, code, secret nor provider text is in responses or logs", () =>
      worker.assertNoLeak());
  });
}
