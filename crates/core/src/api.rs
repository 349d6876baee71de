//! The requests and responses of `POST /send` and `POST /verify`. Parsing turns text into types and collects every issue;
//! a parsed request is valid.

mod delivery;
mod management;
mod receipt;

use std::borrow::Cow;

use crate::code::Code;
use crate::error::{ErrorCode, ErrorData, Issue};
use crate::json::ObjectReader;
use crate::optional_fields::OptionalFields;
use crate::phone::PhoneNumber;
use crate::phone_check::PhoneError;
use crate::policy::Policy;
use crate::usage_type::UsageType;

pub use delivery::*;
pub use management::*;
pub use receipt::*;

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
    /// The phone number is not accepted.
    #[error(transparent)]
    Phone(#[from] PhoneError),
}

impl RequestError {
    /// Returns the public code.
    pub const fn code(&self) -> ErrorCode {
        match self {
            Self::InvalidInput(_) => ErrorCode::InvalidInput,
            Self::Phone(error) => error.code(),
        }
    }

    /// Returns the members of the response's `data`.
    pub fn data(&self) -> ErrorData {
        match self {
            Self::InvalidInput(issues) => ErrorData { issues: Some(issues.clone()), ..ErrorData::default() },
            Self::Phone(error) => error.data(),
        }
    }

    /// Returns one sentence for people.
    pub fn message(&self) -> Cow<'static, str> {
        match self {
            Self::InvalidInput(_) => self.code().message().into(),
            Self::Phone(error) => error.message(),
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
    /// A language tag (BCP 47), such as `de` or `zh-CN`: selects the template. `zh_CN` is read as `zh-CN`; what cannot be
    /// read is ignored. `warnings` says so.
    #[cfg_attr(feature = "openapi", schema(examples("en", "zh-CN")))]
    pub locale: Option<String>,
    /// The end user's IP address, IPv4 or IPv6, never that of the caller's server: `SENDS_PER_IP_HOUR` and
    /// `SENDS_PER_IP_DAY` limit sends by it, and some connectors pass it on. Of a list the first address counts, a port is
    /// dropped; what cannot be read is ignored. `warnings` says so.
    #[cfg_attr(feature = "openapi", schema(examples("203.0.113.7", "2001:db8::1")))]
    pub ip: Option<String>,
    /// Which optional members were ignored or understood as something else.
    #[cfg_attr(feature = "openapi", schema(ignore))]
    pub warnings: Vec<Issue>,
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
    /// The code as it was typed: digits of any script; white space, hyphens and invisible characters do not count. What is
    /// no code then (absent here) is a mismatch and no attempt.
    #[cfg_attr(feature = "openapi", schema(value_type = String, examples("173619")))]
    pub code: Option<Code>,
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
        let OptionalFields { locale, ip, warnings } = OptionalFields::take(&mut reader);
        reader.finish().map_err(RequestError::InvalidInput)?;
        let phone = policy.check_phone(PhoneNumber::parse(&phone))?;
        Ok(Self { phone, usage_type, locale, ip: ip.map(|ip| ip.to_string()), warnings })
    }

    /// Parses Logto's `{phone}`, in digits without the plus, for usage type `Generic`.
    ///
    /// # Errors
    /// As [`Self::parse`].
    pub fn parse_logto(body: &[u8], policy: &Policy) -> Result<Self, RequestError> {
        let mut reader = open(body)?;
        let phone = reader.take_required_string("phone");
        reader.finish().map_err(RequestError::InvalidInput)?;
        let phone = policy.check_phone(PhoneNumber::parse_with_optional_plus(&phone))?;
        Ok(Self { phone, usage_type: UsageType::Generic, locale: None, ip: None, warnings: Vec::new() })
    }

    /// Returns what makes two requests the same, for idempotency: the values as they were understood.
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
    /// Parses `{phone, code, usageType?, verificationId?}`. Only the form of the number is checked: a code that was sent
    /// can be verified, whatever the settings say by now.
    ///
    /// # Errors
    /// Every issue of the body; if it has none, what is wrong with the phone number.
    pub fn parse(body: &[u8]) -> Result<Self, RequestError> {
        let mut reader = open(body)?;
        let phone = reader.take_required_string("phone");
        let code = Code::parse_typed(&reader.take_required_string("code"));
        let usage_type = take_usage_type(&mut reader);
        let verification_id =
            take_checked(&mut reader, "verificationId", "must be 1 to 64 characters", |id| {
                (1..=64).contains(&id.chars().count())
            });
        reader.finish().map_err(RequestError::InvalidInput)?;
        let phone = PhoneNumber::parse(&phone).ok_or(PhoneError::Format)?;
        Ok(Self { phone, code, usage_type, verification_id })
    }

    /// Parses Logto's `{phone, verificationCode}`, in digits without the plus, for usage type `Generic`.
    ///
    /// # Errors
    /// As [`Self::parse`].
    pub fn parse_logto(body: &[u8]) -> Result<Self, RequestError> {
        let mut reader = open(body)?;
        let phone = reader.take_required_string("phone");
        let code = Code::parse_typed(&reader.take_required_string("verificationCode"));
        reader.finish().map_err(RequestError::InvalidInput)?;
        let phone = PhoneNumber::parse_with_optional_plus(&phone).ok_or(PhoneError::Format)?;
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
    PhoneNumber::parse_with_optional_plus(&phone).ok_or_else(|| PhoneError::Format.into())
}

fn open(body: &[u8]) -> Result<ObjectReader, RequestError> {
    ObjectReader::open(body).map_err(RequestError::InvalidInput)
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
        assert_eq!(paths(parse(wrong)), ["usageType", "typo"]);
        let types = r#"{"phone":1,"usageType":1,"locale":[],"ip":{}}"#;
        assert_eq!(paths(parse(types)), ["phone", "usageType"]);
        let error = |body| parse(body).expect_err("refused");
        assert_eq!(error(r#"{"phone":"14155550123"}"#), PhoneError::Format.into());
        assert_eq!(error(r#"{"phone":"+442071838750"}"#), PhoneError::Country.into());
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn send_request_ignores_optional_members_that_it_cannot_read() {
        let parse = |locale: &str, ip: &str| {
            let body = format!(r#"{{"phone":"+14155550123","locale":{locale},"ip":{ip}}}"#);
            SendRequest::parse(body.as_bytes(), &policy()).expect("never costs a send")
        };
        let request = parse(r#""zh_CN""#, r#""203.0.113.7:51234, 10.0.0.1""#);
        assert_eq!(request.fingerprint_parts(), ["+14155550123", "Generic", "zh-CN", "203.0.113.7"]);
        let paths = |warnings: &[Issue]| warnings.iter().map(|issue| issue.path.clone()).collect::<Vec<_>>();
        assert_eq!(paths(&request.warnings), ["locale", "ip"]);
        for (locale, ip) in [(r#""""#, r#""""#), ("1", "[]"), (r#""?""#, r#""::x""#)] {
            let request = parse(locale, ip);
            assert_eq!(request.fingerprint_parts(), ["+14155550123", "Generic", "", ""], "{locale} {ip}");
            assert_eq!(paths(&request.warnings), ["locale", "ip"]);
        }
        assert_eq!(parse(r#""zh-CN""#, r#""203.0.113.7""#).warnings, []);
        assert_eq!(parse("null", "null").warnings, []);
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn phone_is_checked_when_a_code_is_sent_but_not_when_it_is_verified() {
        for (phone, reason) in [
            ("+2101234567", "unknown_code"),
            ("+18005550123", "service_number"),
            ("+610412345678", "trunk_zero"),
            ("+8613800", "impossible_length"),
            ("+442071838750", "country"),
            ("14155550123", "format"),
        ] {
            let body = format!(r#"{{"phone":"{phone}"}}"#);
            let error = SendRequest::parse(body.as_bytes(), &policy()).expect_err(phone);
            assert_eq!(error.data().reason, Some(reason), "{phone}");
            assert!(!error.message().contains(phone), "{}", error.message());
            let body = format!(r#"{{"phone":"{phone}","code":"1"}}"#);
            assert_eq!(VerifyRequest::parse(body.as_bytes()).is_ok(), reason != "format", "{phone}");
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn verify_request_parses_every_member() {
        let body =
            br#"{"phone":"+442071838750","code":"012345","usageType":"BindMfa","verificationId":"ab"}"#;
        let request = VerifyRequest::parse(body).expect("every country may verify");
        assert_eq!(
            (request.phone.e164(), request.code.as_ref().map(Code::as_str)),
            ("+442071838750", Some("012345"))
        );
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
        assert_eq!(paths(parse(r#"{"phone":"415","code":"1","verificationId":""}"#)), ["verificationId"]);
        let id = |length| {
            format!(r#"{{"phone":"+14155550123","code":"1","verificationId":"{}"}}"#, "é".repeat(length))
        };
        assert!(parse(&id(64)).is_ok());
        assert_eq!(paths(parse(&id(65))), ["verificationId"]);
        assert_eq!(parse(r#"{"phone":"415","code":"1"}"#).expect_err("refused"), PhoneError::Format.into());
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn verify_requests_read_the_code_as_it_is_typed() {
        for (typed, code) in [
            ("744 189", Some("744189")),
            ("７４４-１８９", Some("744189")),
            ("١٢٣٤٥٦", Some("123456")),
            ("", None),
            ("12345x", None),
            ("12345678901", None),
        ] {
            let body = format!(r#"{{"phone":"+14155550123","code":"{typed}"}}"#);
            let request = VerifyRequest::parse(body.as_bytes()).expect("a string");
            assert_eq!(request.code.as_ref().map(Code::as_str), code, "{typed:?}");
            let body = format!(r#"{{"phone":"+14155550123","verificationCode":"{typed}"}}"#);
            let request = VerifyRequest::parse_logto(body.as_bytes()).expect("a string");
            assert_eq!(request.code.as_ref().map(Code::as_str), code, "{typed:?}");
        }
        for value in ["123456", "null", "[]"] {
            let body = format!(r#"{{"phone":"+14155550123","code":{value}}}"#);
            assert_eq!(paths(VerifyRequest::parse(body.as_bytes())), ["code"], "{value}");
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn logto_requests_take_digits_with_or_without_plus() {
        for phone in ["14155550123", "+14155550123"] {
            let body = format!(r#"{{"phone":"{phone}"}}"#);
            let send = SendRequest::parse_logto(body.as_bytes(), &policy()).expect("valid");
            assert_eq!(send.fingerprint_parts(), ["+14155550123", "Generic", "", ""]);
            let body = format!(r#"{{"phone":"{phone}","verificationCode":"123456"}}"#);
            let verify = VerifyRequest::parse_logto(body.as_bytes()).expect("valid");
            assert_eq!(
                (verify.phone.e164(), verify.code.as_ref().map(Code::as_str)),
                ("+14155550123", Some("123456"))
            );
            assert_eq!((verify.usage_type, verify.verification_id), (UsageType::Generic, None));
        }
        let send = |body: &str| SendRequest::parse_logto(body.as_bytes(), &policy());
        assert_eq!(send(r#"{"phone":"x"}"#).expect_err("refused"), PhoneError::Format.into());
        assert_eq!(send(r#"{"phone":"442071838750"}"#).expect_err("refused"), PhoneError::Country.into());
        assert_eq!(paths(send(r#"{"phone":"14155550123","usageType":"SignIn"}"#)), ["usageType"]);
        let verify = |body: &str| VerifyRequest::parse_logto(body.as_bytes());
        assert_eq!(paths(verify(r#"{"phone":"1","code":"123456"}"#)), ["verificationCode", "code"]);
        let no_phone = verify(r#"{"phone":"1","verificationCode":"123456"}"#);
        assert_eq!(no_phone.expect_err("refused"), PhoneError::Format.into());
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
}
