//! `GET /api/settings`: the limits in force, and how far a rotation has come.

use edge_otp_core::service::rotation_state;

use super::Exchange;
use crate::error::ApiError;
use crate::response::ApiResponse;

/// Answers 200.
pub(crate) async fn show(exchange: &Exchange<'_>) -> Result<ApiResponse, ApiError> {
    let deployment = exchange.deployment;
    let rotation = rotation_state(&deployment.platform, &deployment.keys).await?;
    Ok(ApiResponse::json(200, &deployment.policy.view(env!("CARGO_PKG_VERSION"), rotation)))
}
