//! The clock, the dice and the timer: the only file that may ask the world for them.
#![expect(clippy::disallowed_methods, reason = "this is the one place where time and chance come in")]

use js_sys::futures::JsFuture;
use js_sys::{Date, Function, Promise};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::error::{Error, Result};
use crate::ports::Ambient;
use crate::time::Timestamp;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(wake: &Function, ms: u32);
}

/// The runtime's own clock and dice. In Workers the clock stands still between two I/O events.
pub(crate) struct Runtime;

/// JavaScript's time: milliseconds as a double, whole and far below 2⁵³.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole, positive, far below 2⁵³")]
pub(crate) const fn from_js_time(ms: f64) -> Timestamp {
    Timestamp(ms as u64)
}

/// A time for JavaScript.
#[expect(clippy::cast_precision_loss, reason = "far below 2⁵³")]
pub(crate) const fn to_js_time(at: Timestamp) -> f64 {
    at.0 as f64
}

impl Ambient for Runtime {
    fn now(&self) -> Timestamp {
        from_js_time(Date::now())
    }

    fn fill_random(&self, buffer: &mut [u8]) -> Result<()> {
        getrandom::fill(buffer).map_err(|_| Error::Internal("no random source"))
    }

    async fn sleep(&self, ms: u32) {
        let timer = Promise::new(&mut |wake, _| set_timeout(&wake, ms));
        let _ = JsFuture::from(timer).await;
    }
}
