//! What needs no storage: the catalogue of connectors, and what a text will look like and cost.

use edge_otp_core::connector::list_factories;
use edge_otp_core::json::ObjectReader;
use edge_otp_core::segments::{Encoding, count_segments, detect_encoding};
use edge_otp_core::template::render;
use js_sys::{JSON, TypeError};
use serde::Serialize;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::value::{member, to_object};

/// Lists the connectors with their forms.
#[wasm_bindgen(js_name = connectorFactories)]
pub fn connector_factories() -> JsValue {
    to_object(&list_factories())
}

/// Returns the ids of all connectors, for an error's message.
pub(crate) fn connector_ids() -> String {
    list_factories().into_iter().map(|factory| factory.id).collect::<Vec<_>>().join(", ")
}

/// Parses the body of a request by the core's rules: UTF-8, one object, no name twice. For adapters that receive bytes;
/// undefined if it is no such object.
#[wasm_bindgen(js_name = parseRequest)]
pub fn parse_request(body: &[u8]) -> JsValue {
    let is_object = ObjectReader::open(body).is_ok();
    let text = core::str::from_utf8(body).unwrap_or_default();
    // Set by name, a member `__proto__` would be more than a member; the platform's parser makes it one.
    if is_object { JSON::parse(text).unwrap_or(JsValue::UNDEFINED) } else { JsValue::UNDEFINED }
}

#[derive(Serialize)]
struct RenderedMessage {
    text: String,
    encoding: &'static str,
    segments: usize,
}

/// Fills `{code, locale?}` into a template.
///
/// # Errors
/// A `TypeError` if the template or the code is not a text.
#[wasm_bindgen(js_name = renderMessage)]
pub fn render_message(template: &JsValue, variables: &JsValue) -> Result<JsValue, JsValue> {
    let type_error = |message| TypeError::new(message);
    let template =
        template.as_string().ok_or_else(|| type_error("renderMessage: the template must be text"))?;
    let code = member(variables, "code").as_string();
    let code = code.ok_or_else(|| type_error("renderMessage: `code` must be text"))?;
    let locale = member(variables, "locale").as_string();
    let text = render_variables(&template, &code, locale.as_deref());
    let encoding = match detect_encoding(&text) {
        Encoding::Gsm7 => "GSM-7",
        Encoding::Ucs2 => "UCS-2",
    };
    Ok(to_object(&RenderedMessage { encoding, segments: count_segments(&text), text }))
}

fn render_variables(template: &str, code: &str, locale: Option<&str>) -> String {
    render(template, |name| {
        let value = match name {
            "code" => Some(code),
            "locale" => locale,
            _ => None,
        };
        value.map(str::to_owned)
    })
}
