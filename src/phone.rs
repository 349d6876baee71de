//! Phone numbers: strict E.164 and nothing else. Not here: spelling repair (that is the caller's, who knows
//! the user's country) and the list of countries (`country.rs`).

use alloc::borrow::ToOwned;
use alloc::string::String;
use core::fmt;

/// A number in E.164 form: `+`, then 7 to 15 ASCII digits of which the first is not 0 (ITU-T E.164 §6.2.1).
///
/// `Debug` shows nothing and there is no `Display`: a log line gets [`PhoneNumber::redacted`].
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct PhoneNumber(String);

impl PhoneNumber {
    /// Parses the exact spelling `+14155550123`; every other spelling is refused, so one number has one ledger.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('+')?;
        let well_formed = (7..=15).contains(&digits.len())
            && digits.bytes().all(|byte| byte.is_ascii_digit())
            && !digits.starts_with('0');
        well_formed.then(|| Self(text.to_owned()))
    }

    /// With the plus: `+14155550123`.
    pub(crate) fn e164(&self) -> &str {
        &self.0
    }

    /// Without the plus: `14155550123`, the form most providers document.
    pub(crate) fn digits(&self) -> &str {
        self.0.strip_prefix('+').unwrap_or_default()
    }

    /// The digits after a dialling code, if the number starts with it: `national("86")`.
    pub(crate) fn national(&self, dialling_code: &str) -> Option<&str> {
        self.digits().strip_prefix(dialling_code)
    }

    /// For log lines: the last two digits only, `+*********23`.
    pub(crate) fn redacted(&self) -> String {
        let hidden = self.digits().len().saturating_sub(2);
        let mut text = String::from("+");
        for (position, digit) in self.digits().chars().enumerate() {
            text.push(if position < hidden { '*' } else { digit });
        }
        text
    }
}

impl fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PhoneNumber(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn e164_is_taken_as_it_stands() {
        for text in ["+1234567", "+14155550123", "+8613800138000", "+123456789012345"] {
            assert_eq!(PhoneNumber::parse(text).expect(text).e164(), text);
        }
    }

    #[test]
    fn every_other_spelling_is_refused() {
        let odd = crate::it::data::odd_phones();
        assert!(odd.len() >= 60, "{} spellings", odd.len());
        for text in &odd {
            assert!(PhoneNumber::parse(text).is_none(), "{text:?}");
        }
    }

    #[test]
    fn neither_debug_nor_the_log_form_gives_the_number_away() {
        let phone = PhoneNumber::parse("+14155550123").expect("valid");
        assert_eq!(format!("{phone:?}"), "PhoneNumber(…)");
        assert_eq!(phone.redacted(), "+*********23");
    }

    #[test]
    fn national_digits_follow_the_dialling_code() {
        let phone = PhoneNumber::parse("+8613800138000").expect("valid");
        assert_eq!(phone.national("86"), Some("13800138000"));
        assert_eq!(phone.national("1"), None);
    }
}
