// For workerd (Cloudflare Workers): code may not be compiled at run time, so the bundler hands over a compiled module.
import { provide } from "../lib/engine.js";
import module from "../wasm/edge_otp_bg.wasm";

provide(module);

export * from "../lib/index.js";
