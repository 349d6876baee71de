// edge-otp/worker: the whole Worker. A project that exports these three deploys it without Rust. Other Workers of the
// account reach `Otp` over a service binding with entrypoint "Otp": no key on the wire, for only who has the binding can
// call. Nothing but fetch, send and verify can be called.
import { WorkerEntrypoint } from "cloudflare:workers";
import { provide } from "./lib/engine.js";
import { OtpError } from "./lib/error.js";
import { otpOver } from "./lib/interface.js";
import { carryIn } from "./lib/otp.js";
import { route } from "./lib/routes.js";
import { missingFrom, workerHost } from "./lib/worker-host.js";
import module from "./worker/edge_otp.wasm";

provide(module, true);

/**
 * An error as it survives the way to another Worker: a plain object's members travel, and where they do not, the code
 * stands at the beginning of the message.
 * @param {any} error
 */
const portable = (error) => {
  if (!(error instanceof OtpError)) throw error;
  const { code, message, status, data } = error;
  throw Object.assign(new Error(`${code}: ${message}`), { code, status, data });
};

/** @param {Record<string, any>} env */
const otpOf = (env) => {
  const missing = missingFrom(env);
  if (missing) throw new OtpError("config.invalid", `${missing} is not bound.`, { status: 500 });
  return otpOver(carryIn(workerHost(env)));
};

/** What other Workers may call. */
export class Otp extends WorkerEntrypoint {
  /** @param {import("./index.js").SendRequest} request */
  async send(request) {
    try {
      return await otpOf(this.env).send(request);
    } catch (error) {
      return portable(error);
    }
  }

  /** @param {import("./index.js").VerifyRequest} request */
  async verify(request) {
    try {
      return await otpOf(this.env).verify(request);
    } catch (error) {
      return portable(error);
    }
  }
}

export default {
  /** @param {Request} request @param {any} env */
  fetch: (request, env) => route(request, env),
};

export { VerificationGuard } from "./lib/durable-object.js";
