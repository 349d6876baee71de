// The requests of the benchmarks, and the checks of their answers.
import { StepError } from "../../scripts/steps.mjs";
import { requestText, sendLoad } from "./load.mjs";
import { cpuMs } from "./workerd.mjs";

export const key = "bench-api-key-0001";
export const CONNECTIONS = 16;
const usageType = "SignIn";

// The floor cuts its input out of these bodies by position: phone first, code last.
const request = (path, body, withKey = key) =>
  requestText(path, { key: withKey, body: JSON.stringify(body) });

export const sendRequest = (phone) => request("/send", { phone, usageType });
export const verifyRequest = (phone, code) => request("/verify", { phone, usageType, code });
export const badKeyRequest = request(
  "/verify",
  { phone: "+14155550123", usageType, code: "123456" },
  "not-a-key",
);

/** Has no factor in common with the count of numbers, so that none comes twice; a number and the next differ in prefix. */
const STEP = 10_007;
const NUMBERS = 7_999_999;
let last = 0;
/** Phones that no request has had before, since each has limits of its own; of many prefixes, as users' phones are. */
export const newPhones = (count) =>
  Array.from({ length: count }, () => {
    last = (last + STEP) % NUMBERS;
    return `+1415${2_000_000 + last}`;
  });

/** Another code: the first digit one higher. */
export const wrongCode = (code) => `${(Number(code[0]) + 1) % 10}${code.slice(1)}`;

/**
 * @typedef {{ requests: string[], status: number, word: string }} Batch requests of one kind; each must be answered
 *   with the status and with the word in the body
 */

/** @returns {Record<string, (...args: any[]) => Batch>} */
export const batches = {
  badKey: (count) => ({
    requests: Array(count).fill(badKeyRequest),
    status: 401,
    word: "auth.unauthorized",
  }),
  noCode: (phones) => ({
    requests: phones.map((phone) => verifyRequest(phone, "123456")),
    status: 400,
    word: "verification_code.not_found",
  }),
  send: (phones) => ({ requests: phones.map(sendRequest), status: 200, word: "verificationId" }),
  wrong: (phones, codes) => ({
    requests: phones.map((phone) => verifyRequest(phone, wrongCode(codes[phone]))),
    status: 400,
    word: "verification_code.code_mismatch",
  }),
  right: (phones, codes) => ({
    requests: phones.map((phone) => verifyRequest(phone, codes[phone])),
    status: 200,
    word: '"verified":true',
  }),
};

/** Whether an answer says that a guess was compared and did not match. */
export const isMismatch = ({ body }) => body.includes("verification_code.code_mismatch");

/**
 * Sends a batch, checks every answer, and meters the CPU time of the Worker's process in ms. The floor has one body for
 * all of its answers: only its status counts.
 */
export const sendBatch = ({ name, ports, pid }, { requests, status, word }) => {
  const onAnswer = (answer) => {
    if (answer.status !== status || (name !== "floor" && !answer.body.includes(word)))
      throw new StepError(`${name} answered ${answer.status} instead of ${status} ${word}: ${answer.body}`);
  };
  const meter = () => cpuMs(pid);
  return sendLoad({ port: ports.http, connections: CONNECTIONS, requests, onAnswer, meter });
};
