//! Requests to providers as values.

use http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use http::request::Builder;
use http::{Method, Request, Result, Uri};
use serde::Serialize;
use url::Url;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use super::Delivery;
use crate::time::Timestamp;

/// What a request depends on beside config and message.
#[derive(Clone, Debug)]
pub struct RequestContext {
    /// The current time.
    pub now: Timestamp,
    /// A fresh UUID (version 4).
    pub nonce: String,
}

impl RequestContext {
    /// Creates the context from the current time and 16 random bytes.
    pub fn new(now: Timestamp, random: [u8; 16]) -> Self {
        Self { now, nonce: uuid::Builder::from_random_bytes(random).into_uuid().to_string() }
    }
}

/// A request under construction; a value that HTTP does not allow is reported by the method that ends it.
#[must_use]
pub(super) struct ProviderRequest {
    builder: Builder,
    content_type: &'static str,
    body: String,
}

impl ProviderRequest {
    /// Starts a POST of form fields, in their order.
    pub(super) fn post_form(url: &str, fields: &[(&str, &str)]) -> Self {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        Self { builder: start(Method::POST, url), content_type: "application/x-www-form-urlencoded", body }
    }

    /// Starts a POST of a JSON body.
    pub(super) fn post_json(url: &str, body: &impl Serialize) -> Self {
        Self { builder: start(Method::POST, url), content_type: "application/json", body: to_json(body) }
    }

    /// Starts a GET of a complete URL.
    pub(super) fn get(url: &str) -> Self {
        Self { builder: start(Method::GET, url), content_type: "", body: String::new() }
    }

    /// Replaces the content type.
    pub(super) const fn content_type(mut self, content_type: &'static str) -> Self {
        self.content_type = content_type;
        self
    }

    /// Adds a header.
    pub(super) fn header(mut self, name: &'static str, value: &str) -> Self {
        self.builder = self.builder.header(name, value);
        self
    }

    /// Adds an `Authorization` header, which is marked as sensitive.
    pub(super) fn authorization(mut self, value: &str) -> Self {
        let header = HeaderValue::from_str(value).map(|mut header| {
            header.set_sensitive(true);
            header
        });
        self.builder = match header {
            Ok(header) => self.builder.header(AUTHORIZATION, header),
            // The builder keeps the error until the request ends.
            Err(_) => self.builder.header(AUTHORIZATION, value),
        };
        self
    }

    /// Adds Basic credentials (RFC 7617, UTF-8).
    pub(super) fn basic_auth(self, user: &str, password: &str) -> Self {
        let credentials = BASE64_STANDARD.encode(format!("{user}:{password}"));
        self.authorization(&format!("Basic {credentials}"))
    }

    /// Returns the body, which a signature may cover.
    pub(super) fn body(&self) -> &str {
        &self.body
    }

    /// Ends the request.
    pub(super) fn finish(self) -> Result<Delivery> {
        let builder = if self.content_type.is_empty() {
            self.builder
        } else {
            self.builder.header(CONTENT_TYPE, self.content_type)
        };
        builder.body(self.body).map(Delivery::Request)
    }
}

/// Serialises a struct of texts and lists, which does not fail; the members keep the order of their declaration.
pub(super) fn to_json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// Starts a request. An operator's endpoint may hold characters that URLs encode: what [`Uri`] refuses, such as `<`, and
/// all beyond ASCII. What is not a URL is an error when the request ends.
fn start(method: Method, url: &str) -> Builder {
    let builder = Request::builder().method(method);
    match url.parse::<Uri>() {
        Ok(uri) if url.is_ascii() => builder.uri(uri),
        _ => builder.uri(Url::parse(url).map_or_else(|_| url.to_owned(), String::from)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test(unsupported = test)]
    fn nonces_are_uuids_of_version_4() {
        let context = RequestContext::new(Timestamp(0), [0xff; 16]);
        assert_eq!(context.nonce, "ffffffff-ffff-4fff-bfff-ffffffffffff");
        let bytes = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];
        let context = RequestContext::new(Timestamp(0), bytes);
        assert_eq!(context.nonce, "00010203-0405-4607-8809-0a0b0c0d0e0f");
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn forms_are_encoded_as_browsers_encode_them() {
        let request = ProviderRequest::post_form("https://a.example", &[("a b", "*-._~!'()"), ("c", "é+&=")]);
        assert_eq!(request.body(), "a+b=*-._%7E%21%27%28%29&c=%C3%A9%2B%26%3D");
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn a_value_that_no_header_allows_is_an_error() {
        let request = ProviderRequest::get("https://a.example");
        assert!(request.authorization("Bearer a\r\nx: y").finish().is_err());
        assert!(ProviderRequest::get("https://a.example").header("x-a", "a\nb").finish().is_err());
        assert!(ProviderRequest::get("https://a b.example").finish().is_err());
    }
}
