//! The limits as options of JavaScript and as the settings that the core reads. The core knows the ranges.

use std::collections::BTreeMap;

use edge_otp_core::error::Issue;
use edge_otp_core::policy::Policy;
use edge_otp_core::settings::{SettingKind, SettingSpec, VariableKind};
use js_sys::{Array, Reflect};
use wasm_bindgen::{JsCast, JsValue};

use crate::options::InvalidOption;
use crate::value::{member, member_names, to_text};

/// Settings by their names, as texts.
pub(crate) type Settings = BTreeMap<String, String>;

/// Returns the setting's text, if the value has the right form and the core accepts it. The entries of a list of countries
/// only the core knows: one of the right form that it does not know is an error of every operation, not of `createOtp`.
fn parse_option(setting: &SettingSpec, value: &JsValue) -> Result<String, String> {
    let SettingKind::Variable(kind) = setting.kind else { return Err("is not an option".to_owned()) };
    let (text, rule) = match kind {
        // What is no whole number is out of range too, so that the message names the range.
        VariableKind::Number { .. } => {
            (Some(number_text(value).unwrap_or_default()), "must be a whole number".to_owned())
        }
        VariableKind::SecondsList { max, max_entries, .. } => (
            list_text(value, number_text),
            format!("must be a list of 1 to {max_entries} whole numbers of seconds from 0 to {max}"),
        ),
        VariableKind::Countries { .. } => (
            list_text(value, country_text),
            "must be a list of ISO codes (\"US\") or dialling codes (\"44\")".to_owned(),
        ),
        VariableKind::Choice { values, .. } => {
            (value.as_string(), format!("must be one of {}", values.join(", ")))
        }
        VariableKind::List { entries, .. } => {
            (list_text(value, JsValue::as_string), format!("must be a list of {entries}"))
        }
        VariableKind::Switch => {
            (value.as_bool().map(|flag| u8::from(flag).to_string()), "must be true or false".to_owned())
        }
    };
    let Some(text) = text else { return Err(rule) };
    match Policy::parse(|name| (name == setting.name).then(|| text.clone())) {
        Err(issue) if matches!(kind, VariableKind::Number { .. }) => Err(issue.message),
        Err(_) if !matches!(kind, VariableKind::Countries { .. }) => Err(rule),
        _ => Ok(text),
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
        let path = format!("policy.{name}");
        let value = Reflect::get(policy, &name.as_str().into())
            .map_err(|_| InvalidOption::unreadable(caller, &path))?;
        if value.is_undefined() {
            continue;
        }
        let Some(setting) = Policy::SETTINGS.into_iter().find(|setting| setting.option_name() == name) else {
            let known = Policy::SETTINGS.map(SettingSpec::option_name);
            return Err(InvalidOption::unknown(caller, &path, &known.each_ref().map(String::as_str)));
        };
        let text = parse_option(setting, &value).map_err(|rule| InvalidOption::new(caller, &path, &rule))?;
        settings.insert(setting.name.to_owned(), text);
    }
    Ok(settings)
}

/// Reads the settings out of a Worker's environment.
pub(crate) fn read_environment(env: &JsValue) -> Settings {
    let text = |name: &str| to_text(&member(env, name)).ok().flatten();
    Policy::SETTINGS
        .into_iter()
        .filter_map(|setting| Some((setting.name.to_owned(), text(setting.name)?)))
        .collect()
}

/// Parses settings.
///
/// # Errors
/// The setting that is wrong; its path is that of the option.
pub(crate) fn parse_policy(settings: &Settings) -> Result<Policy, Issue> {
    Policy::parse(|name| settings.get(name).cloned()).map_err(|issue| {
        let setting = Policy::SETTINGS.into_iter().find(|setting| setting.name == issue.path);
        let path = setting.map_or(issue.path, |setting| format!("policy.{}", setting.option_name()));
        Issue { path, message: issue.message }
    })
}

/// Replaces the names of settings in a message by those of the options.
pub(crate) fn name_options(message: &str) -> String {
    let message = message.replace("ALLOW_MOCK=1", "options.policy.allowMock is true");
    let message = message.replace("Idempotency-Key", "idempotencyKey");
    Policy::SETTINGS.into_iter().fold(message, |text, setting| {
        text.replace(setting.name, &format!("options.policy.{}", setting.option_name()))
    })
}
