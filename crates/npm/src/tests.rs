//! The shell over objects of JavaScript: options, promises, results and errors. Run in Node and in a browser by
//! `wasm-pack test`.

mod fakes;
mod guard_object;
mod options;

use js_sys::{Array, Function, Object, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::otp::Otp;
use fakes::{Provider, create_options, create_otp};

/// Creates an object.
fn object(members: &[(&str, JsValue)]) -> JsValue {
    let object = Object::new();
    for (name, value) in members {
        Reflect::set(&object, &(*name).into(), value).expect("a fresh object");
    }
    object.into()
}

fn get(value: &JsValue, name: &str) -> JsValue {
    Reflect::get(value, &name.into()).expect("an object")
}

fn text(value: &JsValue, name: &str) -> String {
    get(value, name).as_string().unwrap_or_else(|| panic!("{name} is no text: {value:?}"))
}

async fn resolved(promise: Promise) -> JsValue {
    JsFuture::from(promise).await.unwrap_or_else(|error| panic!("rejected: {error:?}"))
}

/// Returns the failure that a promise is rejected with.
async fn failure(promise: Promise) -> JsValue {
    let rejection = JsFuture::from(promise).await.expect_err("a failure");
    get(&rejection, "failure")
}

fn send_request(phone: &str) -> JsValue {
    object(&[("phone", phone.into())])
}

fn verify_request(phone: &str, code: &str) -> JsValue {
    object(&[("phone", phone.into()), ("code", code.into())])
}

async fn send(otp: &Otp, phone: &str) -> JsValue {
    resolved(otp.send(&send_request(phone), &JsValue::UNDEFINED)).await
}

#[wasm_bindgen_test]
async fn a_code_is_sent_and_verified_once() {
    let provider = Provider::new();
    let otp = create_otp(&provider);
    let sent = send(&otp, "+14155550100").await;
    assert_eq!(text(&sent, "status"), "sent");
    assert_eq!(text(&sent, "usageType"), "Generic");
    assert_eq!(text(&sent, "connectorId"), "twilio-short-message-service");
    let request = verify_request("+14155550100", &provider.code());
    let verified = resolved(otp.verify(&request)).await;
    assert_eq!(get(&verified, "verified"), JsValue::TRUE);
    assert_eq!(text(&verified, "verificationId"), text(&sent, "verificationId"));
    let again = resolved(otp.verify(&request)).await;
    assert_eq!((get(&again, "verified"), text(&again, "reason")), (JsValue::FALSE, "not_found".to_owned()));
}

#[wasm_bindgen_test]
async fn a_wrong_code_is_a_plain_object_with_the_attempts_left() {
    let provider = Provider::new();
    let otp = create_otp(&provider);
    send(&otp, "+14155550101").await;
    let wrong = if provider.code() == "000000" { "000001" } else { "000000" };
    let result = resolved(otp.verify(&verify_request("+14155550101", wrong))).await;
    let names: Vec<String> =
        Object::keys(result.unchecked_ref::<Object>()).iter().filter_map(|name| name.as_string()).collect();
    assert_eq!(names, ["verified", "reason", "attemptsLeft"]);
    assert_eq!(text(&result, "reason"), "code_mismatch");
    assert_eq!(get(&result, "attemptsLeft").as_f64(), Some(4.0));
}

#[wasm_bindgen_test]
async fn of_concurrent_verifications_one_succeeds() {
    let provider = Provider::new();
    let otp = create_otp(&provider);
    send(&otp, "+14155550102").await;
    let request = verify_request("+14155550102", &provider.code());
    let all: Array = (0..12).map(|_| otp.verify(&request)).collect();
    let results: Array = resolved(Promise::all(&all)).await.unchecked_into();
    let verified = results.iter().filter(|result| get(result, "verified").is_truthy()).count();
    assert_eq!(verified, 1);
}

#[wasm_bindgen_test]
async fn an_invalid_request_is_a_failure_with_its_issues() {
    let otp = create_otp(&Provider::new());
    let request = object(&[("phone", "+14155550103".into()), ("usageType", "Login".into()), ("x", 1.into())]);
    let failure = failure(otp.send(&request, &JsValue::UNDEFINED)).await;
    assert_eq!(text(&failure, "code"), "guard.invalid_input");
    assert_eq!(get(&failure, "status").as_f64(), Some(400.0));
    assert!(get(&failure, "cause").is_undefined());
    let issues: Array = get(&get(&failure, "data"), "issues").unchecked_into();
    let paths: Vec<String> = issues.iter().map(|issue| text(&issue, "path")).collect();
    assert_eq!(paths, ["usageType", "x"]);
}

#[wasm_bindgen_test]
async fn what_is_no_request_is_a_failure() {
    let otp = create_otp(&Provider::new());
    for value in [JsValue::UNDEFINED, JsValue::NULL, 7.into(), "text".into(), Array::new().into()] {
        assert_eq!(text(&failure(otp.verify(&value)).await, "code"), "guard.invalid_input", "{value:?}");
    }
}

#[wasm_bindgen_test]
async fn what_an_argument_throws_is_passed_on() {
    let otp = create_otp(&Provider::new());
    let circular = Object::new();
    Reflect::set(&circular, &"phone".into(), &circular).expect("a fresh object");
    let rejection = JsFuture::from(otp.send(&circular, &JsValue::UNDEFINED)).await.expect_err("circular");
    assert!(get(&rejection, "thrown").is_instance_of::<js_sys::TypeError>());
}

#[wasm_bindgen_test]
async fn what_storage_throws_is_the_cause() {
    let provider = Provider::new();
    let error = JsValue::from(js_sys::Error::new("disk on fire"));
    let throw = Function::new_with_args("", "return Promise.reject(this.error)");
    let kv =
        object(&[("get", throw.clone().into()), ("put", throw.clone().into()), ("delete", throw.into())]);
    Reflect::set(&kv, &"error".into(), &error).expect("an object");
    let options = create_options(&provider);
    Reflect::set(&options, &"kv".into(), &kv).expect("an object");
    let otp = fakes::otp_from(&options);
    let failure = failure(otp.send(&send_request("+14155550104"), &JsValue::UNDEFINED)).await;
    assert_eq!(text(&failure, "code"), "storage.unavailable");
    assert_eq!(get(&failure, "cause"), error);
}

#[wasm_bindgen_test]
async fn the_same_idempotency_key_sends_once() {
    let provider = Provider::new();
    let otp = create_otp(&provider);
    let request = send_request("+14155550105");
    let first = resolved(otp.send(&request, &"7".into())).await;
    let second = resolved(otp.send(&request, &"7".into())).await;
    assert_eq!(text(&first, "verificationId"), text(&second, "verificationId"));
    assert_eq!(provider.request_count(), 1);
    for key in ["", "ü", &"x".repeat(256)] {
        assert_eq!(
            text(&failure(otp.send(&request, &key.into())).await, "code"),
            "guard.invalid_input",
            "{key}"
        );
    }
}

#[wasm_bindgen_test]
async fn a_connector_that_is_an_option_cannot_be_changed() {
    let otp = create_otp(&Provider::new());
    let shown = resolved(otp.get_connector()).await;
    assert_eq!(get(&get(&get(&shown, "config"), "authToken"), "set"), JsValue::TRUE);
    for promise in [otp.delete_connector(), otp.restore_connector(&"x".into()), otp.set_connector(&shown)] {
        let failure = failure(promise).await;
        assert_eq!(text(&failure, "code"), "request.method_not_allowed");
        assert_eq!(get(&failure, "status").as_f64(), Some(405.0));
    }
    let archive: Array = resolved(otp.list_archive()).await.unchecked_into();
    assert_eq!(archive.length(), 0);
}

#[wasm_bindgen_test]
async fn a_response_is_cut_at_64_kib() {
    let provider = Provider::new();
    provider.answer_with(500, &"x".repeat(200_000));
    let otp = create_otp(&provider);
    let sent = send(&otp, "+14155550106").await;
    assert_eq!(text(&sent, "status"), "unknown");
    assert!(provider.is_cancelled(), "the rest is not read");
}

#[wasm_bindgen_test]
async fn a_request_is_sent_without_following_redirects() {
    let provider = Provider::new();
    let otp = create_otp(&provider);
    send(&otp, "+14155550107").await;
    let init = provider.last_init();
    assert_eq!(text(&init, "method"), "POST");
    assert_eq!(text(&init, "redirect"), "manual");
    assert!(text(&get(&init, "headers"), "authorization").starts_with("Basic "));
    assert_eq!(get(&get(&init, "signal"), "aborted"), JsValue::FALSE);
}

#[wasm_bindgen_test]
async fn random_ids_never_repeat() {
    let otp = create_otp(&Provider::new());
    let mut ids = std::collections::BTreeSet::new();
    for n in 0..100 {
        ids.insert(text(&send(&otp, &format!("+1415{}", 2_000_000 + n * 10_000)).await, "verificationId"));
    }
    assert_eq!(ids.len(), 100);
}

#[wasm_bindgen_test]
fn the_catalogue_lists_every_connector() {
    let factories: Array = crate::catalog::connector_factories().unchecked_into();
    assert_eq!(usize::try_from(factories.length()), Ok(edge_otp_core::provider::REGISTRY.len()));
    assert_eq!(get(&factories.get(0), "platform"), JsValue::NULL);
}

#[wasm_bindgen_test]
fn a_rendered_message_has_its_encoding_and_segments() {
    let render = |template: &str| {
        let variables = object(&[("code", "123456".into()), ("locale", "de".into())]);
        crate::catalog::render_message(&template.into(), &variables).expect("texts")
    };
    assert_eq!(text(&render("{{code}} {{ locale }} {{x}}"), "text"), "123456 de {{x}}");
    assert_eq!(text(&render("验证码 {{code}}"), "encoding"), "UCS-2");
    assert_eq!(get(&render(&"x".repeat(161)), "segments").as_f64(), Some(2.0));
    let no_text = crate::catalog::render_message(&"".into(), &JsValue::UNDEFINED);
    assert!(no_text.expect_err("no code").is_instance_of::<js_sys::TypeError>());
}

#[wasm_bindgen_test]
async fn a_kv_that_parses_json_fails_before_a_message_is_sent() {
    let provider = Provider::new();
    let kv = fakes::memory_kv();
    let get_text = Function::from(get(&kv, "get"));
    let parse = "return async (key) => { const text = await get(key); return text && JSON.parse(text); }";
    let get_parsed =
        Function::new_with_args("get", parse).call1(&JsValue::NULL, &get_text).expect("a function");
    Reflect::set(&kv, &"get".into(), &get_parsed).expect("an object");
    let options = create_options(&provider);
    Reflect::set(&options, &"kv".into(), &kv).expect("an object");
    let otp = fakes::otp_from(&options);
    let failure = failure(otp.send(&send_request("+14155550108"), &JsValue::UNDEFINED)).await;
    assert_eq!(text(&failure, "code"), "storage.unavailable");
    assert!(text(&get(&failure, "cause"), "message").ends_with("it gave an object (Object)"));
    assert_eq!(provider.request_count(), 0);
}

#[wasm_bindgen_test]
fn describe_type_names_the_type_and_no_content() {
    for (value, expected) in [
        (JsValue::NULL, "null"),
        (JsValue::UNDEFINED, "undefined"),
        (7.into(), "a number"),
        (true.into(), "a boolean"),
        ("secret".into(), "a string"),
        (Array::of1(&"secret".into()).into(), "an object (Array)"),
        (Object::create(JsValue::NULL.unchecked_ref::<Object>()).into(), "an object"),
    ] {
        assert_eq!(crate::value::describe_type(&value), expected);
    }
}

#[wasm_bindgen_test]
fn parse_request_refuses_what_the_core_refuses() {
    let parse = |body: &[u8]| crate::catalog::parse_request(body);
    let parsed = parse(br#"{"phone":"+1","__proto__":{"usageType":"SignIn"}}"#);
    assert_eq!(text(&parsed, "phone"), "+1");
    assert!(get(&parsed, "usageType").is_undefined(), "a member, not a prototype");
    for body in
        [&b""[..], b"[]", b"null", br#"{"a":1,"a":2}"#, b"{\"a\":\"\xff\"}", b"{} {}", b"\xef\xbb\xbf{}"]
    {
        assert!(parse(body).is_undefined(), "{body:?}");
    }
}
