/**
 * What the form can tell before it asks the server. It never allows more than the server, and what it does not know it
 * leaves to the server. The messages are the server's own, so that one table translates both.
 */
import type { FormItem, Issue } from "../api/shapes.ts";
import { isUsageType, type Template } from "../templates/template.ts";
import { isLocale } from "../text/sms.ts";
import type { Draft, Value } from "./draft.ts";

export const check = (draft: Draft): Issue[] =>
  draft.factory.formItems.flatMap((item) => {
    const value = draft.values.get(item.key);
    return value ? complaints(item, value) : [];
  });

const complaints = (item: FormItem, value: Value): Issue[] => {
  const issue = (message: string | false | null | undefined): Issue[] =>
    message ? [{ path: item.key, message }] : [];
  switch (value.kind) {
    case "switch":
      return [];
    case "text":
      return issue(value.text === "" ? item.required && "is required" : aboutFormat(item, value.text));
    case "secret":
      if (value.mode !== "replace") return [];
      if (value.text === "")
        return issue(item.required ? "is required" : value.stored && "must not be empty");
      return issue(hasControl(value.text) && "must not hold control characters");
    case "json":
      return issue(value.text.trim() === "" ? item.required && "is required" : aboutJson(value.text));
    case "templates":
      return value.json === null ? aboutTemplates(item, value.list) : issue(aboutJson(value.json));
  }
};

const hasControl = (text: string): boolean => /\p{Cc}/u.test(text);

const aboutFormat = (item: FormItem, text: string): string | null => {
  if (item.format === "url")
    return isUrl(text) ? null : "must be an https URL without user name (http only to localhost)";
  if (item.format === "email")
    return /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text) ? null : "must be an e-mail address";
  if (item.format === "host") return isHost(text) ? null : "must be a host name";
  return null;
};

const isUrl = (text: string): boolean => {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || url.username || url.password) return false;
  const isLocal = url.hostname === "localhost" || url.hostname === "127.0.0.1";
  return url.protocol === "https:" || (url.protocol === "http:" && isLocal);
};

const LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?";
const HOST = new RegExp(`^${LABEL}(?:\\.${LABEL})*$`);
const isHost = (text: string): boolean => text.length <= 253 && HOST.test(text);

const aboutJson = (text: string): string | null => {
  try {
    JSON.parse(text);
    return null;
  } catch {
    return "must be JSON";
  }
};

const aboutTemplates = (item: FormItem, list: Template[]): Issue[] => {
  const rules = item.templates;
  if (!rules) return [];
  const issues = list.flatMap((template, index) =>
    aboutTemplate(rules.shape, rules.knownUsages, template).map(({ path, message }) => ({
      path: `${item.key}.${index}.${path}`,
      message,
    })),
  );
  const hasGeneric = list.some((template) => template.usage === "Generic");
  if (rules.generic && !hasGeneric)
    issues.push({ path: item.key, message: "must hold a template for Generic" });
  return issues;
};

const EMPTY = "must be a string that is not empty";

const aboutTemplate = (shape: string, knownUsages: boolean, template: Template): Issue[] => {
  const issues: Issue[] = [];
  const need = (path: string, text: string) => text === "" && issues.push({ path, message: EMPTY });
  if (shape === "text") need("content", template.content);
  if (shape === "registered") {
    need(template.isSplit ? "templateCode.china" : "templateCode", template.code);
    if (template.isSplit) need("templateCode.overseas", template.overseas);
  }
  if (shape === "named") need("templateName", template.name);
  if (template.locale && !isLocale(template.locale)) {
    issues.push({ path: "locale", message: "must be a BCP 47 tag such as en or zh-CN" });
  }
  if (knownUsages && !isUsageType(template.usage)) {
    issues.push({ path: "usageType", message: "must be a known usage type" });
  }
  return issues;
};
