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

/** Reads a stream up to a limit in bytes and cancels the rest, which it also does when the signal ends it. */
const readUpTo = async (stream, limit, signal) => {
  const reader = stream.getReader();
  const cancel = () => reader.cancel().catch(() => {});
  if (signal.aborted) cancel();
  signal.addEventListener("abort", cancel);
  const chunks = [];
  let length = 0;
  while (length <= limit) {
    const { done, value } = await reader.read();
    if (done) return utf8.decode(concat(chunks, length));
    chunks.push(value);
    length += value.length;
  }
  cancel();
  return utf8.decode(concat(chunks, length).subarray(0, limit));
};

// Every error before a connection stands, and nothing else: an error that may come later proves nothing.
const CONNECT_CODES = new Set(["ECONNREFUSED", "EHOSTUNREACH", "ENETUNREACH", "EHOSTDOWN", "EADDRNOTAVAIL"]);
const DNS_CODE = /^(ENOTFOUND|EAI_[A-Z]+|DNS[A-Za-z_]+)$/;
// OpenSSL's results of the verification of a certificate, and failed handshakes.
const TLS_CODE =
  /^(CERT_[A-Z_]+|[A-Z_]*SELF_SIGNED_CERT[A-Z_]*|UNABLE_TO_(GET|VERIFY|DECODE|DECRYPT)_[A-Z_]+|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|ERR_TLS_CERT_[A-Z_]+|ERR_TLS_HANDSHAKE_TIMEOUT|ERR_SSL_(WRONG_VERSION_NUMBER|UNSUPPORTED_PROTOCOL|[A-Z0-9_]*HANDSHAKE_FAILURE|[A-Z0-9_]*ALERT_PROTOCOL_VERSION|[A-Z0-9_]*UNRECOGNIZED_NAME|PACKET_LENGTH_TOO_LONG))$/;

/** Reads one error of Node, Bun or Deno; undefined if it proves nothing. */
const readError = ({ code, syscall, message }) => {
  const text = String(message);
  if (DNS_CODE.test(code)) return "dns";
  if (CONNECT_CODES.has(code) && (syscall ?? "connect") === "connect") return "refused";
  if (TLS_CODE.test(code)) return "tls";
  if (text.startsWith("Client network socket disconnected before secure TLS connection")) return "tls";
  // Bun has names of its own, and the same one for a name that is not resolved.
  if (code === "ConnectionRefused" || code === "FailedToOpenSocket") return "refused";
  // A port that fetch does not allow.
  if (text === "bad port") return "refused";
  // Deno tells the phase: hyper's errors of kind "Connect".
  const [, reason] = /client error \(Connect\): (.*)/s.exec(text) ?? [];
  if (reason === undefined) return undefined;
  if (reason.startsWith("dns error")) return "dns";
  if (reason.startsWith("tcp connect error")) return "refused";
  return /certificate|tls|ssl/i.test(reason) ? "tls" : undefined;
};

/** Names why fetch failed: `dns`, `refused` or `tls` only where an error in the chain of causes proves it. */
const nameError = (error) => {
  let next = error;
  for (let depth = 0; depth < 5 && typeof next === "object" && next !== null; depth += 1) {
    const word = next.name === "TimeoutError" ? "timeout" : readError(next);
    if (word) return word;
    next = next.cause;
  }
  return "unreadable";
};

/** Sends a request and reads the response; `init` is fetch's second argument as JSON. Rejects with a word. */
const exchange = async (fetch, url, init, signal, limit) => {
  let response;
  try {
    response = await (fetch ?? globalThis.fetch)(url, { ...JSON.parse(init), signal });
    const text = response.body ? await readUpTo(response.body, limit, signal) : "";
    return `${response.status}\n${response.headers.get("retry-after") ?? ""}\n${text}`;
  } catch (error) {
    throw signal.aborted ? "timeout" : response ? "unreadable" : nameError(error);
  }
};

/**
 * Sends a request once; `init` is fetch's second argument as JSON. The timeout also ends a response that arrives slowly,
 * and a fetch of the caller's own that does not heed the signal. Resolves with status, `Retry-After` and body, separated by
 * line feeds. Rejects with a word: `dns`, `refused` or `tls` if certainly nothing was sent, `timeout`, or `unreadable`.
 */
export const sendRequest = (fetch, url, init, timeout, limit) =>
  new Promise((resolve, reject) => {
    // AbortSignal.timeout would keep its timer, and so all that it holds, after the response.
    const controller = new AbortController();
    const timer = setTimeout(() => {
      controller.abort();
      reject("timeout");
    }, timeout);
    const end = (settle) => (result) => {
      clearTimeout(timer);
      settle(result);
    };
    exchange(fetch, url, init, controller.signal, limit).then(end(resolve), end(reject));
  });
