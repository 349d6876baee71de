//! `POST /send`, `POST /verify`, and their counterparts in Logto's management API.

use edge_otp_core::api::{SendRequest, VerifyRequest, check_idempotency_key};
use edge_otp_core::event::Operation;
use edge_otp_core::keys::IdempotencyKey;

use super::Exchange;
use crate::auth::check_key;
use crate::error::ApiError;
use crate::operations;
use crate::request_log::RequestLog;
use crate::response::ApiResponse;

/// Sends a code.
pub(crate) async fn send(exchange: &Exchange<'_>, log: &mut RequestLog) -> Result<ApiResponse, ApiError> {
    let Exchange { request, deployment } = exchange;
    let scope = check_key(exchange, &deployment.api_keys).await?;
    request.idempotency_key.as_deref().map(check_idempotency_key).transpose()?;
    let idempotency_key = request.idempotency_key.as_deref().map(|key| IdempotencyKey { scope, key });
    let send = SendRequest::parse(&request.read_json().await?, &deployment.policy)?;
    let receipt = operations::send(deployment, &send, idempotency_key, log).await?;
    Ok(ApiResponse::json(receipt.http_status(), &receipt))
}

/// Verifies a code.
pub(crate) async fn verify(exchange: &Exchange<'_>, log: &mut RequestLog) -> Result<ApiResponse, ApiError> {
    let Exchange { request, deployment } = exchange;
    check_key(exchange, &deployment.api_keys).await?;
    let verify = VerifyRequest::parse(&request.read_json().await?)?;
    let receipt = operations::verify(deployment, &verify, log).await?;
    Ok(ApiResponse::json(200, &receipt))
}

/// Sends a code for `Generic`: `POST /api/verification-codes`.
pub(crate) async fn send_logto(
    exchange: &Exchange<'_>,
    log: &mut RequestLog,
) -> Result<ApiResponse, ApiError> {
    let Exchange { request, deployment } = exchange;
    log.event.set_operation(Operation::Send);
    let send = SendRequest::parse_logto(&request.read_json().await?, &deployment.policy)?;
    operations::send(deployment, &send, None, log).await?;
    Ok(ApiResponse::no_content())
}

/// Verifies a code for `Generic`: `POST /api/verification-codes/verify`.
pub(crate) async fn verify_logto(
    exchange: &Exchange<'_>,
    log: &mut RequestLog,
) -> Result<ApiResponse, ApiError> {
    let Exchange { request, deployment } = exchange;
    log.event.set_operation(Operation::Verify);
    let verify = VerifyRequest::parse_logto(&request.read_json().await?)?;
    operations::verify(deployment, &verify, log).await?;
    Ok(ApiResponse::no_content())
}
