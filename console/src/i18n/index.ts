/**
 * Translation and locale-dependent formatting. The initial language is the browser's; the header has a switch. The
 * choice is stored in the URL (`?lang=`) and nowhere else, so a reload and a bookmark preserve it.
 */
import type { LocalizedText } from "../api/types.ts";
import { en, type MessageKey } from "./en.ts";
import type { FieldText, LanguageTables } from "./language-tables.ts";
import { serverMessagesEn } from "./server-messages-en.ts";

export type Language = "en" | "zh-CN";

const ENGLISH: LanguageTables = { messages: en, serverMessages: serverMessagesEn, fields: {} };

const loadTables = async (language: Language): Promise<LanguageTables> =>
  language === "en" ? ENGLISH : (await import("./language-zh.ts")).chinese;

const readUrlLanguage = (): Language | null => {
  const value = new URLSearchParams(location.search).get("lang");
  return value === "en" || value === "zh-CN" ? value : null;
};

const readBrowserLanguage = (): Language =>
  /^zh\b/i.test(navigator.languages[0] ?? navigator.language) ? "zh-CN" : "en";

let current: Language = "en";
let tables = ENGLISH;

export const getLanguage = (): Language => current;

/** Loads and applies a language. Throws if it cannot be loaded. */
const applyLanguage = async (language: Language): Promise<void> => {
  tables = await loadTables(language);
  current = language;
  document.documentElement.lang = language;
};

/** Applies the language of the URL or of the browser; English, if it cannot be loaded. */
export const initLanguage = (): Promise<void> =>
  applyLanguage(readUrlLanguage() ?? readBrowserLanguage()).catch(() => {});

/** Changes the language and writes it to the URL. Throws if it cannot be loaded. */
export const setLanguage = async (language: Language): Promise<void> => {
  await applyLanguage(language);
  const url = new URL(location.href);
  url.searchParams.set("lang", language);
  history.replaceState(history.state, "", url);
};

export type Parameters = Readonly<Record<string, string | number>>;

/** Translates a key and fills in its `{name}` parameters. A doubled brace, as in `{{code}}`, is literal text. */
export const t = (key: MessageKey, parameters: Parameters = {}): string =>
  tables.messages[key].replace(/(?<!\{)\{(\w+)\}(?!\})/g, (whole, name: string) =>
    String(parameters[name] ?? whole),
  );

type PluralKey = { [Key in MessageKey]: Key extends `${infer Stem}.one` ? Stem : never }[MessageKey];

/** Translates a key that has a form for one and a form for other numbers. */
export const plural = (key: PluralKey, n: number): string => {
  const form = `${key}.${n === 1 ? "one" : "other"}`;
  return isMessageKey(form) ? t(form, { n }) : String(n);
};

export const isMessageKey = (key: string): key is MessageKey => key in en;

/** Returns the current language's version of a text of the API; English if there is none. */
export const localize = (text: LocalizedText | undefined): string => text?.[current] || text?.en || "";

/** Returns the translated name of a usage type; a custom usage type unchanged. */
export const getUsageTypeName = (usage: string): string => {
  const key = `usage.${usage}`;
  return isMessageKey(key) ? t(key) : usage;
};

/** Returns the label and description of a form item: the console's translation, otherwise the API's text. */
export const getFieldText = (
  factoryId: string,
  item: { key: string; label: string; description?: string | null },
): FieldText => {
  const translation = tables.fields[`${factoryId}.${item.key}`] ?? tables.fields[item.key];
  const description = translation?.description ?? item.description ?? "";
  return { label: translation?.label ?? item.label, ...(description ? { description } : {}) };
};

/** Translates a message of the server; an unknown one is capitalized. */
export const translateServerMessage = (message: string): string =>
  tables.serverMessages[message] ?? message.charAt(0).toUpperCase() + message.slice(1);

/** Joins sentences; Chinese puts no space between them. */
export const joinSentences = (...sentences: (string | undefined)[]): string =>
  sentences.filter(Boolean).join(current === "zh-CN" ? "" : " ");

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
