//! A request as what is compared: ours or a captured one, its form, query or JSON decoded.

use serde_json::Value as Json;

use super::data::text;

/// Method, URL without its query, headers, and the fields of query or body.
#[derive(Debug)]
pub(super) struct Shape {
    pub(super) method: String,
    pub(super) url: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) fields: Json,
    pub(super) raw: String,
}

impl Shape {
    pub(super) fn read(request: &Json) -> Self {
        let headers: Vec<_> = request["headers"].as_object().expect("headers").iter().collect();
        let headers = headers
            .iter()
            .map(|(name, value)| ((*name).clone(), value.as_str().unwrap_or_default().to_owned()));
        Self::of(text(request, "method"), text(request, "url"), headers.collect(), text(request, "body"))
    }

    pub(super) fn of(method: &str, url: &str, mut headers: Vec<(String, String)>, body: &str) -> Self {
        headers.sort();
        let form = headers.iter().any(|(_, value)| value.starts_with("application/x-www-form-urlencoded"));
        let (place, query) = url.split_once('?').unwrap_or((url, ""));
        let fields = match (query, form) {
            ("", true) => decode(body),
            ("", false) => serde_json::from_str(body).expect("a JSON body"),
            // An endpoint of the operator's own may have a query and a body.
            (query, _) if !body.is_empty() => {
                serde_json::json!([decode(query), serde_json::from_str::<Json>(body).ok()])
            }
            (query, _) => decode(query),
        };
        // `fetch` puts the slash of a URL without a path.
        let slash = if place.trim_start_matches("https://").contains('/') { "" } else { "/" };
        Self {
            method: method.to_owned(),
            url: format!("{place}{slash}"),
            headers,
            fields,
            raw: body.to_owned(),
        }
    }
}

/// Name–value pairs of a form as an object.
fn decode(form: &str) -> Json {
    let pairs = form.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (unescape(name), Json::from(unescape(value)))
    });
    Json::Object(pairs.collect())
}

fn unescape(text: &str) -> String {
    let (mut out, mut bytes) = (Vec::new(), text.bytes());
    while let Some(byte) = bytes.next() {
        out.push(match byte {
            b'+' => b' ',
            b'%' => {
                let hex: String = bytes.by_ref().take(2).map(char::from).collect();
                u8::from_str_radix(&hex, 16).expect("hex")
            }
            other => other,
        });
    }
    String::from_utf8(out).expect("UTF-8")
}
