//! Responses: JSON, and the headers that every response has.

use edge_otp_core::bridge::BridgeResponse;
use serde::Serialize;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use worker::Result;

use crate::error::ApiError;

// One call; a `Response` from Rust takes one for each header.
#[wasm_bindgen(module = "/src/response.js")]
extern "C" {
    #[wasm_bindgen(catch)]
    fn create_response(
        status: u16,
        body: Option<&str>,
        request_id: &str,
        extra: Vec<String>,
    ) -> Result<web_sys::Response, JsValue>;
}

/// A response before it is handed to the platform.
#[derive(Debug)]
pub(crate) struct ApiResponse {
    pub(crate) status: u16,
    body: Option<String>,
    /// Further headers: a name and a value in turn.
    headers: Vec<String>,
}

impl ApiResponse {
    /// Creates a response with a JSON body.
    pub(crate) fn json(status: u16, body: &impl Serialize) -> Self {
        // Every body is a struct with string keys, which serialises without error.
        let body = serde_json::to_string(body).unwrap_or_default();
        Self { status, body: Some(body), headers: Vec::new() }
    }

    /// Creates a response with a page, which may load nothing: its style is allowed by the request's id.
    pub(crate) fn page(status: u16, body: String, request_id: &str) -> Self {
        let policy = format!(
            "default-src 'none'; style-src 'nonce-{request_id}'; base-uri 'none'; form-action 'none'; \
             frame-ancestors 'none'"
        );
        Self { status, body: Some(body), headers: Vec::new() }
            .with_header("content-type", "text/html; charset=utf-8")
            .with_header("content-security-policy", policy)
            .with_header("referrer-policy", "no-referrer")
            .with_header("vary", "accept")
            .with_header("x-robots-tag", "noindex")
    }

    /// Creates a 204: done, without a body.
    pub(crate) const fn no_content() -> Self {
        Self { status: 204, body: None, headers: Vec::new() }
    }

    /// Creates the response that describes an error.
    pub(crate) fn from_error(error: &ApiError, request_id: &str) -> Self {
        let mut response = Self::json(error.code().status(), &error.body(request_id));
        match error {
            ApiError::Service(error) => {
                if let Some(seconds) = error.retry_after() {
                    response.add_header("retry-after", seconds.0.to_string());
                }
            }
            ApiError::MethodNotAllowed(allow) => response.add_header("allow", *allow),
            ApiError::Unauthorized => response.add_header("www-authenticate", "Bearer"),
            _ => {}
        }
        response
    }

    /// Creates the response to another auth server.
    pub(crate) fn from_bridge(response: BridgeResponse) -> Self {
        let BridgeResponse { status, content_type, body, retry_after } = response;
        let has_body = body.is_some();
        let mut response = Self { status, body, headers: Vec::new() };
        if has_body {
            response.add_header("content-type", content_type);
        }
        if let Some(seconds) = retry_after {
            response.add_header("retry-after", seconds.0.to_string());
        }
        response
    }

    /// Adds a header.
    pub(crate) fn with_header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.add_header(name, value);
        self
    }

    fn add_header(&mut self, name: &str, value: impl Into<String>) {
        self.headers.extend([name.to_owned(), value.into()]);
    }

    /// Hands the response to the platform.
    pub(crate) fn into_js(self, request_id: &str) -> Result<web_sys::Response> {
        Ok(create_response(self.status, self.body.as_deref(), request_id, self.headers)?)
    }
}
