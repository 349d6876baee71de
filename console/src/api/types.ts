/**
 * Requests and responses of the management API. Their content is untrusted: the console displays it as text only. What
 * it may rely on follows from the Rust code; the other types say less than the API, since the console must not fail on
 * a connector that was written to KV directly.
 */
import type { Issue, RedactedSecret, TemplateRules } from "../../../pkg/generated.d.ts";

export type {
  Activity as ActivityReport,
  ActivityRow,
  Bridge,
  BridgeTest,
  Issue,
  LoggedMessage,
  MessageCount,
  MessagePage,
  MessageSummary,
  RedactedSecret,
  Settings,
  TemplateRules,
  TemplateShape,
} from "../../../pkg/generated.d.ts";

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

/** A text by language tag; English is always present. */
export type LocalizedText = { en: string } & { [language: string]: string | undefined };

export interface FormItem {
  key: string;
  label: string;
  type: "Text" | "Switch" | "Json";
  placeholder?: string | null;
  required?: boolean;
  /** A required text may be empty. */
  mayBeEmpty?: boolean;
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
  logoDark: string;
  formItems: FormItem[];
}

/** A connector. One that was written to KV directly has no timestamps, and its config may be any JSON. */
export interface Connector {
  id: string;
  connectorId: string;
  name: LocalizedText;
  config: Json;
  createdAt?: string | null;
  updatedAt?: string | null;
  /** Why the connector cannot send. */
  issues?: Issue[];
}

export interface ArchivedConnector extends Connector {
  archivedAt: string;
}

/** What happened to a message that was not refused. */
export interface SendOutcome {
  isAccepted: boolean;
  /** Why that is not known, for instance `timeout` or `http_500`. */
  cause: string | null;
  requestId: string | null;
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
