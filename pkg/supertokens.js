// edge-otp/supertokens: the SMS delivery of SuperTokens' recipes. SuperTokens makes and verifies the codes, the active
// connector delivers them. Its own URL for custom SMS is a constant, so this replaces its sender.

/** @typedef {import("./index.js").Otp} Otp */
/** @typedef {import("./supertokens.js").SmsInput} SmsInput */
/** @typedef {import("./supertokens.js").SmsDeliveryOptions} Options */

/** A first factor signs in, a second one verifies. @param {SmsInput} input */
const usageTypeOf = ({ isFirstFactor }) => (isFirstFactor === false ? "MfaVerification" : "SignIn");

/** @param {Otp} otp @param {Options} [options] */
export const smsDelivery = (otp, { usageType = usageTypeOf, locale } = {}) => ({
  override: (/** @type {object} */ original) => ({
    ...original,
    sendSms: async (/** @type {SmsInput} */ input) => {
      const { phoneNumber: to, userInputCode: code, urlWithLinkCode: link } = input;
      // A link alone is a text, which is sent where BRIDGE_TEXT is `caller`.
      const content = code === undefined ? { text: link } : { code };
      await otp.deliver({ to, ...content, usageType: usageType(input), locale: locale?.(input) });
    },
  }),
});
