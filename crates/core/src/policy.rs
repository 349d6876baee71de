//! The limits, parsed from settings. A value that does not parse or is out of range is an issue that names its setting,
//! so that a typing mistake never loosens a limit without notice.

use serde::Serialize;

use crate::country::AllowedCountries;
use crate::error::Issue;
use crate::time::{CODE_LIFETIME, Seconds};

/// How codes are made and how often they may be sent and tried.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Digits of a code: 6 to 10.
    pub code_length: u32,
    /// Wrong codes per code sent: 1 to 5.
    pub max_attempts: u32,
    /// Wrong codes per phone number in a rolling 24 h, over all codes and usage types: 1 to 100 (NIST SP 800-63B-4
    /// §3.2.2 allows at most 100).
    pub daily_failures: u32,
    /// Seconds before the 2nd, 3rd, … send; the last repeats. Each 0 to 3600.
    pub resend_cooldowns: Vec<Seconds>,
    /// Sends per phone number in a rolling hour: 1 to 1000.
    pub sends_per_hour: u32,
    /// Sends per phone number in a rolling day: 1 to 1000.
    pub sends_per_day: u32,
    /// Countries that may be sent to; all, if not set.
    pub allowed_countries: AllowedCountries,
    /// The deadline for a provider's response, in milliseconds: 100 to 30000.
    pub provider_timeout_ms: u32,
    /// Whether the mock connector may be saved and used: only if the setting is exactly `1`.
    pub allow_mock: bool,
}

impl Policy {
    /// The names of the settings that [`Policy::parse`] reads.
    pub const SETTINGS: [&str; 9] = [
        "CODE_LENGTH",
        "MAX_ATTEMPTS",
        "DAILY_FAILURES",
        "RESEND_COOLDOWNS",
        "SENDS_PER_HOUR",
        "SENDS_PER_DAY",
        "ALLOWED_COUNTRIES",
        "PROVIDER_TIMEOUT_MS",
        "ALLOW_MOCK",
    ];

    /// Reads the settings through `var`, which returns a setting's text, or `None` where it is not set.
    ///
    /// # Errors
    /// The first setting that is wrong.
    pub fn parse(var: impl Fn(&str) -> Option<String>) -> Result<Self, Issue> {
        let number = |name: &str, default: u32, min: u32, max: u32| match var(name) {
            None => Ok(default),
            Some(text) => parse_whole_number(&text)
                .filter(|value| (min..=max).contains(value))
                .ok_or_else(|| Issue::new(name, format!("must be a whole number from {min} to {max}"))),
        };
        Ok(Self {
            code_length: number("CODE_LENGTH", 6, 6, 10)?,
            max_attempts: number("MAX_ATTEMPTS", 5, 1, 5)?,
            daily_failures: number("DAILY_FAILURES", 10, 1, 100)?,
            resend_cooldowns: parse_cooldowns(var("RESEND_COOLDOWNS").as_deref().unwrap_or("60,120,300"))?,
            sends_per_hour: number("SENDS_PER_HOUR", 5, 1, 1_000)?,
            sends_per_day: number("SENDS_PER_DAY", 10, 1, 1_000)?,
            allowed_countries: parse_countries(var("ALLOWED_COUNTRIES").as_deref())?,
            provider_timeout_ms: number("PROVIDER_TIMEOUT_MS", 10_000, 100, 30_000)?,
            allow_mock: var("ALLOW_MOCK").is_some_and(|text| text == "1"),
        })
    }

    /// Returns the limits in force as the management API shows them.
    pub fn view(&self, version: &'static str, rotating: bool) -> PolicyView<'_> {
        PolicyView {
            version,
            code_length: self.code_length,
            code_lifetime_seconds: CODE_LIFETIME,
            max_attempts: self.max_attempts,
            daily_failures: self.daily_failures,
            resend_cooldowns: &self.resend_cooldowns,
            sends_per_hour: self.sends_per_hour,
            sends_per_day: self.sends_per_day,
            allowed_countries: self.allowed_countries.entries(),
            provider_timeout_ms: self.provider_timeout_ms,
            allow_mock: self.allow_mock,
            rotating,
        }
    }
}

/// The response of `GET /api/settings`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the fields are those of Policy")]
pub struct PolicyView<'a> {
    /// The version of this software.
    pub version: &'static str,
    pub code_length: u32,
    /// [`CODE_LIFETIME`].
    pub code_lifetime_seconds: Seconds,
    pub max_attempts: u32,
    pub daily_failures: u32,
    pub resend_cooldowns: &'a [Seconds],
    pub sends_per_hour: u32,
    pub sends_per_day: u32,
    /// Absent if every country may be sent to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allowed_countries: Option<&'a [String]>,
    pub provider_timeout_ms: u32,
    pub allow_mock: bool,
    /// Whether `OTP_SECRET_PREVIOUS` is set.
    pub rotating: bool,
}

fn parse_whole_number(text: &str) -> Option<u32> {
    let is_plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_plain { text.parse().ok() } else { None }
}

fn parse_cooldowns(text: &str) -> Result<Vec<Seconds>, Issue> {
    let parsed: Option<Vec<Seconds>> = text
        .split(',')
        .map(|part| parse_whole_number(part.trim()).filter(|value| *value <= 3_600).map(Seconds))
        .collect();
    parsed.filter(|list| list.len() <= 16).ok_or_else(|| {
        let message = "must be up to 16 whole numbers of seconds from 0 to 3600, separated by commas";
        Issue::new("RESEND_COOLDOWNS", message)
    })
}

fn parse_countries(text: Option<&str>) -> Result<AllowedCountries, Issue> {
    let Some(text) = text else { return Ok(AllowedCountries::All) };
    AllowedCountries::parse(text).ok_or_else(|| {
        let message = "must be dialling codes (1, 44) or ISO codes (US, GB), separated by commas";
        Issue::new("ALLOWED_COUNTRIES", message)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    fn with(name: &'static str, value: &'static str) -> Result<Policy, Issue> {
        Policy::parse(|asked| (asked == name).then(|| value.to_owned()))
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn defaults_are_those_of_the_contract() {
        let policy = Policy::parse(|_| None).expect("defaults");
        assert_eq!((policy.code_length, policy.max_attempts, policy.daily_failures), (6, 5, 10));
        assert_eq!(policy.resend_cooldowns, [Seconds(60), Seconds(120), Seconds(300)]);
        assert_eq!((policy.sends_per_hour, policy.sends_per_day), (5, 10));
        assert_eq!((policy.provider_timeout_ms, policy.allow_mock), (10_000, false));
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn a_wrong_value_is_an_issue_with_its_setting() {
        for (name, value) in [
            ("CODE_LENGTH", "5"),
            ("CODE_LENGTH", "11"),
            ("CODE_LENGTH", "six"),
            ("CODE_LENGTH", ""),
            ("CODE_LENGTH", "+6"),
            ("CODE_LENGTH", "6.0"),
            ("MAX_ATTEMPTS", "0"),
            ("MAX_ATTEMPTS", "6"),
            ("DAILY_FAILURES", "0"),
            ("DAILY_FAILURES", "101"),
            ("DAILY_FAILURES", "99999999999"),
            ("RESEND_COOLDOWNS", ""),
            ("RESEND_COOLDOWNS", "60,,120"),
            ("RESEND_COOLDOWNS", "3601"),
            ("RESEND_COOLDOWNS", "-1"),
            ("SENDS_PER_HOUR", "0"),
            ("SENDS_PER_DAY", "1001"),
            ("ALLOWED_COUNTRIES", ""),
            ("ALLOWED_COUNTRIES", "US,XX"),
            ("ALLOWED_COUNTRIES", "0"),
            ("PROVIDER_TIMEOUT_MS", "99"),
            ("PROVIDER_TIMEOUT_MS", "30001"),
        ] {
            assert_eq!(with(name, value).expect_err(name).path, name, "{value:?}");
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn allow_mock_is_true_for_1_only() {
        assert!(with("ALLOW_MOCK", "1").expect("valid").allow_mock);
        for value in ["", "0", "true", "yes", "11"] {
            assert!(!with("ALLOW_MOCK", value).expect("valid").allow_mock, "{value:?}");
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn parse_reads_the_listed_settings_only() {
        let read = core::cell::RefCell::new(std::collections::BTreeSet::new());
        let policy = Policy::parse(|name| {
            read.borrow_mut().insert(name.to_owned());
            None
        });
        assert!(policy.is_ok());
        assert_eq!(read.into_inner(), Policy::SETTINGS.map(str::to_owned).into());
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn view_shows_the_limits_in_force() {
        let view = |policy: &Policy, rotating| {
            serde_json::to_value(policy.view("1.2.3", rotating)).expect("a JSON form")
        };
        let mut expected = serde_json::json!({
            "version": "1.2.3",
            "codeLength": 6,
            "codeLifetimeSeconds": 600,
            "maxAttempts": 5,
            "dailyFailures": 10,
            "resendCooldowns": [60, 120, 300],
            "sendsPerHour": 5,
            "sendsPerDay": 10,
            "providerTimeoutMs": 10_000,
            "allowMock": false,
            "rotating": false,
        });
        assert_eq!(view(&Policy::parse(|_| None).expect("defaults"), false), expected);
        expected["allowedCountries"] = serde_json::json!(["US", "44"]);
        expected["rotating"] = true.into();
        assert_eq!(view(&with("ALLOWED_COUNTRIES", "us, 44").expect("valid"), true), expected);
    }
}
