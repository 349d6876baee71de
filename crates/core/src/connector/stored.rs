//! What KV holds of connectors, the active one and the archive, and how responses show them.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::catalog::FactorySummary;
use super::sealing::SecretSealer;
use super::{Connector, LoadedConnector};
use crate::error::Issue;
use crate::json;
use crate::keys::KeyRing;
use crate::provider::{SmsProvider, find_provider};
use crate::time::{DAY, Seconds, Timestamp};

/// The KV key of the active connector.
pub const CONNECTOR_KEY: &str = "connector";
/// The KV key of the archive.
pub const ARCHIVE_KEY: &str = "connector-archive";
/// How long the archive keeps a connector.
pub const ARCHIVE_LIFETIME: Seconds = Seconds(90 * DAY.0);
/// How many connectors the archive keeps.
const ARCHIVE_LENGTH: usize = 10;
/// The length of a connector's id, as in Logto.
const ID_LENGTH: usize = 12;

/// A connector as it is stored, its secrets sealed. One that was stored by hand has no times, and the id of its factory
/// as its id.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StoredConnector {
    /// The id of the factory.
    pub connector_id: String,
    /// The config with sealed secrets.
    #[serde(default)]
    pub config: Value,
    /// 12 characters.
    #[serde(default)]
    pub id: String,
    /// When it was set up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// When it was changed last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Timestamp>,
}

impl StoredConnector {
    /// Parses a stored connector; `None` if it is not one, or of an unknown provider.
    pub fn parse(text: &str) -> Option<Self> {
        let value = json::parse(text.as_bytes()).ok()?;
        Self::from_value(value)
    }

    /// Reads a stored connector leniently: a member of another type counts as absent, since people write it by hand.
    fn from_value(mut value: Value) -> Option<Self> {
        let provider = find_provider(value.get("connectorId")?.as_str()?)?;
        let time = |value: Option<&Value>| value.and_then(Value::as_u64).map(Timestamp);
        Some(Self {
            connector_id: provider.id().to_owned(),
            id: value.get("id").and_then(Value::as_str).unwrap_or(provider.id()).to_owned(),
            created_at: time(value.get("createdAt")),
            updated_at: time(value.get("updatedAt")),
            config: value.get_mut("config").map(Value::take).unwrap_or_default(),
        })
    }

    /// Returns the provider.
    pub fn provider(&self) -> Option<&'static dyn SmsProvider> {
        find_provider(&self.connector_id)
    }

    /// Formats the connector as it is stored.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// A connector that was active before.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ArchivedConnector {
    /// As it was stored.
    pub connector: StoredConnector,
    /// When it was replaced or deleted.
    pub archived_at: Timestamp,
}

/// Parses the archive and drops what is too old or too much; an archive that is not one is empty.
pub fn parse_archive(text: &str, now: Timestamp) -> Vec<ArchivedConnector> {
    let Ok(Value::Array(items)) = json::parse(text.as_bytes()) else { return Vec::new() };
    let parsed: Option<Vec<_>> = items.into_iter().map(parse_archived).collect();
    prune_archive(parsed.unwrap_or_default(), now)
}

fn parse_archived(mut item: Value) -> Option<ArchivedConnector> {
    let archived_at = Timestamp(item.get("archivedAt")?.as_u64()?);
    let connector = StoredConnector::from_value(item.get_mut("connector")?.take())?;
    Some(ArchivedConnector { connector, archived_at })
}

/// Drops what is too old or too much.
pub fn prune_archive(mut archive: Vec<ArchivedConnector>, now: Timestamp) -> Vec<ArchivedConnector> {
    archive.retain(|archived| archived.archived_at.is_within(ARCHIVE_LIFETIME, now));
    archive.truncate(ARCHIVE_LENGTH);
    archive
}

/// Formats the archive as it is stored.
pub fn archive_to_json(archive: &[ArchivedConnector]) -> String {
    serde_json::to_string(archive).unwrap_or_default()
}

/// A connector as responses show it: the factory's presentation and the connector's own members. No secret is in it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Connector))]
pub struct ConnectorView {
    /// The id of the connector: 12 letters and digits; the factory's id for one that was stored by hand.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, examples("v1p9q0n3x7ab")))]
    pub id: String,
    /// The id of the factory.
    #[cfg_attr(feature = "openapi", schema(value_type = crate::openapi::ConnectorId))]
    pub connector_id: String,
    /// How the provider is presented.
    #[serde(flatten)]
    pub summary: FactorySummary,
    /// The config as it was saved; each confidential field as a `RedactedSecret`.
    #[cfg_attr(feature = "openapi", schema(value_type = crate::openapi::RedactedConfig))]
    pub config: Value,
    /// RFC 3339; null if the connector was stored by hand.
    #[cfg_attr(feature = "openapi", schema(format = DateTime, required = true))]
    pub created_at: Option<String>,
    /// RFC 3339; null if the connector was stored by hand.
    #[cfg_attr(feature = "openapi", schema(format = DateTime, required = true))]
    pub updated_at: Option<String>,
    /// RFC 3339; of an archived connector only.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(format = DateTime, nullable = false))]
    pub archived_at: Option<String>,
    /// After how long a change is in force everywhere; in the response to a change only.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<u32>, nullable = false))]
    pub effective_within_seconds: Option<Seconds>,
}

impl ConnectorView {
    /// Describes a stored connector; `None` if its provider is unknown.
    pub fn new(stored: &StoredConnector, sealer: SecretSealer<'_>) -> Option<Self> {
        let provider = stored.provider()?;
        Some(Self {
            id: stored.id.clone(),
            connector_id: stored.connector_id.clone(),
            summary: FactorySummary::new(provider),
            config: sealer.redact_config(provider, &stored.config),
            created_at: stored.created_at.map(Timestamp::rfc3339),
            updated_at: stored.updated_at.map(Timestamp::rfc3339),
            archived_at: None,
            effective_within_seconds: None,
        })
    }
}

/// Reads the stored form of the active connector, `{"connectorId": …, "config": {…}}`, which people also write by hand,
/// opens its secrets and validates its config.
///
/// # Errors
/// Every issue; none holds a value.
pub fn load_connector(text: &str, keys: &KeyRing) -> LoadedConnector {
    let issue = |path: &str, message: &str| vec![Issue::new(path, message)];
    let stored = json::parse(text.as_bytes()).map_err(|_| issue("", "must be a JSON object"))?;
    let provider = stored
        .get("connectorId")
        .and_then(Value::as_str)
        .and_then(find_provider)
        .ok_or_else(|| issue("connectorId", "must be the id of a known connector"))?;
    let config = stored.get("config").unwrap_or(&Value::Null);
    Connector::new(provider, &SecretSealer { keys }.open_config(provider, config)?)
}

/// Draws a connector's id: 12 of 36 characters, each from a byte below 252, so that all are equally likely.
pub fn draw_connector_id(random: &[u8; 64]) -> String {
    let usable = random.iter().filter(|byte| **byte < 252);
    usable.filter_map(|byte| char::from_digit(u32::from(byte % 36), 36)).take(ID_LENGTH).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    const NOW: Timestamp = Timestamp(1_700_000_000_000);

    fn archived(id: &str, archived_at: Timestamp) -> ArchivedConnector {
        let connector = StoredConnector {
            connector_id: "http-sms".to_owned(),
            config: Value::Null,
            id: id.to_owned(),
            created_at: None,
            updated_at: None,
        };
        ArchivedConnector { connector, archived_at }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn draw_connector_id_discards_bytes_that_would_favour_some_characters() {
        let mut random = [252; 64];
        random[52..].copy_from_slice(&[0, 9, 10, 35, 36, 71, 251, 1, 2, 3, 4, 5]);
        assert_eq!(draw_connector_id(&random), "09az0zz12345");
        assert_eq!(draw_connector_id(&[7; 64]), "777777777777");
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn prune_archive_keeps_the_first_ten_of_ninety_days() {
        let old = Timestamp(NOW.0 - u64::from(ARCHIVE_LIFETIME.0) * 1_000);
        let mut archive: Vec<_> = (0..11).map(|number| archived(&number.to_string(), NOW)).collect();
        archive[0].archived_at = old;
        let ids: Vec<_> = prune_archive(archive, NOW).into_iter().map(|item| item.connector.id).collect();
        assert_eq!(ids, ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10"]);
        let many = (0..12).map(|number| archived(&number.to_string(), Timestamp(old.0 + 1))).collect();
        assert_eq!(prune_archive(many, NOW).len(), 10);
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn parse_archive_reads_all_items_or_none() {
        let text = archive_to_json(&[archived("a", NOW), archived("b", NOW)]);
        assert_eq!(parse_archive(&text, NOW).len(), 2);
        for broken in
            ["", "{}", "7", &text.replacen("archivedAt", "at", 1), &text.replacen("http-sms", "x", 1)]
        {
            assert!(parse_archive(broken, NOW).is_empty(), "{broken}");
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn a_view_of_an_unknown_provider_is_none() {
        let keys =
            KeyRing::derive(Some(&crate::secret::Secret::new("x".repeat(32))), None).expect("long enough");
        let mut stored = archived("a", NOW).connector;
        assert!(ConnectorView::new(&stored, SecretSealer { keys: &keys }).is_some());
        stored.connector_id = "unknown".to_owned();
        assert!(ConnectorView::new(&stored, SecretSealer { keys: &keys }).is_none());
    }
}
