// The load: keep-alive connections over bare sockets, each with one request on its way at a time. It is so plain
// because it shares the machine with what it measures: a full HTTP client would take more CPU time than the Worker.
import { connect } from "node:net";
import { quantile } from "./numbers.mjs";

/** The bytes of a request. */
export const requestText = (path, { key, body } = {}) => {
  const lines = [`${body === undefined ? "GET" : "POST"} ${path} HTTP/1.1`, "host: otp.example"];
  if (key) lines.push(`authorization: Bearer ${key}`);
  if (body !== undefined) lines.push("content-type: application/json", `content-length: ${body.length}`);
  return `${lines.join("\r\n")}\r\n\r\n${body ?? ""}`;
};

/** An answer, once all of it is there. Bodies here are ASCII, so a character is a byte. */
const parsed = (text) => {
  const end = text.indexOf("\r\n\r\n");
  if (end < 0) return undefined;
  const head = text.slice(0, end);
  const body = text.slice(end + 4);
  const status = Number(head.slice(9, 12));
  const length = /\r\ncontent-length: *(\d+)/i.exec(head);
  if (length) return body.length < Number(length[1]) ? undefined : { status, body };
  // Otherwise it comes in chunks; nobody here looks into such a body but for a word in it.
  return body.endsWith("0\r\n\r\n") ? { status, body } : undefined;
};

/** One connection: `ask` gives the answer to one request. */
const open = (port) =>
  new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    let text = "";
    let waiting;
    const failed = (error) => (waiting?.reject ?? reject)(error);
    socket.on("error", failed);
    socket.on("close", () => failed(new Error("the connection was closed")));
    socket.on("data", (chunk) => {
      text += chunk.latin1Slice();
      const answer = parsed(text);
      if (!answer) return;
      text = "";
      waiting.resolve(answer);
    });
    const ask = (request) =>
      new Promise((answered, refused) => {
        waiting = { resolve: answered, reject: refused };
        socket.write(request);
      });
    socket.on("connect", () => resolve({ ask, close: () => socket.destroy() }));
  });

/**
 * Sends requests over so many connections and takes the time of each.
 * @param {{ port: number, connections: number, requests: string[], onAnswer: (answer: {status: number, body: string}) => void }} plan
 */
export const load = async ({ port, connections, requests, onAnswer }) => {
  const lines = await Promise.all(Array.from({ length: connections }, () => open(port)));
  const times = [];
  let next = 0;
  const started = performance.now();
  const worked = lines.map(async ({ ask }) => {
    while (next < requests.length) {
      const request = requests[next];
      next += 1;
      const sent = performance.now();
      const answer = await ask(request);
      times.push(performance.now() - sent);
      onAnswer(answer);
    }
  });
  await Promise.all(worked);
  const seconds = (performance.now() - started) / 1000;
  for (const { close } of lines) close();
  return { perSecond: requests.length / seconds, p50: quantile(times, 0.5), p99: quantile(times, 0.99) };
};
