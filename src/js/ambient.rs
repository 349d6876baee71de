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

impl Ambient for Runtime {
    fn now(&self) -> Timestamp {
        // Milliseconds as a double are whole and far below 2⁵³.
        Timestamp(Date::now() as u64)
    }

    fn fill_random(&self, buffer: &mut [u8]) -> Result<()> {
        getrandom::fill(buffer).map_err(|_| Error::Internal("no random source"))
    }

    async fn sleep(&self, ms: u32) {
        let timer = Promise::new(&mut |wake, _| set_timeout(&wake, ms));
        let _ = JsFuture::from(timer).await;
    }
}
