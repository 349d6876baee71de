// Everything that an entry exports. The one for workerd has the guard classes over the platform's DurableObject.
import { guardClasses } from "./verification-guard.js";

export { connectorFactories, renderMessage } from "./catalog.js";
export { createOtpClient } from "./client.js";
export { OtpError } from "./error.js";
export { createOtp } from "./otp.js";
export const { VerificationGuard, verificationGuard } = /* @__PURE__ */ guardClasses(Object);
