//! Text that comes in and is used, but never shown.

use core::fmt;

/// A credential. It has no `Serialize` and no `Display`, and its `Debug` shows nothing; [`Secret::expose`] marks the few
/// places that put it into a provider's request or into a MAC.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps a text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Returns the text itself.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test(unsupported = test)]
    fn debug_shows_nothing() {
        let secret = Secret::new("hunter2");
        assert_eq!((format!("{secret:?}"), secret.expose()), ("Secret(…)".to_owned(), "hunter2"));
    }
}
