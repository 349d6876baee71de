// A KV in the memory of one process, for tests and development.

/** @returns {import("../index.js").KvStore} */
export const memoryKv = () => {
  /** @type {Map<string, { value: string, until: number }>} */
  const entries = new Map();
  return {
    async get(key) {
      const entry = entries.get(key);
      if (!entry) return null;
      if (entry.until > Date.now()) return entry.value;
      entries.delete(key);
      return null;
    },
    async put(key, value, { expirationTtl = Number.POSITIVE_INFINITY } = {}) {
      entries.set(key, { value, until: Date.now() + expirationTtl * 1000 });
    },
    async delete(key) {
      entries.delete(key);
    },
  };
};
