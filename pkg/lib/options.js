// What the adapters ask of the drivers that they are given.

/** @param {unknown} value @param {string} name */
export const hasMethod = (value, name) =>
  (typeof value === "object" || typeof value === "function") &&
  value !== null &&
  typeof (/** @type {Record<string, unknown>} */ (value)[name]) === "function";
