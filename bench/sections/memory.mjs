// Memory of the workerd process over many requests, to the same phones again and again: what grows would be a leak.
import { linePlot } from "../lib/chart.mjs";
import { count, signed, slope, table } from "../lib/numbers.mjs";
import { batches, newPhones, sendBatch } from "../lib/requests.mjs";
import { rssMiB } from "../lib/workerd.mjs";
import { startWorker } from "../lib/workers.mjs";

const OURS = "edge-otp";
const names = [OURS, "Hono + DO"];
const PHONES = 1_000;
const KINDS = 5;
const HEAP_LIMIT = 32;
// Without a limit V8 collects garbage late on a machine with much memory: any Worker's process grows for long then.
const v8Flags = [`--max-heap-size=${HEAP_LIMIT}`, "--max-semi-space-size=1"];

/** Sends one request of every kind from each phone, and calls `after` when all of a kind are answered. */
const sendCycle = async (worker, phones, after) => {
  const send = async (batch) => {
    await sendBatch(worker, batch);
    after();
  };
  await send(batches.badKey(phones.length));
  await send(batches.noCode(phones));
  await send(batches.send(phones));
  const codes = await worker.takeCodes();
  await send(batches.wrong(phones, codes));
  await send(batches.right(phones, codes));
};

/** Sends the requests of the warm-up, then the others, and samples the memory along the way: [requests, MiB]. */
const sampleMemory = async (name, { warmUp, requests, report }) => {
  const worker = await startWorker(name, { v8Flags });
  const phones = newPhones(Math.min(PHONES, Math.ceil(requests / KINDS)));
  try {
    const atStart = rssMiB(worker.pid);
    for (let sent = 0; sent < warmUp; sent += KINDS * phones.length)
      await sendCycle(worker, phones, () => {});
    const samples = [[0, rssMiB(worker.pid)]];
    const sample = () => {
      samples.push([samples.at(-1)[0] + phones.length, rssMiB(worker.pid)]);
      if (samples.length % 25 === 1) report(`${name}, ${count(samples.at(-1)[0])} requests`);
    };
    while (samples.at(-1)[0] < requests) await sendCycle(worker, phones, sample);
    return { atStart, samples };
  } finally {
    await worker.stop();
  }
};

/** @param {{ warmUp: number, requests: number, report: (text: string) => void }} options */
export const memory = async (options) => {
  const { warmUp } = options;
  // Side by side: memory does not depend on the time that a request takes.
  const found = await Promise.all(names.map((name) => sampleMemory(name, options)));
  const parts = [0, 0.25, 0.5, 0.75, 1];
  const total = found[0].samples.at(-1)[0];
  const growth = found.map(({ samples }) => slope(samples) * total);
  const rows = names.map((name, at) => {
    const { atStart, samples } = found[at];
    const sampled = parts.map((part) => samples[Math.round((samples.length - 1) * part)][1]);
    return [name, ...[atStart, ...sampled].map((value) => value.toFixed(1)), signed(growth[at])];
  });
  const plot = linePlot({
    title: `Resident memory of workerd over ${count(total)} requests`,
    xName: "requests",
    yName: "MiB",
    series: names.map((name, at) => ({ name, points: found[at].samples })),
  });
  return {
    summary: `Memory: ${signed(growth[0])} MiB over ${count(total)} requests.`,
    files: { "memory.svg": plot },
    text: `## Memory

Resident memory of the workerd process in MiB over ${count(total)} requests, after ${count(warmUp)} to warm up: in turns a wrong
key, a verification without a code, a send, a wrong and the right code, for the same ${count(PHONES)} phones. The last column is
the growth over all of them, by the line that fits the samples best.

![Resident memory of workerd over ${count(total)} requests](memory.svg)

${table(["requests", "at start", ...parts.map((part) => count(Math.round(total * part))), "growth"], rows)}

- V8's heap is limited to ${HEAP_LIMIT} MB for each of the three Workers in the process. Without that it collects garbage so late on
  a machine with much memory that every Worker's process grows over the first 100,000 requests.
- The process holds the KV, the provider and the objects' storage too. Phones repeat, because the storage of every new
  phone's object would stay in this process's memory; deployed, it is on a disk elsewhere.
- Ledgers grow within their limits: each phone has had ${count(Math.round((total + warmUp) / KINDS / PHONES))} sends at the end, and they count for a day.`,
  };
};
