// One measurement in a process of its own: `child.mjs <what> <otp> [count]` prints its outcome as JSON.
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

const must = (fact, text) => {
  if (!fact) throw new Error(`${name}: ${text}`);
};

const pair = async (otp) => {
  const phone = newPhone();
  must(await otp.verify(phone, await otp.send(phone)), "the right code was refused");
};

const heapMiB = () => {
  globalThis.gc();
  globalThis.gc();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 2 ** 20;
};

/** Sends and verifies one after the other: pairs per second, CPU time of each, and what stays in memory. */
const pairs = async () => {
  const otp = await otps[name]();
  for (let done = 0; done < Number(count) / 4; done += 1) await pair(otp);
  const before = heapMiB();
  const cpu = process.cpuUsage();
  const started = performance.now();
  for (let done = 0; done < Number(count); done += 1) await pair(otp);
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const heap = heapMiB();
  return {
    perSecond: Number(count) / seconds,
    cpu: (user + system) / 1000 / Number(count),
    heap,
    grown: ((heap - before) * 1024) / Number(count),
  };
};

/** From nothing loaded to the first code verified, in a process that has just begun. */
const start = async () => {
  const started = performance.now();
  await pair(await otps[name]());
  return { ms: performance.now() - started };
};

/** Guesses at the same moment: how many are compared, how many succeed, whether the owner still gets in. */
const race = async () => {
  const otp = await otps[name]();
  const together = (phone, codes) => Promise.all(codes.map((code) => otp.verify(phone, code)));
  const right = (answers) => answers.filter(Boolean).length;

  let compared = 0;
  let successes = 0;
  for (let done = 0; done < Number(count); done += 1) {
    const attacked = newPhone();
    const code = await otp.send(attacked);
    const before = otp.comparisons();
    must(right(await together(attacked, Array(GUESSES).fill(wrongFor(code)))) === 0, "a wrong code passed");
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

console.log(JSON.stringify(await { pairs, start, race }[what]()));
// A store may keep a timer; nothing of it matters any more.
process.exit(0);
