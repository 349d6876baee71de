// Load: keep-alive connections over plain sockets, each with one request in flight. It runs on the machine that it
// measures, so it does no more than it must; an HTTP client would take more CPU time than the Worker.
import { connect } from "node:net";

/** @typedef {{ status: number, body: string }} Answer */

/** The text of a request. */
export const requestText = (path, { key, body } = {}) => {
  const lines = [`${body === undefined ? "GET" : "POST"} ${path} HTTP/1.1`, "host: otp.example"];
  if (key) lines.push(`authorization: Bearer ${key}`);
  if (body !== undefined) lines.push("content-type: application/json", `content-length: ${body.length}`);
  return `${lines.join("\r\n")}\r\n\r\n${body ?? ""}`;
};

/** The answer, if all of it has arrived. Bodies here are ASCII, so a character is a byte. @returns {Answer | undefined} */
const parseAnswer = (text) => {
  const end = text.indexOf("\r\n\r\n");
  if (end < 0) return undefined;
  const head = text.slice(0, end);
  const body = text.slice(end + 4);
  const status = Number(head.slice(9, 12));
  const length = /\r\ncontent-length: *(\d+)/i.exec(head);
  if (length) return body.length < Number(length[1]) ? undefined : { status, body };
  // Otherwise the body is chunked. It is only searched for a word, so the chunks' sizes may stay in it.
  return body.endsWith("0\r\n\r\n") ? { status, body } : undefined;
};

/** Opens a connection: `ask` sends a request and resolves with its answer. */
const openConnection = (port) =>
  new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    let text = "";
    let waiting;
    const fail = (error) => (waiting?.reject ?? reject)(error);
    socket.on("error", fail);
    socket.on("close", () => fail(new Error("the connection was closed")));
    socket.on("data", (chunk) => {
      text += chunk.latin1Slice();
      const answer = parseAnswer(text);
      if (!answer) return;
      text = "";
      waiting.resolve(answer);
    });
    const ask = (request) =>
      new Promise((answered, failed) => {
        waiting = { resolve: answered, reject: failed };
        socket.write(request);
      });
    socket.on("connect", () => resolve({ ask, close: () => socket.destroy() }));
  });

/**
 * Sends the requests over some connections and measures how long each takes, in ms. `meter` is read when the connections
 * are open and again after the last answer.
 * @param {{ port: number, connections: number, requests: string[], onAnswer: (answer: Answer) => void,
 *   meter?: () => number }} plan
 */
export const sendLoad = async ({ port, connections, requests, onAnswer, meter = () => 0 }) => {
  const opened = await Promise.all(Array.from({ length: connections }, () => openConnection(port)));
  const times = [];
  let next = 0;
  const started = performance.now();
  const before = meter();
  const sendNext = async ({ ask }) => {
    while (next < requests.length) {
      const request = requests[next];
      next += 1;
      const sent = performance.now();
      const answer = await ask(request);
      times.push(performance.now() - sent);
      onAnswer(answer);
    }
  };
  try {
    await Promise.all(opened.map(sendNext));
    return { times, elapsed: performance.now() - started, metered: meter() - before };
  } finally {
    for (const { close } of opened) close();
  }
};
