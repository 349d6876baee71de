//! `/api/limits`: what is stopped against SMS pumping, and how an operator lifts it.

use edge_otp_core::event::Operation;
use edge_otp_core::limits::LimitTarget;
use edge_otp_core::service::ServiceError;

use super::Exchange;
use crate::error::ApiError;
use crate::request_log::RequestLog;
use crate::response::ApiResponse;

/// Lists the stops: `GET /api/limits`.
pub(crate) async fn list(exchange: &Exchange<'_>) -> Result<ApiResponse, ApiError> {
    Ok(ApiResponse::json(200, &exchange.deployment.otp_service().stopped_sends().await?))
}

/// Lifts a limit: `DELETE /api/limits/{kind}/{key}`.
pub(crate) async fn lift(
    exchange: &Exchange<'_>,
    kind: &str,
    key: &str,
    log: &mut RequestLog,
) -> Result<ApiResponse, ApiError> {
    log.event.set_operation(Operation::LiftLimit);
    let target = LimitTarget::parse(kind, key).ok_or(ServiceError::EntityNotFound)?;
    exchange.deployment.otp_service().lift_limit(&target).await?;
    Ok(ApiResponse::no_content())
}
