// How the fake API handles configs: validation, redaction of secrets, and merging with stored secrets.
const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const isRedacted = (value) => isObject(value) && value.set === true;

const formats = {
  url: {
    pattern:
      /^https:\/\/[A-Za-z0-9.-]+(:\d+)?([/?#][\x21-\x7e]*)?$|^http:\/\/(localhost|127\.0\.0\.1)(:\d+)?(\/|$)/,
    message: "must be an https URL without user name (http only to localhost)",
  },
  email: { pattern: /^[\w'+.-]+@([A-Za-z0-9-]+\.)+[A-Za-z]{2,}$/, message: "must be an e-mail address" },
  host: { pattern: /^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*$/, message: "must be a host name" },
};

/** Keys whose value becomes part of a URL or header. The real API does not publish this restriction in its form items. */
const identifierKeys = new Set(["accountSID", "phoneNumberId", "region"]);

const usageTypes =
  "SignIn Register ForgotPassword Generic OrganizationInvitation UserPermissionValidation BindNewIdentifier MfaVerification BindMfa".split(
    " ",
  );

/** Returns what is wrong with a value; null if it is valid. */
const validateValue = (item, value) => {
  if (item.type === "Switch") return typeof value === "boolean" ? null : "must be true or false";
  if (typeof value !== "string") return "must be a string";
  if (value === "") return item.required && !item.mayBeEmpty ? "must not be empty" : null;
  const format = formats[item.format];
  if (format && !format.pattern.test(value)) return format.message;
  if (identifierKeys.has(item.key) && !/^[\w.-]+$/.test(value)) {
    return "must consist of letters, digits, dots, underscores and hyphens";
  }
  return null;
};

/** Returns every issue of a config. */
export const validateConfig = (factory, config) => {
  const issues = [];
  const addIssue = (path, message) => message && issues.push({ path, message });
  for (const item of factory.formItems) {
    const value = config[item.key];
    if (value === undefined || value === null) addIssue(item.key, item.required && "is required");
    else if (item.templates) validateTemplates(item, value, addIssue, factory);
    else addIssue(item.key, validateValue(item, value));
  }
  if (factory.id.startsWith("twilio") && !config.fromMessagingServiceSID && !config.from) {
    addIssue("fromMessagingServiceSID", "is required, unless from is given");
  }
  if (factory.id.startsWith("twilio") && !config.authToken && !config.apiKey) {
    addIssue("authToken", "is required, unless apiKey and apiSecret are given");
  }
  if (config.authorization && !/^[\x20-\x7e]*$/.test(config.authorization)) {
    addIssue("authorization", "must be printable ASCII");
  }
  return issues;
};

const validateTemplates = ({ key, templates: rules }, value, addIssue, factory) => {
  if (!Array.isArray(value)) return addIssue(key, "must be an array of templates");
  value.forEach((template, index) => {
    const path = `${key}.${index}`;
    const requireText = (name, text) =>
      (typeof text !== "string" || text === "") &&
      addIssue(`${path}.${name}`, "must be a string that is not empty");
    requireText("usageType", template?.usageType);
    if (template?.locale !== undefined && !/^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$/.test(template.locale)) {
      addIssue(`${path}.locale`, "must be a BCP 47 tag such as en or zh-CN");
    }
    if (rules.knownUsages && !usageTypes.includes(template?.usageType)) {
      addIssue(`${path}.usageType`, "must be a known usage type");
    }
    if (rules.shape === "text" && !requireText("content", template?.content)) {
      const isValid = /\{\{\s*code\s*\}\}/.test(template.content) || factory.id.startsWith("mock");
      addIssue(`${path}.content`, !isValid && "must hold {{code}}");
    }
    if (rules.shape === "named") requireText("templateName", template?.templateName);
    if (rules.shape === "registered" && isObject(template?.templateCode)) {
      requireText("templateCode.china", template.templateCode.china);
      requireText("templateCode.overseas", template.templateCode.overseas);
    } else if (rules.shape === "registered") requireText("templateCode", template?.templateCode);
  });
  if (rules.generic && !value.some((template) => template?.usageType === "Generic")) {
    addIssue(key, "must hold a template for Generic");
  }
};

/** Redacts a config for a response. Keys without a form item are omitted, because their value may be a secret. */
export const redactConfig = (factory, config) =>
  Object.fromEntries(
    factory.formItems.flatMap(({ key, isConfidential }) => {
      const value = config[key];
      if (value === undefined || (isConfidential && value === "")) return [];
      return [[key, isConfidential ? redactSecret(value) : value]];
    }),
  );

const redactSecret = (value) => (value.length >= 12 ? { set: true, hint: value.slice(-4) } : { set: true });

/** Fills in stored secrets: a secret that is absent or redacted keeps its stored value, and null removes it. */
export const mergeStoredSecrets = (factory, config, stored = {}) => {
  const merged = { ...config };
  for (const { key } of factory.formItems.filter((item) => item.isConfidential)) {
    if (merged[key] === null) delete merged[key];
    else if (merged[key] !== undefined && !isRedacted(merged[key])) continue;
    else if (stored[key] === undefined) delete merged[key];
    else merged[key] = stored[key];
  }
  return merged;
};
