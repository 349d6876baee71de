// A Worker whose connector uses the fake provider, and the operations that tests run on the two.
import assert from "node:assert/strict";
import { startWorker } from "../worker.mjs";
import { configOf, FakeProvider } from "./index.mjs";

// Connectors for mainland China only; Yunpian's default config also sends abroad.
const mainlandOnly = ["aliyun-short-message-auth-service", "smsbao-sms", "yunpian-sms"];

// Ten digits: such a code does not occur by chance in other output. No limit on sends applies.
const vars = { CODE_LENGTH: "10", RESEND_COOLDOWNS: "0", SENDS_PER_HOUR: "1000", SENDS_PER_DAY: "1000" };

let phones = 0;
const newPhone = (connectorId) => {
  phones += 1;
  const tail = String(phones).padStart(4, "0");
  return mainlandOnly.includes(connectorId) ? `+861380013${tail}` : `+1415555${tail}`;
};

/** The config fields that hold a secret; each connector has one of them. */
const secretFields = [
  "authToken",
  "accessKeySecret",
  "apiSecret",
  "apiKey",
  "apikey",
  "apiToken",
  "accessToken",
];
secretFields.push("passwordOrApiKey", "authorization");

/** Returns the texts of a JSON or plain body that are sentences, not codes: none may be passed on. */
const sentencesOf = (body) => {
  let value = body;
  try {
    value = JSON.parse(body);
  } catch {}
  const leaves = (node) => (node && typeof node === "object" ? Object.values(node).flatMap(leaves) : [node]);
  return leaves(value).filter(
    (leaf) => typeof leaf === "string" && leaf.length > 3 && !/^[\w.:-]{1,64}$/.test(leaf),
  );
};

export class ConnectorWorker {
  /** The texts of all responses so far. */
  responseTexts = [];
  /** The sentences of all responses of the provider so far. */
  providerTexts = new Set();

  /** Starts a Worker with the connector; the test closes it. */
  static async start(connectorId, { config = configOf(connectorId), vars: other = {} } = {}) {
    const worker = new ConnectorWorker();
    worker.id = connectorId;
    worker.provider = new FakeProvider(connectorId, config);
    worker.otp = await startWorker({ vars: { ...vars, ...other }, connector: { connectorId, config } });
    worker.otp.provider.answer = () => worker.provider.handle(worker.requests.at(-1));
    return worker;
  }

  /** All requests to the provider. */
  get requests() {
    return this.otp.provider.requests;
  }

  newPhone() {
    return newPhone(this.id);
  }

  /** The name of the config field that holds the secret. */
  get secretField() {
    return secretFields.find((name) => name in this.provider.account);
  }

  /** Sends to a new phone; returns the response with the phone and the duration. */
  async send(body = {}) {
    const phone = body.phone ?? this.newPhone();
    const started = Date.now();
    const response = await this.otp.send({ ...body, phone });
    this.responseTexts.push(response.text);
    return { ...response, phone, ms: Date.now() - started };
  }

  async verify(body) {
    const response = await this.otp.verify(body);
    this.responseTexts.push(response.text.replace(`"phone":"${body.phone}"`, ""));
    return response;
  }

  /** Asserts that a message is delivered and its code verifies; returns the message. */
  async assertDelivers(body = {}) {
    this.provider.setFault(undefined);
    const sent = await this.send(body);
    assert.deepEqual(this.provider.rejections, []);
    assert.deepEqual([sent.status, sent.json.status], [200, "sent"]);
    assert.equal(sent.json.connectorId, this.id);
    const message = this.provider.messages.at(-1);
    assert.equal(message.to, sent.phone);
    const { usageType = "Generic" } = body;
    const { code } = this.provider;
    assert.equal((await this.verify({ phone: sent.phone, code, usageType })).status, 200);
    return message;
  }

  /** Asserts what a send becomes under a fault: the response, that one request was made, and the code's validity. */
  async assertFails(fault, expected) {
    this.provider.setFault(fault);
    for (const text of typeof fault === "object" ? sentencesOf(fault.body) : []) this.providerTexts.add(text);
    const before = this.requests.length;
    const response = await this.send();
    const requests = this.requests.length - before;
    // The runtime's own client repeats a GET (RFC 9110 §9.2.2) if its keep-alive connection was closed. smsbao has only
    // GET; the second message would carry the same code.
    const isRepeated = this.requests.at(-1).method === "GET" && typeof fault === "function";
    assert.ok(
      requests === 1 || (isRepeated && requests === 2),
      `${requests} requests: no retry, no redirect`,
    );
    await this.assertOutcome(response, this.provider.code, expected);
    return response;
  }

  /** Asserts that a response is the expected one: `{status, code?, provider?, retryAfter?}`. */
  async assertOutcome(response, code, { status, code: errorCode, provider, retryAfter }) {
    const { phone } = response;
    assert.deepEqual(this.provider.rejections, []);
    assert.equal(response.status, status, response.text);
    const verified = await this.verify({ phone, code });
    if (status < 300) {
      assert.equal(response.json.status, status === 200 ? "sent" : "unknown");
      assert.equal(verified.status, 200, "the code stays valid");
      return;
    }
    assert.equal(response.code, errorCode, response.text);
    assert.deepEqual(response.json.data, { ...(retryAfter !== undefined && { retryAfter }), provider });
    assert.equal(response.headers.get("retry-after"), retryAfter === undefined ? null : String(retryAfter));
    assert.equal(verified.code, "verification_code.not_found", "the code is void");
  }

  /** Asserts that no response or log line so far contains a phone, a code, a secret or a sentence of the provider. */
  assertNoLeak() {
    const output = [...this.responseTexts, this.otp.logs()].join("\n").replaceAll(/\b[0-9a-f]{32}\b/g, "");
    const { messages } = this.provider;
    assert.ok(messages.length > 0);
    for (const { to, text, params } of messages) {
      const code = params?.code ?? /\d{10}/.exec(text)[0];
      for (const secret of [to.slice(3), code])
        assert.ok(!output.includes(secret), `${secret} is in the output`);
    }
    const secret = this.provider.account[this.secretField];
    for (const text of [secret, ...this.providerTexts])
      assert.ok(!output.includes(text), `${text} is in the output`);
  }

  close() {
    return this.otp.close();
  }
}
