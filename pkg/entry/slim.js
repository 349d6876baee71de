// For hosts that none of the other entries suits: bring the wasm yourself (it is exported as edge-otp/edge-otp.wasm).
export { provide as init } from "../lib/engine.js";
export * from "../lib/index.js";
