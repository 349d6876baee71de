// Every connector through the real Worker against a provider that checks its requests as the real one does: what is
// sent, what each of the provider's answers becomes, templates, regions, and that nothing leaks on the way.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import signatures from "../vectors/doc-signatures.json" with { type: "json" };
import { aliyunSignature, tc3Signature } from "./fake-provider/check.mjs";
import { answersOf, configOf, connectorIds, failuresOf } from "./fake-provider/index.mjs";
import { ConnectorWorker } from "./fake-provider/worker.mjs";
import { startWorker } from "./worker.mjs";

const using = async (started, work) => {
  const it = await started;
  try {
    await work(it);
  } finally {
    await it.close();
  }
};

const reasons = {
  credentials: /credentials/,
  recipient: /number/,
  content: /text, template or sender/,
  throttled: /throttles/,
  balance: /balance/,
  other: /refused the message\.$/,
};

/** What a caller hears of a named failure. */
const heard = ({ answer, status, code, retryAfter }) => ({
  ...{ status, retryAfter },
  code: status === 429 ? "connector.rate_limit_exceeded" : "connector.general",
  provider: { status: answer.status, ...(code && { code }) },
});

test("the fake's signatures are those that the providers print in their documentation", () => {
  for (const example of signatures.signatures) {
    const made =
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
    assert.equal(made, example.signature, example.id);
  }
});

test("there are 73 named failures", () => {
  const names = connectorIds.flatMap((id) => failuresOf(id).map(({ answer, name }) => [answer.body, name]));
  assert.equal(names.length, 73);
  assert.ok(names.every(([body]) => typeof body === "string"));
});

for (const id of connectorIds) {
  describe(id, () => {
    let it;
    before(async () => {
      it = await ConnectorWorker.start(id);
    });
    after(() => it.close());

    test("the provider takes the request, the message carries the code, the code verifies", async () => {
      for (const usageType of ["Generic", "SignIn", "MfaVerification"]) await it.works({ usageType });
      if (it.fake.account.templates) {
        const [first, second] = it.fake.messages.map(
          ({ text, template }) => text?.replace(/\d+/, "") ?? template,
        );
        assert.notEqual(first, second, "each usage type has its template");
      }
    });

    test("with a secret that the provider does not know, its documented refusal comes back", async () => {
      const known = it.fake.account;
      it.fake.account = { ...known, [it.secretField]: "another" };
      const sent = await it.send();
      it.fake.account = known;
      assert.equal(it.fake.complaints.splice(0).length, 1);
      assert.deepEqual([sent.status, sent.code], [502, "connector.general"]);
      assert.match(sent.json.message, reasons.credentials);
    });

    for (const failure of failuresOf(id)) {
      test(`${failure.name} is ${failure.status}${failure.code ? ` with ${failure.code}` : ""}`, async () => {
        const { json } = await it.fails(failure.answer, heard(failure));
        if (failure.reason) assert.match(json.message, reasons[failure.reason]);
        await it.works();
      });
    }

    test("every other answer of the vectors becomes what it means", async () => {
      for (const answer of answersOf(id)) {
        it.fake.fail(answer);
        const { status, text } = await it.send();
        const means = { accepted: [200], unknown: [202], rejected: [429, 502] }[answer.meaning];
        assert.ok(means.includes(status), `${answer.id} became ${text}`);
      }
      await it.works();
    });

    test("neither phone, code and secret nor a provider's words are to be seen", () => it.keptSecret());
  });
}

test("the mock writes the message to the terminal and asks no one", () =>
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

describe("numbers that a connector does not serve", () => {
  const abroad = ["+14155550199", "+85251234567", "+886912345678", "+447700900123"];
  const yunpian = { ...configOf("yunpian-sms"), enableInternational: false };
  for (const [id, config] of [
    ["aliyun-short-message-auth-service"],
    ["smsbao-sms"],
    ["yunpian-sms", yunpian],
  ]) {
    test(`${id}: refused before anything is counted or asked`, () =>
      using(ConnectorWorker.start(id, { config }), async (it) => {
        for (const phone of abroad) {
          const { status, code } = await it.send({ phone });
          assert.deepEqual([status, code], [422, "connector.invalid_request_parameters"], phone);
        }
        assert.equal(it.requests.length, 0);
        assert.deepEqual(await it.otp.objectIds(), [], "no phone has a guard object");
        assert.deepEqual(
          (await it.otp.kvEntries()).map(({ name }) => name),
          ["connector"],
        );
        await it.works();
      }));
  }

  test("yunpian-sms sends abroad if its config says so", () =>
    using(
      ConnectorWorker.start("yunpian-sms", { config: { ...yunpian, enableInternational: true } }),
      async (it) => {
        for (const phone of abroad) await it.works({ phone });
      },
    ));
});

describe("templates", () => {
  test("a text is chosen by usage type, then locale, then Generic, and its encoding is named", () => {
    const templates = [
      { usageType: "Generic", content: "Code: {{code}}" },
      { usageType: "Generic", locale: "zh-CN", content: "验证码：{{ code }}" },
      { usageType: "SignIn", content: "Sign in with {{code}} {{unknown}} {code}" },
      { usageType: "SignIn", locale: "fr", content: "Connexion : {{code}} [{{locale}}]" },
    ];
    const config = { ...configOf("vonage-sms"), templates };
    return using(ConnectorWorker.start("vonage-sms", { config }), async (it) => {
      for (const [usageType, locale, text] of [
        ["SignIn", undefined, "Sign in with # {{unknown}} {code}"],
        ["SignIn", "fr-CA", "Connexion : # [fr-CA]"],
        ["SignIn", "de", "Sign in with # {{unknown}} {code}"],
        ["Register", undefined, "Code: #"],
        ["Register", "zh-CN", "验证码：#"],
        ["Register", "zh", "验证码：#"],
      ]) {
        const message = await it.works({ usageType, locale });
        assert.equal(message.text.replace(/\d{10}/, "#"), text, `${usageType} ${locale}`);
        const { type } = JSON.parse(it.requests.at(-1).body);
        assert.equal(type, /[^ -~]/.test(text) ? "unicode" : undefined);
      }
    });
  });

  for (const id of ["aliyun-short-message-service", "tencent-short-message-service"]) {
    test(`${id}: a registered template is chosen the same way, then by where the phone is`, () => {
      const both = { china: "CN_1", overseas: "INTL_1" };
      const templates = [
        { usageType: "Generic", templateCode: both },
        { usageType: "SignIn", templateCode: "SIGN_IN" },
        { usageType: "SignIn", locale: "zh", templateCode: { china: "CN_2", overseas: "INTL_2" } },
      ];
      return using(ConnectorWorker.start(id, { config: { ...configOf(id), templates } }), async (it) => {
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
          const message = await it.works({ phone, usageType, locale });
          assert.equal(message.template, template, `${phone} ${usageType} ${locale}`);
          assert.deepEqual(Object.keys(message.params), ["code"], "nothing but the code");
        }
      });
    });
  }
});
