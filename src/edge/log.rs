//! One line of log per request, as an object whose fields Workers Logs indexes. It holds no code, no key, no body;
//! of a phone only its last two digits, of a provider only its code.

use super::request::Request;
use crate::error::Error;
use crate::json::{Map, Value};
use crate::phone::PhoneNumber;

/// The line while it is gathered.
pub(super) struct Entry(Map);

impl Entry {
    /// Begins the line of a request. A path that is not ours is not repeated.
    pub(super) fn begin(request: &Request<'_>) -> Self {
        let mut entry = Self(Map::new());
        let event = match request.path {
            "/send" => "otp.send",
            "/verify" => "otp.verify",
            "/health" => "otp.health",
            path if path.starts_with("/api/") => "otp.manage",
            _ => "otp.other",
        };
        entry.note("event", event);
        entry.note("requestId", request.id);
        entry
    }

    /// Notes a fact.
    pub(super) fn note(&mut self, name: &str, value: &str) {
        self.0.insert(name, value);
    }

    /// Notes the phone, redacted.
    pub(super) fn phone(&mut self, phone: &PhoneNumber) {
        self.note("phone", &phone.redacted());
    }

    /// Notes what went wrong.
    pub(super) fn error(&mut self, error: &Error) {
        self.note("error", error.code());
        match error {
            Error::Provider(refusal) => {
                self.0.insert("providerStatus", refusal.status);
                self.note("providerCode", refusal.code.as_deref().unwrap_or_default());
            }
            Error::Settings(issues) => {
                for issue in issues {
                    self.note("setting", &issue.path);
                }
            }
            Error::Internal(what) => self.note("detail", what),
            _ => {}
        }
    }

    /// Notes how the request was answered.
    pub(super) fn status(&mut self, status: u16) {
        self.0.insert("status", u32::from(status));
    }

    /// The line.
    pub(super) fn write(self) -> Value {
        self.0.into()
    }
}
