// Ten minutes of load over 64 connections with a provider that takes 20 ms: every answer is one that the contract has for
// it, none is a 5xx, and the memory of the process does not grow while objects come and go. Then one phone number gets all
// of the load.
import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { StepError } from "../../scripts/steps.mjs";
import { linePlot } from "../lib/chart.mjs";
import { sendLoad } from "../lib/load.mjs";
import { count, median, quantile, short, signed, slope, table } from "../lib/numbers.mjs";
import { badKeyRequest, newPhones, sendRequest, verifyRequest, wrongCode } from "../lib/requests.mjs";
import { objectsInMemory, rssMiB } from "../lib/workerd.mjs";
import { startWorker } from "../lib/workers.mjs";

const CONNECTIONS = 64;
const PROVIDER_MS = 20;
/**
 * The groups take turns, so that a phone's object is evicted before its next turn and is read from its file again. An
 * object that is never evicted grows in workerd: a timer that is cleared keeps 256 bytes until its object ends.
 */
const GROUPS = 40;
const PHONES_IN_GROUP = 500;
/**
 * How many groups may be in memory at the same time. An object takes 0.3 MiB, so memory follows their number, which would
 * follow the speed of the machine if a turn began as soon as the one before has ended.
 */
const GROUPS_IN_MEMORY = 5;
/** How long a turn waits for the eviction of an earlier group, at most. workerd evicts after 10 s without a request. */
const EVICTION_SECONDS = 60;
const HEAP_LIMIT = 32;
/** In how many of its turns a phone tries a wrong code: three times DAILY_FAILURES lock it, whatever succeeds. */
const WRONG_TURNS = 25;
/** How much of the time is for warming up: V8 has compiled, and the ledgers have as many entries as they will have. */
const WARM_UP = 0.5;
/** Growth after that, by the line that fits best, as a share of the memory, that fails the run. */
const GROWTH_LIMIT = 0.01;
const v8Flags = [`--max-heap-size=${HEAP_LIMIT}`, "--max-semi-space-size=1"];

/** The limits that bench/lib/workers.mjs sets, under which no phone may get more. */
const limits = { attempts: 5, failures: 10, sends: 1_000 };

const wordOf = ({ status, body }) => /"code":"([a-z_.]+)"/.exec(body)?.[1] ?? String(status);

/** One turn of every kind of request from every phone of a group. */
const takeTurn = async (worker, phones, turn, send) => {
  await send(phones.map(sendRequest));
  const codes = await worker.takeCodes();
  const sent = phones.filter((phone) => codes[phone]);
  if (turn < WRONG_TURNS) await send(sent.map((phone) => verifyRequest(phone, wrongCode(codes[phone]))));
  await send(sent.map((phone) => verifyRequest(phone, codes[phone])));
  await send(sent.map((phone) => verifyRequest(phone, codes[phone])));
};

const expected = new Set([
  "200",
  "auth.unauthorized",
  "verification_code.code_mismatch",
  "verification_code.not_found",
]);

const badKeys = Array(4 * CONNECTIONS).fill(badKeyRequest);

/** Sends requests that reach no object until there is room for a group in memory; resolves with the number of objects. */
const awaitEviction = async (worker, send) => {
  const room = (GROUPS_IN_MEMORY - 1) * PHONES_IN_GROUP;
  const started = performance.now();
  while (true) {
    const objects = objectsInMemory(worker.pid);
    if (!(objects > room)) return objects;
    if (performance.now() - started > EVICTION_SECONDS * 1000)
      throw new StepError(`${count(objects)} objects are in memory, and none is evicted`);
    await send(badKeys);
  }
};

/** One turn after the other; samples memory before each, when there are as many objects each time. */
const takeTurns = async (worker, seconds, send, report) => {
  const groups = Array.from({ length: GROUPS }, () => newPhones(PHONES_IN_GROUP));
  const started = performance.now();
  const elapsed = () => (performance.now() - started) / 1000;
  const samples = [];
  while (elapsed() < seconds) {
    const objects = await awaitEviction(worker, send);
    const turns = samples.length;
    samples.push([elapsed(), rssMiB(worker.pid)]);
    if (turns % 20 === 0)
      report(`${Math.round(elapsed())} s, ${samples.at(-1)[1].toFixed(0)} MiB, ${count(objects)} objects`);
    await takeTurn(worker, groups[turns % GROUPS], Math.floor(turns / GROUPS), send);
  }
  return { samples, elapsed: elapsed() };
};

/** The turns, with all answers counted by what they say and checked. */
const loadPhones = async (worker, seconds, report) => {
  const answers = {};
  const times = [];
  const onAnswer = (answer) => {
    const word = wordOf(answer);
    answers[word] = (answers[word] ?? 0) + 1;
    if (answer.status >= 500) throw new StepError(`${answer.status} under load: ${answer.body}`);
  };
  const send = async (requests) => {
    const done = await sendLoad({ port: worker.ports.http, connections: CONNECTIONS, requests, onAnswer });
    if (requests !== badKeys) for (const time of done.times) times.push(time);
  };
  const taken = await takeTurns(worker, seconds, send, report);
  // A code is good once: as many replays as successes of attempts, and as many sends as these.
  const { "verification_code.not_found": replays } = answers;
  if (answers["200"] !== 2 * replays) throw new StepError(`${answers["200"]} successes, ${replays} replays`);
  const unexpected = Object.keys(answers).filter((word) => !expected.has(word));
  if (unexpected.length > 0) throw new StepError(`unexpected answers: ${unexpected.join(", ")}`);
  return { ...taken, answers, times };
};

/**
 * All connections send to and verify for one phone at full rate. A send in four voids the code that others are compared
 * with, so that an attempt may not catch up with new codes: it is then answered 503, and nothing was compared.
 */
const loadOnePhone = async (worker, seconds) => {
  const [phone] = newPhones(1);
  const answers = {};
  const started = performance.now();
  const onAnswer = (answer) => {
    const word = wordOf(answer);
    answers[word] = (answers[word] ?? 0) + 1;
    if (answer.status >= 500 && word !== "storage.unavailable")
      throw new StepError(`${answer.status} for one phone: ${answer.body}`);
  };
  let successes = 0;
  while ((performance.now() - started) / 1000 < seconds) {
    const codes = await worker.takeCodes();
    const code = codes[phone] ?? "000000";
    const requests = Array.from({ length: 640 }, (_, at) =>
      at % 4 === 0 ? sendRequest(phone) : verifyRequest(phone, at % 4 === 1 ? code : wrongCode(code)),
    );
    const before = answers["200"] ?? 0;
    await sendLoad({ port: worker.ports.http, connections: CONNECTIONS, requests, onAnswer });
    successes += (answers["200"] ?? 0) - before;
  }
  const mismatches = answers["verification_code.code_mismatch"] ?? 0;
  // Whatever succeeds, three times the failures of a day.
  if (mismatches > 3 * limits.failures) throw new StepError(`${mismatches} wrong codes compared`);
  // Every success is a send or the use of a code that was sent.
  if (successes > 2 * limits.sends) throw new StepError(`${successes} successes of one phone`);
  return { answers, mismatches, elapsed: (performance.now() - started) / 1000 };
};

const total = (answers) => Object.values(answers).reduce((sum, value) => sum + value, 0);

/** @param {{ loadSeconds: number, report: (text: string) => void }} options */
export const load = async ({ loadSeconds, report }) => {
  const worker = await startWorker("edge-otp", { v8Flags, providerDelay: PROVIDER_MS, storesObjects: true });
  try {
    const many = await loadPhones(worker, loadSeconds, report);
    const warm = many.samples.filter(([at]) => at > many.elapsed * WARM_UP);
    const growth = warm.length > 1 ? slope(warm) * (many.elapsed * (1 - WARM_UP)) : 0;
    const resident = median(warm.map(([, mib]) => mib));
    const hot = await loadOnePhone(worker, loadSeconds / 20);
    const plot = linePlot({
      title: `Resident memory of workerd over ${Math.round(many.elapsed)} s of load`,
      xName: "seconds",
      yName: "MiB",
      series: [{ name: "edge-otp", points: many.samples }],
    });
    // A quick run says nothing about memory.
    if (loadSeconds >= 600 && growth > GROWTH_LIMIT * resident) {
      const file = join(tmpdir(), "edge-otp-load.svg");
      writeFileSync(file, plot);
      throw new StepError(
        `memory grows: ${signed(growth)} of ${count(Math.round(resident))} MiB; see ${file}`,
      );
    }
    const rows = Object.entries(many.answers).map(([word, number]) => [word, count(number)]);
    const hotRows = Object.entries(hot.answers).map(([word, number]) => [word, count(number)]);
    const requests = total(many.answers);
    const found = `${signed(growth)} of ${count(Math.round(resident))} MiB`;
    return {
      summary: `Load: ${count(requests)} requests in ${Math.round(many.elapsed)} s over ${CONNECTIONS} connections, no 5xx, memory ${found}.`,
      files: { "load.svg": plot },
      text: `## Load

${CONNECTIONS} connections for ${Math.round(many.elapsed)} s, the provider takes ${PROVIDER_MS} ms; ${GROUPS} groups of ${PHONES_IN_GROUP} phones in turns, each phone a send, a
wrong code (in its first ${WRONG_TURNS} turns), the right one and that once more. Between its turns a phone's object is evicted,
as in production. A turn begins when there is room for its group: ${GROUPS_IN_MEMORY} are in memory at most, lest their number follow the
speed of the machine; until then the connections send requests with a wrong key. ${short(requests / many.elapsed)} requests a
second; without those with a wrong key half of the answers within ${short(quantile(many.times, 0.5))} ms, 99 % within ${short(quantile(many.times, 0.99))} ms.

Resident memory, ${count(Math.round(resident))} MiB with ${count((GROUPS_IN_MEMORY - 1) * PHONES_IN_GROUP)} objects, changes after the first ${Math.round(many.elapsed * WARM_UP)} s by ${signed(growth)} MiB, by the line that fits the
samples best; growth of more than ${GROWTH_LIMIT * 100} % fails the run, as does any 5xx.

![Resident memory of workerd under load](load.svg)

${table(["answer", "number"], rows)}

One phone number with all of the load for ${Math.round(hot.elapsed)} s: ${hot.mismatches} wrong codes were compared (${3 * limits.failures} are allowed in a day,
whatever succeeds), and ${short(total(hot.answers) / hot.elapsed)} requests a second answered. Without a cooldown new codes arrive so fast that an
attempt may not catch up with them in four tries; it is answered \`storage.unavailable\`, and nothing was compared.

${table(["answer", "number"], hotRows)}`,
    };
  } catch (error) {
    // A connection that breaks off: workerd may have said why.
    if (!(error instanceof StepError)) report(worker.errors());
    throw error;
  } finally {
    await worker.stop();
  }
};
