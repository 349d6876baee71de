// For Vercel's edge runtime: code may not be compiled at run time; `?module` imports a compiled module.
import { provide } from "../lib/engine.js";
import module from "../wasm/edge_otp_bg.wasm?module";

provide(module);

export * from "../lib/index.js";
