// edge-otp/worker: the whole Worker, prebuilt. A project that exports these four deploys it without Rust. Other Workers of
// the account reach `Otp` over a service binding with entrypoint "Otp", without a key.
export { default, MessageLog, Otp, VerificationGuard } from "./worker/index.js";
