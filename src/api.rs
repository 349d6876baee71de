//! The contract of `POST /send` and `POST /verify` as types. Here text becomes types, once: what comes out of
//! `parse` cannot be wrong any more.

use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use crate::code::Code;
use crate::document::Reader;
use crate::error::{Error, Result};
use crate::json::Value;
use crate::phone::PhoneNumber;
use crate::policy::Policy;
use crate::record::{Record, object, record};
use crate::text::length;
use crate::time::Timestamp;
use crate::usage::UsageType;

/// Largest body of `/send` and `/verify`, in bytes.
pub(crate) const MAX_BODY: u32 = 8 * 1_024;
/// Largest body that carries a connector's config, in bytes: nine templates in ten languages.
pub(crate) const MAX_CONFIG_BODY: u32 = 64 * 1_024;

/// A request to send a code.
pub(crate) struct SendRequest {
    pub(crate) phone: PhoneNumber,
    pub(crate) usage: UsageType,
    /// BCP 47.
    pub(crate) locale: Option<String>,
    /// The end user's IP address.
    pub(crate) ip: Option<String>,
}

/// A request to verify a code.
pub(crate) struct VerifyRequest {
    pub(crate) phone: PhoneNumber,
    pub(crate) code: Code,
    pub(crate) usage: UsageType,
    pub(crate) verification_id: Option<String>,
}

impl SendRequest {
    /// Reads `{phone, usageType?, locale?, ip?}`.
    ///
    /// # Errors
    /// `guard.invalid_input` with every issue; `phone.invalid` and `phone.not_allowed` if all else is well.
    pub(crate) fn parse(body: &[u8], policy: &Policy) -> Result<Self> {
        let mut reader = Reader::open(body).map_err(Error::InvalidInput)?;
        let phone = reader.required_text("phone");
        let usage = usage(&mut reader);
        let locale = locale(&mut reader);
        let ip = checked(&mut reader, "ip", "must be an IPv4 or IPv6 address", is_ip);
        reader.close().map_err(Error::InvalidInput)?;
        let phone = allowed(PhoneNumber::parse(&phone), policy)?;
        Ok(Self { phone, usage, locale, ip })
    }

    /// Reads Logto's `{phone}`, in digits without the plus, for usage type `Generic`.
    ///
    /// # Errors
    /// As [`Self::parse`].
    pub(crate) fn parse_logto(body: &[u8], policy: &Policy) -> Result<Self> {
        let mut reader = Reader::open(body).map_err(Error::InvalidInput)?;
        let phone = reader.required_text("phone");
        reader.close().map_err(Error::InvalidInput)?;
        let phone = allowed(phone_with_or_without_plus(&phone), policy)?;
        Ok(Self { phone, usage: UsageType::Generic, locale: None, ip: None })
    }

    /// What makes two requests the same, for idempotency.
    pub(crate) fn meaning(&self) -> [&str; 4] {
        [
            self.phone.e164(),
            self.usage.name(),
            self.locale.as_deref().unwrap_or_default(),
            self.ip.as_deref().unwrap_or_default(),
        ]
    }
}

impl VerifyRequest {
    /// Reads `{phone, code, usageType?, verificationId?}`.
    ///
    /// # Errors
    /// `guard.invalid_input` with every issue; `phone.invalid` if all else is well.
    pub(crate) fn parse(body: &[u8]) -> Result<Self> {
        let mut reader = Reader::open(body).map_err(Error::InvalidInput)?;
        let phone = reader.required_text("phone");
        let code = required_code(&mut reader, "code");
        let usage = usage(&mut reader);
        let verification_id = checked(&mut reader, "verificationId", "must be 1 to 64 characters", |id| {
            (1..=64).contains(&length(id))
        });
        reader.close().map_err(Error::InvalidInput)?;
        let phone = PhoneNumber::parse(&phone).ok_or(Error::PhoneInvalid)?;
        let code = code.ok_or_else(|| Error::InvalidInput(Vec::new()))?;
        Ok(Self { phone, code, usage, verification_id })
    }

    /// Reads Logto's `{phone, verificationCode}`, in digits without the plus, for usage type `Generic`.
    ///
    /// # Errors
    /// As [`Self::parse`].
    pub(crate) fn parse_logto(body: &[u8]) -> Result<Self> {
        let mut reader = Reader::open(body).map_err(Error::InvalidInput)?;
        let phone = reader.required_text("phone");
        let code = required_code(&mut reader, "verificationCode");
        reader.close().map_err(Error::InvalidInput)?;
        let phone = phone_with_or_without_plus(&phone).ok_or(Error::PhoneInvalid)?;
        let code = code.ok_or_else(|| Error::InvalidInput(Vec::new()))?;
        Ok(Self { phone, code, usage: UsageType::Generic, verification_id: None })
    }
}

/// Takes the code under its name in the request.
fn required_code(reader: &mut Reader, name: &str) -> Option<Code> {
    let text = reader.required_text(name);
    let code = Code::parse(&text);
    if code.is_none() && !reader.complains_of(name) {
        reader.issue(name, "must be 1 to 10 digits");
    }
    code
}

fn allowed(phone: Option<PhoneNumber>, policy: &Policy) -> Result<PhoneNumber> {
    let phone = phone.ok_or(Error::PhoneInvalid)?;
    if policy.countries.allow(&phone) { Ok(phone) } else { Err(Error::PhoneNotAllowed) }
}

/// A number in E.164 or, as Logto writes it, in its digits alone.
pub(crate) fn phone_with_or_without_plus(text: &str) -> Option<PhoneNumber> {
    PhoneNumber::parse(text).or_else(|| PhoneNumber::parse(&["+", text].concat()))
}

/// Takes an optional BCP 47 tag.
pub(crate) fn locale(reader: &mut Reader) -> Option<String> {
    checked(reader, "locale", "must be a BCP 47 tag such as en or zh-CN", is_locale)
}

/// Takes a usage type; `Generic` if there is none.
pub(crate) fn usage(reader: &mut Reader) -> UsageType {
    let Some(name) = reader.text("usageType") else { return UsageType::Generic };
    UsageType::parse(&name).unwrap_or_else(|| {
        let names: Vec<_> = UsageType::ALL.into_iter().map(UsageType::name).collect();
        reader.issue("usageType", &["must be one of ", &names.join(", ")].concat());
        UsageType::Generic
    })
}

fn checked(reader: &mut Reader, name: &str, message: &str, fits: impl Fn(&str) -> bool) -> Option<String> {
    let text = reader.text(name)?;
    if !fits(&text) {
        reader.issue(name, message);
    }
    Some(text)
}

/// The shape of a BCP 47 tag (RFC 5646 §2.1), at most 35 characters: subtags of up to 8 letters and digits, the
/// first of letters only.
pub(crate) fn is_locale(text: &str) -> bool {
    let mut subtags = text.split('-');
    let language = subtags.next().unwrap_or_default();
    text.len() <= 35
        && (2..=8).contains(&language.len())
        && language.bytes().all(|b| b.is_ascii_alphabetic())
        && subtags.all(|tag| (1..=8).contains(&tag.len()) && tag.bytes().all(|b| b.is_ascii_alphanumeric()))
}

/// An IPv4 address, or the shape of an IPv6 one. (The standard library's parser is exact and weighs 4 KiB; nothing
/// of ours hangs on the difference.)
fn is_ip(text: &str) -> bool {
    let octet = |part: &str| {
        part.len() <= 3 && part.bytes().all(|b| b.is_ascii_digit()) && part.parse::<u8>().is_ok()
    };
    let is_v4 = text.split('.').count() == 4 && text.split('.').all(octet);
    let is_v6 = (2..=45).contains(&text.len())
        && text.split(':').count() > 2
        && text.bytes().all(|b| b.is_ascii_hexdigit() || b == b':' || b == b'.');
    is_v4 || is_v6
}

/// Whether an `Idempotency-Key` is one: 1 to 255 printable ASCII characters.
///
/// # Errors
/// `guard.invalid_input` naming the header.
pub(crate) fn check_idempotency_key(key: &str) -> Result<()> {
    let printable = key.bytes().all(|byte| (0x20..=0x7e).contains(&byte));
    if printable && (1..=255).contains(&key.len()) {
        return Ok(());
    }
    let message = "must be 1 to 255 printable ASCII characters";
    Err(Error::InvalidInput(vec![crate::error::Issue::new("Idempotency-Key", message)]))
}

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SendStatus {
    /// The provider has it.
    Sent,
    /// The provider may or may not have it: the code stays valid, nothing is retried.
    Unknown,
}

/// A code that is on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Receipt {
    pub(crate) verification_id: String,
    pub(crate) status: SendStatus,
    pub(crate) usage_type: UsageType,
    /// RFC 3339.
    pub(crate) expires_at: String,
    /// RFC 3339: the earliest time at which the next send will be granted.
    pub(crate) resend_at: String,
    pub(crate) connector_id: String,
}

record!(Receipt {
    verification_id = "verificationId",
    status = "status",
    usage_type = "usageType",
    expires_at = "expiresAt",
    resend_at = "resendAt",
    connector_id = "connectorId",
});

impl Record for SendStatus {
    fn write(&self) -> Value {
        match self {
            Self::Sent => "sent".into(),
            Self::Unknown => "unknown".into(),
        }
    }

    fn read(value: &Value) -> Option<Self> {
        match value.as_str()? {
            "sent" => Some(Self::Sent),
            "unknown" => Some(Self::Unknown),
            _ => None,
        }
    }
}

impl Receipt {
    /// 200, or 202 while the outcome is open.
    pub(crate) const fn http_status(&self) -> u16 {
        match self.status {
            SendStatus::Sent => 200,
            SendStatus::Unknown => 202,
        }
    }
}

/// The answer to a request whose code was right.
pub(crate) fn verified(request: &VerifyRequest, verification_id: &str, at: Timestamp) -> Value {
    object([
        ("verified", true.into()),
        ("verificationId", verification_id.into()),
        ("phone", request.phone.e164().into()),
        ("usageType", request.usage.write()),
        ("verifiedAt", at.rfc3339().into()),
    ])
}
