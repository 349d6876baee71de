// A real Worker under watch: every answer, line of log and value in KV is looked through for every secret that the
// test has given it.
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { operations } from "../../openapi/document.mjs";
import { configOf } from "../fake-provider/index.mjs";
import { startWorker } from "../worker.mjs";
import { redacted } from "./watch.mjs";

const vars = {
  ...{ ALLOW_MOCK: "1", ALLOWED_COUNTRIES: "CN,US", DAILY_FAILURES: "1" },
  ...{ RESEND_COOLDOWNS: "0", SENDS_PER_HOUR: "1000", SENDS_PER_DAY: "1000" },
};

/** The documented paths as patterns; those without parameters go first. */
const paths = [...new Set(operations.map(({ path }) => path))]
  .sort((a, b) => a.split("{").length - b.split("{").length)
  .map((path) => ({ path, pattern: new RegExp(`^${path.replaceAll(/\{\w+\}/g, "[^/]+")}$`) }));
const pathOf = (url) => {
  const { pathname } = new URL(url, "http://otp.example");
  return paths.find(({ pattern }) => pattern.test(pathname))?.path ?? "another path";
};

const text = (body) => (body instanceof Uint8Array ? Buffer.from(body).toString("latin1") : (body ?? ""));

export class Desk {
  /** Paths with the statuses that they answered. */
  seen = new Set();
  #asked = 0;
  #phones = 0;

  static async start(draw, watch, other = {}) {
    const desk = new Desk();
    const key = (name, length, shape) => watch.keep(name, draw.secret(length, shape));
    const keys = {
      OTP_SECRET: key("OTP_SECRET", 48, "printable"),
      OTP_SECRET_PREVIOUS: key("OTP_SECRET_PREVIOUS", 48, "printable"),
      ADMIN_KEY: key("ADMIN_KEY", 40, "printable"),
    };
    const apiKeys = [key("the first of API_KEYS", 40), key("the second of API_KEYS", 40)];
    const secrets = { ...keys, API_KEYS: apiKeys.join(", "), ...other };
    desk.otp = await startWorker({ connector: null, vars, secrets });
    Object.assign(desk, { draw, watch, adminKey: keys.ADMIN_KEY, apiKey: apiKeys[1] });
    desk.keys = [...Object.values(keys), ...apiKeys];
    for (const server of [desk.otp.worker, desk.otp.server]) desk.#listenTo(server);
    return desk;
  }

  /** Puts the watch between whoever asks and who answers. */
  #listenTo(server) {
    const fetch = server.fetch;
    server.fetch = async (url, init = {}) => {
      const response = await fetch.call(server, url, { redirect: "manual", ...init });
      const path = pathOf(url);
      if (server === this.otp.worker) this.#asked += 1;
      this.seen.add(`${path} ${response.status}`);
      const sent = `${init.method} ${url} ${text(init.body)}`;
      this.watch.answer(`${init.method ?? "GET"} ${path}`, sent, response, await response.clone().text());
      return response;
    };
  }

  /** Asks any path, with the key that fits it. */
  ask(method, path, body, { headers, ...options } = {}) {
    const key = path.startsWith("/api/") ? this.adminKey : this.apiKey;
    const json = body === undefined ? {} : { "content-type": "application/json" };
    return this.otp.call(path, { method, body, key, ...options, headers: { ...json, ...headers } });
  }

  /** Asks the management API for a status. */
  async manage(method, path, body, status) {
    const answer = await this.ask(method, `/api${path}`, body);
    assert.equal(answer.status, status, `${method} ${path}, ${JSON.stringify(body)}: ${answer.text}`);
    return answer.json;
  }

  /** A phone in mainland China, which every connector serves. */
  newPhone() {
    this.#phones += 1;
    return `+86138${String(this.#phones).padStart(8, "0")}`;
  }

  /** A connector with a fresh secret in each of its confidential fields. */
  fresh({ id, formItems }, length, shape) {
    const fields = formItems.filter(({ isConfidential }) => isConfidential).map(({ key }) => key);
    const draw = (field) => this.watch.keep(`${id}'s ${field}`, this.draw.secret(length, shape), field);
    const secrets = Object.fromEntries(fields.map((field) => [field, draw(field)]));
    const { ...config } = configOf(id);
    for (const field of fields) delete config[field];
    return {
      ...{ id, fields, secrets, formItems },
      /** The config without its secrets. */
      open: config,
      connector: { connectorId: id, config: { ...config, ...secrets } },
    };
  }

  /** That an answer shows a connector, and of its secrets what may be told. */
  shows(shown, { id, open, fields, secrets }) {
    const hints = Object.fromEntries(fields.map((field) => [field, redacted(secrets[field])]));
    assert.equal(shown.connectorId, id);
    assert.deepEqual(shown.config, { ...open, ...hints });
    return shown;
  }

  /** Leaves no connector active, nor one in the isolate's memory. */
  async empty() {
    for (const { id } of await this.manage("GET", "/connectors", undefined, 200)) {
      await this.manage("DELETE", `/connectors/${id}`, undefined, 204);
    }
  }

  /** Puts a connector into KV by hand, past the Worker. */
  put(connector) {
    return this.otp.kv.put(
      "connector",
      typeof connector === "string" ? connector : JSON.stringify(connector),
    );
  }

  /** Looks through all of KV. Codes that were seen are let go: no one verifies them any more. */
  async lookAtKv() {
    const entries = await this.otp.kvEntries();
    for (const { name, value } of entries) this.watch.value(name, value ?? "");
    const codes = entries.filter(({ name }) => name.startsWith("code:"));
    await Promise.all(codes.map(({ name }) => this.otp.kv.delete(name)));
  }

  /** Looks through the log since the last time; every request has written its line. */
  async lookAtLog() {
    for (let wait = 0; this.otp.server.getLogs().length < this.#asked && wait < 50; wait += 1)
      await sleep(20);
    const logs = this.otp.server.getLogs();
    this.otp.server.clearLogs();
    assert.ok(logs.length >= this.#asked, `${logs.length} lines of ${this.#asked} requests`);
    this.#asked = 0;
    for (const { message } of logs) this.watch.line(message);
    return logs;
  }

  /** That nothing leaked since the last time. */
  async assertNoLeak() {
    await this.lookAtLog();
    this.watch.assertNone(this.draw.seed);
  }

  close() {
    return this.otp.close();
  }
}
