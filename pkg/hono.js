// edge-otp/hono: `POST /send` and `POST /verify` as a Hono app, to be mounted behind checks of your own. Requests,
// answers and errors are those of the Worker's routes, less the API key: who may ask is decided before we are reached.
import { Hono } from "hono";

/** Largest body, in bytes; the Worker takes no more either. */
const MAX_BODY = 8 * 1024;

/** Seconds to wait go into a header too. @param {any} c @param {number} status @param {any} body */
const answer = (c, status, body) => {
  const after = body.data?.retryAfter;
  const headers = {
    "cache-control": "no-store",
    ...(after === undefined ? {} : { "retry-after": String(after) }),
  };
  return c.json(body, status, headers);
};

/** @param {any} c @param {string} message */
const badInput = (c, message) =>
  answer(c, 400, {
    code: "guard.invalid_input",
    message: "The request body is not valid.",
    data: { issues: [{ path: "", message }] },
  });

/** @param {any} error */
const asAnswer = (error) => {
  if (error?.name !== "OtpError" || !(error.status >= 400)) throw error;
  const { code, message, status, data } = error;
  return /** @type {const} */ ([status, { code, message, ...(data === undefined ? {} : { data }) }]);
};

/** The text of a refusal that `verify` gives as a value. @type {Record<string, string>} */
const messages = {
  code_mismatch: "The code is wrong.",
  expired: "The code has expired; send a new one.",
  not_found: "There is no live code for this phone and usage type; send one first.",
  exceed_max_try: "This code has been tried too often; send a new one.",
  locked: "Too many wrong codes for this phone; try later.",
};

/** @param {any} result @returns {readonly [number, any]} */
const verdict = ({ verified, reason, ...data }) => {
  const body = { code: `verification_code.${reason}`, message: messages[reason] };
  return [reason === "locked" ? 429 : 400, Object.keys(data).length > 0 ? { ...body, data } : body];
};

/**
 * @param {any} otp an Otp, or a function that gives one for a context
 * @param {import("./hono.js").OtpRoutesOptions} [options]
 */
export const otpRoutes = (otp, { ip, usageTypes } = {}) => {
  const otpOf = (/** @type {any} */ c) => (typeof otp === "function" ? otp(c) : otp);

  /** @param {(c: any, body: any) => Promise<readonly [number, any]>} act */
  const route = (act) => async (/** @type {any} */ c) => {
    const text = await c.req.text();
    if (new TextEncoder().encode(text).length > MAX_BODY) {
      return answer(c, 413, { code: "request.too_large", message: "The body is too large." });
    }
    let body;
    try {
      body = JSON.parse(text);
    } catch {
      return badInput(c, "must be JSON");
    }
    if (typeof body !== "object" || body === null || Array.isArray(body))
      return badInput(c, "must be an object");
    if (usageTypes && !usageTypes.includes(body.usageType ?? "Generic"))
      return badInput(c, "this usageType is not offered");
    return answer(c, ...(await act(c, body).catch(asAnswer)));
  };

  return new Hono()
    .post(
      "/send",
      route(async (c, { ip: _, idempotencyKey: __, ...body }) => {
        const idempotencyKey = c.req.header("idempotency-key");
        const address = ip?.(c);
        const sent = await (await otpOf(c)).send({
          ...body,
          ...(address === undefined ? {} : { ip: address }),
          ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
        });
        return [sent.status === "sent" ? 200 : 202, sent];
      }),
    )
    .post(
      "/verify",
      route(async (c, body) => {
        const result = await (await otpOf(c)).verify(body);
        return result.verified ? [200, result] : verdict(result);
      }),
    );
};
