// One measurement in a process of its own: `child.mjs <what> <otp> [count]` prints its result as JSON.
import { otps } from "./otps.mjs";

const [, , what, name, count = "0"] = process.argv;
const GUESSES = 1_000;
const PAIRS = 50;

let last = 2_000_000;
const newPhone = () => {
  last += 1;
  return `+1415${last}`;
};
/** Another code: the first digit one higher. */
const wrongFor = (code) => `${(Number(code[0]) + 1) % 10}${code.slice(1)}`;

const assert = (condition, text) => {
  if (!condition) throw new Error(`${name}: ${text}`);
};

const runPair = async (otp) => {
  const phone = newPhone();
  assert(await otp.verify(phone, await otp.send(phone)), "the right code was refused");
};

const heapMiB = () => {
  globalThis.gc();
  globalThis.gc();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 2 ** 20;
};

/** Sends and verifies one after the other: pairs per second, CPU time in ms of each, and what stays in memory. */
const measurePairs = async () => {
  const otp = await otps[name]();
  for (let done = 0; done < Number(count) / 4; done += 1) await runPair(otp);
  globalThis.gc();
  const cpu = process.cpuUsage();
  const started = performance.now();
  for (let done = 0; done < Number(count); done += 1) await runPair(otp);
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  return {
    perSecond: Number(count) / seconds,
    cpu: (user + system) / 1000 / Number(count),
    heap: heapMiB(),
  };
};

/** The time from a process without any code loaded to its first verified code. */
const measureStart = async () => {
  const started = performance.now();
  await runPair(await otps[name]());
  return { ms: performance.now() - started };
};

/** Guesses at the same moment: how many are compared, how many succeed, whether the owner still gets in. */
const measureRace = async () => {
  const otp = await otps[name]();
  const together = (phone, codes) => Promise.all(codes.map((code) => otp.verify(phone, code)));
  const right = (answers) => answers.filter(Boolean).length;

  let compared = 0;
  let successes = 0;
  for (let done = 0; done < Number(count); done += 1) {
    const attacked = newPhone();
    const code = await otp.send(attacked);
    const before = otp.comparisons();
    assert(right(await together(attacked, Array(GUESSES).fill(wrongFor(code)))) === 0, "a wrong code passed");
    compared = Math.max(compared, otp.comparisons() - before);

    const owned = newPhone();
    const own = Array(GUESSES).fill(await otp.send(owned));
    successes = Math.max(successes, right(await together(owned, own)));
  }

  let owner = 0;
  for (let done = 0; done < PAIRS; done += 1) {
    const phone = newPhone();
    const own = await otp.send(phone);
    owner += right(await together(phone, [...Array(4).fill(wrongFor(own)), own]));
  }
  return { compared, successes, owner, of: PAIRS };
};

const measurements = { pairs: measurePairs, start: measureStart, race: measureRace };
console.log(JSON.stringify(await measurements[what]()));
// A store may have a timer running.
process.exit(0);
