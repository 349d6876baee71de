// A request to a provider in one call. The `worker` crate's Request, Headers, Fetch and Response make about 30 calls of
// it, wrap the response twice and read it chunk by chunk: a third of the CPU time of a send (bench/).

/** How much is read at once, in bytes; most responses are shorter. */
const CHUNK = 4_096;

const newDecoder = () => new TextDecoder("utf-8", { ignoreBOM: true });
const decoder = newDecoder();
const encoder = new TextEncoder();

/** Fills a chunk; it is shorter only at the end of the stream. */
const readChunk = async (reader) => {
  const { value } = await reader.readAtLeast(CHUNK, new Uint8Array(CHUNK));
  return value ?? new Uint8Array();
};

/** Reads a stream up to a limit in bytes, a multiple of the chunk, and cancels the rest. */
const readUpTo = async (stream, limit) => {
  const reader = stream.getReader({ mode: "byob" });
  let chunk = await readChunk(reader);
  if (chunk.length < CHUNK) return decoder.decode(chunk);
  const streaming = newDecoder();
  let text = streaming.decode(chunk, { stream: true });
  for (let length = CHUNK; length < limit && chunk.length === CHUNK; length += CHUNK) {
    chunk = await readChunk(reader);
    text += streaming.decode(chunk, { stream: true });
  }
  if (chunk.length === CHUNK) reader.cancel().catch(() => {});
  return text + streaming.decode();
};

/**
 * How many bytes of a body are given one by one, before the rest. workerd says nothing that distinguishes a refused
 * connection from one that broke off after the request. But it takes a piece only once there is room for it: without a
 * connection it takes three, and the rest, with the code in it, is never given.
 */
const FIRST_BYTES = 4;

/** Returns a body as a stream, and whether its last piece has been given to the platform. */
const streamBody = (body) => {
  const bytes = encoder.encode(body);
  const { readable, writable } = new FixedLengthStream(bytes.length);
  const writer = writable.getWriter();
  const state = { readable, isGiven: false };
  const write = async () => {
    for (let i = 0; i < FIRST_BYTES; i += 1) await writer.write(bytes.subarray(i, i + 1));
    state.isGiven = true;
    await writer.write(bytes.subarray(FIRST_BYTES));
    await writer.close();
  };
  // A write fails if the request does, which tells why.
  write().catch(() => {});
  return state;
};

/** Tells whether something listens at the address of a URL, within a second. */
const isListening = async ({ hostname, port, protocol }) => {
  const { connect } = await import("cloudflare:sockets");
  const address = {
    hostname: hostname.replace(/^\[|\]$/g, ""),
    port: Number(port || { "http:": 80, "https:": 443 }[protocol]),
  };
  const socket = connect(address, { secureTransport: "off" });
  try {
    await Promise.race([socket.opened, new Promise((_, reject) => setTimeout(reject, 1_000))]);
    return true;
  } catch {
    return false;
  } finally {
    socket.close().catch(() => {});
  }
};

/**
 * Names why there was no connection. workerd says "Network connection lost." of a refused one, and "internal error" both
 * of a name that it cannot resolve and of a TLS handshake that fails: in the latter case something listens there.
 */
const diagnose = async (url, error) => {
  if (!String(error?.message).startsWith("internal error")) return "refused";
  const target = new URL(url);
  const hasTls = target.protocol === "https:";
  return hasTls && (await isListening(target).catch(() => false)) ? "tls" : "dns";
};

/**
 * Cloudflare's own answers in place of a server that it has not reached: refused or unreachable (521, 523), TLS (525,
 * 526), a name that is not resolved (530 with error 1016). Their body has this form, if the client is no browser:
 * https://developers.cloudflare.com/support/troubleshooting/http-status-codes/cloudflare-5xx-errors/
 */
const NOT_REACHED = { 521: "refused", 523: "refused", 525: "tls", 526: "tls", 1016: "dns" };
const cloudflareError = (status, text) =>
  status >= 520 && status <= 530 ? NOT_REACHED[/^error code: (\d+)\s*$/.exec(text)?.[1]] : undefined;

/**
 * Sends a request once, without following redirects; the timeout also ends a response that arrives slowly. `headers`
 * holds a name and a value in turn. Resolves with status, `Retry-After` and body, separated by line feeds. Rejects with a
 * word: `dns`, `refused` or `tls` if certainly nothing was sent, `timeout`, or `unreadable`.
 */
export const send_request = async (url, method, headers, body, timeout, limit) => {
  const streamed = body && body.length > FIRST_BYTES ? streamBody(body) : undefined;
  const init = { method, headers: {}, redirect: "manual", signal: AbortSignal.timeout(timeout) };
  init.body = streamed?.readable ?? body;
  for (let i = 0; i < headers.length; i += 2) init.headers[headers[i]] = headers[i + 1];
  let response;
  let text;
  try {
    response = await fetch(url, init);
    text = response.body ? await readUpTo(response.body, limit) : "";
  } catch (error) {
    if (error?.name === "TimeoutError") throw "timeout";
    if (response || !streamed || streamed.isGiven) throw "unreadable";
    throw await diagnose(url, error);
  }
  const word = cloudflareError(response.status, text);
  if (word) throw word;
  return `${response.status}\n${response.headers.get("retry-after") ?? ""}\n${text}`;
};
