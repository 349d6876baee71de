// A request to a provider in one call from the wasm: as calls to each object and to the reader of the response, from the
// wasm, it costs a third more CPU time of a send.

const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

/** @param {Uint8Array[]} chunks @param {number} length of all together */
const concat = (chunks, length) => {
  if (chunks.length === 1) return chunks[0];
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
};

/** Reads a stream up to a limit in bytes and cancels the rest. */
const readUpTo = async (stream, limit) => {
  const reader = stream.getReader();
  const chunks = [];
  let length = 0;
  while (length <= limit) {
    const { done, value } = await reader.read();
    if (done) return utf8.decode(concat(chunks, length));
    chunks.push(value);
    length += value.length;
  }
  reader.cancel().catch(() => {});
  return utf8.decode(concat(chunks, length).subarray(0, limit));
};

/**
 * Sends a request once; `init` is fetch's second argument as JSON. The timeout also ends a response that arrives slowly.
 * Resolves with status, `Retry-After` and body, separated by line feeds.
 */
export const sendRequest = async (fetch, url, init, timeout, limit) => {
  // AbortSignal.timeout would keep its timer, and so all that it holds, after the response.
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), timeout);
  try {
    const { signal } = controller;
    const response = await (fetch ?? globalThis.fetch)(url, { ...JSON.parse(init), signal });
    const text = response.body ? await readUpTo(response.body, limit) : "";
    return `${response.status}\n${response.headers.get("retry-after") ?? ""}\n${text}`;
  } finally {
    clearTimeout(timer);
  }
};
