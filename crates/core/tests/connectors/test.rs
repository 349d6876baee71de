//! Sending a test message.

use edge_otp_core::api::SendStatus;
use edge_otp_core::error::ErrorCode;
use serde_json::{Value, json};
use wasm_bindgen_test::wasm_bindgen_test;

use super::{Admin, TWILIO_ID, error_code, http_config, issue_paths, twilio_config};

#[wasm_bindgen_test(unsupported = test)]
fn test_sends_the_test_code_with_a_config_that_is_not_stored() {
    let admin = Admin::new();
    let request =
        json!({ "phone": "+14155550123", "config": twilio_config(), "usageType": "SignIn", "locale": "en" });
    assert_eq!(admin.test(TWILIO_ID, &request), Ok(SendStatus::Sent));
    assert_eq!(admin.platform.last_code(), "Code 000000");
    assert!(admin.platform.kv.borrow().is_empty() && admin.platform.states.borrow().is_empty());
    admin.platform.reply.replace(None);
    assert_eq!(admin.test(TWILIO_ID, &request), Ok(SendStatus::Unknown));
    admin.platform.reply_with(401, r#"{"code":20003}"#);
    assert_eq!(error_code(admin.test(TWILIO_ID, &request)), Some(ErrorCode::ProviderRejected));
}

#[wasm_bindgen_test(unsupported = test)]
fn test_takes_the_stored_secret_and_a_number_without_plus() {
    let admin = Admin::new();
    admin.replace("http-sms", &http_config("https://a.example")).expect("valid");
    admin.platform.reply_with(204, "");
    let config = json!({ "endpoint": "https://a.example", "authorization": { "set": true } });
    assert_eq!(
        admin.test("http-sms", &json!({ "phone": "14155550123", "config": config })),
        Ok(SendStatus::Sent)
    );
    let requests = admin.platform.requests.borrow();
    assert_eq!(requests[0].headers()["authorization"], "Bearer 0123456789");
    assert_eq!(requests[0].uri(), "https://a.example/");
}

#[wasm_bindgen_test(unsupported = test)]
fn test_refuses_what_a_send_would_refuse() {
    let admin = Admin::new();
    let request = |phone: &str, config: Value| json!({ "phone": phone, "config": config });
    let phone = "+14155550123";
    let smsbao = json!({ "username": "u", "passwordOrApiKey": "p",
        "templates": [{ "usageType": "Register", "content": "{{code}}" }] });
    for (connector_id, request, code) in [
        (TWILIO_ID, json!({ "phone": phone, "config": {}, "typo": 1 }), ErrorCode::InvalidInput),
        (TWILIO_ID, json!({ "config": twilio_config() }), ErrorCode::InvalidInput),
        (TWILIO_ID, request("415", twilio_config()), ErrorCode::PhoneInvalid),
        ("unknown", request(phone, json!({})), ErrorCode::UnknownFactory),
        ("mock-short-message-service", request(phone, json!({})), ErrorCode::InvalidRequestConfig),
        (TWILIO_ID, request(phone, json!({})), ErrorCode::InvalidRequestConfig),
        (TWILIO_ID, request(phone, json!([])), ErrorCode::InvalidRequestConfig),
        ("smsbao-sms", request(phone, smsbao.clone()), ErrorCode::TemplateNotFound),
        (
            "smsbao-sms",
            json!({ "phone": phone, "config": smsbao, "usageType": "Register" }),
            ErrorCode::NumberNotSupported,
        ),
    ] {
        assert_eq!(error_code(admin.test(connector_id, &request)), Some(code), "{connector_id} {request}");
    }
    let unknown = json!({ "phone": phone, "config": twilio_config(), "usageType": "Sign", "locale": "_" });
    assert_eq!(issue_paths(admin.test(TWILIO_ID, &unknown)), ["usageType", "locale"]);
    assert!(admin.platform.requests.borrow().is_empty());
}
