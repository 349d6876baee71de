// The engine: which wasm this runtime has (each entry provides it in its own way), the instance that is alive, and the
// calls under way in it. The first call compiles and starts it. If it dies, the calls under way fail as `internal` and
// the next call starts a new instance.
import { OtpError } from "./error.js";
import { instantiate } from "./instance.js";

/** @typedef {{ glue: ReturnType<typeof instantiate>, failures: Set<(cause: unknown) => void>, dead: boolean, cause?: unknown }} Live */

/** @type {unknown} */
let source;
/** @type {WebAssembly.Module | undefined} */
let compiled;
/** @type {Live | undefined} */
let alive;

/**
 * Says where the wasm comes from.
 * @param {unknown} given a compiled module, its bytes, or a function that gives either when it is first needed
 */
export const provide = (given) => {
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
  /** @type {Set<(cause: unknown) => void>} */
  const failures = new Set();
  const own = /** @type {Live} */ ({ failures, dead: false });
  own.glue = instantiate(compiled, (cause) => {
    own.dead = true;
    own.cause = cause;
    if (alive === own) alive = undefined;
    for (const fail of failures) fail(cause);
    failures.clear();
  });
  return own;
};

const live = () => {
  alive ??= start();
  return alive;
};

/** @param {unknown} cause */
const stopped = (cause) =>
  new OtpError("internal", "The core stopped during this call; the next one starts it afresh.", {
    status: 500,
    cause,
  });

/**
 * Does one thing in the wasm and gives its answer, JSON as text.
 * @param {object} host @param {string} operation @param {string | undefined} id @param {string} body
 * @returns {Promise<string>}
 */
export const call = (host, operation, id, body) =>
  new Promise((resolve, reject) => {
    const own = live();
    /** @param {unknown} cause */
    const fail = (cause) => {
      own.failures.delete(fail);
      reject(stopped(cause));
    };
    own.failures.add(fail);
    try {
      const answer = own.glue.call(host, operation, id, body);
      if (own.dead) return;
      answer.then((/** @type {string} */ text) => {
        own.failures.delete(fail);
        resolve(text);
      }, fail);
    } catch (error) {
      fail(error);
    }
  });

/**
 * Asks the wasm something that it answers at once.
 * @template T
 * @param {(glue: Live["glue"]) => T} ask
 * @returns {T}
 */
export const ask = (ask) => {
  const own = live();
  const answer = ask(own.glue);
  if (own.dead) throw stopped(own.cause);
  return answer;
};
