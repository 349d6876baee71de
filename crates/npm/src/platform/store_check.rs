//! What a store of the caller gives back: text or nothing. A client that parses JSON by itself, or that returns buffers,
//! accepts every text and gives back something else; that must show before a message is sent, not when the code is
//! verified. So the first text that each store takes is read back.

use edge_otp_core::ports::StorageError;
use js_sys::{Object, WeakSet};
use wasm_bindgen::{JsCast, JsValue};

use super::Operation;
use crate::value::describe_type;

thread_local! {
    /// The stores that have given back a text.
    static CHECKED: WeakSet = WeakSet::new();
}

/// Tells whether a store has given back a text in this process.
pub(super) fn is_checked(store: &JsValue) -> bool {
    CHECKED.with(|checked| checked.has(store.unchecked_ref::<Object>()))
}

/// Remembers that a store gives back texts.
pub(super) fn set_checked(store: &JsValue) {
    CHECKED.with(|checked| checked.add(store.unchecked_ref::<Object>()));
}

impl Operation {
    /// Reads what `method` of a store gave: text, or what stands for absence.
    ///
    /// # Errors
    /// Anything else. The error's cause names the method and the type of what it gave.
    pub(super) fn read_text(
        &self,
        method: &str,
        value: &JsValue,
        is_absent: impl FnOnce(&JsValue) -> bool,
    ) -> Result<Option<String>, StorageError> {
        let text = value.as_string();
        if text.is_some() || is_absent(value) {
            return Ok(text);
        }
        let kind = describe_type(value);
        Err(self.fail_with(&format!("{method} must give the stored string or null; it gave {kind}")))
    }
}
