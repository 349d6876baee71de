// Logto's own client of its management API, @logto/api with a static bearer token, against the real Worker: what
// docs/guides/migrate-from-logto.md says works.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { secrets, startWorker, twilio } from "../edge/worker.mjs";
import { newPhone } from "./fixtures/suite.mjs";
import { installTools } from "./setup.mjs";

let otp;
let client;

before(async () => {
  await installTools();
  const { createApiClient } = await import("@logto/api/management");
  otp = await startWorker({ connector: undefined });
  const baseUrl = "http://otp.example";
  const api = createApiClient({ baseUrl, getToken: async () => secrets.ADMIN_KEY });
  // The Worker of the tests has no address of its own.
  const fetch = async (request) => {
    const { method, url, headers } = request;
    const body = method === "GET" ? undefined : await request.text();
    const response = await otp.worker.fetch(url, { method, headers: Object.fromEntries(headers), body });
    return new Response(response.status === 204 ? null : await response.text(), {
      status: response.status,
      headers: Object.fromEntries(response.headers),
    });
  };
  const call = (method) => (path, init) => api[method](path, { ...init, fetch });
  client = { GET: call("GET"), POST: call("POST"), PATCH: call("PATCH"), DELETE: call("DELETE") };
});
after(() => otp?.close());

const succeeded = ({ data, error, response }, status) => {
  assert.equal(response.status, status, JSON.stringify(error));
  return data;
};

test("factories are listed and shown, with guide and form", async () => {
  const all = succeeded(await client.GET("/api/connector-factories"), 200);
  const ids = all.map(({ id }) => id);
  assert.ok(ids.includes(twilio.connectorId) && ids.includes("aliyun-short-message-service"), ids.join());
  for (const { type, name, readme, formItems } of all) {
    assert.equal(type, "Sms");
    assert.ok(name.en && formItems.length > 0);
    assert.match(readme, /^# /);
  }
  const params = { path: { id: twilio.connectorId } };
  const one = succeeded(await client.GET("/api/connector-factories/{id}", { params }), 200);
  assert.deepEqual(
    one,
    all.find(({ id }) => id === twilio.connectorId),
  );
});

test("a connector is created, listed, filtered, tested, edited and deleted", async () => {
  const created = succeeded(await client.POST("/api/connectors", { body: twilio }), 200);
  assert.equal(created.connectorId, twilio.connectorId);
  const params = { path: { id: created.id } };
  assert.equal(succeeded(await client.GET("/api/connectors/{id}", { params }), 200).id, created.id);
  const list = async (query) => succeeded(await client.GET("/api/connectors", { params: { query } }), 200);
  assert.deepEqual(
    (await list()).map(({ id }) => id),
    [created.id],
  );
  assert.deepEqual(
    (await list({ target: "twilio-sms" })).map(({ target }) => target),
    ["twilio-sms"],
  );
  assert.deepEqual(await list({ target: "vonage-sms" }), []);

  const testBody = { phone: newPhone().slice(1), config: twilio.config };
  const path = { factoryId: twilio.connectorId };
  const tested = await client.POST("/api/connectors/{factoryId}/test", { params: { path }, body: testBody });
  succeeded(tested, 204);
  assert.match(otp.provider.requests.at(-1).form.Body, /000000/);

  // Logto's console sends the whole config back, in which the secrets are redacted here.
  const config = { ...created.config, templates: [{ usageType: "Generic", content: "New: {{code}}" }] };
  const edited = succeeded(await client.PATCH("/api/connectors/{id}", { params, body: { config } }), 200);
  assert.equal(edited.config.templates[0].content, "New: {{code}}");
  succeeded(await client.POST("/api/verification-codes", { body: { phone: newPhone().slice(1) } }), 204);
  assert.match(otp.provider.requests.at(-1).form.Body, /^New: \d{6}$/);
  const { authorization } = otp.provider.requests.at(-1).headers;
  const { accountSID, authToken } = twilio.config;
  assert.equal(authorization, `Basic ${btoa(`${accountSID}:${authToken}`)}`, "the secret was kept");

  succeeded(await client.DELETE("/api/connectors/{id}", { params }), 204);
  assert.deepEqual(await list(), []);
});

test("a verification code is sent, refused and verified once", async () => {
  succeeded(await client.POST("/api/connectors", { body: twilio }), 200);
  const phone = newPhone().slice(1);
  succeeded(await client.POST("/api/verification-codes", { body: { phone } }), 204);
  const { code } = otp.provider;
  const verify = (verificationCode) =>
    client.POST("/api/verification-codes/verify", { body: { phone, verificationCode } });
  const wrong = await verify(String((Number(code) + 1) % 1_000_000).padStart(6, "0"));
  assert.deepEqual([wrong.response.status, wrong.error.code], [400, "verification_code.code_mismatch"]);
  succeeded(await verify(code), 204);
  assert.equal((await verify(code)).error.code, "verification_code.not_found");
});

test("what Logto takes and edge-otp does not is refused by name", async () => {
  const refused = async (promise, path) => {
    const { error, response } = await promise;
    assert.deepEqual([response.status, error.code], [400, "guard.invalid_input"], path);
    assert.deepEqual(
      error.data.issues.map((issue) => issue.path),
      [path],
    );
  };
  for (const [name, value] of Object.entries({ id: "x", metadata: { target: "t" }, syncProfile: true })) {
    await refused(client.POST("/api/connectors", { body: { ...twilio, [name]: value } }), name);
  }
  const { error, response } = await client.POST("/api/verification-codes", {
    body: { email: "a@example.com" },
  });
  assert.deepEqual([response.status, error.code], [400, "guard.invalid_input"]);
  const unknown = await client.POST("/api/connectors", { body: { connectorId: "nope", config: {} } });
  assert.deepEqual(
    [unknown.response.status, unknown.error.code],
    [422, "connector.not_found_with_connector_id"],
  );
});
