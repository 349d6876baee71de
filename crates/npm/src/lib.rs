//! The npm package's shell over `edge_otp_core`: classes for JavaScript, and the core's ports over the caller's objects.
//!
//! [`otp::Otp`] is `createOtp`'s engine, [`guard_object::GuardObject`] that of the Durable Object class; both carry out
//! the core's operations over [`platform`], as futures that [`executor`] runs. Options are checked in [`options`]; an
//! error becomes a plain object in [`error`], of which the package's JavaScript makes an `OtpError`.
#![expect(unreachable_pub, reason = "wasm-bindgen exports public items only")]

mod catalog;
mod deployment;
mod error;
mod executor;
mod guard_object;
mod memo;
mod options;
mod otp;
mod platform;
mod policy_options;
#[cfg(test)]
#[cfg(target_arch = "wasm32")]
mod tests;
mod value;

/// Abandons this wasm instance: a fresh one is created before the next call. For the JavaScript that has seen the instance
/// stop, after which nothing in its memory can be relied upon; this touches none of it.
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn abandon() {
    wasm_bindgen::handler::schedule_reinit();
}

/// Does nothing but what comes before every call. wasm-bindgen creates the fresh instance only after it has written a
/// call's arguments, so this call without arguments must follow [`abandon`].
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn touch() {}
