// Checks of options that several functions share. A wrong option is a programming mistake: a TypeError that names it.

/** @param {unknown} value @param {string} name */
export const hasMethod = (value, name) =>
  (typeof value === "object" || typeof value === "function") &&
  value !== null &&
  typeof (/** @type {Record<string, unknown>} */ (value)[name]) === "function";

/**
 * @param {string} caller @param {string} name @param {boolean} fits @param {string} rule
 */
export const must = (caller, name, fits, rule) => {
  if (!fits) throw new TypeError(`${caller}: option \`${name}\` ${rule}`);
};

/**
 * Checks that the options are an object with known members only.
 * @param {string} caller @param {unknown} options @param {string[]} known
 */
export const onlyKnown = (caller, options, known) => {
  if (typeof options !== "object" || options === null)
    throw new TypeError(`${caller}: the options must be an object`);
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  if (unknown)
    throw new TypeError(`${caller}: there is no option \`${unknown}\`; there are ${known.join(", ")}`);
};

/** @param {unknown} value */
export const isSecret = (value) => typeof value === "string" && [...value].length >= 32;
export const secretRule = "must be text of at least 32 characters";

/** @param {unknown} kv */
export const isKv = (kv) => ["get", "put", "delete"].every((name) => hasMethod(kv, name));
export const kvRule = "must have KV's methods get(key), put(key, value, {expirationTtl}) and delete(key)";
