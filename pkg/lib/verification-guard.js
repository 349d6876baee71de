// The guard as a Durable Object in a user's own Worker: one object per phone number and one per idempotency key. The
// wasm does the work; `call` and `alarm` are all that can be called.
import { GuardObject } from "../wasm/edge_otp.js";
import { perInstance, run } from "./engine.js";

/**
 * Makes the class over the platform's `DurableObject`, without which workerd allows no RPC.
 * @param {new (state: any, env: any) => object} Base
 */
export const guardClasses = (Base) => {
  /**
   * Makes the class for a Worker whose bindings have other names.
   * @param {(env: any) => import("../index.js").GuardObjectOptions} [read] returns the bindings
   */
  const verificationGuard = (read) =>
    class VerificationGuard extends Base {
      #object;

      /** @param {any} state @param {any} env */
      constructor(state, env) {
        super(state, env);
        this.#object = perInstance(() => new GuardObject(state.storage, read?.(env), env));
      }

      /**
       * @param {string} request @param {string} [name] @param {string} [previous] @param {string} [settings]
       * @returns {Promise<string>}
       */
      call(request, name, previous, settings) {
        return run(this.#object, (object) => object.call(request, name, previous, settings));
      }

      /** @returns {Promise<void>} */
      alarm() {
        return run(this.#object, (object) => object.alarm());
      }
    };
  return { verificationGuard, VerificationGuard: verificationGuard() };
};
