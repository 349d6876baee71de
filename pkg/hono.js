// edge-otp/hono: `POST /send` and `POST /verify` as a Hono app, to be mounted behind checks of your own. Requests,
// responses and errors are those of the Worker's routes, without the API key: who may call is decided before.
import { Hono } from "hono";

/** The largest body in bytes, as in the Worker. */
const MAX_BODY = 8 * 1024;

/** Seconds to wait go into a header too. @param {any} c @param {number} status @param {any} body */
const respond = (c, status, body) => {
  const seconds = body.data?.retryAfter;
  const retry = seconds === undefined ? {} : { "retry-after": String(seconds) };
  return c.json(body, status, { "cache-control": "no-store", ...retry });
};

/** @param {any} c @param {string} message */
const rejectInput = (c, message) => {
  const data = { issues: [{ path: "", message }] };
  return respond(c, 400, { code: "guard.invalid_input", message: "The request body is not valid.", data });
};

/** @param {any} error */
const fromError = (error) => {
  if (error?.name !== "OtpError" || !(error.status >= 400)) throw error;
  const { code, message, status, data } = error;
  return /** @type {const} */ ([status, { code, message, ...(data === undefined ? {} : { data }) }]);
};

/** The messages of what `verify` returns as a value. @type {Record<string, string>} */
const messages = {
  code_mismatch: "The code is wrong.",
  expired: "The code has expired; send a new one.",
  not_found: "There is no live code for this phone and usage type; send one first.",
  exceed_max_try: "This code has been tried too often; send a new one.",
  locked: "Too many wrong codes for this phone; it is locked.",
};

/** @param {any} failure @returns {readonly [number, any]} */
const fromFailure = ({ verified, reason, ...data }) => {
  const body = { code: `verification_code.${reason}`, message: messages[reason] };
  return [reason === "locked" ? 429 : 400, Object.keys(data).length > 0 ? { ...body, data } : body];
};

/**
 * @param {any} otp an Otp, or a function that returns one for a context
 * @param {import("./hono.js").OtpRoutesOptions} [options]
 */
export const otpRoutes = (otp, { ip, usageTypes } = {}) => {
  const otpOf = (/** @type {any} */ c) => (typeof otp === "function" ? otp(c) : otp);

  /** @param {(c: any, body: any) => Promise<readonly [number, any]>} handle */
  const route = (handle) => async (/** @type {any} */ c) => {
    const text = await c.req.text();
    if (new TextEncoder().encode(text).length > MAX_BODY) {
      return respond(c, 413, { code: "request.too_large", message: "The body is too large." });
    }
    let body;
    try {
      body = JSON.parse(text);
    } catch {
      return rejectInput(c, "must be JSON");
    }
    if (typeof body !== "object" || body === null || Array.isArray(body))
      return rejectInput(c, "must be an object");
    if (usageTypes && !usageTypes.includes(body.usageType ?? "Generic"))
      return rejectInput(c, "this usageType is not offered");
    return respond(c, ...(await handle(c, body).catch(fromError)));
  };

  const send = route(async (c, { ip: _, idempotencyKey: __, ...body }) => {
    // Undefined members do not count.
    const request = { ...body, ip: ip?.(c), idempotencyKey: c.req.header("idempotency-key") };
    const sent = await (await otpOf(c)).send(request);
    return [sent.status === "sent" ? 200 : 202, sent];
  });
  const verify = route(async (c, body) => {
    const result = await (await otpOf(c)).verify(body);
    return result.verified ? [200, result] : fromFailure(result);
  });
  return new Hono().post("/send", send).post("/verify", verify);
};
