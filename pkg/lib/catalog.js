// What needs no KV: the catalogue of connectors, and what a text will look like and cost.
import { ask } from "./engine.js";

/** @returns {import("../index.js").ConnectorFactory[]} */
export const connectorFactories = () => ask({ operation: "factories" }).value;

/**
 * @param {string} template @param {{ code: string, locale?: string }} variables
 * @returns {import("../index.js").RenderedMessage}
 */
export const renderMessage = (template, variables) => {
  if (typeof template !== "string") throw new TypeError("renderMessage: the template must be text");
  if (typeof variables?.code !== "string") throw new TypeError("renderMessage: `code` must be text");
  return ask({ operation: "render", template, variables }).value;
};
