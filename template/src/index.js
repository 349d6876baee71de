// The whole Worker comes ready-made. Bind these as wrangler.jsonc does.
export { default, MessageLog, Otp, VerificationGuard } from "edge-otp/worker";
