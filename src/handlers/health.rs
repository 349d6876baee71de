//! `GET /health`: the Worker runs and its settings are valid. It asks neither KV nor the guard.

use edge_otp_core::api::Health;

use crate::response::ApiResponse;

/// Answers 200.
pub(crate) fn show() -> ApiResponse {
    ApiResponse::json(200, &Health { status: "ok", version: env!("CARGO_PKG_VERSION") })
}
