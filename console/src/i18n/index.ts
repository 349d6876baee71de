/**
 * Translation and locale-dependent formatting. The initial language is the browser's; the header has a switch. The
 * choice is stored in the URL (`?lang=`) and nowhere else, so a reload and a bookmark preserve it.
 */
import type { LocalizedText } from "../api/types.ts";
import { en, type MessageKey, type Messages } from "./en.ts";
import { fieldsZh } from "./fields-zh.ts";
import { serverMessagesEn } from "./server-messages-en.ts";
import { serverMessagesZh } from "./server-messages-zh.ts";
import { zh } from "./zh.ts";

export type Language = "en" | "zh-CN";

const MESSAGES: Record<Language, Messages> = { en, "zh-CN": zh };

const readUrlLanguage = (): Language | null => {
  const value = new URLSearchParams(location.search).get("lang");
  return value === "en" || value === "zh-CN" ? value : null;
};

const readBrowserLanguage = (): Language =>
  /^zh\b/i.test(navigator.languages[0] ?? navigator.language) ? "zh-CN" : "en";

let current: Language = "en";

export const getLanguage = (): Language => current;

const applyLanguage = (language: Language): void => {
  current = language;
  document.documentElement.lang = language;
};

export const initLanguage = (): void => applyLanguage(readUrlLanguage() ?? readBrowserLanguage());

/** Changes the language and writes it to the URL. */
export const setLanguage = (language: Language): void => {
  applyLanguage(language);
  const url = new URL(location.href);
  url.searchParams.set("lang", language);
  history.replaceState(history.state, "", url);
};

export type Parameters = Readonly<Record<string, string | number>>;

/** Translates a key and fills in its `{name}` parameters. A doubled brace, as in `{{code}}`, is literal text. */
export const t = (key: MessageKey, parameters: Parameters = {}): string =>
  MESSAGES[current][key].replace(/(?<!\{)\{(\w+)\}(?!\})/g, (whole, name: string) =>
    String(parameters[name] ?? whole),
  );

/** Translates a key that has a form for one and a form for other numbers. */
export const plural = (key: "form.issues" | "import.done", n: number): string =>
  t(n === 1 ? `${key}.one` : `${key}.other`, { n });

export const isMessageKey = (key: string): key is MessageKey => key in en;

/** Returns the current language's version of a text of the API; English if there is none. */
export const localize = (text: LocalizedText | undefined): string => text?.[current] || text?.en || "";

/** Returns the translated name of a usage type; a custom usage type unchanged. */
export const getUsageTypeName = (usage: string): string => {
  const key = `usage.${usage}`;
  return isMessageKey(key) ? t(key) : usage;
};

interface FieldText {
  label: string;
  description?: string;
}

/** Returns the label and description of a form item: the console's translation, otherwise the API's text. */
export const getFieldText = (
  factoryId: string,
  item: { key: string; label: string; description?: string | null },
): FieldText => {
  const translation =
    current === "zh-CN" ? (fieldsZh[`${factoryId}.${item.key}`] ?? fieldsZh[item.key]) : undefined;
  const description = translation?.description ?? item.description ?? "";
  return { label: translation?.label ?? item.label, ...(description ? { description } : {}) };
};

/** Translates a message of the server; an unknown one is capitalized. */
export const translateServerMessage = (message: string): string =>
  (current === "zh-CN" ? serverMessagesZh[message] : serverMessagesEn[message]) ??
  message.charAt(0).toUpperCase() + message.slice(1);

export const formatDate = (iso: string): string => {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return iso;
  return new Intl.DateTimeFormat(current, { dateStyle: "medium", timeStyle: "short" }).format(date);
};

export const formatNumber = (value: number): string => new Intl.NumberFormat(current).format(value);

/** Formats a language tag with its name, such as "German (de)". An empty tag means any language. */
export const formatLocale = (tag: string): string => {
  if (tag === "") return t("templates.anyLanguage");
  try {
    const name = new Intl.DisplayNames(current, { type: "language" }).of(tag);
    return name && name !== tag ? `${name} (${tag})` : tag;
  } catch {
    return tag;
  }
};
