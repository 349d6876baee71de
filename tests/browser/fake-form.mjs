// What the factories of the stand-in for the management API are made of.
export const text = (key, label, more = {}) => ({
  key,
  label,
  type: "Text",
  required: true,
  isConfidential: false,
  ...more,
});
export const secret = (key, label, more = {}) => text(key, label, { isConfidential: true, ...more });
export const toggle = (key, label, description) => ({
  key,
  label,
  type: "Switch",
  required: false,
  isConfidential: false,
  description,
});
export const templates = (shape, rules = {}) => ({
  key: "templates",
  label: "Templates",
  type: "Json",
  required: true,
  isConfidential: false,
  format: "templates",
  templates: { shape, generic: true, knownUsages: false, ...rules },
});
export const optional = { required: false };

export const factory = (id, en, zh, about, aboutZh, formItems) => ({
  id,
  target: id.replace(/-(short-message-(auth-)?service|sms)$/, "-sms"),
  type: "Sms",
  platform: null,
  name: { en, "zh-CN": zh },
  description: { en: about, "zh-CN": aboutZh },
  logo: `/logos/${id}.svg`,
  formItems,
});
