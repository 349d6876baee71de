// The Workers that are compared: what each is made of, and how it is started.
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { root } from "../../scripts/steps.mjs";
import { bundlePeer } from "./bundle.mjs";
import { guardClass, messageLogClass, packageWasmModule, workerModules } from "./product.mjs";
import { key } from "./requests.mjs";
import { startWorkerd } from "./workerd.mjs";

const twilio = {
  accountSID: "AC00000000000000000000000000000001",
  authToken: "test-auth-token",
  fromMessagingServiceSID: "MG1",
};

/** The connector in KV, as an operator may put it there by hand. */
const connector = JSON.stringify({
  connectorId: "twilio-short-message-service",
  config: {
    ...twilio,
    templates: [
      { usageType: "Generic", content: "Your code is {{code}}." },
      { usageType: "SignIn", content: "Sign in with {{code}}." },
    ],
  },
});

/**
 * Every Worker has the same settings. Sends are limited loosely, because the memory section sends often to a phone. The
 * limits against SMS pumping, which no peer has, are off but in the Worker that shows what they cost.
 */
const text = {
  OTP_SECRET: "bench-secret-0123456789abcdef0123456789",
  API_KEYS: key,
  ADMIN_KEY: "bench-admin-key-01",
  MAX_ATTEMPTS: "5",
  DAILY_FAILURES: "10",
  RESEND_COOLDOWNS: "0",
  SENDS_PER_HOUR: "1000",
  SENDS_PER_DAY: "1000",
  LIMITS: "off",
  SENDS_PER_PREFIX_HOUR: "1000000",
  // What a Worker without connectors reads.
  TWILIO_SID: twilio.accountSID,
  TWILIO_TOKEN: twilio.authToken,
  TWILIO_SERVICE: twilio.fromMessagingServiceSID,
};

const single = (code) => [{ name: "index.js", code }];
const unbundled = (file) => single(readFileSync(join(root, "bench", "peers", file)));
const product = (folder, variables = {}) => ({
  modules: workerModules(folder),
  text: { ...text, ...variables },
  objects: { GUARD: guardClass },
});

/**
 * What can be started, by name.
 * @type {Record<string, () => Promise<import("./workerd.mjs").Worker>>}
 */
export const workers = {
  "edge-otp": async () => product(),
  "edge-otp with its limits": async () => product(undefined, { LIMITS: "on" }),
  "edge-otp with its message log": async () => {
    const worker = product(undefined, { MESSAGE_LOG: "1" });
    return { ...worker, objects: { ...worker.objects, MESSAGES: messageLogClass } };
  },
  "edge-otp from npm in Hono": async () => ({
    modules: [...single(await bundlePeer("package-in-hono.js")), packageWasmModule()],
    text,
    objects: { GUARD: guardClass },
  }),
  "Hono + DO": async () => ({
    modules: single(await bundlePeer("hono-do.ts")),
    text,
    objects: { GUARD: "Guard" },
  }),
  "Hono + DO, operable": async () => ({
    modules: single(await bundlePeer("hono-do-operable.ts")),
    text,
    objects: { GUARD: "Guard" },
  }),
  "Hono + KV": async () => ({ modules: single(await bundlePeer("hono-kv.js")), text }),
  "better-auth": async () => ({ modules: single(await bundlePeer("better-auth-worker.js")), text }),
  floor: async () => ({ modules: unbundled("floor.js"), text, objects: { GUARD: "Guard" } }),
  empty: async () => ({ modules: unbundled("empty.js") }),
};

/** Another built Worker under the name of its folder, for comparing two builds. */
export const addBuild = (folder) => {
  const name = `edge-otp in ${folder}`;
  workers[name] = async () => product(resolve(folder));
  return name;
};

/** Starts a Worker; `takeCodes` resolves with the codes that were sent since it was last called, by phone. */
export const startWorker = async (name, options = {}) => {
  const running = await startWorkerd(await workers[name](), { connector, ...options });
  const takeCodes = async () => (await fetch(`http://127.0.0.1:${running.ports.provider}/`)).json();
  return { ...running, name, takeCodes };
};
