//! The limits as options of JavaScript and as the settings that the core reads. The core knows the ranges.

use std::collections::BTreeMap;

use edge_otp_core::error::Issue;
use edge_otp_core::policy::Policy;
use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};

use crate::options::InvalidOption;
use crate::value::{member, member_names, to_text};

/// Settings by their names, as texts.
pub(crate) type Settings = BTreeMap<String, String>;

/// The setting whose entries only the core knows. An entry of the right form that it does not know is an error of every
/// operation, not of `createOtp`.
const COUNTRIES: &str = "ALLOWED_COUNTRIES";

#[derive(Clone, Copy)]
enum Kind {
    Number,
    Cooldowns,
    Countries,
    Flag,
}

struct PolicyOption {
    name: &'static str,
    setting: &'static str,
    kind: Kind,
}

const fn option(name: &'static str, setting: &'static str, kind: Kind) -> PolicyOption {
    PolicyOption { name, setting, kind }
}

const OPTIONS: [PolicyOption; 9] = [
    option("codeLength", "CODE_LENGTH", Kind::Number),
    option("maxAttempts", "MAX_ATTEMPTS", Kind::Number),
    option("dailyFailures", "DAILY_FAILURES", Kind::Number),
    option("resendCooldowns", "RESEND_COOLDOWNS", Kind::Cooldowns),
    option("sendsPerHour", "SENDS_PER_HOUR", Kind::Number),
    option("sendsPerDay", "SENDS_PER_DAY", Kind::Number),
    option("allowedCountries", COUNTRIES, Kind::Countries),
    option("providerTimeoutMs", "PROVIDER_TIMEOUT_MS", Kind::Number),
    option("allowMock", "ALLOW_MOCK", Kind::Flag),
];

impl PolicyOption {
    /// Returns the setting's text, if the value has the right form and the core accepts it.
    fn parse(&self, value: &JsValue) -> Result<String, String> {
        let rule = match self.kind {
            Kind::Number => "must be a whole number",
            Kind::Cooldowns => "must be a list of 1 to 16 whole numbers of seconds from 0 to 3600",
            Kind::Countries => "must be a list of ISO codes (\"US\") or dialling codes (\"44\")",
            Kind::Flag => "must be true or false",
        };
        let text = match self.kind {
            // What is no whole number is out of range too, so that the message names the range.
            Kind::Number => Some(number_text(value).unwrap_or_default()),
            Kind::Cooldowns => list_text(value, number_text),
            Kind::Countries => list_text(value, country_text),
            Kind::Flag => value.as_bool().map(|flag| u8::from(flag).to_string()),
        };
        let text = text.ok_or(rule)?;
        let setting = |name: &str| (name == self.setting).then(|| text.clone());
        match Policy::parse(setting) {
            Err(issue) if matches!(self.kind, Kind::Number) => Err(issue.message),
            Err(_) if matches!(self.kind, Kind::Cooldowns) => Err(rule.to_owned()),
            _ => Ok(text),
        }
    }
}

fn number_text(value: &JsValue) -> Option<String> {
    value.as_f64().filter(|number| number.is_finite() && number.fract() == 0.0).map(|n| n.to_string())
}

fn country_text(value: &JsValue) -> Option<String> {
    let text = value.as_string()?;
    let is_iso = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_alphabetic());
    let is_dialling = (1..=7).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_digit())
        && !text.starts_with('0');
    (is_iso || is_dialling).then_some(text)
}

/// Returns the entries of a list that is not empty, separated by commas.
fn list_text(value: &JsValue, entry_text: impl Fn(&JsValue) -> Option<String>) -> Option<String> {
    let list = value.dyn_ref::<Array>().filter(|list| list.length() > 0)?;
    let texts: Option<Vec<String>> = list.iter().map(|entry| entry_text(&entry)).collect();
    Some(texts?.join(","))
}

/// Reads the option `policy`.
///
/// # Errors
/// The option that is unknown or has a wrong value.
pub(crate) fn read_policy(caller: &'static str, policy: &JsValue) -> Result<Settings, InvalidOption> {
    if policy.is_undefined() {
        return Ok(Settings::new());
    }
    if !policy.is_object() {
        return Err(InvalidOption::new(caller, "policy", "must be an object"));
    }
    let mut settings = Settings::new();
    for name in member_names(policy) {
        let value = member(policy, &name);
        if value.is_undefined() {
            continue;
        }
        let Some(option) = OPTIONS.iter().find(|option| option.name == name) else {
            let known = OPTIONS.map(|option| option.name);
            return Err(InvalidOption::unknown(caller, &format!("policy.{name}"), &known));
        };
        let path = format!("policy.{name}");
        let text = option.parse(&value).map_err(|rule| InvalidOption::new(caller, &path, &rule))?;
        settings.insert(option.setting.to_owned(), text);
    }
    Ok(settings)
}

/// Reads the settings out of a Worker's environment.
pub(crate) fn read_environment(env: &JsValue) -> Settings {
    let text = |name: &str| to_text(&member(env, name)).ok().flatten();
    Policy::SETTINGS.into_iter().filter_map(|name| Some((name.to_owned(), text(name)?))).collect()
}

/// Parses settings.
///
/// # Errors
/// The setting that is wrong; its path is that of the option.
pub(crate) fn parse_policy(settings: &Settings) -> Result<Policy, Issue> {
    Policy::parse(|name| settings.get(name).cloned()).map_err(|issue| {
        let option = OPTIONS.iter().find(|option| option.setting == issue.path);
        let path = option.map_or(issue.path, |option| format!("policy.{}", option.name));
        Issue { path, message: issue.message }
    })
}

/// Replaces the names of settings in a message by those of the options.
pub(crate) fn name_options(message: &str) -> String {
    let message = message.replace("ALLOW_MOCK=1", "options.policy.allowMock is true");
    let message = message.replace("Idempotency-Key", "idempotencyKey");
    OPTIONS.iter().fold(message, |text, option| {
        text.replace(option.setting, &format!("options.policy.{}", option.name))
    })
}
