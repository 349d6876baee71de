//! The vectors of the files.

use edge_otp_core::connector::Connector;
use edge_otp_core::error::Issue;
use edge_otp_core::phone::PhoneNumber;
use edge_otp_core::provider::{REGISTRY, RequestContext, SmsProvider, find_provider};
use edge_otp_core::time::Timestamp;
use edge_otp_core::usage_type::UsageType;
use serde_json::{Map, Value};

use crate::support::{File, find_file, text};

pub(super) const KINDS: [&str; 5] = ["requests", "responses", "config", "sdk", "signatures"];

/// One vector, with the default config of its provider.
pub(super) struct Vector {
    pub(super) json: Value,
    pub(super) provider: &'static dyn SmsProvider,
    default: Value,
}

/// Returns the vectors of a kind. Those of the official kits take config and send from their counterpart.
pub(super) fn vectors(file: File, kind: &str) -> Vec<Vector> {
    let content = file.parse();
    let list = content[kind].as_array().cloned().unwrap_or_default();
    list.into_iter()
        .map(|json| match json["counterpart"].as_str() {
            Some(counterpart) => with_counterpart(&json, counterpart),
            // The signatures of the documentation belong to no provider of ours.
            None => Vector {
                provider: find_provider(file.name).unwrap_or(REGISTRY[0]),
                default: content["default"].clone(),
                json,
            },
        })
        .collect()
}

fn with_counterpart(json: &Value, counterpart: &str) -> Vector {
    let requests = vectors(find_file(text(json, "connector")), "requests");
    let mut vector = requests.into_iter().find(|vector| vector.id() == counterpart).expect(counterpart);
    let members = vector.json.as_object_mut().expect("an object");
    members.remove("alternatives");
    members.extend(json.as_object().cloned().unwrap_or_default());
    vector
}

impl Vector {
    pub(super) fn id(&self) -> &str {
        text(&self.json, "id")
    }

    /// Returns the config: the default, or with members set (a path with a step per dot) and dropped, or its own.
    pub(super) fn config(&self) -> Value {
        let own = &self.json["config"];
        if let Some(whole) = own.get("is") {
            return whole.clone();
        }
        let mut config = self.default.clone();
        for path in own["drop"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            let (parent, name) = find_parent(&mut config, path);
            parent.as_object_mut().expect(path).remove(name);
        }
        for (path, value) in own["set"].as_object().unwrap_or(&Map::new()) {
            let (parent, name) = find_parent(&mut config, path);
            match parent {
                Value::Array(items) if name.parse() == Ok(items.len()) => items.push(value.clone()),
                Value::Array(items) => items[name.parse::<usize>().expect(path)] = value.clone(),
                object => object[name] = value.clone(),
            }
        }
        config
    }

    /// Returns the connector, or what is wrong with its config.
    pub(super) fn connector(&self) -> Result<Connector, Vec<Issue>> {
        Connector::new(self.provider, &self.config())
    }

    /// Returns the number as Logto received it.
    pub(super) fn to(&self) -> &str {
        text(&self.json["send"], "to")
    }

    /// Returns the number in E.164, if it is one: Logto passes on digits that begin with the country code.
    pub(super) fn phone(&self) -> Option<PhoneNumber> {
        PhoneNumber::parse_with_optional_plus(self.to())
    }

    /// Returns the usage type; the vectors of configs send for `SignIn`.
    pub(super) fn usage_type(&self) -> Option<UsageType> {
        UsageType::parse(self.json["send"]["type"].as_str().unwrap_or("SignIn"))
    }

    pub(super) fn payload(&self) -> Map<String, Value> {
        self.json["send"]["payload"].as_object().cloned().unwrap_or_default()
    }

    /// Returns the frozen clock and nonce.
    pub(super) fn context(&self) -> RequestContext {
        let frozen = &self.json["frozen"];
        RequestContext {
            now: Timestamp(frozen["now_ms"].as_u64().unwrap_or(0)),
            nonce: text(frozen, "nonce").to_owned(),
        }
    }
}

fn find_parent<'a, 'b>(config: &'a mut Value, path: &'b str) -> (&'a mut Value, &'b str) {
    let (steps, name) = path.rsplit_once('.').unwrap_or(("", path));
    let parent = steps.split('.').filter(|step| !step.is_empty()).fold(config, |value, step| match value {
        Value::Array(items) => &mut items[step.parse::<usize>().expect(path)],
        object => &mut object[step],
    });
    (parent, name)
}

/// Tells whether there is such a member.
pub(super) fn has(json: &Value, name: &str) -> bool {
    json.get(name).is_some_and(|value| !value.is_null())
}

/// Returns why we refuse a config that Logto accepts: one of the deliberate differences, or it is a failure.
pub(super) fn explain_refusal(issues: &[Issue]) -> Result<&'static str, String> {
    const REASONS: [(&str, &str); 4] = [
        ("must hold {{code}}", "a text without {{code}} is refused"),
        ("must not be empty", "an empty value is refused"),
        ("must be a string that is not empty", "an empty value is refused"),
        ("must be an https URL", "the endpoint must be https and hold no credentials"),
    ];
    let find_reason = |issue: &Issue| REASONS.iter().find(|(start, _)| issue.message.starts_with(start));
    let found: Option<Vec<_>> = issues.iter().map(find_reason).collect();
    found.and_then(|found| found.first().map(|(_, why)| *why)).ok_or_else(|| format!("refused: {issues:?}"))
}
