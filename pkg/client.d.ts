// edge-otp/client: the client alone, for programs that should not carry the wasm.

export type * from "./index.js";
export { createOtpClient, OtpError } from "./index.js";
