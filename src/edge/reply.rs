//! Answers: JSON with the headers that every one of them carries.

use crate::json::Value;
use worker::{Headers, Response};

use crate::error::Error;

/// An answer that is not yet a `Response`.
pub(super) struct Reply {
    pub(super) status: u16,
    body: String,
    headers: Vec<(&'static str, String)>,
}

impl Reply {
    /// An answer with a JSON body.
    pub(super) fn json(status: u16, body: &Value) -> Self {
        Self { status, body: body.to_string(), headers: Vec::new() }
    }

    /// 204: done, and nothing to tell.
    pub(super) const fn empty() -> Self {
        Self { status: 204, body: String::new(), headers: Vec::new() }
    }

    /// The answer that tells an error.
    pub(super) fn error(error: &Error, request_id: &str) -> Self {
        let mut headers = Vec::new();
        if let Some(seconds) = error.retry_after() {
            headers.push(("retry-after", seconds.0.to_string()));
        }
        match error {
            Error::MethodNotAllowed(allow) => headers.push(("allow", (*allow).to_owned())),
            Error::Unauthorized => headers.push(("www-authenticate", "Bearer".to_owned())),
            _ => {}
        }
        Self { status: error.status(), body: error.body(request_id).to_string(), headers }
    }

    /// Puts it on the wire.
    pub(super) fn into_response(self, request_id: &str) -> worker::Result<Response> {
        let headers = Headers::new();
        if self.status == 204 {
            headers.set("cache-control", "no-store")?;
            headers.set("x-request-id", request_id)?;
            return Ok(Response::empty()?.with_status(204).with_headers(headers));
        }
        headers.set("content-type", "application/json; charset=utf-8")?;
        headers.set("cache-control", "no-store")?;
        headers.set("x-content-type-options", "nosniff")?;
        headers.set("x-request-id", request_id)?;
        for (name, value) in &self.headers {
            headers.set(name, value)?;
        }
        Ok(Response::ok(self.body)?.with_status(self.status).with_headers(headers))
    }
}
