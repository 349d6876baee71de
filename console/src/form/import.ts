/**
 * Reads what someone pastes: a whole Logto config, our stored form `{connectorId, config}`, or the templates alone.
 */
import type { Factory, Json, JsonObject } from "../api/shapes.ts";
import { isObject } from "../api/shapes.ts";

export type Pasted = { config: JsonObject } | { problem: "json" | "shape" | "other"; other?: string };

export const readPasted = (text: string, factory: Factory): Pasted => {
  const json = parse(text);
  if (json === undefined) return { problem: "json" };
  const templates = factory.formItems.find((item) => item.templates);
  if (Array.isArray(json)) return templates ? { config: { [templates.key]: json } } : { problem: "shape" };
  if (!isObject(json)) return { problem: "shape" };
  const id = typeof json.connectorId === "string" ? json.connectorId : null;
  if (id && id !== factory.id) return { problem: "other", other: id };
  const config = isObject(json.config) ? json.config : json;
  const knowsOne = factory.formItems.some((item) => item.key in config);
  return knowsOne ? { config } : { problem: "shape" };
};

const parse = (text: string): Json | undefined => {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
};
