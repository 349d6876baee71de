//! The vector files: how they are read. Their format is told in `tests/vectors/README.md`.

use serde_json::{Map, Value as Json};

use crate::connector::{Connector, Provider, provider};
use crate::error::{Error, Issue};
use crate::json::Value;
use crate::phone::PhoneNumber;
use crate::time::Timestamp;
use crate::usage::UsageType;
use crate::wire::Stamp;

/// One file: a connector's, or one of the two that cross them.
#[derive(Clone, Copy)]
pub(super) struct File {
    pub(super) name: &'static str,
    content: &'static str,
}

macro_rules! files {
    ($($name:literal)*) => {
        [$(File { name: $name, content: include_str!(concat!("../../vectors/", $name, ".json")) }),*]
    };
}

pub(super) const FILES: [File; 14] = files![
    "twilio-short-message-service" "aliyun-short-message-service" "aliyun-short-message-auth-service"
    "tencent-short-message-service" "vonage-sms" "yunpian-sms" "smsbao-sms" "smsaero-short-message-service"
    "gatewayapi-sms" "whatsapp-short-message-service" "http-sms" "mock-short-message-service" "sdk" "doc-signatures"
];

pub(super) const KINDS: [&str; 5] = ["requests", "responses", "config", "sdk", "signatures"];

/// One vector, with the default config of its connector.
pub(super) struct Vector {
    pub(super) json: Json,
    pub(super) provider: &'static dyn Provider,
    default: Json,
}

impl File {
    /// The vectors of a kind. Those of the official kits take config and send from their counterpart.
    pub(super) fn vectors(self, kind: &str) -> Vec<Vector> {
        let file: Json = serde_json::from_str(self.content).expect(self.name);
        let list = file[kind].as_array().cloned().unwrap_or_default();
        list.into_iter()
            .map(|json| match json["counterpart"].as_str() {
                Some(counterpart) => with_counterpart(&json, counterpart),
                // The signatures of the documentation belong to no connector of ours.
                None => Vector {
                    provider: provider(self.name).unwrap_or(crate::connector::REGISTRY[0]),
                    default: file["default"].clone(),
                    json,
                },
            })
            .collect()
    }

    /// A connector's default config.
    pub(super) fn default_config(self) -> Json {
        serde_json::from_str::<Json>(self.content).expect(self.name)["default"].clone()
    }
}

/// The default config of a connector's vectors, for other suites.
pub(crate) fn default_config(id: &str) -> Json {
    FILES.iter().find(|file| file.name == id).expect(id).default_config()
}

fn with_counterpart(json: &Json, counterpart: &str) -> Vector {
    let connector = text(json, "connector");
    let file = FILES.into_iter().find(|file| file.name == connector).expect(connector);
    let mut vector =
        file.vectors("requests").into_iter().find(|vector| vector.id() == counterpart).expect(counterpart);
    let members = vector.json.as_object_mut().expect("an object");
    members.remove("alternatives");
    members.extend(json.as_object().cloned().unwrap_or_default());
    vector
}

impl Vector {
    pub(super) fn id(&self) -> &str {
        text(&self.json, "id")
    }

    /// The config: the default, or with members set (a path with a step per dot) and dropped, or one of its own.
    pub(super) fn config(&self) -> Json {
        let own = &self.json["config"];
        if let Some(whole) = own.get("is") {
            return whole.clone();
        }
        let mut config = self.default.clone();
        for path in own["drop"].as_array().into_iter().flatten().filter_map(Json::as_str) {
            let (parent, name) = parent(&mut config, path);
            parent.as_object_mut().expect(path).remove(name);
        }
        for (path, value) in own["set"].as_object().unwrap_or(&Map::new()) {
            let (parent, name) = parent(&mut config, path);
            match parent {
                Json::Array(items) if name.parse() == Ok(items.len()) => items.push(value.clone()),
                Json::Array(items) => items[name.parse::<usize>().expect(path)] = value.clone(),
                object => object[name] = value.clone(),
            }
        }
        config
    }

    /// The connector, or what is wrong with its config.
    pub(super) fn connector(&self) -> Result<Connector, Vec<Issue>> {
        let config = Value::parse(&self.config().to_string()).expect("a config");
        Connector::new(self.provider, &config).map_err(|error| match error {
            Error::ConnectorConfig(issues) => issues,
            other => panic!("{other:?}"),
        })
    }

    /// The number as Logto got it.
    pub(super) fn to(&self) -> &str {
        text(&self.json["send"], "to")
    }

    /// The number in E.164, if it is one: Logto hands digits on that begin with the country code.
    pub(super) fn phone(&self) -> Option<PhoneNumber> {
        PhoneNumber::parse(self.to()).or_else(|| PhoneNumber::parse(&format!("+{}", self.to())))
    }

    /// The usage type; the vectors of configs send for `SignIn`.
    pub(super) fn usage(&self) -> Option<UsageType> {
        UsageType::parse(self.json["send"]["type"].as_str().unwrap_or("SignIn"))
    }

    pub(super) fn payload(&self) -> Map<String, Json> {
        self.json["send"]["payload"].as_object().cloned().unwrap_or_default()
    }

    /// The frozen clock and nonce.
    pub(super) fn stamp(&self) -> Stamp {
        let frozen = &self.json["frozen"];
        Stamp {
            now: Timestamp(frozen["now_ms"].as_u64().unwrap_or(0)),
            nonce: text(frozen, "nonce").to_owned(),
        }
    }
}

fn parent<'a, 'b>(config: &'a mut Json, path: &'b str) -> (&'a mut Json, &'b str) {
    let (steps, name) = path.rsplit_once('.').unwrap_or(("", path));
    let parent = steps.split('.').filter(|step| !step.is_empty()).fold(config, |value, step| match value {
        Json::Array(items) => &mut items[step.parse::<usize>().expect(path)],
        object => &mut object[step],
    });
    (parent, name)
}

/// A text member; empty if there is none.
pub(super) fn text<'a>(json: &'a Json, name: &str) -> &'a str {
    json[name].as_str().unwrap_or_default()
}

/// Whether there is such a member.
pub(super) fn has(json: &Json, name: &str) -> bool {
    json.get(name).is_some_and(|value| !value.is_null())
}

/// Why we refuse a config that Logto takes: one of the deliberate differences, or it is a failure.
pub(super) fn refusal(issues: &[Issue]) -> Result<&'static str, String> {
    const REASONS: [(&str, &str); 4] = [
        ("must hold {{code}}", "a text without {{code}} is refused"),
        ("must not be empty", "an empty value is refused"),
        ("must be a string that is not empty", "an empty value is refused"),
        ("must be an https URL", "the endpoint must be https and hold no credentials"),
    ];
    let reason = |issue: &Issue| REASONS.iter().find(|(start, _)| issue.message.starts_with(start));
    let found: Option<Vec<_>> = issues.iter().map(reason).collect();
    found.and_then(|found| found.first().map(|(_, why)| *why)).ok_or_else(|| format!("refused: {issues:?}"))
}
