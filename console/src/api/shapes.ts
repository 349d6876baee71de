/**
 * What the management API sends and takes, as the contract words it. Everything here comes from outside: views insert
 * it as text only.
 */

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

/** A name or sentence in the languages that a provider has it in. */
export type Localized = { en: string } & { [language: string]: string | undefined };

export type TemplateShape = "text" | "registered" | "named";

export interface TemplateRules {
  shape: TemplateShape;
  generic: boolean;
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
  name: Localized;
  description: Localized;
  logo: string;
  formItems: FormItem[];
}

/** A confidential value as it comes back: that it is there, and the end of a long one. */
export interface Redacted {
  set: true;
  hint?: string;
}

/** One that was put into KV by hand has no times, and its config may be anything. */
export interface Connector {
  id: string;
  connectorId: string;
  name: Localized;
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

/** What was counted lately. Not readable: this Worker has no token for it. No rows: not to be had just now. */
export interface Activity {
  recorded: boolean;
  readable: boolean;
  hours: number;
  rows: ActivityRow[] | null;
}

/** One thing wrong with a config: where, as `templates.0.content`, and what. */
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

export const asRedacted = (value: Json | undefined): Redacted | null => {
  if (!isObject(value) || value.set !== true) return null;
  return typeof value.hint === "string" ? { set: true, hint: value.hint } : { set: true };
};
