//! The responses of `/send` and `/verify`.

use serde::{Deserialize, Serialize};

use super::VerifyRequest;
use crate::error::Issue;
use crate::ledger::LedgerError;
use crate::provider::FailureCause;
use crate::time::{Seconds, Timestamp};
use crate::usage_type::UsageType;

/// What happened to a message. `unknown`: the provider may or may not have accepted it; the code is valid, nothing is
/// retried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum SendStatus {
    /// The provider has accepted it.
    Sent,
    /// The provider may or may not have accepted it: the code stays valid, nothing is retried.
    Unknown,
}

/// The response of `POST /send`: a code is on its way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SendReceipt {
    /// Opaque, from 128 random bits.
    #[cfg_attr(feature = "openapi", schema(pattern = "^[0-9a-f]{32}$"))]
    pub verification_id: String,
    /// Whether the provider has accepted the message.
    pub status: SendStatus,
    /// What the code is for.
    pub usage_type: UsageType,
    /// RFC 3339: 600 seconds after it was made.
    #[cfg_attr(feature = "openapi", schema(format = DateTime))]
    pub expires_at: String,
    /// RFC 3339: the earliest time at which the next send will be permitted.
    #[cfg_attr(feature = "openapi", schema(format = DateTime))]
    pub resend_at: String,
    /// The connector that sent the message.
    #[cfg_attr(feature = "openapi", schema(value_type = crate::openapi::ConnectorId))]
    pub connector_id: String,
    /// Which optional members of the request were ignored or understood as something else.
    #[serde(default, skip_serializing_if = "<[Issue]>::is_empty")]
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<Issue>, required = false, min_items = 1))]
    pub warnings: Box<[Issue]>,
    /// Why the outcome is unknown, for the log; not part of the response or of an idempotency record.
    #[serde(skip)]
    pub cause: Option<FailureCause>,
}

impl SendReceipt {
    /// Returns 200, or 202 while the outcome is unknown.
    pub const fn http_status(&self) -> u16 {
        match self.status {
            SendStatus::Sent => 200,
            SendStatus::Unknown => 202,
        }
    }
}

/// The response of `POST /verify`: the code was right, and cannot be used again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VerifyReceipt {
    /// Always true.
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::openapi::always_true))]
    pub verified: bool,
    /// The id of the send.
    #[cfg_attr(feature = "openapi", schema(pattern = "^[0-9a-f]{32}$"))]
    pub verification_id: String,
    /// E.164.
    #[cfg_attr(feature = "openapi", schema(value_type = crate::phone::PhoneNumber))]
    pub phone: String,
    /// What the code was sent for.
    pub usage_type: UsageType,
    /// RFC 3339.
    #[cfg_attr(feature = "openapi", schema(format = DateTime))]
    pub verified_at: String,
}

impl VerifyReceipt {
    /// Creates the response to a request whose code was right.
    pub fn new(request: &VerifyRequest, verification_id: String, at: Timestamp) -> Self {
        Self {
            verified: true,
            verification_id,
            phone: request.phone.e164().to_owned(),
            usage_type: request.usage_type,
            verified_at: at.rfc3339(),
        }
    }
}

/// Why a code was not accepted, where the person who typed it can act on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VerifyFailure {
    /// Always false.
    pub verified: bool,
    /// The error code without `verification_code.`.
    pub reason: &'static str,
    /// Of `code_mismatch`: how many more wrong codes are allowed. Absent if what was typed is no code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attempts_left: Option<u32>,
    /// Of `locked`: seconds to wait.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<Seconds>,
}

/// The result of a verification in JavaScript, where the caller's mistakes are values and not exceptions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum VerifyResult {
    /// The code was right.
    Verified(VerifyReceipt),
    /// The code was not accepted.
    Failed(VerifyFailure),
}

impl VerifyFailure {
    /// Describes a text that is no code: nothing was compared or counted.
    pub const fn not_a_code() -> Self {
        Self { verified: false, reason: "code_mismatch", attempts_left: None, retry_after: None }
    }

    /// Describes why the ledger did not accept a code.
    pub fn new(error: &LedgerError) -> Self {
        let code = error.code().as_str();
        let data = error.data();
        Self {
            verified: false,
            reason: code.strip_prefix("verification_code.").unwrap_or(code),
            attempts_left: data.attempts_left,
            retry_after: data.retry_after,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test(unsupported = test)]
    fn receipts_have_the_members_of_the_contract() {
        let mut receipt = SendReceipt {
            verification_id: "ab".to_owned(),
            status: SendStatus::Sent,
            usage_type: UsageType::SignIn,
            expires_at: "e".to_owned(),
            resend_at: "r".to_owned(),
            connector_id: "c".to_owned(),
            warnings: Box::default(),
            cause: None,
        };
        let text = serde_json::to_string(&receipt).expect("a JSON form");
        let expected = concat!(
            r#"{"verificationId":"ab","status":"sent","usageType":"SignIn","#,
            r#""expiresAt":"e","resendAt":"r","connectorId":"c"}"#
        );
        assert_eq!((text.as_str(), receipt.http_status()), (expected, 200));
        receipt.status = SendStatus::Unknown;
        receipt.warnings = Box::new([Issue::new("ip", "was ignored")]);
        assert_eq!(receipt.http_status(), 202);
        let text = serde_json::to_string(&receipt).expect("a JSON form");
        assert!(text.ends_with(r#","warnings":[{"path":"ip","message":"was ignored"}]}"#), "{text}");

        let request = VerifyRequest::parse(br#"{"phone":"+14155550123","code":"1"}"#).expect("valid");
        let receipt = VerifyReceipt::new(&request, "ab".to_owned(), Timestamp(0));
        let text = serde_json::to_string(&VerifyResult::Verified(receipt)).expect("a JSON form");
        let expected = concat!(
            r#"{"verified":true,"verificationId":"ab","phone":"+14155550123","#,
            r#""usageType":"Generic","verifiedAt":"1970-01-01T00:00:00Z"}"#
        );
        assert_eq!(text, expected);
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn verify_failures_name_their_reason() {
        for (error, expected) in [
            (LedgerError::NotFound, r#"{"verified":false,"reason":"not_found"}"#),
            (
                LedgerError::Mismatch { attempts_left: 2 },
                r#"{"verified":false,"reason":"code_mismatch","attemptsLeft":2}"#,
            ),
            (LedgerError::Expired, r#"{"verified":false,"reason":"expired"}"#),
            (LedgerError::AttemptsExhausted, r#"{"verified":false,"reason":"exceed_max_try"}"#),
            (
                LedgerError::LockedOut { retry_after: Some(Seconds(9)) },
                r#"{"verified":false,"reason":"locked","retryAfter":9}"#,
            ),
        ] {
            let result = VerifyResult::Failed(VerifyFailure::new(&error));
            assert_eq!(serde_json::to_string(&result).expect("a JSON form"), expected);
        }
        let text = serde_json::to_string(&VerifyFailure::not_a_code()).expect("a JSON form");
        assert_eq!(text, r#"{"verified":false,"reason":"code_mismatch"}"#);
    }
}
