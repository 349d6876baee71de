// Every connector through the real Worker, with a provider that checks requests as the real one does: the request, what
// each of the provider's responses becomes, templates, regions, and that no secret is disclosed.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import signatures from "../vectors/doc-signatures.json" with { type: "json" };
import { aliyunSignature, tc3Signature } from "./fake-provider/check.mjs";
import { configOf, connectorIds, failuresOf, responsesOf } from "./fake-provider/index.mjs";
import { ConnectorWorker } from "./fake-provider/worker.mjs";
import { startWorker } from "./worker.mjs";

const using = async (started, work) => {
  const worker = await started;
  try {
    await work(worker);
  } finally {
    await worker.close();
  }
};

const messages = {
  credentials: /credentials/,
  recipient: /number/,
  content: /text, template or sender/,
  throttled: /throttles/,
  balance: /balance/,
  other: /refused the message\.$/,
};

/** Returns the response that a caller receives for a named failure. */
const expectedResponse = ({ response, status, code, retryAfter }) => ({
  ...{ status, retryAfter },
  code: status === 429 ? "connector.rate_limit_exceeded" : "connector.general",
  provider: { status: response.status, ...(code && { code }) },
});

test("the fake provider's signatures are the examples of the providers' documentation", () => {
  for (const example of signatures.signatures) {
    const signature =
      example.algorithm === "aliyun-rpc-hmac-sha1"
        ? aliyunSignature(example.method, example.params, example.secret)
        : tc3Signature({
            ...{
              service: example.service,
              signedHeaders: example.signed_headers,
              timestamp: example.timestamp,
            },
            headers: { "content-type": example.content_type, host: example.host },
            ...{ body: example.body, secret: example.secret_key },
          });
    assert.equal(signature, example.signature, example.id);
  }
});

test("every connector has named failures with a response", () => {
  for (const id of connectorIds) {
    assert.ok(failuresOf(id).length > 0, id);
    for (const { name, response } of failuresOf(id)) {
      assert.equal(typeof response?.body, "string", `${id} ${name}`);
    }
  }
});

for (const id of connectorIds) {
  describe(id, () => {
    let worker;
    before(async () => {
      worker = await ConnectorWorker.start(id);
    });
    after(() => worker.close());

    test("the provider accepts the request, the message contains the code, the code verifies", async () => {
      for (const usageType of ["Generic", "SignIn", "MfaVerification"]) {
        await worker.assertDelivers({ usageType });
      }
      if (worker.provider.account.templates) {
        const [first, second] = worker.provider.messages.map(
          ({ text, template }) => text?.replace(/\d+/, "") ?? template,
        );
        assert.notEqual(first, second, "each usage type has its template");
      }
    });

    test("a secret that the provider does not know is rejected as documented", async () => {
      const { account } = worker.provider;
      worker.provider.account = { ...account, [worker.secretField]: "another" };
      const sent = await worker.send();
      worker.provider.account = account;
      assert.equal(worker.provider.rejections.splice(0).length, 1);
      assert.deepEqual([sent.status, sent.code], [502, "connector.general"]);
      assert.match(sent.json.message, messages.credentials);
    });

    for (const failure of failuresOf(id)) {
      test(`${failure.name} is ${failure.status}${failure.code ? ` with ${failure.code}` : ""}`, async () => {
        const { json } = await worker.assertFails(failure.response, expectedResponse(failure));
        if (failure.reason) assert.match(json.message, messages[failure.reason]);
        await worker.assertDelivers();
      });
    }

    test("each response of the vectors has its documented outcome", async () => {
      for (const response of responsesOf(id)) {
        worker.provider.setFault(response);
        const { status, text } = await worker.send();
        const expected = { accepted: [200], unknown: [202], rejected: [429, 502] }[response.meaning];
        assert.ok(expected.includes(status), `${response.id} became ${text}`);
      }
      await worker.assertDelivers();
    });

    test("neither phone, code, secret nor provider text is in responses or logs", () =>
      worker.assertNoLeak());
  });
}

test("the mock connector prints the message and makes no request", () =>
  using(
    startWorker({
      vars: { ALLOW_MOCK: "1" },
      connector: {
        connectorId: "mock-short-message-service",
        config: configOf("mock-short-message-service"),
      },
    }),
    async (otp) => {
      const phone = "+14155550100";
      const sent = await otp.send({ phone, usageType: "SignIn" });
      assert.deepEqual([sent.status, sent.json.connectorId], [200, "mock-short-message-service"]);
      await otp.logsWith("mock SMS");
      const line = otp.server
        .getLogs()
        .map((log) => JSON.stringify(log))
        .find((log) => log.includes("mock SMS"));
      const [, code] = /Your sign-in code is (\d{6})\./.exec(line);
      assert.ok(line.includes(phone));
      assert.equal((await otp.verify({ phone, code, usageType: "SignIn" })).status, 200);
      assert.equal(otp.provider.requests.length, 0);
    },
  ));

describe("numbers that a connector does not support", () => {
  const abroad = ["+14155550199", "+85251234567", "+886912345678", "+447700900123"];
  const yunpian = { ...configOf("yunpian-sms"), enableInternational: false };
  for (const [id, config] of [
    ["aliyun-short-message-auth-service"],
    ["smsbao-sms"],
    ["yunpian-sms", yunpian],
  ]) {
    test(`${id}: rejected before anything is counted or requested`, () =>
      using(ConnectorWorker.start(id, { config }), async (worker) => {
        for (const phone of abroad) {
          const { status, code } = await worker.send({ phone });
          assert.deepEqual([status, code], [422, "connector.invalid_request_parameters"], phone);
        }
        assert.equal(worker.requests.length, 0);
        assert.deepEqual(await worker.otp.objectIds(), [], "no phone has a guard object");
        assert.deepEqual(
          (await worker.otp.kvEntries()).map(({ name }) => name),
          ["connector"],
        );
        await worker.assertDelivers();
      }));
  }

  test("yunpian-sms sends abroad if its config enables it", () =>
    using(
      ConnectorWorker.start("yunpian-sms", { config: { ...yunpian, enableInternational: true } }),
      async (worker) => {
        for (const phone of abroad) await worker.assertDelivers({ phone });
      },
    ));
});

describe("templates", () => {
  test("a text is selected by usage type, then locale, then Generic, and its encoding is stated", () => {
    const templates = [
      { usageType: "Generic", content: "Code: {{code}}" },
      { usageType: "Generic", locale: "zh-CN", content: "验证码：{{ code }}" },
      { usageType: "SignIn", content: "Sign in with {{code}} {{unknown}} {code}" },
      { usageType: "SignIn", locale: "fr", content: "Connexion : {{code}} [{{locale}}]" },
    ];
    const config = { ...configOf("vonage-sms"), templates };
    return using(ConnectorWorker.start("vonage-sms", { config }), async (worker) => {
      for (const [usageType, locale, text] of [
        ["SignIn", undefined, "Sign in with # {{unknown}} {code}"],
        ["SignIn", "fr-CA", "Connexion : # [fr-CA]"],
        ["SignIn", "de", "Sign in with # {{unknown}} {code}"],
        ["Register", undefined, "Code: #"],
        ["Register", "zh-CN", "验证码：#"],
        ["Register", "zh", "验证码：#"],
      ]) {
        const message = await worker.assertDelivers({ usageType, locale });
        assert.equal(message.text.replace(/\d{10}/, "#"), text, `${usageType} ${locale}`);
        const { type } = JSON.parse(worker.requests.at(-1).body);
        assert.equal(type, /[^ -~]/.test(text) ? "unicode" : undefined);
      }
    });
  });

  for (const id of ["aliyun-short-message-service", "tencent-short-message-service"]) {
    test(`${id}: a registered template is selected the same way, then by the phone's country`, () => {
      const both = { china: "CN_1", overseas: "INTL_1" };
      const templates = [
        { usageType: "Generic", templateCode: both },
        { usageType: "SignIn", templateCode: "SIGN_IN" },
        { usageType: "SignIn", locale: "zh", templateCode: { china: "CN_2", overseas: "INTL_2" } },
      ];
      return using(ConnectorWorker.start(id, { config: { ...configOf(id), templates } }), async (worker) => {
        for (const [phone, usageType, locale, template] of [
          ["+8613800138001", "Generic", undefined, "CN_1"],
          ["+85251234567", "Generic", undefined, "INTL_1"],
          ["+14155550188", "Register", "fr", "INTL_1"],
          ["+8613800138002", "Register", "zh", "CN_1"],
          ["+8613800138003", "SignIn", undefined, "SIGN_IN"],
          ["+14155550187", "SignIn", undefined, "SIGN_IN"],
          ["+8613800138004", "SignIn", "zh-Hans-CN", "CN_2"],
          ["+886912345678", "SignIn", "zh-TW", "INTL_2"],
        ]) {
          const message = await worker.assertDelivers({ phone, usageType, locale });
          assert.equal(message.template, template, `${phone} ${usageType} ${locale}`);
          assert.deepEqual(Object.keys(message.params), ["code"], "nothing but the code");
        }
      });
    });
  }
});
