//! `GET /api/connector-factories`: the catalogue of connectors, each with its set-up guide, which is one of the console's
//! static files.

use std::collections::BTreeMap;

use edge_otp_core::connector::{Factory, list_factories};
use edge_otp_core::provider::find_provider;
use edge_otp_core::service::ServiceError;

use super::Exchange;
use crate::error::ApiError;
use crate::response::ApiResponse;

/// All guides by the id of their factory, in one file.
const ALL_GUIDES: &str = "all.json";

/// Lists the factories.
pub(crate) async fn list(exchange: &Exchange<'_>) -> ApiResponse {
    let text = read_guide(exchange, ALL_GUIDES).await.unwrap_or_default();
    let mut guides: BTreeMap<String, String> = serde_json::from_str(&text).unwrap_or_default();
    let mut factories = list_factories();
    for factory in &mut factories {
        factory.readme = Some(guides.remove(factory.id).unwrap_or_default());
    }
    ApiResponse::json(200, &factories)
}

/// Shows a factory.
pub(crate) async fn show(exchange: &Exchange<'_>, id: &str) -> Result<ApiResponse, ApiError> {
    let provider = find_provider(id).ok_or(ServiceError::EntityNotFound)?;
    let guide = read_guide(exchange, &format!("{id}.md")).await.unwrap_or_default();
    Ok(ApiResponse::json(200, &Factory { readme: Some(guide), ..Factory::new(provider) }))
}

async fn read_guide(exchange: &Exchange<'_>, file: &str) -> Option<String> {
    let assets = exchange.deployment.assets()?;
    let mut response = assets.fetch(format!("https://assets/guides/{file}"), None).await.ok()?;
    if response.status_code() == 200 { response.text().await.ok() } else { None }
}
