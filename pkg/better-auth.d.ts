// edge-otp/better-auth: callbacks for its phone-number plugin.
import type { Otp, UsageType } from "./index.js";

export interface PhoneOtpOptions {
  /**
   * Of codes to sign in or up.
   *
   * @default "SignIn"
   */
  usageType?: UsageType;
  /**
   * Of codes to set or change the phone number of who is signed in.
   *
   * @default "BindNewIdentifier"
   */
  changeUsageType?: UsageType;
  /**
   * Of codes to reset a password.
   *
   * @default "ForgotPassword"
   */
  resetUsageType?: UsageType;
  /**
   * Whether a code to be sent is to change a phone number, in place of the default: the request has a session, of a user
   * who is not anonymous and has another number. The default finds sessions in the database or the secondary storage; if
   * yours are in cookies only, use better-auth's `getSessionFromCtx(ctx)` here. To verify, `updatePhoneNumber` decides.
   *
   * @default whether the session's user has another number
   */
  isPhoneChange?: (data: { phoneNumber: string }, ctx: Context) => boolean | Promise<boolean>;
  /**
   * The language of the message, from better-auth's request.
   *
   * @default none
   */
  locale?: (request: Request | undefined) => string | undefined;
  /**
   * The end user's IP address, from better-auth's request. Trust only headers that your own proxy sets.
   *
   * @default none
   */
  ip?: (request: Request | undefined) => string | undefined;
}

/** better-auth's endpoint context; only its `path`, `request` and `error` are used. */
type Context = object | undefined;

type Send = (data: { phoneNumber: string; code: string }, ctx?: Context) => Promise<void>;
type Verify = (data: { phoneNumber: string; code: string }, ctx?: Context) => Promise<boolean>;

/**
 * Sends our code; the one that better-auth drew is ignored.
 *
 * @throws better-auth's `APIError`, its code in better-auth's style (`REQUEST_MESSAGE_RATE_LIMITED`).
 *
 * @example
 * phoneNumber({ sendOTP: sendOTP(otp), verifyOTP: verifyOTP(otp) });
 */
export declare function sendOTP(otp: Otp, options?: PhoneOtpOptions): Send;

/**
 * Sends our code to reset a password.
 *
 * @throws better-auth's `APIError`, its code in better-auth's style (`REQUEST_MESSAGE_RATE_LIMITED`).
 *
 * @example
 * phoneNumber({ sendPasswordResetOTP: sendPasswordResetOTP(otp) });
 */
export declare function sendPasswordResetOTP(otp: Otp, options?: PhoneOtpOptions): Send;

/**
 * Verifies a code of ours; false for a wrong one.
 *
 * @throws better-auth's `APIError`, its code in better-auth's style (`REQUEST_MESSAGE_RATE_LIMITED`).
 *
 * @example
 * phoneNumber({ sendOTP: sendOTP(otp), verifyOTP: verifyOTP(otp) });
 */
export declare function verifyOTP(otp: Otp, options?: PhoneOtpOptions): Verify;

/**
 * All three, to spread into the plugin's options.
 *
 * @example
 * phoneNumber({ ...phoneOtp(otp) });
 */
export declare function phoneOtp(
  otp: Otp,
  options?: PhoneOtpOptions,
): { sendOTP: Send; sendPasswordResetOTP: Send; verifyOTP: Verify };

/**
 * Deliver-only, to spread into the plugin's options: better-auth draws, stores and verifies the codes, the active connector
 * delivers them. One message per number and code.
 *
 * @example
 * phoneNumber({ ...phoneOtpDelivery(otp) });
 */
export declare function phoneOtpDelivery(
  otp: Otp,
  options?: PhoneOtpOptions,
): { sendOTP: Send; sendPasswordResetOTP: Send };
