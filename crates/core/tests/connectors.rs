//! Managing the connector over a platform in memory: what is stored, archived, shown and kept secret.

#![expect(clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

#[path = "connectors/archive.rs"]
mod archive;
#[expect(dead_code, reason = "each test file uses a part of the platform")]
mod platform;
#[path = "connectors/test.rs"]
mod test;

use core::future::Future;

use edge_otp_core::api::TestOutcome;
use edge_otp_core::connector::{ARCHIVE_KEY, CONNECTOR_KEY, ConnectorView, StoredConnector, load_connector};
use edge_otp_core::error::{ErrorCode, Issue};
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
        self.run(self.service().edit(id, &body(&json!({ "config": config }))))
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

    /// Returns the active connector's config with its secrets in the clear.
    fn text_in_use(&self, key: &str) -> String {
        let connector = load_connector(&self.stored().expect("stored"), &self.platform.keys).expect("valid");
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
    assert_eq!(admin.platform.calls.take_operations(), "get get put put");
    let first = admin.list()[0].id.clone();
    admin.replace("http-sms", &http_config("https://a.example")).expect("valid");
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
    config["accountSID"] = "AC2".into();
    admin.replace(TWILIO_ID, &config).expect("the stored secret is kept");
    assert_eq!(
        (admin.text_in_use("authToken"), admin.text_in_use("accountSID")),
        (SECRET.into(), "AC2".into())
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
fn bodies_may_hold_the_members_of_logto_that_have_no_effect() {
    let admin = Admin::new();
    let mut request = json!({ "connectorId": "http-sms", "config": http_config("https://a.example") });
    for (name, value) in [
        ("id", json!("x")),
        ("metadata", json!({ "target": "x" })),
        ("syncProfile", json!(true)),
        ("enableTokenStorage", json!(false)),
    ] {
        request[name] = value;
    }
    let view = admin.run(admin.service().replace(&body(&request))).expect("valid");
    assert_ne!(view.id, "x");
    request.as_object_mut().expect("an object").remove("connectorId");
    assert!(admin.run(admin.service().edit(&view.id, &body(&request))).is_ok());
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

    let view = admin.edit(&id, &json!({ "endpoint": "https://b.example" })).expect("valid");
    assert_eq!(
        (admin.text_in_use("endpoint"), secret()),
        ("https://b.example".into(), "Bearer 0123456789".into())
    );
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
    assert_eq!(issue_paths(admin.run(admin.service().edit(&id, &with_provider))), ["connectorId"]);
    assert_eq!(admin.stored(), stored);
}

#[wasm_bindgen_test(unsupported = test)]
fn a_stored_text_that_is_no_connector_does_not_prevent_a_valid_one() {
    for text in ["garbage", "[]", r#"{"connectorId":"unknown"}"#] {
        let admin = Admin::new();
        admin.platform.put_kv(CONNECTOR_KEY, text);
        admin.platform.put_kv(ARCHIVE_KEY, text);
        assert!(admin.list().is_empty() && admin.archive().is_empty());
        assert!(admin.replace(TWILIO_ID, &twilio_config()).is_ok());
        assert_eq!((admin.list().len(), admin.archive().len()), (1, 0));
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn an_edit_after_a_rotation_seals_with_the_new_key() {
    let old = "old-0123456789abcdef0123456789ab";
    let before = Admin { platform: InMemoryPlatform::new().with_keys(key_ring(old, None)) };
    let id = before.replace("http-sms", &http_config("https://a.example")).expect("valid").id;
    let stored = before.stored().expect("stored");

    let rotating = Admin { platform: InMemoryPlatform::new().with_keys(key_ring(ROOT, Some(old))) };
    rotating.platform.put_kv(CONNECTOR_KEY, &stored);
    rotating.edit(&id, &json!({ "endpoint": "https://a.example" })).expect("valid");
    let resealed = rotating.stored().expect("stored");
    assert!(resealed.contains("sealed.v1.8f689978.") && !stored.contains("sealed.v1.8f689978."));

    let rotated = Admin::new();
    rotated.platform.put_kv(CONNECTOR_KEY, &stored);
    let kept = json!({ "endpoint": "https://a.example" });
    assert_eq!(issue_paths(rotated.edit(&id, &kept)), ["authorization"], "its key is gone");
    let fresh = json!({ "endpoint": "https://a.example", "authorization": "Bearer new" });
    assert!(rotated.edit(&id, &fresh).is_ok());
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
    assert_eq!(error_code(admin.run(admin.service().delete(&id))), unavailable);
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
        assert!(StoredConnector::parse(text).is_none(), "{text}");
    }
    let no_object = r#"{"connectorId":"http-sms","config":[]}"#;
    for text in [text, no_object] {
        let issues = load_connector(text, &key_ring(ROOT, None)).expect_err("no endpoint");
        assert_eq!(issues, [Issue::new("endpoint", "is required")]);
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn debug_of_the_service_shows_no_key() {
    assert_eq!(format!("{:?}", Admin::new().service()), "ConnectorService");
}
