//! What no answer may do, whatever a provider or something in its place says.

use serde_json::Value as Json;

use crate::connector::{Class, MOCK, Outcome, Provider, REGISTRY};
use crate::it::vectors;
use crate::time::Seconds;
use crate::wire::Response;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// Answers that no provider's documentation knows, whatever their status.
fn rubbish() -> Vec<String> {
    let deep = |open: &str, close: &str| open.repeat(5_000) + &close.repeat(5_000);
    let mut bodies: Vec<String> =
        ["", " ", "null", "[]", "[null]", "true", "0.0", "\"\"", "\u{feff}", "OK?", "{", "{\"Code\":\"OK\","]
            .map(str::to_owned)
            .into();
    bodies.push("<!doctype html><title>captive portal</title>".to_owned());
    bodies.push(deep("[", "]"));
    bodies.push(deep("{\"a\":", "}"));
    bodies.push("x".repeat(65_536));
    bodies
}

/// All but the mock, which asks no one.
fn providers() -> impl Iterator<Item = &'static dyn Provider> {
    REGISTRY.into_iter().filter(|provider| provider.id() != MOCK)
}

fn answer(provider: &dyn Provider, status: u32, body: &str) -> Outcome {
    provider.outcome(&Response { status, retry_after: Some(Seconds(11)), body: body.to_owned() })
}

#[test]
fn rubbish_is_never_success() {
    for provider in providers() {
        for body in rubbish() {
            for status in [200, 201, 202, 204, 301, 302, 304, 400, 401, 403, 404, 408, 429, 500, 502, 503] {
                let outcome = answer(provider, status, &body);
                let told = format!("{} {status} {:.20}", provider.id(), body);
                match (status, outcome) {
                    // An endpoint of one's own may say it all with its status.
                    (204, Outcome::Accepted) if provider.id() == "http-sms" => {}
                    (429, Outcome::Refused(refusal)) => {
                        assert_eq!(refusal.class, Class::Throttled(Some(Seconds(11))), "{told}");
                    }
                    (400..=499, Outcome::Refused(refusal)) => assert_eq!(refusal.code, None, "{told}"),
                    (400..=499, other) => panic!("{told} is {other:?}"),
                    (_, other) => assert_eq!(other, Outcome::Unknown, "{told}"),
                }
            }
        }
    }
}

/// The success bodies of the vectors, cut anywhere: no part of a success is a success.
#[test]
fn a_truncated_success_is_no_success() {
    for provider in providers() {
        for body in vectors::success_bodies(provider.id()) {
            let cuts = body.char_indices().map(|(index, _)| &body[..index]);
            for cut in cuts.filter(|cut| cut.trim() != body.trim()) {
                assert_eq!(answer(provider, 200, cut), Outcome::Unknown, "{} {cut}", provider.id());
            }
        }
    }
}

#[test]
fn a_success_body_with_a_failure_status_is_no_success() {
    for provider in providers() {
        for body in vectors::success_bodies(provider.id()) {
            for status in [302, 400, 401, 429, 500, 503] {
                assert_ne!(answer(provider, status, &body), Outcome::Accepted, "{} {status}", provider.id());
            }
            let Outcome::Refused(refusal) = answer(provider, 429, &body) else { panic!("{}", provider.id()) };
            assert_eq!(refusal.class, Class::Throttled(Some(Seconds(11))), "{}", provider.id());
        }
    }
}

/// A provider's sentence may hold number and text; only what looks like a code gets through.
#[test]
fn no_text_of_a_provider_travels_on() {
    let sentence = "the code 930417 for +8613800138000 was refused";
    for provider in providers() {
        for body in vectors::bodies(provider.id()) {
            let Ok(mut json) = serde_json::from_str::<Json>(&body) else { continue };
            spoil(&mut json, sentence);
            for status in [200, 400] {
                if let Outcome::Refused(refusal) = answer(provider, status, &json.to_string()) {
                    assert!(refusal.code.is_none_or(|code| !code.contains(' ')), "{} {json}", provider.id());
                }
            }
        }
    }
}

/// Every text of a document becomes the sentence.
fn spoil(json: &mut Json, sentence: &str) {
    match json {
        Json::String(text) => sentence.clone_into(text),
        Json::Array(items) => items.iter_mut().for_each(|item| spoil(item, sentence)),
        Json::Object(members) => members.iter_mut().for_each(|(_, value)| spoil(value, sentence)),
        _ => {}
    }
}
