//! What every provider must satisfy: the whole registry against the same requirements.

#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "tests fail by panicking")]

#[path = "contract/echoes.rs"]
mod echoes;
#[path = "contract/requests.rs"]
mod requests;
#[path = "contract/responses.rs"]
mod responses;
mod support;

use edge_otp_core::code::Code;
use edge_otp_core::connector::{Connector, ensure_mock_allowed};
use edge_otp_core::error::Issue;
use edge_otp_core::message::Message;
use edge_otp_core::phone::PhoneNumber;
use edge_otp_core::provider::{
    Delivery, FieldKind, MOCK_ID, REGISTRY, RequestContext, SmsProvider, find_provider,
};
use edge_otp_core::time::Timestamp;
use edge_otp_core::usage_type::UsageType;
use serde_json::{Map, Value, json};
use support::find_file;
use wasm_bindgen_test::wasm_bindgen_test;

/// A code that occurs in nothing else that a request holds.
const CODE: &str = "930417";

/// Returns the default config of a provider's vectors.
fn default_config(id: &str) -> Value {
    find_file(id).parse()["default"].clone()
}

fn default_connector(provider: &'static dyn SmsProvider) -> Connector {
    Connector::new(provider, &default_config(provider.id())).expect("a valid config")
}

fn find(id: &str) -> &'static dyn SmsProvider {
    find_provider(id).expect(id)
}

/// Sends the code with the connector's template for `SignIn`.
fn build(connector: &Connector, phone: &str) -> http::Result<Delivery> {
    let (phone, code) = (PhoneNumber::parse(phone).expect(phone), Code::parse(CODE).expect(CODE));
    let template = connector.template(UsageType::SignIn, None).expect("a template");
    let usage_type = UsageType::SignIn;
    let message = Message { to: &phone, usage_type, code: &code, locale: Some("en"), ip: None, template };
    let context = RequestContext::new(Timestamp(1_800_000_000_000), [7; 16]);
    connector.provider.build_request(&connector.config, &message, &context)
}

/// Returns the request; `None` for the mock connector.
fn build_request(connector: &Connector, phone: &str) -> Option<http::Request<String>> {
    match build(connector, phone).expect("a request") {
        Delivery::Request(request) => Some(request),
        Delivery::Log(_) => None,
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn ids_and_field_keys_occur_once() {
    for (index, provider) in REGISTRY.iter().enumerate() {
        assert_eq!(REGISTRY.iter().position(|other| other.id() == provider.id()), Some(index));
        let fields = provider.fields();
        for (index, field) in fields.iter().enumerate() {
            assert_eq!(fields.iter().position(|other| other.key == field.key), Some(index), "{}", field.key);
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn every_provider_has_a_guide() {
    for provider in REGISTRY {
        assert!(find_file(provider.id()).guide.starts_with("# "), "no guide for {}", provider.id());
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn fields_with_the_name_of_a_credential_are_secrets() {
    const WORDS: [&str; 5] = ["token", "secret", "key", "password", "authorization"];
    for provider in REGISTRY {
        for field in provider.fields().iter().filter(|field| field.key != "accessKeyId") {
            let key = field.key.to_ascii_lowercase();
            let is_named_like_one = WORDS.iter().any(|word| key.contains(word));
            assert_eq!(is_named_like_one, field.is_secret(), "{} {}", provider.id(), field.key);
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn an_error_code_has_one_meaning() {
    for provider in REGISTRY {
        let table = provider.error_codes();
        let rejected = table.rejected.iter().flat_map(|(_, codes)| codes.iter());
        let codes: Vec<_> = rejected.chain(table.unknown).collect();
        for (index, code) in codes.iter().enumerate() {
            assert_eq!(codes.iter().position(|other| other == code), Some(index), "{} {code}", provider.id());
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn debug_shows_no_part_of_a_config() {
    for provider in REGISTRY {
        let connector = default_connector(provider);
        assert_eq!(format!("{:?}", connector.config), "ProviderConfig(…)");
        assert_eq!(format!("{connector:?}"), format!("Connector({})", provider.id()));
        assert_eq!(format!("{provider:?}"), provider.id());
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn secrets_yields_the_credentials_of_a_config() {
    let connector = default_connector(find("twilio-short-message-service"));
    let config = default_config("twilio-short-message-service");
    assert_eq!(connector.secrets().collect::<Vec<_>>(), [config["authToken"].as_str().expect("a token")]);
}

#[wasm_bindgen_test(unsupported = test)]
fn ensure_mock_allowed_refuses_the_mock_connector_only() {
    for provider in REGISTRY {
        assert_eq!(ensure_mock_allowed(provider, true), Ok(()));
        let path = ensure_mock_allowed(provider, false).err().map(|issues| issues[0].path.clone());
        assert_eq!(path.as_deref(), (provider.id() == MOCK_ID).then_some("connectorId"), "{}", provider.id());
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn validation_names_each_missing_field() {
    let has_issue = |issues: &[Issue], path: &str| issues.iter().any(|issue| issue.path == path);
    for provider in REGISTRY {
        let whole = default_config(provider.id());
        let required: Vec<_> =
            provider.fields().iter().filter(|field| field.required).map(|field| field.key).collect();
        for key in &required {
            let may_be_empty = provider.fields().iter().any(|field| field.key == *key && field.may_be_empty);
            let empty = (!may_be_empty).then(|| Some(Value::from("")));
            for broken in [None, Some(Value::Null), Some(Value::from(7))].into_iter().chain(empty) {
                let mut config = whole.clone();
                match broken {
                    Some(value) => config[*key] = value,
                    None => drop(config.as_object_mut().expect("an object").remove(*key)),
                }
                let issues = Connector::new(provider, &config).expect_err("a required field is broken");
                assert!(has_issue(&issues, key), "{} {key}", provider.id());
            }
        }
        let issues = Connector::new(provider, &Value::Object(Map::new())).expect_err("nothing is there");
        assert!(required.iter().all(|key| has_issue(&issues, key)), "all at once");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn issues_never_repeat_a_value() {
    const MARK: &str = "zq\u{1}zq";
    for provider in REGISTRY {
        let whole = default_config(provider.id());
        for field in provider.fields() {
            for value in [MARK.into(), json!({ (MARK): MARK }), json!([{ "usageType": MARK }])] {
                let mut config = whole.clone();
                config[field.key] = value;
                let issues = Connector::new(provider, &config).err().unwrap_or_default();
                let is_repeated = issues.iter().any(|issue| issue.message.contains("zq"));
                assert!(!is_repeated, "{} {issues:?}", provider.id());
            }
        }
        let issues = Connector::new(provider, &Value::from(MARK)).expect_err("no object");
        assert!(!format!("{issues:?}").contains("zq"));
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn template_prefers_the_locale() {
    for provider in REGISTRY {
        let has_field = provider.fields().iter().any(|field| matches!(field.kind, FieldKind::Templates(_)));
        assert_eq!(default_connector(provider).has_templates(), has_field, "{}", provider.id());
        if !has_field {
            assert_eq!(default_connector(provider).template(UsageType::SignIn, None), Ok(None));
            continue;
        }
        let mut config = default_config(provider.id());
        let templates = config["templates"].as_array_mut().expect("templates");
        let mut french = templates[0].clone();
        french["locale"] = "fr".into();
        templates.push(french);
        let connector = Connector::new(provider, &config).expect("a valid config");
        let locale = |wanted| {
            let template = connector.template(UsageType::SignIn, wanted).expect("a template");
            template.and_then(|template| template.locale.as_deref())
        };
        assert_eq!((locale(Some("fr-CA")), locale(Some("de")), locale(None)), (Some("fr"), None, None));
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn supports_recipient_knows_the_countries_of_a_provider() {
    let supports = |id: &str, phone: &str| {
        let connector = default_connector(find(id));
        let phone = PhoneNumber::parse(phone).expect(phone);
        connector.provider.supports_recipient(&connector.config, &phone)
    };
    for phone in ["+14155550132", "+85251234567", "+886912345678"] {
        for id in ["smsbao-sms", "aliyun-short-message-auth-service"] {
            assert!(!supports(id, phone), "{id} {phone}");
        }
    }
    for id in REGISTRY.map(SmsProvider::id) {
        assert!(supports(id, "+8613800138000"), "{id}");
    }
}
