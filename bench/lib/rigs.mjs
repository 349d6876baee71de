// The Workers that are compared: what each is made of, how it is set up, and how its answers read.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root, StepError } from "../../scripts/steps.mjs";
import { bundled } from "./bundle.mjs";
import { requestText } from "./load.mjs";
import { startWorkerd } from "./workerd.mjs";

const key = "bench-api-key";
const adminKey = "bench-admin-key";
const secret = { OTP_SECRET: "0123456789abcdef0123456789abcdef" };
const ownText = { ...secret, API_KEYS: key, ADMIN_KEY: adminKey };
const peerText = {
  ...secret,
  API_KEY: key,
  TWILIO_SID: "AC00000000000000000000000000000001",
  TWILIO_TOKEN: "a-token",
  TWILIO_SERVICE: "MG00000000000000000000000000000002",
};

const module = (code) => ({ name: "index.js", code });
const wasm = (...path) => ({ name: "index_bg.wasm", wasm: true, code: readFileSync(join(root, ...path)) });
const peer = async (file, more = {}) => ({ modules: [module(await bundled(file))], text: peerText, ...more });

/** Sets a connector up as an operator does: over the management API. */
const setUp = async ({ http }) => {
  const connector = {
    connectorId: "twilio-short-message-service",
    config: {
      accountSID: peerText.TWILIO_SID,
      authToken: peerText.TWILIO_TOKEN,
      fromMessagingServiceSID: peerText.TWILIO_SERVICE,
      templates: [{ usageType: "Generic", content: "Your sign-in code is {{code}}." }],
    },
  };
  const response = await fetch(`http://127.0.0.1:${http}/api/connectors`, {
    method: "POST",
    headers: { authorization: `Bearer ${adminKey}`, "content-type": "application/json" },
    body: JSON.stringify(connector),
  });
  if (!response.ok) throw new StepError(`the connector was not taken: ${await response.text()}`);
  await response.arrayBuffer();
};

/** Whether a refusal of /verify means that the guess was compared. */
const ourMismatch = ({ body }) => body.includes("verification_code.code_mismatch");
const peerMismatch = ({ body }) => body.includes("wrong_code");

/**
 * What can be started, by name.
 * @type {Record<string, { worker: () => Promise<import("./workerd.mjs").Worker>, setUp?: typeof setUp, mismatch?: typeof ourMismatch, health?: string }>}
 */
export const rigs = {
  "edge-otp": {
    worker: async () => ({
      modules: [module(readFileSync(join(root, "build", "index.js"))), wasm("build", "index_bg.wasm")],
      text: ownText,
      objects: { GUARD: "VerificationGuard" },
      flags: ["global_fetch_strictly_public"],
    }),
    setUp,
    mismatch: ourMismatch,
  },
  "Hono + edge-otp from npm": {
    worker: async () => {
      const { modules, text } = await peer("edge-otp-hono.js");
      const beside = wasm("pkg", "wasm", "edge_otp_bg.wasm");
      return { modules: [...modules, beside], text, objects: { GUARD: "VerificationGuard" } };
    },
    mismatch: ourMismatch,
  },
  "Hono + DO": {
    worker: () => peer("hono-do.js", { objects: { COUNTER: "OtpCounter" } }),
    mismatch: peerMismatch,
  },
  "Hono + KV": { worker: () => peer("hono-kv.js"), mismatch: peerMismatch },
  bare: {
    worker: async () => ({ modules: [module(readFileSync(join(root, "bench", "peers", "bare.js")))] }),
  },
  "Hono + KV + Twilio's SDK": { worker: () => peer("hono-twilio-sdk.js") },
  "better-auth": {
    worker: () => peer("better-auth-worker.js"),
    health: "/api/auth/ok",
  },
};

const request = (path, body) => requestText(path, { key, body: JSON.stringify(body) });
export const sendText = (phone) => request("/send", { phone });
export const verifyText = (phone, code) => request("/verify", { phone, code });
export const healthText = requestText("/health");

/** Starts a Worker that is ready to send; `codes` takes the codes that went out since it was last asked. */
export const startRig = async (name) => {
  const rig = rigs[name];
  const running = await startWorkerd(await rig.worker());
  await rig.setUp?.(running.ports).catch(async (error) => {
    await running.stop();
    throw error;
  });
  const codes = async () => (await fetch(`http://127.0.0.1:${running.ports.twilio}/`)).json();
  return { ...running, name, mismatch: rig.mismatch, codes };
};

let last = 2_000_000;
/** Phones that nobody has used: each has its own limits. */
export const newPhones = (count) =>
  Array.from({ length: count }, () => {
    last += 1;
    return `+1415${last}`;
  });

/** Another code: the first digit one higher. */
export const wrongFor = (code) => `${(Number(code[0]) + 1) % 10}${code.slice(1)}`;
