// For workerd (Cloudflare Workers): code may not be compiled at run time, so the bundler passes a compiled module.
import { DurableObject } from "cloudflare:workers";
import { provide } from "../lib/engine.js";
import { guardClasses } from "../lib/verification-guard.js";
import module from "../wasm/edge_otp_bg.wasm";
import "./wait-until.js";

provide(module);

export * from "../lib/index.js";
export const { VerificationGuard, verificationGuard } = guardClasses(DurableObject);
