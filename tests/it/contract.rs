//! What every connector must hold to, whatever its provider: the whole registry against the same demands.

mod answers;

use core::iter::once;

use serde_json::Value as Json;

use super::vectors::default_config;
use crate::code::Code;
use crate::connector::{Connector, Delivery, Kind, Provider, REGISTRY};
use crate::error::Error;
use crate::json::Value;
use crate::message::Message;
use crate::phone::PhoneNumber;
use crate::time::Timestamp;
use crate::usage::UsageType;
use crate::wire::{Request, Stamp};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// A code that occurs in nothing else that a request holds.
const CODE: &str = "930417";

fn connector(provider: &'static dyn Provider, config: &Json) -> Result<Connector, Vec<crate::error::Issue>> {
    let config = Value::parse(&config.to_string()).expect("JSON");
    Connector::new(provider, &config).map_err(|error| match error {
        Error::ConnectorConfig(issues) => issues,
        other => panic!("{other:?}"),
    })
}

fn delivery(connector: &Connector, phone: &str) -> Delivery {
    let (phone, code) = (PhoneNumber::parse(phone).expect(phone), Code::parse(CODE).expect(CODE));
    let template = connector.template(UsageType::SignIn, None).expect("a template");
    let message =
        Message { to: &phone, usage: UsageType::SignIn, code: &code, locale: Some("en"), ip: None, template };
    let stamp = Stamp::new(Timestamp(1_800_000_000_000), [7; 16]);
    connector.provider.delivery(&connector.config, &message, &stamp)
}

/// Every connector's request to a number it serves, with its default config.
fn requests() -> Vec<(&'static str, Request)> {
    REGISTRY
        .into_iter()
        .filter_map(|provider| {
            let connector = connector(provider, &default_config(provider.id())).expect("a valid config");
            match delivery(&connector, "+8613800138000") {
                Delivery::Http(request) => Some((provider.id(), request)),
                Delivery::Terminal(_) => None,
            }
        })
        .collect()
}

#[test]
fn ids_are_known_once() {
    for (index, provider) in REGISTRY.iter().enumerate() {
        assert_eq!(REGISTRY.iter().position(|other| other.id() == provider.id()), Some(index));
        let fields = provider.fields();
        for (index, field) in fields.iter().enumerate() {
            assert_eq!(fields.iter().position(|other| other.key == field.key), Some(index), "{}", field.key);
        }
    }
}

#[test]
#[cfg(not(target_arch = "wasm32"))]
fn every_connector_has_a_guide() {
    let guides = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/connectors");
    let missing: Vec<_> =
        REGISTRY.iter().map(|p| p.id()).filter(|id| !guides.join(format!("{id}.md")).is_file()).collect();
    assert!(missing.is_empty(), "no guide for {missing:?}");
}

#[test]
fn what_looks_like_a_secret_is_one() {
    for provider in REGISTRY {
        for field in provider.fields().iter().filter(|field| field.key != "accessKeyId") {
            let key = field.key.to_ascii_lowercase();
            let looks =
                ["token", "secret", "key", "password", "authorization"].iter().any(|word| key.contains(word));
            assert_eq!(looks, matches!(field.kind, Kind::Secret), "{} {}", provider.id(), field.key);
        }
    }
}

#[test]
fn debug_shows_nothing() {
    for provider in REGISTRY {
        let connector = connector(provider, &default_config(provider.id())).expect("a valid config");
        assert_eq!(format!("{:?}", connector.config), "Config(…)");
    }
}

#[test]
fn each_missing_field_is_named() {
    for provider in REGISTRY {
        let whole = default_config(provider.id());
        for field in provider.fields().iter().filter(|field| field.required) {
            for broken in [None, Some(Json::Null), Some(Json::from(7)), Some(Json::from(""))] {
                let mut config = whole.clone();
                match broken {
                    Some(value) => config[field.key] = value,
                    None => drop(config.as_object_mut().expect("an object").remove(field.key)),
                }
                let issues = connector(provider, &config).err().expect("a required field is broken");
                assert!(
                    issues.iter().any(|issue| issue.path == field.key),
                    "{} {}",
                    provider.id(),
                    field.key
                );
            }
        }
        let issues =
            connector(provider, &Json::Object(serde_json::Map::new())).err().expect("nothing is there");
        let required = provider.fields().iter().filter(|field| field.required);
        assert!(
            required.into_iter().all(|field| issues.iter().any(|issue| issue.path == field.key)),
            "all at once"
        );
    }
}

#[test]
fn issues_never_repeat_a_value() {
    const MARK: &str = "zq\u{1}zq";
    for provider in REGISTRY {
        let whole = default_config(provider.id());
        for field in provider.fields() {
            for value in
                [MARK.into(), serde_json::json!({ (MARK): MARK }), serde_json::json!([{ "usageType": MARK }])]
            {
                let mut config = whole.clone();
                config[field.key] = value;
                let issues = connector(provider, &config).err().unwrap_or_default();
                assert!(
                    issues.iter().all(|issue| !issue.message.contains("zq")),
                    "{} {issues:?}",
                    provider.id()
                );
            }
        }
        let issues = connector(provider, &Json::from(MARK)).err().expect("no object");
        assert!(!format!("{issues:?}").contains("zq"));
    }
}

#[test]
fn requests_are_https_and_carry_the_code_once() {
    for (id, request) in requests() {
        assert!(request.url.starts_with("https://"), "{id}");
        let headers: String = request.headers.iter().map(|(_, value)| value.as_str()).collect();
        let whole = [request.url.as_str(), &headers, &request.body].concat();
        // Meta wants it for the text and once more for the button that copies it.
        let times = if id == "whatsapp-short-message-service" { 2 } else { 1 };
        assert_eq!(whole.matches(CODE).count(), times, "{id}");
        assert!(!whole.contains("{{"), "{id} has filled in its text");
    }
}

#[test]
fn a_plain_http_endpoint_is_for_this_machine_only() {
    for id in ["http-sms", "gatewayapi-sms"] {
        let provider = crate::connector::provider(id).expect(id);
        let mut config = default_config(id);
        for (endpoint, fits) in [("http://localhost:3000/x", true), ("http://example.com/x", false)] {
            config["endpoint"] = endpoint.into();
            assert_eq!(connector(provider, &config).is_ok(), fits, "{id} {endpoint}");
        }
    }
}

#[test]
fn no_config_breaks_out_of_a_header_or_the_url() {
    let hostile = ["a\r\nx: y", "a\nb", "../../x", "a b", "a?b#c", "é", "a\u{0}b", "%0d%0a"];
    for provider in REGISTRY {
        let whole = default_config(provider.id());
        for (field, value) in provider.fields().iter().flat_map(|field| hostile.map(|value| (field, value))) {
            let mut config = whole.clone();
            config[field.key] = value.into();
            let Ok(connector) = connector(provider, &config) else { continue };
            let Delivery::Http(request) = delivery(&connector, "+8613800138000") else { continue };
            let values = request.headers.iter().map(|(_, value)| value.as_str());
            for text in values.chain(once(request.url.as_str())) {
                assert!(
                    text.bytes().all(|b| (0x20..=0x7e).contains(&b)),
                    "{} {} {value:?}",
                    provider.id(),
                    field.key
                );
            }
            let path = request.url.split('?').next().unwrap_or_default();
            assert!(!path.contains("..") && !path.contains(' '), "{} {} {value:?}", provider.id(), field.key);
        }
    }
}

/// What we take beyond Logto: config members, a number, and what the request then holds.
#[test]
fn our_own_optional_members_work() {
    let both = serde_json::json!({ "china": "CN_1", "overseas": "INTL_1" });
    let templates = serde_json::json!([{ "usageType": "Generic", "templateCode": both }]);
    for (id, members, phone, held) in [
        (
            "twilio-short-message-service",
            serde_json::json!({ "from": "+14155550100", "fromMessagingServiceSID": "" }),
            "+14155550132",
            "From=%2B14155550100",
        ),
        (
            "twilio-short-message-service",
            serde_json::json!({ "host": "api.dublin.ie1.twilio.com" }),
            "+14155550132",
            "https://api.dublin.ie1.twilio.com/2010-04-01/",
        ),
        (
            "aliyun-short-message-service",
            serde_json::json!({ "endpoint": "dysmsapi.ap-southeast-1.aliyuncs.com" }),
            "+14155550132",
            "https://dysmsapi.ap-southeast-1.aliyuncs.com/",
        ),
        (
            "tencent-short-message-service",
            serde_json::json!({ "templates": templates }),
            "+8613800138000",
            r#""TemplateId":"CN_1""#,
        ),
        (
            "tencent-short-message-service",
            serde_json::json!({ "templates": templates }),
            "+85251234567",
            r#""TemplateId":"INTL_1""#,
        ),
    ] {
        let mut config = default_config(id);
        config.as_object_mut().expect("an object").extend(members.as_object().cloned().expect("an object"));
        let connector = connector(crate::connector::provider(id).expect(id), &config).expect(id);
        let Delivery::Http(request) = delivery(&connector, phone) else { panic!("{id}") };
        assert!([request.url, request.body].concat().contains(held), "{id} {held}");
    }
}

#[test]
fn a_template_with_the_locale_goes_first() {
    let has_templates = |provider: &&dyn Provider| provider.id() != "http-sms";
    for provider in REGISTRY.into_iter().filter(has_templates) {
        let mut config = default_config(provider.id());
        let templates = config["templates"].as_array_mut().expect("templates");
        let mut french = templates[0].clone();
        french["locale"] = "fr".into();
        templates.push(french);
        let connector = connector(provider, &config).expect("a valid config");
        let locale = |wanted| {
            connector.template(UsageType::SignIn, wanted).expect("one").and_then(|t| t.locale.as_deref())
        };
        assert_eq!((locale(Some("fr-CA")), locale(Some("de")), locale(None)), (Some("fr"), None, None));
    }
}

#[test]
fn numbers_that_a_connector_cannot_serve_are_known_before() {
    let serves = |id: &str, phone: &str| {
        let connector = connector(crate::connector::provider(id).expect(id), &default_config(id)).expect(id);
        connector.provider.serves(&connector.config, &PhoneNumber::parse(phone).expect(phone))
    };
    for phone in ["+14155550132", "+85251234567", "+886912345678"] {
        assert!(
            !serves("smsbao-sms", phone) && !serves("aliyun-short-message-auth-service", phone),
            "{phone}"
        );
    }
    for id in REGISTRY.map(Provider::id) {
        assert!(serves(id, "+8613800138000"), "{id}");
    }
}
