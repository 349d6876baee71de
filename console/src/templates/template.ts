/**
 * The templates of a connector as the editor holds them: a list in the order of the config, so that the index in an issue
 * path such as `templates.2.content` is the index in the list. Unknown keys, such as Logto's `type`, are preserved.
 */
import type { Json, JsonObject, TemplateShape } from "../api/types.ts";
import { isObject } from "../api/types.ts";

export const USAGE_TYPES = [
  "Generic",
  "SignIn",
  "Register",
  "ForgotPassword",
  "OrganizationInvitation",
  "UserPermissionValidation",
  "BindNewIdentifier",
  "MfaVerification",
  "BindMfa",
] as const;

export type UsageType = (typeof USAGE_TYPES)[number];

export const isUsageType = (name: string): name is UsageType => USAGE_TYPES.some((usage) => usage === name);

export interface Template {
  usage: string;
  /** Empty: the default for every language. */
  locale: string;
  /** Shape `text`. */
  content: string;
  /** Shape `registered`: one template code, or two if `isSplit` is true. */
  code: string;
  overseas: string;
  isSplit: boolean;
  /** Shape `named`. */
  name: string;
  language: string;
  unknownKeys: JsonObject;
}

export const createTemplate = (usage: string, locale = ""): Template => ({
  usage,
  locale,
  content: "",
  code: "",
  overseas: "",
  isSplit: false,
  name: "",
  language: "",
  unknownKeys: {},
});

const SHAPE_KEYS: Record<TemplateShape, string[]> = {
  text: ["content"],
  registered: ["templateCode"],
  named: ["templateName", "language"],
};

const readText = (value: Json | undefined): string => (typeof value === "string" ? value : "");

/** Parses the templates of a config; null if they are not a list of objects, which only the JSON view can show. */
export const parseTemplates = (shape: TemplateShape, value: Json | undefined): Template[] | null => {
  if (value === undefined) return [];
  if (!Array.isArray(value) || !value.every(isObject)) return null;
  return value.map((item) => {
    const known = new Set(["usageType", "locale", ...SHAPE_KEYS[shape]]);
    const regions = isObject(item.templateCode) ? item.templateCode : null;
    return {
      usage: readText(item.usageType),
      locale: readText(item.locale),
      content: readText(item.content),
      code: regions ? readText(regions.china) : readText(item.templateCode),
      overseas: regions ? readText(regions.overseas) : "",
      isSplit: regions !== null,
      name: readText(item.templateName),
      language: readText(item.language),
      unknownKeys: Object.fromEntries(Object.entries(item).filter(([key]) => !known.has(key))),
    };
  });
};

/** Builds the JSON of a template, with the keys of its shape. */
export const serializeTemplate = (shape: TemplateShape, template: Template): JsonObject => {
  const { usage, locale, content, code, overseas, isSplit, name, language, unknownKeys } = template;
  const common: JsonObject = locale ? { usageType: usage, locale } : { usageType: usage };
  const byShape: Record<TemplateShape, () => JsonObject> = {
    text: () => ({ content }),
    registered: () => ({ templateCode: isSplit ? { china: code, overseas } : code }),
    named: (): JsonObject => (language ? { templateName: name, language } : { templateName: name }),
  };
  return { ...common, ...byShape[shape](), ...unknownKeys };
};

/** Lists the usage types to show: the built-in ones, then custom ones in the config. */
export const listUsages = (templates: readonly Template[]): string[] => [
  ...new Set<string>([...USAGE_TYPES, ...templates.map((template) => template.usage)]),
];

/** Returns the list indices of the templates of a usage type. */
export const findTemplateIndices = (templates: readonly Template[], usage: string): number[] =>
  templates.flatMap((template, index) => (template.usage === usage ? [index] : []));

/** Returns what a template sends, in a form that can be compared; empty if it is not filled in. */
const getContent = (
  shape: TemplateShape,
  { content, code, overseas, isSplit, name, language }: Template,
): string => {
  const normalize = (text: string) => text.trim().replace(/\s+/g, " ");
  if (shape === "text") return normalize(content);
  if (shape === "registered") return normalize(isSplit ? `${code} ${overseas}` : code);
  return name.trim() === "" ? "" : `${name.trim()} ${language.trim() || "en"}`;
};

/** Returns the other usage types with a template of the same content for the same language. */
export const findSharingUsages = (
  shape: TemplateShape,
  templates: readonly Template[],
  template: Template,
): string[] => {
  const content = getContent(shape, template);
  if (content === "") return [];
  const others = templates.filter(
    (other) =>
      other.usage !== template.usage &&
      other.locale.toLowerCase() === template.locale.toLowerCase() &&
      getContent(shape, other) === content,
  );
  return [...new Set(others.map((other) => other.usage))];
};
