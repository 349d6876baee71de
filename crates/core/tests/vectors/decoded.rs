//! A request in the form in which it is compared: ours or a captured one, its form, query or JSON decoded.

use serde_json::{Value, json};

use crate::support::text;

/// Method, URL without its query, headers, and the fields of query or body.
#[derive(Debug)]
pub(super) struct DecodedRequest {
    pub(super) method: String,
    pub(super) url: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) fields: Value,
    pub(super) body: String,
}

impl DecodedRequest {
    /// Decodes a captured request.
    pub(super) fn from_vector(request: &Value) -> Self {
        let headers = request["headers"].as_object().expect("headers").iter();
        let headers =
            headers.map(|(name, value)| (name.clone(), value.as_str().unwrap_or_default().to_owned()));
        Self::new(text(request, "method"), text(request, "url"), headers.collect(), text(request, "body"))
    }

    /// Decodes a request of ours.
    pub(super) fn from_http(request: &http::Request<String>) -> Self {
        let headers = request.headers().iter().map(|(name, value)| {
            (name.as_str().to_owned(), value.to_str().expect("visible ASCII").to_owned())
        });
        let url = request.uri().to_string();
        Self::new(request.method().as_str(), &url, headers.collect(), request.body())
    }

    fn new(method: &str, url: &str, mut headers: Vec<(String, String)>, body: &str) -> Self {
        headers.sort();
        let is_form = headers.iter().any(|(_, value)| value.starts_with("application/x-www-form-urlencoded"));
        let (place, query) = url.split_once('?').unwrap_or((url, ""));
        let fields = match (query, is_form) {
            ("", true) => decode_form(body),
            ("", false) => serde_json::from_str(body).expect("a JSON body"),
            // The operator's own endpoint may have a query and a body.
            (query, _) if !body.is_empty() => {
                json!([decode_form(query), serde_json::from_str::<Value>(body).ok()])
            }
            (query, _) => decode_form(query),
        };
        // Captured URLs without a path have no slash, which `fetch` adds.
        let slash = if place.trim_start_matches("https://").contains('/') { "" } else { "/" };
        Self {
            method: method.to_owned(),
            url: format!("{place}{slash}"),
            headers,
            fields,
            body: body.to_owned(),
        }
    }
}

/// Decodes the pairs of a form to an object.
fn decode_form(form: &str) -> Value {
    let pairs = form_urlencoded::parse(form.as_bytes()).into_owned();
    Value::Object(pairs.map(|(name, value)| (name, Value::from(value))).collect())
}
