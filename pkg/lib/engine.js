// The engine: which wasm this runtime has (each entry provides it in its own way), and the way in and out of it. The
// first question compiles and starts it. The wasm keeps nothing between two questions: if it traps, that question fails
// as `internal`, and the next one is put to a fresh instance.
import { OtpError } from "./error.js";

/** @typedef {{ memory: WebAssembly.Memory, begin: (length: number) => number, answer: (from: number, length: number) => number }} Instance */

/** An instance whose memory one large question has blown up beyond this, in bytes, is let go. */
const LARGE = 16 * 1024 * 1024;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** @type {unknown} */
let source;
/** @type {WebAssembly.Module | undefined} */
let compiled;
/** @type {Instance | undefined} */
let alive;

/** Whether the wasm is the Worker's, which can do all that the package's can and more. */
let whole = false;

/**
 * Says where the wasm comes from.
 * @param {unknown} given a compiled module, its bytes, or a function that gives either when it is first needed
 * @param {boolean} [isWhole] whether it is the Worker's
 */
export const provide = (given, isWhole = false) => {
  // Who has both in one bundle keeps the Worker's, in whatever order they are loaded.
  if (whole && !isWhole) return;
  whole = isWhole;
  source = given;
  compiled = undefined;
  alive = undefined;
};

/** @param {unknown} given @returns {WebAssembly.Module} */
const asModule = (given) => {
  // By its tag: a host may hand over a module of another realm.
  if (Object.prototype.toString.call(given) === "[object WebAssembly.Module]") {
    return /** @type {WebAssembly.Module} */ (given);
  }
  if (given instanceof ArrayBuffer || ArrayBuffer.isView(given)) {
    return new WebAssembly.Module(/** @type {BufferSource} */ (given));
  }
  throw new TypeError(
    "edge-otp: the wasm must be a WebAssembly.Module or its bytes; with edge-otp/slim, call init() first",
  );
};

const start = () => {
  compiled ??= asModule(typeof source === "function" ? source() : source);
  const { exports } = new WebAssembly.Instance(compiled);
  return /** @type {Instance} */ (/** @type {unknown} */ (exports));
};

/** @param {Instance} instance @param {string} text */
const exchange = ({ memory, begin, answer }, text) => {
  const bytes = encoder.encode(text);
  // Zero where there is no room: then writing fails, or what the wasm makes of it does.
  const at = begin(bytes.length);
  new Uint8Array(memory.buffer, at, bytes.length).set(bytes);
  // First the answer, then the buffer: the memory may have grown.
  const told = answer(at, bytes.length);
  const [from, length] = new Uint32Array(memory.buffer, told, 2);
  return decoder.decode(new Uint8Array(memory.buffer, from, length));
};

/**
 * Puts a question to the wasm and gives its answer.
 * @param {object} question @returns {any}
 */
export const ask = (question) => {
  alive ??= start();
  const instance = alive;
  try {
    return JSON.parse(exchange(instance, JSON.stringify(question)));
  } catch (cause) {
    alive = undefined;
    const message = "The core stopped during this call; the next one starts it afresh.";
    throw new OtpError("internal", message, { status: 500, cause });
  } finally {
    if (instance.memory.buffer.byteLength > LARGE) alive = undefined;
  }
};
