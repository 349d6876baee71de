//! Requests to providers: the option `fetch`, else the global one, once, without redirects, with a deadline for request
//! and response together.

use edge_otp_core::ports::{HttpClient, HttpError};
use http::header::RETRY_AFTER;
use http::{HeaderMap, Method, Request, Response};
use js_sys::{Function, Promise};
use serde::{Serialize, Serializer};
use wasm_bindgen::prelude::wasm_bindgen;

use super::Operation;
use crate::executor::wait;

/// The longest response that is read, in bytes.
const MAX_RESPONSE: u32 = 64 * 1024;

#[wasm_bindgen(module = "/src/platform/http.js")]
extern "C" {
    #[wasm_bindgen(js_name = sendRequest)]
    fn send_request(fetch: Option<&Function>, url: &str, init: &str, timeout_ms: u32, limit: u32) -> Promise;
}

/// The second argument of `fetch`.
#[derive(Serialize)]
struct RequestInit<'a> {
    method: &'a str,
    #[serde(serialize_with = "serialize_headers")]
    headers: &'a HeaderMap,
    redirect: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<&'a str>,
}

fn serialize_headers<S: Serializer>(headers: &HeaderMap, serializer: S) -> Result<S::Ok, S::Error> {
    // Every value was made of a text.
    serializer
        .collect_map(headers.iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap_or_default())))
}

impl HttpClient for Operation {
    async fn send(&self, request: Request<String>, timeout_ms: u32) -> Result<Response<String>, HttpError> {
        let init = RequestInit {
            method: request.method().as_str(),
            headers: request.headers(),
            redirect: "manual",
            body: (request.method() != Method::GET).then_some(request.body().as_str()),
        };
        let init = serde_json::to_string(&init).map_err(|_| HttpError::Unreadable)?;
        let (fetch, url) = (self.deployment.fetch.as_ref(), request.uri().to_string());
        let response = wait(send_request(fetch, &url, &init, timeout_ms, MAX_RESPONSE).into()).await;
        let response = response.map_err(|word| HttpError::from_word(word.as_string().as_deref()))?;
        response.as_string().as_deref().and_then(parse_response).ok_or(HttpError::Unreadable)
    }
}

/// Parses status, `Retry-After` and body, separated by line feeds; a header's value holds none.
fn parse_response(text: &str) -> Option<Response<String>> {
    let mut parts = text.splitn(3, '\n');
    let mut response = Response::builder().status(parts.next()?);
    let retry_after = parts.next()?;
    if !retry_after.is_empty() {
        response = response.header(RETRY_AFTER, retry_after);
    }
    response.body(parts.next()?.to_owned()).ok()
}
