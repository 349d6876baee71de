//! The request as the handlers see it.

use edge_otp_core::api::{MAX_BODY, MAX_CONFIG_BODY, MAX_DELIVERY_BODY};
use edge_otp_core::ports::{RandomError, RandomSource};
use edge_otp_core::time::Timestamp;
use js_sys::Uint8Array;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::JsFuture;

use crate::error::{ApiError, body_incomplete};
use crate::platform::random::SystemRandom;
use crate::platform::stream::read_limited;

// Eight separate calls into JavaScript cost more than the rest of the routing.
#[wasm_bindgen(module = "/src/request.js")]
extern "C" {
    fn read_head(request: &web_sys::Request) -> String;
}

/// A request.
pub(crate) struct IncomingRequest {
    /// 128 random bits in hex; part of the response and of the log line.
    pub(crate) id: String,
    /// As it was sent: an unknown method is not mistaken for another.
    pub(crate) method: String,
    /// The path, which begins with a slash.
    pub(crate) path: String,
    /// When its head was read.
    pub(crate) began: Timestamp,
    pub(crate) authorization: Option<String>,
    pub(crate) idempotency_key: Option<String>,
    /// The address of the caller, as the platform knows it.
    pub(crate) connecting_ip: Option<String>,
    content_type: Option<String>,
    content_encoding: Option<String>,
    content_length: Option<u64>,
    inner: web_sys::Request,
}

impl IncomingRequest {
    /// Reads the head.
    ///
    /// # Errors
    /// If there are no random bytes for an id.
    pub(crate) fn read(inner: web_sys::Request) -> Result<Self, RandomError> {
        let id = SystemRandom.bytes::<16>()?;
        let head = read_head(&inner);
        let mut lines = head.split('\n');
        let method = lines.next().unwrap_or_default().to_owned();
        let path = path_of(lines.next().unwrap_or_default()).to_owned();
        let began = Timestamp(lines.next().and_then(|ms| ms.parse().ok()).unwrap_or_default());
        let mut header = || lines.next().filter(|value| *value != "\0").map(str::to_owned);
        let authorization = header();
        let content_type = header();
        let content_encoding = header();
        let content_length = header().and_then(|value| value.parse().ok());
        let idempotency_key = header();
        let connecting_ip = header();
        let id = hex::encode(id);
        Ok(Self {
            id,
            method,
            path,
            began,
            authorization,
            idempotency_key,
            connecting_ip,
            content_type,
            content_encoding,
            content_length,
            inner,
        })
    }

    /// Returns a header that few requests need.
    pub(crate) fn header(&self, name: &str) -> Option<String> {
        self.inner.headers().get(name).ok().flatten()
    }

    /// Returns the query of the URL, without its question mark; few requests have one.
    pub(crate) fn query(&self) -> String {
        let url = self.inner.url();
        let before_fragment = url.split('#').next().unwrap_or_default();
        before_fragment.split_once('?').map(|(_, query)| query.to_owned()).unwrap_or_default()
    }

    /// Reads a JSON body of at most 8 KiB.
    ///
    /// # Errors
    /// 415 if it is not declared as JSON, 413 if it is larger.
    pub(crate) async fn read_json(&self) -> Result<Vec<u8>, ApiError> {
        self.read_json_up_to(MAX_BODY).await
    }

    /// Reads a JSON body of at most 64 KiB.
    ///
    /// # Errors
    /// As [`Self::read_json`].
    pub(crate) async fn read_long_json(&self) -> Result<Vec<u8>, ApiError> {
        self.read_json_up_to(MAX_CONFIG_BODY).await
    }

    /// Reads the body of another auth server, JSON or a form of at most 64 KiB, and tells whether it is a form.
    ///
    /// # Errors
    /// As [`Self::read_json`].
    pub(crate) async fn read_delivery(&self) -> Result<(Vec<u8>, bool), ApiError> {
        let is_form = self.declares("application/x-www-form-urlencoded");
        if !is_form && !self.declares("application/json") {
            return Err(ApiError::UnsupportedMediaType);
        }
        Ok((self.read_up_to(MAX_DELIVERY_BODY).await?, is_form))
    }

    async fn read_json_up_to(&self, limit: usize) -> Result<Vec<u8>, ApiError> {
        if !self.declares("application/json") {
            return Err(ApiError::UnsupportedMediaType);
        }
        self.read_up_to(limit).await
    }

    async fn read_up_to(&self, limit: usize) -> Result<Vec<u8>, ApiError> {
        let bytes = match self.content_length {
            Some(length) if length > limit as u64 => return Err(ApiError::BodyTooLarge),
            Some(_) => self.read_whole_body().await,
            None => read_limited(self.inner.body(), limit).await,
        };
        let bytes = bytes.map_err(|_| body_incomplete())?;
        if bytes.len() > limit { Err(ApiError::BodyTooLarge) } else { Ok(bytes) }
    }

    fn declares(&self, expected: &str) -> bool {
        let content_type = self.content_type.as_deref().unwrap_or_default();
        let media_type = content_type.split(';').next().unwrap_or_default().trim();
        let encoding = self.content_encoding.as_deref().unwrap_or_default();
        media_type.eq_ignore_ascii_case(expected) && matches!(encoding, "" | "identity")
    }

    /// A body whose length is declared is read by the platform in one piece, at a third of a stream reader's cost.
    async fn read_whole_body(&self) -> Result<Vec<u8>, wasm_bindgen::JsValue> {
        let buffer = JsFuture::from(self.inner.array_buffer()?).await?;
        Ok(Uint8Array::new(buffer.unchecked_ref()).to_vec())
    }
}

/// Returns the path of an absolute URL, which the platform has normalised.
fn path_of(url: &str) -> &str {
    let after_scheme = url.split_once("://").map_or(url, |(_, rest)| rest);
    let path = after_scheme.find('/').and_then(|start| after_scheme.get(start..)).unwrap_or("/");
    path.split(['?', '#']).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test(unsupported = test)]
    fn path_of_drops_origin_query_and_fragment() {
        for (url, path) in [
            ("https://otp.example/send", "/send"),
            ("http://127.0.0.1:8787/api/connectors/a%2Fb?x=/y", "/api/connectors/a%2Fb"),
            ("https://otp.example/", "/"),
            ("https://otp.example", "/"),
            ("https://otp.example/verify#x", "/verify"),
        ] {
            assert_eq!(path_of(url), path, "{url}");
        }
    }
}
