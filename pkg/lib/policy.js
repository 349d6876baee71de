// The limits as options, and as the settings that the core reads. The core checks every value again; the ranges stand
// here too so that a mistake shows where it was made, when the program starts and not when the first code is sent.

const none = "";

/** @param {number} least @param {number} most */
const whole = (least, most) => ({
  rule: `must be a whole number from ${least} to ${most}`,
  /** @param {unknown} value */
  text: (value) =>
    Number.isInteger(value) && Number(value) >= least && Number(value) <= most ? String(value) : none,
});

/** @param {unknown} value @param {(entry: unknown) => boolean} fits */
const list = (value, fits) =>
  Array.isArray(value) && value.length > 0 && value.every(fits) ? value.join(",") : none;

const cooldowns = {
  rule: "must be a list of 1 to 16 whole numbers of seconds from 0 to 3600",
  /** @param {unknown} value */
  text: (value) =>
    Array.isArray(value) && value.length <= 16
      ? list(value, (entry) => whole(0, 3600).text(entry) !== none)
      : none,
};

const countries = {
  rule: 'must be a list of ISO codes ("US") or dialling codes ("44")',
  /** @param {unknown} value */
  text: (value) =>
    list(value, (entry) => typeof entry === "string" && /^([A-Za-z]{2}|[1-9]\d{0,6})$/.test(entry)),
};

const flag = {
  rule: "must be true or false",
  /** @param {unknown} value */
  text: (value) => (value === true ? "1" : value === false ? "0" : none),
};

/** Each option with the setting that it becomes. */
export const limits = {
  codeLength: { setting: "CODE_LENGTH", ...whole(6, 10) },
  maxAttempts: { setting: "MAX_ATTEMPTS", ...whole(1, 5) },
  dailyFailures: { setting: "DAILY_FAILURES", ...whole(1, 100) },
  resendCooldowns: { setting: "RESEND_COOLDOWNS", ...cooldowns },
  sendsPerHour: { setting: "SENDS_PER_HOUR", ...whole(1, 1000) },
  sendsPerDay: { setting: "SENDS_PER_DAY", ...whole(1, 1000) },
  allowedCountries: { setting: "ALLOWED_COUNTRIES", ...countries },
  providerTimeoutMs: { setting: "PROVIDER_TIMEOUT_MS", ...whole(100, 30_000) },
  allowMock: { setting: "ALLOW_MOCK", ...flag },
};

/** The names of the settings. */
export const settingNames = Object.values(limits).map(({ setting }) => setting);

/** The option that a setting comes from. @param {string} setting */
export const optionOf = (setting) => {
  if (setting === "OTP_SECRET") return "secret";
  if (setting === "OTP_SECRET_PREVIOUS") return "secretPrevious";
  const [name] = Object.entries(limits).find(([, limit]) => limit.setting === setting) ?? [];
  return name ? `policy.${name}` : setting;
};

/**
 * The settings of a policy.
 * @param {string} caller whose option it is, for the message
 * @param {unknown} policy
 * @returns {Record<string, string>}
 */
export const settingsOf = (caller, policy = {}) => {
  if (typeof policy !== "object" || policy === null)
    throw new TypeError(`${caller}: option \`policy\` must be an object`);
  const given = Object.entries(policy).filter(([, value]) => value !== undefined);
  return Object.fromEntries(
    given.map(([name, value]) => {
      const limit = limits[/** @type {keyof typeof limits} */ (name)];
      if (!Object.hasOwn(limits, name)) {
        throw new TypeError(
          `${caller}: there is no option \`policy.${name}\`; there are ${Object.keys(limits).join(", ")}`,
        );
      }
      const text = limit.text(value);
      if (text === none) throw new TypeError(`${caller}: option \`policy.${name}\` ${limit.rule}`);
      return [limit.setting, text];
    }),
  );
};
