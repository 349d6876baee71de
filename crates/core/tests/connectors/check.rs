//! Checking a config without saving it.

use edge_otp_core::error::{ErrorCode, Issue};
use serde_json::{Value, json};
use wasm_bindgen_test::wasm_bindgen_test;

use super::platform::Fault;
use super::{Admin, TWILIO_ID, body, error_code, http_config, issue_paths, twilio_config};

fn check(admin: &Admin, connector_id: &str, request: &Value) -> Result<Vec<Issue>, ErrorCode> {
    let result = admin.run(admin.service().check(connector_id, &body(request)));
    result.map(|check| check.issues).map_err(|error| error.code())
}

#[wasm_bindgen_test(unsupported = test)]
fn check_lists_every_issue_at_once_as_saving_does() {
    let admin = Admin::new();
    let mut config = twilio_config();
    config["accountSID"] = "AC 1".into();
    config["authToken"] = "".into();
    config["templates"] = json!([
        { "usageType": "Generic" },
        { "usageType": "signin", "content": "{{code}}" },
        { "usageType": "Register", "content": "{{code}}\u{202e}" },
    ]);
    let issues = check(&admin, TWILIO_ID, &json!({ "config": config })).expect("checked");
    let paths: Vec<_> = issues.iter().map(|issue| issue.path.as_str()).collect();
    let expected =
        ["accountSID", "templates.0.content", "authToken", "templates.1.usageType", "templates.2.content"];
    assert_eq!(paths, expected);
    assert_eq!(issue_paths(admin.replace(TWILIO_ID, &config)), expected);
    assert!(admin.platform.kv.borrow().is_empty(), "nothing is stored");
}

#[wasm_bindgen_test(unsupported = test)]
fn check_finds_nothing_in_a_config_that_would_be_saved() {
    let admin = Admin::new();
    assert_eq!(check(&admin, TWILIO_ID, &json!({ "config": twilio_config() })), Ok(Vec::new()));
    let stored = admin.replace("http-sms", &http_config("https://a.example")).expect("valid");
    let redacted = serde_json::to_value(&stored.config).expect("a JSON form");
    assert_eq!(check(&admin, "http-sms", &json!({ "config": redacted })), Ok(Vec::new()));
    let moved = json!({ "endpoint": "https://b.example", "authorization": redacted["authorization"] });
    let issues = check(&admin, "http-sms", &json!({ "config": moved })).expect("checked");
    assert_eq!(issues.iter().map(|issue| issue.path.as_str()).collect::<Vec<_>>(), ["authorization"]);
}

#[wasm_bindgen_test(unsupported = test)]
fn check_refuses_what_is_no_config_of_a_known_factory() {
    let admin = Admin::new();
    let valid = json!({ "config": twilio_config() });
    assert_eq!(check(&admin, "nope", &valid), Err(ErrorCode::UnknownFactory));
    for request in [json!({}), json!([]), json!({ "config": {}, "x": 1 })] {
        assert_eq!(check(&admin, TWILIO_ID, &request), Err(ErrorCode::InvalidInput), "{request}");
    }
    let issues = check(&admin, TWILIO_ID, &json!({ "config": 1 })).expect("checked");
    assert_eq!(issues, [Issue::new("", "must be an object")]);
    admin.platform.calls.inject_nth(0, Fault::ALL[0]);
    assert_eq!(
        error_code(admin.run(admin.service().check(TWILIO_ID, &body(&valid)))),
        Some(ErrorCode::StorageUnavailable)
    );
}
