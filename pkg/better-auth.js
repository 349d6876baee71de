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

/** Ours in better-auth's style, or better-auth's own. @param {string} code */
const toApiCode = (code) =>
  code === "phone.invalid" ? "INVALID_PHONE_NUMBER" : code.toUpperCase().replaceAll(/\W/g, "_");

/** @param {any} ctx @param {any} error */
const toApiError = (ctx, error) => {
  const status = error?.name === "OtpError" ? statuses[error.status] : undefined;
  if (!status || typeof ctx?.error !== "function") return error;
  return ctx.error(
    status,
    { code: toApiCode(error.code), message: error.message },
    retryHeaders(error.data?.retryAfter),
  );
};

/** The session that a request belongs to, from the database or secondary storage. @param {any} ctx */
const findSession = async (ctx) => {
  if (ctx.context?.session) return ctx.context.session;
  if (!ctx.headers || !ctx.context?.internalAdapter) return null;
  const { authCookies, secret, internalAdapter } = ctx.context;
  const token = await ctx.getSignedCookie(authCookies.sessionToken.name, secret);
  const found = token && (await internalAdapter.findSession(token));
  return found && new Date(found.session.expiresAt) > new Date() ? found : null;
};

/**
 * better-auth sends codes to sign in and to change the number from one endpoint. Who is signed in and asks for a code to
 * another number than their own is about to change it; an anonymous user is about to sign in.
 * @param {{ phoneNumber: string }} data @param {any} ctx
 */
const isChange = async ({ phoneNumber }, ctx) => {
  const user = ctx?.path === "/phone-number/send-otp" && (await findSession(ctx))?.user;
  return Boolean(user && !user.isAnonymous && user.phoneNumber !== phoneNumber);
};

/**
 * @param {(data: { phoneNumber: string, code: string }, about: object) => Promise<unknown>} act @param {Options} options
 * @param {(data: { phoneNumber: string }, ctx: any) => Promise<string>} usageTypeOf
 */
const sender =
  (act, { locale, ip }, usageTypeOf) =>
  async (/** @type {{ phoneNumber: string, code: string }} */ data, /** @type {any} */ ctx) => {
    const about = { locale: locale?.(ctx?.request), ip: ip?.(ctx?.request) };
    const usageType = await usageTypeOf(data, ctx);
    try {
      await act(data, { usageType, ...about });
    } catch (error) {
      throw toApiError(ctx, error);
    }
  };

/** Sends a code of ours. @param {Otp} otp */
const sendOwn =
  (otp) =>
  (/** @type {any} */ { phoneNumber }, /** @type {object} */ about) =>
    otp.send(/** @type {any} */ ({ phone: phoneNumber, ...about }));

/** Delivers better-auth's code. @param {Otp} otp */
const deliverTheirs =
  (otp) =>
  (/** @type {any} */ { phoneNumber, code }, /** @type {object} */ about) =>
    otp.deliver(/** @type {any} */ ({ to: phoneNumber, code, ...about }));

/** @param {Options} options */
const usageTypesOf = ({
  usageType: signIn = "SignIn",
  changeUsageType: change = "BindNewIdentifier",
  resetUsageType: reset = "ForgotPassword",
}) => ({ signIn, change, reset });

/** @param {Otp} otp @param {Options} [options] */
export const sendOTP = (otp, options = {}) => {
  const { signIn, change } = usageTypesOf(options);
  const { isPhoneChange = isChange } = options;
  return sender(sendOwn(otp), options, async (data, ctx) =>
    (await isPhoneChange(data, ctx)) ? change : signIn,
  );
};

/** @param {Otp} otp @param {Options} [options] */
export const sendPasswordResetOTP = (otp, options = {}) =>
  sender(sendOwn(otp), options, async () => usageTypesOf(options).reset);

/** @param {Otp} otp @param {Options} [options] */
export const verifyOTP = (otp, options = {}) => {
  const { signIn, change, reset } = usageTypesOf(options);
  const usageTypeOf = (/** @type {any} */ ctx) => {
    if (ctx?.path === "/phone-number/reset-password") return reset;
    return ctx?.path === "/phone-number/verify" && ctx.body?.updatePhoneNumber ? change : signIn;
  };
  return async (
    /** @type {{ phoneNumber: string, code: string }} */ { phoneNumber, code },
    /** @type {any} */ ctx,
  ) => {
    const request = { phone: phoneNumber, code, usageType: usageTypeOf(ctx) };
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
};

/** All three, to spread into the plugin's options. @param {Otp} otp @param {Options} [options] */
export const phoneOtp = (otp, options = {}) => ({
  sendOTP: sendOTP(otp, options),
  sendPasswordResetOTP: sendPasswordResetOTP(otp, options),
  verifyOTP: verifyOTP(otp, options),
});

/** Deliver-only: better-auth draws, stores and verifies the codes. @param {Otp} otp @param {Options} [options] */
export const phoneOtpDelivery = (otp, options = {}) => {
  const { signIn, change, reset } = usageTypesOf(options);
  const { isPhoneChange = isChange } = options;
  const act = deliverTheirs(otp);
  return {
    sendOTP: sender(act, options, async (data, ctx) => ((await isPhoneChange(data, ctx)) ? change : signIn)),
    sendPasswordResetOTP: sender(act, options, async () => reset),
  };
};
