//! `/api/phones`: for support staff.

use edge_otp_core::api::{PhoneIdentity, parse_phone_request};
use edge_otp_core::event::Operation;

use super::Exchange;
use crate::error::ApiError;
use crate::request_log::RequestLog;
use crate::response::ApiResponse;

/// Clears the counts of failures of a phone number.
pub(crate) async fn unlock(exchange: &Exchange<'_>, log: &mut RequestLog) -> Result<ApiResponse, ApiError> {
    log.event.set_operation(Operation::Unlock);
    let phone = parse_phone_request(&exchange.request.read_json().await?)?;
    log.event.record_phone(&exchange.deployment.keys.current, &phone);
    exchange.deployment.otp_service().unlock(&phone).await?;
    Ok(ApiResponse::no_content())
}

/// Tells the id that the log and webhooks have in place of a phone number.
pub(crate) async fn identify(exchange: &Exchange<'_>) -> Result<ApiResponse, ApiError> {
    let phone = parse_phone_request(&exchange.request.read_json().await?)?;
    Ok(ApiResponse::json(200, &PhoneIdentity::new(&exchange.deployment.keys, &phone)))
}
