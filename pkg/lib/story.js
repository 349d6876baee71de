// A story of the core (send, verify, a guard's answer …) cannot wait. It is told as far as it gets without the world;
// then it leaves a wish, and once that is granted here and noted in its journal, it is told again from the beginning and
// gets one step further. So the core needs no I/O, and a story survives the instance of the wasm that began it.
import { ask } from "./engine.js";
import { grant } from "./wishes.js";

/**
 * What a story is told in.
 * @typedef {{
 *   kv: import("../index.js").KvStore,
 *   guard?: (host: Host, name: string, call: object) => Promise<unknown>,
 *   store?: import("../index.js").GuardStore,
 *   fetch: import("../index.js").Fetch,
 *   now?: () => number,
 *   connector?: () => Promise<string | null>,
 *   opened?: Map<string, string | null>,
 *   settings: Record<string, string>,
 *   body?: (limit: number) => Promise<string | null>,
 *   asset?: (path: string) => Promise<string | null>,
 *   failed?: (cause: unknown) => void,
 * }} Host
 */

/** The host's clock, else the runtime's; in whole milliseconds. @param {Host} host */
const clock = ({ now }) => Math.trunc(now ? Number(now()) : Date.now()) || 0;

/**
 * Tells a story to its end: `{value}` or `{error}`.
 * @param {Host} host
 * @param {{ operation: string, id?: string, body?: string, request?: object, missing?: string }} story
 * @returns {Promise<any>}
 */
export const tell = async (host, story) => {
  const { settings } = host;
  const journal = { begun: clock(host), answers: /** @type {object[]} */ ([]) };
  for (;;) {
    const told = ask({ ...story, settings, journal });
    if (!told.wish) return told;
    const value = await grant(host, told.wish);
    journal.answers.push({ at: clock(host), value });
  }
};
