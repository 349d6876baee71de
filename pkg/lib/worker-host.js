// The host of the Worker: its environment, and what an isolate keeps of the connector between requests.
import { randomHex, readUpTo } from "./bytes.js";
import { askObjects } from "./host.js";
import { settingNames } from "./policy.js";
import { sendDice } from "./story.js";

/** How long an isolate works with the connector it has read, in ms. KV's own cache adds 60 s at most: 90 s in all. */
const FRESH = 30_000;

const settings = [
  ...settingNames,
  "OTP_SECRET",
  "OTP_SECRET_PREVIOUS",
  "API_KEYS",
  "ADMIN_KEY",
  "ACTIVITY_ACCOUNT",
  "ACTIVITY_TOKEN",
];
const bindings = ["OTP_KV", "GUARD"];

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * The connector as this isolate has read it, and its secrets once they are opened.
 * @type {{ text: string, readAt: number, opened: Map<string, string | null> } | undefined}
 */
let kept;

/** @param {string} text */
const keep = (text) => {
  const opened = kept?.text === text ? kept.opened : new Map();
  kept = { text, readAt: Date.now(), opened };
};

/** Forgets the connector: the next request reads it anew. */
export const forget = () => {
  kept = undefined;
};

/**
 * Reads the connector, or gives what was read less than 30 s ago. While KV does not answer, the last one serves.
 * @param {import("../index.js").KvStore} kv
 */
const connectorOf = (kv) => async () => {
  if (kept && Date.now() - kept.readAt < FRESH) return kept.text;
  try {
    const text = (await kv.get("connector")) ?? null;
    if (text === null) forget();
    else keep(text);
    return text;
  } catch (error) {
    if (kept) return kept.text;
    throw error;
  }
};

/**
 * KV as it is, but a change of the connector is in force in this isolate at once.
 * @param {import("../index.js").KvStore} kv @returns {import("../index.js").KvStore}
 */
const watched = (kv) => ({
  get: (key) => kv.get(key),
  put: async (key, value, how) => {
    await kv.put(key, value, how);
    if (key === "connector") keep(value);
  },
  delete: async (key) => {
    await kv.delete(key);
    if (key === "connector") forget();
  },
});

/** @param {unknown} value a number in wrangler's configuration arrives as a number */
const asText = (value) => (typeof value === "string" ? value : JSON.stringify(value));

/** The settings of an environment, as texts. @param {Record<string, any>} env @returns {Record<string, string>} */
const settingsOf = (env) =>
  Object.fromEntries(
    settings.filter((name) => (env[name] ?? null) !== null).map((name) => [name, asText(env[name])]),
  );

/** A binding that the environment lacks. @param {Record<string, any>} env */
export const missingFrom = (env) => bindings.find((name) => !env[name]);

/**
 * The host of an environment whose bindings are there.
 * @param {Record<string, any>} env @returns {import("./story.js").Host}
 */
export const workerHost = (env) => ({
  kv: watched(env.OTP_KV),
  guard: askObjects(env.GUARD, {}),
  connector: connectorOf(env.OTP_KV),
  opened: kept?.opened,
  fetch: (url, init) => fetch(url, init),
  settings: settingsOf(env),
});

/** A static file's text; null if there is none. @param {Record<string, any>} env @param {string} path */
const asset = async (env, path) => {
  const response = await env.ASSETS?.fetch(`https://assets${path}`);
  return response?.ok ? await response.text() : null;
};

/** A request's body as text: null above the limit, empty if it is not UTF-8. @param {Request} request */
const bodyOf = (request) => async (/** @type {number} */ limit) => {
  const { bytes, whole } = await readUpTo(request.body, limit);
  if (!whole) return null;
  try {
    return utf8.decode(bytes);
  } catch {
    return "";
  }
};

/** Longest body that is read before the core asks for it, in bytes: that of `/send` and `/verify`. */
const SMALL = 8 * 1024;

/** The body, if it says that it is small. @param {Request} request */
const smallBody = async (request) => {
  const length = request.headers.get("content-length");
  if (!request.body || length === null || !(Number(length) <= SMALL)) return {};
  const body = await bodyOf(request)(SMALL);
  return body === null ? {} : { body };
};

/** The connector, if it was read just now. */
const freshConnector = () => (kept && Date.now() - kept.readAt < FRESH ? { connector: kept.text } : {});

/**
 * What is known of a request that its story will ask for.
 * @param {Request} request @param {string} path
 * @returns {Promise<import("./story.js").Known>}
 */
export const knownOf = async (request, path) => ({
  ...(await smallBody(request)),
  ...(path === "/send" ? { ...freshConnector(), ...sendDice() } : {}),
});

/**
 * The host of one request.
 * @param {Request} request @param {string} path @param {Record<string, any>} env
 * @returns {import("./story.js").Host}
 */
export const requestHost = (request, path, env) => ({
  ...workerHost(env),
  // Managing opens what is not in force, too: that is not kept.
  ...(path.startsWith("/api/") ? { opened: undefined } : {}),
  body: bodyOf(request),
  asset: (path) => asset(env, path),
});

/** A request's id: 128 random bits. */
export const newRequestId = () => randomHex(16);
