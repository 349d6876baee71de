// The way into the wasm: it is compiled and started by the first call, and started anew if it has stopped (a panic, a
// lack of memory). Calls in flight then fail as `internal`; the next ones find a fresh instance.
import { abandon, initSync, touch } from "../wasm/edge_otp.js";
import { OtpError } from "./error.js";

/** @type {unknown} */
let source;
let isStarted = false;
/** Which instance of the wasm is in use. */
let generation = 0;

/**
 * Says where the wasm comes from.
 * @param {unknown} given a compiled module, its bytes, or a function that returns either when it is first needed
 */
export const provide = (given) => {
  source = given;
};

/** @type {((operation: Promise<unknown>) => void) | undefined} */
let keepAlive;

/**
 * Says how the platform is kept from ending an operation whose request has ended, because its client has gone away. What
 * was asked of a provider would otherwise have no result, and would stay in the wasm's memory.
 * @param {(operation: Promise<unknown>) => void} given
 */
export const keepAliveBy = (given) => {
  keepAlive = given;
};

/** @param {unknown} given @returns {WebAssembly.Module} */
const asModule = (given) => {
  if (given instanceof ArrayBuffer || ArrayBuffer.isView(given)) {
    return new WebAssembly.Module(/** @type {BufferSource} */ (given));
  }
  // By its tag, and with a prototype that `initSync` knows: a host may pass a module of another realm.
  if (Object.prototype.toString.call(given) === "[object WebAssembly.Module]") {
    return Object.setPrototypeOf(given, WebAssembly.Module.prototype);
  }
  throw new TypeError(
    "edge-otp: the wasm must be a WebAssembly.Module or its bytes; with edge-otp/slim, call init() first",
  );
};

const start = () => {
  if (isStarted) return;
  initSync({ module: asModule(typeof source === "function" ? source() : source) });
  isStarted = true;
};

/** @param {unknown} cause what a call threw @param {number} of the instance that it threw in */
const stopped = (cause, of) => {
  if (of === generation) {
    generation += 1;
    // The new instance is created before the next call's arguments are written to its memory.
    abandon();
    touch();
  }
  const message = "The core stopped during this call; the next one starts it afresh.";
  return new OtpError("internal", message, { status: 500, cause });
};

/**
 * Calls the wasm and returns its result. A TypeError is about the arguments.
 * @template T @param {() => T} call @returns {T}
 */
export const call = (call) => {
  start();
  const of = generation;
  try {
    return call();
  } catch (error) {
    throw error instanceof TypeError ? error : stopped(error, of);
  }
};

/**
 * Returns a function that returns a value of the wasm, created anew for a new instance.
 * @template T @param {() => T} create @returns {() => T}
 */
export const perInstance = (create) => {
  /** @type {{ of: number, value: T } | undefined} */
  let known;
  return () => {
    if (known?.of !== generation) known = { value: call(create), of: generation };
    return known.value;
  };
};

/**
 * What a promise of the wasm was rejected with, as an error: a failure of the operation, what the caller's own code
 * threw, or what stopped the wasm.
 * @param {any} rejection @param {number} of
 */
const toError = (rejection, of) => {
  if (rejection?.failure) {
    const { code, message, ...details } = rejection.failure;
    return new OtpError(code, message, details);
  }
  return rejection && Object.hasOwn(rejection, "thrown") ? rejection.thrown : stopped(rejection, of);
};

/**
 * Starts an operation of a value of the wasm.
 * @template T @param {() => T} value @param {(value: T) => Promise<any>} operation @returns {Promise<any>}
 */
export const run = async (value, operation) => {
  const target = value();
  const of = generation;
  try {
    const result = operation(target);
    keepAlive?.(result.catch(() => {}));
    return await result;
  } catch (rejection) {
    throw toError(rejection, of);
  }
};
