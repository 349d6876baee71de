// A story of the core (send, verify, a guard's answer …) cannot wait. It is told as far as it gets without the world;
// then it leaves a wish, and once that is granted here and noted in its journal, it is told again from the beginning and
// gets one step further. So the core needs no I/O, and a story survives the instance of the wasm that began it.

import { randomHex, wellFormed } from "./bytes.js";
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

/**
 * What is known that a story would ask for: each saves a telling, none has to be there.
 * @typedef {{ dice?: string, body?: string, connector?: string, cell?: string | null }} Known
 */

/** The dice of a send: a message wants one id. */
export const sendDice = () => ({ dice: randomHex(16) });
/** The dice of a send in a guard object: a code and its id. */
const guardDice = () => ({ dice: randomHex(144) });

/** The host's clock, else the runtime's; in whole milliseconds. @param {Host} host */
const clock = ({ now }) => Math.trunc(now ? Number(now()) : Date.now()) || 0;

/**
 * Tells a story to its end: `{value}` or `{error}`.
 * @param {Host} host
 * @param {{ operation: string, id?: string, body?: string, request?: object, missing?: string }} story
 * @param {Known} [known]
 * @returns {Promise<any>}
 */
export const tell = async (host, story, known) => {
  const { settings } = host;
  const journal = {
    begun: clock(host),
    known: { ...(story.operation === "send" ? sendDice() : {}), ...known },
    answers: /** @type {object[]} */ ([]),
  };
  for (;;) {
    const told = ask({ ...story, settings, journal });
    if (!told.wish) return told;
    const value = await grant(host, told.wish);
    journal.answers.push({ at: clock(host), value });
  }
};

/**
 * Asks a guard: tells its story over the host's store.
 * @param {Host} host @param {string} name of its cell @param {any} call @param {string | null} cell what stands there
 */
export const askGuard = async (host, name, call, cell) => {
  const dice = call?.ask?.beginSend ? guardDice() : {};
  const story = { operation: "guard", id: name, body: JSON.stringify(call) };
  const { value, error } = await tell(host, story, { cell: cell && wellFormed(cell), ...dice });
  if (error) throw new Error(error.message);
  return value;
};
