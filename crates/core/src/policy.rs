//! The limits, parsed from settings. A value that does not parse or is out of range is an issue that names its setting,
//! so that a typing mistake never loosens a limit without notice.

use serde::Serialize;

use crate::country::{AllowedCountries, BlockedCountries};
use crate::error::Issue;
use crate::limits::{LimitMode, LimitPolicy, SafeList};
use crate::numbering::ServiceKind;
use crate::phone::PhoneNumber;
use crate::phone_check::{AllowedServices, PhoneCheck, PhoneError};
use crate::provider::AllowedAddresses;
use crate::settings::{self, SettingSpec};
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
    /// Countries that may not be sent to, even if they are allowed.
    pub blocked_countries: BlockedCountries,
    /// The limits against SMS pumping.
    pub limits: LimitPolicy,
    /// What is checked of a number beyond its E.164 form, with the service numbers that are allowed.
    pub phone_check: PhoneCheck,
    /// The deadline for a provider's response, in milliseconds: 100 to 30000.
    pub provider_timeout_ms: u32,
    /// Whose text a message has whose code another server has made.
    pub bridge_text: BridgeText,
    /// Whether the mock connector may be saved and used: only if the setting is exactly `1`.
    pub allow_mock: bool,
    /// Which addresses a connector may send to: local ones only if the setting is exactly `1`.
    pub allowed_addresses: AllowedAddresses,
}

/// Whose text a message has whose code another server has made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BridgeText {
    /// That of the connector's template.
    #[default]
    Template,
    /// The caller's, if it wrote one and the connector sends texts.
    Caller,
}

impl BridgeText {
    /// Returns the name in settings.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Template => "template",
            Self::Caller => "caller",
        }
    }
}

impl Policy {
    /// The settings that [`Policy::parse`] reads.
    pub const SETTINGS: [&SettingSpec; settings::POLICY.len()] = settings::POLICY;

    /// Reads the settings through `var`, which returns a setting's text, or `None` where it is not set.
    ///
    /// # Errors
    /// The first setting that is wrong.
    pub fn parse(var: impl Fn(&str) -> Option<String>) -> Result<Self, Issue> {
        let text = |setting: &SettingSpec| var(setting.name);
        let is_allowed = |setting: &SettingSpec| text(setting).is_some_and(|text| text == "1");
        let number = |setting: &SettingSpec| setting.parse_number(text(setting).as_deref());
        let cooldowns =
            settings::RESEND_COOLDOWNS.parse_seconds(text(&settings::RESEND_COOLDOWNS).as_deref());
        Ok(Self {
            code_length: number(&settings::CODE_LENGTH)?,
            max_attempts: number(&settings::MAX_ATTEMPTS)?,
            daily_failures: number(&settings::DAILY_FAILURES)?,
            resend_cooldowns: cooldowns?.into_iter().map(Seconds).collect(),
            sends_per_hour: number(&settings::SENDS_PER_HOUR)?,
            sends_per_day: number(&settings::SENDS_PER_DAY)?,
            allowed_countries: match text(&settings::ALLOWED_COUNTRIES) {
                None => AllowedCountries::All,
                Some(text) => {
                    parse_list(&settings::ALLOWED_COUNTRIES, &text, COUNTRIES, AllowedCountries::parse)?
                }
            },
            blocked_countries: match text(&settings::BLOCKED_COUNTRIES) {
                None => BlockedCountries::default(),
                Some(text) => {
                    parse_list(&settings::BLOCKED_COUNTRIES, &text, COUNTRIES, BlockedCountries::parse)?
                }
            },
            limits: parse_limits(text)?,
            phone_check: parse_phone_check(
                text(&settings::PHONE_CHECK).as_deref(),
                text(&settings::ALLOW_SERVICE_NUMBERS).as_deref(),
            )?,
            provider_timeout_ms: number(&settings::PROVIDER_TIMEOUT_MS)?,
            bridge_text: match settings::BRIDGE_TEXT.parse_choice(text(&settings::BRIDGE_TEXT).as_deref())? {
                "caller" => BridgeText::Caller,
                _ => BridgeText::Template,
            },
            allow_mock: is_allowed(&settings::ALLOW_MOCK),
            allowed_addresses: if is_allowed(&settings::ALLOW_LOCAL) {
                AllowedAddresses::All
            } else {
                AllowedAddresses::Public
            },
        })
    }

    /// Checks whether a number may be sent to: its form, its numbering plan, then its country.
    ///
    /// # Errors
    /// The first rule that it breaks.
    pub fn check_phone(&self, phone: Option<PhoneNumber>) -> Result<PhoneNumber, PhoneError> {
        let phone = phone.ok_or(PhoneError::Format)?;
        self.phone_check.check(&phone)?;
        let is_allowed = self.allowed_countries.contains(&phone) && !self.blocked_countries.contains(&phone);
        if is_allowed { Ok(phone) } else { Err(PhoneError::Country) }
    }

    /// Returns the limits in force as the management API shows them.
    pub fn view(&self, version: &'static str, rotation: RotationState) -> PolicyView<'_> {
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
            blocked_countries: self.blocked_countries.entries(),
            limits: self.limits.mode.as_str(),
            sends_per_ip_hour: self.limits.sends_per_ip_hour,
            sends_per_ip_day: self.limits.sends_per_ip_day,
            sends_per_prefix_hour: self.limits.sends_per_prefix_hour,
            prefix_breaker: self.limits.prefix_breaker,
            country_breaker: self.limits.country_breaker,
            breaker_percent: self.limits.breaker_percent,
            sends_per_day_total: self.limits.sends_per_day_total,
            limit_shards: self.limits.limit_shards,
            safe_list: self.limits.safe_list.entries(),
            phone_check: self.phone_check.as_str(),
            allow_service_numbers: match &self.phone_check {
                PhoneCheck::Full(allowed) => allowed.entries(),
                PhoneCheck::E164 => &[],
            },
            provider_timeout_ms: self.provider_timeout_ms,
            bridge_text: self.bridge_text.as_str(),
            allow_mock: self.allow_mock,
            allow_local: self.allowed_addresses == AllowedAddresses::All,
            rotation,
        }
    }
}

/// The limits in force; each but the version and the lifetime is a setting of the deployment.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Settings))]
#[expect(missing_docs, reason = "the fields are those of Policy")]
pub struct PolicyView<'a> {
    /// The version of this software.
    pub version: &'static str,
    pub code_length: u32,
    /// How long a code is valid.
    #[cfg_attr(feature = "openapi", schema(value_type = u32))]
    pub code_lifetime_seconds: Seconds,
    pub max_attempts: u32,
    pub daily_failures: u32,
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<u32>))]
    pub resend_cooldowns: &'a [Seconds],
    pub sends_per_hour: u32,
    pub sends_per_day: u32,
    /// Absent if every country may be sent to.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Vec<String>>, nullable = false))]
    pub allowed_countries: Option<&'a [String]>,
    /// Absent if no country is blocked.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>, required = false))]
    pub blocked_countries: &'a [String],
    /// What is done about the limits against SMS pumping: `on`, `record` or `off`.
    pub limits: &'static str,
    pub sends_per_ip_hour: u32,
    pub sends_per_ip_day: u32,
    pub sends_per_prefix_hour: u32,
    pub prefix_breaker: u32,
    pub country_breaker: u32,
    pub breaker_percent: u32,
    pub sends_per_day_total: u32,
    pub limit_shards: u32,
    /// Absent if there is no exception.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>, required = false))]
    pub safe_list: &'a [String],
    /// What is checked of a number beyond its form: `full` or `e164`.
    pub phone_check: &'static str,
    /// Absent if there is no exception.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>, required = false))]
    pub allow_service_numbers: &'a [String],
    pub provider_timeout_ms: u32,
    /// Whose text a message for another auth server has: `template` or `caller`.
    pub bridge_text: &'static str,
    pub allow_mock: bool,
    pub allow_local: bool,
    #[serde(flatten)]
    pub rotation: RotationState,
}

/// How far a rotation of `OTP_SECRET` has come.
#[derive(Clone, Copy, Debug, Default, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RotationState {
    /// Whether `OTP_SECRET_PREVIOUS` is set.
    #[serde(rename = "rotating")]
    pub is_running: bool,
    /// Whether the connector or the archive still holds a secret that only `OTP_SECRET_PREVIOUS` opens. Phone numbers are
    /// not looked at: they need it for 25 hours after the new secret was deployed.
    #[serde(rename = "previousStillNeeded")]
    pub is_previous_needed: bool,
}

const COUNTRIES: &str = "must be dialling codes (1, 44) or ISO codes (US, GB), separated by commas";

fn parse_list<T>(
    setting: &SettingSpec,
    text: &str,
    rule: &str,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<T, Issue> {
    parse(text).ok_or_else(|| setting.issue(rule))
}

fn parse_limits(text: impl Fn(&SettingSpec) -> Option<String>) -> Result<LimitPolicy, Issue> {
    let number = |setting: &SettingSpec| setting.parse_number(text(setting).as_deref());
    let mode = match settings::LIMITS.parse_choice(text(&settings::LIMITS).as_deref())? {
        "record" => LimitMode::Record,
        "off" => LimitMode::Off,
        _ => LimitMode::On,
    };
    let safe_list = text(&settings::SAFE_LIST).map(|text| {
        let rule = "must be E.164 prefixes (+1415555), separated by commas";
        parse_list(&settings::SAFE_LIST, &text, rule, SafeList::parse)
    });
    Ok(LimitPolicy {
        mode,
        sends_per_ip_hour: number(&settings::SENDS_PER_IP_HOUR)?,
        sends_per_ip_day: number(&settings::SENDS_PER_IP_DAY)?,
        sends_per_prefix_hour: number(&settings::SENDS_PER_PREFIX_HOUR)?,
        prefix_breaker: number(&settings::PREFIX_BREAKER)?,
        country_breaker: number(&settings::COUNTRY_BREAKER)?,
        breaker_percent: number(&settings::BREAKER_PERCENT)?,
        sends_per_day_total: number(&settings::SENDS_PER_DAY_TOTAL)?,
        limit_shards: number(&settings::LIMIT_SHARDS)?,
        safe_list: safe_list.transpose()?.unwrap_or_default(),
    })
}

fn parse_phone_check(check: Option<&str>, allowed: Option<&str>) -> Result<PhoneCheck, Issue> {
    let allowed = match allowed {
        None => AllowedServices::default(),
        Some(text) => AllowedServices::parse(text).ok_or_else(|| {
            let kinds = ServiceKind::ALL.map(ServiceKind::as_str).join(", ");
            let message = format!("must be prefixes (+1500) or kinds ({kinds}), separated by commas");
            Issue::new("ALLOW_SERVICE_NUMBERS", message)
        })?,
    };
    match check {
        None | Some("full") => Ok(PhoneCheck::Full(allowed)),
        Some("e164") => Ok(PhoneCheck::E164),
        Some(_) => Err(Issue::new("PHONE_CHECK", "must be full or e164")),
    }
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
            ("BLOCKED_COUNTRIES", ""),
            ("BLOCKED_COUNTRIES", "Utopia"),
            ("LIMITS", "true"),
            ("SENDS_PER_IP_HOUR", "-1"),
            ("SENDS_PER_IP_DAY", "ten"),
            ("SENDS_PER_PREFIX_HOUR", "1000001"),
            ("PREFIX_BREAKER", ""),
            ("COUNTRY_BREAKER", "1.5"),
            ("BREAKER_PERCENT", "0"),
            ("BREAKER_PERCENT", "91"),
            ("SENDS_PER_DAY_TOTAL", "100000001"),
            ("LIMIT_SHARDS", "0"),
            ("LIMIT_SHARDS", "65"),
            ("SAFE_LIST", ""),
            ("SAFE_LIST", "+0"),
            ("SAFE_LIST", "US"),
            ("PHONE_CHECK", ""),
            ("PHONE_CHECK", "FULL"),
            ("PHONE_CHECK", "none"),
            ("ALLOW_SERVICE_NUMBERS", ""),
            ("ALLOW_SERVICE_NUMBERS", "toll_free,US"),
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
    fn allow_local_is_true_for_1_only() {
        let allowed = |value| with("ALLOW_LOCAL", value).expect("valid").allowed_addresses;
        assert_eq!(allowed("1"), AllowedAddresses::All);
        for value in ["", "0", "true", "yes", "11", " 1"] {
            assert_eq!(allowed(value), AllowedAddresses::Public, "{value:?}");
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
        assert_eq!(read.into_inner(), Policy::SETTINGS.map(|setting| setting.name.to_owned()).into());
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn view_shows_the_limits_in_force() {
        let view = |policy: &Policy, is_running| {
            let rotation = RotationState { is_running, is_previous_needed: is_running };
            serde_json::to_value(policy.view("1.2.3", rotation)).expect("a JSON form")
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
            "limits": "on",
            "sendsPerIpHour": 10,
            "sendsPerIpDay": 30,
            "sendsPerPrefixHour": 20,
            "prefixBreaker": 20,
            "countryBreaker": 100,
            "breakerPercent": 10,
            "sendsPerDayTotal": 0,
            "limitShards": 1,
            "phoneCheck": "full",
            "providerTimeoutMs": 10_000,
            "bridgeText": "template",
            "allowMock": false,
            "allowLocal": false,
            "rotating": false,
            "previousStillNeeded": false,
        });
        assert_eq!(view(&Policy::parse(|_| None).expect("defaults"), false), expected);
        expected["allowedCountries"] = serde_json::json!(["US", "44"]);
        expected["rotating"] = true.into();
        expected["previousStillNeeded"] = true.into();
        assert_eq!(view(&with("ALLOWED_COUNTRIES", "us, 44").expect("valid"), true), expected);
        let numbers = view(&with("ALLOW_SERVICE_NUMBERS", "tollFree, 1500").expect("valid"), false);
        assert_eq!(numbers["allowServiceNumbers"], serde_json::json!(["toll_free", "+1500"]));
        assert_eq!(view(&with("PHONE_CHECK", "e164").expect("valid"), false)["phoneCheck"], "e164");
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn view_shows_every_setting_by_its_option_name() {
        let set = |name: &str| match name {
            "ALLOWED_COUNTRIES" | "BLOCKED_COUNTRIES" => Some("US".to_owned()),
            "SAFE_LIST" => Some("+1415555".to_owned()),
            "ALLOW_SERVICE_NUMBERS" => Some("uan".to_owned()),
            _ => None,
        };
        let policy = Policy::parse(set).expect("valid");
        let view = serde_json::to_value(policy.view("1.2.3", RotationState::default())).expect("a JSON form");
        for setting in Policy::SETTINGS {
            assert!(view.get(setting.option_name()).is_some(), "{}", setting.name);
        }
    }
}
