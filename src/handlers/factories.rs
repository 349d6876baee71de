//! `GET /api/connector-factories`: the catalogue of connectors.

use edge_otp_core::connector::{Factory, list_factories};
use edge_otp_core::provider::find_provider;
use edge_otp_core::service::ServiceError;

use super::Exchange;
use crate::error::ApiError;
use crate::response::ApiResponse;

/// Lists the factories.
pub(crate) fn list() -> ApiResponse {
    ApiResponse::json(200, &list_factories())
}

/// Shows a factory with its set-up guide, which is one of the console's static files.
pub(crate) async fn show(exchange: &Exchange<'_>, id: &str) -> Result<ApiResponse, ApiError> {
    let provider = find_provider(id).ok_or(ServiceError::EntityNotFound)?;
    let guide = read_guide(exchange, id).await.unwrap_or_default();
    Ok(ApiResponse::json(200, &Factory { readme: Some(guide), ..Factory::new(provider) }))
}

async fn read_guide(exchange: &Exchange<'_>, id: &str) -> Option<String> {
    let assets = exchange.deployment.assets()?;
    let mut response = assets.fetch(format!("https://assets/guides/{id}.md"), None).await.ok()?;
    if response.status_code() == 200 { response.text().await.ok() } else { None }
}
