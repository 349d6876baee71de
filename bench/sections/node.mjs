// In a Node process: pairs of send and verify, ours and better-auth's, over the same stores. Every measurement has a
// process of its own; the two take turns.
import { join } from "node:path";
import { root, run } from "../../scripts/steps.mjs";
import { compared, median, table } from "../lib/numbers.mjs";

const child = join(root, "bench", "node", "child.mjs");
const stores = ["memory", "SQLite"];
const kinds = ["edge-otp", "better-auth"];

/** What a fresh process measured. */
export const inNode = async (...args) =>
  JSON.parse(await run("node", ["--expose-gc", "--no-warnings", child, ...args.map(String)]));

/** @param {{ quick: boolean }} options */
export const node = async ({ quick }) => {
  const rounds = quick ? 1 : 5;
  const count = quick ? 400 : 6_000;
  const rows = [];
  for (const store of stores) {
    const found = Object.fromEntries(kinds.map((kind) => [kind, []]));
    for (let round = 0; round < rounds; round += 1) {
      for (const kind of kinds) {
        const name = `${kind}, ${store}`;
        const pairs = await inNode("pairs", name, count);
        const start = await inNode("start", name);
        found[kind].push({ ...pairs, ...start });
      }
    }
    const row = (title, field, how) =>
      compared(
        `${store}: ${title}`,
        kinds.map((kind) => median(found[kind].map((one) => one[field]))),
        how,
      );
    rows.push(
      row("pairs/s", "perSecond", { moreIsBetter: true }),
      row("CPU ms/pair", "cpu"),
      row("heap after, MiB", "heap"),
      row("fresh process to the first pair, ms", "ms"),
    );
  }
  return `## In a Node process

A pair is one send and one verification of the right code, of a phone never seen before, one pair after the other;
${rounds} round${rounds > 1 ? "s" : ""} of ${count} pairs, each in a process of its own, after ${count / 4} to warm up. The provider answers at once.

${table(["", ...kinds], rows)}

- better-auth is asked for the same and no more: \`sendPhoneNumberOTP\` and \`consumePhoneNumberOTP\`, no user, no session.
- Over SQLite edge-otp has its guard and a KV of 20 lines in one database in memory, better-auth its own tables in one.
- Not comparable: edge-otp keeps of every phone for 24 hours how often it was sent to and guessed (the heap holds
  ${((count * 5) / 4).toLocaleString("en")} such ledgers); better-auth forgets a phone with its code and limits requests by IP address instead,
  which is outside these calls. It keeps codes as plain text, edge-otp as a MAC.`;
};
