// Ten minutes of load over 64 connections with a provider that takes 20 ms: every answer is one that the contract has for
// it, none is a 5xx, and the memory of the process does not grow. Then one phone number gets all of the load.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { root, StepError } from "../../scripts/steps.mjs";
import { linePlot } from "../lib/chart.mjs";
import { sendLoad } from "../lib/load.mjs";
import { count, quantile, short, signed, slope, table } from "../lib/numbers.mjs";
import { badKeyRequest, newPhones, sendRequest, verifyRequest, wrongCode } from "../lib/requests.mjs";
import { cpuMs, rssMiB } from "../lib/workerd.mjs";
import { startWorker } from "../lib/workers.mjs";

const CONNECTIONS = 64;
const PROVIDER_MS = 20;
/** Phones repeat, because the storage of a new phone's object stays in this process's memory. */
const PHONES = 1_000;
const HEAP_LIMIT = 32;
/** How often a wrong code is tried for a phone: three times DAILY_FAILURES lock it, whatever succeeds. */
const WRONG_ROUNDS = 25;
/** How much of the time is for warming up: V8 has compiled, and the ledgers have as many entries as they will have. */
const WARM_UP = 0.5;
/** MiB of growth after that, by the line that fits best, that fail the run. */
const GROWTH_LIMIT = 5;
const v8Flags = [`--max-heap-size=${HEAP_LIMIT}`, "--max-semi-space-size=1"];

/** The limits that bench/lib/workers.mjs sets, under which no phone may get more. */
const limits = { attempts: 5, failures: 10, sends: 1_000 };

const wordOf = ({ status, body }) => /"code":"([a-z_.]+)"/.exec(body)?.[1] ?? String(status);

/** One round of every kind of request from every phone, its answers counted by what they say. */
const sendRound = async (worker, phones, round, answers, times) => {
  const send = async (requests) => {
    const onAnswer = (answer) => {
      const word = wordOf(answer);
      answers[word] = (answers[word] ?? 0) + 1;
      if (answer.status >= 500) throw new StepError(`${answer.status} under load: ${answer.body}`);
    };
    const done = await sendLoad({ port: worker.ports.http, connections: CONNECTIONS, requests, onAnswer });
    for (const time of done.times) times.push(time);
  };
  await send(Array(phones.length / 10).fill(badKeyRequest));
  await send(phones.map(sendRequest));
  const codes = await worker.takeCodes();
  const sent = phones.filter((phone) => codes[phone]);
  if (round < WRONG_ROUNDS) await send(sent.map((phone) => verifyRequest(phone, wrongCode(codes[phone]))));
  await send(sent.map((phone) => verifyRequest(phone, codes[phone])));
  await send(sent.map((phone) => verifyRequest(phone, codes[phone])));
};

const expected = new Set([
  "200",
  "auth.unauthorized",
  "verification_code.code_mismatch",
  "verification_code.not_found",
]);

const loadPhones = async (worker, seconds, report) => {
  const phones = newPhones(PHONES);
  const answers = {};
  const samples = [];
  const times = [];
  const started = performance.now();
  const startCpu = cpuMs(worker.pid);
  const elapsed = () => (performance.now() - started) / 1000;
  while (elapsed() < seconds) {
    await sendRound(worker, phones, samples.length, answers, times);
    samples.push([elapsed(), rssMiB(worker.pid)]);
    if (samples.length % 4 === 0) report(`${Math.round(elapsed())} s, ${samples.at(-1)[1].toFixed(0)} MiB`);
  }
  // A code is good once: as many replays as successes of attempts, and as many sends as these.
  const { "verification_code.not_found": replays } = answers;
  if (answers["200"] !== 2 * replays) throw new StepError(`${answers["200"]} successes, ${replays} replays`);
  const unexpected = Object.keys(answers).filter((word) => !expected.has(word));
  if (unexpected.length > 0) throw new StepError(`unexpected answers: ${unexpected.join(", ")}`);
  return { answers, samples, times, elapsed: elapsed(), cpu: cpuMs(worker.pid) - startCpu };
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
  const worker = await startWorker("edge-otp", { v8Flags, providerDelay: PROVIDER_MS, keepsObjects: true });
  try {
    const many = await loadPhones(worker, loadSeconds, report);
    const warm = many.samples.filter(([at]) => at > many.elapsed * WARM_UP);
    const growth = warm.length > 1 ? slope(warm) * (many.elapsed * (1 - WARM_UP)) : 0;
    const hot = await loadOnePhone(worker, loadSeconds / 20);
    const plot = linePlot({
      title: `Resident memory of workerd over ${Math.round(many.elapsed)} s of load`,
      xName: "seconds",
      yName: "MiB",
      series: [{ name: "edge-otp", points: many.samples }],
    });
    // A quick run says nothing about memory.
    if (loadSeconds >= 600) {
      writeFileSync(join(root, "bench", "load.svg"), plot);
      if (growth > GROWTH_LIMIT)
        throw new StepError(`memory grows: ${signed(growth)} MiB; see bench/load.svg`);
    }
    const rows = Object.entries(many.answers).map(([word, number]) => [word, count(number)]);
    const hotRows = Object.entries(hot.answers).map(([word, number]) => [word, count(number)]);
    const requests = total(many.answers);
    return {
      summary: `Load: ${count(requests)} requests in ${Math.round(many.elapsed)} s over ${CONNECTIONS} connections, no 5xx, ${signed(growth)} MiB.`,
      text: `## Load

${CONNECTIONS} connections for ${Math.round(many.elapsed)} s, the provider takes ${PROVIDER_MS} ms; ${count(PHONES)} phones in turns, each a send, a wrong code
(in the first ${WRONG_ROUNDS} turns), the right one and that once more, and a tenth as many requests with a wrong key. ${short(requests / many.elapsed)} requests a second, with
${short(many.cpu / requests)} ms of CPU time each; half of the answers within ${short(quantile(many.times, 0.5))} ms, 99 % within ${short(quantile(many.times, 0.99))} ms. Resident memory after
the first ${Math.round(many.elapsed * WARM_UP)} s: ${signed(growth)} MiB, by the line that fits the samples best; more than ${GROWTH_LIMIT} MiB fail the run, as does any 5xx.

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
