//! Answers: JSON with the headers that every one of them carries.

use alloc::borrow::ToOwned;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::error::Error;
use crate::json::{Map, Value};

/// An answer.
pub(super) struct Reply {
    pub(super) status: u16,
    body: Option<String>,
    headers: Vec<(&'static str, String)>,
}

impl Reply {
    /// An answer with a JSON body.
    pub(super) fn json(status: u16, body: &Value) -> Self {
        Self { status, body: Some(body.json()), headers: Vec::new() }
    }

    /// 204: done, and nothing to tell.
    pub(super) const fn empty() -> Self {
        Self { status: 204, body: None, headers: Vec::new() }
    }

    /// The answer that tells an error.
    pub(super) fn error(error: &Error, request_id: &str) -> Self {
        let mut reply = Self::json(error.status(), &error.body(request_id));
        if let Some(seconds) = error.retry_after() {
            reply.headers.push(("retry-after", seconds.0.to_string()));
        }
        match error {
            Error::MethodNotAllowed(allow) => reply.headers.push(("allow", (*allow).to_owned())),
            Error::Unauthorized => reply.headers.push(("www-authenticate", "Bearer".to_owned())),
            _ => {}
        }
        reply
    }

    /// Headers and body (null if there is none), for the wire.
    pub(super) fn write(&self, request_id: &str) -> [Value; 2] {
        let mut headers = Map::new();
        headers.insert("cache-control", "no-store");
        headers.insert("x-request-id", request_id);
        if self.body.is_some() {
            headers.insert("content-type", "application/json; charset=utf-8");
            headers.insert("x-content-type-options", "nosniff");
        }
        for (name, value) in &self.headers {
            headers.insert(*name, value.as_str());
        }
        [headers.into(), self.body.clone().map_or(Value::Null, Value::String)]
    }
}
