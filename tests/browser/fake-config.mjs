// What the stand-in does with configs: checks them as src/connector/config.rs does, redacts and keeps secrets.
const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const isRedacted = (value) => isObject(value) && value.set === true;

const formats = {
  url: [
    (text) =>
      /^https:\/\/[A-Za-z0-9.-]+(:\d+)?([/?#][\x21-\x7e]*)?$|^http:\/\/(localhost|127\.0\.0\.1)(:\d+)?(\/|$)/.test(
        text,
      ),
    "must be an https URL without user name (http only to localhost)",
  ],
  email: [(text) => /^[\w'+.-]+@([A-Za-z0-9-]+\.)+[A-Za-z]{2,}$/.test(text), "must be an e-mail address"],
  host: [(text) => /^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*$/.test(text), "must be a host name"],
};

/** Keys whose value stands in a URL or header as it is; the API's form items do not say which. */
const ids = new Set(["accountSID", "phoneNumberId", "region"]);

const usages =
  "SignIn Register ForgotPassword Generic OrganizationInvitation UserPermissionValidation BindNewIdentifier MfaVerification BindMfa";

const complaint = (item, value) => {
  if (item.type === "Switch") return typeof value === "boolean" ? null : "must be true or false";
  if (typeof value !== "string") return "must be a string";
  if (value === "") return item.required ? "must not be empty" : null;
  const [fits, message] = formats[item.format] ?? [() => true, ""];
  if (!fits(value)) return message;
  if (ids.has(item.key) && !/^[\w.-]+$/.test(value)) {
    return "must consist of letters, digits, dots, underscores and hyphens";
  }
  return null;
};

/** Every issue of a config. */
export const issuesOf = (factory, config) => {
  const issues = [];
  const complain = (path, message) => message && issues.push({ path, message });
  for (const item of factory.formItems) {
    const value = config[item.key];
    if (value === undefined || value === null) complain(item.key, item.required && "is required");
    else if (item.templates) templateIssues(item, value, complain, factory);
    else complain(item.key, complaint(item, value));
  }
  if (factory.id.startsWith("twilio") && !config.fromMessagingServiceSID && !config.from) {
    complain("fromMessagingServiceSID", "is required, unless from is given");
  }
  if (config.authorization && !/^[\x20-\x7e]*$/.test(config.authorization)) {
    complain("authorization", "must be printable ASCII");
  }
  return issues;
};

const templateIssues = ({ key, templates: rules }, value, complain, factory) => {
  if (!Array.isArray(value)) return complain(key, "must be an array of templates");
  value.forEach((item, index) => {
    const path = `${key}.${index}`;
    const text = (name, given) =>
      (typeof given !== "string" || given === "") &&
      complain(`${path}.${name}`, "must be a string that is not empty");
    text("usageType", item?.usageType);
    if (item?.locale !== undefined && !/^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$/.test(item.locale)) {
      complain(`${path}.locale`, "must be a BCP 47 tag such as en or zh-CN");
    }
    if (rules.knownUsages && !usages.split(" ").includes(item?.usageType)) {
      complain(`${path}.usageType`, "must be a known usage type");
    }
    if (rules.shape === "text" && !text("content", item?.content)) {
      const holdsCode = /\{\{\s*code\s*\}\}/.test(item.content) || factory.id.startsWith("mock");
      complain(`${path}.content`, !holdsCode && "must hold {{code}}");
    }
    if (rules.shape === "named") text("templateName", item?.templateName);
    if (rules.shape === "registered" && isObject(item?.templateCode)) {
      text("templateCode.china", item.templateCode.china);
      text("templateCode.overseas", item.templateCode.overseas);
    } else if (rules.shape === "registered") text("templateCode", item?.templateCode);
  });
  if (rules.generic && !value.some((item) => item?.usageType === "Generic")) {
    complain(key, "must hold a template for Generic");
  }
};

const confidential = (factory) =>
  factory.formItems.filter((item) => item.isConfidential).map((item) => item.key);

/** A config as it leaves: secrets only say that they are there, long ones with their last four characters. */
export const redact = (factory, config) => {
  const shown = { ...config };
  for (const key of confidential(factory)) {
    const value = config[key];
    if (typeof value !== "string" || value === "") delete shown[key];
    else shown[key] = value.length >= 12 ? { set: true, hint: value.slice(-4) } : { set: true };
  }
  return shown;
};

/** A config as it comes in: secrets left out or redacted keep the stored value, null clears. */
export const merge = (factory, config, stored = {}) => {
  const merged = { ...config };
  for (const key of confidential(factory)) {
    if (merged[key] === null) delete merged[key];
    else if (merged[key] !== undefined && !isRedacted(merged[key])) continue;
    else if (stored[key] === undefined) delete merged[key];
    else merged[key] = stored[key];
  }
  return merged;
};
