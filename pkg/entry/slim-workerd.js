// edge-otp/slim in workerd, where the guard classes need the platform's DurableObject.
import { DurableObject } from "cloudflare:workers";
import { guardClasses } from "../lib/verification-guard.js";
import "./wait-until.js";

export { provide as init } from "../lib/engine.js";
export * from "../lib/index.js";
export const { VerificationGuard, verificationGuard } = guardClasses(DurableObject);
