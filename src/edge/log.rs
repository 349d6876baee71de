//! One line of log per request, as an object whose fields Workers Logs indexes. It holds no code, no key, no body;
//! of a phone only its last two digits, of a provider only its code.

use super::activity::point;
use super::request::Request;
use crate::api::{Receipt, SendStatus};
use crate::error::Error;
use crate::json::{Map, Value};
use crate::phone::PhoneNumber;

/// The line while it is gathered.
pub(super) struct Entry {
    line: Map,
    /// What is counted of it, and how that ended.
    counted: Option<(&'static str, &'static str)>,
}

impl Entry {
    /// Begins the line of a request. A path that is not ours is not repeated.
    pub(super) fn begin(request: &Request<'_>) -> Self {
        let mut entry = Self { line: Map::new(), counted: None };
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
        self.line.insert(name, value);
    }

    /// Notes the phone, redacted.
    pub(super) fn phone(&mut self, phone: &PhoneNumber) {
        self.note("phone", &phone.redacted());
    }

    /// Notes what went wrong.
    pub(super) fn error(&mut self, error: &Error) {
        self.note("error", error.code());
        if let Some((_, outcome)) = &mut self.counted {
            *outcome = error.code();
        }
        match error {
            Error::Provider(refusal) => {
                self.line.insert("providerStatus", refusal.status);
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
        self.line.insert("status", u32::from(status));
    }

    /// From here on the request is counted, with the outcome that it has if no error comes between.
    pub(super) const fn counts(&mut self, event: &'static str, outcome: &'static str) {
        self.counted = Some((event, outcome));
    }

    /// Notes what a send has come to.
    pub(super) fn receipt(&mut self, receipt: &Receipt) {
        self.note("connectorId", &receipt.connector_id);
        self.note("verificationId", &receipt.verification_id);
        if receipt.status == SendStatus::Unknown {
            self.counts("send", "unknown");
        }
    }

    /// The data point of what is counted; null if nothing is.
    pub(super) fn point(&self) -> Value {
        let text = |name: &str| self.line.get(name).and_then(Value::as_str).unwrap_or_default();
        let point = |(event, outcome)| point(event, outcome, text("connectorId"), text("usageType"));
        self.counted.map_or(Value::Null, point)
    }

    /// The line.
    pub(super) fn write(self) -> Value {
        self.line.into()
    }
}
