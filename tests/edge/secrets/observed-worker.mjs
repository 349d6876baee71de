// A real Worker whose output is scanned: every response, log line and KV entry is searched for every secret that the test
// has given to the Worker.
import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { operations } from "../../openapi/document.mjs";
import { signers } from "../auth-servers.mjs";
import { configOf } from "../fake-provider/index.mjs";
import { eventually, startWorker } from "../worker.mjs";
import { redact } from "./leak-scanner.mjs";

const vars = {
  ...{ ALLOW_MOCK: "1", ALLOWED_COUNTRIES: "CN,US", DAILY_FAILURES: "1" },
  ...{ RESEND_COOLDOWNS: "0", SENDS_PER_HOUR: "1000", SENDS_PER_DAY: "1000" },
};

/** The documented paths as patterns; those without parameters come first. */
const paths = [...new Set(operations.map(({ path }) => path))]
  .sort((a, b) => a.split("{").length - b.split("{").length)
  .map((path) => ({ path, pattern: new RegExp(`^${path.replaceAll(/\{\w+\}/g, "[^/]+")}$`) }));
const pathOf = (url) => {
  const { pathname } = new URL(url, "http://otp.example");
  return paths.find(({ pattern }) => pattern.test(pathname))?.path ?? "another path";
};

const assets = new URL("../../../console/dist/", import.meta.url).pathname;
/**
 * The texts of the static files. A response equal to one of them, byte by byte, says the same to everybody: five characters
 * of a random secret found in it, such as in the console's base64, are there by chance.
 */
const staticFiles = new Set(
  readdirSync(assets, { recursive: true })
    .map((name) => join(assets, name))
    .filter((path) => statSync(path).isFile())
    .map((path) => readFileSync(path, "utf8")),
);

const text = (body) => (body instanceof Uint8Array ? Buffer.from(body).toString("latin1") : (body ?? ""));

export class ObservedWorker {
  /** Paths with the statuses of their responses. */
  seen = new Set();
  #requests = 0;
  #phones = 0;

  static async start(generator, scanner, other = {}) {
    const worker = new ObservedWorker();
    const key = (name, length, alphabet) => scanner.add(name, generator.generate(length, alphabet));
    const keys = {
      OTP_SECRET: key("OTP_SECRET", 48, "printable"),
      OTP_SECRET_PREVIOUS: key("OTP_SECRET_PREVIOUS", 48, "printable"),
      ADMIN_KEY: key("ADMIN_KEY", 40, "printable"),
    };
    const apiKeys = [key("the first of API_KEYS", 40), key("the second of API_KEYS", 40)];
    const encoded = (name) => scanner.add(name, Buffer.from(generator.generate(30)).toString("base64"));
    const signing = {
      supabase: `whsec_${encoded("BRIDGE_SUPABASE_SECRET")}`,
      clerk: `whsec_${encoded("BRIDGE_CLERK_SECRET")}`,
      zitadel: key("BRIDGE_ZITADEL_SECRET", 40),
      authgear: key("BRIDGE_AUTHGEAR_SECRET", 40),
    };
    worker.sign = signers(signing);
    for (const [id, secret] of Object.entries(signing)) keys[`BRIDGE_${id.toUpperCase()}_SECRET`] = secret;
    const secrets = { ...keys, API_KEYS: apiKeys.join(", "), ...other };
    worker.otp = await startWorker({ connector: null, vars, secrets });
    Object.assign(worker, { generator, scanner, adminKey: keys.ADMIN_KEY, apiKey: apiKeys[1] });
    worker.keys = [...Object.values(keys), ...apiKeys];
    for (const server of [worker.otp.worker, worker.otp.server]) worker.#observe(server);
    return worker;
  }

  /** Scans every response of a server. */
  #observe(server) {
    const fetch = server.fetch;
    server.fetch = async (url, init = {}) => {
      const response = await fetch.call(server, url, { redirect: "manual", ...init });
      const path = pathOf(url);
      if (server === this.otp.worker) this.#requests += 1;
      this.seen.add(`${path} ${response.status}`);
      const sent = `${init.method} ${url} ${text(init.body)}`;
      const body = await response.clone().text();
      const scanned = staticFiles.has(body) ? "" : body;
      this.scanner.scanResponse(`${init.method ?? "GET"} ${path}`, sent, response, scanned);
      return response;
    };
  }

  /** Makes a request to any path, with the key that it needs. */
  request(method, path, body, { headers, ...options } = {}) {
    const key = path.startsWith("/api/") ? this.adminKey : this.apiKey;
    const json = body === undefined ? {} : { "content-type": "application/json" };
    return this.otp.call(path, { method, body, key, ...options, headers: { ...json, ...headers } });
  }

  /** Makes a request to the management API that must have a status. */
  async manage(method, path, body, status) {
    const response = await this.request(method, `/api${path}`, body);
    assert.equal(response.status, status, `${method} ${path}, ${JSON.stringify(body)}: ${response.text}`);
    return response.json;
  }

  /** Returns a new phone in mainland China, which every connector supports. */
  newPhone() {
    this.#phones += 1;
    return `+86138${String(this.#phones).padStart(8, "0")}`;
  }

  /** Creates a connector with a new secret in each of its confidential fields. */
  createConnector({ id, formItems }, length, alphabet) {
    // Of alternatives, such as Twilio's token and API key, those of the default config.
    const isGiven = ({ key, isConfidential }) => isConfidential && key in configOf(id);
    const fields = formItems.filter(isGiven).map(({ key }) => key);
    const generate = (field) =>
      this.scanner.add(`${id}'s ${field}`, this.generator.generate(length, alphabet), field);
    const secrets = Object.fromEntries(fields.map((field) => [field, generate(field)]));
    const { ...config } = configOf(id);
    for (const field of fields) delete config[field];
    return {
      ...{ id, fields, secrets, formItems },
      /** The config without its secrets. */
      publicConfig: config,
      connector: { connectorId: id, config: { ...config, ...secrets } },
    };
  }

  /** Asserts that a response shows a connector with its secrets redacted. */
  assertShows(shown, { id, publicConfig, fields, secrets }) {
    const hints = Object.fromEntries(fields.map((field) => [field, redact(secrets[field])]));
    assert.equal(shown.connectorId, id);
    assert.deepEqual(shown.config, { ...publicConfig, ...hints });
    return shown;
  }

  /** Deletes every connector, and with it what the isolate has cached. */
  async deleteConnectors() {
    for (const { id } of await this.manage("GET", "/connectors", undefined, 200)) {
      await this.manage("DELETE", `/connectors/${id}`, undefined, 204);
    }
  }

  /** Writes a connector to KV without the Worker. */
  storeConnector(connector) {
    return this.otp.kv.put(
      "connector",
      typeof connector === "string" ? connector : JSON.stringify(connector),
    );
  }

  /** Scans all of KV. Records of codes are then deleted: they are not verified any more. */
  async scanKv() {
    const entries = await this.otp.kvEntries();
    for (const { name, value } of entries) this.scanner.scanKvEntry(name, value ?? "");
    const codes = entries.filter(({ name }) => name.startsWith("code:"));
    await Promise.all(codes.map(({ name }) => this.otp.kv.delete(name)));
  }

  /** Scans the log since the last call; every request must have written a line. */
  async scanLog() {
    const { server } = this.otp;
    const logs = await eventually(() => {
      const lines = server.getLogs();
      return lines.length >= this.#requests && lines;
    }, `line of each of ${this.#requests} requests`);
    server.clearLogs();
    this.#requests = 0;
    for (const { message } of logs) this.scanner.scanLogLine(message);
    return logs;
  }

  /** Asserts that there was no leak since the last call. */
  async assertNoLeak() {
    await this.scanLog();
    this.scanner.assertNoLeak(this.generator.seed);
  }

  close() {
    return this.otp.close();
  }
}
