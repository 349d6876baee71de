// Workers in workerd: requests per second, latency and CPU time of /health, /send and /verify, ours beside each peer's.
// The rigs take turns in every round, so what else the machine does falls on all of them; the median of rounds counts.
import { StepError } from "../../scripts/steps.mjs";
import { load } from "../lib/load.mjs";
import { compared, median, table } from "../lib/numbers.mjs";
import { healthText, newPhones, sendText, startRig, verifyText, wrongFor } from "../lib/rigs.mjs";
import { cpuMs } from "../lib/workerd.mjs";

const names = ["edge-otp", "Hono + edge-otp from npm", "Hono + DO", "Hono + KV", "bare"];
const CONNECTIONS = 16;

const measures = [
  ["requests/s", "perSecond", { moreIsBetter: true }],
  ["p50, ms", "p50"],
  ["p99, ms", "p99"],
  ["CPU ms/request", "cpu"],
];

/** Sends the requests, each of which must be answered with this status. */
const phase = async (rig, requests, status) => {
  const before = cpuMs(rig.pid);
  const onAnswer = (answer) => {
    if (answer.status !== status)
      throw new StepError(`${rig.name} answered ${answer.status} instead of ${status}: ${answer.body}`);
  };
  const times = await load({ port: rig.ports.http, connections: CONNECTIONS, requests, onAnswer });
  return { ...times, cpu: (cpuMs(rig.pid) - before) / requests.length };
};

/** One turn of a rig: as many requests of each kind. Every phone gets a code, a wrong guess and the right one. */
const turn = async (rig, count) => {
  const phones = newPhones(count);
  const health = await phase(rig, Array(count).fill(healthText), 200);
  const send = await phase(rig, phones.map(sendText), 200);
  const codes = await rig.codes();
  const wrong = await phase(
    rig,
    phones.map((phone) => verifyText(phone, wrongFor(codes[phone]))),
    400,
  );
  const right = await phase(
    rig,
    phones.map((phone) => verifyText(phone, codes[phone])),
    200,
  );
  return {
    "GET /health": health,
    "POST /send": send,
    "POST /verify, wrong": wrong,
    "POST /verify, right": right,
  };
};

/** @param {{ quick: boolean }} options */
export const worker = async ({ quick }) => {
  const rounds = quick ? 1 : 5;
  const count = quick ? 200 : 2_000;
  const rigs = [];
  const turns = Object.fromEntries(names.map((name) => [name, []]));
  try {
    for (const name of names) rigs.push(await startRig(name));
    for (const rig of rigs) await turn(rig, quick ? 100 : 2_000);
    for (let round = 0; round < rounds; round += 1) {
      for (const rig of rigs) turns[rig.name].push(await turn(rig, count));
    }
  } finally {
    for (const rig of rigs) await rig.stop();
  }
  const rows = Object.keys(turns[names[0]][0]).flatMap((kind) =>
    measures.map(([title, field, how]) => {
      const medians = names.map((name) => median(turns[name].map((one) => one[kind][field])));
      return compared(`${kind}: ${title}`, medians, how);
    }),
  );
  return `## Workers in workerd

${rounds} round${rounds > 1 ? "s" : ""} of ${count} requests of each kind over ${CONNECTIONS} connections, after one to warm up; medians of rounds.

${table(["", ...names], rows)}

- *edge-otp* is the whole Worker as \`wrangler deploy\` ships it. *Hono + edge-otp from npm* is the package's
  \`createOtp\` and \`otpRoutes\` in a Hono Worker. *bare* is not a peer but the rig's own share: one KV write and one
  message for a send, one KV read for a verification, and nothing else.
- Not comparable: edge-otp also keeps limits per hour and day and over all codes, hides phones in keys, writes one line
  of log per request, and both counts (in a Durable Object) and keeps records (in KV). *Hono + DO* counts as strictly but
  knows a cooldown only; *Hono + KV* has no limit on sends, and its count of guesses does not hold (see the race).
- KV and Durable Objects answer here from memory of the same process, Twilio too. In production each of them is
  milliseconds away, for every one of these Workers, and hides most of the differences in latency; CPU time stays.`;
};
