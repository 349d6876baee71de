// Calls of guard objects and of KV in one call each, with their deadline. The `worker` crate's KvStore makes about ten for
// a write, and a timer in Rust two closures more, which together cost as much as the operation itself (bench/).

/** Settles as `operation` does, or rejects after `ms`. */
const withTimeout = (operation, ms) =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(reject, ms);
    operation.then(
      (value) => {
        clearTimeout(timer);
        resolve(value);
      },
      (error) => {
        clearTimeout(timer);
        reject(error);
      },
    );
  });

/** Calls the guard object `name`; `own_name` and `previous` are its names while a rotation runs. */
export const call_guard = (namespace, name, request, own_name, previous, ms) =>
  withTimeout(namespace.getByName(name).call(request, own_name, previous), ms);

/** Resolves with a text, or null. */
export const get_text = (kv, key, ms) => withTimeout(kv.get(key), ms);

/** Stores a text, for `ttl` seconds if given. */
export const put_text = (kv, key, value, ttl, ms) => {
  const options = ttl === undefined ? undefined : { expirationTtl: ttl };
  return withTimeout(kv.put(key, value, options), ms);
};

export const delete_text = (kv, key, ms) => withTimeout(kv.delete(key), ms);
