//! HTTP as values: what a connector asks for and what came back. Nothing here opens a connection.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use crate::json::Value;
use crate::record::record;
use crate::sign::{self, base64, hex};
use crate::time::{Seconds, Timestamp};

/// A request to a provider. It may hold credentials and a code, so it has no `Debug`.
pub(crate) struct Request {
    /// `GET` or `POST`.
    pub(crate) method: &'static str,
    pub(crate) url: String,
    /// Names in lower case.
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: String,
}

impl Request {
    /// A POST of form fields, in their order.
    pub(crate) fn form(url: impl Into<String>, fields: &[(&str, &str)]) -> Self {
        Self::post(url, "application/x-www-form-urlencoded", form_encode(fields))
    }

    /// A POST of a JSON text.
    pub(crate) fn json(url: impl Into<String>, body: String) -> Self {
        Self::post(url, "application/json", body)
    }

    /// A POST of plain text.
    pub(crate) fn text(url: impl Into<String>, body: String) -> Self {
        Self::post(url, "text/plain", body)
    }

    fn post(url: impl Into<String>, content_type: &str, body: String) -> Self {
        let headers = vec![("content-type", content_type.to_owned())];
        Self { method: "POST", url: url.into(), headers, body }
    }

    /// A GET of a URL that is complete.
    pub(crate) const fn get(url: String) -> Self {
        Self { method: "GET", url, headers: Vec::new(), body: String::new() }
    }

    /// With a header; one of the same name is replaced.
    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.retain(|(known, _)| *known != name);
        self.headers.push((name, value.into()));
        self
    }

    /// With Basic credentials (RFC 7617, UTF-8).
    pub(crate) fn basic_auth(self, user: &str, password: &str) -> Self {
        self.header("authorization", ["Basic ", &base64([user, ":", password].concat().as_bytes())].concat())
    }
}

/// A provider's answer, cut at 64 KiB.
#[derive(Clone, Default)]
pub(crate) struct Response {
    pub(crate) status: u32,
    /// `Retry-After` in its form of seconds.
    pub(crate) retry_after: Option<Seconds>,
    pub(crate) body: String,
}

record!(Response { status = "status", retry_after = "retryAfter", body = "body" });

impl Response {
    /// Whether the status is a success; which proves nothing about the message.
    pub(crate) const fn is_success(&self) -> bool {
        self.status >= 200 && self.status < 300
    }

    /// The body as JSON.
    pub(crate) fn json(&self) -> Option<Value> {
        Value::parse(&self.body)
    }
}

/// What a request needs of the world beside its content.
pub(crate) struct Stamp {
    pub(crate) now: Timestamp,
    /// A fresh UUID (version 4).
    pub(crate) nonce: String,
}

impl Stamp {
    /// The stamp of a moment and 16 random bytes.
    pub(crate) fn new(now: Timestamp, random: [u8; 16]) -> Self {
        let hex = hex(&versioned(random));
        let part = |from, to| hex.get(from..to).unwrap_or_default();
        let nonce = [part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)].join("-");
        Self { now, nonce }
    }
}

/// The bits that make 16 random bytes a UUID of version 4, variant 1 (RFC 9562 §5.4).
const fn versioned(mut bytes: [u8; 16]) -> [u8; 16] {
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    bytes
}

/// Names and values as `application/x-www-form-urlencoded`.
pub(crate) fn form_encode(fields: &[(&str, &str)]) -> String {
    let mut body = String::new();
    for (name, value) in fields {
        if !body.is_empty() {
            body.push('&');
        }
        body.push_str(&sign::form_encode(name));
        body.push('=');
        body.push_str(&sign::form_encode(value));
    }
    body
}

/// A text as a JSON string, quotes included.
pub(crate) fn json_string(text: &str) -> String {
    Value::from(text).json()
}

/// A JSON object of members whose values are JSON already, in the order given (a signature may cover the bytes).
pub(crate) fn json_object(members: &[(&str, &str)]) -> String {
    let mut out = String::from("{");
    for (name, value) in members {
        if out.len() > 1 {
            out.push(',');
        }
        out.push_str(&json_string(name));
        out.push(':');
        out.push_str(value);
    }
    out.push('}');
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn nonces_are_uuids_of_version_4() {
        let stamp = Stamp::new(Timestamp(0), [0xff; 16]);
        assert_eq!(stamp.nonce, "ffffffff-ffff-4fff-bfff-ffffffffffff");
        let bytes = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];
        assert_eq!(Stamp::new(Timestamp(0), bytes).nonce, "00010203-0405-4607-8809-0a0b0c0d0e0f");
    }

    #[test]
    fn forms_are_encoded_as_browsers_do() {
        assert_eq!(
            form_encode(&[("a b", "*-._~!'()"), ("c", "é+&=")]),
            "a+b=*-._%7E%21%27%28%29&c=%C3%A9%2B%26%3D"
        );
    }

    #[test]
    fn a_header_stands_once() {
        let request = Request::json("https://example.com", String::new()).header("content-type", "x/y");
        assert_eq!(request.headers, [("content-type", "x/y".to_owned())]);
    }
}
