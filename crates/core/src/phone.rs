//! Phone numbers in strict E.164. Correcting other spellings is the caller's task, who knows the user's country; the
//! list of countries is in [`crate::country`].

use core::fmt;

/// A number in E.164 form: `+`, then 7 to 15 ASCII digits of which the first is not 0 (ITU-T E.164 §6.2.1).
///
/// `Debug` shows nothing and there is no `Display`: log lines use [`PhoneNumber::redacted`].
#[derive(Clone, PartialEq, Eq)]
pub struct PhoneNumber(String);

impl PhoneNumber {
    /// Parses the exact spelling `+14155550123`. Every other spelling is refused, so that one number has one ledger.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('+')?;
        let is_e164 = (7..=15).contains(&digits.len())
            && digits.bytes().all(|byte| byte.is_ascii_digit())
            && !digits.starts_with('0');
        is_e164.then(|| Self(text.to_owned()))
    }

    /// Parses E.164 with its plus or, as Logto writes it, the digits alone.
    pub fn parse_with_optional_plus(text: &str) -> Option<Self> {
        Self::parse(text).or_else(|| Self::parse(&format!("+{text}")))
    }

    /// Returns the number with its plus: `+14155550123`.
    pub fn e164(&self) -> &str {
        &self.0
    }

    /// Returns the number without its plus: `14155550123`, the form most providers document.
    pub fn digits(&self) -> &str {
        self.0.strip_prefix('+').unwrap_or_default()
    }

    /// Returns the digits after a dialling code, if the number starts with it: `national_number("86")`.
    pub fn national_number(&self, dialling_code: &str) -> Option<&str> {
        self.digits().strip_prefix(dialling_code)
    }

    /// Formats for log lines: the last two digits only, `+*********23`.
    pub fn redacted(&self) -> String {
        let (hidden, visible) =
            self.digits().split_at_checked(self.digits().len().saturating_sub(2)).unwrap_or_default();
        format!("+{}{visible}", "*".repeat(hidden.len()))
    }

    /// Returns the eleven digits of a mobile number of mainland China; `None` for any other number, those of Hong Kong
    /// and landlines included.
    pub fn china_mobile_number(&self) -> Option<&str> {
        self.national_number("86").filter(|national| national.len() == 11 && national.starts_with('1'))
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
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test(unsupported = test)]
    fn parse_accepts_e164() {
        for text in ["+1234567", "+14155550123", "+8613800138000", "+123456789012345"] {
            assert_eq!(PhoneNumber::parse(text).expect(text).e164(), text);
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn parse_refuses_every_other_spelling() {
        let spellings: Vec<String> =
            serde_json::from_str(include_str!("../../../tests/vectors/odd-phones.json")).expect("strings");
        assert!(spellings.len() >= 60, "{} spellings", spellings.len());
        for text in &spellings {
            assert!(PhoneNumber::parse(text).is_none(), "{text:?}");
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn debug_and_log_form_hide_the_number() {
        let phone = PhoneNumber::parse("+14155550123").expect("valid");
        assert_eq!(format!("{phone:?}"), "PhoneNumber(…)");
        assert_eq!(phone.redacted(), "+*********23");
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn national_number_follows_the_dialling_code() {
        let phone = PhoneNumber::parse("+8613800138000").expect("valid");
        assert_eq!(phone.national_number("86"), Some("13800138000"));
        assert_eq!(phone.national_number("1"), None);
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn china_mobile_number_needs_dialling_code_86_and_a_mobile_number() {
        let number = |text| PhoneNumber::parse(text).expect(text).china_mobile_number().map(str::to_owned);
        assert_eq!(number("+8613800138000").as_deref(), Some("13800138000"));
        for text in ["+13800138000", "+14155550132", "+85251234567", "+861012345678", "+86138001380001"] {
            assert_eq!(number(text), None, "{text}");
        }
    }
}
