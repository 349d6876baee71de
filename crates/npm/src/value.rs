//! Values of JavaScript: arguments as text, results as plain objects.

use js_sys::{JSON, Reflect};
use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_name = String)]
    fn convert_to_string(value: &JsValue) -> Result<String, JsValue>;
}

/// Writes a request as JSON, for the core's strict parser. What JSON does not know is an empty text, which is no request.
///
/// # Errors
/// What a getter or `toJSON` of the value threw.
pub(crate) fn to_json(value: &JsValue) -> Result<String, JsValue> {
    Ok(JSON::stringify(value)?.as_string().unwrap_or_default())
}

/// Converts a value to text, as `String(value)` does; `None` if it is undefined.
///
/// # Errors
/// What the conversion threw.
pub(crate) fn to_text(value: &JsValue) -> Result<Option<String>, JsValue> {
    match value.as_string() {
        Some(text) => Ok(Some(text)),
        None if value.is_undefined() => Ok(None),
        None => convert_to_string(value).map(Some),
    }
}

/// Converts a result to a plain object, with the members that it would have as JSON.
pub(crate) fn to_object(value: &impl Serialize) -> JsValue {
    let serializer = Serializer::json_compatible();
    // No result holds a number beyond 2^53 or a map with other keys than texts; nothing else fails.
    value.serialize(&serializer).unwrap_or(JsValue::UNDEFINED)
}

/// Reads a member; undefined if the value has none.
pub(crate) fn member(value: &JsValue, name: &str) -> JsValue {
    Reflect::get(value, &name.into()).unwrap_or(JsValue::UNDEFINED)
}

/// Tells whether a value has a method.
pub(crate) fn has_method(value: &JsValue, name: &str) -> bool {
    member(value, name).is_function()
}

/// Lists the names of an object's own members; none of a proxy that does not tell them.
pub(crate) fn member_names(object: &JsValue) -> Vec<String> {
    let names = Reflect::own_keys(object).unwrap_or_default();
    names.iter().filter_map(|name| name.as_string()).collect()
}

/// Describes a value by its type, never by its content: `null`, `a number`, `an object (Buffer)`.
pub(crate) fn describe_type(value: &JsValue) -> String {
    if value.is_null() || value.is_undefined() {
        return if value.is_null() { "null" } else { "undefined" }.to_owned();
    }
    let kind = value.js_typeof().as_string().unwrap_or_default();
    let class = member(&member(value, "constructor"), "name").as_string().filter(|_| value.is_object());
    match class {
        Some(class) => format!("an object ({class})"),
        None if kind == "object" => "an object".to_owned(),
        None => format!("a {kind}"),
    }
}
