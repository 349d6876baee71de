//! `GET /api/settings`: the limits in force.

use super::Exchange;
use crate::response::ApiResponse;

/// Answers 200.
pub(crate) fn show(exchange: &Exchange<'_>) -> ApiResponse {
    let is_rotating = exchange.deployment.keys.previous.is_some();
    ApiResponse::json(200, &exchange.deployment.policy.view(env!("CARGO_PKG_VERSION"), is_rotating))
}
