//! `GET /health`: the Worker runs and its settings are valid. It asks neither KV nor the guard.

use serde::Serialize;

use crate::response::ApiResponse;

#[derive(Serialize)]
struct Health {
    status: &'static str,
    version: &'static str,
}

/// Answers 200.
pub(crate) fn show() -> ApiResponse {
    ApiResponse::json(200, &Health { status: "ok", version: env!("CARGO_PKG_VERSION") })
}
