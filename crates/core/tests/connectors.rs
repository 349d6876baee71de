//! Managing the connector over a platform in memory: what is stored, archived, shown and kept secret.

#![expect(clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

#[path = "connectors/archive.rs"]
mod archive;
#[path = "connectors/check.rs"]
mod check;
#[expect(dead_code, reason = "each test file uses a part of the platform")]
mod platform;
#[path = "connectors/rotation.rs"]
mod rotation;
#[path = "connectors/test.rs"]
mod test;

use core::future::Future;

use edge_otp_core::api::TestOutcome;
use edge_otp_core::connector::{
    ARCHIVE_KEY, CONNECTOR_KEY, ConnectorView, LoadedConnector, StoredConnector, load_connector,
};
use edge_otp_core::error::{ErrorCode, Issue};
use edge_otp_core::provider::AllowedAddresses;
use edge_otp_core::service::{ConnectorService, OtpService, ServiceError};
use edge_otp_core::time::Seconds;
use platform::{Call, Fault, InMemoryPlatform, ROOT, Randomness, key_ring};
use serde_json::{Value, json};
use wasm_bindgen_test::wasm_bindgen_test;

const TWILIO_ID: &str = "twilio-short-message-service";
const SECRET: &str = "a-secret-token-9f3e";

fn twilio_config() -> Value {
    json!({
        "accountSID": "AC1",
        "authToken": SECRET,
        "fromMessagingServiceSID": "MG1",
        "templates": [{ "usageType": "Generic", "content": "Code {{code}}" }],
    })
}

fn http_config(endpoint: &str) -> Value {
    json!({ "endpoint": endpoint, "authorization": "Bearer 0123456789" })
}

fn body(value: &Value) -> Vec<u8> {
    value.to_string().into_bytes()
}

/// A deployment whose connector is managed.
struct Admin {
    platform: InMemoryPlatform,
}

type ServiceResult<T> = Result<T, ServiceError>;

impl Admin {
    fn new() -> Self {
        Self { platform: InMemoryPlatform::new() }
    }

    const fn service(&self) -> ConnectorService<'_, InMemoryPlatform> {
        let platform = &self.platform;
        ConnectorService { platform, keys: &platform.keys, policy: &platform.policy }
    }

    fn run<T>(&self, operation: impl Future<Output = T>) -> T {
        self.platform.block_on(operation)
    }

    fn replace(&self, connector_id: &str, config: &Value) -> ServiceResult<ConnectorView> {
        let body = body(&json!({ "connectorId": connector_id, "config": config }));
        self.run(self.service().replace(&body))
    }

    fn edit(&self, id: &str, config: &Value) -> ServiceResult<ConnectorView> {
        self.run(self.service().edit(id, &body(&json!({ "config": config })), None))
    }

    fn test(&self, connector_id: &str, request: &Value) -> ServiceResult<TestOutcome> {
        self.run(self.service().test(connector_id, &body(request)))
    }

    fn list(&self) -> Vec<ConnectorView> {
        self.run(self.service().list()).expect("a list")
    }

    fn archive(&self) -> Vec<ConnectorView> {
        self.run(self.service().list_archive()).expect("a list")
    }

    fn stored(&self) -> Option<String> {
        self.platform.kv_text(CONNECTOR_KEY)
    }

    fn load(&self) -> LoadedConnector {
        let text = self.stored().expect("stored");
        load_connector(&text, &self.platform.keys, self.platform.policy.allowed_addresses)
    }

    /// Returns the active connector's config with its secrets in the clear.
    fn text_in_use(&self, key: &str) -> String {
        let connector = self.load().expect("valid");
        connector.config.text(key).to_owned()
    }
}

fn error_code<T>(result: ServiceResult<T>) -> Option<ErrorCode> {
    result.err().map(|error| error.code())
}

fn issue_paths<T>(result: ServiceResult<T>) -> Vec<String> {
    let issues = result.err().and_then(|error| error.data().issues).unwrap_or_default();
    issues.into_iter().map(|issue| issue.path).collect()
}

fn to_json(view: &ConnectorView) -> Value {
    serde_json::to_value(view).expect("a JSON form")
}

#[wasm_bindgen_test(unsupported = test)]
fn replace_stores_a_connector_and_shows_no_secret() {
    let admin = Admin::new();
    let view = to_json(&admin.replace(TWILIO_ID, &twilio_config()).expect("valid"));
    assert_eq!(view["connectorId"], TWILIO_ID);
    assert_eq!((&view["target"], &view["type"]), (&json!("twilio-sms"), &json!("Sms")));
    assert_eq!(view["config"]["authToken"], json!({ "set": true, "hint": "9f3e" }));
    assert_eq!(view["config"]["accountSID"], "AC1");
    assert_eq!(
        (&view["createdAt"], &view["updatedAt"]),
        (&json!("2023-11-14T22:13:20Z"), &view["createdAt"])
    );
    assert_eq!(view["effectiveWithinSeconds"], 90);
    assert!(view.get("archivedAt").is_none() && !view.to_string().contains(SECRET));

    let stored = admin.stored().expect("stored");
    assert!(!stored.contains(SECRET), "sealed at rest");
    assert_eq!(admin.text_in_use("authToken"), SECRET);
    assert_eq!(admin.platform.kv.borrow()[CONNECTOR_KEY].ttl, None, "it does not expire");
    let listed: Vec<Value> = admin.list().iter().map(to_json).collect();
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0]["id"], view["id"]);
    assert!(listed[0].get("effectiveWithinSeconds").is_none());
    assert_eq!(view["id"].as_str().map(str::len), Some(12));
}

#[wasm_bindgen_test(unsupported = test)]
fn replace_writes_the_archive_first_and_the_connector_once() {
    let admin = Admin::new();
    admin.replace(TWILIO_ID, &twilio_config()).expect("valid");
    assert_eq!(admin.platform.calls.take_operations(), "get put", "there is nothing to archive");
    let first = admin.list()[0].id.clone();
    admin.platform.calls.take_operations();
    admin.replace("http-sms", &http_config("https://a.example")).expect("valid");
    assert_eq!(admin.platform.calls.take_operations(), "get get put put");
    let active = admin.list();
    assert_eq!((active.len(), active[0].connector_id.as_str()), (1, "http-sms"));
    assert_ne!(active[0].id, first);
    assert_eq!(admin.archive().iter().map(|view| view.id.clone()).collect::<Vec<_>>(), [first]);
}

#[wasm_bindgen_test(unsupported = test)]
fn replace_keeps_the_secrets_of_the_same_provider_only() {
    let admin = Admin::new();
    admin.replace(TWILIO_ID, &twilio_config()).expect("valid");
    let mut config = twilio_config();
    config["authToken"] = json!({ "set": true, "hint": "9f3e" });
    config["fromMessagingServiceSID"] = "MG2".into();
    admin.replace(TWILIO_ID, &config).expect("the stored secret is kept");
    assert_eq!(
        (admin.text_in_use("authToken"), admin.text_in_use("fromMessagingServiceSID")),
        (SECRET.into(), "MG2".into())
    );

    let http = json!({ "endpoint": "https://a.example", "authorization": { "set": true } });
    admin.replace("http-sms", &http).expect("the header is optional");
    assert_eq!(admin.text_in_use("authorization"), "", "another provider's secret is not taken");
    assert_eq!(issue_paths(admin.replace(TWILIO_ID, &config)), ["authToken"]);
}

#[wasm_bindgen_test(unsupported = test)]
fn replace_refuses_invalid_bodies_and_changes_nothing() {
    let admin = Admin::new();
    admin.replace(TWILIO_ID, &twilio_config()).expect("valid");
    let kv = admin.platform.kv.borrow().clone();
    let replace = |text: &str| admin.run(admin.service().replace(text.as_bytes()));
    for text in ["", "[]", "{", r#"{"connectorId":"a","connectorId":"b"}"#] {
        assert_eq!(issue_paths(replace(text)), [""], "{text}");
    }
    assert_eq!(issue_paths(replace("{}")), ["connectorId", "config"]);
    assert_eq!(issue_paths(replace(r#"{"connectorId":7,"config":{},"typo":1}"#)), ["connectorId", "typo"]);
    for (connector_id, config, code) in [
        ("unknown", json!({}), ErrorCode::UnknownFactory),
        ("mock-short-message-service", json!({}), ErrorCode::InvalidRequestConfig),
        (TWILIO_ID, json!({}), ErrorCode::InvalidRequestConfig),
        (TWILIO_ID, json!(null), ErrorCode::InvalidRequestConfig),
        (TWILIO_ID, json!("x"), ErrorCode::InvalidRequestConfig),
        ("http-sms", json!({ "endpoint": "http://a.example" }), ErrorCode::InvalidRequestConfig),
        (
            "http-sms",
            json!({ "endpoint": "https://a.example", "authorization": "sealed.v1.00000000.00" }),
            ErrorCode::InvalidRequestConfig,
        ),
    ] {
        assert_eq!(error_code(admin.replace(connector_id, &config)), Some(code), "{connector_id} {config}");
    }
    assert_eq!(*admin.platform.kv.borrow(), kv);
}

#[wasm_bindgen_test(unsupported = test)]
fn members_that_only_logto_takes_are_refused_by_name() {
    let admin = Admin::new();
    let valid = json!({ "connectorId": "http-sms", "config": http_config("https://a.example") });
    let id = admin.run(admin.service().replace(&body(&valid))).expect("valid").id;
    for name in ["id", "metadata", "syncProfile", "enableTokenStorage"] {
        let mut request = valid.clone();
        request[name] = json!(false);
        let refused = |error: ServiceError| error.data().issues.expect("issues")[0].path.clone();
        let created = admin.run(admin.service().replace(&body(&request)));
        assert_eq!(created.map_err(refused).expect_err("refused"), name);
        request.as_object_mut().expect("an object").remove("connectorId");
        let edited = admin.run(admin.service().edit(&id, &body(&request), None));
        assert_eq!(edited.map_err(refused).expect_err("refused"), name);
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_list_is_filtered_by_the_target_in_a_query() {
    let admin = Admin::new();
    admin.replace(TWILIO_ID, &twilio_config()).expect("valid");
    let count = |query: &str| admin.run(admin.service().list_by_query(query)).expect("listed").len();
    for (query, expected) in [
        ("", 1),
        ("target=twilio-sms", 1),
        ("target=twilio%2Dsms&a=b", 1),
        ("target=vonage-sms", 0),
        ("target=", 0),
        ("Target=vonage-sms", 1),
    ] {
        assert_eq!(count(query), expected, "{query}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn get_finds_the_active_connector_by_its_id() {
    let admin = Admin::new();
    let get = |id: &str| admin.run(admin.service().get(id));
    assert_eq!(error_code(get("x")), Some(ErrorCode::EntityNotFound));
    let id = admin.replace(TWILIO_ID, &twilio_config()).expect("valid").id;
    assert_eq!(get(&id).expect("active").connector_id, TWILIO_ID);
    assert_eq!(error_code(get("x")), Some(ErrorCode::EntityNotFound));
}

#[wasm_bindgen_test(unsupported = test)]
fn edit_keeps_sets_and_clears_secrets() {
    let admin = Admin::new();
    let id = admin.replace("http-sms", &http_config("https://a.example")).expect("valid").id;
    admin.platform.clock.advance(5_000);
    let secret = || admin.text_in_use("authorization");

    let view = admin.edit(&id, &json!({ "endpoint": "https://a.example" })).expect("valid");
    assert_eq!(secret(), "Bearer 0123456789");
    assert_eq!(view.created_at.as_deref(), Some("2023-11-14T22:13:20Z"));
    assert_eq!(view.updated_at.as_deref(), Some("2023-11-14T22:13:25Z"));
    assert_eq!((view.id, view.effective_within_seconds), (id.clone(), Some(Seconds(90))));

    let redacted = admin.list()[0].config.clone();
    admin.edit(&id, &redacted).expect("what was shown can be sent back");
    assert_eq!(secret(), "Bearer 0123456789");
    let fresh = json!({ "endpoint": "https://b.example", "authorization": "Bearer new" });
    admin.edit(&id, &fresh).expect("valid");
    assert_eq!(secret(), "Bearer new");
    admin.edit(&id, &json!({ "endpoint": "https://b.example", "authorization": null })).expect("valid");
    assert_eq!(secret(), "");
    assert_eq!(admin.archive().len(), 0, "an edit archives nothing");
}

#[wasm_bindgen_test(unsupported = test)]
fn edit_refuses_other_ids_and_invalid_configs() {
    let admin = Admin::new();
    assert_eq!(error_code(admin.edit("x", &json!({}))), Some(ErrorCode::EntityNotFound));
    let id = admin.replace(TWILIO_ID, &twilio_config()).expect("valid").id;
    let stored = admin.stored();
    assert_eq!(error_code(admin.edit("x", &twilio_config())), Some(ErrorCode::EntityNotFound));
    let mut cleared = twilio_config();
    cleared["authToken"] = Value::Null;
    assert_eq!(issue_paths(admin.edit(&id, &cleared)), ["authToken"], "a required secret cannot be cleared");
    let with_provider = body(&json!({ "connectorId": TWILIO_ID, "config": twilio_config() }));
    assert_eq!(issue_paths(admin.run(admin.service().edit(&id, &with_provider, None))), ["connectorId"]);
    assert_eq!(admin.stored(), stored);
}

#[wasm_bindgen_test(unsupported = test)]
fn a_stored_text_that_is_no_connector_does_not_prevent_a_valid_one() {
    for text in ["garbage", "[]", r#"{"connectorId":"unknown"}"#] {
        let admin = Admin::new();
        admin.platform.put_kv(CONNECTOR_KEY, text);
        admin.platform.put_kv(ARCHIVE_KEY, text);
        assert!(admin.archive().is_empty());
        assert!(admin.replace(TWILIO_ID, &twilio_config()).is_ok());
        assert_eq!((admin.list().len(), admin.archive().len()), (1, 0));
        assert!(admin.list()[0].issues.is_empty());
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_stored_text_that_cannot_send_is_listed_with_its_issues() {
    let mark = "zq-secret-zq";
    let sealed = format!("sealed.v1.00000000.{}", "00".repeat(40));
    for (text, id, paths) in [
        (mark.to_owned(), "connector", vec![""]),
        (format!(r#"{{"connectorId":"{mark}","config":{{}}}}"#), "connector", vec!["connectorId"]),
        (format!(r#"["{mark}"]"#), "connector", vec!["connectorId"]),
        (r#"{"connectorId":"http-sms"}"#.to_owned(), "http-sms", vec!["endpoint"]),
        (
            json!({ "connectorId": "http-sms", "id": "a", "config": { "authorization": mark } }).to_string(),
            "a",
            vec!["endpoint"],
        ),
        (
            json!({ "connectorId": "http-sms", "config": {
                "endpoint": "https://a.example", "authorization": sealed } })
            .to_string(),
            "http-sms",
            vec!["authorization"],
        ),
        (
            json!({ "connectorId": "mock-short-message-service", "config": { "accountSID": "a",
                "authToken": mark, "fromMessagingServiceSID": "c",
                "templates": [{ "usageType": "Generic", "content": "{{code}}" }] } })
            .to_string(),
            "mock-short-message-service",
            vec!["connectorId"],
        ),
    ] {
        let admin = Admin::new();
        admin.platform.put_kv(CONNECTOR_KEY, &text);
        let views = admin.list();
        let shown: Vec<_> = views[0].issues.iter().map(|issue| issue.path.as_str()).collect();
        assert_eq!((views.len(), views[0].id.as_str(), shown), (1, id, paths), "{text}");
        let json = to_json(&views[0]).to_string();
        assert!(!json.contains(mark) && !json.contains("sealed.v1"), "{json}");
        assert_eq!(admin.run(admin.service().get(id)).expect("listed").id, id);
        if id == "connector" {
            let code = error_code(admin.edit(id, &twilio_config()));
            assert_eq!(code, Some(ErrorCode::InvalidRequestConfig));
        }
        assert_eq!(admin.run(admin.service().delete("other", None)), Err(ServiceError::EntityNotFound));
        assert_eq!(admin.run(admin.service().delete(id, None)), Ok(()), "{text}");
        assert!(admin.stored().is_none());
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_connector_stored_with_a_byte_order_mark_is_one() {
    let admin = Admin::new();
    let text = json!({ "connectorId": TWILIO_ID, "config": twilio_config() }).to_string();
    admin.platform.put_kv(CONNECTOR_KEY, &format!("\u{feff}{text}"));
    assert_eq!(admin.text_in_use("authToken"), SECRET);
    assert!(admin.list()[0].issues.is_empty());
}

#[wasm_bindgen_test(unsupported = test)]
fn secrets_are_not_filled_in_for_another_destination() {
    let admin = Admin::new();
    let id = admin.replace(TWILIO_ID, &twilio_config()).expect("valid").id;
    let stored = admin.stored();
    for (key, value) in [("host", "api.dublin.ie1.twilio.com"), ("accountSID", "AC2")] {
        for secret in [Value::Null, json!({ "set": true, "hint": "9f3e" })] {
            let mut config = twilio_config();
            config[key] = value.into();
            match secret {
                Value::Null => drop(config.as_object_mut().expect("an object").remove("authToken")),
                redacted => config["authToken"] = redacted,
            }
            let test = json!({ "phone": "+14155550123", "config": config });
            assert_eq!(issue_paths(admin.test(TWILIO_ID, &test)), ["authToken"]);
            assert_eq!(issue_paths(admin.edit(&id, &config)), ["authToken"]);
            assert_eq!(issue_paths(admin.replace(TWILIO_ID, &config)), ["authToken"]);
            config["authToken"] = "another-token".into();
            config["templates"] = json!([]);
            assert_eq!(issue_paths(admin.edit(&id, &config)), ["templates"], "with the secret it may change");
        }
    }
    let attack = json!({ "host": "attacker.example.net", "accountSID": "AC1", "fromMessagingServiceSID": "MG1",
        "templates": twilio_config()["templates"] });
    let test = json!({ "phone": "+14155550123", "config": attack });
    assert_eq!(issue_paths(admin.test(TWILIO_ID, &test)), ["authToken", "host"]);
    assert!(admin.platform.requests.borrow().is_empty());
    assert_eq!(admin.stored(), stored);
}

/// An optional secret is not lost without notice in an edit either: it is entered again, or cleared.
#[wasm_bindgen_test(unsupported = test)]
fn an_optional_secret_has_to_be_given_or_cleared_with_another_destination() {
    let admin = Admin::new();
    let id = admin.replace("http-sms", &http_config("https://a.example")).expect("valid").id;
    let moved = json!({ "endpoint": "https://b.example" });
    assert_eq!(issue_paths(admin.edit(&id, &moved)), ["authorization"]);
    let cleared = json!({ "endpoint": "https://b.example", "authorization": null });
    admin.edit(&id, &cleared).expect("cleared");
    assert_eq!(
        (admin.text_in_use("endpoint"), admin.text_in_use("authorization")),
        ("https://b.example".into(), String::new())
    );
    admin.edit(&id, &json!({ "endpoint": "https://c.example" })).expect("there is none to keep");
}

#[wasm_bindgen_test(unsupported = test)]
fn a_replacement_keeps_only_the_secrets_that_it_sends_back_redacted() {
    let admin = Admin::new();
    let (here, there) = ("https://a.example", "https://b.example");
    let redacted = json!({ "endpoint": here, "authorization": { "set": true } });
    for (config, kept) in
        [(redacted, true), (json!({ "endpoint": here }), false), (json!({ "endpoint": there }), false)]
    {
        admin.replace("http-sms", &http_config(here)).expect("valid");
        admin.replace("http-sms", &config).expect("valid");
        let expected = if kept { http_config(here)["authorization"].clone() } else { json!("") };
        assert_eq!(admin.text_in_use("authorization"), expected, "{config}");
    }
    let mut config = twilio_config();
    admin.replace(TWILIO_ID, &config).expect("valid");
    config.as_object_mut().expect("an object").remove("authToken");
    assert_eq!(issue_paths(admin.replace(TWILIO_ID, &config)), ["authToken"], "it is required");
    config["authToken"] = json!({ "set": true });
    assert!(admin.replace(TWILIO_ID, &config).is_ok());
}

#[wasm_bindgen_test(unsupported = test)]
fn what_is_saved_or_tested_must_have_sendable_templates() {
    let admin = Admin::new();
    let id = admin.replace(TWILIO_ID, &twilio_config()).expect("valid").id;
    let mut config = twilio_config();
    config["templates"] = json!([
        { "usageType": "Generic", "content": format!("{{{{code}}}}{}", "a".repeat(1_525)) },
        { "usageType": "signin", "content": "\u{202e}{{code}}" },
    ]);
    let paths = ["templates.0.content", "templates.1.usageType", "templates.1.content"];
    assert_eq!(issue_paths(admin.replace(TWILIO_ID, &config)), paths);
    assert_eq!(issue_paths(admin.edit(&id, &config)), paths);
    assert_eq!(
        issue_paths(admin.test(TWILIO_ID, &json!({ "phone": "+14155550123", "config": config }))),
        paths
    );
    let by_hand = json!({ "connectorId": TWILIO_ID, "config": config });
    admin.platform.put_kv(CONNECTOR_KEY, &by_hand.to_string());
    assert!(admin.load().is_ok(), "what is stored by hand still sends");
}

#[wasm_bindgen_test(unsupported = test)]
fn a_local_endpoint_is_saved_only_where_it_is_allowed() {
    let config = json!({ "endpoint": "http://127.0.0.1:3000/sms" });
    let allowed = Admin { platform: InMemoryPlatform::new().with_policy(&[("ALLOW_LOCAL", "1")]) };
    assert!(allowed.replace("http-sms", &config).is_ok() && allowed.load().is_ok());
    let admin = Admin::new();
    assert_eq!(issue_paths(admin.replace("http-sms", &config)), ["endpoint"]);
    admin.platform.put_kv(CONNECTOR_KEY, &allowed.stored().expect("stored"));
    assert!(admin.load().is_err());
    assert_eq!(admin.list()[0].issues[0].path, "endpoint");
}

#[wasm_bindgen_test(unsupported = test)]
fn a_change_of_a_stale_copy_is_a_conflict() {
    let admin = Admin::new();
    let read = admin.replace("http-sms", &http_config("https://a.example")).expect("valid");
    let edit = |updated_at: Value, if_match: Option<&str>| {
        let body = body(&json!({ "config": { "endpoint": "https://a.example" }, "updatedAt": updated_at }));
        admin.run(admin.service().edit(&read.id, &body, if_match))
    };
    let conflict = Some(ErrorCode::EntityConflict);
    // Another edit in the same millisecond.
    let other = edit(Value::Null, None).expect("unconditional");
    assert_ne!((&other.etag, &other.updated_at), (&read.etag, &read.updated_at));
    let stored = admin.stored();
    for stale in [read.updated_at.clone().into(), json!("yesterday"), json!("")] {
        assert_eq!(error_code(edit(stale, None)), conflict);
    }
    for stale in [read.etag.as_str(), "\"x\"", "", "x", &other.etag.replace('"', "")] {
        assert_eq!(error_code(edit(Value::Null, Some(stale))), conflict, "{stale}");
        assert_eq!(error_code(admin.run(admin.service().delete(&read.id, Some(stale)))), conflict, "{stale}");
    }
    assert_eq!(admin.stored(), stored);
    assert_eq!(admin.list()[0].etag, other.etag, "the tag is that of a response to a read");
    let third = edit(other.updated_at.clone().into(), Some(&other.etag)).expect("the newest");
    let fourth = edit(Value::Null, Some(&format!("\"x\", W/{}", third.etag))).expect("one of the tags");
    assert_eq!(error_code(edit(json!(7), None)), Some(ErrorCode::InvalidInput));
    assert_eq!(
        error_code(admin.run(admin.service().delete("x", Some("*")))),
        Some(ErrorCode::EntityNotFound)
    );
    assert_eq!(admin.run(admin.service().delete(&read.id, Some(&fourth.etag))), Ok(()));
}

#[wasm_bindgen_test(unsupported = test)]
fn the_mock_connector_is_saved_only_where_it_is_allowed() {
    let config = json!({ "accountSID": "a", "authToken": "b", "fromMessagingServiceSID": "c",
        "templates": [{ "usageType": "Generic", "content": "{{code}}" }] });
    let allowed = Admin { platform: InMemoryPlatform::new().with_policy(&[("ALLOW_MOCK", "1")]) };
    assert!(allowed.replace("mock-short-message-service", &config).is_ok());
    assert_eq!(issue_paths(Admin::new().replace("mock-short-message-service", &config)), ["connectorId"]);
}

#[wasm_bindgen_test(unsupported = test)]
fn every_operation_reports_storage_that_fails() {
    let admin = Admin::new();
    let id = admin.replace(TWILIO_ID, &twilio_config()).expect("valid").id;
    let request = json!({ "phone": "+14155550123", "config": twilio_config() });
    admin.platform.calls.inject(Call::KvGet, Fault::BeforeEffect);
    let unavailable = Some(ErrorCode::StorageUnavailable);
    assert_eq!(error_code(admin.run(admin.service().list())), unavailable);
    assert_eq!(error_code(admin.run(admin.service().get(&id))), unavailable);
    assert_eq!(error_code(admin.replace(TWILIO_ID, &twilio_config())), unavailable);
    assert_eq!(error_code(admin.edit(&id, &twilio_config())), unavailable);
    assert_eq!(error_code(admin.run(admin.service().delete(&id, None))), unavailable);
    assert_eq!(error_code(admin.run(admin.service().list_archive())), unavailable);
    assert_eq!(error_code(admin.run(admin.service().restore(&id))), unavailable);
    assert_eq!(error_code(admin.test(TWILIO_ID, &request)), unavailable);
    admin.platform.calls.repair();
    admin.platform.calls.inject(Call::Random, Fault::BeforeEffect);
    assert_eq!(error_code(admin.edit(&id, &twilio_config())), Some(ErrorCode::Internal), "no nonce");
}

#[wasm_bindgen_test(unsupported = test)]
fn ids_are_drawn_from_36_characters() {
    let admin = Admin::new();
    admin.platform.randomness.set(Randomness::Constant(251));
    assert_eq!(admin.replace(TWILIO_ID, &twilio_config()).expect("valid").id, "zzzzzzzzzzzz");
}

#[wasm_bindgen_test(unsupported = test)]
fn a_saved_connector_sends() {
    let admin = Admin::new();
    admin.replace(TWILIO_ID, &twilio_config()).expect("valid");
    let platform = &admin.platform;
    let service = OtpService { platform, keys: &platform.keys, policy: &platform.policy };
    let request = edge_otp_core::api::SendRequest::parse(br#"{"phone":"+14155550123"}"#, &platform.policy);
    let receipt = platform.block_on(service.send(&request.expect("valid"), None)).expect("sent");
    assert_eq!(receipt.connector_id, TWILIO_ID);
    assert!(platform.last_code().starts_with("Code "));
}

#[wasm_bindgen_test(unsupported = test)]
fn parsing_a_stored_connector_tolerates_members_of_another_type() {
    let text = r#"{"connectorId":"http-sms","id":7,"createdAt":"x","updatedAt":-1,"config":null}"#;
    let stored = StoredConnector::parse(text).expect("a connector");
    assert_eq!((stored.id.as_str(), stored.created_at, stored.updated_at), ("http-sms", None, None));
    for text in
        ["", "7", "{}", r#"{"connectorId":"x"}"#, r#"{"connectorId":"http-sms","connectorId":"http-sms"}"#]
    {
        assert!(StoredConnector::parse(text).is_err(), "{text}");
    }
    let no_object = r#"{"connectorId":"http-sms","config":[]}"#;
    for text in [text, no_object] {
        let issues =
            load_connector(text, &key_ring(ROOT, None), AllowedAddresses::Public).expect_err("no endpoint");
        assert_eq!(issues, [Issue::new("endpoint", "is required")]);
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn debug_of_the_service_shows_no_key() {
    assert_eq!(format!("{:?}", Admin::new().service()), "ConnectorService");
}
