//! What a provider's response means. Success must be proven by the body, refusal by the status or the body; everything
//! else is unknown.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::{ErrorCode, ErrorData, ProviderErrorData};
use crate::time::Seconds;

/// A provider's response, its body cut at 64 KiB. It may hold a phone number or a code, so it has no `Debug`.
#[derive(Clone, Default)]
pub struct ProviderResponse {
    /// The HTTP status.
    pub status: u16,
    /// `Retry-After`, where it is a number of seconds.
    pub retry_after: Option<Seconds>,
    /// The body as text.
    pub body: String,
}

impl ProviderResponse {
    /// Tells whether the status is a success; which proves nothing about the message.
    pub const fn is_success(&self) -> bool {
        self.status >= 200 && self.status < 300
    }

    /// Parses the body as JSON; null if it is not JSON.
    pub fn json(&self) -> Value {
        crate::json::parse(self.body.as_bytes()).unwrap_or(Value::Null)
    }
}

/// What happened to a message at the provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeliveryOutcome {
    /// The provider has accepted the message.
    Accepted,
    /// The provider has definitely not accepted it.
    Rejected(Rejection),
    /// The provider may or may not have accepted it.
    Unknown,
}

/// A provider's definite refusal: what it means, and the provider's own code for the operator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("the provider refused the message")]
pub struct Rejection {
    /// What it means.
    pub kind: RejectionKind,
    /// The HTTP status.
    pub status: u16,
    /// The provider's code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
}

/// What a provider's refusal means for the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum RejectionKind {
    /// Key, signature, account or permission.
    Credentials,
    /// The number: malformed, barred, opted out, unreachable region.
    Recipient,
    /// The text, template or sender.
    Content,
    /// Too many requests; the provider's `Retry-After`, if there is one.
    Throttled(Option<Seconds>),
    /// The account has no balance.
    Balance,
    /// A documented refusal of another kind.
    Other,
    /// A refusal by its status, with a body outside the provider's format.
    Unreadable,
}

impl Rejection {
    /// Returns the public code.
    pub const fn error_code(&self) -> ErrorCode {
        match self.kind {
            RejectionKind::Throttled(_) => ErrorCode::ProviderThrottled,
            RejectionKind::Unreadable => ErrorCode::ProviderResponseInvalid,
            _ => ErrorCode::ProviderRejected,
        }
    }

    /// Returns one sentence for people.
    pub const fn message(&self) -> &'static str {
        match self.kind {
            RejectionKind::Credentials => "The provider refused our credentials.",
            RejectionKind::Recipient => "The provider refused the number.",
            RejectionKind::Content => "The provider refused the text, template or sender.",
            RejectionKind::Balance => "The provider account has no balance left.",
            RejectionKind::Throttled(_) | RejectionKind::Other | RejectionKind::Unreadable => {
                self.error_code().message()
            }
        }
    }

    /// Returns the members of the response's `data`.
    pub fn data(&self) -> ErrorData {
        let retry_after = match self.kind {
            RejectionKind::Throttled(retry_after) => retry_after,
            _ => None,
        };
        let provider = Some(ProviderErrorData { status: self.status, code: self.code.clone() });
        ErrorData { retry_after, provider, ..ErrorData::default() }
    }
}

/// A provider's documented codes by what they mean. A code also stands for those that continue it after a dot
/// (`Throttling` for `Throttling.User`), so that the more specific ones come first.
pub type ErrorCodeTable = &'static [(RejectionKind, &'static [&'static str])];

/// Classifies a provider's code: by the table, else by the status.
pub(super) fn classify_code(response: &ProviderResponse, codes: ErrorCodeTable, code: &str) -> RejectionKind {
    let covers =
        |known: &&str| code.strip_prefix(known).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    let known = codes.iter().find(|(_, list)| list.iter().any(covers)).map(|(kind, _)| *kind);
    match (response.status, known) {
        (429, _) => RejectionKind::Throttled(None),
        (_, Some(kind)) => kind,
        (401 | 403, None) => RejectionKind::Credentials,
        (402, None) => RejectionKind::Balance,
        _ => RejectionKind::Other,
    }
}

impl DeliveryOutcome {
    /// Creates a refusal with the provider's code, which is kept only if it is a number or a short word.
    pub(super) fn rejected(
        response: &ProviderResponse,
        kind: RejectionKind,
        code: impl Into<String>,
    ) -> Self {
        let kind = match kind {
            RejectionKind::Throttled(None) => RejectionKind::Throttled(response.retry_after),
            other => other,
        };
        let code = Some(code.into()).filter(|code| is_code(code));
        Self::Rejected(Rejection { kind, status: response.status, code })
    }

    /// Creates a refusal with the provider's code, classified by [`classify_code`].
    pub(super) fn rejected_with_code(response: &ProviderResponse, codes: ErrorCodeTable, code: &str) -> Self {
        Self::rejected(response, classify_code(response, codes, code), code)
    }

    /// Derives what the status alone proves: 429 is throttling, another 4xx is a refusal, everything else is unknown.
    pub(super) fn from_status(response: &ProviderResponse) -> Self {
        let kind = match response.status {
            429 => RejectionKind::Throttled(response.retry_after),
            400..=499 => RejectionKind::Unreadable,
            _ => return Self::Unknown,
        };
        Self::Rejected(Rejection { kind, status: response.status, code: None })
    }

    /// Drops the provider's code if what is not documented of it repeats [`ECHO_LENGTH`] characters of what was sent. No
    /// provider is known to do so, and none may make us pass a secret on.
    #[must_use]
    pub fn redact_echoed_code(mut self, codes: ErrorCodeTable, sent: &[&str]) -> Self {
        if let Self::Rejected(rejection) = &mut self {
            rejection.code.take_if(|code| {
                let undocumented = undocumented_part(codes, code);
                sent.iter().any(|text| echoes(undocumented, text))
            });
        }
        self
    }
}

/// How many consecutive characters of a secret reveal too much.
const ECHO_LENGTH: usize = 5;

/// Tells whether [`ECHO_LENGTH`] consecutive characters of one text occur in another.
fn echoes(text: &str, sent: &str) -> bool {
    let mut windows = text.as_bytes().windows(ECHO_LENGTH);
    windows.any(|window| sent.as_bytes().windows(ECHO_LENGTH).any(|other| other == window))
}

/// Returns what follows a documented code, with as much of that code as could complete an echo. A code may follow a
/// family of three letters (`isv.`).
fn undocumented_part(codes: ErrorCodeTable, code: &str) -> &str {
    let without_family = code.get(4..).filter(|_| code.as_bytes().get(3) == Some(&b'.'));
    let mut shortest = code;
    for known in codes.iter().flat_map(|(_, list)| list.iter()) {
        for text in [Some(code), without_family].into_iter().flatten() {
            let rest = match text.strip_prefix(known) {
                Some("") => "",
                Some(rest) if rest.starts_with('.') => {
                    text.get((known.len() + 1).saturating_sub(ECHO_LENGTH)..).unwrap_or(code)
                }
                _ => continue,
            };
            if rest.len() < shortest.len() {
                shortest = rest;
            }
        }
    }
    shortest
}

/// Formats a provider's code as text, whether it is a JSON string or a number.
pub(super) fn code_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// Tells whether a text looks like a code. A provider's sentence may hold the number or the text, so it is not kept.
fn is_code(code: &str) -> bool {
    (1..=64).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_alphanumeric() || b"._:-".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    const CODES: ErrorCodeTable = &[
        (RejectionKind::Recipient, &["Limit.Country", "21211"]),
        (RejectionKind::Throttled(None), &["Limit", "Throttling"]),
    ];

    #[wasm_bindgen_test(unsupported = test)]
    fn classify_code_prefers_specific_codes_over_their_family() {
        let classify = |status, code: &str| {
            classify_code(&ProviderResponse { status, ..ProviderResponse::default() }, CODES, code)
        };
        for (code, expected) in [
            ("Limit.Country", RejectionKind::Recipient),
            ("Limit.Day", RejectionKind::Throttled(None)),
            ("Throttling.User", RejectionKind::Throttled(None)),
            ("Throttling", RejectionKind::Throttled(None)),
            ("21211", RejectionKind::Recipient),
            ("212110", RejectionKind::Other),
            ("2121", RejectionKind::Other),
            ("Limits", RejectionKind::Other),
            ("", RejectionKind::Other),
        ] {
            assert_eq!(classify(200, code), expected, "{code:?}");
        }
        assert_eq!(classify(429, "21211"), RejectionKind::Throttled(None), "the status is more specific");
        assert_eq!(classify(401, "?"), RejectionKind::Credentials);
        assert_eq!(classify(403, "?"), RejectionKind::Credentials);
        assert_eq!(classify(402, "?"), RejectionKind::Balance);
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn rejected_keeps_only_what_looks_like_a_code() {
        let code = |code: &str| match DeliveryOutcome::rejected(
            &ProviderResponse::default(),
            RejectionKind::Other,
            code,
        ) {
            DeliveryOutcome::Rejected(rejection) => rejection.code,
            _ => None,
        };
        for kept in ["21211", "isv.AMOUNT_NOT_ENOUGH", "0x0216", "-1", "a:b"] {
            assert_eq!(code(kept).as_deref(), Some(kept));
        }
        for dropped in ["", "no credits", "+8613800138000", "价", "a\nb", &"x".repeat(65)] {
            assert_eq!(code(dropped), None, "{dropped:?}");
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn redact_echoed_code_drops_a_code_that_repeats_what_was_sent() {
        let is_kept = |code: &str| {
            let outcome = DeliveryOutcome::rejected(&ProviderResponse::default(), RejectionKind::Other, code);
            match outcome.redact_echoed_code(CODES, &["14155550123", "s3cret-Throttling", "QUMwMDAw"]) {
                DeliveryOutcome::Rejected(rejection) => rejection.code.is_some(),
                _ => false,
            }
        };
        for code in ["21211", "3cre", "isv.Throttling", "Throttling", "Throttling.Day", "Limit.QUMw", "Other"]
        {
            assert!(is_kept(code), "{code}");
        }
        for code in
            ["55501", "s3cret-Throttling", "Limit.t-Thr", "QUMwMDAw", "x.3cret", "t-Throttling", "1415521211"]
        {
            assert!(!is_kept(code), "{code}");
        }
    }
}
