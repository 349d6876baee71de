// The Worker's routes: a request goes into the core as a value, an answer and a line of log come out.
import { tell } from "./story.js";
import { forget, knownOf, missingFrom, newRequestId, requestHost } from "./worker-host.js";

/** The headers that the core reads. */
const read = ["authorization", "content-type", "content-encoding", "content-length", "idempotency-key"];

/** @param {Headers} headers */
const headersOf = (headers) =>
  Object.fromEntries(read.filter((name) => headers.has(name)).map((name) => [name, headers.get(name)]));

/** The answer if the core itself stopped. @param {string} requestId */
const stopped = (requestId) => ({
  status: 500,
  headers: {
    "content-type": "application/json; charset=utf-8",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "x-request-id": requestId,
  },
  body: JSON.stringify({ code: "internal", message: "Something went wrong on our side.", requestId }),
  log: { event: "otp.other", requestId, error: "internal", detail: "the core stopped", status: 500 },
});

/** @param {Request} request @param {Record<string, any>} env @param {string} id */
const answered = async (request, env, id) => {
  const { method, headers, url } = request;
  const path = new URL(url).pathname;
  const asked = { id, method, path, headers: headersOf(headers), recorded: Boolean(env.ACTIVITY) };
  const story = { operation: "fetch", missing: missingFrom(env), request: asked };
  try {
    const known = await knownOf(request, path);
    return (await tell(requestHost(request, path, env), story, known)).value ?? stopped(id);
  } catch {
    return stopped(id);
  }
};

/** Counts what happened. That may fail: an answer does not hang on it. @param {any} env @param {object} point */
const record = (env, point) => {
  try {
    env.ACTIVITY?.writeDataPoint(point);
  } catch (error) {
    console.error({ event: "otp.activity", error: String(error) });
  }
};

/**
 * Answers a request.
 * @param {Request} request @param {Record<string, any>} env
 */
export const route = async (request, env) => {
  const { status, headers, body = null, log, point } = await answered(request, env, newRequestId());
  // What is wrong with a connector may be mended by now.
  if (status >= 500) forget();
  (status < 500 ? console.log : console.error)(log);
  if (point) record(env, point);
  return new Response(body, { status, headers });
};
