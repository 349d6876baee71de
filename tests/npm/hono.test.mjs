// edge-otp/hono in a real Hono app: the Worker's requests, answers and errors, behind the app's own check.
import assert from "node:assert/strict";
import { join } from "node:path";
import { before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { newPhone } from "./fixtures/suite.mjs";
import { installed, lend } from "./setup.mjs";

let makeApp;

before(async () => {
  const home = await installed();
  lend(home, "hono");
  ({ makeApp } = await import(pathToFileURL(join(home, "hono-app.mjs")).href));
});

const caller = () => {
  const { app, provider } = makeApp();
  const post = async (path, body, headers = { "x-session": "1" }) => {
    const response = await app.request(path, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
    return { status: response.status, headers: response.headers, json: await response.json() };
  };
  return { post, provider };
};

test("behind the app's check", async () => {
  const { post, provider } = caller();
  const refused = await post("/otp/send", { phone: newPhone(), usageType: "BindMfa" }, {});
  assert.deepEqual([refused.status, refused.json], [401, { error: "sign in first" }]);
  assert.equal(provider.requests.length, 0);
});

test("sends and verifies as the Worker does", async () => {
  const { post, provider } = caller();
  const phone = newPhone();
  const request = { phone, usageType: "BindMfa" };
  const headers = { "x-session": "1", "idempotency-key": "k1", "x-real-ip": "203.0.113.9" };
  const sent = await post("/otp/send", { ...request, ip: "198.51.100.1" }, headers);
  assert.equal(sent.status, 200);
  assert.equal(sent.json.status, "sent");
  assert.equal(sent.headers.get("cache-control"), "no-store");
  assert.deepEqual(
    (await post("/otp/send", { ...request, ip: "198.51.100.2" }, headers)).json,
    sent.json,
    "the same ip: ours",
  );
  const early = await post("/otp/send", request);
  assert.deepEqual(
    [early.status, early.json.code, early.json.data.limit],
    [429, "request.message_rate_limited", "cooldown"],
  );
  assert.equal(early.headers.get("retry-after"), String(early.json.data.retryAfter));

  const wrong = await post("/otp/verify", { ...request, code: provider.wrong });
  assert.deepEqual(
    [wrong.status, wrong.json.code, wrong.json.data],
    [400, "verification_code.code_mismatch", { attemptsLeft: 4 }],
  );
  const right = await post("/otp/verify", { ...request, code: provider.code });
  assert.deepEqual([right.status, right.json.verified], [200, true]);
  const again = await post("/otp/verify", { ...request, code: provider.code });
  assert.deepEqual(
    [again.status, again.json.code, again.json.data],
    [400, "verification_code.not_found", undefined],
  );
});

test("a code is read as it is typed; what is no code is a mismatch and no attempt", async () => {
  const { post, provider } = caller();
  const request = { phone: newPhone(), usageType: "BindMfa" };
  const sent = await post("/otp/send", { ...request, locale: "not a locale" });
  assert.deepEqual([sent.status, sent.json.warnings.map(({ path }) => path)], [200, ["locale"]]);
  const none = await post("/otp/verify", { ...request, code: "no code" });
  assert.deepEqual(
    [none.status, none.json.code, none.json.data],
    [400, "verification_code.code_mismatch", undefined],
  );
  const { code } = provider;
  const typed = await post("/otp/verify", { ...request, code: `${code.slice(0, 3)} ${code.slice(3)}` });
  assert.deepEqual([typed.status, typed.json.verified], [200, true]);
});

test("an open outcome is 202, a refusal 502", async () => {
  const { post, provider } = caller();
  provider.breakDown();
  assert.equal((await post("/otp/send", { phone: newPhone(), usageType: "BindMfa" })).status, 202);
  provider.refuse();
  const refused = await post("/otp/send", { phone: newPhone(), usageType: "BindMfa" });
  assert.deepEqual([refused.status, refused.json.code], [502, "connector.general"]);
});

test("a failure of this server itself is a 500, not its caller's mistake", async () => {
  const { OtpError, createFailing } = await import(
    pathToFileURL(join(await installed(), "hono-app.mjs")).href
  );
  for (const [code, status] of [
    ["auth.unauthorized", 401],
    ["client.invalid_response", 404],
    ["client.unreachable", 0],
    ["request.not_found", 404],
  ]) {
    const app = createFailing(new OtpError(code, "a wrong key or address", { status }));
    for (const path of ["/send", "/verify"]) {
      const init = { method: "POST", headers: { "content-type": "application/json" }, body: "{}" };
      const response = await app.request(path, init);
      assert.deepEqual([response.status, await response.text()], [500, code], path);
    }
  }
});

test("what is not a request", async () => {
  const { post } = caller();
  for (const body of ["{", "null", "[]", '"x"']) {
    const { status, json } = await post("/otp/send", body);
    assert.deepEqual([status, json.code], [400, "guard.invalid_input"], body);
  }
  assert.equal(
    (await post("/otp/send", { phone: newPhone(), usageType: "SignIn" })).status,
    400,
    "not offered",
  );
  assert.equal((await post("/otp/send", { phone: newPhone() })).status, 400, "Generic is not offered either");
  assert.equal((await post("/otp/send", { phone: newPhone(), x: "x".repeat(9000) })).status, 413);
  assert.equal((await post("/lazy/send", { phone: newPhone() })).status, 200);
});

/** A body that counts what is read of it. */
const countedBody = (chunk, times) => {
  const seen = { chunks: 0, cancelled: false };
  const stream = new ReadableStream(
    {
      pull(controller) {
        if (seen.chunks >= times) return controller.close();
        seen.chunks += 1;
        controller.enqueue(chunk);
      },
      cancel() {
        seen.cancelled = true;
      },
    },
    { highWaterMark: 0 },
  );
  return { seen, stream };
};

const raw = (app, path, headers, body) =>
  app.request(path, { method: "POST", headers: { "x-session": "1", ...headers }, body, duplex: "half" });

test("a body that is not declared as JSON sends nothing", async () => {
  const { app, provider } = makeApp();
  const body = JSON.stringify({ phone: newPhone(), usageType: "BindMfa" });
  for (const headers of [
    { "content-type": "text/plain" },
    { "content-type": "text/plain;charset=UTF-8" },
    { "content-type": "text/plain; application/json" },
    { "content-type": "application/x-www-form-urlencoded" },
    { "content-type": "multipart/form-data; boundary=x" },
    { "content-type": "application/jsonp" },
    { "content-type": "application/json+x" },
    { "content-type": "application/json, text/plain" },
    { "content-type": "" },
    { "content-type": "application/json", "content-encoding": "gzip" },
  ]) {
    for (const path of ["/otp/send", "/otp/verify"]) {
      const response = await raw(app, path, headers, body);
      assert.equal(response.status, 415, JSON.stringify(headers));
      assert.equal((await response.json()).code, "request.unsupported_media_type");
    }
  }
  const noType = await raw(app, "/otp/send", {}, new TextEncoder().encode(body));
  assert.equal(noType.status, 415, "a fetch of bytes declares nothing");
  assert.equal(provider.requests.length, 0);
  for (const type of ["application/json", "Application/JSON ; charset=utf-8"]) {
    const sent = await raw(
      app,
      "/lazy/send",
      { "content-type": type },
      JSON.stringify({ phone: newPhone() }),
    );
    assert.equal(sent.status, 200, type);
  }
});

test("a body beyond the limit is not read to its end", async () => {
  const { app, provider } = makeApp();
  const headers = { "content-type": "application/json" };
  for (const more of [{}, { "content-length": "10" }]) {
    const { seen, stream } = countedBody(new Uint8Array(4096).fill(32), 25_000);
    const response = await raw(app, "/lazy/send", { ...headers, ...more }, stream);
    assert.deepEqual([response.status, (await response.json()).code], [413, "request.too_large"]);
    assert.ok(seen.chunks <= 4, `${seen.chunks} of 25,000 chunks were read`);
    assert.equal(seen.cancelled, true);
  }
  const exact = JSON.stringify({ phone: newPhone() }).padEnd(8192);
  assert.equal((await raw(app, "/lazy/send", headers, exact)).status, 200, "8 KiB are no byte too many");
  assert.equal((await raw(app, "/lazy/send", headers, `${exact} `)).status, 413);
  assert.equal(provider.requests.length, 1);
});

test("a body that breaks off is the caller's mistake", async () => {
  const { app } = makeApp();
  const stream = new ReadableStream({ pull: (controller) => controller.error(new Error("reset")) });
  const response = await raw(app, "/lazy/send", { "content-type": "application/json" }, stream);
  assert.deepEqual([response.status, (await response.json()).code], [400, "guard.invalid_input"]);
});

/** Bodies that JSON.parse, or a lenient reader, would take. */
const odd = (phone) => {
  const json = JSON.stringify({ phone });
  const other = JSON.stringify(newPhone());
  return {
    "a name twice": `{"phone":${other},${json.slice(1)}`,
    "a name twice, escaped": `{"ph\\u006fne":${other},${json.slice(1)}`,
    "a name twice in a member": `{"phone":"${phone}","x":{"a":1,"a":2}}`,
    "a usage type twice": `{"phone":"${phone}","usageType":"BindMfa","usageType":"Generic"}`,
    "a BOM": `\ufeff${json}`,
    "bytes that are not UTF-8": Buffer.concat([
      Buffer.from('{"phone":"+1'),
      Buffer.from([0xff]),
      Buffer.from('"}'),
    ]),
    "UTF-16": Buffer.from(json, "utf16le"),
    "a prototype": `{"phone":"${phone}","__proto__":{"usageType":"SignIn"}}`,
    "another member": `{"phone":"${phone}","x":1}`,
    "a key that is a header": `{"phone":"${phone}","idempotencyKey":"k"}`,
    "two values": `${json}${json}`,
    nothing: "",
  };
};

test("the JSON rules are the Worker's", async () => {
  const { app, provider } = makeApp();
  for (const path of ["/lazy", "/plain"]) {
    for (const [what, body] of Object.entries(odd(newPhone()))) {
      const response = await raw(app, `${path}/send`, { "content-type": "application/json" }, body);
      const { code } = await response.json();
      assert.deepEqual([response.status, code], [400, "guard.invalid_input"], `${path}: ${what}`);
    }
    assert.equal(provider.requests.length, 0);
    // Half of a surrogate pair is a character that an optional field cannot have.
    const halved = `{"phone":"${newPhone()}","locale":"\\ud800"}`;
    const sent = await raw(app, `${path}/send`, { "content-type": "application/json" }, halved);
    assert.equal(sent.status, 200);
    assert.deepEqual(
      (await sent.json()).warnings.map((warning) => warning.path),
      ["locale"],
    );
    // A quote, a backslash and a colon in a value are no names.
    const phone = newPhone();
    const text = `{"phone": "${phone}" , "locale":"de", "usageType"\n:"Generic"}`;
    assert.equal((await raw(app, `${path}/send`, { "content-type": "application/json" }, text)).status, 200);
    const tricky = `{"phone":"${phone}","code":"1","verificationId":"\\":{\\"a\\":\\\\"}`;
    const verified = await raw(app, `${path}/verify`, { "content-type": "application/json" }, tricky);
    assert.equal((await verified.json()).code, "verification_code.not_found");
    provider.requests.length = 0;
  }
});

test("a body that a check before the routes has read", async () => {
  const { app, provider } = makeApp();
  const headers = { "content-type": "application/json" };
  for (const how of ["json", "text", "arrayBuffer"]) {
    const body = JSON.stringify({ phone: newPhone() });
    assert.equal((await raw(app, `/read/${how}/send`, headers, body)).status, 200, how);
    assert.equal((await raw(app, `/read/${how}/send`, headers, body.padEnd(9000))).status, 413, how);
  }
  assert.equal(provider.requests.length, 3);
});
