/**
 * Words in the language of the moment. The browser's language decides at first; the header's switch changes it. Nothing
 * is stored: the choice stands in the address (`?lang=`), so that a reload and a bookmark keep it.
 */
import type { Localized } from "../api/shapes.ts";
import { en } from "./en.ts";
import { fieldsZh } from "./fields-zh.ts";
import { messagesZh } from "./messages-zh.ts";
import { zh } from "./zh.ts";

export type Key = keyof typeof en;
export type Words = Record<Key, string>;
export type Language = "en" | "zh-CN";

const TABLES: Record<Language, Words> = { en, "zh-CN": zh };

const fromAddress = (): Language | null => {
  const asked = new URLSearchParams(location.search).get("lang");
  return asked === "en" || asked === "zh-CN" ? asked : null;
};

const fromBrowser = (): Language =>
  /^zh\b/i.test(navigator.languages[0] ?? navigator.language) ? "zh-CN" : "en";

let current: Language = "en";

export const language = (): Language => current;

export const startLanguage = (): void => speak(fromAddress() ?? fromBrowser());

const speak = (next: Language): void => {
  current = next;
  document.documentElement.lang = next;
};

/** Changes the language and writes it into the address. */
export const switchLanguage = (next: Language): void => {
  speak(next);
  const address = new URL(location.href);
  address.searchParams.set("lang", next);
  history.replaceState(history.state, "", address);
};

export type Parameters = Readonly<Record<string, string | number>>;

/** The words for a key, with `{name}` filled in. */
export const t = (key: Key, parameters: Parameters = {}): string => fillIn(TABLES[current][key], parameters);

const fillIn = (words: string, parameters: Parameters): string =>
  words.replace(/(?<!\{)\{(\w+)\}(?!\})/g, (whole, name: string) => String(parameters[name] ?? whole));

/** One of a pair of keys, by number. */
export const plural = (key: "form.issues" | "import.done", n: number): string =>
  t(n === 1 ? `${key}.one` : `${key}.other`, { n });

export const isKey = (key: string): key is Key => key in en;

/** A name or sentence of the API in the language of the moment. */
export const localized = (words: Localized | undefined): string => words?.[current] || words?.en || "";

interface FieldWords {
  label: string;
  description?: string;
}

/** A field's label and description: ours by its key, else the API's. */
export const fieldWords = (
  factoryId: string,
  field: { key: string; label: string; description?: string | null },
): FieldWords => {
  const own =
    current === "zh-CN" ? (fieldsZh[`${factoryId}.${field.key}`] ?? fieldsZh[field.key]) : undefined;
  const description = own?.description ?? field.description ?? "";
  return { label: own?.label ?? field.label, ...(description ? { description } : {}) };
};

/** The server's shortest messages read better as sentences beside a field. */
const MESSAGES: Record<string, string | undefined> = {
  "is required": "This is required.",
  "is required, unless from is given": "This is required, unless a sender is given.",
  "must not be empty": "This must not be empty.",
  "must be a string that is not empty": "This must not be empty.",
  "must hold a template for Generic": "A template for Generic is required.",
};

/** A message of the server's checks. */
export const serverMessage = (message: string): string =>
  (current === "zh-CN" ? messagesZh[message] : MESSAGES[message]) ??
  message.charAt(0).toUpperCase() + message.slice(1);

export const date = (iso: string): string => {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return iso;
  return new Intl.DateTimeFormat(current, { dateStyle: "medium", timeStyle: "short" }).format(at);
};

export const number = (value: number): string => new Intl.NumberFormat(current).format(value);

/** A language tag in words, such as "German (de)". Empty: any language. */
export const localeName = (tag: string): string => {
  if (tag === "") return t("templates.anyLanguage");
  try {
    const name = new Intl.DisplayNames(current, { type: "language" }).of(tag);
    return name && name !== tag ? `${name} (${tag})` : tag;
  } catch {
    return tag;
  }
};
