// Workers KV as far as the rigs need it: the HTTP that workerd's KV binding speaks, answered from memory.
// It is strongly consistent, has no limit on writes and no distance, which real KV is not: peers that count in KV
// look better here than they are.
const entries = new Map();

export default {
  async fetch(request) {
    const { pathname, searchParams } = new URL(request.url);
    const key = decodeURIComponent(pathname.slice(1));
    if (request.method === "PUT") {
      const ttl = Number(searchParams.get("expiration_ttl") ?? Number.POSITIVE_INFINITY);
      entries.set(key, { text: await request.text(), until: Date.now() + ttl * 1000 });
      return new Response(null);
    }
    if (request.method === "DELETE") {
      entries.delete(key);
      return new Response(null);
    }
    const entry = entries.get(key);
    if (entry && entry.until > Date.now()) return new Response(entry.text);
    return new Response(null, { status: 404 });
  },
};
