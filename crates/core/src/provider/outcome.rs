//! What a provider's response means. Success must be proven by the body, refusal by the status or the body; everything
//! else is unknown. A 5xx proves a refusal only with a code that the provider documents as one.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::cause::{ConnectFailure, FailureCause};
use crate::error::{ErrorCode, ErrorData, ProviderErrorData};
use crate::time::Seconds;

/// A provider's response, its body cut at 64 KiB. It may hold a phone number or a code, so it has no `Debug`.
#[derive(Clone, Default)]
pub struct ProviderResponse {
    /// The HTTP status.
    pub status: u16,
    /// `Retry-After`, in seconds from now.
    pub retry_after: Option<Seconds>,
    /// The body as text.
    pub body: String,
}

impl ProviderResponse {
    /// Tells whether the status is a success; which proves nothing about the message.
    pub const fn is_success(&self) -> bool {
        self.status >= 200 && self.status < 300
    }

    /// Returns the body without a byte order mark and white space around it.
    pub fn text(&self) -> &str {
        self.body.strip_prefix('\u{feff}').unwrap_or(&self.body).trim()
    }

    /// Parses the body as JSON; null if it is not JSON.
    pub fn json(&self) -> Value {
        crate::json::parse(self.text().as_bytes()).unwrap_or(Value::Null)
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
    Unknown(FailureCause),
}

/// A definite refusal, by the provider or because it was not reached: what it means, and the provider's own code for the
/// operator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("the provider refused the message")]
pub struct Rejection {
    /// What it means.
    pub kind: RejectionKind,
    /// The HTTP status; 0 if there is none.
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
    /// The provider was not reached.
    NotReached(ConnectFailure),
}

impl Rejection {
    /// Creates the rejection of a message that never left.
    pub const fn not_reached(failure: ConnectFailure) -> Self {
        Self { kind: RejectionKind::NotReached(failure), status: 0, code: None }
    }

    /// Returns why the provider was not reached, if it was not.
    pub const fn cause(&self) -> Option<FailureCause> {
        match self.kind {
            RejectionKind::NotReached(failure) => Some(FailureCause::NotReached(failure)),
            _ => None,
        }
    }

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
            RejectionKind::NotReached(_) => "The provider could not be reached; nothing was sent.",
            RejectionKind::Throttled(_) | RejectionKind::Other | RejectionKind::Unreadable => {
                self.error_code().message()
            }
        }
    }

    /// Returns the members of the response's `data`.
    pub fn data(&self) -> ErrorData {
        let provider = Some(ProviderErrorData { status: self.status, code: self.code.clone() });
        match self.kind {
            RejectionKind::Throttled(retry_after) => {
                ErrorData { retry_after, provider, ..ErrorData::default() }
            }
            RejectionKind::NotReached(failure) => {
                ErrorData { cause: Some(failure.as_str()), ..ErrorData::default() }
            }
            _ => ErrorData { provider, ..ErrorData::default() },
        }
    }
}

/// A provider's documented codes by what they mean. A code also stands for those that continue it after a dot
/// (`Throttling` for `Throttling.User`); the longest one decides.
#[derive(Clone, Copy, Debug)]
pub struct ErrorCodeTable {
    /// What may precede a code, with its dot: `isv.`. The codes below are without it.
    pub families: &'static [&'static str],
    /// The codes that prove a refusal.
    pub rejected: &'static [(RejectionKind, &'static [&'static str])],
    /// The codes after which the message may have been sent all the same: a timeout or an error inside the provider's
    /// systems.
    pub unknown: &'static [&'static str],
}

/// What a documented code proves.
#[derive(Clone, Copy)]
enum CodeMeaning {
    Rejected(RejectionKind),
    Unknown,
}

impl ErrorCodeTable {
    /// The table of a provider without codes.
    pub const EMPTY: Self = Self { families: &[], rejected: &[], unknown: &[] };

    /// Returns every code, with what it proves.
    fn rows(self) -> impl Iterator<Item = (&'static str, CodeMeaning)> {
        let rejected = self
            .rejected
            .iter()
            .flat_map(|(kind, codes)| codes.iter().map(|code| (*code, CodeMeaning::Rejected(*kind))));
        rejected.chain(self.unknown.iter().map(|code| (*code, CodeMeaning::Unknown)))
    }

    fn without_family(self, code: &str) -> &str {
        self.families.iter().find_map(|family| code.strip_prefix(family)).unwrap_or(code)
    }

    /// Finds the longest code that stands for this one.
    fn find(self, code: &str) -> Option<CodeMeaning> {
        let code = self.without_family(code);
        let covers = |known: &str| {
            code.strip_prefix(known).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        let found = self.rows().filter(|(known, _)| covers(known)).max_by_key(|(known, _)| known.len());
        found.map(|(_, meaning)| meaning)
    }
}

/// Classifies a provider's code: by the table, else by the status. `None` if neither proves a refusal.
pub(super) fn classify_code(
    response: &ProviderResponse,
    codes: ErrorCodeTable,
    code: &str,
) -> Option<RejectionKind> {
    match (response.status, codes.find(code)) {
        (429, _) => Some(RejectionKind::Throttled(None)),
        (_, Some(CodeMeaning::Rejected(kind))) => Some(kind),
        (_, Some(CodeMeaning::Unknown)) | (500.., None) => None,
        (401 | 403, None) => Some(RejectionKind::Credentials),
        (402, None) => Some(RejectionKind::Balance),
        _ => Some(RejectionKind::Other),
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

    /// Reads a failure that the provider reports with a code, classified by [`classify_code`].
    pub(super) fn from_code(response: &ProviderResponse, codes: ErrorCodeTable, code: &str) -> Self {
        Self::from_kind(response, classify_code(response, codes, code), code)
    }

    /// Reads a failure that was classified; `None` proves no refusal.
    pub(super) fn from_kind(response: &ProviderResponse, kind: Option<RejectionKind>, code: &str) -> Self {
        match kind {
            Some(kind) => Self::rejected(response, kind, code),
            None if response.status >= 500 => Self::Unknown(FailureCause::HttpStatus(response.status)),
            None => Self::Unknown(FailureCause::Undecided),
        }
    }

    /// Derives what the status alone proves: 429 is throttling, another 4xx is a refusal, everything else is unknown.
    pub(super) fn from_status(response: &ProviderResponse) -> Self {
        let kind = match response.status {
            429 => RejectionKind::Throttled(response.retry_after),
            400..=499 => RejectionKind::Unreadable,
            200..=299 => return Self::Unknown(FailureCause::Unreadable),
            status => return Self::Unknown(FailureCause::HttpStatus(status)),
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

/// Returns what follows a documented code, with as much of that code as could complete an echo; all of a code that is not
/// documented, and nothing of one that is.
fn undocumented_part(codes: ErrorCodeTable, code: &str) -> &str {
    let text = codes.without_family(code);
    let family_length = code.len() - text.len();
    let parts = codes.rows().filter_map(|(known, _)| match text.strip_prefix(known)? {
        "" => Some(""),
        rest if rest.starts_with('.') => {
            let documented_length = family_length + known.len() + 1;
            code.get(documented_length.saturating_sub(ECHO_LENGTH - 1)..)
        }
        _ => None,
    });
    parts.min_by_key(|part| part.len()).unwrap_or(code)
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

    const CODES: ErrorCodeTable = ErrorCodeTable {
        families: &["isv."],
        rejected: &[
            (RejectionKind::Throttled(None), &["Limit", "Throttling"]),
            (RejectionKind::Recipient, &["Limit.Country", "21211"]),
        ],
        unknown: &["Limit.Unknown", "Internal"],
    };

    #[wasm_bindgen_test(unsupported = test)]
    fn classify_code_takes_the_longest_code_then_the_status() {
        let classify = |status, code: &str| {
            classify_code(&ProviderResponse { status, ..ProviderResponse::default() }, CODES, code)
        };
        for (code, expected) in [
            ("Limit.Country", Some(RejectionKind::Recipient)),
            ("Limit.Day", Some(RejectionKind::Throttled(None))),
            ("Throttling.User", Some(RejectionKind::Throttled(None))),
            ("Throttling", Some(RejectionKind::Throttled(None))),
            ("21211", Some(RejectionKind::Recipient)),
            ("212110", Some(RejectionKind::Other)),
            ("2121", Some(RejectionKind::Other)),
            ("Limits", Some(RejectionKind::Other)),
            ("", Some(RejectionKind::Other)),
            ("Limit.Unknown", None),
            ("Internal", None),
            ("Internal.Timeout", None),
        ] {
            assert_eq!(classify(200, code), expected, "{code:?}");
            assert_eq!(classify(400, code), expected, "{code:?}");
        }
        assert_eq!(
            classify(429, "21211"),
            Some(RejectionKind::Throttled(None)),
            "the status is more specific"
        );
        assert_eq!(classify(401, "?"), Some(RejectionKind::Credentials));
        assert_eq!(classify(403, "?"), Some(RejectionKind::Credentials));
        assert_eq!(classify(402, "?"), Some(RejectionKind::Balance));
        assert_eq!(classify(503, "?"), None, "a 5xx proves nothing");
        assert_eq!(classify(503, "21211"), Some(RejectionKind::Recipient), "but for a documented code");
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn from_status_tells_the_cause_of_an_unknown_outcome() {
        let from_status = |status| {
            DeliveryOutcome::from_status(&ProviderResponse { status, ..ProviderResponse::default() })
        };
        assert_eq!(from_status(200), DeliveryOutcome::Unknown(FailureCause::Unreadable));
        for status in [100, 302, 500, 503] {
            assert_eq!(from_status(status), DeliveryOutcome::Unknown(FailureCause::HttpStatus(status)));
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn text_is_the_body_without_byte_order_mark() {
        let text = |body: &str| {
            ProviderResponse { body: body.to_owned(), ..ProviderResponse::default() }.text().to_owned()
        };
        assert_eq!(text("\u{feff} OK\r\n"), "OK");
        assert_eq!(text("\u{feff}\u{feff}0"), "\u{feff}0", "one mark only");
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn a_message_that_never_left_is_rejected_with_its_cause() {
        let rejection = Rejection::not_reached(ConnectFailure::Dns);
        assert_eq!(rejection.error_code(), ErrorCode::ProviderRejected);
        assert_eq!(rejection.data(), ErrorData { cause: Some("dns"), ..ErrorData::default() });
        assert_eq!(rejection.cause(), Some(FailureCause::NotReached(ConnectFailure::Dns)));
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
            let sent = ["14155550123", "s3cret-Throttling", "QUMwMDAw", "kEy.Limit.Country"];
            match outcome.redact_echoed_code(CODES, &sent) {
                DeliveryOutcome::Rejected(rejection) => rejection.code.is_some(),
                _ => false,
            }
        };
        for code in ["21211", "3cre", "Throttling", "Throttling.Day", "Limit.QUMw", "Other", "Limit.Country"]
        {
            assert!(is_kept(code) && is_kept(&format!("isv.{code}")), "{code}");
        }
        for code in
            ["55501", "s3cret-Throttling", "Limit.t-Thr", "QUMwMDAw", "x.3cret", "t-Throttling", "1415521211"]
        {
            assert!(!is_kept(code) && !is_kept(&format!("isv.{code}")), "{code}");
        }
        for code in ["kEy.Limit", "kEy.Limit.Country", "kEy.Limit.Day", "isv.kEy.Limit", "isv.isv.kEy.L"] {
            assert!(!is_kept(code), "{code}");
        }
    }
}
