// What is deployed, in bytes, and how long a Worker takes to start: from the start of workerd to its first answer.
import { StepError } from "../../scripts/steps.mjs";
import { gzipped } from "../lib/bundle.mjs";
import { load, requestText } from "../lib/load.mjs";
import { kib, median, ratio, short, table } from "../lib/numbers.mjs";
import { rigs } from "../lib/rigs.mjs";
import { startWorkerd } from "../lib/workerd.mjs";

const names = Object.keys(rigs);
const [ours] = names;

/** Time from nothing to the first answer, in ms. */
const start = async (name, worker) => {
  const before = performance.now();
  const { ports, stop } = await startWorkerd(worker);
  try {
    const requests = [requestText(rigs[name].health ?? "/health")];
    const onAnswer = ({ status, body }) => {
      if (status !== 200) throw new StepError(`${name} did not start well: ${status} ${body}`);
    };
    await load({ port: ports.http, connections: 1, requests, onAnswer });
    return performance.now() - before;
  } finally {
    await stop();
  }
};

/** @param {{ quick: boolean }} options */
export const size = async ({ quick }) => {
  const rounds = quick ? 2 : 15;
  const found = {};
  for (const name of names) {
    const worker = await rigs[name].worker();
    const bytes = (wanted) => worker.modules.filter(wanted).reduce((sum, { code }) => sum + gzipped(code), 0);
    found[name] = { worker, total: bytes(() => true), wasm: bytes(({ wasm }) => wasm), times: [] };
  }
  // The first start of all reads the program from the disk.
  await start(ours, found[ours].worker);
  for (let round = 0; round < rounds; round += 1) {
    for (const name of names) found[name].times.push(await start(name, found[name].worker));
  }
  const base = median(found.bare.times);
  const rows = names.map((name) => {
    const { total, wasm, times } = found[name];
    const own = { total: found[ours].total, time: median(found[ours].times) };
    const time = median(times);
    const beside = (text, times) => (name === ours || name === "bare" ? text : `${text} (${times})`);
    return [
      name,
      beside(kib(total), ratio(own.total, total)),
      wasm > 0 ? kib(wasm) : "–",
      beside(short(time), ratio(own.time, time)),
      name === "bare" ? "–" : short(time - base),
    ];
  });
  return `## Size and start

Sizes are gzipped, bundled and minified. A start is a fresh workerd, from its start to the first answer, medians of ${rounds};
the last column is what is left of it without the start of the bare Worker.

${table(["", "deployed", "of it wasm", "start, ms", "of it own, ms"], rows)}

- The Hono Workers hold one provider, one text and two routes; edge-otp's holds twelve providers, templates, the
  management API and the message encodings. better-auth is its minimal build with the memory adapter; a database's comes
  on top. Its first answer is that of its own \`/ok\` route.`;
};
