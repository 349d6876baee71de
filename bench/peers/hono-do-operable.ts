// Peer: hono-do.ts with what edge-otp also does for those who operate it, written as a TypeScript team would: one log
// object per request, requests that end although their client goes away, deadlines for KV and Durable Object, and a body
// to the provider of which is known whether it left. Shows what these cost, beside the peer that leaves them out.
import { app, type Env, Guard as PlainGuard } from "./hono-do.ts";

const STORAGE_TIMEOUT = 10_000;
const REQUEST_TIMEOUT = 90_000;
/** As in src/platform/http.js. */
const FIRST_BYTES = 4;

const withTimeout = <T>(operation: Promise<T>, ms: number, reason: string): Promise<T> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(reason)), ms);
    operation.then(resolve, reject).finally(() => clearTimeout(timer));
  });

/** The KV namespace with a deadline for each operation. */
const kvWithTimeout = (kv: KVNamespace) =>
  ({
    get: (key: string) => withTimeout(kv.get(key), STORAGE_TIMEOUT, "KV"),
    put: (key: string, value: string, options: KVNamespacePutOptions) =>
      withTimeout(kv.put(key, value, options), STORAGE_TIMEOUT, "KV"),
    delete: (key: string) => withTimeout(kv.delete(key), STORAGE_TIMEOUT, "KV"),
  }) as KVNamespace;

/** The namespace of the objects with a deadline for each call. */
const guardWithTimeout = (namespace: DurableObjectNamespace<PlainGuard>) =>
  ({
    idFromName: (name: string) => namespace.idFromName(name),
    get: (id: DurableObjectId) => {
      const guard = namespace.get(id);
      return {
        begin: (phone: string, usage: string) =>
          withTimeout(guard.begin(phone, usage), STORAGE_TIMEOUT, "guard"),
        check: (phone: string, usage: string, code: string) =>
          withTimeout(guard.check(phone, usage, code), STORAGE_TIMEOUT, "guard"),
      };
    },
  }) as unknown as DurableObjectNamespace<PlainGuard>;

const operable = new WeakMap<Env, Env>();
const withTimeouts = (env: Env): Env => {
  const known = operable.get(env);
  if (known) return known;
  const made = { ...env, OTP_KV: kvWithTimeout(env.OTP_KV), GUARD: env.GUARD && guardWithTimeout(env.GUARD) };
  operable.set(env, made);
  return made;
};

export class Guard extends PlainGuard {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, withTimeouts(env));
  }
}

const encoder = new TextEncoder();
const plainFetch = globalThis.fetch;
/** Gives the body in pieces, of which the platform takes the fourth only once it has a connection. */
globalThis.fetch = ((url: string, init: RequestInit) => {
  const bytes = encoder.encode(init.body as string);
  const { readable, writable } = new FixedLengthStream(bytes.length);
  const writer = writable.getWriter();
  let isGiven = false;
  const write = async () => {
    for (let at = 0; at < FIRST_BYTES; at += 1) await writer.write(bytes.subarray(at, at + 1));
    isGiven = true;
    await writer.write(bytes.subarray(FIRST_BYTES));
    await writer.close();
  };
  write().catch(() => {});
  return plainFetch(url, { ...init, body: readable }).catch((error) => {
    throw isGiven ? error : new Error("not sent");
  });
}) as typeof fetch;

export default {
  fetch(request: Request, env: Env, ctx: ExecutionContext) {
    const began = Date.now();
    const answer = async () => {
      const response = await app.fetch(request, withTimeouts(env), ctx);
      const { pathname } = new URL(request.url);
      const requestId = response.headers.get("x-request-id");
      console.log({
        event: "request",
        path: pathname,
        status: response.status,
        requestId,
        totalMs: Date.now() - began,
      });
      return response;
    };
    const response = withTimeout(answer(), REQUEST_TIMEOUT, "request");
    ctx.waitUntil(response);
    return response;
  },
};
