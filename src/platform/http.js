// A request to a provider in one call. The `worker` crate's Request, Headers, Fetch and Response make about 30 calls of
// it, wrap the response twice and read it chunk by chunk: a third of the CPU time of a send (bench/).

/** How much is read at once, in bytes; most responses are shorter. */
const CHUNK = 4_096;

const newDecoder = () => new TextDecoder("utf-8", { ignoreBOM: true });
const decoder = newDecoder();

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
 * Sends a request once, without following redirects; the timeout also ends a response that arrives slowly. `headers`
 * holds a name and a value in turn. Resolves with status, `Retry-After` and body, separated by line feeds.
 */
export const send_request = async (url, method, headers, body, timeout, limit) => {
  const init = { method, headers: {}, body, redirect: "manual", signal: AbortSignal.timeout(timeout) };
  for (let i = 0; i < headers.length; i += 2) init.headers[headers[i]] = headers[i + 1];
  const response = await fetch(url, init);
  const text = response.body ? await readUpTo(response.body, limit) : "";
  return `${response.status}\n${response.headers.get("retry-after") ?? ""}\n${text}`;
};
