// Workers KV as far as the Workers need it: the HTTP that workerd's KV binding speaks, answered from memory. It is as
// short as it can be, since its CPU time is counted with every Worker's. It is strongly consistent, ignores lifetimes
// and answers at once, which Workers KV does not: a peer that counts in KV looks better here than it is.
let entries;

export default {
  async fetch(request, env) {
    entries ??= new Map([["/connector", env.CONNECTOR]]);
    // The binding escapes the colon of a key that it deletes, and of no other.
    const key = decodeURIComponent(new URL(request.url).pathname);
    if (request.method === "PUT") {
      entries.set(key, await request.arrayBuffer());
      return new Response(null);
    }
    if (request.method === "DELETE") {
      entries.delete(key);
      return new Response(null);
    }
    const value = entries.get(key);
    return value === undefined ? new Response("", { status: 404 }) : new Response(value);
  },
};
