//! JSON documents that others write. Reading collects every issue with its path and never repeats a value.

use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use crate::error::Issue;
use crate::json::{Map, Value};

/// A reader of one object: takes members by name and keeps the issues found on the way.
pub(crate) struct Reader {
    object: Map,
    issues: Vec<Issue>,
}

impl Reader {
    /// Opens a request body.
    ///
    /// # Errors
    /// One issue at the empty path if it is not a JSON object, is nested too deep or says a name twice.
    pub(crate) fn open(body: &[u8]) -> Result<Self, Vec<Issue>> {
        let Some(Value::Object(object)) = core::str::from_utf8(body).ok().and_then(Value::parse) else {
            let message = "must be one JSON object in UTF-8, with no name twice and no deep nesting";
            return Err(vec![Issue::new("", message)]);
        };
        Ok(Self { object, issues: Vec::new() })
    }

    /// Takes a member out; `null` counts as absent.
    pub(crate) fn take(&mut self, name: &str) -> Option<Value> {
        self.object.remove(name).filter(|value| !value.is_null())
    }

    /// Takes an optional string.
    pub(crate) fn text(&mut self, name: &str) -> Option<String> {
        let Value::String(text) = self.take(name)? else {
            self.issue(name, "must be a string");
            return None;
        };
        Some(text)
    }

    /// Takes a string that must be there. Empty text stands in for it after an issue.
    pub(crate) fn required_text(&mut self, name: &str) -> String {
        let known_issues = self.issues.len();
        let text = self.text(name);
        if text.is_none() && self.issues.len() == known_issues {
            self.issue(name, "is required");
        }
        text.unwrap_or_default()
    }

    /// Takes a value that must be there, of any kind. Null stands in for it after an issue.
    pub(crate) fn required_value(&mut self, name: &str) -> Value {
        let value = self.object.remove(name);
        if value.is_none() {
            self.issue(name, "is required");
        }
        value.unwrap_or(Value::Null)
    }

    /// Takes members out that mean nothing to us.
    pub(crate) fn ignore(&mut self, names: &[&str]) {
        for name in names {
            self.object.remove(name);
        }
    }

    /// Whether an issue was noted at a path.
    pub(crate) fn complains_of(&self, path: &str) -> bool {
        self.issues.iter().any(|issue| issue.path == path)
    }

    /// Notes an issue.
    pub(crate) fn issue(&mut self, path: &str, message: &str) {
        self.issues.push(Issue::new(path, message));
    }

    /// Ends the reading: what was not taken is unknown.
    ///
    /// # Errors
    /// All issues, if there is one.
    pub(crate) fn close(mut self) -> Result<(), Vec<Issue>> {
        for (name, _) in self.object.iter() {
            let known = is_name(name);
            let message = if known { "is not a known field" } else { "holds a field that is not known" };
            self.issues.push(Issue::new(if known { name } else { "" }, message));
        }
        if self.issues.is_empty() { Ok(()) } else { Err(self.issues) }
    }
}

/// Whether a member's name looks like one: what else stands in its place, a secret for instance, is not repeated.
fn is_name(text: &str) -> bool {
    (1..=40).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphabetic() || b == b'_')
}
