// edge-otp/client: the client alone, for programs that should not carry the wasm.
export { createOtpClient } from "./lib/client.js";
export { OtpError } from "./lib/error.js";
