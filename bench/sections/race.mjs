// Correctness under race: guesses at the same moment at one code, which may be compared five times and succeed once.
import { StepError } from "../../scripts/steps.mjs";
import { load } from "../lib/load.mjs";
import { table } from "../lib/numbers.mjs";
import { newPhones, sendText, startRig, verifyText, wrongFor } from "../lib/rigs.mjs";
import { inNode } from "./node.mjs";

const workers = ["edge-otp", "Hono + edge-otp from npm", "Hono + DO", "Hono + KV"];
const inProcess = ["edge-otp, memory", "better-auth, memory", "edge-otp, SQLite", "better-auth, SQLite"];
const GUESSES = 1_000;
const PAIRS = 50;
const LIMIT = 5;

/** Guesses at the same moment, each over a connection of its own; gives the answers. */
const together = async (rig, requests) => {
  const answers = [];
  const onAnswer = (answer) => answers.push(answer);
  await load({ port: rig.ports.http, connections: requests.length, requests, onAnswer });
  return answers;
};

const passed = (answers) => answers.filter(({ status }) => status === 200).length;

/** Sends a code to a new phone: [phone, code]. */
const sent = async (rig) => {
  const [phone] = newPhones(1);
  await together(rig, [sendText(phone)]);
  return [phone, (await rig.codes())[phone]];
};

/** The same guess many times at once, at a fresh code; several times, and the worst of them counts. */
const worst = async (rig, tries, guessFor, count) => {
  let most = 0;
  for (let done = 0; done < tries; done += 1) {
    const [phone, code] = await sent(rig);
    const answers = await together(rig, Array(GUESSES).fill(verifyText(phone, guessFor(code))));
    most = Math.max(most, count(answers));
  }
  return most;
};

const raceOf = async (name, tries) => {
  const rig = await startRig(name);
  try {
    const compared = await worst(rig, tries, wrongFor, (answers) => {
      if (passed(answers) > 0) throw new StepError(`${name} took a wrong code`);
      return answers.filter(rig.mismatch).length;
    });
    const successes = await worst(rig, tries, (code) => code, passed);
    let owner = 0;
    for (let done = 0; done < PAIRS; done += 1) {
      const [phone, code] = await sent(rig);
      const guesses = [...Array(4).fill(wrongFor(code)), code];
      const requests = guesses.map((guess) => verifyText(phone, guess));
      owner += passed(await together(rig, requests));
    }
    return { compared, successes, owner, of: PAIRS };
  } finally {
    await rig.stop();
  }
};

/** @param {{ quick: boolean }} options */
export const race = async ({ quick }) => {
  const tries = quick ? 1 : 10;
  const rows = [];
  const add = (name, where, { compared, successes, owner, of }) => {
    if (name.includes("edge-otp") && (compared !== LIMIT || successes !== 1 || owner !== of))
      throw new StepError(
        `${name}: ${compared} comparisons, ${successes} successes, owner ${owner} of ${of}`,
      );
    rows.push([name, where, String(compared), String(successes), `${owner} of ${of}`]);
  };
  for (const name of workers) add(name, "workerd", await raceOf(name, tries));
  for (const name of inProcess) add(name, "one Node process", await inNode("race", name, tries));
  return `## ${GUESSES.toLocaleString("en")} guesses at once

One live code, ${LIMIT} guesses allowed. First ${GUESSES.toLocaleString("en")} wrong guesses in parallel: how many were compared with the code, as
the answers tell (of better-auth, its database). Then, at a fresh code, ${GUESSES.toLocaleString("en")} right ones in parallel: how many succeeded.
Both ${tries} times; the worst counts. Then 4 wrong ones and the owner's right one in parallel, ${PAIRS} times: how often the
owner got in.

${table(["", "in", `comparisons (${LIMIT} allowed)`, "successes (1 allowed)", "the owner got in"], rows)}

- *Hono + KV* is not wrong by much code but by its store: between reading the count and writing it back, others read the
  same count. The KV of this rig answers at once, so that gap is as short as it can be and how many slip through is
  chance; Workers KV takes milliseconds, and up to a minute to show a write elsewhere.
- One Node process is the easy case; several processes over one database were not measured.`;
};
