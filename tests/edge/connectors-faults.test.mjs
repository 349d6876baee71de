// Every connector against a way that fails: answers that hang, break off, lie about their form or are far too big.
// Each gives the stated status within the deadline, and the next request works.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { connectorIds } from "./fake-provider/index.mjs";
import { ConnectorWorker } from "./fake-provider/worker.mjs";

const deadline = 1_000;
/** What a busy machine may need on top. */
const grace = 3_000;

const json = { "content-type": "application/json" };
const html = { "content-type": "text/html; charset=utf-8" };
const page =
  "<!doctype html><html><head><title>Sign in to this network</title></head><body>captive</body></html>";

/** Writes a head and the beginning of a longer body. */
const begin = (connection, status = 200) => {
  connection.writeHead(status, { ...json, "content-length": 10_000 });
  connection.write('{"success":true,"sta');
};

const silences = {
  "no answer at all": () => {},
  "a head and then nothing": (connection) => begin(connection),
  "a body that drips": (connection) => {
    begin(connection);
    const drip = setInterval(() => connection.write(" "), 50);
    connection.on("close", () => clearInterval(drip));
  },
};

const breaks = {
  "a connection reset": (connection) => connection.socket.resetAndDestroy(),
  "a connection closed without a byte": (connection) => connection.socket.destroy(),
  "a body that breaks off": (connection) => {
    begin(connection);
    setTimeout(() => connection.socket.destroy(), 20);
  },
  "a 400 whose body breaks off": (connection) => {
    begin(connection, 400);
    setTimeout(() => connection.socket.destroy(), 20);
  },
  "what is no HTTP": (connection) => connection.socket.end("SSH-2.0-OpenSSH_9.2\r\n\r\n"),
  "a body that is not the gzip it claims to be": (connection) =>
    connection.writeHead(200, { ...json, "content-encoding": "gzip" }).end('{"success":true}'),
};

/** 105 KB that unfold to 110 MB of JSON white space before the rest. */
const bomb = gzipSync(Buffer.alloc(110_000_000, " "), { level: 9 });
const drop = (status) => (connection) =>
  connection
    .writeHead(status, { ...json, "content-encoding": "gzip", "content-length": bomb.length })
    .end(bomb);

const open = {
  "200 with JSON cut short": { status: 200, headers: json, body: '{"code":0,"success":true,"ids":[1' },
  "200 with an HTML page": { status: 200, headers: html, body: page },
  "200 with an empty body": { status: 200, headers: json, body: "" },
  "200 with white space": { status: 200, headers: json, body: " \r\n\t " },
  "200 with 1 MiB": { status: 200, headers: json, body: `{"pad":"${"a".repeat(1 << 20)}","success":true}` },
  "200 with bytes that are no text": {
    status: 200,
    headers: json,
    body: Buffer.from([0, 0xff, 0xfe, 0x80, 0xc3]),
  },
  "200 nested 60,000 deep": { status: 200, headers: json, body: "[".repeat(60_000) },
  "200 with a bomb": drop(200),
  "502 with an HTML page": { status: 502, headers: html, body: page },
  "503 with Retry-After": { status: 503, headers: { "retry-after": "5" }, body: "" },
  ...Object.fromEntries(
    [301, 302, 303, 307, 308].map((status) => [
      `${status} to another host`,
      { status, headers: { location: "https://elsewhere.example.com/sms" }, body: "" },
    ]),
  ),
};

const refused = {
  "400 with an empty body": { status: 400, headers: json, body: "" },
  "403 with an HTML page": { status: 403, headers: html, body: page },
  "404 with 1 MiB": { status: 404, headers: html, body: page.repeat(10_000) },
  "422 with JSON cut short": { status: 422, headers: json, body: '{"message":"the number +1415' },
  "400 with a bomb": drop(400),
};

const throttled = {
  "429 with Retry-After in seconds": [{ status: 429, headers: { "retry-after": "7" }, body: "" }, 7],
  "429 with Retry-After as a date": [
    { status: 429, headers: { "retry-after": "Fri, 31 Dec 2027 23:59:59 GMT" }, body: "" },
    undefined,
  ],
  "429 with an HTML page": [{ status: 429, headers: html, body: page }, undefined],
};

test("the bomb is one", () => {
  assert.ok(bomb.length < 150_000, `${bomb.length} bytes`);
});

for (const id of connectorIds) {
  describe(id, () => {
    let it;
    before(async () => {
      it = await ConnectorWorker.start(id, { vars: { PROVIDER_TIMEOUT_MS: String(deadline) } });
      await it.works();
    });
    after(() => it.close());

    test("silence ends at the deadline", async () => {
      const waiting = [];
      for (const [name, silence] of Object.entries(silences)) {
        const before = it.fake.messages.length;
        it.fake.fail(silence);
        waiting.push({ name, answer: it.send() });
        while (it.fake.messages.length === before) await sleep(2);
        waiting.at(-1).code = it.fake.code;
      }
      for (const { name, answer, code } of waiting) {
        const heard = await answer;
        await it.heardRight(heard, code, { status: 202 });
        assert.ok(heard.ms >= deadline - 100 && heard.ms < deadline + grace, `${name}: ${heard.ms} ms`);
      }
      await it.works();
    });

    for (const [name, fault] of Object.entries({ ...breaks, ...open })) {
      test(`${name} leaves it open`, async () => {
        const { ms } = await it.fails(fault, { status: 202 });
        assert.ok(ms < grace, `${ms} ms`);
        await it.works();
      });
    }

    test("204 leaves it open, or is the success that http-sms has it be", async () => {
      await it.fails({ status: 204, headers: {}, body: "" }, { status: id === "http-sms" ? 200 : 202 });
      await it.works();
    });

    for (const [name, fault] of Object.entries(refused)) {
      test(`${name} is a refusal`, async () => {
        // One's own endpoint has no format of errors, so none is outside it.
        const code = id === "http-sms" ? "connector.general" : "connector.invalid_response";
        const { ms } = await it.fails(fault, {
          status: 502,
          code,
          provider: { status: Number.parseInt(name, 10) },
        });
        assert.ok(ms < grace, `${ms} ms`);
        await it.works();
      });
    }

    for (const [name, [fault, retryAfter]] of Object.entries(throttled)) {
      test(`${name} is throttling`, async () => {
        const code = "connector.rate_limit_exceeded";
        await it.fails(fault, { status: 429, code, provider: { status: 429 }, retryAfter });
        await it.works();
      });
    }

    test("nothing of it is to be seen", () => it.keptSecret());
  });
}
