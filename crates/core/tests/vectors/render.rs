//! The renderer on everything that the vectors render, with their own payloads: texts and variables that our sends never
//! have, values converted to text as Logto does.

use core::cell::Cell;

use edge_otp_core::template::render;
use serde_json::{Map, Value};
use wasm_bindgen_test::wasm_bindgen_test;

use super::data::{has, vectors};
use super::decoded::DecodedRequest;
use crate::support::{find_file, text};

/// The field of the request that holds the text.
const TEXTS: [(&str, &str); 6] = [
    ("twilio-short-message-service", "Body"),
    ("vonage-sms", "text"),
    ("yunpian-sms", "text"),
    ("smsbao-sms", "c"),
    ("smsaero-short-message-service", "text"),
    ("gatewayapi-sms", "message"),
];

#[wasm_bindgen_test(unsupported = test)]
fn render_makes_the_texts_that_logto_makes() {
    let mut count = 0;
    for (id, field) in TEXTS {
        let requests = vectors(find_file(id), "requests");
        for vector in requests.into_iter().filter(|vector| has(&vector.json, "request")) {
            let (config, payload) = (vector.config(), vector.payload());
            let templates = config["templates"].as_array().expect("templates");
            let of = |usage: &str| templates.iter().find(|template| text(template, "usageType") == usage);
            let template =
                of(text(&vector.json["send"], "type")).or_else(|| of("Generic")).expect("a template");
            let expected = DecodedRequest::from_vector(&vector.json["request"]);
            let rendered = render(text(template, "content"), |name| resolve(&payload, name));
            // An endpoint with a query of its own has two sets of fields.
            let fields = expected.fields.as_array().and_then(|sets| sets.last()).unwrap_or(&expected.fields);
            assert_eq!(rendered, text(fields, field), "{}", vector.id());
            count += 1;
        }
    }
    assert_eq!(count, 335, "no text can be lost unnoticed");
}

/// Tells whether a text refers to a name or to something below it.
pub(super) fn refers_to(text: &str, name: &str) -> bool {
    let found = Cell::new(false);
    render(text, |path| {
        found.set(found.get() || path.split('.').next() == Some(name));
        None
    });
    found.get()
}

/// Looks up a path as Logto does: a root that the payload lacks leaves the braces, a path that finds nothing is empty.
fn resolve(payload: &Map<String, Value>, path: &str) -> Option<String> {
    let (root, rest) = path.split_once('.').map_or((path, None), |(root, rest)| (root, Some(rest)));
    let mut value = payload.get(root)?;
    for step in rest.into_iter().flat_map(|rest| rest.split('.')) {
        value = match value {
            Value::Object(members) => members.get(step),
            Value::Array(items) => step.parse::<usize>().ok().and_then(|index| items.get(index)),
            _ => None,
        }
        .unwrap_or(&Value::Null);
    }
    Some(as_text(value))
}

/// Converts as ECMAScript's `String(value)`, but null to an empty text.
fn as_text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(as_text).collect::<Vec<_>>().join(","),
        Value::Object(_) => "[object Object]".to_owned(),
        other => other.to_string(),
    }
}
