//! What KV holds of connectors: the active one and the archive, and how answers show them.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;

use crate::catalog::factory;
use crate::connector::provider;
use crate::error::Result;
use crate::json::Value;
use crate::record::{Record, object, record};
use crate::time::{DAY, Seconds, Timestamp};
use crate::vault::Vault;
use crate::world::World;

/// The key of the archive.
pub(super) const ARCHIVE: &str = "connector-archive";
/// How long the archive keeps a connector, and how many.
pub(super) const ARCHIVE_LIFETIME: Seconds = Seconds(90 * DAY.0);
const ARCHIVE_LENGTH: usize = 10;
/// Length of a connector's id: Logto's.
const ID_LENGTH: usize = 12;

/// A connector as it is stored, its secrets sealed. One that was put there by hand has no times, and its factory's id
/// for an id.
#[derive(Clone)]
pub(super) struct Kept {
    pub(super) id: String,
    pub(super) connector_id: String,
    pub(super) config: Value,
    pub(super) created_at: Option<Timestamp>,
    pub(super) updated_at: Option<Timestamp>,
}

impl Record for Kept {
    fn write(&self) -> Value {
        object([
            ("connectorId", self.connector_id.write()),
            ("config", self.config.clone()),
            ("id", self.id.write()),
            ("createdAt", self.created_at.write()),
            ("updatedAt", self.updated_at.write()),
        ])
    }

    fn read(value: &Value) -> Option<Self> {
        let connector_id = provider(value.get("connectorId")?.as_str()?)?.id().to_owned();
        let time = |name| value.get(name).and_then(Timestamp::read);
        Some(Self {
            id: value.get("id").and_then(String::read).unwrap_or_else(|| connector_id.clone()),
            connector_id,
            config: value.get("config").cloned().unwrap_or(Value::Null),
            created_at: time("createdAt"),
            updated_at: time("updatedAt"),
        })
    }
}

impl Kept {
    /// The factory with the connector's own members over it; no secret leaves.
    pub(super) fn shown(&self, vault: &Vault<'_>) -> Result<Value> {
        let Some(provider) = provider(&self.connector_id) else { return Ok(Value::Null) };
        let mut shown = factory(provider);
        if let Value::Object(members) = &mut shown {
            let time = |at: Option<Timestamp>| at.map_or(Value::Null, |at| at.rfc3339().into());
            members.remove("formItems");
            members.insert("id", self.id.as_str());
            members.insert("connectorId", self.connector_id.as_str());
            members.insert("config", vault.redacted(provider, &self.config)?);
            members.insert("createdAt", time(self.created_at));
            members.insert("updatedAt", time(self.updated_at));
        }
        Ok(shown)
    }
}

/// A connector that was active once.
pub(super) struct Archived {
    pub(super) kept: Kept,
    pub(super) archived_at: Timestamp,
}

record!(Archived { kept = "connector", archived_at = "archivedAt" });

impl Archived {
    /// As the connector is shown, with the time it was archived.
    pub(super) fn shown(&self, vault: &Vault<'_>) -> Result<Value> {
        let mut shown = self.kept.shown(vault)?;
        if let Value::Object(members) = &mut shown {
            members.insert("archivedAt", self.archived_at.rfc3339());
        }
        Ok(shown)
    }
}

/// What the archive still keeps.
pub(super) fn newest(mut archive: Vec<Archived>, now: Timestamp) -> Vec<Archived> {
    archive.retain(|archived| archived.archived_at.within(ARCHIVE_LIFETIME, now));
    archive.truncate(ARCHIVE_LENGTH);
    archive
}

/// A fresh id; 12 of 36 letters, each from a byte below 252, so that none is likelier.
pub(super) fn fresh_id(world: &World<'_>) -> Result<String> {
    let bytes = world.random::<64>()?;
    let letters = bytes.iter().filter(|byte| **byte < 252);
    Ok(letters.filter_map(|byte| char::from_digit(u32::from(byte % 36), 36)).take(ID_LENGTH).collect())
}
