/**
 * Validation in the browser, before a request. The server validates again, so rules that need its knowledge are left to
 * it. The messages are the server's own, so that one table translates both.
 */
import type { FormItem, Issue, TemplateShape } from "../api/types.ts";
import { isUsageType, type Template } from "../templates/template.ts";
import { isLanguageTag } from "../text/sms.ts";
import type { Draft, FieldValue } from "./draft.ts";

export const validateDraft = (draft: Draft): Issue[] =>
  draft.factory.formItems.flatMap((item) => {
    const value = draft.values.get(item.key);
    return value ? validateValue(item, value) : [];
  });

/** What a validation rule returns: a message, or anything falsy if the value is valid. */
type RuleResult = string | false | null | undefined;

const validateValue = (item: FormItem, value: FieldValue): Issue[] => {
  const toIssues = (message: RuleResult): Issue[] => (message ? [{ path: item.key, message }] : []);
  switch (value.kind) {
    case "switch":
      return [];
    case "text":
      return toIssues(
        value.text === ""
          ? item.required && !item.mayBeEmpty && "is required"
          : validateFormat(item, value.text),
      );
    case "secret":
      return toIssues(validateSecret(item, value));
    case "json":
      return toIssues(value.text.trim() === "" ? item.required && "is required" : validateJson(value.text));
    case "templates":
      return value.json === null ? validateTemplates(item, value.list) : toIssues(validateJson(value.json));
  }
};

const validateSecret = (item: FormItem, value: FieldValue & { kind: "secret" }): RuleResult => {
  if (value.mode !== "replace") return null;
  if (value.text === "") return item.required ? "is required" : value.stored && "must not be empty";
  return /\p{Cc}/u.test(value.text) && "must not hold control characters";
};

const validateFormat = (item: FormItem, text: string): RuleResult => {
  switch (item.format) {
    case "url":
      return !isAllowedUrl(text) && "must be an https URL without user name (http only to localhost)";
    case "email":
      return !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text) && "must be an e-mail address";
    case "host":
      return !isHostName(text) && "must be a host name";
    default:
      return null;
  }
};

const isAllowedUrl = (text: string): boolean => {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || url.username || url.password) return false;
  const isLocal = url.hostname === "localhost" || url.hostname === "127.0.0.1";
  return url.protocol === "https:" || (url.protocol === "http:" && isLocal);
};

const LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?";
const HOST_NAME = new RegExp(`^${LABEL}(?:\\.${LABEL})*$`);
const isHostName = (text: string): boolean => text.length <= 253 && HOST_NAME.test(text);

const validateJson = (text: string): RuleResult => {
  try {
    JSON.parse(text);
    return null;
  } catch {
    return "must be JSON";
  }
};

const validateTemplates = (item: FormItem, templates: Template[]): Issue[] => {
  const rules = item.templates;
  if (!rules) return [];
  const issues = templates.flatMap((template, index) =>
    validateTemplate(rules.shape, rules.knownUsages, template).map(({ path, message }) => ({
      path: `${item.key}.${index}.${path}`,
      message,
    })),
  );
  const hasGeneric = templates.some((template) => template.usage === "Generic");
  if (rules.generic && !hasGeneric)
    issues.push({ path: item.key, message: "must hold a template for Generic" });
  return issues;
};

/** Validates one template. The paths of the issues are relative to the template. */
const validateTemplate = (shape: TemplateShape, knownUsages: boolean, template: Template): Issue[] => {
  const issues: Issue[] = [];
  const requireText = (path: string, text: string) => {
    if (text === "") issues.push({ path, message: "must be a string that is not empty" });
  };
  if (shape === "text") requireText("content", template.content);
  if (shape === "registered") {
    requireText(template.isSplit ? "templateCode.china" : "templateCode", template.code);
    if (template.isSplit) requireText("templateCode.overseas", template.overseas);
  }
  if (shape === "named") requireText("templateName", template.name);
  if (template.locale && !isLanguageTag(template.locale)) {
    issues.push({ path: "locale", message: "must be a BCP 47 tag such as en or zh-CN" });
  }
  if (knownUsages && !isUsageType(template.usage)) {
    issues.push({ path: "usageType", message: "must be a known usage type" });
  }
  return issues;
};
