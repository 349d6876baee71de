// `npm run races`: requests released at one instant over open connections, a hundred rounds of each kind. All counts are
// exact. `npm test` runs one (races-released.test.mjs).
import { createServer } from "node:http";
import { connect } from "node:net";
import { parseArgs } from "node:util";
import { guardClass, workerModules } from "../../bench/lib/product.mjs";
import { startWorkerd } from "../../bench/lib/workerd.mjs";
import { isMain, main } from "../../scripts/steps.mjs";
import { apiKey, secrets, twilio } from "./worker.mjs";

/** How many requests are released at once. */
export const REQUESTS = 1_000;
const MAX_ATTEMPTS = 5;
/** How many bytes of each request are held back. */
const HELD_BACK = 1;
const usageTypes = [
  "SignIn",
  "Register",
  "ForgotPassword",
  "Generic",
  "OrganizationInvitation",
  "UserPermissionValidation",
  "BindNewIdentifier",
  "MfaVerification",
  "BindMfa",
];

const requestText = (path, value) => {
  const body = JSON.stringify(value);
  const head = [
    `POST ${path} HTTP/1.1`,
    "host: otp.example",
    `authorization: Bearer ${apiKey}`,
    "content-type: application/json",
    `content-length: ${body.length}`,
    "connection: close",
  ];
  return `${head.join("\r\n")}\r\n\r\n${body}`;
};

/** Opens a connection and sends all of a request but its end; `release` sends that. */
const prepare = (port, text) =>
  new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    let received = "";
    const answered = new Promise((done, failed) => {
      socket.on("data", (chunk) => {
        received += chunk.latin1Slice();
      });
      socket.on("error", failed);
      socket.on("close", () => done(received));
    });
    answered.catch(reject);
    socket.on("connect", () => {
      socket.write(text.slice(0, -HELD_BACK), () => resolve({ socket, answered }));
    });
    socket.release = () => socket.write(text.slice(-HELD_BACK));
  });

const parseAnswer = (text) => {
  const status = Number(text.slice(9, 12));
  return /"code":"([a-z_.]+)"/.exec(text)?.[1] ?? String(status);
};

/** Sends requests whose last bytes leave at one instant; gives the answers by what they say. */
const release = async (port, requests) => {
  const prepared = [];
  // In groups, so that the server's queue of connections holds them.
  for (let at = 0; at < requests.length; at += 100)
    prepared.push(...(await Promise.all(requests.slice(at, at + 100).map((text) => prepare(port, text)))));
  for (const { socket } of prepared) socket.release();
  const counts = {};
  for (const { answered } of prepared) {
    const answer = parseAnswer(await answered);
    counts[answer] = (counts[answer] ?? 0) + 1;
  }
  return counts;
};

let lastPhone = 0;
const newPhone = () => {
  lastPhone += 1;
  return `+1415555${String(lastPhone).padStart(4, "0")}`;
};

const equal = (kind, round, counts, expected) => {
  const sorted = (object) => JSON.stringify(Object.entries(object).sort());
  if (sorted(counts) !== sorted(expected))
    throw new Error(
      `${kind}, round ${round}: ${JSON.stringify(counts)} instead of ${JSON.stringify(expected)}`,
    );
};

/** Starts the built Worker with a provider in this process. */
const start = async () => {
  const messages = [];
  const server = createServer(async (request, response) => {
    let text = "";
    for await (const chunk of request) text += chunk;
    messages.push(Object.fromEntries(new URLSearchParams(text)));
    response.writeHead(201, { "content-type": "application/json" });
    response.end(JSON.stringify({ sid: "SM1", status: "accepted", error_code: null }));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  // All phones have one prefix, of which 20 an hour are sent to.
  const text = { ...secrets, LIMITS: "off" };
  const worker = await startWorkerd(
    { modules: workerModules(), text, objects: { GUARD: guardClass } },
    { connector: JSON.stringify(twilio), provider: `127.0.0.1:${server.address().port}`, keepsObjects: true },
  );
  const stop = async () => {
    await worker.stop();
    server.closeAllConnections();
    server.close();
  };
  return { port: worker.ports.http, messages, stop };
};

const sendCode = async ({ port, messages }, round) => {
  const phone = newPhone();
  const counts = await release(port, [requestText("/send", { phone })]);
  equal("a send", round, counts, { 200: 1 });
  return { phone, code: /\d{6}/.exec(messages.at(-1).Body)[0] };
};

const verify = (phone, code) => requestText("/verify", { phone, code });

/** What is released, and what must come of it. */
export const races = {
  "right codes": async (worker, round) => {
    const { phone, code } = await sendCode(worker, round);
    const counts = await release(worker.port, Array(REQUESTS).fill(verify(phone, code)));
    equal("right codes", round, counts, { 200: 1, "verification_code.not_found": REQUESTS - 1 });
  },
  "wrong codes": async (worker, round) => {
    const { phone, code } = await sendCode(worker, round);
    const wrong = (at) => String((Number(code) + 1 + at) % 1_000_000).padStart(6, "0");
    const requests = Array.from({ length: REQUESTS }, (_, at) => verify(phone, wrong(at)));
    equal("wrong codes", round, await release(worker.port, requests), {
      "verification_code.code_mismatch": MAX_ATTEMPTS,
      "verification_code.exceed_max_try": REQUESTS - MAX_ATTEMPTS,
    });
  },
  "sends of all usage types": async (worker, round) => {
    const phone = newPhone();
    const before = worker.messages.length;
    const requests = Array.from({ length: REQUESTS }, (_, at) =>
      requestText("/send", { phone, usageType: usageTypes[at % usageTypes.length] }),
    );
    equal("sends", round, await release(worker.port, requests), {
      200: 1,
      "request.message_rate_limited": REQUESTS - 1,
    });
    const sent = worker.messages.length - before;
    if (sent !== 1) throw new Error(`sends, round ${round}: ${sent} SMS`);
  },
};

/** Runs so many rounds of every kind. */
export const runRaces = async (rounds, report = () => {}) => {
  const worker = await start();
  try {
    for (const [name, race] of Object.entries(races)) {
      const started = performance.now();
      for (let round = 0; round < rounds; round += 1) await race(worker, round);
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      report(`${rounds} rounds of ${REQUESTS} ${name}: every count as it must be, ${seconds} s`);
    }
  } finally {
    await worker.stop();
  }
};

if (isMain(import.meta.url))
  main(async () => {
    const { values } = parseArgs({ options: { rounds: { type: "string", default: "100" } } });
    await runRaces(Number(values.rounds), (text) => process.stdout.write(`${text}\n`));
  });
