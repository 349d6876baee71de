// Workers in workerd: CPU time, requests per second and latency of six kinds of requests. Within a round the Workers take
// turns at each step, in rotating order, so that whatever disturbs the machine disturbs all of them.
import { barChart } from "../lib/chart.mjs";
import { count, geometricMean, median, quantile, ratio, short, table, times } from "../lib/numbers.mjs";
import { batches, CONNECTIONS, newPhones, sendBatch } from "../lib/requests.mjs";
import { addBuild, startWorker } from "../lib/workers.mjs";

const OURS = "edge-otp";
const PEER = "Hono + DO";
const OPERABLE = "Hono + DO, operable";
const FLOOR = "floor";
const LIMITED = "edge-otp with its limits";
const LOGGED = "edge-otp with its message log";
const KNOWN_PHONES = 50;
const LEAST_ROUNDS = 3;

/** How many more requests of a kind are sent: a pause of the garbage collector weighs more on cheap requests. */
const weights = { "bad key": 4, "no code, new phone": 1.5, "no code, known phone": 2 };

// workerd evicts an object after ten seconds without a request, and what it stored in memory is lost. So codes are
// verified soon after they are sent, however slow the machine is.
const SENDS_AT_ONCE = 500;

/** The kinds of requests; `state` carries a Worker's phones and codes from one to the next. */
const kinds = {
  "bad key": (amount) => batches.badKey(amount),
  "no code, new phone": (amount) => batches.noCode(newPhones(amount)),
  "no code, known phone": (amount) => {
    const phones = newPhones(KNOWN_PHONES);
    return batches.noCode(Array.from({ length: amount }, (_, at) => phones[at % phones.length]));
  },
  send: (amount, state) => {
    state.phones = newPhones(amount);
    return batches.send(state.phones);
  },
  wrong: (_, { phones, codes }) => batches.wrong(phones, codes),
  right: (_, { phones, codes }) => batches.right(phones, codes),
};

/** The steps of a round: kinds that one Worker is sent in a row, and how many requests of each. */
const stepsOf = (amount) => {
  const single = ["bad key", "no code, new phone", "no code, known phone"];
  const steps = single.map((kind) => [[kind], Math.round(amount * weights[kind])]);
  for (let left = amount; left > 0; left -= SENDS_AT_ONCE)
    steps.push([["send", "wrong", "right"], Math.min(left, SENDS_AT_ONCE)]);
  return steps;
};

/** Sends a Worker the kinds of a step, and adds what each took to `found`. */
const runStep = async (worker, [chain, amount], found) => {
  const state = {};
  for (const kind of chain) {
    const { times, elapsed, metered } = await sendBatch(worker, kinds[kind](amount, state));
    if (kind === "send") state.codes = await worker.takeCodes();
    found[kind] ??= { times: [], elapsed: 0, metered: 0 };
    found[kind].times.push(...times);
    found[kind].elapsed += elapsed;
    found[kind].metered += metered;
  }
};

const rotate = (list, by) => [...list.slice(by % list.length), ...list.slice(0, by % list.length)];

const measuresOf = ({ times, elapsed, metered }) => ({
  cpu: metered / times.length,
  perSecond: (1000 * times.length) / elapsed,
  p50: quantile(times, 0.5),
  p99: quantile(times, 0.99),
});

/** One round: all Workers, all kinds. Gives the measures by Worker and kind. */
const measureRound = async (started, amount, round) => {
  const found = new Map(started.map((worker) => [worker, {}]));
  for (const step of stepsOf(amount)) {
    for (const worker of rotate(started, round)) await runStep(worker, step, found.get(worker));
  }
  const measured = (kindsFound) =>
    Object.fromEntries(Object.entries(kindsFound).map(([kind, sums]) => [kind, measuresOf(sums)]));
  return new Map([...found].map(([worker, kindsFound]) => [worker, measured(kindsFound)]));
};

/** All rounds, or at least three in the given seconds: for each name and kind the median of each measure. */
const measure = async (names, { warmUpRounds, rounds, requests, seconds, report }) => {
  const started = [];
  const measured = [];
  const deadline = performance.now() + seconds * 1000;
  try {
    for (const name of names) started.push(await startWorker(name));
    for (let round = 1; round <= warmUpRounds; round += 1) {
      report(`round ${round} of ${warmUpRounds} to warm up`);
      await measureRound(started, requests, round);
    }
    for (let round = 1; round <= rounds; round += 1) {
      report(`round ${round} of ${rounds}`);
      measured.push(await measureRound(started, requests, round));
      if (round >= LEAST_ROUNDS && performance.now() > deadline) break;
    }
    const medians = started.map((worker) => [worker.name, mediansOf(worker, measured)]);
    return { found: Object.fromEntries(medians), rounds: measured.length };
  } finally {
    for (const worker of started) await worker.stop();
  }
};

const mediansOf = (worker, measured) => {
  const medianOf = (kind, field) => median(measured.map((round) => round.get(worker)[kind][field]));
  const measures = (kind) =>
    Object.fromEntries(["cpu", "perSecond", "p50", "p99"].map((field) => [field, medianOf(kind, field)]));
  return Object.fromEntries(Object.keys(kinds).map((kind) => [kind, measures(kind)]));
};

const cpuTable = (names, found) => {
  const others = names.filter((name) => name !== PEER);
  const ratioOf = (name, kind) => ratio(found[name][kind].cpu, found[PEER][kind].cpu);
  const rows = Object.keys(kinds).map((kind) => [
    kind,
    found[PEER][kind].cpu.toFixed(3),
    ...others.flatMap((name) => [found[name][kind].cpu.toFixed(3), times(ratioOf(name, kind))]),
  ]);
  const means = Object.fromEntries(
    others.map((name) => [name, geometricMean(Object.keys(kinds).map((kind) => ratioOf(name, kind)))]),
  );
  rows.push(["geometric mean", "", ...others.flatMap((name) => ["", times(means[name])])]);
  const head = ["CPU ms per request", PEER, ...others.flatMap((name) => [name, "× of Hono"])];
  return { text: table(head, rows), ratioOf, means };
};

const loadTable = (names, found) =>
  table(
    ["requests/s · p50 ms · p99 ms", ...names],
    Object.keys(kinds).map((kind) => [
      kind,
      ...names.map((name) => {
        const { perSecond, p50, p99 } = found[name][kind];
        return `${short(perSecond)} · ${short(p50)} · ${short(p99)}`;
      }),
    ]),
  );

const notes = `- *bad key*: refused before any platform call. *no code*: a verification for a phone without a live code, one
  call of its Durable Object; the object of a *new phone* is created by the request, that of a *known phone*
  (${KNOWN_PHONES} in turns) is in memory. *send*: object, KV write, provider. *wrong* and *right*: object, KV read, and a KV
  delete for the right code. Sends are to new phones, a wrong and then the right code come from each of them.
- A new object costs every Worker more than one in memory, so a benchmark of one hot phone gives other numbers.
- *${PEER}* is [peers/hono-do.ts](peers/hono-do.ts): the same promises to a caller, written in TypeScript. It has less to do:
  one provider, no idempotency keys, no rotation of secrets, no allowed countries, no cooldown and no hourly limit, no
  lasting lock of a phone, no clean-up of idle objects, no log line, no management API.
- *${OPERABLE}* is [peers/hono-do-operable.ts](peers/hono-do-operable.ts): the same with four things that edge-otp does
  for those who operate it: a log object per request, requests that end although their client goes away, deadlines for KV
  and Durable Object, and a body to the provider of which is known whether it left.
- *${LIMITED}* has the limits against SMS pumping, as they are by default; the first table has \`LIMITS=off\`, because
  the peer has none. A send then calls one object more, that of its country (one more again if it has an \`ip\`), and a
  right code is reported to it after its response.
- *${LOGGED}* has \`MESSAGE_LOG=1\`: each send and verification is kept in a shard of the log after its response, a
  call of another Durable Object with two writes of SQLite. A bad key is not kept.
- *floor* is [peers/floor.js](peers/floor.js), no peer: the same platform calls and answers of the same size, without
  validation, cryptography and limits. What is left above it is all that a Worker can save.
- V8 compiles a function for speed once it has run for long enough, JavaScript sooner than WebAssembly. \`--warm-up=40\`
  shows what remains after more rounds.
- The CPU time is that of the whole process (user and system), so it holds the share of the KV and provider that are
  replaced by two small Workers in it. That is the same for all and draws the ratios towards 1.
- KV, provider and Durable Objects answer at once from memory. Deployed, they are milliseconds away for each of these
  Workers, which hides most differences of latency; the CPU time stays.`;

/**
 * @param {{ warmUpRounds: number, rounds: number, requests: number, seconds: number, beside?: string,
 *   report: (text: string) => void }} options
 */
export const worker = async (options) => {
  const compared = [PEER, OURS, OPERABLE, FLOOR];
  const variants = [LIMITED, LOGGED, ...(options.beside ? [addBuild(options.beside)] : [])];
  const { found, rounds } = await measure([...compared, ...variants], options);
  const { text, ratioOf, means } = cpuTable(compared, found);
  const like = geometricMean(
    Object.keys(kinds).map((kind) => ratio(found[OURS][kind].cpu, found[OPERABLE][kind].cpu)),
  );
  const rows = Object.keys(kinds).map((kind) => ({
    name: kind,
    bar: ratioOf(OURS, kind),
    mark: ratioOf(FLOOR, kind),
  }));
  const chart = barChart({
    title: "Requests per CPU second in workerd, as a multiple of Hono's",
    barName: "edge-otp",
    referenceName: "Hono + Durable Object = 1",
    markName: "floor: the platform calls alone",
    rows: [...rows, { name: "geometric mean", bar: means[OURS], mark: means[FLOOR] }],
  });
  const lowest = rows.toSorted((a, b) => a.bar - b.bar)[0];
  return {
    summary: `Worker: ${times(means[OURS])} of Hono + DO in requests per CPU second (geometric mean of ${rows.length} kinds; lowest ${times(lowest.bar)}, ${lowest.name}); the floor is at ${times(means[FLOOR])}. ${times(like)} of a Hono + DO that also logs, has deadlines and ends what it began.`,
    files: { "chart.svg": chart },
    text: `## Worker

CPU time of the workerd process per request over ${CONNECTIONS} connections. Medians of ${rounds} interleaved rounds of
${count(options.requests)} requests of a kind (${Object.entries(weights)
      .map(([kind, weight]) => `${kind}: ${count(options.requests * weight)}`)
      .join("; ")}), after ${options.warmUpRounds} to warm up; every answer is checked.

![Requests per CPU second, as a multiple of Hono's](chart.svg)

${text}

What further features cost:

${cpuTable([PEER, ...variants], found).text}

${loadTable([...compared, ...variants], found)}

${notes}`,
  };
};
