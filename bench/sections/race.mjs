// Many guesses at one code at the same moment: it may be compared five times and succeed once.
import { StepError } from "../../scripts/steps.mjs";
import { sendLoad } from "../lib/load.mjs";
import { count, table } from "../lib/numbers.mjs";
import { isMismatch, newPhones, sendRequest, verifyRequest, wrongCode } from "../lib/requests.mjs";
import { startWorker } from "../lib/workers.mjs";
import { runChild } from "../node/run.mjs";

const workers = ["edge-otp", "edge-otp from npm in Hono", "Hono + DO", "Hono + KV"];
const inProcess = ["edge-otp, memory", "better-auth, memory", "edge-otp, SQLite", "better-auth, SQLite"];
const GUESSES = 1_000;
const OWNERS = 50;
const LIMIT = 5;

/** Sends the requests at the same moment, each over a connection of its own; gives the answers. */
const sendTogether = async ({ ports }, requests) => {
  const answers = [];
  const onAnswer = (answer) => answers.push(answer);
  await sendLoad({ port: ports.http, connections: requests.length, requests, onAnswer });
  return answers;
};

const successesOf = (answers) => answers.filter(({ status }) => status === 200).length;

/** Sends a code to a new phone: [phone, code]. */
const sendCode = async (worker) => {
  const [phone] = newPhones(1);
  await sendTogether(worker, [sendRequest(phone)]);
  return [phone, (await worker.takeCodes())[phone]];
};

/** Sends the same guess many times at once for a new code, several times over; gives the highest count of answers. */
const worstOf = async (worker, tries, guessFor, countAnswers) => {
  let most = 0;
  for (let done = 0; done < tries; done += 1) {
    const [phone, code] = await sendCode(worker);
    const answers = await sendTogether(worker, Array(GUESSES).fill(verifyRequest(phone, guessFor(code))));
    most = Math.max(most, countAnswers(answers));
  }
  return most;
};

/** How often the right code succeeds when it arrives together with four wrong ones. */
const countOwners = async (worker) => {
  let succeeded = 0;
  for (let done = 0; done < OWNERS; done += 1) {
    const [phone, code] = await sendCode(worker);
    const guesses = [...Array(LIMIT - 1).fill(wrongCode(code)), code];
    const requests = guesses.map((guess) => verifyRequest(phone, guess));
    succeeded += successesOf(await sendTogether(worker, requests));
  }
  return succeeded;
};

const raceOf = async (name, tries) => {
  const worker = await startWorker(name);
  try {
    const compared = await worstOf(worker, tries, wrongCode, (answers) => {
      if (successesOf(answers) > 0) throw new StepError(`${name} accepted a wrong code`);
      return answers.filter(isMismatch).length;
    });
    const successes = await worstOf(worker, tries, (code) => code, successesOf);
    return { compared, successes, owner: await countOwners(worker), of: OWNERS };
  } finally {
    await worker.stop();
  }
};

/** @param {{ rounds: number, report: (text: string) => void }} options */
export const race = async ({ rounds, report }) => {
  const rows = [];
  const found = {};
  const add = (name, where, { compared, successes, owner, of }) => {
    if (name.includes("edge-otp") && (compared !== LIMIT || successes !== 1 || owner !== of))
      throw new StepError(
        `${name}: ${compared} comparisons, ${successes} successes, owner ${owner} of ${of}`,
      );
    found[name] = { compared, successes };
    rows.push([name, where, String(compared), String(successes), `${owner} of ${of}`]);
  };
  for (const name of workers) {
    report(name);
    add(name, "workerd", await raceOf(name, rounds));
  }
  for (const name of inProcess) {
    report(name);
    add(name, "one Node process", await runChild("race", name, rounds));
  }
  return {
    summary: `${count(GUESSES)} guesses at once: edge-otp compares ${LIMIT} and lets 1 succeed, Hono + KV compares ${found["Hono + KV"].compared} and lets ${count(found["Hono + KV"].successes)} succeed.`,
    text: `## ${count(GUESSES)} guesses at once

One live code, ${LIMIT} guesses allowed. First ${count(GUESSES)} wrong guesses in parallel: how many were compared with the code, as
the answers say (for better-auth, its database). Then, for a new code, ${count(GUESSES)} right ones in parallel: how many
succeeded. Both ${rounds} times; the worst counts. Then ${LIMIT - 1} wrong ones and the owner's right one in parallel, ${OWNERS} times: how
often the owner got in. The run fails if edge-otp exceeds a limit or locks an owner out.

${table(["", "in", `comparisons (${LIMIT} allowed)`, "successes (1 allowed)", "the owner got in"], rows)}

- *Hono + KV* fails because of its store: between reading the count and writing it back, other requests read the same
  count. The KV of this benchmark answers at once, so that gap is as short as it can be and how many slip through is
  chance; Workers KV takes milliseconds, and up to a minute to show a write elsewhere.
- One Node process is the easy case; several processes over one database were not measured.`,
  };
};
