/** What a language consists of. */
import type { Messages } from "./en.ts";

export interface FieldText {
  label: string;
  description?: string;
}

/** The texts of one language. What is missing is shown in English. */
export interface LanguageTables {
  messages: Messages;
  /** The server's messages: validation issues and provider errors. */
  serverMessages: Readonly<Record<string, string | undefined>>;
  /** Labels and descriptions of form items, by `factory.key` or, for every factory, by key. */
  fields: Readonly<Record<string, FieldText | undefined>>;
}
