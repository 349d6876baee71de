//! Sending, verifying and delivering a code with what the log keeps of it, the same over HTTP and over a service binding.

use edge_otp_core::api::{DeliverRequest, SendReceipt, SendRequest, VerifyReceipt, VerifyRequest};
use edge_otp_core::keys::IdempotencyKey;
use edge_otp_core::service::ServiceError;

use crate::request_log::RequestLog;
use crate::settings::Deployment;

/// Sends a code.
pub(crate) async fn send(
    deployment: &Deployment,
    request: &SendRequest,
    idempotency_key: Option<IdempotencyKey<'_>>,
    log: &mut RequestLog,
) -> Result<SendReceipt, ServiceError> {
    log.record_recipient(deployment, &request.phone, request.usage_type);
    let receipt = deployment.otp_service().send_traced(request, idempotency_key, &mut log.trace).await?;
    log.event.record_send(&receipt, &log.trace);
    Ok(receipt)
}

/// Delivers a code that another server has made, within `timeout_ms` if that is shorter than the provider's deadline.
pub(crate) async fn deliver(
    deployment: &Deployment,
    request: &DeliverRequest,
    timeout_ms: Option<u32>,
    log: &mut RequestLog,
) -> Result<SendReceipt, ServiceError> {
    log.record_recipient(deployment, &request.to, request.usage_type);
    let receipt = deployment.otp_service().deliver_traced(request, timeout_ms, &mut log.trace).await?;
    log.event.record_send(&receipt, &log.trace);
    Ok(receipt)
}

/// Verifies a code.
pub(crate) async fn verify(
    deployment: &Deployment,
    request: &VerifyRequest,
    log: &mut RequestLog,
) -> Result<VerifyReceipt, ServiceError> {
    log.record_recipient(deployment, &request.phone, request.usage_type);
    let receipt = deployment.otp_service().verify_traced(request, &mut log.trace).await?;
    log.event.record_verification(&receipt);
    Ok(receipt)
}
