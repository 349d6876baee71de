//! A request as a value.

use crate::json::Value;

/// Method, path and headers of a request; its body is a wish.
pub(super) struct Request<'a> {
    pub(super) id: &'a str,
    /// As it was sent: a method that no one knows is not taken for another.
    pub(super) method: &'a str,
    pub(super) path: &'a str,
    headers: &'a Value,
    /// Whether what happens is counted.
    pub(super) is_recorded: bool,
}

impl<'a> Request<'a> {
    /// Reads `{id, method, path, headers, recorded?}`; what is missing is empty, and so routed nowhere.
    pub(super) fn read(value: &'a Value) -> Self {
        let text = |name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default();
        let headers = value.get("headers").unwrap_or(&Value::Null);
        let is_recorded = value.get("recorded").and_then(Value::as_bool) == Some(true);
        Self { id: text("id"), method: text("method"), path: text("path"), headers, is_recorded }
    }

    /// The header of that name (in lower case); empty if it is not there.
    pub(super) fn header(&self, name: &str) -> &'a str {
        self.headers.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// The header of that name; None if it is not there.
    pub(super) fn optional_header(&self, name: &str) -> Option<&'a str> {
        self.headers.get(name).and_then(Value::as_str)
    }
}
