// How long a fresh workerd takes: from the start of the process to its first answer.
import { StepError } from "../../scripts/steps.mjs";
import { sendLoad } from "../lib/load.mjs";
import { median, quantile, short, signed, table } from "../lib/numbers.mjs";
import { badKeyRequest, newPhones, sendRequest } from "../lib/requests.mjs";
import { startWorker } from "../lib/workers.mjs";

const OURS = "edge-otp";
const PEER = "Hono + DO";
const EMPTY = "empty";
const names = [OURS, PEER, EMPTY];

/** Time in ms from the start of a process to the answer to its first request. */
const timeFirst = async (name, request, expected) => {
  const { ports, startedAt, stop } = await startWorker(name);
  try {
    let answeredAt = Number.NaN;
    const onAnswer = ({ status, body }) => {
      answeredAt = performance.now();
      if (status !== expected) throw new StepError(`${name} answered ${status} after its start: ${body}`);
    };
    await sendLoad({ port: ports.http, connections: 1, requests: [request], onAnswer });
    return answeredAt - startedAt;
  } finally {
    await stop();
  }
};

/** @param {{ rounds: number, report: (text: string) => void }} options */
export const start = async ({ rounds, report }) => {
  const answers = Object.fromEntries(names.map((name) => [name, []]));
  const sends = Object.fromEntries(names.map((name) => [name, []]));
  // The first start of all reads the program from the disk.
  await timeFirst(EMPTY, badKeyRequest, 200);
  for (let round = 0; round < rounds; round += 1) {
    if (round % 10 === 0) report(`start ${round + 1} of ${rounds}`);
    for (const name of names) {
      answers[name].push(await timeFirst(name, badKeyRequest, name === EMPTY ? 200 : 401));
      if (name !== EMPTY) sends[name].push(await timeFirst(name, sendRequest(newPhones(1)[0]), 200));
    }
  }
  const beyond = (found, name) =>
    name === PEER || found[name].length === 0 ? "" : signed(median(found[name]) - median(found[PEER]));
  const shown = (found, name, part) => (found[name].length === 0 ? "" : short(quantile(found[name], part)));
  const rows = names.map((name) => [
    name,
    short(median(answers[name])),
    shown(answers, name, 0.9),
    beyond(answers, name),
    sends[name].length === 0 ? "" : short(median(sends[name])),
    beyond(sends, name),
  ]);
  return {
    summary: `Start of a fresh workerd: ${beyond(answers, OURS)} ms beside Hono + DO to the first answer.`,
    text: `## Start

From the start of a workerd process to its first answer in ms, medians of ${rounds} starts in turns. The first answer refuses a
wrong key (the empty Worker answers "ok"); the first code is the answer of a process whose first request is a send.

${table(["", "first answer", "9 of 10 within", "beside Hono", "first code", "beside Hono"], rows)}`,
  };
};
