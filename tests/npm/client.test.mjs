// The same suite against createOtpClient, over HTTP to the real Worker.

import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { apiKey, secrets, startWorker } from "../edge/worker.mjs";
import { Provider, twilio } from "./fixtures/provider.mjs";
import { newPhone, runSuite } from "./fixtures/suite.mjs";
import { allPassed, installed } from "./setup.mjs";

let worker;
let edgeOtp;
const provider = new Provider();
const keys = { apiKey, adminKey: secrets.ADMIN_KEY };

before(async () => {
  const home = await installed();
  edgeOtp = await import(pathToFileURL(join(home, "node_modules", "edge-otp", "entry", "default.js")).href);
  worker = await startWorker();
  // Our own provider answers in its place.
  worker.provider.handle = provider.fetch;
});
after(() => worker?.close());

const client = (options) =>
  edgeOtp.createOtpClient({
    url: "https://otp.example/",
    ...keys,
    fetch: (url, init) => worker.worker.fetch(url, init),
    ...options,
  });

test("the suite, over HTTP", async () => {
  const make = async () => {
    const otp = client();
    provider.accept();
    await otp.connector.set(twilio);
    return { otp, provider };
  };
  allPassed(await runSuite({ ...edgeOtp, make }, { local: false }), 13);
});

test("a wrong key, a missing key, no answer, a strange answer", async () => {
  const request = { phone: newPhone(), code: "123456" };
  const fails = (otp, code, status) =>
    assert.rejects(otp.verify(request), { name: "OtpError", code, status });
  await fails(client({ apiKey: "nope" }), "auth.unauthorized", 401);
  await assert.rejects(client({ adminKey: undefined }).connector.get(), {
    code: "auth.unauthorized",
    status: 401,
  });
  const cause = new TypeError("fetch failed");
  await fails(client({ fetch: () => Promise.reject(cause) }), "client.unreachable", 0);
  await fails(
    client({ fetch: async () => new Response("<html>", { status: 502 }) }),
    "client.invalid_response",
    502,
  );
  await fails(
    client({ fetch: async () => new Response("<html>", { status: 200 }) }),
    "client.invalid_response",
    200,
  );
});

test("an error carries the request's id", async () => {
  const error = await client({ apiKey: "nope" })
    .send({ phone: newPhone() })
    .catch((caught) => caught);
  assert.match(error.requestId, /^[\w-]{8,}$/);
});
