// Bytes: as hex, and out of streams; and texts that can be bytes.

/** A text without halves of characters, which no UTF-8 can hold. @param {string} text */
export const wellFormed = (text) =>
  /[\ud800-\udfff]/.test(text) ? new TextDecoder().decode(new TextEncoder().encode(text)) : text;

/** @param {Uint8Array} bytes */
export const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

/** @param {string} text */
export const unhex = (text) => Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));

/** So many random bytes, as hex. @param {number} length */
export const randomHex = (length) => hex(crypto.getRandomValues(new Uint8Array(length)));

/**
 * Reads a stream up to a limit and lets the rest go.
 * @param {ReadableStream<Uint8Array> | null | undefined} stream @param {number} limit in bytes
 */
export const readUpTo = async (stream, limit) => {
  const chunks = [];
  let length = 0;
  const reader = stream?.getReader();
  while (reader && length <= limit) {
    const { done, value } = await reader.read();
    if (done) break;
    chunks.push(value);
    length += value.length;
  }
  const whole = length <= limit;
  if (!whole) reader?.cancel().catch(() => {});
  return { bytes: joined(chunks, length).subarray(0, limit), whole };
};

/** @param {Uint8Array[]} chunks @param {number} length of all together */
const joined = (chunks, length) => {
  // A small body comes in one piece.
  if (chunks.length === 1) return chunks[0];
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
};
