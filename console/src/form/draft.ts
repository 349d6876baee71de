/**
 * The config of a connector while it is edited: one value for each form item. Keys without a form item are preserved. A
 * stored secret is never in the draft; the draft holds only whether to keep, replace or remove it.
 */
import type { Factory, FormItem, Issue, Json, JsonObject, RedactedSecret } from "../api/types.ts";
import { isObject, parseRedactedSecret } from "../api/types.ts";
import type { Template } from "../templates/template.ts";
import { parseTemplates, serializeTemplate } from "../templates/template.ts";
import { isJson } from "../text/json.ts";

export type FieldValue =
  | { kind: "text"; text: string }
  | { kind: "switch"; on: boolean }
  | { kind: "secret"; stored: RedactedSecret | null; mode: "keep" | "replace" | "remove"; text: string }
  | { kind: "json"; text: string }
  /** `json` is the text of the JSON view; null while the editor is shown. */
  | { kind: "templates"; list: Template[]; json: string | null };

export class Draft {
  readonly factory: Factory;
  readonly values = new Map<string, FieldValue>();
  issues: Issue[] = [];
  #base: JsonObject;
  #savedJson: string;

  /** Without a config, the draft starts with the factory's default values. */
  constructor(factory: Factory, config?: JsonObject) {
    this.factory = factory;
    this.#base = config ?? {};
    for (const item of factory.formItems) {
      const initial = config ? config[item.key] : item.defaultValue;
      this.values.set(item.key, parseValue(item, initial));
    }
    this.#savedJson = JSON.stringify(this.toConfig());
  }

  get isDirty(): boolean {
    return JSON.stringify(this.toConfig()) !== this.#savedJson;
  }

  /** The keys of the config that have no form item. They are sent back unchanged. */
  get unknownKeys(): string[] {
    return Object.keys(this.#base).filter((key) => !this.values.has(key));
  }

  /** The texts that should be JSON and are not. */
  get invalidJson(): { key: string; text: string }[] {
    return [...this.values].flatMap(([key, value]) => {
      const text = value.kind === "json" ? value.text : value.kind === "templates" ? value.json : null;
      return text !== null && text.trim() !== "" && !isJson(text) ? [{ key, text }] : [];
    });
  }

  /** Whether a new secret was typed in. */
  get hasTypedSecret(): boolean {
    return [...this.values.values()].some((value) => value.kind === "secret" && value.text !== "");
  }

  /** The values without secrets, as JSON. */
  toSnapshot(): JsonObject {
    const values = [...this.values].filter(([, value]) => value.kind !== "secret");
    return JSON.parse(JSON.stringify(Object.fromEntries(values))) as JsonObject;
  }

  /** Takes over the values of a snapshot that this version of the console has made. */
  restoreSnapshot(snapshot: JsonObject): void {
    for (const [key, value] of this.values) {
      const saved = snapshot[key];
      if (value.kind === "secret" || !isObject(saved) || saved.kind !== value.kind) continue;
      const hasSameShape = Object.keys(value).every((name) => name in saved);
      if (hasSameShape) this.values.set(key, saved as unknown as FieldValue);
    }
  }

  findIssue(path: string): string | undefined {
    return this.issues.find((issue) => issue.path === path)?.message;
  }

  /** Builds the config to send. Omits empty optional texts, and switches that are off and were absent before. */
  toConfig(): JsonObject {
    const config: JsonObject = {};
    for (const key of this.unknownKeys) config[key] = this.#base[key] ?? null;
    for (const item of this.factory.formItems) {
      const value = this.values.get(item.key);
      const json = value && serializeValue(item, value, item.key in this.#base);
      if (json !== undefined) config[item.key] = json;
    }
    return config;
  }

  /** Merges a pasted config and returns the number of form items set. Redacted secrets leave the value unchanged. */
  mergeConfig(config: JsonObject): number {
    let count = 0;
    for (const item of this.factory.formItems) {
      const pasted = config[item.key];
      if (pasted === undefined || pasted === null || parseRedactedSecret(pasted)) continue;
      const value = parseValue(item, pasted);
      const previous = this.values.get(item.key);
      if (value.kind === "secret" && previous?.kind === "secret") value.stored = previous.stored;
      this.values.set(item.key, value);
      count += 1;
    }
    const others = Object.entries(config).filter(([key]) => !this.values.has(key));
    this.#base = { ...this.#base, ...Object.fromEntries(others) };
    this.issues = [];
    return count;
  }
}

const parseValue = (item: FormItem, initial: Json | undefined): FieldValue => {
  if (item.type === "Switch") return { kind: "switch", on: initial === true };
  if (item.templates) {
    const list = parseTemplates(item.templates.shape, initial ?? undefined);
    return { kind: "templates", list: list ?? [], json: list ? null : JSON.stringify(initial, null, 2) };
  }
  if (item.type === "Json") {
    return {
      kind: "json",
      text: initial === undefined || initial === null ? "" : JSON.stringify(initial, null, 2),
    };
  }
  const text = typeof initial === "string" ? initial : initial == null ? "" : String(initial);
  if (!item.isConfidential) return { kind: "text", text };
  const stored = parseRedactedSecret(initial);
  return { kind: "secret", stored, mode: stored ? "keep" : "replace", text: stored ? "" : text };
};

/** Serializes a value; undefined omits the key. `wasPresent`: whether the stored config has the key. */
const serializeValue = (item: FormItem, value: FieldValue, wasPresent: boolean): Json | undefined => {
  switch (value.kind) {
    case "text":
      return value.text !== "" || item.required ? value.text : undefined;
    case "switch":
      return value.on || wasPresent ? value.on : undefined;
    case "secret":
      if (value.mode === "keep" && value.stored) return { ...value.stored };
      if (value.mode === "remove") return null;
      return value.text !== "" || item.required ? value.text : undefined;
    case "json":
      return value.text.trim() === "" ? undefined : parseJsonOrText(value.text);
    case "templates": {
      const shape = item.templates?.shape ?? "text";
      if (value.json !== null) return parseJsonOrText(value.json);
      return value.list.map((template) => serializeTemplate(shape, template));
    }
  }
};

/** Parses JSON. Returns invalid JSON as a string, which the server's validation then rejects. */
const parseJsonOrText = (text: string): Json => {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
};
