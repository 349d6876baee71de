//! The settings of a deployment in one table: bindings, secrets and variables with their defaults, ranges and meaning.
//! [`Policy::parse`](crate::policy::Policy::parse) reads the variables by it; `crates/spec` writes `docs/settings.md`, the
//! comments in `wrangler.toml` and the schema of `GET /api/settings` from it.

use crate::error::Issue;

/// One setting.
#[derive(Clone, Copy, Debug)]
pub struct SettingSpec {
    /// The name of the binding, secret or variable.
    pub name: &'static str,
    /// What it is and which values it takes.
    pub kind: SettingKind,
    /// One sentence or less on what it is for.
    pub description: &'static str,
}

/// What a setting is.
#[derive(Clone, Copy, Debug)]
pub enum SettingKind {
    /// A binding to a resource of the platform.
    Binding {
        /// What is bound, for instance `KV namespace`.
        resource: &'static str,
        /// Whether the Worker needs it.
        required: bool,
    },
    /// A secret.
    Secret {
        /// Whether the Worker needs it.
        required: bool,
    },
    /// A variable; all of them may be left out.
    Variable(VariableKind),
}

/// The values of a variable.
#[derive(Clone, Copy, Debug)]
pub enum VariableKind {
    /// A whole number.
    Number {
        /// The value where the variable is not set.
        default: u32,
        /// The smallest value.
        min: u32,
        /// The largest value.
        max: u32,
        /// What is counted; empty if the description says it.
        unit: &'static str,
    },
    /// Whole numbers of seconds, separated by commas.
    SecondsList {
        /// The value where the variable is not set.
        default: &'static str,
        /// The largest number.
        max: u32,
        /// The largest count of numbers.
        max_entries: usize,
    },
    /// Dialling codes and ISO codes of countries, separated by commas.
    Countries {
        /// A value as an example.
        example: &'static str,
        /// What holds where the variable is not set: `all` or `none`.
        unset: &'static str,
    },
    /// One of some words.
    Choice {
        /// The value where the variable is not set.
        default: &'static str,
        /// Every value.
        values: &'static [&'static str],
    },
    /// Words or codes, separated by commas; without it, none.
    List {
        /// What an entry is.
        entries: &'static str,
        /// A value as an example.
        example: &'static str,
    },
    /// On only if it is exactly `1`.
    Switch,
}

/// Holds code records and the active connector.
pub const OTP_KV: SettingSpec =
    binding("OTP_KV", "KV namespace", true, "code records, the active connector and the archive");
/// Decides every send and attempt.
pub const GUARD: SettingSpec = binding(
    "GUARD",
    "Durable Object namespace of the class VerificationGuard",
    true,
    "one object per phone number, which decides every send and attempt",
);
/// Serves the console.
pub const ASSETS: SettingSpec =
    binding("ASSETS", "static assets", false, "the console, its guides and logos; without it there is none");
/// Counts sends and verifications.
pub const ACTIVITY: SettingSpec = binding(
    "ACTIVITY",
    "Analytics Engine dataset",
    false,
    "a data point per send and verification, with a keyed id in place of the phone number; without it nothing is counted",
);

/// Holds the message log.
pub const MESSAGES: SettingSpec = binding(
    "MESSAGES",
    "Durable Object namespace of the class MessageLog",
    false,
    "the message log; needed with MESSAGE_LOG",
);

/// The root key.
pub const OTP_SECRET: SettingSpec =
    secret("OTP_SECRET", true, "root key, at least 32 characters; every other key is derived from it");
/// The keys of the callers of `/send` and `/verify`.
pub const API_KEYS: SettingSpec = secret(
    "API_KEYS",
    true,
    "keys for /send, /verify and /deliver, at least 16 characters each, separated by commas or white space",
);
/// The key of the management API.
pub const ADMIN_KEY: SettingSpec = secret(
    "ADMIN_KEY",
    false,
    "key for the management API and the console, at least 16 characters, none of API_KEYS; without it nobody may manage",
);
/// The root key before.
pub const OTP_SECRET_PREVIOUS: SettingSpec =
    secret("OTP_SECRET_PREVIOUS", false, "the root key before, for 25 hours while you rotate");
/// The account whose Analytics Engine is read.
pub const ACTIVITY_ACCOUNT: SettingSpec = secret(
    "ACTIVITY_ACCOUNT",
    false,
    "id of the Cloudflare account, 32 hex digits, to show activity in the console",
);
/// The token with which Analytics Engine is read.
pub const ACTIVITY_TOKEN: SettingSpec = secret(
    "ACTIVITY_TOKEN",
    false,
    "API token with \"Account Analytics: Read\", to show activity in the console",
);
/// Where the operator's webhook is sent. A secret, because such URLs often hold a token.
pub const EVENTS_URL: SettingSpec = secret(
    "EVENTS_URL",
    false,
    "https URL to which notices for the operator are sent (docs/webhooks.md); with EVENTS_SECRET",
);
/// What signs the operator's webhook.
pub const EVENTS_SECRET: SettingSpec = secret(
    "EVENTS_SECRET",
    false,
    "signs what is sent to EVENTS_URL: whsec_ and 24 to 64 bytes in base64; several separated by white space",
);

/// With what Supabase Auth signs.
pub const BRIDGE_SUPABASE_SECRET: SettingSpec = secret(
    "BRIDGE_SUPABASE_SECRET",
    false,
    "secret of Supabase's Send SMS hook (v1,whsec_…), several separated by white space; without it /deliver/supabase is \
     404",
);
/// With what ZITADEL signs.
pub const BRIDGE_ZITADEL_SECRET: SettingSpec = secret(
    "BRIDGE_ZITADEL_SECRET",
    false,
    "signing key of ZITADEL's HTTP SMS provider, several separated by white space; without it /deliver/zitadel is 404",
);
/// With what Authgear signs.
pub const BRIDGE_AUTHGEAR_SECRET: SettingSpec = secret(
    "BRIDGE_AUTHGEAR_SECRET",
    false,
    "secret of Authgear's custom SMS webhook, several separated by white space; without it /deliver/authgear is 404",
);
/// With what Clerk signs.
pub const BRIDGE_CLERK_SECRET: SettingSpec = secret(
    "BRIDGE_CLERK_SECRET",
    false,
    "signing secret of Clerk's webhook (whsec_…), several separated by white space; without it /deliver/clerk is 404",
);

/// The length of a code.
pub const CODE_LENGTH: SettingSpec = number("CODE_LENGTH", 6, (6, 10), "digits", "length of a code");
/// The limit of wrong codes per code sent.
pub const MAX_ATTEMPTS: SettingSpec = number("MAX_ATTEMPTS", 5, (1, 5), "", "wrong codes per code sent");
/// The limit of wrong codes per phone number.
pub const DAILY_FAILURES: SettingSpec = number(
    "DAILY_FAILURES",
    10,
    (1, 100),
    "",
    "wrong codes per phone in a rolling 24 hours since the last success, over all codes and usage types",
);
/// The time between sends.
pub const RESEND_COOLDOWNS: SettingSpec = variable(
    "RESEND_COOLDOWNS",
    VariableKind::SecondsList { default: "60,120,300", max: 3_600, max_entries: 16 },
    "wait before the 2nd, 3rd, later sends; the last repeats",
);
/// The limit of sends in an hour.
pub const SENDS_PER_HOUR: SettingSpec =
    number("SENDS_PER_HOUR", 5, (1, 1_000), "", "sends per phone in a rolling hour");
/// The limit of sends in a day.
pub const SENDS_PER_DAY: SettingSpec =
    number("SENDS_PER_DAY", 10, (1, 1_000), "", "sends per phone in a rolling day");
/// The countries that may be sent to.
pub const ALLOWED_COUNTRIES: SettingSpec = variable(
    "ALLOWED_COUNTRIES",
    VariableKind::Countries { example: "US,CA,44", unset: "all" },
    "countries that may be sent to",
);
/// The countries that may not be sent to.
pub const BLOCKED_COUNTRIES: SettingSpec = variable(
    "BLOCKED_COUNTRIES",
    VariableKind::Countries { example: "KP,881", unset: "none" },
    "countries that may not be sent to, even if they are allowed",
);
/// What is checked of a number.
pub const PHONE_CHECK: SettingSpec = variable(
    "PHONE_CHECK",
    VariableKind::Choice { default: "full", values: &["full", "e164"] },
    "check of numbers: full refuses those that cannot exist and service numbers, e164 checks the form only",
);
/// The service numbers that may be sent to.
pub const ALLOW_SERVICE_NUMBERS: SettingSpec = variable(
    "ALLOW_SERVICE_NUMBERS",
    VariableKind::List {
        entries: "prefixes (+1500) or kinds (premium, shared_cost, toll_free, personal, uan, satellite, \
                  international_networks)",
        example: "toll_free,+1500",
    },
    "service numbers that may be sent to",
);
/// What is done about the limits below.
pub const LIMITS: SettingSpec = variable(
    "LIMITS",
    VariableKind::Choice { default: "on", values: &["on", "record", "off"] },
    "limits against SMS pumping, the settings from here to SAFE_LIST: record counts and logs but refuses nothing",
);
/// The limit of sends of an IP address in an hour.
pub const SENDS_PER_IP_HOUR: SettingSpec = number(
    "SENDS_PER_IP_HOUR",
    10,
    (0, 1_000_000),
    "",
    "sends per end user's IP address (the member ip; IPv6 by /64) in an hour; 0: no limit",
);
/// The limit of sends of an IP address in a day.
pub const SENDS_PER_IP_DAY: SettingSpec = number(
    "SENDS_PER_IP_DAY",
    30,
    (0, 1_000_000),
    "",
    "sends per end user's IP address in 24 hours; 0: no limit",
);
/// The limit of sends to a number prefix in an hour.
pub const SENDS_PER_PREFIX_HOUR: SettingSpec = number(
    "SENDS_PER_PREFIX_HOUR",
    20,
    (0, 1_000_000),
    "",
    "sends to numbers that differ in their last four digits only, in an hour; 0: no limit",
);
/// After how many sends a prefix is judged.
pub const PREFIX_BREAKER: SettingSpec = number(
    "PREFIX_BREAKER",
    20,
    (0, 1_000_000),
    "",
    "stops a prefix for 12 hours if of this many sends in 24 hours too few are verified; 0: never",
);
/// After how many sends a country is judged.
pub const COUNTRY_BREAKER: SettingSpec = number(
    "COUNTRY_BREAKER",
    100,
    (0, 1_000_000),
    "",
    "stops a country for 12 hours if of this many sends in 24 hours too few are verified; 0: never",
);
/// The share of verified sends that is too small.
pub const BREAKER_PERCENT: SettingSpec = number(
    "BREAKER_PERCENT",
    10,
    (1, 90),
    "%",
    "verified share of the sends below which PREFIX_BREAKER and COUNTRY_BREAKER stop",
);
/// The limit of all sends in a day.
pub const SENDS_PER_DAY_TOTAL: SettingSpec = number(
    "SENDS_PER_DAY_TOTAL",
    0,
    (0, 100_000_000),
    "",
    "sends of the whole deployment in 24 hours; 0: no limit",
);
/// How many objects count a country.
pub const LIMIT_SHARDS: SettingSpec = number(
    "LIMIT_SHARDS",
    1,
    (1, 64),
    "",
    "objects that share the counting of a country, or of all sends with SENDS_PER_DAY_TOTAL: more for some hundred sends \
     a second",
);
/// The prefixes that are not limited.
pub const SAFE_LIST: SettingSpec = variable(
    "SAFE_LIST",
    VariableKind::List { entries: "E.164 prefixes", example: "+1415555" },
    "numbers that none of these limits but SENDS_PER_DAY_TOTAL binds",
);
/// The deadline of a provider.
pub const PROVIDER_TIMEOUT_MS: SettingSpec =
    number("PROVIDER_TIMEOUT_MS", 10_000, (100, 30_000), "ms", "deadline for a provider's response");
/// Whose text a delivered message has.
pub const BRIDGE_TEXT: SettingSpec = variable(
    "BRIDGE_TEXT",
    VariableKind::Choice { default: "template", values: &["template", "caller"] },
    "text of messages for other auth servers: a template of the connector, or the one that the caller wrote",
);
/// Whether the mock connector may be used.
pub const ALLOW_MOCK: SettingSpec = variable(
    "ALLOW_MOCK",
    VariableKind::Switch,
    "for development: lets the mock connector be saved and used",
);
/// Whether connectors may send to local addresses.
pub const ALLOW_LOCAL: SettingSpec = variable(
    "ALLOW_LOCAL",
    VariableKind::Switch,
    "lets connectors send to this machine and private networks, also by http; for development",
);

/// Whether the last sends and verifications are kept.
pub const MESSAGE_LOG: SettingSpec = variable(
    "MESSAGE_LOG",
    VariableKind::Switch,
    "keeps the sends and verifications of the last 24 hours for GET /api/messages",
);

/// The variables of the Worker that are no limits: the npm package has no options for them.
pub const WORKER: [&SettingSpec; 1] = [&MESSAGE_LOG];

/// The variables of [`Policy`](crate::policy::Policy).
pub const POLICY: [&SettingSpec; 24] = [
    &CODE_LENGTH,
    &MAX_ATTEMPTS,
    &DAILY_FAILURES,
    &RESEND_COOLDOWNS,
    &SENDS_PER_HOUR,
    &SENDS_PER_DAY,
    &ALLOWED_COUNTRIES,
    &BLOCKED_COUNTRIES,
    &PHONE_CHECK,
    &ALLOW_SERVICE_NUMBERS,
    &LIMITS,
    &SENDS_PER_IP_HOUR,
    &SENDS_PER_IP_DAY,
    &SENDS_PER_PREFIX_HOUR,
    &PREFIX_BREAKER,
    &COUNTRY_BREAKER,
    &BREAKER_PERCENT,
    &SENDS_PER_DAY_TOTAL,
    &LIMIT_SHARDS,
    &SAFE_LIST,
    &PROVIDER_TIMEOUT_MS,
    &BRIDGE_TEXT,
    &ALLOW_MOCK,
    &ALLOW_LOCAL,
];

/// The bindings and secrets.
pub const RESOURCES: [&SettingSpec; 17] = [
    &OTP_KV,
    &GUARD,
    &ASSETS,
    &ACTIVITY,
    &MESSAGES,
    &OTP_SECRET,
    &API_KEYS,
    &ADMIN_KEY,
    &OTP_SECRET_PREVIOUS,
    &ACTIVITY_ACCOUNT,
    &ACTIVITY_TOKEN,
    &EVENTS_URL,
    &EVENTS_SECRET,
    &BRIDGE_SUPABASE_SECRET,
    &BRIDGE_ZITADEL_SECRET,
    &BRIDGE_AUTHGEAR_SECRET,
    &BRIDGE_CLERK_SECRET,
];

const fn binding(
    name: &'static str,
    resource: &'static str,
    required: bool,
    description: &'static str,
) -> SettingSpec {
    SettingSpec { name, kind: SettingKind::Binding { resource, required }, description }
}

const fn secret(name: &'static str, required: bool, description: &'static str) -> SettingSpec {
    SettingSpec { name, kind: SettingKind::Secret { required }, description }
}

const fn variable(name: &'static str, kind: VariableKind, description: &'static str) -> SettingSpec {
    SettingSpec { name, kind: SettingKind::Variable(kind), description }
}

const fn number(
    name: &'static str,
    default: u32,
    (min, max): (u32, u32),
    unit: &'static str,
    description: &'static str,
) -> SettingSpec {
    variable(name, VariableKind::Number { default, min, max, unit }, description)
}

impl SettingSpec {
    /// Returns the name in JSON and as an option of the npm package: `codeLength` for `CODE_LENGTH`.
    pub fn option_name(&self) -> String {
        let mut words = self.name.split('_');
        let first = words.next().unwrap_or_default().to_ascii_lowercase();
        words.fold(first, |name, word| {
            let (initial, rest) = word.split_at_checked(1).unwrap_or_default();
            name + initial + &rest.to_ascii_lowercase()
        })
    }

    /// Parses the text of a number; `None` is the default.
    ///
    /// # Errors
    /// An issue that names the setting: the text is no whole number, or out of range.
    pub fn parse_number(&self, text: Option<&str>) -> Result<u32, Issue> {
        let SettingKind::Variable(VariableKind::Number { default, min, max, .. }) = self.kind else {
            return Err(self.issue("is not a number"));
        };
        let Some(text) = text else { return Ok(default) };
        parse_whole_number(text)
            .filter(|value| (min..=max).contains(value))
            .ok_or_else(|| self.issue(format!("must be a whole number from {min} to {max}")))
    }

    /// Parses the text of a list of seconds; `None` is the default.
    ///
    /// # Errors
    /// An issue that names the setting: an entry is no whole number or out of range, or there are too many.
    pub fn parse_seconds(&self, text: Option<&str>) -> Result<Vec<u32>, Issue> {
        let SettingKind::Variable(VariableKind::SecondsList { default, max, max_entries }) = self.kind else {
            return Err(self.issue("is not a list of seconds"));
        };
        let entries = text.unwrap_or(default).split(',');
        let parsed: Option<Vec<u32>> =
            entries.map(|entry| parse_whole_number(entry.trim()).filter(|value| *value <= max)).collect();
        parsed.filter(|list| list.len() <= max_entries).ok_or_else(|| {
            let rule = "whole numbers of seconds from 0 to";
            self.issue(format!("must be up to {max_entries} {rule} {max}, separated by commas"))
        })
    }

    /// Parses one of some words; `None` is the default.
    ///
    /// # Errors
    /// An issue that names the setting: the text is none of its values.
    pub fn parse_choice(&self, text: Option<&str>) -> Result<&'static str, Issue> {
        let SettingKind::Variable(VariableKind::Choice { default, values }) = self.kind else {
            return Err(self.issue("is not a choice"));
        };
        let Some(text) = text else { return Ok(default) };
        let known = values.iter().find(|value| **value == text);
        known.copied().ok_or_else(|| self.issue(format!("must be one of {}", values.join(", "))))
    }

    /// Creates an issue that names the setting.
    pub fn issue(&self, message: impl Into<String>) -> Issue {
        Issue::new(self.name, message)
    }
}

fn parse_whole_number(text: &str) -> Option<u32> {
    let is_plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_plain { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test(unsupported = test)]
    fn option_name_is_the_name_in_camel_case() {
        assert_eq!(CODE_LENGTH.option_name(), "codeLength");
        assert_eq!(PROVIDER_TIMEOUT_MS.option_name(), "providerTimeoutMs");
        assert_eq!(GUARD.option_name(), "guard");
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn every_default_is_a_valid_value() {
        for setting in POLICY {
            match setting.kind {
                SettingKind::Variable(VariableKind::Number { default, min, max, .. }) => {
                    assert!((min..=max).contains(&default), "{}", setting.name);
                    assert_eq!(setting.parse_number(Some(&default.to_string())), Ok(default));
                }
                SettingKind::Variable(VariableKind::SecondsList { .. }) => {
                    assert!(setting.parse_seconds(None).is_ok(), "{}", setting.name);
                }
                SettingKind::Variable(VariableKind::Choice { .. }) => {
                    assert!(setting.parse_choice(None).is_ok(), "{}", setting.name);
                }
                SettingKind::Variable(_) => {}
                SettingKind::Binding { .. } | SettingKind::Secret { .. } => panic!("{}", setting.name),
            }
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn parse_choice_accepts_its_values_only() {
        let kind = VariableKind::Choice { default: "a", values: &["a", "b"] };
        let setting = variable("LETTER", kind, "a letter");
        assert_eq!(setting.parse_choice(None), Ok("a"));
        assert_eq!(setting.parse_choice(Some("b")), Ok("b"));
        for text in ["", "A", "c", "a "] {
            let issue = setting.parse_choice(Some(text)).expect_err("refused");
            assert_eq!((issue.path.as_str(), issue.message.as_str()), ("LETTER", "must be one of a, b"));
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn a_setting_of_another_kind_is_not_parsed() {
        assert!(ALLOW_MOCK.parse_number(None).is_err());
        assert!(CODE_LENGTH.parse_seconds(None).is_err());
        assert!(CODE_LENGTH.parse_choice(None).is_err());
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn no_name_occurs_twice() {
        let names = || RESOURCES.into_iter().chain(POLICY).chain(WORKER).map(|setting| setting.name);
        assert_eq!(names().collect::<std::collections::BTreeSet<_>>().len(), names().count());
    }
}
