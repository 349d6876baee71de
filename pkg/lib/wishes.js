// What the core wishes of the world, granted with the host's KV, fetch and guard. An answer of undefined is a failure:
// the core then does what is safe. What each wish means, src/world.rs says.
import { hex, randomHex, readUpTo, unhex, wellFormed } from "./bytes.js";

/** @typedef {import("./story.js").Host} Host */

/** Longest answer of a provider that is read, in bytes. */
const MAX_ANSWER = 64 * 1024;

const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

/** @param {unknown} value */
const text = (value) => (typeof value === "string" ? wellFormed(value) : null);

/** @param {{ key: string, nonce: string, place: string }} wish @returns {Promise<[AesGcmParams, CryptoKey]>} */
const cipher = async ({ key, nonce, place }) => [
  { name: "AES-GCM", iv: unhex(nonce), additionalData: new TextEncoder().encode(place) },
  await crypto.subtle.importKey("raw", unhex(key), "AES-GCM", false, ["encrypt", "decrypt"]),
];

/** What does not concern storage. @type {Record<string, (host: Host, wish: any) => unknown>} */
const plain = {
  random: (_, length) => randomHex(length),
  sleep: (_, ms) => new Promise((resolve) => setTimeout(resolve, ms, null)),
  body: ({ body }, limit) => body?.(limit),
  asset: ({ asset }, path) => asset?.(path),
  show: (_, line) => {
    console.log(line);
    return null;
  },
  fetch: async (host, { url, method, headers, body, timeoutMs }) => {
    const response = await host.fetch(url, {
      method,
      headers,
      redirect: "manual",
      // The signal also ends a body that drips.
      signal: AbortSignal.timeout(timeoutMs),
      ...(method === "POST" ? { body } : {}),
    });
    const { bytes } = await readUpTo(response.body, MAX_ANSWER);
    const retryAfter = response.headers.get("retry-after")?.trim() ?? "";
    return {
      status: response.status,
      ...(/^\d{1,9}$/.test(retryAfter) ? { retryAfter: Number(retryAfter) } : {}),
      body: utf8.decode(bytes),
    };
  },
};

/** @type {Record<string, (host: Host, wish: any) => unknown>} */
const stored = {
  connector: async ({ kv, connector }) => text(await (connector ? connector() : kv.get("connector"))),
  get: async ({ kv }, key) => text(await kv.get(key)),
  put: async ({ kv }, { key, text: value, ttl }) => {
    await kv.put(key, value, ttl === undefined ? {} : { expirationTtl: ttl });
    return null;
  },
  delete: async ({ kv }, key) => {
    await kv.delete(key);
    return null;
  },
  load: async ({ store }, cell) => text(await store?.load(cell)),
  swap: async ({ store }, { cell, expected = null, next = null, ttl }) =>
    store?.swap(cell, expected, next, ttl),
  guard: (host, { name, call }) => host.guard?.(host, name, call),
  seal: async (_, wish) => {
    const sealed = await crypto.subtle.encrypt(...(await cipher(wish)), new TextEncoder().encode(wish.text));
    return hex(new Uint8Array(sealed));
  },
  open: async ({ opened }, wish) => {
    const name = JSON.stringify(wish);
    if (opened?.has(name)) return opened.get(name);
    const [algorithm, key] = await cipher(wish);
    // WebCrypto rejects what does not authenticate.
    const bytes = await crypto.subtle.decrypt(algorithm, key, unhex(wish.text)).catch(() => undefined);
    const secret = bytes === undefined ? null : utf8.decode(bytes);
    opened?.set(name, secret);
    return secret;
  },
};

/**
 * Grants a wish; undefined if that fails. What storage throws is told to `host.failed`, for the core learns of it only
 * that storage failed.
 * @param {Host} host @param {Record<string, any>} wish with its one member: what is wanted
 * @returns {Promise<unknown>}
 */
export const grant = async (host, wish) => {
  const [[kind, wanted]] = Object.entries(wish);
  try {
    return await (plain[kind] ?? stored[kind])(host, wanted);
  } catch (error) {
    if (kind in stored) host.failed?.(error);
    return undefined;
  }
};
