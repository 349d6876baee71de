/** Parses a pasted configuration. */
import type { Factory, Json, JsonObject } from "../api/types.ts";
import { isObject } from "../api/types.ts";

/** The parsed config, or why it cannot be used: not JSON, not a config, or one of another connector. */
export type PasteResult =
  | { config: JsonObject }
  | { problem: "json" | "shape" }
  | { problem: "otherConnector"; connectorId: string };

/** Accepts a connector config (as in Logto), the stored form `{connectorId, config}`, or an array of templates. */
export const parsePasted = (text: string, factory: Factory): PasteResult => {
  const json = parseJson(text);
  if (json === undefined) return { problem: "json" };
  const templates = factory.formItems.find((item) => item.templates);
  if (Array.isArray(json)) return templates ? { config: { [templates.key]: json } } : { problem: "shape" };
  if (!isObject(json)) return { problem: "shape" };
  const connectorId = typeof json.connectorId === "string" ? json.connectorId : null;
  if (connectorId && connectorId !== factory.id) return { problem: "otherConnector", connectorId };
  const config = isObject(json.config) ? json.config : json;
  const hasKnownKey = factory.formItems.some((item) => item.key in config);
  return hasKnownKey ? { config } : { problem: "shape" };
};

const parseJson = (text: string): Json | undefined => {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
};
