// edge-otp/hono: `POST /send` and `POST /verify` as a Hono app, to be mounted behind checks of your own. Requests,
// responses and errors are those of the Worker's routes, without the API key: who may call is decided before.
import { Hono } from "hono";

/** The largest body in bytes, as in the Worker. */
const MAX_BODY = 8 * 1024;
const NOT_JSON = "must be one JSON object in UTF-8, with no name twice and no deep nesting";
const TOO_LARGE = { code: "request.too_large", message: "The body is too large." };
const UNSUPPORTED = {
  code: "request.unsupported_media_type",
  message: "The body must be application/json.",
};

/** Seconds to wait go into a header too. @param {any} c @param {number} status @param {any} body */
const respond = (c, status, body) => {
  const seconds = body.data?.retryAfter;
  const retry = seconds === undefined ? {} : { "retry-after": String(seconds) };
  return c.json(body, status, { "cache-control": "no-store", ...retry });
};

/** @param {any} c */
const declaresJson = (c) => {
  const [mediaType = ""] = (c.req.header("content-type") ?? "").split(";");
  const encoding = c.req.header("content-encoding") ?? "";
  return mediaType.trim().toLowerCase() === "application/json" && /^(identity)?$/.test(encoding);
};

/** Reads the body as far as the limit; undefined if it is larger. @param {any} c */
const readBody = async (c) => {
  const { raw } = c.req;
  // A check before these routes may have read the body; Hono keeps it.
  if (raw.bodyUsed || !raw.body) {
    const bytes = new Uint8Array(await c.req.arrayBuffer());
    return bytes.length > MAX_BODY ? undefined : bytes;
  }
  const reader = raw.body.getReader();
  const bytes = new Uint8Array(MAX_BODY);
  for (let size = 0; ; ) {
    const { done, value } = await reader.read();
    if (done) return bytes.subarray(0, size);
    if (size + value.length > MAX_BODY) {
      reader.cancel().catch(() => {});
      return undefined;
    }
    bytes.set(value, size);
    size += value.length;
  }
};

/**
 * The core's rules for the flat objects of these routes, where the core is elsewhere (`createOtpClient`): UTF-8, no name
 * twice; undefined if it is no such object.
 * @param {Uint8Array} bytes
 */
const parseFlat = (bytes) => {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    const body = JSON.parse(text);
    const names = [...text.matchAll(/"(?:[^"\\]|\\.)*"(\s*:)?/g)].filter(([, colon]) => colon);
    const isFlat = typeof body === "object" && body !== null && !Array.isArray(body);
    return isFlat && names.length === Object.keys(body).length ? body : undefined;
  } catch {
    return undefined;
  }
};

/** @param {string} path @param {string} message */
const invalid = (path, message) => {
  const data = { issues: [{ path, message }] };
  const body = { code: "guard.invalid_input", message: "The request body is not valid.", data };
  return /** @type {const} */ ([400, body]);
};

/** Failures of this server, not of its caller: a wrong API key or address of `createOtpClient`. */
const OWN_FAILURE = /^(?:auth|client)\.|^request\.(?:not_found|method_not_allowed)$/;

/** @param {any} error */
const fromError = (error) => {
  if (error?.name !== "OtpError" || !(error.status >= 400) || OWN_FAILURE.test(error.code)) throw error;
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

  /** @param {(otp: any, body: any, c: any) => Promise<readonly [number, any]>} handle */
  const route = (handle) => async (/** @type {any} */ c) => {
    if (!declaresJson(c)) return respond(c, 415, UNSUPPORTED);
    const bytes = await readBody(c).catch(() => null);
    if (bytes === null) return respond(c, ...invalid("", "broke off"));
    if (bytes === undefined) return respond(c, 413, TOO_LARGE);
    const otp = await otpOf(c);
    const body = (otp[Symbol.for("edge-otp.parseRequest")] ?? parseFlat)(bytes);
    if (body === undefined) return respond(c, ...invalid("", NOT_JSON));
    if (usageTypes && !usageTypes.includes(body.usageType ?? "Generic"))
      return respond(c, ...invalid("usageType", "is not offered"));
    return respond(c, ...(await handle(otp, body, c).catch(fromError)));
  };

  const send = route(async (otp, { ip: _, ...body }, c) => {
    if (Object.hasOwn(body, "idempotencyKey")) return invalid("idempotencyKey", "must be a header");
    // Undefined members do not count.
    const request = { ...body, ip: ip?.(c), idempotencyKey: c.req.header("idempotency-key") };
    const sent = await otp.send(request);
    return [sent.status === "sent" ? 200 : 202, sent];
  });
  const verify = route(async (otp, body) => {
    const result = await otp.verify(body);
    return result.verified ? [200, result] : fromFailure(result);
  });
  return new Hono().post("/send", send).post("/verify", verify);
};
