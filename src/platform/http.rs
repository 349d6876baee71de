//! Requests to providers: `fetch`, once, without redirects, with a deadline for request and response together.

use edge_otp_core::ports::{HttpClient, HttpError};
use http::header::RETRY_AFTER;
use js_sys::Promise;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::JsFuture;

use super::WorkerPlatform;

/// The longest response that is read, in bytes.
const MAX_RESPONSE: u32 = 64 * 1024;

#[wasm_bindgen(module = "/src/platform/http.js")]
extern "C" {
    fn send_request(
        url: &str,
        method: &str,
        headers: Vec<String>,
        body: Option<&str>,
        timeout_ms: u32,
        limit: u32,
    ) -> Promise;
}

impl HttpClient for WorkerPlatform {
    async fn send(
        &self,
        request: http::Request<String>,
        timeout_ms: u32,
    ) -> Result<http::Response<String>, HttpError> {
        let (head, body) = request.into_parts();
        let mut headers = Vec::with_capacity(head.headers.len() * 2);
        for (name, value) in &head.headers {
            headers.push(name.as_str().to_owned());
            headers.push(value.to_str().map_err(|_| HttpError::Unreadable)?.to_owned());
        }
        let (url, method) = (head.uri.to_string(), head.method.as_str());
        let body = Some(body.as_str()).filter(|body| !body.is_empty());
        let response = send_request(&url, method, headers, body, timeout_ms, MAX_RESPONSE);
        let response = JsFuture::from(response).await;
        let response = response.map_err(|word| HttpError::from_word(word.as_string().as_deref()))?;
        response.as_string().as_deref().and_then(parse_response).ok_or(HttpError::Unreadable)
    }
}

/// Parses status, `Retry-After` and body, separated by line feeds; a header's value holds none.
fn parse_response(text: &str) -> Option<http::Response<String>> {
    let mut parts = text.splitn(3, '\n');
    let mut response = http::Response::builder().status(parts.next()?);
    let retry_after = parts.next()?;
    if !retry_after.is_empty() {
        response = response.header(RETRY_AFTER, retry_after);
    }
    response.body(parts.next()?.to_owned()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test(unsupported = test)]
    fn parse_response_keeps_line_feeds_in_the_body() {
        let response = parse_response("429\n7\n{\n\"a\": 1\n}").expect("a response");
        assert_eq!(response.status(), 429);
        assert_eq!(response.headers().get(RETRY_AFTER).expect("a header"), "7");
        assert_eq!(response.body(), "{\n\"a\": 1\n}");
        let response = parse_response("200\n\n").expect("a response");
        assert!(response.headers().is_empty() && response.body().is_empty());
        assert!(parse_response("").is_none() && parse_response("1\n\n").is_none());
    }
}
