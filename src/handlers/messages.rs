//! `GET /api/messages`: the message log, if the deployment keeps it.

use edge_otp_core::api::RequestError;
use edge_otp_core::message_log::{MessagePage, MessageSummary, PageRequest, ShardRequest};

use super::Exchange;
use crate::error::ApiError;
use crate::message_log::ask_all;
use crate::response::ApiResponse;

/// Lists the newest sends and verifications, page by page.
pub(crate) async fn list(exchange: &Exchange<'_>) -> Result<ApiResponse, ApiError> {
    let page = PageRequest::parse(&exchange.request.query());
    let page = page.map_err(|issue| RequestError::InvalidInput(vec![issue]))?;
    let Some(messages) = &exchange.deployment.messages else {
        return Ok(ApiResponse::json(200, &MessagePage::not_recorded()));
    };
    let shards = ask_all(messages, &page.shard_request()).await?;
    Ok(ApiResponse::json(200, &page.merge(shards)))
}

/// Shows the counts of the last 24 hours.
pub(crate) async fn summarize(exchange: &Exchange<'_>) -> Result<ApiResponse, ApiError> {
    let Some(messages) = &exchange.deployment.messages else {
        return Ok(ApiResponse::json(200, &MessageSummary::not_recorded()));
    };
    let shards = ask_all(messages, &ShardRequest::Count).await?;
    Ok(ApiResponse::json(200, &MessageSummary::merge(shards)))
}
