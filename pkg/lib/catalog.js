// What needs no KV: the catalogue of connectors, and what a text will look like and cost.
import * as wasm from "../wasm/edge_otp.js";
import { call } from "./engine.js";

/** @returns {import("../index.js").ConnectorFactory[]} */
export const connectorFactories = () => call(wasm.connectorFactories);

/**
 * @param {string} template @param {{ code: string, locale?: string }} variables
 * @returns {import("../index.js").RenderedMessage}
 */
export const renderMessage = (template, variables) => call(() => wasm.renderMessage(template, variables));
