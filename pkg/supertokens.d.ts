// edge-otp/supertokens: the SMS delivery of its Passwordless recipe.
import type { Otp, UsageType } from "./index.js";

/** What SuperTokens hands over of a message; the part that is used. */
export interface SmsInput {
  /** E.164. */
  phoneNumber: string;
  /** The code, unless the flow has links only. */
  userInputCode?: string | undefined;
  /** The link, unless the flow has codes only. */
  urlWithLinkCode?: string | undefined;
  /** False for a second factor. */
  isFirstFactor?: boolean | undefined;
  /** Of SuperTokens, for your own use. */
  userContext?: unknown;
}

export interface SmsDeliveryOptions {
  /**
   * What a code is for.
   *
   * @default "SignIn", for a second factor "MfaVerification"
   */
  usageType?: (input: SmsInput) => UsageType;
  /**
   * The language of the message.
   *
   * @default none
   */
  locale?: (input: SmsInput) => string | undefined;
}

/**
 * The option `smsDelivery` of `Passwordless.init`. With flow type `MAGIC_LINK` the link is the message's text, for which
 * `BRIDGE_TEXT` (`policy.bridgeText`) must be `caller`.
 *
 * @example
 * Passwordless.init({ contactMethod: "PHONE", flowType: "USER_INPUT_CODE", smsDelivery: smsDelivery(otp) });
 */
export declare function smsDelivery(
  otp: Otp,
  options?: SmsDeliveryOptions,
): { override: <Original extends object>(original: Original) => Original };
