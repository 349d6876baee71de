// createOtpClient and where its keys go: addresses, redirects, deadlines and hooks.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { join } from "node:path";
import { before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { newPhone } from "./fixtures/suite.mjs";
import { installed } from "./setup.mjs";

const apiKey = "an-api-key-of-16";
let createOtpClient;

before(async () => {
  const home = await installed();
  const file = join(home, "node_modules", "edge-otp", "client.js");
  ({ createOtpClient } = await import(pathToFileURL(file).href));
});

const receipt = { status: "sent", verificationId: "0".repeat(32), usageType: "Generic" };

/** A server of this machine: its address and what it was asked. */
const serve = async (t, handle) => {
  const requests = [];
  const server = createServer((request, response) => {
    requests.push({ method: request.method, url: request.url, headers: request.headers });
    handle(request, response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${server.address().port}`, requests };
};

const respondJson = (response, body) =>
  response
    .writeHead(200, { "content-type": "application/json", "x-request-id": "r1" })
    .end(JSON.stringify(body));

test("plain http is for this machine only", () => {
  const create = (url) => () => createOtpClient({ url, apiKey });
  for (const url of [
    "http://otp.example",
    "http://192.168.0.1:8787",
    "http://10.0.0.1",
    "http://localhost.example",
    "http://127.0.0.1.example",
    "http://0.0.0.0",
    "http://[::2]",
    "http://[::ffff:10.0.0.1]",
    "HTTP://otp.example",
    new URL("http://otp.example"),
  ]) {
    assert.throws(create(url), { name: "TypeError", message: /`url` must begin with https/ }, String(url));
  }
  for (const url of [
    "http://localhost",
    "http://LOCALHOST:8787/",
    "http://127.0.0.1:8787",
    "http://0x7f.1",
    "http://[::1]:8787",
    "http://[0:0:0:0:0:0:0:1]",
    "https://otp.example",
    new URL("https://otp.example/otp"),
  ]) {
    create(url)();
  }
});

test("an address with credentials, a query or a fragment, or of another scheme", () => {
  for (const url of [
    "https://user:password@otp.example",
    "https://user@otp.example",
    "https://:password@otp.example",
    "http://user:password@localhost",
  ]) {
    assert.throws(
      () => createOtpClient({ url, apiKey }),
      ({ name, message }) => name === "TypeError" && /credentials/.test(message) && !/password/.test(message),
      url,
    );
  }
  for (const url of ["https://otp.example?x=1", "https://otp.example/#x"]) {
    assert.throws(() => createOtpClient({ url, apiKey }), { name: "TypeError", message: /query/ }, url);
  }
  for (const url of [
    "ftp://otp.example",
    "file:///otp",
    "javascript:0",
    "otp.example",
    "",
    undefined,
    null,
  ]) {
    assert.throws(
      () => createOtpClient({ url, apiKey }),
      { name: "TypeError", message: /`url`/ },
      String(url),
    );
  }
});

test("a path is kept", async () => {
  for (const [url, expected] of [
    ["https://otp.example/a/b", "https://otp.example/a/b/send"],
    ["https://otp.example/a/b//", "https://otp.example/a/b/send"],
    ["https://otp.example", "https://otp.example/send"],
    ["https://otp.example:8443/", "https://otp.example:8443/send"],
    [" https://otp.example/a ", "https://otp.example/a/send"],
  ]) {
    const seen = [];
    const fetch = async (asked) => {
      seen.push(asked);
      return Response.json(receipt);
    };
    await createOtpClient({ url, apiKey, fetch }).send({ phone: newPhone() });
    assert.deepEqual(seen, [expected]);
  }
});

test("a redirect is not followed: neither key nor body go to its target", async (t) => {
  const target = await serve(t, (_, response) => respondJson(response, receipt));
  for (const status of [301, 302, 303, 307, 308]) {
    const worker = await serve(t, (_, response) =>
      response.writeHead(status, { location: `${target.url}/send` }).end(),
    );
    const otp = createOtpClient({ url: worker.url, apiKey, adminKey: "an-admin-key-of-16" });
    for (const call of [
      () => otp.send({ phone: newPhone() }),
      () => otp.verify({ phone: newPhone(), code: "123456" }),
      () => otp.connectors.get(),
    ]) {
      await assert.rejects(call, {
        name: "OtpError",
        code: "client.invalid_response",
        status,
        message: /redirects, which is not followed/,
      });
    }
    assert.equal(worker.requests.length, 3);
  }
  assert.equal(target.requests.length, 0);
});

test("a browser's opaque redirect, and a fetch that has followed one, are refused", async () => {
  for (const members of [{ type: "opaqueredirect", status: 0, ok: false }, { redirected: true }]) {
    const fetch = async () => {
      const response = Response.json(receipt);
      for (const [name, value] of Object.entries(members)) Object.defineProperty(response, name, { value });
      return response;
    };
    const otp = createOtpClient({ url: "https://otp.example", apiKey, fetch });
    await assert.rejects(otp.send({ phone: newPhone() }), {
      code: "client.invalid_response",
      message: /redirects/,
    });
  }
});

test("a deadline and a signal end a call", async (t) => {
  const { url } = await serve(t, () => {});
  const phone = newPhone();
  const late = createOtpClient({ url, apiKey, timeoutMs: 50 });
  const timeout = await late.send({ phone }).catch((error) => error);
  assert.deepEqual([timeout.code, timeout.cause.name], ["client.unreachable", "TimeoutError"]);

  const controller = new AbortController();
  const otp = createOtpClient({ url, apiKey, signal: controller.signal });
  const pending = otp.send({ phone }).catch((error) => error);
  const reason = new Error("shutting down");
  controller.abort(reason);
  const aborted = await pending;
  assert.equal(aborted.code, "client.unreachable");
  assert.equal(aborted.cause, reason);
  assert.equal((await otp.send({ phone }).catch((error) => error)).cause, reason, "later calls too");
});

test("a deadline and a signal end a call whose fetch heeds no signal", async () => {
  const deaf = { url: "https://otp.example", apiKey, fetch: () => new Promise(() => {}) };
  const late = await createOtpClient({ ...deaf, timeoutMs: 50 })
    .send({ phone: newPhone() })
    .catch((error) => error);
  assert.deepEqual([late.code, late.cause.name], ["client.unreachable", "TimeoutError"]);
  const controller = new AbortController();
  const pending = createOtpClient(deaf)
    .send({ phone: newPhone() }, { signal: controller.signal })
    .catch((error) => error);
  controller.abort(new Error("enough"));
  const aborted = await pending;
  assert.deepEqual([aborted.code, aborted.cause.message], ["client.unreachable", "enough"]);
});

test("a signal that lives on keeps nothing of a call that has ended", async (t) => {
  const { url } = await serve(t, (_, response) => respondJson(response, receipt));
  const { signal } = new AbortController();
  let listeners = 0;
  for (const [method, step] of [
    ["addEventListener", 1],
    ["removeEventListener", -1],
  ]) {
    const original = signal[method].bind(signal);
    signal[method] = (...rest) => {
      listeners += step;
      original(...rest);
    };
  }
  const otp = createOtpClient({ url, apiKey, signal });
  const sent = otp.send({ phone: newPhone() });
  assert.equal(listeners, 1);
  await sent;
  await createOtpClient({ url, apiKey, signal, fetch: async () => Promise.reject(new Error("no")) })
    .send({ phone: newPhone() })
    .catch(() => {});
  assert.equal(listeners, 0);
});

test("hooks see each request and response, but no key, phone or code", async (t) => {
  const { url } = await serve(t, (_, response) => respondJson(response, receipt));
  const seen = [];
  const hooks = { onRequest: (request) => seen.push(request), onResponse: (response) => seen.push(response) };
  const phone = newPhone();
  await createOtpClient({ url, apiKey, ...hooks }).send({ phone });
  const [request, response] = seen;
  assert.deepEqual(request, { method: "POST", url: `${url}/send` });
  const { durationMs, ...rest } = response;
  assert.deepEqual(rest, { method: "POST", url: `${url}/send`, status: 200, requestId: "r1" });
  assert.ok(durationMs >= 0);
  assert.ok(!JSON.stringify(seen).includes(phone.slice(1)) && !JSON.stringify(seen).includes(apiKey));

  const trouble = new Error("the log is full");
  const onRequest = () => {
    throw trouble;
  };
  const fetch = () => assert.fail("sent");
  const otp = createOtpClient({ url, apiKey, onRequest, fetch });
  await assert.rejects(otp.send({ phone }), trouble);
});

test("wrong options are TypeErrors that name them", () => {
  for (const [option, value] of [
    ["timeoutMs", 0],
    ["timeoutMs", -1],
    ["timeoutMs", 1.5],
    ["timeoutMs", Number.NaN],
    ["timeoutMs", Number.POSITIVE_INFINITY],
    ["timeoutMs", 2 ** 31],
    ["timeoutMs", "100"],
    ["signal", {}],
    ["signal", null],
    ["onRequest", "log"],
    ["onResponse", {}],
    ["fetch", null],
    ["apikey", "x"],
  ]) {
    const create = () => createOtpClient({ url: "https://otp.example", apiKey, [option]: value });
    assert.throws(
      create,
      ({ name, message }) => name === "TypeError" && message.includes(`\`${option}\``),
      option,
    );
  }
});
