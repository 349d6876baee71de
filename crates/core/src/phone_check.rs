//! Which numbers a code is sent to: the rules by which a well-formed number is refused before anything is counted. A number
//! is refused for what its numbering plan excludes, never because it is not known to be in use.

use std::borrow::Cow;

use crate::error::{ErrorCode, ErrorData};
use crate::numbering::{FormError, PlannedNumber, ServiceKind};
use crate::phone::PhoneNumber;

/// Why a number is not accepted. Nothing here holds the number; `calling_code` is without its plus.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PhoneError {
    /// It is not in E.164 form.
    #[error("not E.164")]
    Format,
    /// No numbering plan has its calling code.
    #[error("unknown calling code")]
    UnknownCode,
    /// The trunk prefix was left in; without `removable` it would be a number.
    #[error("trunk zero")]
    TrunkZero {
        /// Where the prefix follows.
        calling_code: &'static str,
        /// The digits to leave out, if that helps.
        removable: Option<&'static str>,
    },
    /// No number of its plan that can get messages has this length; without `removable` one has.
    #[error("impossible length")]
    ImpossibleLength {
        /// Whose numbers have other lengths.
        calling_code: &'static str,
        /// The digits to leave out, if that helps.
        removable: Option<&'static str>,
    },
    /// Its country is not in `ALLOWED_COUNTRIES`, or it is in `BLOCKED_COUNTRIES`.
    #[error("country not allowed")]
    Country,
    /// It is a service number that is not in `ALLOW_SERVICE_NUMBERS`.
    #[error("service number")]
    ServiceNumber(ServiceKind),
}

impl PhoneError {
    /// Returns the public code.
    pub const fn code(&self) -> ErrorCode {
        match self {
            Self::Country | Self::ServiceNumber(_) => ErrorCode::PhoneNotAllowed,
            _ => ErrorCode::PhoneInvalid,
        }
    }

    /// Returns the members of the response's `data`.
    pub fn data(&self) -> ErrorData {
        let reason = match self {
            Self::Format => "format",
            Self::UnknownCode => "unknown_code",
            Self::TrunkZero { .. } => "trunk_zero",
            Self::ImpossibleLength { .. } => "impossible_length",
            Self::Country => "country",
            Self::ServiceNumber(_) => "service_number",
        };
        ErrorData { reason: Some(reason), ..ErrorData::default() }
    }

    /// Returns one sentence for people. A hint names the digits to leave out and never the number.
    pub fn message(&self) -> Cow<'static, str> {
        match self {
            Self::Format | Self::Country => self.code().message().into(),
            Self::UnknownCode => "The phone number begins with a calling code of no country.".into(),
            Self::TrunkZero { calling_code, removable } => format!(
                "The phone number has a 0 that is dialled inside its country only{}.",
                hint(calling_code, *removable)
            )
            .into(),
            Self::ImpossibleLength { calling_code, removable } => format!(
                "No phone number after +{calling_code} has this length{}.",
                hint(calling_code, *removable)
            )
            .into(),
            Self::ServiceNumber(_) => {
                "Service numbers, such as premium or toll-free ones, are not allowed.".into()
            }
        }
    }
}

fn hint(calling_code: &str, removable: Option<&str>) -> String {
    removable
        .map_or_else(String::new, |digits| format!("; write it without the {digits} after +{calling_code}"))
}

/// The checks of a number beyond its E.164 form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PhoneCheck {
    /// None.
    E164,
    /// All, with these exceptions for service numbers.
    Full(AllowedServices),
}

impl PhoneCheck {
    /// Returns the name in settings.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::E164 => "e164",
            Self::Full(_) => "full",
        }
    }

    /// Checks a number: its calling code, whether it is a service number, then its form.
    ///
    /// # Errors
    /// The first rule that it breaks.
    pub fn check(&self, phone: &PhoneNumber) -> Result<(), PhoneError> {
        let Self::Full(allowed) = self else { return Ok(()) };
        let number = PlannedNumber::new(phone).ok_or(PhoneError::UnknownCode)?;
        if let Some(kind) = number.service() {
            // The table has no lengths of service numbers.
            return if allowed.contains(kind, phone) { Ok(()) } else { Err(PhoneError::ServiceNumber(kind)) };
        }
        let (calling_code, removable) = (number.calling_code(), number.removable_prefix());
        number.check_form().map_err(|error| match error {
            FormError::TrunkZero => PhoneError::TrunkZero { calling_code, removable },
            FormError::ImpossibleLength => PhoneError::ImpossibleLength { calling_code, removable },
        })
    }
}

/// The service numbers that may be sent to nevertheless; none by default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AllowedServices(Vec<String>);

impl AllowedServices {
    /// Parses `toll_free, +1500`: names of kinds and prefixes of 1 to 15 digits with their calling code. Returns `None` if
    /// an entry is neither, or if there is none.
    pub fn parse(text: &str) -> Option<Self> {
        text.split(',').map(|entry| normalize_entry(entry.trim())).collect::<Option<_>>().map(Self)
    }

    /// Returns the entries: names of kinds, and prefixes with their plus.
    pub fn entries(&self) -> &[String] {
        &self.0
    }

    fn contains(&self, kind: ServiceKind, phone: &PhoneNumber) -> bool {
        self.0.iter().any(|entry| entry == kind.as_str() || phone.e164().starts_with(entry.as_str()))
    }
}

/// Names are also accepted as others spell them (`TOLL_FREE`, `tollFree`, `PREMIUM_RATE`).
fn normalize_entry(entry: &str) -> Option<String> {
    let digits = entry.strip_prefix('+').unwrap_or(entry);
    let is_prefix = (1..=15).contains(&digits.len())
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && !digits.starts_with('0');
    if is_prefix {
        return Some(format!("+{digits}"));
    }
    let letters = |text: &str| text.replace(['_', '-', ' '], "").to_ascii_lowercase();
    let wanted = letters(entry);
    let is_named = |kind: &ServiceKind| {
        let name = letters(kind.as_str());
        let synonym = match kind {
            ServiceKind::Premium => "premiumrate",
            ServiceKind::Personal => "personalnumber",
            _ => "",
        };
        wanted == name || (!synonym.is_empty() && wanted == synonym)
    };
    ServiceKind::ALL.into_iter().find(is_named).map(|kind| kind.as_str().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    fn check(phone: &str, allowed: &str) -> Result<(), PhoneError> {
        let allowed = if allowed.is_empty() {
            AllowedServices::default()
        } else {
            AllowedServices::parse(allowed).expect(allowed)
        };
        PhoneCheck::Full(allowed).check(&PhoneNumber::parse(phone).expect(phone))
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn check_refuses_by_the_first_rule_that_is_broken() {
        for (phone, reason) in [
            ("+2101234567", "unknown_code"),
            ("+9991234567", "unknown_code"),
            ("+19005550123", "service_number"),
            ("+18005550123", "service_number"),
            ("+88801402089052", "service_number"),
            ("+610412345678", "trunk_zero"),
            ("+340969060949", "trunk_zero"),
            ("+6141234567", "impossible_length"),
            ("+5215512345678", "impossible_length"),
        ] {
            let error = check(phone, "").expect_err(phone);
            assert_eq!(error.data().reason, Some(reason), "{phone}");
            let number = PhoneNumber::parse(phone).expect(phone);
            assert_eq!(PhoneCheck::E164.check(&number), Ok(()), "{phone}");
        }
        for phone in ["+14155550123", "+61412345678", "+447700900123", "+8613800138000", "+2250158488829"] {
            assert_eq!(check(phone, ""), Ok(()), "{phone}");
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn check_accepts_service_numbers_that_are_allowed() {
        for (phone, allowed) in [
            ("+18005550123", "toll_free"),
            ("+18005550123", "premium, TOLL_FREE"),
            ("+15005550006", "+1500"),
            ("+15005550006", "15005550006"),
            ("+883510012345678", "international_networks"),
            ("+19005550123", "PREMIUM_RATE"),
        ] {
            assert_eq!(check(phone, allowed), Ok(()), "{phone} {allowed}");
        }
        for (phone, allowed) in
            [("+18005550123", "premium"), ("+15005550006", "+1501"), ("+15005550006", "15005550007")]
        {
            assert!(matches!(check(phone, allowed), Err(PhoneError::ServiceNumber(_))), "{phone} {allowed}");
        }
        assert!(check("+610412345678", "+61").is_err(), "an exception for service numbers only");
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn messages_hint_at_the_digits_to_leave_out() {
        for (phone, message) in [
            (
                "+610412345678",
                "The phone number has a 0 that is dialled inside its country only; write it without the 0 after +61.",
            ),
            (
                "+5215512345678",
                "No phone number after +52 has this length; write it without the 1 after +52.",
            ),
            ("+6141234567", "No phone number after +61 has this length."),
        ] {
            assert_eq!(check(phone, "").expect_err(phone).message(), message);
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn allowed_services_are_kinds_and_prefixes() {
        let entries = |text: &str| AllowedServices::parse(text).map(|allowed| allowed.0);
        let expected =
            ["premium", "shared_cost", "toll_free", "personal", "uan", "satellite", "international_networks"];
        let of = |text: &str| entries(text).unwrap_or_default();
        assert_eq!(of(&expected.join(", ")), expected);
        assert_eq!(of("tollFree,+1500,44"), ["toll_free", "+1500", "+44"]);
        for text in ["", " ", "premium,", "premium number", "US", "0", "+", "1234567890123456", "all"] {
            assert_eq!(entries(text), None, "{text:?}");
        }
    }
}
