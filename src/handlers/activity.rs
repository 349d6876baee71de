//! `GET /api/activity`: the counts of the last 24 hours, if the deployment records them in Analytics Engine and has a
//! token to read them.

use serde::Deserialize;
use serde_json::Value;

use edge_otp_core::api::{Activity, ActivityRow};
use edge_otp_core::ports::HttpClient;

use super::Exchange;
use crate::platform::WorkerPlatform;
use crate::response::ApiResponse;
use crate::settings::AnalyticsReader;

/// What the counts are grouped by are the blobs of a data point, in their order (`request_log.rs`).
const SQL: &str = "SELECT blob1 AS event, blob2 AS outcome, blob3 AS connectorId, blob9 AS sendLimit, \
    double7 AS recorded, SUM(_sample_interval) AS count \
    FROM edge_otp WHERE timestamp > NOW() - INTERVAL '24' HOUR \
    GROUP BY event, outcome, connectorId, sendLimit, recorded ORDER BY count DESC LIMIT 100 FORMAT JSON";
const HOURS: u32 = 24;
const TIMEOUT_MS: u32 = 10_000;

#[derive(Deserialize)]
struct SqlResponse {
    data: Vec<Value>,
}

/// Answers 200, with or without rows.
pub(crate) async fn show(exchange: &Exchange<'_>) -> ApiResponse {
    let reader = exchange.deployment.analytics_reader.as_ref();
    let rows = match reader {
        Some(reader) => read_rows(&exchange.deployment.platform, reader).await,
        None => None,
    };
    let recorded = exchange.deployment.analytics().is_some();
    ApiResponse::json(200, &Activity { recorded, readable: reader.is_some(), hours: HOURS, rows })
}

async fn read_rows(platform: &WorkerPlatform, reader: &AnalyticsReader) -> Option<Vec<ActivityRow>> {
    let url =
        format!("https://api.cloudflare.com/client/v4/accounts/{}/analytics_engine/sql", reader.account);
    let request = http::Request::post(url)
        .header("content-type", "text/plain")
        .header("authorization", format!("Bearer {}", reader.token.expose()))
        .body(SQL.to_owned())
        .ok()?;
    let response = platform.send(request, TIMEOUT_MS).await.ok()?;
    if !response.status().is_success() {
        return None;
    }
    let response: SqlResponse = serde_json::from_str(response.body()).ok()?;
    Some(response.data.iter().filter_map(parse_row).collect())
}

/// Parses a row; a large count arrives as text. A data point of an earlier version has no limit.
fn parse_row(row: &Value) -> Option<ActivityRow> {
    let text = |name: &str| row.get(name)?.as_str().map(str::to_owned);
    let optional = |name: &str| text(name).filter(|text| !text.is_empty());
    let count = match row.get("count")? {
        Value::String(text) => text.parse().ok()?,
        number => number.as_u64()?,
    };
    Some(ActivityRow {
        event: text("event")?,
        outcome: text("outcome")?,
        connector_id: optional("connectorId"),
        limit: optional("sendLimit"),
        recorded: row.get("recorded").is_some_and(|recorded| *recorded == 1 || *recorded == "1"),
        count,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test(unsupported = test)]
    fn parse_row_reads_the_limit_of_a_row_that_has_one() {
        let limit = |row: &str| {
            let row = parse_row(&serde_json::from_str(row).expect("JSON")).expect("a row");
            (row.limit, row.recorded)
        };
        let row = |more: &str| format!(r#"{{"event":"send","outcome":"sent","count":7{more}}}"#);
        assert_eq!(limit(&row("")), (None, false));
        assert_eq!(limit(&row(r#","sendLimit":"","recorded":0"#)), (None, false));
        let recorded = (Some("ip".to_owned()), true);
        assert_eq!(limit(&row(r#","sendLimit":"ip","recorded":1"#)), recorded);
        assert_eq!(limit(&row(r#","sendLimit":"ip","recorded":"1""#)), recorded);
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn parse_row_accepts_counts_as_number_or_text() {
        let count = |row: &str| parse_row(&serde_json::from_str(row).expect("JSON")).map(|row| row.count);
        assert_eq!(count(r#"{"event":"send","outcome":"sent","connectorId":"a","count":7}"#), Some(7));
        assert_eq!(count(r#"{"event":"send","outcome":"sent","connectorId":"","count":"8"}"#), Some(8));
        for row in
            ["{}", r#"{"event":1,"outcome":"sent","count":7}"#, r#"{"event":"a","outcome":"b","count":-1}"#]
        {
            assert_eq!(count(row), None, "{row}");
        }
    }
}
