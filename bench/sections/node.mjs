// In a Node process: pairs of send and verify, ours and better-auth's, over the same stores. Every measurement has a
// process of its own; the two take turns.
import { median, ratio, short, table, times } from "../lib/numbers.mjs";
import { runChild } from "../node/run.mjs";

const OURS = "edge-otp";
const PEER = "better-auth";
const names = [OURS, PEER];
const stores = ["memory", "SQLite"];

/** The measures: how each is called, how it is read from a measurement, and whether more of it is better. */
const measures = [
  ["pairs per CPU second", ({ cpu }) => 1000 / cpu, true],
  ["pairs per second", ({ perSecond }) => perSecond, true],
  ["heap afterwards, MiB", ({ heap }) => heap, false],
  ["new process to first pair, ms", ({ ms }) => ms, false],
];

const measureStore = async (store, { rounds, requests, report }) => {
  const found = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 1; round <= rounds; round += 1) {
    report(`${store}, round ${round} of ${rounds}`);
    for (const name of names) {
      const pairs = await runChild("pairs", `${name}, ${store}`, requests);
      const start = await runChild("start", `${name}, ${store}`);
      found[name].push({ ...pairs, ...start });
    }
  }
  return measures.map(([title, read, moreIsBetter]) => {
    const [ours, theirs] = names.map((name) => median(found[name].map(read)));
    return { title: `${store}: ${title}`, ours, theirs, ratio: ratio(ours, theirs, moreIsBetter) };
  });
};

/** @param {{ rounds: number, requests: number, report: (text: string) => void }} options */
export const node = async (options) => {
  const { rounds, requests } = options;
  const provider = await runChild("pairs", "the provider alone", requests);
  const found = [];
  for (const store of stores) found.push(...(await measureStore(store, options)));
  const rows = found.map(({ title, ours, theirs, ratio: of }) => [
    title,
    short(ours),
    short(theirs),
    times(of),
  ]);
  return {
    summary: `Package in Node, in memory: ${times(found[0].ratio)} of better-auth's pairs of send and verify per CPU second.`,
    text: `## Package in a Node process

A pair is one send and one verification of the right code, for a new phone each time, one pair after the other. Medians of
${rounds} rounds of ${requests.toLocaleString("en")} pairs, each in a process of its own, after a quarter of it to warm up. The last column says how many
times as good edge-otp is.

${table(["", OURS, PEER, "edge-otp is"], rows)}

- better-auth is asked for no more than that: \`sendPhoneNumberOTP\` and \`consumePhoneNumberOTP\`, no user, no session.
- The provider is a function that answers at once. With the decoding of its request it takes ${short(1000 * provider.cpu)} µs of CPU per pair on
  both sides.
- Over SQLite, edge-otp has its guard and a KV of 20 lines in one database in memory, better-auth its own tables in one.
- Not comparable: edge-otp keeps for 24 hours how often a phone was sent to and guessed at (the heap holds
  ${Math.round(requests * 1.25).toLocaleString("en")} such ledgers) and stores codes as MACs. better-auth stores them as plain text, forgets a phone with its
  code, and limits requests by IP address, outside of these calls.`,
  };
};
