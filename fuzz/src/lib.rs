//! What the fuzz targets share.

use edge_otp_core::error::Issue;
use edge_otp_core::keys::KeyRing;
use edge_otp_core::policy::Policy;
use edge_otp_core::secret::Secret;
use serde_json::Value;

/// A code that is unlikely in any other part of an input.
pub const CODE: &str = "9304178265";
/// A character that no issue holds unless it repeats a value.
const MARK: &str = "\u{1}";

/// Returns the default policy.
pub fn policy() -> Policy {
    Policy::parse(|_| None).expect("the defaults")
}

/// Returns fixed keys.
pub fn keys() -> KeyRing {
    KeyRing::derive(Some(&Secret::new("0123456789abcdef0123456789abcdef")), None).expect("long enough")
}

/// Asserts that there are issues, that each is short, and that none holds what was marked by [`mark_texts`].
pub fn check_issues(issues: &[Issue]) {
    assert!(!issues.is_empty(), "refused without an issue");
    for Issue { path, message } in issues {
        assert!(path.chars().count() <= 64, "a path of {} characters", path.chars().count());
        assert!(message.len() < 200 && message.is_ascii(), "{message:?}");
        assert!(!path.contains(MARK) && !message.contains(MARK), "{path:?} {message:?} repeats a value");
    }
}

/// Puts a mark into every text of a document, so that an issue that repeats one is recognised.
pub fn mark_texts(value: &mut Value) {
    match value {
        Value::String(text) => text.push_str(MARK),
        Value::Array(items) => items.iter_mut().for_each(mark_texts),
        Value::Object(members) => members.values_mut().for_each(mark_texts),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
