// Everything that an entry exports, for every runtime the same.
export { connectorFactories, renderMessage } from "./catalog.js";
export { createOtpClient } from "./client.js";
export { VerificationGuard, verificationGuard } from "./durable-object.js";
export { OtpError } from "./error.js";
export { createOtp } from "./otp.js";
