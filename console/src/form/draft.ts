/**
 * A connector's config while it is edited: one value for each field of the form, and the config that it makes. Keys that
 * the form does not know are kept. A stored secret is only ever "kept", "replaced" or "removed"; it is never here.
 */
import type { Factory, FormItem, Issue, Json, JsonObject, Redacted } from "../api/shapes.ts";
import { asRedacted } from "../api/shapes.ts";
import type { Template } from "../templates/template.ts";
import { readTemplates, writeTemplate } from "../templates/template.ts";

export type Value =
  | { kind: "text"; text: string }
  | { kind: "switch"; on: boolean }
  | { kind: "secret"; stored: Redacted | null; mode: "keep" | "replace" | "remove"; text: string }
  | { kind: "json"; text: string }
  | { kind: "templates"; list: Template[]; json: string | null };

export class Draft {
  readonly factory: Factory;
  readonly values = new Map<string, Value>();
  issues: Issue[] = [];
  #base: JsonObject;
  #saved: string;

  constructor(factory: Factory, config: JsonObject = {}) {
    this.factory = factory;
    this.#base = config;
    for (const item of factory.formItems) this.values.set(item.key, read(item, config[item.key]));
    this.#saved = JSON.stringify(this.config());
  }

  get isDirty(): boolean {
    return JSON.stringify(this.config()) !== this.#saved;
  }

  /** Keys that stand in the config without a field; they are sent back as they came. */
  get unknownKeys(): string[] {
    return Object.keys(this.#base).filter((key) => !this.values.has(key));
  }

  issue(path: string): string | undefined {
    return this.issues.find((issue) => issue.path === path)?.message;
  }

  /** The config to send. Empty optional texts and switches that were never there are left out. */
  config(): JsonObject {
    const config: JsonObject = {};
    for (const key of this.unknownKeys) config[key] = this.#base[key] ?? null;
    for (const item of this.factory.formItems) {
      const value = this.values.get(item.key);
      const json = value && write(item, value, item.key in this.#base);
      if (json !== undefined) config[item.key] = json;
    }
    return config;
  }

  /** Takes over a pasted config: known keys into their fields, the rest as it is. Redacted secrets change nothing. */
  import(config: JsonObject): number {
    let filled = 0;
    for (const item of this.factory.formItems) {
      const pasted = config[item.key];
      if (pasted === undefined || pasted === null || asRedacted(pasted)) continue;
      const value = read(item, pasted);
      const before = this.values.get(item.key);
      if (value.kind === "secret" && before?.kind === "secret") value.stored = before.stored;
      this.values.set(item.key, value);
      filled += 1;
    }
    const others = Object.entries(config).filter(([key]) => !this.values.has(key));
    this.#base = { ...this.#base, ...Object.fromEntries(others) };
    this.issues = [];
    return filled;
  }
}

const read = (item: FormItem, json: Json | undefined): Value => {
  const initial = json ?? item.defaultValue;
  if (item.type === "Switch") return { kind: "switch", on: initial === true };
  if (item.templates) {
    const list = readTemplates(item.templates.shape, initial ?? undefined);
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
  const stored = asRedacted(json);
  return { kind: "secret", stored, mode: stored ? "keep" : "replace", text: stored ? "" : text };
};

const write = (item: FormItem, value: Value, wasThere: boolean): Json | undefined => {
  switch (value.kind) {
    case "text":
      return value.text !== "" || item.required ? value.text : undefined;
    case "switch":
      return value.on || wasThere ? value.on : undefined;
    case "secret":
      if (value.mode === "keep" && value.stored) return { ...value.stored };
      if (value.mode === "remove") return null;
      return value.text !== "" || item.required ? value.text : undefined;
    case "json":
      return value.text.trim() === "" ? undefined : parseJson(value.text);
    case "templates": {
      const shape = item.templates?.shape ?? "text";
      if (value.json !== null) return parseJson(value.json);
      return value.list.map((template) => writeTemplate(shape, template));
    }
  }
};

/** JSON if it is that, else the text itself, for the server's check to refuse. */
const parseJson = (text: string): Json => {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
};
