//! Why a message has no result, in a word for the operator: `data.cause` of a test send and the member `cause` of the log
//! line.

use core::fmt;

use serde::{Deserialize, Serialize, Serializer};

/// Why the provider was not reached. Each proves that nothing of the message has left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ConnectFailure {
    /// The name of the host was not resolved.
    Dns,
    /// No connection: the port is closed or the address is unreachable.
    Refused,
    /// No TLS session: the certificate is not valid, or the handshake failed.
    Tls,
}

impl ConnectFailure {
    /// Returns the word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Dns => "dns",
            Self::Refused => "refused",
            Self::Tls => "tls",
        }
    }
}

/// Why nobody knows that a message was accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureCause {
    /// The provider was not reached.
    NotReached(ConnectFailure),
    /// No response within the deadline.
    Timeout,
    /// The connection broke off, or a 2xx has a body outside the provider's format.
    Unreadable,
    /// A status that proves neither success nor refusal.
    HttpStatus(u16),
    /// The provider answered that it does not know either, or has not decided yet.
    Undecided,
}

impl fmt::Display for FailureCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotReached(failure) => f.write_str(failure.as_str()),
            Self::Timeout => f.write_str("timeout"),
            Self::Unreadable => f.write_str("unreadable"),
            Self::HttpStatus(status) => write!(f, "http_{status}"),
            Self::Undecided => f.write_str("undecided"),
        }
    }
}

impl Serialize for FailureCause {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test(unsupported = test)]
    fn causes_are_written_as_words() {
        for (cause, word) in [
            (FailureCause::NotReached(ConnectFailure::Dns), "dns"),
            (FailureCause::NotReached(ConnectFailure::Refused), "refused"),
            (FailureCause::NotReached(ConnectFailure::Tls), "tls"),
            (FailureCause::Timeout, "timeout"),
            (FailureCause::Unreadable, "unreadable"),
            (FailureCause::HttpStatus(500), "http_500"),
            (FailureCause::Undecided, "undecided"),
        ] {
            assert_eq!(serde_json::to_value(cause).expect("a text"), word);
        }
    }
}
