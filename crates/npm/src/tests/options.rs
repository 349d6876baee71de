//! Wrong options are `TypeError`s that name them.

use js_sys::{Array, Function, Reflect, TypeError};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;

use super::fakes::{Provider, create_options, memory_kv, otp_from};
use super::{failure, get, object, resolved, send_request, text};
use crate::otp::Otp;

fn with(name: &str, value: &JsValue) -> JsValue {
    let options = create_options(&Provider::new());
    Reflect::set(&options, &name.into(), value).expect("an object");
    options
}

fn create(options: &JsValue) -> Result<Otp, JsValue> {
    Otp::new(options)
}

/// Returns the message of the `TypeError` that options cause.
fn rejection(options: &JsValue) -> String {
    let error = create(options).expect_err("a wrong option");
    error.dyn_into::<TypeError>().expect("a TypeError").message().into()
}

fn policy(name: &str, value: JsValue) -> JsValue {
    with("policy", &object(&[(name, value)]))
}

#[wasm_bindgen_test]
fn a_wrong_option_is_named() {
    let wrong = |name: &str, value: JsValue| (name.to_owned(), with(name, &value));
    for (name, options) in [
        wrong("kv", JsValue::UNDEFINED),
        wrong("kv", object(&[("get", Function::new_no_args("").into())])),
        wrong("secret", "short".into()),
        wrong("secret", JsValue::UNDEFINED),
        wrong("secretPrevious", "short".into()),
        wrong("secretPrevious", 1.into()),
        wrong("guard", object(&[])),
        wrong("guard", JsValue::NULL),
        wrong("connector", object(&[("config", object(&[]))])),
        wrong("policy", JsValue::NULL),
        wrong("fetch", "fetch".into()),
        wrong("now", 5.into()),
        wrong("acceptWeakGuard", 1.into()),
        wrong("polcy", object(&[])),
        ("policy.codeLenght".to_owned(), policy("codeLenght", 6.into())),
    ] {
        let message = rejection(&options);
        assert!(message.starts_with("createOtp: ") && message.contains(&format!("`{name}`")), "{message}");
    }
    for options in [JsValue::UNDEFINED, JsValue::NULL, "options".into()] {
        assert_eq!(rejection(&options), "createOtp: the options must be an object");
    }
}

#[wasm_bindgen_test]
fn a_number_out_of_range_is_rejected_with_its_range() {
    for (name, min, max) in [
        ("codeLength", 6, 10),
        ("maxAttempts", 1, 5),
        ("dailyFailures", 1, 100),
        ("sendsPerHour", 1, 1_000),
        ("sendsPerDay", 1, 1_000),
        ("providerTimeoutMs", 100, 30_000),
    ] {
        for valid in [JsValue::UNDEFINED, min.into(), max.into()] {
            assert!(create(&policy(name, valid)).is_ok(), "{name}");
        }
        let fraction = f64::from(min) + 0.5;
        let text = min.to_string();
        for invalid in [
            (min - 1).into(),
            (max + 1).into(),
            fraction.into(),
            f64::NAN.into(),
            f64::INFINITY.into(),
            text.into(),
            JsValue::NULL,
        ] {
            let expected =
                format!("createOtp: option `policy.{name}` must be a whole number from {min} to {max}");
            assert_eq!(rejection(&policy(name, invalid)), expected);
        }
    }
}

#[wasm_bindgen_test]
fn lists_and_flags_are_checked() {
    let list = |items: &[JsValue]| JsValue::from(items.iter().collect::<Array>());
    for (name, value) in [
        ("resendCooldowns", list(&[0.into(), 3_600.into()])),
        ("allowedCountries", list(&["US".into(), "44".into(), "1242".into()])),
        ("phoneCheck", "e164".into()),
        ("allowServiceNumbers", list(&["toll_free".into(), "+1500".into()])),
        ("allowMock", true.into()),
        ("allowLocal", true.into()),
    ] {
        assert!(create(&policy(name, value)).is_ok(), "{name}");
    }
    let long: Vec<JsValue> = (0..17).map(JsValue::from).collect();
    for (name, value) in [
        ("resendCooldowns", list(&[])),
        ("resendCooldowns", list(&[3_601.into()])),
        ("resendCooldowns", list(&["60".into()])),
        ("resendCooldowns", list(&long)),
        ("resendCooldowns", 60.into()),
        ("allowedCountries", list(&[])),
        ("allowedCountries", list(&["USA".into()])),
        ("allowedCountries", list(&["044".into()])),
        ("allowedCountries", list(&[44.into()])),
        ("phoneCheck", "none".into()),
        ("phoneCheck", true.into()),
        ("allowServiceNumbers", list(&[])),
        ("allowServiceNumbers", list(&["US".into()])),
        ("allowServiceNumbers", "premium".into()),
        ("allowMock", 1.into()),
        ("allowLocal", 1.into()),
    ] {
        assert!(rejection(&policy(name, value)).contains(&format!("`policy.{name}`")), "{name}");
    }
}

#[wasm_bindgen_test]
async fn a_country_that_does_not_exist_is_a_failure_of_every_operation() {
    let otp = otp_from(&policy("allowedCountries", Array::of1(&"ZZ".into()).into()));
    let failure = failure(otp.send(&send_request("+14155550100"), &JsValue::UNDEFINED)).await;
    assert_eq!(text(&failure, "code"), "config.invalid");
    let issues: Array = get(&get(&failure, "data"), "issues").unchecked_into();
    assert_eq!(text(&issues.get(0), "path"), "policy.allowedCountries");
}

#[wasm_bindgen_test]
async fn without_a_guard_the_ledgers_are_in_kv_and_memory_knows_what_was_written_of_late() {
    let options = with("guard", &JsValue::UNDEFINED);
    let kv = memory_kv();
    // As Workers KV may, this one shows nothing that was written.
    let forgetful =
        Function::new_with_args("kv", "const get = kv.get; kv.get = async () => null; return get");
    let _ = forgetful.call1(&JsValue::NULL, &kv).expect("a function");
    Reflect::set(&options, &"kv".into(), &kv).expect("an object");
    let otp = otp_from(&options);
    let request = send_request("+14155550100");
    let receipt = resolved(otp.send(&request, &JsValue::UNDEFINED)).await;
    assert_eq!(text(&receipt, "status"), "sent");
    let second = failure(otp.send(&request, &JsValue::UNDEFINED)).await;
    assert_eq!(text(&second, "code"), "request.message_rate_limited");
}
