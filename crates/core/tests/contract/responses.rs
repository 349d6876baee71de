//! What no response may cause, whatever a provider or something in its place says.

use edge_otp_core::provider::{
    DeliveryOutcome, MOCK_ID, ProviderResponse, REGISTRY, RejectionKind, SmsProvider,
};
use edge_otp_core::time::Seconds;
use serde_json::Value;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{find_file, text};

const THROTTLED: RejectionKind = RejectionKind::Throttled(Some(Seconds(11)));

/// Bodies that no provider documents.
fn undocumented_bodies() -> Vec<String> {
    let nested = |open: &str, close: &str| open.repeat(5_000) + &close.repeat(5_000);
    let mut bodies: Vec<String> =
        ["", " ", "null", "[]", "[null]", "true", "0.0", "\"\"", "\u{feff}", "OK?", "{", "{\"Code\":\"OK\","]
            .map(str::to_owned)
            .into();
    bodies.push("<!doctype html><title>captive portal</title>".to_owned());
    bodies.push(nested("[", "]"));
    bodies.push(nested("{\"a\":", "}"));
    bodies.push("x".repeat(65_536));
    bodies
}

/// Returns the bodies of a provider's response vectors.
fn documented_bodies(id: &str) -> Vec<String> {
    let file = find_file(id).parse();
    file["responses"].as_array().into_iter().flatten().map(|vector| text(vector, "body").to_owned()).collect()
}

/// Returns those that prove a success.
fn success_bodies(id: &str) -> Vec<String> {
    let file = find_file(id).parse();
    let vectors = file["responses"].as_array().into_iter().flatten();
    let successes = vectors.filter(|vector| text(vector, "meaning") == "accepted");
    successes.map(|vector| text(vector, "body").to_owned()).collect()
}

/// Returns all providers but the mock, which makes no request.
fn providers() -> impl Iterator<Item = &'static dyn SmsProvider> {
    REGISTRY.into_iter().filter(|provider| provider.id() != MOCK_ID)
}

fn parse(provider: &dyn SmsProvider, status: u16, body: &str) -> DeliveryOutcome {
    provider.parse_response(&ProviderResponse {
        status,
        retry_after: Some(Seconds(11)),
        body: body.to_owned(),
    })
}

#[wasm_bindgen_test(unsupported = test)]
fn an_undocumented_body_is_never_success() {
    for provider in providers() {
        for body in undocumented_bodies() {
            for status in [200, 201, 202, 204, 301, 302, 304, 400, 401, 403, 404, 408, 429, 500, 502, 503] {
                let outcome = parse(provider, status, &body);
                let context = format!("{} {status} {:.20}", provider.id(), body);
                match (status, outcome) {
                    // The operator's own endpoint may confirm with its status alone.
                    (204, DeliveryOutcome::Accepted) if provider.id() == "http-sms" => {}
                    (429, DeliveryOutcome::Rejected(rejection)) => {
                        assert_eq!(rejection.kind, THROTTLED, "{context}");
                    }
                    (400..=499, DeliveryOutcome::Rejected(rejection)) => {
                        assert_eq!(rejection.code, None, "{context}");
                    }
                    (400..=499, other) => panic!("{context} is {other:?}"),
                    (_, other) => {
                        assert!(matches!(other, DeliveryOutcome::Unknown(_)), "{context} is {other:?}");
                    }
                }
            }
        }
    }
}

/// The success bodies of the vectors, cut at every character: no part of a success is a success.
#[wasm_bindgen_test(unsupported = test)]
fn a_truncated_success_is_no_success() {
    for provider in providers() {
        let bodies = success_bodies(provider.id());
        assert!(!bodies.is_empty(), "{}", provider.id());
        for body in bodies {
            let cuts = body.char_indices().map(|(index, _)| &body[..index]);
            for cut in cuts.filter(|cut| cut.trim() != body.trim()) {
                let outcome = parse(provider, 200, cut);
                assert!(matches!(outcome, DeliveryOutcome::Unknown(_)), "{} {cut}", provider.id());
            }
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_success_body_with_a_failure_status_is_no_success() {
    for provider in providers() {
        for body in success_bodies(provider.id()) {
            for status in [302, 400, 401, 429, 500, 503] {
                let outcome = parse(provider, status, &body);
                assert_ne!(outcome, DeliveryOutcome::Accepted, "{} {status}", provider.id());
            }
            let DeliveryOutcome::Rejected(rejection) = parse(provider, 429, &body) else {
                panic!("{}", provider.id())
            };
            assert_eq!(rejection.kind, THROTTLED, "{}", provider.id());
        }
    }
}

/// A provider's sentence may hold number and text; only what looks like a code is kept.
#[wasm_bindgen_test(unsupported = test)]
fn no_sentence_of_a_provider_is_kept() {
    let sentence = "the code 930417 for +8613800138000 was refused";
    for provider in providers() {
        for body in documented_bodies(provider.id()) {
            let Ok(mut json) = serde_json::from_str::<Value>(&body) else { continue };
            replace_texts(&mut json, sentence);
            for status in [200, 400] {
                if let DeliveryOutcome::Rejected(rejection) = parse(provider, status, &json.to_string()) {
                    let is_sentence = rejection.code.is_some_and(|code| code.contains(' '));
                    assert!(!is_sentence, "{} {json}", provider.id());
                }
            }
        }
    }
}

/// Replaces every text of a document by the sentence.
fn replace_texts(json: &mut Value, sentence: &str) {
    match json {
        Value::String(text) => sentence.clone_into(text),
        Value::Array(items) => items.iter_mut().for_each(|item| replace_texts(item, sentence)),
        Value::Object(members) => members.iter_mut().for_each(|(_, value)| replace_texts(value, sentence)),
        _ => {}
    }
}
