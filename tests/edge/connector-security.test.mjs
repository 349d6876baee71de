// What protects the connector: secrets bound to their destination, local addresses, stale copies, and what is stored by
// hand.
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { newPhone, secrets, startWorker, twilio } from "./worker.mjs";

const httpSms = {
  connectorId: "http-sms",
  config: { endpoint: "https://hooks.example.com/sms", authorization: "Bearer very-secret-1a2b" },
};

let otp;
before(async () => {
  otp = await startWorker({ connector: null, vars: { RESEND_COOLDOWNS: "0" } });
});
after(() => otp.close());
beforeEach(async () => {
  otp.provider.accept();
  await otp.kv.delete("connector");
  otp.provider.requests.length = 0;
});

const api = (method, path, body, { worker = otp, headers = {} } = {}) =>
  worker.call(`/api${path}`, {
    method,
    body,
    key: secrets.ADMIN_KEY,
    headers: { ...(body === undefined ? {} : { "content-type": "application/json" }), ...headers },
  });

const assertIssues = (response, status, ...paths) => {
  assert.equal(response.status, status, response.text);
  assert.equal(response.code, "connector.invalid_config");
  assert.deepEqual(
    response.json.data.issues.map(({ path }) => path),
    paths,
  );
};

const assertConflict = (response) => {
  assert.deepEqual([response.status, response.code], [412, "entity.conflict"], response.text);
};

/** Runs `work` with a Worker of its own, in whose KV a text is the connector. */
const withStored = async (text, work, options = {}) => {
  const worker = await startWorker({ connector: null, ...options });
  try {
    await worker.kv.put("connector", text);
    await work(worker);
  } finally {
    await worker.close();
  }
};

test("a stored secret is sent to no other destination", async () => {
  const { id } = (await api("POST", "/connectors", twilio)).json;
  const { authToken: _, ...without } = twilio.config;
  for (const change of [{ host: "api.dublin.ie1.twilio.com" }, { accountSID: "AC9" }]) {
    for (const secret of [{}, { authToken: { set: true, hint: "cret" } }]) {
      const config = { ...without, ...change, ...secret };
      const test = { phone: newPhone(), config };
      assertIssues(await api("POST", `/connectors/${twilio.connectorId}/test`, test), 400, "authToken");
      assertIssues(await api("PATCH", `/connectors/${id}`, { config }), 400, "authToken");
      assertIssues(
        await api("POST", "/connectors", { connectorId: twilio.connectorId, config }),
        400,
        "authToken",
      );
    }
  }
  const attack = { phone: newPhone(), config: { ...without, host: "attacker.example.net" } };
  const refused = await api("POST", `/connectors/${twilio.connectorId}/test`, attack);
  assertIssues(refused, 400, "authToken", "host");
  assert.match(refused.json.data.issues[0].message, /host has changed/);
  assert.equal(otp.provider.requests.length, 0);

  const http = (await api("POST", "/connectors", httpSms)).json;
  const moved = { endpoint: "https://attacker.example.net/", authorization: http.config.authorization };
  assertIssues(await api("PATCH", `/connectors/${http.id}`, { config: moved }), 400, "authorization");
  const given = { ...moved, authorization: "Bearer another-secret" };
  assert.equal((await api("PATCH", `/connectors/${http.id}`, { config: given })).status, 200);
});

test("a new connector has no secret of the one that it replaces, but one that is sent back redacted", async () => {
  otp.provider.answer = () => new Response(null, { status: 204 });
  const { authorization } = httpSms.config;
  const { endpoint } = httpSms.config;
  for (const [config, expected] of [
    [{ endpoint }, undefined],
    [{ endpoint: "https://other.example.com/sms" }, undefined],
    [{ endpoint, authorization: { set: true } }, authorization],
  ]) {
    const { json } = await api("POST", "/connectors", httpSms);
    assert.equal(json.config.authorization.set, true);
    const replaced = await api("POST", "/connectors", { connectorId: "http-sms", config });
    assert.equal(replaced.status, 200, replaced.text);
    assert.equal(replaced.json.config.authorization?.set, expected && true);
    assert.equal((await otp.send({ phone: newPhone() })).status, 200);
    assert.equal(otp.provider.requests.at(-1).headers.authorization, expected);
  }
});

test("a sealed secret beside another destination does not open", async () => {
  await api("POST", "/connectors", httpSms);
  const stored = JSON.parse(await otp.kv.get("connector"));
  stored.config.endpoint = "https://attacker.example.net/";
  await withStored(JSON.stringify(stored), async (worker) => {
    assertIssues(await worker.send({ phone: newPhone() }), 500, "authorization");
    assert.equal(worker.provider.requests.length, 0);
    const [shown] = (await api("GET", "/connectors", undefined, { worker })).json;
    assert.deepEqual(shown.config.authorization, { set: true });
    assert.equal(shown.issues[0].path, "authorization");
  });
});

test("a local endpoint is refused unless ALLOW_LOCAL is 1", async () => {
  const addresses = [
    "https://10.0.0.1/sms",
    "https://0x7f000001/",
    "https://0177.0.0.1/",
    "https://2130706433/",
    "https://127.1/",
    "https://[::1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[fd00::1]/",
    "https://169.254.169.254/latest/meta-data",
    "https://metadata.google.internal/",
    "https://LOCALHOST/",
    "https://sms.localhost./",
    "https://printer.local/",
    "http://localhost:3000/sms",
    "http://127.0.0.1:3000/sms",
  ];
  for (const endpoint of addresses) {
    const config = { endpoint };
    assertIssues(await api("POST", "/connectors", { connectorId: "http-sms", config }), 400, "endpoint");
    const test = { phone: newPhone(), config };
    assertIssues(await api("POST", "/connectors/http-sms/test", test), 400, "endpoint");
  }
  const local = { connectorId: "http-sms", config: { endpoint: "http://localhost:3000/sms" } };
  await withStored(JSON.stringify(local), async (worker) => {
    assertIssues(await worker.send({ phone: newPhone() }), 500, "endpoint");
  });
  const allowed = { vars: { ALLOW_LOCAL: "1" } };
  await withStored(
    JSON.stringify(local),
    async (worker) => {
      worker.provider.answer = () => new Response(null, { status: 204 });
      assert.equal((await worker.send({ phone: newPhone() })).status, 200);
      assert.equal(worker.provider.requests[0].url, local.config.endpoint);
    },
    allowed,
  );
});

test("an endpoint beyond ASCII is requested as URLs are encoded", async () => {
  otp.provider.answer = () => new Response(null, { status: 204 });
  for (const [endpoint, url] of [
    ["https://hooks.example.com/短信/é", "https://hooks.example.com/%E7%9F%AD%E4%BF%A1/%C3%A9"],
    ["https://bücher.example/sms", "https://xn--bcher-kva.example/sms"],
  ]) {
    const saved = await api("POST", "/connectors", { connectorId: "http-sms", config: { endpoint } });
    assert.equal(saved.status, 200, saved.text);
    assert.equal(saved.json.config.endpoint, endpoint, "it is shown as it was entered");
    assert.equal((await otp.send({ phone: newPhone() })).status, 200);
    assert.equal(otp.provider.requests.at(-1).url, url);
  }
});

test("values with white space around them and misspelt usage types are refused with their paths", async () => {
  const aliyun = {
    accessKeyId: "test-access-key-id\n",
    accessKeySecret: "secret",
    signName: "Example ",
    templates: [{ usageType: "Generic", templateCode: "SMS_1" }],
  };
  const connectorId = "aliyun-short-message-service";
  assertIssues(
    await api("POST", "/connectors", { connectorId, config: aliyun }),
    400,
    "accessKeyId",
    "signName",
  );
  const config = { ...twilio.config, authToken: "test-auth-token " };
  assertIssues(await api("POST", "/connectors", { ...twilio, config }), 400, "authToken");
  const templates = [
    ...twilio.config.templates,
    { usageType: "signin", content: "{{code}}" },
    { usageType: "Marketing", content: "{{code}}" },
    { usageType: "Register", content: `${"a".repeat(1600)}{{code}}` },
    { usageType: "BindMfa", content: "\u202e{{code}}" },
  ];
  const refused = await api("POST", "/connectors", { ...twilio, config: { ...twilio.config, templates } });
  assertIssues(refused, 400, "templates.3.usageType", "templates.5.content", "templates.6.content");
  assert.match(refused.json.data.issues[0].message, /SignIn/);
});

test("a change of a stale copy is refused", async () => {
  const created = await api("POST", "/connectors", httpSms);
  const { id, config } = created.json;
  const path = `/connectors/${id}`;
  const etag = created.headers.get("etag");
  assert.equal((await api("GET", path)).headers.get("etag"), etag);
  const edited = await api("PATCH", path, { config, updatedAt: created.json.updatedAt });
  assert.equal(edited.status, 200, edited.text);
  assertConflict(await api("PATCH", path, { config, updatedAt: created.json.updatedAt }));
  assertConflict(await api("PATCH", path, { config }, { headers: { "if-match": etag } }));
  assertConflict(await api("DELETE", path, undefined, { headers: { "if-match": etag } }));
  const current = edited.headers.get("etag");
  assert.equal((await api("PATCH", path, { config }, { headers: { "if-match": "*" } })).status, 200);
  assertConflict(await api("DELETE", path, undefined, { headers: { "if-match": current } }));
  const headers = { "if-match": (await api("GET", path)).headers.get("etag") };
  assert.equal((await api("DELETE", path, undefined, { headers })).status, 204);
});

test("what is stored by hand is read, or shown with what is wrong", async () => {
  const text = JSON.stringify(twilio);
  await withStored(`\ufeff${text}`, async (worker) => {
    assert.equal((await worker.send({ phone: newPhone() })).status, 200);
    assert.equal((await api("GET", "/connectors", undefined, { worker })).json[0].issues, undefined);
  });
  for (const [stored, name] of [
    [Buffer.from(`\ufeff${text}`, "utf16le"), "UTF-16LE"],
    [Buffer.from(`\ufeff${text}`, "utf16le").swap16(), "UTF-16BE"],
  ]) {
    await withStored(stored, async (worker) => {
      const sent = await worker.send({ phone: newPhone() });
      assertIssues(sent, 500, "");
      assert.match(sent.json.data.issues[0].message, new RegExp(name));
      const { json } = await api("GET", "/connectors", undefined, { worker });
      assert.deepEqual([json.length, json[0].id, json[0].config], [1, "connector", {}]);
      assert.match(json[0].issues[0].message, new RegExp(name));
      assert.equal((await api("DELETE", "/connectors/connector", undefined, { worker })).status, 204);
      assert.deepEqual((await api("GET", "/connectors", undefined, { worker })).json, []);
    });
  }
});

test("every response asks for https from then on", async () => {
  for (const response of [
    await otp.call("/health", { method: "GET" }),
    await otp.call("/nothing", { method: "GET" }),
    await otp.send({}),
    await api("GET", "/connectors"),
    await api("DELETE", "/connectors/x"),
  ]) {
    assert.match(response.headers.get("strict-transport-security"), /^max-age=\d{8,}$/);
  }
});
