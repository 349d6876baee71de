//! `/api/connectors`: the management API, in Logto's paths and shapes.

use edge_otp_core::api::SendStatus;
use edge_otp_core::connector::ConnectorView;

use super::Exchange;
use crate::error::ApiError;
use crate::request_log::RequestLog;
use crate::response::ApiResponse;

/// Lists zero or one connector.
pub(crate) async fn list(exchange: &Exchange<'_>) -> Result<ApiResponse, ApiError> {
    let service = exchange.deployment.connector_service();
    Ok(ApiResponse::json(200, &service.list_by_query(&exchange.request.query()).await?))
}

/// Shows the active connector.
pub(crate) async fn show(exchange: &Exchange<'_>, id: &str) -> Result<ApiResponse, ApiError> {
    Ok(respond(&exchange.deployment.connector_service().get(id).await?))
}

/// Replaces whatever is active.
pub(crate) async fn replace(exchange: &Exchange<'_>) -> Result<ApiResponse, ApiError> {
    let body = exchange.request.read_long_json().await?;
    Ok(respond(&exchange.deployment.connector_service().replace(&body).await?))
}

/// Replaces the config of the active connector.
pub(crate) async fn edit(exchange: &Exchange<'_>, id: &str) -> Result<ApiResponse, ApiError> {
    let body = exchange.request.read_long_json().await?;
    let if_match = exchange.request.header("if-match");
    let service = exchange.deployment.connector_service();
    Ok(respond(&service.edit(id, &body, if_match.as_deref()).await?))
}

/// Deletes the active connector.
pub(crate) async fn delete(exchange: &Exchange<'_>, id: &str) -> Result<ApiResponse, ApiError> {
    let if_match = exchange.request.header("if-match");
    exchange.deployment.connector_service().delete(id, if_match.as_deref()).await?;
    Ok(ApiResponse::no_content())
}

/// Lists what was active before.
pub(crate) async fn list_archive(exchange: &Exchange<'_>) -> Result<ApiResponse, ApiError> {
    Ok(ApiResponse::json(200, &exchange.deployment.connector_service().list_archive().await?))
}

/// Makes an archived connector the active one.
pub(crate) async fn restore(exchange: &Exchange<'_>, id: &str) -> Result<ApiResponse, ApiError> {
    Ok(respond(&exchange.deployment.connector_service().restore(id).await?))
}

/// Deletes an archived connector for good.
pub(crate) async fn purge(exchange: &Exchange<'_>, id: &str) -> Result<ApiResponse, ApiError> {
    exchange.deployment.connector_service().purge(id).await?;
    Ok(ApiResponse::no_content())
}

/// Checks a config without saving it.
pub(crate) async fn check(exchange: &Exchange<'_>, id: &str) -> Result<ApiResponse, ApiError> {
    let body = exchange.request.read_long_json().await?;
    Ok(ApiResponse::json(200, &exchange.deployment.connector_service().check(id, &body).await?))
}

/// Shows a connector with its entity tag.
fn respond(view: &ConnectorView) -> ApiResponse {
    ApiResponse::json(200, view).with_header("etag", view.etag.as_str())
}

/// Sends a test message: 204 as in Logto, or 202 with the cause while the outcome is unknown, which Logto does not report.
pub(crate) async fn test(
    exchange: &Exchange<'_>,
    id: &str,
    log: &mut RequestLog,
) -> Result<ApiResponse, ApiError> {
    let body = exchange.request.read_long_json().await?;
    let mut outcome = exchange.deployment.connector_service().test(id, &body).await?;
    log.event.cause = outcome.cause;
    match outcome.status {
        SendStatus::Sent => Ok(ApiResponse::no_content()),
        SendStatus::Unknown => {
            outcome.request_id = Some(exchange.request.id.clone());
            Ok(ApiResponse::json(202, &outcome))
        }
    }
}
