//! Finishing a request whose client has gone away.

use js_sys::{Function, Promise};
use wasm_bindgen::JsValue;
use worker::Context;

/// Keeps the platform from ending the request while this exists, even if its client goes away: a provider that was asked
/// is listened to, and a refusal is taken back.
pub(crate) struct KeepAlive {
    end: Option<Function>,
}

impl KeepAlive {
    /// Begins.
    pub(crate) fn begin(context: &Context) -> Self {
        let mut end = None;
        let ended = Promise::new(&mut |resolve, _reject| end = Some(resolve));
        // Without it the request ends with its client, as any other does.
        let _ = context.as_ref().wait_until(&ended);
        Self { end }
    }
}

impl Drop for KeepAlive {
    fn drop(&mut self) {
        if let Some(end) = &self.end {
            let _ = end.call0(&JsValue::UNDEFINED);
        }
    }
}
