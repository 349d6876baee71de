//! The requests and responses of `POST /send` and `POST /verify`. Parsing turns text into types and collects every issue;
//! a parsed request is valid.

mod management;

use serde::{Deserialize, Serialize};

use crate::code::Code;
use crate::error::{ErrorCode, ErrorData, Issue};
use crate::json::ObjectReader;
use crate::ledger::LedgerError;
use crate::locale::is_language_tag;
use crate::phone::PhoneNumber;
use crate::policy::Policy;
use crate::provider::FailureCause;
use crate::time::{Seconds, Timestamp};
use crate::usage_type::UsageType;

pub use management::*;

/// The largest body of `/send` and `/verify`, in bytes.
pub const MAX_BODY: usize = 8 * 1_024;
/// The largest body that carries a connector's config, in bytes: nine templates in ten languages.
pub const MAX_CONFIG_BODY: usize = 64 * 1_024;

/// Why a request is not accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// The body does not have the shape that the route takes.
    #[error("invalid input")]
    InvalidInput(Vec<Issue>),
    /// The phone number is not E.164.
    #[error("invalid phone number")]
    PhoneInvalid,
    /// The country of the phone number is not in `ALLOWED_COUNTRIES`.
    #[error("country not allowed")]
    PhoneNotAllowed,
}

impl RequestError {
    /// Returns the public code.
    pub const fn code(&self) -> ErrorCode {
        match self {
            Self::InvalidInput(_) => ErrorCode::InvalidInput,
            Self::PhoneInvalid => ErrorCode::PhoneInvalid,
            Self::PhoneNotAllowed => ErrorCode::PhoneNotAllowed,
        }
    }

    /// Returns the members of the response's `data`.
    pub fn data(&self) -> ErrorData {
        match self {
            Self::InvalidInput(issues) => ErrorData { issues: Some(issues.clone()), ..ErrorData::default() },
            Self::PhoneInvalid | Self::PhoneNotAllowed => ErrorData::default(),
        }
    }
}

/// A request to send a code.
#[derive(Clone, Debug)]
#[cfg_attr(
    feature = "openapi",
    derive(utoipa::ToSchema),
    serde(rename_all = "camelCase", deny_unknown_fields)
)]
pub struct SendRequest {
    /// The recipient.
    pub phone: PhoneNumber,
    /// What the code is for; `Generic` if absent.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<UsageType>, default = "Generic"))]
    pub usage_type: UsageType,
    /// A language tag (BCP 47), such as `de` or `zh-CN`: selects the template.
    #[cfg_attr(
        feature = "openapi",
        schema(max_length = 35, pattern = "^[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*$", examples("en", "zh-CN"))
    )]
    pub locale: Option<String>,
    /// The end user's IP address, IPv4 or IPv6; passed to connectors that take one.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::openapi::IpAddress>))]
    pub ip: Option<String>,
}

/// A request to verify a code.
#[derive(Clone, Debug)]
#[cfg_attr(
    feature = "openapi",
    derive(utoipa::ToSchema),
    serde(rename_all = "camelCase", deny_unknown_fields)
)]
pub struct VerifyRequest {
    /// The phone number that the code was sent to.
    pub phone: PhoneNumber,
    /// The code as it was typed. One of the wrong length is a wrong code, not a bad request.
    #[cfg_attr(feature = "openapi", schema(value_type = String, pattern = "^[0-9]{1,10}$", examples("173619")))]
    pub code: Code,
    /// What the code was sent for; `Generic` if absent.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<UsageType>, default = "Generic"))]
    pub usage_type: UsageType,
    /// If given, only the code with this id is accepted.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 64))]
    pub verification_id: Option<String>,
}

impl SendRequest {
    /// Parses `{phone, usageType?, locale?, ip?}`.
    ///
    /// # Errors
    /// Every issue of the body; if it has none, what is wrong with the phone number.
    pub fn parse(body: &[u8], policy: &Policy) -> Result<Self, RequestError> {
        let mut reader = open(body)?;
        let phone = reader.take_required_string("phone");
        let usage_type = take_usage_type(&mut reader);
        let locale = take_locale(&mut reader);
        let ip = take_checked(&mut reader, "ip", "must be an IPv4 or IPv6 address", is_ip_address);
        reader.finish().map_err(RequestError::InvalidInput)?;
        let phone = check_country(PhoneNumber::parse(&phone), policy)?;
        Ok(Self { phone, usage_type, locale, ip })
    }

    /// Parses Logto's `{phone}`, in digits without the plus, for usage type `Generic`.
    ///
    /// # Errors
    /// As [`Self::parse`].
    pub fn parse_logto(body: &[u8], policy: &Policy) -> Result<Self, RequestError> {
        let mut reader = open(body)?;
        let phone = reader.take_required_string("phone");
        reader.finish().map_err(RequestError::InvalidInput)?;
        let phone = check_country(PhoneNumber::parse_with_optional_plus(&phone), policy)?;
        Ok(Self { phone, usage_type: UsageType::Generic, locale: None, ip: None })
    }

    /// Returns what makes two requests the same, for idempotency.
    pub fn fingerprint_parts(&self) -> [&str; 4] {
        [
            self.phone.e164(),
            self.usage_type.as_str(),
            self.locale.as_deref().unwrap_or_default(),
            self.ip.as_deref().unwrap_or_default(),
        ]
    }
}

impl VerifyRequest {
    /// Parses `{phone, code, usageType?, verificationId?}`.
    ///
    /// # Errors
    /// Every issue of the body; if it has none, what is wrong with the phone number.
    pub fn parse(body: &[u8]) -> Result<Self, RequestError> {
        let mut reader = open(body)?;
        let phone = reader.take_required_string("phone");
        let code = take_required_code(&mut reader, "code");
        let usage_type = take_usage_type(&mut reader);
        let verification_id =
            take_checked(&mut reader, "verificationId", "must be 1 to 64 characters", |id| {
                (1..=64).contains(&id.chars().count())
            });
        reader.finish().map_err(RequestError::InvalidInput)?;
        let phone = PhoneNumber::parse(&phone).ok_or(RequestError::PhoneInvalid)?;
        let code = code.ok_or_else(|| RequestError::InvalidInput(Vec::new()))?;
        Ok(Self { phone, code, usage_type, verification_id })
    }

    /// Parses Logto's `{phone, verificationCode}`, in digits without the plus, for usage type `Generic`.
    ///
    /// # Errors
    /// As [`Self::parse`].
    pub fn parse_logto(body: &[u8]) -> Result<Self, RequestError> {
        let mut reader = open(body)?;
        let phone = reader.take_required_string("phone");
        let code = take_required_code(&mut reader, "verificationCode");
        reader.finish().map_err(RequestError::InvalidInput)?;
        let phone = PhoneNumber::parse_with_optional_plus(&phone).ok_or(RequestError::PhoneInvalid)?;
        let code = code.ok_or_else(|| RequestError::InvalidInput(Vec::new()))?;
        Ok(Self { phone, code, usage_type: UsageType::Generic, verification_id: None })
    }
}

/// Parses `{phone}`, the phone number with or without its plus.
///
/// # Errors
/// As [`SendRequest::parse`].
pub fn parse_phone_request(body: &[u8]) -> Result<PhoneNumber, RequestError> {
    let mut reader = open(body)?;
    let phone = reader.take_required_string("phone");
    reader.finish().map_err(RequestError::InvalidInput)?;
    PhoneNumber::parse_with_optional_plus(&phone).ok_or(RequestError::PhoneInvalid)
}

fn open(body: &[u8]) -> Result<ObjectReader, RequestError> {
    ObjectReader::open(body).map_err(RequestError::InvalidInput)
}

fn take_required_code(reader: &mut ObjectReader, name: &str) -> Option<Code> {
    let text = reader.take_required_string(name);
    let code = Code::parse(&text);
    if code.is_none() && !reader.has_issue_at(name) {
        reader.add_issue(name, "must be 1 to 10 digits");
    }
    code
}

fn check_country(phone: Option<PhoneNumber>, policy: &Policy) -> Result<PhoneNumber, RequestError> {
    let phone = phone.ok_or(RequestError::PhoneInvalid)?;
    if policy.allowed_countries.contains(&phone) { Ok(phone) } else { Err(RequestError::PhoneNotAllowed) }
}

/// Takes an optional language tag.
pub(crate) fn take_locale(reader: &mut ObjectReader) -> Option<String> {
    take_checked(reader, "locale", "must be a BCP 47 tag such as en or zh-CN", is_language_tag)
}

/// Takes a usage type; `Generic` if there is none.
pub(crate) fn take_usage_type(reader: &mut ObjectReader) -> UsageType {
    let Some(name) = reader.take_string("usageType") else { return UsageType::Generic };
    UsageType::parse(&name).unwrap_or_else(|| {
        let names = UsageType::ALL.map(UsageType::as_str).join(", ");
        reader.add_issue("usageType", format!("must be one of {names}"));
        UsageType::Generic
    })
}

fn take_checked(
    reader: &mut ObjectReader,
    name: &str,
    message: &str,
    is_valid: impl Fn(&str) -> bool,
) -> Option<String> {
    let text = reader.take_string(name)?;
    if !is_valid(&text) {
        reader.add_issue(name, message);
    }
    Some(text)
}

fn is_ip_address(text: &str) -> bool {
    text.parse::<core::net::IpAddr>().is_ok()
}

/// Checks an `Idempotency-Key`: 1 to 255 printable ASCII characters.
///
/// # Errors
/// An issue that names the header.
pub fn check_idempotency_key(key: &str) -> Result<(), RequestError> {
    let is_printable = key.bytes().all(|byte| (0x20..=0x7e).contains(&byte));
    if is_printable && (1..=255).contains(&key.len()) {
        return Ok(());
    }
    let message = "must be 1 to 255 printable ASCII characters";
    Err(RequestError::InvalidInput(vec![Issue::new("Idempotency-Key", message)]))
}

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
    #[cfg_attr(feature = "openapi", schema(value_type = PhoneNumber))]
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
    /// Of `code_mismatch`: how many more wrong codes are allowed.
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

    fn policy() -> Policy {
        Policy::parse(|name| (name == "ALLOWED_COUNTRIES").then(|| "US,CN".to_owned())).expect("valid")
    }

    fn paths<T>(result: Result<T, RequestError>) -> Vec<String> {
        match result {
            Err(RequestError::InvalidInput(issues)) => issues.into_iter().map(|issue| issue.path).collect(),
            _ => Vec::new(),
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn send_request_parses_every_member() {
        let body =
            br#"{"phone":"+14155550123","usageType":"SignIn","locale":"zh-Hant-TW","ip":"2001:db8::1"}"#;
        let request = SendRequest::parse(body, &policy()).expect("valid");
        assert_eq!(request.phone.e164(), "+14155550123");
        assert_eq!(request.fingerprint_parts(), ["+14155550123", "SignIn", "zh-Hant-TW", "2001:db8::1"]);
        let defaults = br#"{"phone":"+14155550123","usageType":null,"locale":null,"ip":null}"#;
        let request = SendRequest::parse(defaults, &policy()).expect("null counts as absent");
        assert_eq!(request.fingerprint_parts(), ["+14155550123", "Generic", "", ""]);
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn send_request_reports_every_issue_before_the_phone_number() {
        let parse = |body: &str| SendRequest::parse(body.as_bytes(), &policy());
        assert_eq!(paths(parse("[]")), [""]);
        assert_eq!(paths(parse("{}")), ["phone"]);
        let wrong = r#"{"phone":"415","usageType":"signIn","locale":"a","ip":"1.2.3","typo":1}"#;
        assert_eq!(paths(parse(wrong)), ["usageType", "locale", "ip", "typo"]);
        let types = r#"{"phone":1,"usageType":1,"locale":[],"ip":{}}"#;
        assert_eq!(paths(parse(types)), ["phone", "usageType", "locale", "ip"]);
        let error = |body| parse(body).expect_err("refused");
        assert_eq!(error(r#"{"phone":"14155550123"}"#), RequestError::PhoneInvalid);
        assert_eq!(error(r#"{"phone":"+442071838750"}"#), RequestError::PhoneNotAllowed);
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn verify_request_parses_every_member() {
        let body =
            br#"{"phone":"+442071838750","code":"012345","usageType":"BindMfa","verificationId":"ab"}"#;
        let request = VerifyRequest::parse(body).expect("every country may verify");
        assert_eq!((request.phone.e164(), request.code.as_str()), ("+442071838750", "012345"));
        assert_eq!(
            (request.usage_type, request.verification_id.as_deref()),
            (UsageType::BindMfa, Some("ab"))
        );
        let request = VerifyRequest::parse(br#"{"phone":"+14155550123","code":"1"}"#).expect("valid");
        assert_eq!((request.usage_type, request.verification_id), (UsageType::Generic, None));
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn verify_request_reports_every_issue_before_the_phone_number() {
        let parse = |body: &str| VerifyRequest::parse(body.as_bytes());
        assert_eq!(paths(parse("")), [""]);
        assert_eq!(paths(parse("{}")), ["phone", "code"]);
        assert_eq!(paths(parse(r#"{"phone":"415","code":123456}"#)), ["code"]);
        for code in ["", "12345x", "12345678901", "１２３４５６"] {
            let body = format!(r#"{{"phone":"415","code":"{code}","verificationId":""}}"#);
            assert_eq!(paths(parse(&body)), ["code", "verificationId"], "{code:?}");
        }
        let id = |length| {
            format!(r#"{{"phone":"+14155550123","code":"1","verificationId":"{}"}}"#, "é".repeat(length))
        };
        assert!(parse(&id(64)).is_ok());
        assert_eq!(paths(parse(&id(65))), ["verificationId"]);
        assert_eq!(parse(r#"{"phone":"415","code":"1"}"#).expect_err("refused"), RequestError::PhoneInvalid);
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn logto_requests_take_digits_with_or_without_plus() {
        for phone in ["14155550123", "+14155550123"] {
            let body = format!(r#"{{"phone":"{phone}"}}"#);
            let send = SendRequest::parse_logto(body.as_bytes(), &policy()).expect("valid");
            assert_eq!(send.fingerprint_parts(), ["+14155550123", "Generic", "", ""]);
            let body = format!(r#"{{"phone":"{phone}","verificationCode":"123456"}}"#);
            let verify = VerifyRequest::parse_logto(body.as_bytes()).expect("valid");
            assert_eq!((verify.phone.e164(), verify.code.as_str()), ("+14155550123", "123456"));
            assert_eq!((verify.usage_type, verify.verification_id), (UsageType::Generic, None));
        }
        let send = |body: &str| SendRequest::parse_logto(body.as_bytes(), &policy());
        assert_eq!(send(r#"{"phone":"x"}"#).expect_err("refused"), RequestError::PhoneInvalid);
        assert_eq!(send(r#"{"phone":"442071838750"}"#).expect_err("refused"), RequestError::PhoneNotAllowed);
        assert_eq!(paths(send(r#"{"phone":"14155550123","usageType":"SignIn"}"#)), ["usageType"]);
        let verify = |body: &str| VerifyRequest::parse_logto(body.as_bytes());
        assert_eq!(paths(verify(r#"{"phone":"1","code":"123456"}"#)), ["verificationCode", "code"]);
        let no_phone = verify(r#"{"phone":"1","verificationCode":"123456"}"#);
        assert_eq!(no_phone.expect_err("refused"), RequestError::PhoneInvalid);
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn check_idempotency_key_accepts_printable_ascii() {
        for key in ["a", " ~", &"x".repeat(255)] {
            assert_eq!(check_idempotency_key(key), Ok(()), "{key}");
        }
        for key in ["", "a\n", "é", "\u{7f}", &"x".repeat(256)] {
            assert_eq!(paths(check_idempotency_key(key)), ["Idempotency-Key"], "{key:?}");
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn receipts_have_the_members_of_the_contract() {
        let mut receipt = SendReceipt {
            verification_id: "ab".to_owned(),
            status: SendStatus::Sent,
            usage_type: UsageType::SignIn,
            expires_at: "e".to_owned(),
            resend_at: "r".to_owned(),
            connector_id: "c".to_owned(),
            cause: None,
        };
        let text = serde_json::to_string(&receipt).expect("a JSON form");
        let expected = concat!(
            r#"{"verificationId":"ab","status":"sent","usageType":"SignIn","#,
            r#""expiresAt":"e","resendAt":"r","connectorId":"c"}"#
        );
        assert_eq!((text.as_str(), receipt.http_status()), (expected, 200));
        receipt.status = SendStatus::Unknown;
        assert_eq!(receipt.http_status(), 202);

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
    }
}
