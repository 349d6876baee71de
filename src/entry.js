// The entry module, wrangler's `main`: what worker-build made of the Rust code, with what JavaScript alone can do. It
// exports only what may be called from outside, makes the guard object callable by RPC (wasm-bindgen's classes extend
// nothing), and answers the requests that a panic or a fault of the platform would leave without a response.
import { DurableObject, WorkerEntrypoint } from "cloudflare:workers";
import App, { VerificationGuard as Guard, MessageLog as Log } from "../build/index.js";

// wasm-bindgen's executor schedules each step of a future with queueMicrotask, which in workerd costs three times as much
// as a promise reaction: a tenth of the CPU time of a send (bench/).
globalThis.queueMicrotask = (task) => {
  Promise.resolve().then(task);
};

/** The last deadline of a request in ms. Every step in Rust has a shorter one. */
const DEADLINE_MS = 90_000;

/** What ends each call in flight. */
const inFlight = new Set();

/** How often the wasm instance has failed. What was created before belongs to an instance that is gone. */
let failures = 0;
let failuresHandled = 0;

/** Ends every call in flight after a panic or a trap: nothing runs in the wasm instance any more. */
const fail = () => {
  failures += 1;
  // worker-build's shim looks at this; a panic sets it, a trap of another kind may not.
  globalThis.__worker_init_state.criticalError = true;
  for (const end of inFlight) end();
};
globalThis.onEdgeOtpPanic = fail;
const failAfterTrap = (error) => {
  if (error instanceof WebAssembly.RuntimeError) fail();
};
addEventListener("error", ({ error }) => failAfterTrap(error));
// A step of a future is a promise reaction here.
addEventListener("unhandledrejection", ({ reason }) => failAfterTrap(reason));

/** After a failure, has worker-build's shim create a new wasm instance, which it does where an `App` is constructed. */
const ensureInstance = (ctx, env) => {
  if (failuresHandled === failures) return;
  new App(ctx, env);
  failuresHandled = failures;
};

/** Logs a request that has no result, and returns the error that is its result. */
const reportUnanswered = () => {
  const requestId = crypto.randomUUID().replaceAll("-", "");
  const message = "The request did not end in time; whether it had an effect is not known.";
  console.error({ event: "request.unanswered", requestId, error: "storage.unavailable", status: 503 });
  return { code: "storage.unavailable", message, requestId };
};

const respondUnavailable = () => {
  const error = reportUnanswered();
  return Response.json(error, {
    status: 503,
    headers: {
      "cache-control": "no-store",
      "content-type": "application/json; charset=utf-8",
      "strict-transport-security": "max-age=31536000",
      "x-content-type-options": "nosniff",
      "x-request-id": error.requestId,
    },
  });
};

/**
 * Resolves as `result` does, or with what `replace` returns after a failure of the instance or the deadline. Promises are
 * few here, because each turn of one costs as much as reading a header.
 */
const withDeadline = (result, replace) =>
  new Promise((resolve, reject) => {
    let end;
    // Any request may end this one, but only this one may create its response: hence a promise between the two.
    new Promise((resolveEnd) => {
      end = resolveEnd;
    }).then(() => {
      leave();
      resolve(replace());
    });
    const timer = setTimeout(end, DEADLINE_MS);
    const leave = () => {
      clearTimeout(timer);
      inFlight.delete(end);
    };
    inFlight.add(end);
    result.then(
      (response) => {
        leave();
        resolve(response);
      },
      (error) => {
        leave();
        reject(error);
      },
    );
  });

// `App` and `Guard` are proxies that look for a failed instance at each access, at a tenth of a refused request's CPU time
// (bench/). Here that is known already, so their prototypes are used instead.
const { fetch: handle } = App.prototype;
const { constructor: RustGuard } = Guard.prototype;
const { constructor: RustLog } = Log.prototype;

export default {
  fetch(request, env, ctx) {
    ensureInstance(ctx, env);
    try {
      const response = handle.call({ env, ctx }, request);
      if (response instanceof Response) return response;
      // It ends even if its client goes away: a provider that was asked is listened to, a refusal is taken back, and what
      // the request holds in memory is freed.
      ctx.waitUntil(response);
      return withDeadline(response, respondUnavailable);
    } catch (error) {
      failAfterTrap(error);
      console.error(error);
      return respondUnavailable();
    }
  },
};

/** A Durable Object over a Rust object; `call` and `alarm` are all that can be called. */
const objectOver = (RustObject) =>
  class extends DurableObject {
    #object;
    #createdAfter = -1;

    /** The Rust object. One of an instance that has failed is created anew, from storage. */
    #current() {
      ensureInstance(this.ctx, this.env);
      if (this.#createdAfter !== failures) {
        this.#object = new RustObject(this.ctx, this.env);
        this.#createdAfter = failures;
      }
      return this.#object;
    }

    call(request, name, previous) {
      // The caller's deadline ends a call that gets no response.
      try {
        return this.#current().call(request, name, previous);
      } catch (error) {
        failAfterTrap(error);
        throw error;
      }
    }

    alarm() {
      return this.#current().alarm();
    }
  };

/** One per phone number and idempotency key, and for the limits per country and IP address. */
export class VerificationGuard extends objectOver(RustGuard) {}

/** A shard of the message log. */
export class MessageLog extends objectOver(RustLog) {}

/** An error as it survives the way to another Worker: its members travel, and its message begins with the code. */
const callError = ({ error: { code, message, data }, status }) =>
  Object.assign(new Error(`${code}: ${message}`), { code, status, data });

/**
 * Calls an operation for another Worker. As a request's, it ends even if the caller goes away, and has the last deadline.
 */
const call = async ({ ctx, env }, operation, request, idempotencyKey) => {
  const body = JSON.stringify(request);
  if (body === undefined) throw new TypeError("the request must be an object");
  const key = idempotencyKey ?? undefined;
  if (key !== undefined && typeof key !== "string") throw new TypeError("idempotencyKey must be a string");
  ensureInstance(ctx, env);
  const operate = () => {
    try {
      return App.prototype[operation](env, ctx, body, key);
    } catch (error) {
      failAfterTrap(error);
      throw error;
    }
  };
  const result = operate();
  ctx.waitUntil(result);
  const replace = () => JSON.stringify({ error: reportUnanswered(), status: 503 });
  const { value, ...failure } = JSON.parse(await withDeadline(result, replace));
  if (failure.error) throw callError(failure);
  return value;
};

/** What other Workers of the account may call over a service binding with `entrypoint = "Otp"`. */
export class Otp extends WorkerEntrypoint {
  send({ idempotencyKey, ...request } = {}) {
    return call(this, "otpSend", request, idempotencyKey);
  }

  deliver(request) {
    return call(this, "otpDeliver", request);
  }

  verify(request) {
    return call(this, "otpVerify", request);
  }
}
