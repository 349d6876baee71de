//! The renderer on everything the vectors render, with their own payloads: texts and variables that our sends never
//! have, in Logto's sense of a value's text.

use core::cell::Cell;

use serde_json::{Map, Value as Json};

use super::data::{FILES, has, text};
use crate::template::render;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// Where each connector's text stands in its request.
const TEXTS: [(&str, &str); 6] = [
    ("twilio-short-message-service", "Body"),
    ("vonage-sms", "text"),
    ("yunpian-sms", "text"),
    ("smsbao-sms", "c"),
    ("smsaero-short-message-service", "text"),
    ("gatewayapi-sms", "message"),
];

#[test]
fn texts_are_rendered_as_logto_renders_them() {
    let mut count = 0;
    for (id, field) in TEXTS {
        let file = FILES.into_iter().find(|file| file.name == id).expect(id);
        for vector in file.vectors("requests").into_iter().filter(|vector| has(&vector.json, "request")) {
            let (config, payload) = (vector.config(), vector.payload());
            let templates = config["templates"].as_array().expect("templates");
            let of = |usage: &str| templates.iter().find(|template| text(template, "usageType") == usage);
            let template =
                of(text(&vector.json["send"], "type")).or_else(|| of("Generic")).expect("a template");
            let expected = super::shape::Shape::read(&vector.json["request"]);
            let rendered = render(text(template, "content"), |name| resolve(&payload, name));
            // An endpoint with a query of its own has two sets of fields.
            let fields = expected.fields.as_array().and_then(|sets| sets.last()).unwrap_or(&expected.fields);
            assert_eq!(rendered, text(fields, field), "{}", vector.id());
            count += 1;
        }
    }
    assert_eq!(count, 335, "no text can drop out unseen");
}

/// Whether a text has a place for a name or for something under it.
pub(super) fn refers_to(text: &str, name: &str) -> bool {
    let found = Cell::new(false);
    render(text, |path| {
        found.set(found.get() || path.split('.').next() == Some(name));
        None
    });
    found.get()
}

/// Logto's lookup: a root that the payload lacks leaves the braces, a path that leads nowhere is empty.
fn resolve(payload: &Map<String, Json>, path: &str) -> Option<String> {
    let (root, rest) = path.split_once('.').map_or((path, None), |(root, rest)| (root, Some(rest)));
    let mut value = payload.get(root)?;
    for step in rest.into_iter().flat_map(|rest| rest.split('.')) {
        value = match value {
            Json::Object(members) => members.get(step),
            Json::Array(items) => step.parse::<usize>().ok().and_then(|index| items.get(index)),
            _ => None,
        }
        .unwrap_or(&Json::Null);
    }
    Some(as_text(value))
}

/// ECMAScript's `String(value)`, but nothing for null.
fn as_text(value: &Json) -> String {
    match value {
        Json::Null => String::new(),
        Json::String(text) => text.clone(),
        Json::Array(items) => items.iter().map(as_text).collect::<Vec<_>>().join(","),
        Json::Object(_) => "[object Object]".to_owned(),
        other => other.to_string(),
    }
}
