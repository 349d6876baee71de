//! Sending a test message.

use edge_otp_core::api::TestOutcome;
use edge_otp_core::error::{ErrorCode, ErrorData};
use edge_otp_core::ports::HttpError;
use edge_otp_core::provider::{ConnectFailure, FailureCause};
use serde_json::{Value, json};
use wasm_bindgen_test::wasm_bindgen_test;

use super::{Admin, TWILIO_ID, error_code, http_config, issue_paths, twilio_config};

const SENT: TestOutcome = TestOutcome::new(None);

#[wasm_bindgen_test(unsupported = test)]
fn test_sends_the_test_code_with_a_config_that_is_not_stored() {
    let admin = Admin::new();
    let request =
        json!({ "phone": "+14155550123", "config": twilio_config(), "usageType": "SignIn", "locale": "en" });
    assert_eq!(admin.test(TWILIO_ID, &request), Ok(SENT));
    assert_eq!(admin.platform.last_code(), "Code 000000");
    assert!(admin.platform.kv.borrow().is_empty() && admin.platform.states.borrow().is_empty());
    admin.platform.reply_with(401, r#"{"code":20003}"#);
    assert_eq!(error_code(admin.test(TWILIO_ID, &request)), Some(ErrorCode::ProviderRejected));
}

/// A refused connection proves that nothing has left; everything else leaves the outcome open. Both name the cause.
#[wasm_bindgen_test(unsupported = test)]
fn test_tells_the_cause_of_a_missing_result() {
    let admin = Admin::new();
    let request = json!({ "phone": "+14155550123", "config": twilio_config() });
    for (failure, word) in
        [(ConnectFailure::Dns, "dns"), (ConnectFailure::Refused, "refused"), (ConnectFailure::Tls, "tls")]
    {
        admin.platform.fail_requests_with(HttpError::NotReached(failure));
        let error = admin.test(TWILIO_ID, &request).expect_err("nothing has left");
        assert_eq!(error.code(), ErrorCode::ProviderRejected);
        assert_eq!(error.data(), ErrorData { cause: Some(word), ..ErrorData::default() });
    }
    let unknown = |cause| Ok(TestOutcome::new(Some(cause)));
    admin.platform.fail_requests_with(HttpError::TimedOut);
    assert_eq!(admin.test(TWILIO_ID, &request), unknown(FailureCause::Timeout));
    admin.platform.fail_requests_with(HttpError::Unreadable);
    assert_eq!(admin.test(TWILIO_ID, &request), unknown(FailureCause::Unreadable));
    for (status, body, cause) in [
        (500, "", FailureCause::HttpStatus(500)),
        (503, "{}", FailureCause::HttpStatus(503)),
        (302, "", FailureCause::HttpStatus(302)),
        (200, "<html>", FailureCause::Unreadable),
        (500, r#"{"code":20500}"#, FailureCause::HttpStatus(500)),
        (400, r#"{"code":20500}"#, FailureCause::Undecided),
    ] {
        admin.platform.reply_with(status, body);
        assert_eq!(admin.test(TWILIO_ID, &request), unknown(cause), "{status} {body}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn test_takes_the_stored_secret_and_a_number_without_plus() {
    let admin = Admin::new();
    admin.replace("http-sms", &http_config("https://a.example")).expect("valid");
    admin.platform.reply_with(204, "");
    let config = json!({ "endpoint": "https://a.example", "authorization": { "set": true } });
    assert_eq!(admin.test("http-sms", &json!({ "phone": "14155550123", "config": config })), Ok(SENT));
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
        (TWILIO_ID, request("+610412345678", twilio_config()), ErrorCode::PhoneInvalid),
        (TWILIO_ID, request("+19005550123", twilio_config()), ErrorCode::PhoneNotAllowed),
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
    assert_eq!(issue_paths(admin.test(TWILIO_ID, &unknown)), ["usageType"], "a locale never costs a send");
    assert!(admin.platform.requests.borrow().is_empty());
}
