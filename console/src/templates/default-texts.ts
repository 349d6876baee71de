/**
 * The texts of new templates: the factory's for every language, and translations, which are loaded when a language is
 * added. The core has them all (`crates/core/src/default_texts.rs`).
 */
import type { FormItem } from "../api/types.ts";
import { isObject } from "../api/types.ts";

type TextsByUsage = Readonly<Record<string, string | undefined>>;
type TextsByLanguage = Readonly<Record<string, TextsByUsage | undefined>>;

const loadTranslations = async (): Promise<TextsByLanguage> => (await import("./default-texts.json")).default;

/** Returns the factory's text for a usage type; empty if it has none. */
export const getDefaultText = ({ defaultValue }: FormItem, usage: string): string => {
  const templates = Array.isArray(defaultValue) ? defaultValue : [];
  const template = templates.find((candidate) => isObject(candidate) && candidate.usageType === usage);
  return isObject(template) && typeof template.content === "string" ? template.content : "";
};

/** Loads the texts in the language of a tag, or in that of its primary subtag; null if there are none. */
export const loadTexts = async (tag: string): Promise<TextsByUsage | null> => {
  const translations = await loadTranslations().catch((): TextsByLanguage => ({}));
  const find = (wanted: string) =>
    Object.keys(translations).find((language) => language.toLowerCase() === wanted.toLowerCase());
  const [primary = ""] = tag.split("-");
  const language = find(tag) ?? find(primary) ?? findSibling(Object.keys(translations), primary);
  return language ? (translations[language] ?? null) : null;
};

/** Finds a language of another region, such as `pt-BR` for `pt-PT`; none for Chinese, whose regions differ in script. */
const findSibling = (languages: string[], primary: string): string | undefined =>
  primary.toLowerCase() === "zh"
    ? undefined
    : languages.find((language) => language.toLowerCase().startsWith(`${primary.toLowerCase()}-`));
