// edge-otp/better-auth: the callbacks of better-auth's phone-number plugin. We make, send and check the code; the one
// that better-auth draws is ignored. What a person did wrong comes back as better-auth's own errors, so a front end
// written for its built-in codes keeps working.

/** @typedef {import("./index.js").Otp} Otp */

// Our reasons, as better-auth's own code would have put them.
const refusals = {
  not_found: ["BAD_REQUEST", "OTP_NOT_FOUND", "OTP not found"],
  expired: ["BAD_REQUEST", "OTP_EXPIRED", "OTP expired"],
  exceed_max_try: ["FORBIDDEN", "TOO_MANY_ATTEMPTS", "Too many attempts"],
  locked: ["TOO_MANY_REQUESTS", "TOO_MANY_ATTEMPTS", "Too many attempts"],
};

/** Statuses that better-auth may pass on; everything else is the server's own trouble. @type {Record<number, string>} */
const statuses = {
  400: "BAD_REQUEST",
  403: "FORBIDDEN",
  422: "UNPROCESSABLE_ENTITY",
  429: "TOO_MANY_REQUESTS",
};

/** @param {number | undefined} seconds */
const wait = (seconds) =>
  seconds === undefined ? {} : { "retry-after": String(seconds), "x-retry-after": String(seconds) };

/** The usage type: a password reset is told by its route. @param {any} ctx @param {any} options */
const usageOf = (ctx, { usageType = "SignIn", resetUsageType = "ForgotPassword" }) =>
  ctx?.path === "/phone-number/reset-password" ? resetUsageType : usageType;

/** @param {any} ctx @param {any} error */
const thrown = (ctx, error) => {
  const status = error?.name === "OtpError" ? statuses[error.status] : undefined;
  if (!status || typeof ctx?.error !== "function") return error;
  return ctx.error(status, { code: error.code, message: error.message }, wait(error.data?.retryAfter));
};

/** @param {Otp} otp @param {any} options @param {string} usageType */
const sender =
  (otp, { locale, ip }, usageType) =>
  async (/** @type {{ phoneNumber: string }} */ { phoneNumber }, /** @type {any} */ ctx) => {
    const request = ctx?.request;
    const said = { locale: locale?.(request), ip: ip?.(request) };
    try {
      await otp.send(/** @type {any} */ ({ phone: phoneNumber, usageType, ...said }));
    } catch (error) {
      throw thrown(ctx, error);
    }
  };

/** @param {Otp} otp @param {import("./better-auth.js").PhoneOtpOptions} [options] */
export const sendOTP = (otp, options = {}) => sender(otp, options, options.usageType ?? "SignIn");

/** @param {Otp} otp @param {import("./better-auth.js").PhoneOtpOptions} [options] */
export const sendPasswordResetOTP = (otp, options = {}) =>
  sender(otp, options, options.resetUsageType ?? "ForgotPassword");

/** @param {Otp} otp @param {import("./better-auth.js").PhoneOtpOptions} [options] */
export const verifyOTP =
  (otp, options = {}) =>
  async (
    /** @type {{ phoneNumber: string, code: string }} */ { phoneNumber, code },
    /** @type {any} */ ctx,
  ) => {
    const usageType = usageOf(ctx, options);
    const result = await otp.verify({ phone: phoneNumber, code, usageType }).catch((error) => {
      throw thrown(ctx, error);
    });
    if (result.verified) return true;
    const refusal = result.reason === "code_mismatch" ? undefined : refusals[result.reason];
    // Without a context, or for a plain wrong code, false: better-auth answers INVALID_OTP.
    if (!refusal || typeof ctx?.error !== "function") return false;
    const [status, errorCode, message] = refusal;
    const after = result.reason === "locked" ? wait(result.retryAfter) : {};
    throw ctx.error(status, { code: errorCode, message }, after);
  };

/** All three, to spread into the plugin's options. @param {Otp} otp @param {import("./better-auth.js").PhoneOtpOptions} [options] */
export const phoneOtp = (otp, options = {}) => ({
  sendOTP: sendOTP(otp, options),
  sendPasswordResetOTP: sendPasswordResetOTP(otp, options),
  verifyOTP: verifyOTP(otp, options),
});
