// One instance of the wasm, watched. A panic inside ends the instance for good: its memory may be half-written. Every
// call into it passes through here, so that the first trap is seen wherever it strikes (in a call of ours, or in a
// microtask, where nobody could catch it), and nothing of the dead instance runs afterwards: not a timer, not the
// callback of a promise. The glue is made anew for each instance, so two instances share no state.
import { makeGlue } from "../dist/glue.js";

/** What a dead instance gives back: falsy results and a null pointer, in the shape that the glue takes apart. */
const nothing = Object.freeze([0, 0]);

/**
 * Starts an instance.
 * @param {WebAssembly.Module} module
 * @param {(cause: unknown) => void} died told once, when the instance traps
 */
export const instantiate = (module, died) => {
  let depth = 0;
  let dead = false;
  /** @type {unknown} */
  let reason;

  /** @param {(...args: unknown[]) => unknown} enter */
  const watched =
    (enter) =>
    /** @param {unknown[]} args */
    (...args) => {
      if (dead) {
        // Called by wasm that still runs: it must not go on. Called by the outside: there is nothing to do.
        if (depth > 0) throw reason;
        return nothing;
      }
      depth += 1;
      try {
        return enter(...args);
      } catch (error) {
        if (!dead) {
          dead = true;
          reason = error;
          died(error);
        }
        if (depth > 1) throw error;
        return nothing;
      } finally {
        depth -= 1;
      }
    };

  class Instance {
    /** @param {WebAssembly.Module} code @param {WebAssembly.Imports} imports */
    constructor(code, imports) {
      const own = Object.entries(new WebAssembly.Instance(code, imports).exports);
      this.exports = Object.fromEntries(
        own.map(([name, value]) => [
          name,
          typeof value === "function"
            ? watched(/** @type {(...args: unknown[]) => unknown} */ (value))
            : value,
        ]),
      );
    }
  }

  // What the glue sees under the name WebAssembly. The module is one already, maybe of another realm.
  const glue = makeGlue({ Instance, Module: { [Symbol.hasInstance]: () => true } });
  glue.initSync({ module });
  if (dead) throw reason;
  return glue;
};
