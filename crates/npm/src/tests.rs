//! The shell over JavaScript objects: options, promises, results and errors. Run in Node and in Chrome.
#![cfg(target_arch = "wasm32")]

use js_sys::{Function, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::otp::Otp;
use crate::value::member;

/// Options with a KV, a guard store and a provider in memory; `sent` holds the bodies of the messages.
const HOST: &str = r#"
const texts = new Map();
const cells = new Map();
const sent = [];
const template = { usageType: "Generic", content: "Your code is {{code}}." };
return {
  sent,
  kv: {
    get: async (key) => texts.get(key) ?? null,
    put: async (key, value) => void texts.set(key, value),
    delete: async (key) => void texts.delete(key),
  },
  guard: {
    load: async (key) => cells.get(key) ?? null,
    swap: async (key, expected, next) => {
      if ((cells.get(key) ?? null) !== expected) return false;
      next === null ? cells.delete(key) : cells.set(key, next);
      return true;
    },
  },
  secret: "0123456789abcdef0123456789abcdef",
  connector: {
    connectorId: "twilio-short-message-service",
    config: { accountSID: "AC1", authToken: "token", fromMessagingServiceSID: "MG1", templates: [template] },
  },
  fetch: async (url, init) => {
    sent.push(String(init.body));
    return new Response('{"sid":"SM1","status":"queued"}', { status: 201 });
  },
};
"#;

fn evaluate(body: &str) -> JsValue {
    Function::new_no_args(body).call0(&JsValue::UNDEFINED).expect("the script runs")
}

fn set(object: &JsValue, name: &str, value: &JsValue) {
    Reflect::set(object, &name.into(), value).expect("an object");
}

/// Separates what the tests read from what `createOtp` takes.
fn host() -> (JsValue, JsValue) {
    let host = evaluate(HOST);
    let sent = member(&host, "sent");
    Reflect::delete_property::<js_sys::Object>(host.unchecked_ref(), &"sent".into()).expect("an object");
    (host, sent)
}

fn create_otp(options: &JsValue) -> Result<Otp, JsValue> {
    let kv_guard = Function::new_no_args("throw new Error('a guard is given')");
    Otp::new(options, &kv_guard)
}

fn object(json: &str) -> JsValue {
    js_sys::JSON::parse(json).expect("JSON")
}

fn text(value: &JsValue, name: &str) -> String {
    member(value, name).as_string().unwrap_or_default()
}

fn sent_code(sent: &JsValue) -> String {
    let bodies: js_sys::Array = sent.clone().unchecked_into();
    let body = bodies.get(bodies.length() - 1).as_string().expect("a body");
    body.split("code+is+").nth(1).expect("a code").chars().take(6).collect()
}

#[wasm_bindgen_test]
async fn send_and_verify_return_plain_objects() {
    let (options, sent) = host();
    let otp = create_otp(&options).expect("valid options");
    let request = object(r#"{"phone":"+14155550123"}"#);
    let receipt = JsFuture::from(otp.send(&request, &JsValue::UNDEFINED)).await.expect("sent");
    assert_eq!(text(&receipt, "status"), "sent");
    assert_eq!(text(&receipt, "verificationId").len(), 32);

    let guess = object(&format!(r#"{{"phone":"+14155550123","code":"{}"}}"#, sent_code(&sent)));
    let verified = JsFuture::from(otp.verify(&guess)).await.expect("verified");
    assert_eq!(member(&verified, "verified"), JsValue::TRUE);
    let again = JsFuture::from(otp.verify(&guess)).await.expect("a value");
    assert_eq!(member(&again, "verified"), JsValue::FALSE);
    assert_eq!(text(&again, "reason"), "not_found");
}

#[wasm_bindgen_test]
async fn wrong_code_is_a_value_with_the_attempts_left() {
    let (options, sent) = host();
    let otp = create_otp(&options).expect("valid options");
    let request = object(r#"{"phone":"+14155550123"}"#);
    JsFuture::from(otp.send(&request, &JsValue::UNDEFINED)).await.expect("sent");
    let wrong = if sent_code(&sent) == "000000" { "000001" } else { "000000" };
    let guess = object(&format!(r#"{{"phone":"+14155550123","code":"{wrong}"}}"#));
    let failed = JsFuture::from(otp.verify(&guess)).await.expect("a value");
    assert_eq!(text(&failed, "reason"), "code_mismatch");
    assert_eq!(member(&failed, "attemptsLeft").as_f64(), Some(4.0));
}

#[wasm_bindgen_test]
async fn invalid_request_is_rejected_with_every_issue() {
    let (options, _) = host();
    let otp = create_otp(&options).expect("valid options");
    let request = object(r#"{"phone":1,"typo":true}"#);
    let rejection = JsFuture::from(otp.send(&request, &JsValue::UNDEFINED)).await.expect_err("invalid");
    let failure = member(&rejection, "failure");
    assert_eq!(text(&failure, "code"), "guard.invalid_input");
    assert_eq!(member(&failure, "status").as_f64(), Some(400.0));
    let issues: js_sys::Array = member(&member(&failure, "data"), "issues").unchecked_into();
    assert_eq!(issues.length(), 2);
}

#[wasm_bindgen_test]
async fn storage_failure_sends_nothing_and_keeps_its_cause() {
    let (options, sent) = host();
    set(
        &options,
        "guard",
        &evaluate("return { load: async () => { throw 'down'; }, swap: async () => true };"),
    );
    let otp = create_otp(&options).expect("valid options");
    let request = object(r#"{"phone":"+14155550123"}"#);
    let rejection = JsFuture::from(otp.send(&request, &JsValue::UNDEFINED)).await.expect_err("no storage");
    let failure = member(&rejection, "failure");
    assert_eq!(text(&failure, "code"), "storage.unavailable");
    assert_eq!(text(&failure, "cause"), "down");
    assert_eq!(member(&sent, "length").as_f64(), Some(0.0));
}

#[wasm_bindgen_test]
fn wrong_option_is_a_type_error_that_names_it() {
    for (name, value) in [
        ("secret", "'short'"),
        ("kv", "{}"),
        ("guard", "{}"),
        ("policy", "{ codeLength: 5 }"),
        ("fetch", "1"),
        ("unknown", "1"),
    ] {
        let (options, _) = host();
        set(&options, name, &evaluate(&format!("return {value};")));
        let error = create_otp(&options).map(drop).expect_err(name);
        assert!(error.is_instance_of::<js_sys::TypeError>(), "{name}");
        assert!(text(&error, "message").contains(name), "{name}: {}", text(&error, "message"));
    }
}

#[wasm_bindgen_test]
async fn concurrent_right_codes_succeed_once() {
    let (options, sent) = host();
    let otp = create_otp(&options).expect("valid options");
    let request = object(r#"{"phone":"+14155550123"}"#);
    JsFuture::from(otp.send(&request, &JsValue::UNDEFINED)).await.expect("sent");
    let guess = object(&format!(r#"{{"phone":"+14155550123","code":"{}"}}"#, sent_code(&sent)));
    let promises: js_sys::Array = (0..50).map(|_| otp.verify(&guess)).collect();
    let results = JsFuture::from(js_sys::Promise::all(&promises)).await.expect("values");
    let results: js_sys::Array = results.unchecked_into();
    let verified = results.iter().filter(|result| member(result, "verified").is_truthy()).count();
    assert_eq!((results.length(), verified), (50, 1));
}
