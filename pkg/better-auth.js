// edge-otp/better-auth: the callbacks of better-auth's phone-number plugin. We draw, send and verify the code; the one
// that better-auth draws is ignored. A person's mistakes become better-auth's own errors, so that a front end written for
// its built-in codes keeps working.

/** @typedef {import("./index.js").Otp} Otp */
/** @typedef {import("./better-auth.js").PhoneOtpOptions} Options */

// Our reasons as the errors of better-auth's own codes.
const failures = {
  not_found: ["BAD_REQUEST", "OTP_NOT_FOUND", "OTP not found"],
  expired: ["BAD_REQUEST", "OTP_EXPIRED", "OTP expired"],
  exceed_max_try: ["FORBIDDEN", "TOO_MANY_ATTEMPTS", "Too many attempts"],
  locked: ["TOO_MANY_REQUESTS", "TOO_MANY_ATTEMPTS", "Too many attempts"],
};

/** Statuses that better-auth may pass on; every other is a failure of the server itself. @type {Record<number, string>} */
const statuses = {
  400: "BAD_REQUEST",
  403: "FORBIDDEN",
  422: "UNPROCESSABLE_ENTITY",
  429: "TOO_MANY_REQUESTS",
};

/** @param {number | undefined} seconds */
const retryHeaders = (seconds) =>
  seconds === undefined ? {} : { "retry-after": String(seconds), "x-retry-after": String(seconds) };

/** @param {any} ctx @param {any} error */
const toApiError = (ctx, error) => {
  const status = error?.name === "OtpError" ? statuses[error.status] : undefined;
  if (!status || typeof ctx?.error !== "function") return error;
  return ctx.error(
    status,
    { code: error.code, message: error.message },
    retryHeaders(error.data?.retryAfter),
  );
};

/** @param {Otp} otp @param {Options} options @param {string} usageType */
const sender =
  (otp, { locale, ip }, usageType) =>
  async (/** @type {{ phoneNumber: string }} */ { phoneNumber }, /** @type {any} */ ctx) => {
    const about = { locale: locale?.(ctx?.request), ip: ip?.(ctx?.request) };
    try {
      await otp.send(/** @type {any} */ ({ phone: phoneNumber, usageType, ...about }));
    } catch (error) {
      throw toApiError(ctx, error);
    }
  };

/** @param {Otp} otp @param {Options} [options] */
export const sendOTP = (otp, options = {}) => sender(otp, options, options.usageType ?? "SignIn");

/** @param {Otp} otp @param {Options} [options] */
export const sendPasswordResetOTP = (otp, options = {}) =>
  sender(otp, options, options.resetUsageType ?? "ForgotPassword");

/** @param {Otp} otp @param {Options} [options] */
export const verifyOTP =
  (otp, { usageType = "SignIn", resetUsageType = "ForgotPassword" } = {}) =>
  async (
    /** @type {{ phoneNumber: string, code: string }} */ { phoneNumber, code },
    /** @type {any} */ ctx,
  ) => {
    const isReset = ctx?.path === "/phone-number/reset-password";
    const request = { phone: phoneNumber, code, usageType: isReset ? resetUsageType : usageType };
    const result = await otp.verify(request).catch((error) => {
      throw toApiError(ctx, error);
    });
    if (result.verified) return true;
    const failure = result.reason === "code_mismatch" ? undefined : failures[result.reason];
    // Without a context, or for a wrong code, false: better-auth answers INVALID_OTP.
    if (!failure || typeof ctx?.error !== "function") return false;
    const [status, errorCode, message] = failure;
    const headers = result.reason === "locked" ? retryHeaders(result.retryAfter) : {};
    throw ctx.error(status, { code: errorCode, message }, headers);
  };

/** All three, to spread into the plugin's options. @param {Otp} otp @param {Options} [options] */
export const phoneOtp = (otp, options = {}) => ({
  sendOTP: sendOTP(otp, options),
  sendPasswordResetOTP: sendPasswordResetOTP(otp, options),
  verifyOTP: verifyOTP(otp, options),
});
