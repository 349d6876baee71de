//! Activity: a data point for each send and each verification, if the deployment has an Analytics Engine binding, and
//! their counts of the last 24 hours, if it has a token to read them. A point names what happened, the connector and the
//! usage type; nothing of a phone.

use alloc::string::String;
use alloc::vec::Vec;

use super::Visit;
use crate::json::{Map, Value};
use crate::record::object;
use crate::wire::Request;

/// What the counts are grouped by: the blobs of a point, in their order.
const SQL: &str = "SELECT blob1 AS event, blob2 AS outcome, blob3 AS connectorId, SUM(_sample_interval) AS count \
    FROM edge_otp WHERE timestamp > NOW() - INTERVAL '24' HOUR \
    GROUP BY event, outcome, connectorId ORDER BY count DESC LIMIT 100 FORMAT JSON";
const HOURS: u32 = 24;
const TIMEOUT_MS: u32 = 10_000;

/// Who may read the counts: <https://developers.cloudflare.com/analytics/analytics-engine/sql-api/>.
pub(super) struct Reader {
    /// Id of the Cloudflare account: 32 hex digits.
    pub(super) account: String,
    /// A token with `Account Analytics: Read`.
    pub(super) token: String,
}

/// A data point.
pub(super) fn point(event: &str, outcome: &str, connector_id: &str, usage: &str) -> Value {
    let texts = |texts: &[&str]| Value::Array(texts.iter().map(|text| Value::from(*text)).collect());
    object([
        ("blobs", texts(&[event, outcome, connector_id, usage])),
        ("doubles", Value::Array([1_u32.into()].into())),
        ("indexes", texts(&[event])),
    ])
}

impl Visit<'_> {
    /// `{recorded, readable, hours, rows}`; the rows are null where they cannot be read.
    pub(super) fn activity(&self) -> Value {
        let reader = self.settings.activity.as_ref();
        let rows = reader.and_then(|reader| self.counts(reader)).unwrap_or(Value::Null);
        let mut activity = Map::new();
        activity.insert("recorded", self.request.is_recorded);
        activity.insert("readable", reader.is_some());
        activity.insert("hours", HOURS);
        activity.insert("rows", rows);
        activity.into()
    }

    fn counts(&self, reader: &Reader) -> Option<Value> {
        let host = "https://api.cloudflare.com/client/v4/accounts/";
        let url = [host, &reader.account, "/analytics_engine/sql"].concat();
        let request =
            Request::text(url, SQL.into()).header("authorization", ["Bearer ", &reader.token].concat());
        let answer = self.world.exchange(request, TIMEOUT_MS).filter(crate::wire::Response::is_success)?;
        let rows: Vec<_> = answer.json()?.get("data")?.as_array()?.iter().filter_map(row).collect();
        Some(rows.into())
    }
}

/// A count. A large one arrives as text.
fn row(row: &Value) -> Option<Value> {
    let text = |name: &str| row.get(name).and_then(Value::as_str);
    let connector_id = text("connectorId").filter(|id| !id.is_empty()).map_or(Value::Null, Value::from);
    let count = match row.get("count")? {
        Value::String(text) => text.parse().ok()?,
        number => number.as_u64()?,
    };
    Some(object([
        ("event", text("event")?.into()),
        ("outcome", text("outcome")?.into()),
        ("connectorId", connector_id),
        ("count", count.into()),
    ]))
}
