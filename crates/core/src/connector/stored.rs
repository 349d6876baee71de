//! What KV holds of connectors, the active one and the archive, and how responses show them.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::catalog::FactorySummary;
use super::sealing::SecretSealer;
use super::text::parse_stored;
use super::{Connector, LoadedConnector};
use crate::error::Issue;
use crate::keys::KeyRing;
use crate::provider::{AllowedAddresses, SmsProvider, find_provider};
use crate::time::{DAY, Seconds, Timestamp};

/// The KV key of the active connector.
pub const CONNECTOR_KEY: &str = "connector";
/// The KV key of the archive.
pub const ARCHIVE_KEY: &str = "connector-archive";
/// How long the archive keeps a connector.
pub const ARCHIVE_LIFETIME: Seconds = Seconds(90 * DAY.0);
/// How many connectors the archive keeps.
pub const ARCHIVE_LENGTH: usize = 10;
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
    /// Parses a stored connector.
    ///
    /// # Errors
    /// Why it is none; the issue holds no value.
    pub fn parse(text: &str) -> Result<Self, Vec<Issue>> {
        let value = parse_stored(text).map_err(|issue| vec![issue])?;
        Self::from_value(value).ok_or_else(|| vec![unknown_provider()])
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

    /// Opens the secrets and validates the config.
    ///
    /// # Errors
    /// Every issue; none holds a value.
    pub fn load(&self, keys: &KeyRing, allowed: AllowedAddresses) -> LoadedConnector {
        let provider = self.provider().ok_or_else(|| vec![unknown_provider()])?;
        let config = SecretSealer { keys }.open_config(provider, &self.config)?;
        Connector::with_addresses(provider, &config, allowed)
    }

    /// Returns the entity tag (RFC 9110 §8.8.3), which differs after each change.
    pub fn etag(&self) -> String {
        let changes = self.updated_at.unwrap_or_default();
        format!("\"{}-{}\"", self.id, changes.0)
    }

    /// Sets the time of the last change to `now`, or to a second after the last one: no two changes are shown with the same
    /// time.
    pub fn touch(&mut self, now: Timestamp) {
        let is_later = |last: Timestamp| now.unix_seconds() > last.unix_seconds();
        let next = self.updated_at.filter(|last| !is_later(*last)).map(|last| last.plus(Seconds(1)));
        self.updated_at = Some(next.unwrap_or(now));
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

/// Parses the archive and drops what is too old or no connector.
pub fn parse_archive(text: &str, now: Timestamp) -> Vec<ArchivedConnector> {
    let Ok(Value::Array(items)) = parse_stored(text) else { return Vec::new() };
    let archive = items.into_iter().filter_map(parse_archived);
    archive.filter(|archived| archived.archived_at.is_within(ARCHIVE_LIFETIME, now)).collect()
}

fn parse_archived(mut item: Value) -> Option<ArchivedConnector> {
    let archived_at = Timestamp(item.get("archivedAt")?.as_u64()?);
    let connector = StoredConnector::from_value(item.get_mut("connector")?.take())?;
    Some(ArchivedConnector { connector, archived_at })
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
    /// The id of the connector: 12 letters and digits; the factory's id for one that was stored by hand; `connector` if what
    /// is stored is none.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, examples("v1p9q0n3x7ab")))]
    pub id: String,
    /// The id of the factory; empty if what is stored is no connector.
    #[cfg_attr(feature = "openapi", schema(value_type = crate::openapi::ShownConnectorId))]
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
    /// Why the connector cannot send; of a stored connector that was changed by hand, or whose secrets do not open.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub issues: Vec<Issue>,
    /// The entity tag, a header of responses.
    #[serde(skip)]
    pub etag: String,
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
            issues: Vec::new(),
            etag: stored.etag(),
        })
    }

    /// Describes a stored text that is no connector of a known provider. Nothing of it is shown.
    pub fn unreadable(issues: Vec<Issue>) -> Self {
        Self {
            id: CONNECTOR_KEY.to_owned(),
            connector_id: String::new(),
            summary: FactorySummary::unreadable(),
            config: Value::Object(Map::new()),
            created_at: None,
            updated_at: None,
            archived_at: None,
            effective_within_seconds: None,
            issues,
            etag: format!("\"{CONNECTOR_KEY}\""),
        }
    }
}

/// Reads the stored form of the active connector, `{"connectorId": …, "config": {…}}`, which people also write by hand,
/// opens its secrets and validates its config.
///
/// # Errors
/// Every issue; none holds a value.
pub fn load_connector(text: &str, keys: &KeyRing, allowed: AllowedAddresses) -> LoadedConnector {
    StoredConnector::parse(text)?.load(keys, allowed)
}

fn unknown_provider() -> Issue {
    Issue::new("connectorId", "must be the id of a known connector")
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
    fn parse_archive_leaves_out_what_is_no_connector() {
        let text = archive_to_json(&[archived("a", NOW), archived("b", NOW)]);
        let ids = |text: &str| {
            let archive = parse_archive(text, NOW).into_iter();
            archive.map(|item| item.connector.id).collect::<Vec<_>>()
        };
        assert_eq!(ids(&text), ["a", "b"]);
        assert_eq!(ids(&format!("\u{feff}{text}")), ["a", "b"]);
        for broken in [text.replacen("archivedAt", "at", 1), text.replacen("http-sms", "x", 1)] {
            assert_eq!(ids(&broken), ["b"], "{broken}");
        }
        let old = Timestamp(NOW.0 - u64::from(ARCHIVE_LIFETIME.0) * 1_000);
        assert_eq!(ids(&archive_to_json(&[archived("a", old), archived("b", Timestamp(old.0 + 1))])), ["b"]);
        for broken in ["", "{}", "7", "[7"] {
            assert!(parse_archive(broken, NOW).is_empty(), "{broken}");
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn touch_gives_each_change_a_time_of_its_own() {
        let mut stored = archived("a", NOW).connector;
        let mut shown = vec![(stored.etag(), None)];
        for ms in [0, 999, 0, 5, 4_000, 3_999] {
            stored.touch(Timestamp(NOW.0 + ms));
            let next = (stored.etag(), stored.updated_at.map(Timestamp::rfc3339));
            assert!(shown.iter().all(|(etag, time)| *etag != next.0 && *time != next.1), "{ms}");
            shown.push(next);
        }
        assert_eq!(stored.updated_at, Some(Timestamp(NOW.0 + 5_000)));
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
