// Builders for the connector factories of the fake API.
import { readFileSync } from "node:fs";

export const text = (key, label, options = {}) => ({
  key,
  label,
  type: "Text",
  required: true,
  isConfidential: false,
  ...options,
});
export const secret = (key, label, options = {}) => text(key, label, { isConfidential: true, ...options });
export const toggle = (key, label, description) => ({
  key,
  label,
  type: "Switch",
  required: false,
  isConfidential: false,
  description,
});
const defaultTexts = JSON.parse(
  readFileSync(new URL("../../console/src/templates/default-texts.json", import.meta.url), "utf8"),
);

/** The templates with which a form starts. */
const createDefaultValue = (language) =>
  Object.entries(defaultTexts[language]).map(([usageType, content]) => ({ usageType, content }));

export const templates = (shape, { language = "en", description, ...rules } = {}) => ({
  key: "templates",
  label: "Templates",
  type: "Json",
  required: true,
  isConfidential: false,
  format: "templates",
  templates: { shape, generic: true, knownUsages: false, ...rules },
  ...(description ? { description } : {}),
  ...(shape === "text" ? { defaultValue: createDefaultValue(language) } : {}),
});
export const optional = { required: false };

export const factory = (id, en, zh, description, descriptionZh, formItems) => ({
  id,
  target: id.replace(/-(short-message-(auth-)?service|sms)$/, "-sms"),
  type: "Sms",
  platform: null,
  name: { en, "zh-CN": zh },
  description: { en: description, "zh-CN": descriptionZh },
  logo: `/logos/${id}.svg`,
  logoDark: `/logos/${id}-dark.svg`,
  formItems,
});
