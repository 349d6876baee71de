//! The countries that may be sent to, and those that may not. The country of a number is that of its numbering plan
//! ([`crate::numbering`]).

use crate::numbering::{PlannedNumber, is_country};
use crate::phone::PhoneNumber;

/// The countries that may be sent to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AllowedCountries {
    /// Every country.
    All,
    /// Dialling codes (`44`) and ISO codes (`GB`), as the setting spells them.
    Only(Vec<String>),
}

impl AllowedCountries {
    /// Parses `US, CA, 44, +49`: dialling codes of 1 to 7 digits and ISO 3166-1 alpha-2 codes. Returns `None` if an entry
    /// is neither, or if there is none.
    pub fn parse(text: &str) -> Option<Self> {
        parse_entries(text).map(Self::Only)
    }

    /// Returns the entries; `None` if every country may be sent to.
    pub fn entries(&self) -> Option<&[String]> {
        match self {
            Self::All => None,
            Self::Only(entries) => Some(entries),
        }
    }

    /// Tells whether a number may be sent to. A number of no country is allowed by its dialling code only.
    pub fn contains(&self, phone: &PhoneNumber) -> bool {
        let Self::Only(entries) = self else { return true };
        matches_any(entries, phone)
    }
}

/// The countries that may not be sent to, spelled as [`AllowedCountries`]; they take precedence over the allowed ones.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BlockedCountries(Vec<String>);

impl BlockedCountries {
    /// Parses a list as [`AllowedCountries::parse`] does.
    pub fn parse(text: &str) -> Option<Self> {
        parse_entries(text).map(Self)
    }

    /// Returns the entries; none if no country is blocked.
    pub fn entries(&self) -> &[String] {
        &self.0
    }

    /// Tells whether a number may not be sent to. A number of no country is blocked by its dialling code only.
    pub fn contains(&self, phone: &PhoneNumber) -> bool {
        !self.0.is_empty() && matches_any(&self.0, phone)
    }
}

fn parse_entries(text: &str) -> Option<Vec<String>> {
    text.split(',').map(|entry| normalize_entry(entry.trim())).collect()
}

fn matches_any(entries: &[String], phone: &PhoneNumber) -> bool {
    let iso = PlannedNumber::new(phone).and_then(|number| number.country());
    entries.iter().any(|entry| Some(entry.as_str()) == iso || phone.digits().starts_with(entry.as_str()))
}

fn normalize_entry(entry: &str) -> Option<String> {
    let digits = entry.strip_prefix('+').unwrap_or(entry);
    let is_code = (1..=7).contains(&digits.len())
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && !digits.starts_with('0');
    if is_code {
        return Some(digits.to_owned());
    }
    let iso = entry.to_ascii_uppercase();
    is_country(&iso).then_some(iso)
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    fn allows(setting: &str, phone: &str) -> bool {
        AllowedCountries::parse(setting).expect(setting).contains(&PhoneNumber::parse(phone).expect(phone))
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn contains_matches_iso_and_dialling_codes() {
        assert!(allows("US", "+14155550123"));
        assert!(!allows("US", "+18765550123"), "Jamaica shares +1");
        assert!(allows("1", "+18765550123"), "the dialling code means all of it");
        assert!(allows("de, +44", "+447781123456"));
        assert!(allows("GB", "+447700900123"), "Ofcom's numbers for examples");
        assert!(!allows("JE", "+447700900123"));
        assert!(!allows("DE,FR", "+8613800138000"));
        assert!(allows("881", "+881612345678") && !allows("US", "+881612345678"), "of no country");
        assert!(AllowedCountries::All.contains(&PhoneNumber::parse("+2101234567").expect("shape")));
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn blocked_countries_are_countries_and_not_dialling_codes() {
        let blocks = |setting: &str, phone: &str| {
            BlockedCountries::parse(setting)
                .expect(setting)
                .contains(&PhoneNumber::parse(phone).expect(phone))
        };
        assert!(blocks("JM", "+18765550123") && !blocks("JM", "+14155550123"), "Jamaica shares +1");
        assert!(blocks("GG,JE", "+447781123456") && !blocks("GG,JE", "+447700900123"));
        assert!(blocks("881", "+881612345678"), "of no country");
        assert!(!BlockedCountries::default().contains(&PhoneNumber::parse("+14155550123").expect("valid")));
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn parse_refuses_malformed_lists() {
        for text in ["", " ", "US,", "XX", "ZZ", "USA", "0", "+", "12345678", "U S"] {
            assert_eq!(BlockedCountries::parse(text), None, "{text:?}");
            assert_eq!(AllowedCountries::parse(text), None, "{text:?}");
        }
    }
}
