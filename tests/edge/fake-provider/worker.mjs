// A Worker whose connector talks to the fake provider, and what a test does with the two.
import assert from "node:assert/strict";
import { startWorker } from "../worker.mjs";
import { configOf, FakeProvider } from "./index.mjs";

// Those that serve mainland China only; Yunpian's default config sends abroad as well.
const mainlandOnly = ["aliyun-short-message-auth-service", "smsbao-sms", "yunpian-sms"];

// Ten digits: a code then occurs in nothing else by chance. No limit on sends stands in the way.
const vars = { CODE_LENGTH: "10", RESEND_COOLDOWNS: "0", SENDS_PER_HOUR: "1000", SENDS_PER_DAY: "1000" };

let phones = 0;
const newPhone = (connectorId) => {
  phones += 1;
  const tail = String(phones).padStart(4, "0");
  return mainlandOnly.includes(connectorId) ? `+861380013${tail}` : `+1415555${tail}`;
};

/** The fields of a config that hold its secret; each connector has one of them. */
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

/** Every text in a JSON value or a plain body that is a sentence, not a code: it may not travel on. */
const sentences = (body) => {
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
  /** Starts one; a test ends it with `close`. */
  static async start(connectorId, { config = configOf(connectorId), vars: other = {} } = {}) {
    const it = new ConnectorWorker();
    it.id = connectorId;
    it.fake = new FakeProvider(connectorId, config);
    it.otp = await startWorker({ vars: { ...vars, ...other }, connector: { connectorId, config } });
    it.otp.provider.answer = () => it.fake.answer(it.requests.at(-1));
    it.heard = [];
    it.told = new Set();
    return it;
  }

  get requests() {
    return this.otp.provider.requests;
  }

  newPhone() {
    return newPhone(this.id);
  }

  /** The name of the config's field that holds the secret. */
  get secretField() {
    return secretFields.find((name) => name in this.fake.account);
  }

  /** Sends to a new phone; gives the answer with the phone and the time that it took. */
  async send(body = {}) {
    const phone = body.phone ?? this.newPhone();
    const started = Date.now();
    const answer = await this.otp.send({ ...body, phone });
    this.heard.push(answer.text);
    return { ...answer, phone, ms: Date.now() - started };
  }

  async verify(body) {
    const answer = await this.otp.verify(body);
    this.heard.push(answer.text.replace(`"phone":"${body.phone}"`, ""));
    return answer;
  }

  /** A send that goes through, with a code that verifies: the connector works. */
  async works(body = {}) {
    this.fake.fail(undefined);
    const sent = await this.send(body);
    assert.deepEqual(this.fake.complaints, []);
    assert.deepEqual([sent.status, sent.json.status], [200, "sent"]);
    assert.equal(sent.json.connectorId, this.id);
    const message = this.fake.messages.at(-1);
    assert.equal(message.to, sent.phone);
    const { usageType = "Generic" } = body;
    assert.equal((await this.verify({ phone: sent.phone, code: this.fake.code, usageType })).status, 200);
    return message;
  }

  /** A send that meets a failure: what the caller hears, that one request left, and what became of the code. */
  async fails(fault, expected) {
    this.fake.fail(fault);
    for (const text of typeof fault === "object" ? sentences(fault.body) : []) this.told.add(text);
    const before = this.requests.length;
    const answer = await this.send();
    const requests = this.requests.length - before;
    // The runtime's own client asks again (RFC 9110 §9.2.2) if a GET meets a kept connection that has died. smsbao
    // knows only GET; the second message would carry the same code.
    const repeated = this.requests.at(-1).method === "GET" && typeof fault === "function";
    assert.ok(requests === 1 || (repeated && requests === 2), `${requests} requests: no retry, no redirect`);
    await this.heardRight(answer, this.fake.code, expected);
    return answer;
  }

  /** Whether an answer is the expected one: `{status, code?, provider?, retryAfter?}`. */
  async heardRight(answer, code, { status, code: errorCode, provider, retryAfter }) {
    const { phone } = answer;
    assert.deepEqual(this.fake.complaints, []);
    assert.equal(answer.status, status, answer.text);
    const verified = await this.verify({ phone, code });
    if (status < 300) {
      assert.equal(answer.json.status, status === 200 ? "sent" : "unknown");
      assert.equal(verified.status, 200, "the code stays valid");
      return;
    }
    assert.equal(answer.code, errorCode, answer.text);
    assert.deepEqual(answer.json.data, { ...(retryAfter && { retryAfter }), provider });
    assert.equal(answer.headers.get("retry-after"), retryAfter ? String(retryAfter) : null);
    assert.equal(verified.code, "verification_code.not_found", "the code is void");
  }

  /** That nothing heard or logged so far holds a phone, a code, a secret or a provider's sentence. */
  keptSecret() {
    const seen = [...this.heard, this.otp.logs()].join("\n").replaceAll(/\b[0-9a-f]{32}\b/g, "");
    const { messages } = this.fake;
    assert.ok(messages.length > 0);
    for (const { to, text, params } of messages) {
      const code = params?.code ?? /\d{10}/.exec(text)[0];
      for (const secret of [to.slice(3), code])
        assert.ok(!seen.includes(secret), `${secret} is in what was seen`);
    }
    const secret = this.fake.account[this.secretField];
    for (const text of [secret, ...this.told]) assert.ok(!seen.includes(text), `${text} is in what was seen`);
  }

  close() {
    return this.otp.close();
  }
}
