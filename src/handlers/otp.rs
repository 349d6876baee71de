//! `POST /send`, `POST /verify`, and their counterparts in Logto's management API.

use edge_otp_core::api::{SendRequest, VerifyRequest, check_idempotency_key};
use edge_otp_core::keys::IdempotencyKey;

use super::Exchange;
use crate::auth::check_key;
use crate::error::ApiError;
use crate::request_log::RequestLog;
use crate::response::ApiResponse;

/// Sends a code.
pub(crate) async fn send(exchange: &Exchange<'_>, log: &mut RequestLog) -> Result<ApiResponse, ApiError> {
    let Exchange { request, deployment } = exchange;
    let scope = check_key(exchange, &deployment.api_keys).await?;
    log.count("send", "sent");
    request.idempotency_key.as_deref().map(check_idempotency_key).transpose()?;
    let idempotency_key = request.idempotency_key.as_deref().map(|key| IdempotencyKey { scope, key });
    let send = SendRequest::parse(&request.read_json().await?, &deployment.policy)?;
    log.record_recipient(&send.phone, send.usage_type);
    let receipt = deployment.otp_service().send(&send, idempotency_key).await?;
    log.record_receipt(&receipt);
    Ok(ApiResponse::json(receipt.http_status(), &receipt))
}

/// Verifies a code.
pub(crate) async fn verify(exchange: &Exchange<'_>, log: &mut RequestLog) -> Result<ApiResponse, ApiError> {
    let Exchange { request, deployment } = exchange;
    check_key(exchange, &deployment.api_keys).await?;
    log.count("verify", "verified");
    let verify = VerifyRequest::parse(&request.read_json().await?)?;
    log.record_recipient(&verify.phone, verify.usage_type);
    let receipt = deployment.otp_service().verify(&verify).await?;
    log.verification_id = Some(receipt.verification_id.clone());
    Ok(ApiResponse::json(200, &receipt))
}

/// Sends a code for `Generic`: `POST /api/verification-codes`.
pub(crate) async fn send_logto(
    exchange: &Exchange<'_>,
    log: &mut RequestLog,
) -> Result<ApiResponse, ApiError> {
    let Exchange { request, deployment } = exchange;
    log.count("send", "sent");
    let send = SendRequest::parse_logto(&request.read_json().await?, &deployment.policy)?;
    log.record_recipient(&send.phone, send.usage_type);
    log.record_receipt(&deployment.otp_service().send(&send, None).await?);
    Ok(ApiResponse::no_content())
}

/// Verifies a code for `Generic`: `POST /api/verification-codes/verify`.
pub(crate) async fn verify_logto(
    exchange: &Exchange<'_>,
    log: &mut RequestLog,
) -> Result<ApiResponse, ApiError> {
    let Exchange { request, deployment } = exchange;
    log.count("verify", "verified");
    let verify = VerifyRequest::parse_logto(&request.read_json().await?)?;
    log.record_recipient(&verify.phone, verify.usage_type);
    deployment.otp_service().verify(&verify).await?;
    Ok(ApiResponse::no_content())
}
