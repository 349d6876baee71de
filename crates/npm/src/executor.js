// The executor's half (executor.rs) that JavaScript alone can do. It is the only way from JavaScript's promises into the
// wasm, so what stops the wasm (a panic, a lack of memory) is caught here and never an unhandled rejection.

/**
 * The executor of one wasm instance. `poll` continues an operation.
 * @param {(id: number, isOk: boolean, value: unknown) => void} poll
 */
export const createExecutor = (poll) => ({ poll, inFlight: new Map() });

/** Continues an operation. If that stops the wasm, no operation of this instance can end any more: all are rejected. */
const step = ({ poll, inFlight }, id, isOk, value) => {
  if (!inFlight.has(id)) return;
  try {
    poll(id, isOk, value);
  } catch (error) {
    const operations = [...inFlight.values()];
    inFlight.clear();
    for (const { reject } of operations) reject(error);
  }
};

/** Starts an operation and returns its promise. */
export const start = (executor, id) =>
  new Promise((resolve, reject) => {
    executor.inFlight.set(id, { resolve, reject });
    step(executor, id, true);
  });

/** Continues an operation once a value, which may be a promise, is settled. */
export const subscribe = (executor, id, value) => {
  Promise.resolve(value).then(
    (result) => step(executor, id, true, result),
    (error) => step(executor, id, false, error),
  );
};

/** Settles the promise of an operation. */
export const settle = ({ inFlight }, id, isOk, value) => {
  const operation = inFlight.get(id);
  inFlight.delete(id);
  operation?.[isOk ? "resolve" : "reject"](value);
};
