//! The engine of the Durable Object class over storage in memory.

use js_sys::{Array, Error, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;

use super::fakes::{memory_kv, object_storage};
use super::{get, object, resolved};
use crate::guard_object::{GuardObject, Storage};

const SECRET: &str = "0123456789abcdef0123456789abcdef";

fn environment() -> JsValue {
    object(&[("OTP_KV", memory_kv()), ("OTP_SECRET", SECRET.into()), ("MAX_ATTEMPTS", 4.into())])
}

fn create(storage: &JsValue, env: &JsValue) -> GuardObject {
    let storage: Storage = storage.clone().unchecked_into();
    GuardObject::new(storage, &JsValue::UNDEFINED, env).expect("all bindings")
}

async fn json(promise: Promise) -> serde_json::Value {
    let text = resolved(promise).await.as_string().expect("a text");
    serde_json::from_str(&text).expect("JSON")
}

const RESERVE: &str = r#"{"reserveSend":{"phone":"+14155550100","usageType":"SignIn"}}"#;
const WRONG: &str = r#"{"verify":{"phone":"+14155550100","usageType":"SignIn","code":"12"}}"#;

#[wasm_bindgen_test]
async fn a_call_changes_the_state_and_sets_one_alarm() {
    let storage = object_storage();
    let guard = create(&storage, &environment());
    let reserved = json(guard.call(RESERVE, None, None, None)).await;
    assert_eq!(reserved["sendReserved"]["code"].as_str().map(str::len), Some(6));
    let rejected = json(guard.call(WRONG, None, None, None)).await;
    assert_eq!(rejected["rejected"]["mismatch"]["attemptsLeft"], 3, "the environment's limit: {rejected}");
    let writes: Vec<String> = get(&storage, "writes")
        .unchecked_into::<Array>()
        .iter()
        .filter_map(|name| name.as_string())
        .collect();
    assert_eq!(writes, ["put", "setAlarm", "put"]);
}

#[wasm_bindgen_test]
async fn the_settings_of_the_caller_are_in_force() {
    let guard = create(&object_storage(), &environment());
    let settings = || Some(r#"{"MAX_ATTEMPTS":"2"}"#.to_owned());
    json(guard.call(RESERVE, None, None, settings())).await;
    let rejected = json(guard.call(WRONG, None, None, settings())).await;
    assert_eq!(rejected["rejected"]["mismatch"]["attemptsLeft"], 1, "{rejected}");
}

#[wasm_bindgen_test]
async fn what_is_no_request_is_refused() {
    let guard = create(&object_storage(), &environment());
    for request in ["", "{}", "null", r#"{"open":1}"#] {
        assert_eq!(json(guard.call(request, None, None, None)).await, "unavailable", "{request}");
    }
}

#[wasm_bindgen_test]
async fn an_early_alarm_is_set_again() {
    let storage = object_storage();
    let guard = create(&storage, &environment());
    json(guard.call(RESERVE, None, None, None)).await;
    let first = get(&storage, "alarm").as_f64();
    resolved(guard.alarm()).await;
    assert_eq!(get(&storage, "alarm").as_f64(), first);
    let writes = get(&storage, "writes").unchecked_into::<Array>();
    assert_eq!(writes.get(writes.length() - 1).as_string().as_deref(), Some("setAlarm"));
}

/// The platform then runs the alarm again.
#[wasm_bindgen_test]
async fn a_clean_up_that_fails_rejects() {
    let storage = object_storage();
    let guard = create(&storage, &environment());
    json(guard.call(RESERVE, None, None, None)).await;
    Reflect::set(&storage, &"list".into(), &JsValue::UNDEFINED).expect("an object");
    let error = JsFuture::from(guard.alarm()).await.expect_err("the storage fails");
    assert!(get(&error, "thrown").is_instance_of::<Error>(), "the wasm goes on");
}

/// Another object over the same storage, as after an eviction.
#[wasm_bindgen_test]
async fn an_object_that_comes_back_does_not_move_its_alarm() {
    let storage = object_storage();
    json(create(&storage, &environment()).call(RESERVE, None, None, None)).await;
    let alarm = get(&storage, "alarm").as_f64();
    json(create(&storage, &environment()).call(WRONG, None, None, None)).await;
    assert_eq!(get(&storage, "alarm").as_f64(), alarm);
}

#[wasm_bindgen_test]
fn missing_bindings_are_named() {
    let message = |env: &JsValue| {
        let storage: Storage = object_storage().unchecked_into();
        let error = GuardObject::new(storage, &JsValue::UNDEFINED, env).expect_err("a missing binding");
        String::from(error.unchecked_into::<js_sys::TypeError>().message())
    };
    assert!(message(&object(&[("OTP_SECRET", SECRET.into())])).contains("OTP_KV"));
    assert!(message(&object(&[("OTP_KV", memory_kv())])).contains("OTP_SECRET"));
}
