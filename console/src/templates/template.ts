/**
 * A connector's templates as the editor holds them: a flat list in the order of the config, so that an issue at
 * `templates.2.content` is the third. What we do not know in a template (Logto's `type`, say) is kept.
 */
import type { Json, JsonObject, TemplateShape } from "../api/shapes.ts";
import { isObject } from "../api/shapes.ts";

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
  /** Empty: for every language. */
  locale: string;
  /** For the shape "text". */
  content: string;
  /** For the shape "registered": one code, or two. */
  code: string;
  overseas: string;
  isSplit: boolean;
  /** For the shape "named". */
  name: string;
  language: string;
  others: JsonObject;
}

export const newTemplate = (usage: string, locale = ""): Template => ({
  usage,
  locale,
  content: "",
  code: "",
  overseas: "",
  isSplit: false,
  name: "",
  language: "",
  others: {},
});

const KEYS: Record<TemplateShape, string[]> = {
  text: ["content"],
  registered: ["templateCode"],
  named: ["templateName", "language"],
};

const text = (value: Json | undefined): string => (typeof value === "string" ? value : "");

/** The templates of a config; null if it holds something else, which only the JSON view can show. */
export const readTemplates = (shape: TemplateShape, value: Json | undefined): Template[] | null => {
  if (value === undefined) return [];
  if (!Array.isArray(value) || !value.every(isObject)) return null;
  return value.map((item) => {
    const known = new Set(["usageType", "locale", ...KEYS[shape]]);
    const regions = isObject(item.templateCode) ? item.templateCode : null;
    return {
      usage: text(item.usageType),
      locale: text(item.locale),
      content: text(item.content),
      code: regions ? text(regions.china) : text(item.templateCode),
      overseas: regions ? text(regions.overseas) : "",
      isSplit: regions !== null,
      name: text(item.templateName),
      language: text(item.language),
      others: Object.fromEntries(Object.entries(item).filter(([key]) => !known.has(key))),
    };
  });
};

export const writeTemplate = (shape: TemplateShape, template: Template): JsonObject => {
  const { usage, locale, content, code, overseas, isSplit, name, language, others } = template;
  const head: JsonObject = locale ? { usageType: usage, locale } : { usageType: usage };
  const body: Record<TemplateShape, () => JsonObject> = {
    text: () => ({ content }),
    registered: () => ({ templateCode: isSplit ? { china: code, overseas } : code }),
    named: (): JsonObject => (language ? { templateName: name, language } : { templateName: name }),
  };
  return { ...head, ...body[shape](), ...others };
};

/** The usage types to show: the nine, then those that the config has of its own. */
export const usagesOf = (templates: readonly Template[]): string[] => [
  ...new Set<string>([...USAGE_TYPES, ...templates.map((template) => template.usage)]),
];

/** Where the templates of a usage type stand in the list. */
export const indicesOf = (templates: readonly Template[], usage: string): number[] =>
  templates.flatMap((template, index) => (template.usage === usage ? [index] : []));
