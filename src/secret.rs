//! Text that may come in and is used, but is never shown: no `Serialize`, no `Display`, a blind `Debug`.

use alloc::string::String;
use core::fmt;

/// A credential. [`Secret::expose`] marks the few places that put it on a provider's wire or into a MAC.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Secret(String);

impl Secret {
    /// Takes the text in.
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}
