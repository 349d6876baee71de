// The real Worker in workerd for the tests: its routes, KV, guard objects and log, and a provider in the test's process
// that receives the Worker's outgoing requests.
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { createTestHarness } from "wrangler";

const root = join(fileURLToPath(import.meta.url), "..", "..", "..");

export const apiKey = "test-api-key-one";
export const secrets = {
  OTP_SECRET: "0123456789abcdef0123456789abcdef",
  API_KEYS: `${apiKey}, test-api-key-two`,
  ADMIN_KEY: "test-admin-key-one",
};

export const twilio = {
  connectorId: "twilio-short-message-service",
  config: {
    accountSID: "AC00000000000000000000000000000001",
    authToken: "test-auth-token-that-is-secret",
    fromMessagingServiceSID: "MG00000000000000000000000000000002",
    templates: [
      { usageType: "Generic", content: "Your code is {{code}}." },
      { usageType: "SignIn", content: "Your sign-in code is {{code}}." },
      { usageType: "SignIn", locale: "de", content: "Dein Code zum Anmelden: {{code}}." },
    ],
  },
};

const accepted = () => Response.json({ sid: "SM1", status: "accepted", error_code: null }, { status: 201 });

/** A provider that records its requests and responds with `answer`. */
export class Provider {
  requests = [];
  answer = accepted;

  async handle(url, init) {
    const request = url instanceof Request ? url : new Request(url, init);
    const body = await request.clone().text();
    this.requests.push({
      method: request.method,
      url: request.url,
      headers: Object.fromEntries(request.headers),
      body,
      form: Object.fromEntries(new URLSearchParams(body)),
    });
    return this.answer(request);
  }

  /** The code in the newest message. */
  get code() {
    return /\d{6,10}/.exec(this.requests.at(-1).form.Body)[0];
  }

  accept() {
    this.answer = accepted;
  }
}

/**
 * Repeats a request once if its connection was closed: after a response that was sent before the request's whole body
 * was read (413), the server closes a keep-alive connection, which the client may be about to use again. No response
 * has arrived then, and the Worker has not received the request.
 */
export const retryClosedConnection = (send) =>
  send().catch((error) => {
    if (!["UND_ERR_SOCKET", "ECONNRESET", "EPIPE"].includes(error.cause?.code)) throw error;
    return send();
  });

/** Waits until `find` gives something: a minute, which is long enough on a busy machine, too. */
export const eventually = async (find, what) => {
  const began = performance.now();
  do {
    const found = await find();
    if (found) return found;
    await sleep(20);
  } while (performance.now() - began < 60_000);
  throw new Error(`there is no ${what}`);
};

/** Returns the settings without those that are undefined. */
const definedOnly = (values) =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));

/** The Worker with the controls of fixtures/instrumented-worker.js. */
export const instrumented = { configPath: "./tests/edge/fixtures/wrangler.toml" };

/** Starts a Worker with extra vars and secrets; an undefined one unsets the default. `close` stops it. */
export const startWorker = async ({
  vars = {},
  secrets: other = {},
  connector = twilio,
  build = { configPath: "./wrangler.toml", prebuiltWorkerDir: "./.wrangler/dry-run" },
} = {}) => {
  const provider = new Provider();
  const realFetch = globalThis.fetch;
  globalThis.fetch = (url, init) => provider.handle(url, init);
  const server = createTestHarness({
    root,
    workers: [
      {
        ...build,
        // As secrets, which override a developer's .dev.vars. The phones of the tests have one prefix.
        secrets: definedOnly({
          ...secrets,
          ALLOW_MOCK: "0",
          ALLOW_LOCAL: "0",
          LIMITS: "off",
          ...vars,
          ...other,
        }),
      },
    ],
  });
  await server.listen();
  const worker = server.getWorker("edge-otp");
  const env = await worker.getEnv();
  if (connector) await env.OTP_KV.put("connector", JSON.stringify(connector));
  const call = async (path, { method = "POST", body, headers = {}, key = apiKey } = {}) => {
    const response = await retryClosedConnection(() =>
      worker.fetch(`http://otp.example${path}`, {
        method,
        headers: {
          ...(key ? { authorization: `Bearer ${key}` } : {}),
          ...(method === "POST" ? { "content-type": "application/json" } : {}),
          ...headers,
        },
        body:
          body === undefined || typeof body === "string" || body instanceof Uint8Array
            ? body
            : JSON.stringify(body),
      }),
    );
    const text = await response.text();
    const isText = response.headers.get("content-type")?.startsWith("text/plain");
    const json = text && !isText ? JSON.parse(text) : undefined;
    return { status: response.status, headers: response.headers, text, json, code: json?.code };
  };
  return {
    provider,
    server,
    worker,
    kv: env.OTP_KV,
    call,
    send: (body, options) => call("/send", { body, ...options }),
    verify: (body, options) => call("/verify", { body, ...options }),
    /** Returns every key and value in KV. */
    kvEntries: async () => {
      const { keys } = await env.OTP_KV.list();
      return Promise.all(
        keys.map(async ({ name, expiration }) => ({ name, expiration, value: await env.OTP_KV.get(name) })),
      );
    },
    objectIds: () => worker.listDurableObjectIds("GUARD"),
    logs: () => JSON.stringify(server.getLogs()),
    /** Returns the log once it has a text: a line may arrive after the response. */
    logsWith: (text) =>
      eventually(() => {
        const logs = JSON.stringify(server.getLogs());
        return logs.includes(text) && logs;
      }, `line with ${text}`),
    /** Returns the log's line of a response's request. */
    eventOf: async ({ headers }) => {
      const id = headers.get("x-request-id");
      return eventually(() => {
        const texts = server
          .getLogs()
          .flatMap((log) => JSON.stringify(log).match(/\{\\"event\\".*?\}/g) ?? []);
        const events = texts.map((text) => JSON.parse(text.replaceAll('\\"', '"')));
        return events.find(({ requestId }) => requestId === id);
      }, `line of ${id}`);
    },
    close: async () => {
      await server.close();
      globalThis.fetch = realFetch;
    },
  };
};

let lastPhone = 0;
/** Returns a phone number that no test has used. */
export const newPhone = () => `+1415555${String(++lastPhone).padStart(4, "0")}`;
