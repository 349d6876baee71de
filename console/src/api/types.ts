/** Requests and responses of the management API. Their content is untrusted: the console displays it as text only. */

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

/** A text by language tag; English is always present. */
export type LocalizedText = { en: string } & { [language: string]: string | undefined };

/** `text`: the text is in the config. `registered`, `named`: the provider stores it under an id or a name. */
export type TemplateShape = "text" | "registered" | "named";

export interface TemplateRules {
  shape: TemplateShape;
  /** Whether a template for `Generic` is required. */
  generic: boolean;
  /** Whether other usage types than the built-in ones are rejected. */
  knownUsages: boolean;
}

export interface FormItem {
  key: string;
  label: string;
  type: "Text" | "Switch" | "Json";
  placeholder?: string | null;
  required?: boolean;
  defaultValue?: Json;
  description?: string | null;
  isConfidential?: boolean;
  format?: "url" | "email" | "host" | "templates" | null;
  templates?: TemplateRules | null;
}

export interface Factory {
  id: string;
  target: string;
  name: LocalizedText;
  description: LocalizedText;
  logo: string;
  formItems: FormItem[];
}

/** A confidential value in a response: only that it is set and, if it is long, its last four characters. */
export interface RedactedSecret {
  set: true;
  hint?: string;
}

/** A connector. One that was written to KV directly has no timestamps, and its config may be any JSON. */
export interface Connector {
  id: string;
  connectorId: string;
  name: LocalizedText;
  config: Json;
  createdAt?: string | null;
  updatedAt?: string | null;
}

export interface ArchivedConnector extends Connector {
  archivedAt: string;
}

export interface Settings {
  version: string;
  codeLength: number;
  codeLifetimeSeconds: number;
  maxAttempts: number;
  dailyFailures: number;
  resendCooldowns: number[];
  sendsPerHour: number;
  sendsPerDay: number;
  allowedCountries?: string[] | null;
  providerTimeoutMs: number;
  allowMock: boolean;
  rotating: boolean;
}

export interface ActivityRow {
  event: string;
  outcome: string;
  connectorId?: string | null;
  count: number;
}

/** Recent activity. `readable` is false if the Worker has no token for it; `rows` is null if the query failed. */
export interface ActivityReport {
  recorded: boolean;
  readable: boolean;
  hours: number;
  rows: ActivityRow[] | null;
}

/** A validation error in a config. The path is dotted, such as `templates.0.content`. */
export interface Issue {
  path: string;
  message: string;
}

export interface TestRequest {
  phone: string;
  config: JsonObject;
  usageType?: string;
  locale?: string;
}

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Reads a redacted secret; null if the value is anything else. */
export const parseRedactedSecret = (value: Json | undefined): RedactedSecret | null => {
  if (!isObject(value) || value.set !== true) return null;
  return typeof value.hint === "string" ? { set: true, hint: value.hint } : { set: true };
};
