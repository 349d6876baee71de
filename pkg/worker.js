// edge-otp/worker: the whole Worker, compiled from Rust. A project that exports these three deploys it without Rust. Other
// Workers of the account call `Otp` over a service binding with `entrypoint = "Otp"`.
export { default, Otp, VerificationGuard } from "./worker/index.js";
