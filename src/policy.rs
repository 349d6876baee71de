//! The limits, parsed from settings. A value that does not parse or is out of range is an error that names its
//! setting, so that a typing mistake never silently loosens a limit.

use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

use crate::country::Countries;
use crate::error::{Error, Issue, Result};
use crate::json::Value;
use crate::record::{Record, object};
use crate::time::{CODE_LIFETIME, Seconds};

/// How codes are made and how often they may be sent and tried.
#[derive(Clone, Debug)]
pub(crate) struct Policy {
    /// Digits of a code: 6 to 10.
    pub(crate) code_length: u32,
    /// Wrong guesses per code: 1 to 5.
    pub(crate) max_attempts: u32,
    /// Wrong guesses per phone in a rolling 24 h, over all codes and usage types: 1 to 100
    /// (NIST SP 800-63B-4 §3.2.2 allows at most 100).
    pub(crate) daily_failures: u32,
    /// Seconds before the 2nd, 3rd, … send; the last repeats. Each 0 to 3600.
    pub(crate) cooldowns: Vec<Seconds>,
    /// Sends per phone in a rolling hour: 1 to 1000.
    pub(crate) sends_per_hour: u32,
    /// Sends per phone in a rolling day: 1 to 1000.
    pub(crate) sends_per_day: u32,
    /// Countries that may be sent to; all, if not set.
    pub(crate) countries: Countries,
    /// The deadline of a provider's answer, in milliseconds: 100 to 30000.
    pub(crate) provider_timeout_ms: u32,
    /// Whether the mock connector may be saved and used: only if the setting is exactly `1`.
    pub(crate) allow_mock: bool,
}

impl Policy {
    /// Reads the settings through `var`, which gives a setting's text or None where it is not set.
    ///
    /// # Errors
    /// [`Error::Settings`] with the first setting that is wrong.
    pub(crate) fn parse(var: impl Fn(&str) -> Option<String>) -> Result<Self> {
        let number = |name: &str, default: u32, least: u32, most: u32| match var(name) {
            None => Ok(default),
            Some(text) => {
                whole_number(&text).filter(|value| (least..=most).contains(value)).ok_or_else(|| {
                    wrong(
                        name,
                        &["must be a whole number from ", &least.to_string(), " to ", &most.to_string()]
                            .concat(),
                    )
                })
            }
        };
        Ok(Self {
            code_length: number("CODE_LENGTH", 6, 6, 10)?,
            max_attempts: number("MAX_ATTEMPTS", 5, 1, 5)?,
            daily_failures: number("DAILY_FAILURES", 10, 1, 100)?,
            cooldowns: cooldowns(var("RESEND_COOLDOWNS").as_deref().unwrap_or("60,120,300"))?,
            sends_per_hour: number("SENDS_PER_HOUR", 5, 1, 1_000)?,
            sends_per_day: number("SENDS_PER_DAY", 10, 1, 1_000)?,
            countries: countries(var("ALLOWED_COUNTRIES").as_deref())?,
            provider_timeout_ms: number("PROVIDER_TIMEOUT_MS", 10_000, 100, 30_000)?,
            allow_mock: var("ALLOW_MOCK").is_some_and(|text| text == "1"),
        })
    }
}

impl Policy {
    /// The limits in force, for those who manage the deployment.
    pub(crate) fn shown(&self, version: &str, rotating: bool) -> Value {
        let cooldowns = self.cooldowns.iter().map(Record::write).collect();
        object([
            ("version", version.into()),
            ("codeLength", self.code_length.into()),
            ("codeLifetimeSeconds", CODE_LIFETIME.write()),
            ("maxAttempts", self.max_attempts.into()),
            ("dailyFailures", self.daily_failures.into()),
            ("resendCooldowns", Value::Array(cooldowns)),
            ("sendsPerHour", self.sends_per_hour.into()),
            ("sendsPerDay", self.sends_per_day.into()),
            ("allowedCountries", self.countries.entries().map_or(Value::Null, Record::write)),
            ("providerTimeoutMs", self.provider_timeout_ms.into()),
            ("allowMock", self.allow_mock.into()),
            ("rotating", rotating.into()),
        ])
    }
}

fn whole_number(text: &str) -> Option<u32> {
    let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if plain { text.parse().ok() } else { None }
}

fn cooldowns(text: &str) -> Result<Vec<Seconds>> {
    let parsed: Option<Vec<Seconds>> = text
        .split(',')
        .map(|part| whole_number(part.trim()).filter(|value| *value <= 3_600).map(Seconds))
        .collect();
    parsed.filter(|list| list.len() <= 16).ok_or_else(|| {
        wrong(
            "RESEND_COOLDOWNS",
            "must be up to 16 whole numbers of seconds from 0 to 3600, separated by commas",
        )
    })
}

fn countries(text: Option<&str>) -> Result<Countries> {
    let Some(text) = text else { return Ok(Countries::All) };
    Countries::parse(text).ok_or_else(|| {
        wrong(
            "ALLOWED_COUNTRIES",
            "must be dialling codes (1, 44) or ISO codes (US, GB), separated by commas",
        )
    })
}

/// A setting that is wrong.
pub(crate) fn wrong(name: &str, message: &str) -> Error {
    Error::Settings(vec![Issue::new(name, message)])
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn with(name: &'static str, value: &'static str) -> Result<Policy> {
        Policy::parse(|asked| (asked == name).then(|| value.to_owned()))
    }

    #[test]
    fn defaults_are_the_contracts() {
        let policy = Policy::parse(|_| None).expect("defaults");
        assert_eq!((policy.code_length, policy.max_attempts, policy.daily_failures), (6, 5, 10));
        assert_eq!(policy.cooldowns, [Seconds(60), Seconds(120), Seconds(300)]);
        assert_eq!((policy.sends_per_hour, policy.sends_per_day), (5, 10));
        assert_eq!((policy.provider_timeout_ms, policy.allow_mock), (10_000, false));
    }

    #[test]
    fn a_wrong_value_names_its_setting() {
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
            match with(name, value) {
                Err(Error::Settings(issues)) => assert_eq!(issues[0].path, name, "{value:?}"),
                other => panic!("{name}={value:?}: {other:?}"),
            }
        }
    }

    #[test]
    fn only_1_allows_the_mock() {
        assert!(with("ALLOW_MOCK", "1").expect("fine").allow_mock);
        for value in ["", "0", "true", "yes", "11"] {
            assert!(!with("ALLOW_MOCK", value).expect("fine").allow_mock, "{value:?}");
        }
    }
}
