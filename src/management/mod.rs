//! The stories of setting up a connector: show it, replace it, edit it, delete it, try one out, bring an old one
//! back. One KV key holds the active connector, so that replacing it is one write: there is never a moment with two,
//! or with none. What is replaced or deleted goes to the archive first.

mod kept;

use alloc::vec;
use alloc::vec::Vec;

use crate::api::{SendStatus, locale, phone_with_or_without_plus, usage};
use crate::code::Code;
use crate::connector::{Connector, Outcome, Provider, gate, provider};
use crate::dispatch::dispatch;
use crate::document::Reader;
use crate::error::{Error, Result};
use crate::json::Value;
use crate::message::Message;
use crate::policy::Policy;
use crate::record::Record;
use crate::time::Seconds;
use crate::vault::{Vault, completed};
use crate::world::World;
use kept::{ARCHIVE, ARCHIVE_LIFETIME, Archived, Kept, fresh_id, newest};

/// The key of the active connector.
pub(crate) const CONNECTOR: &str = "connector";
/// After how long a change is in force everywhere.
const EFFECTIVE_WITHIN: Seconds = Seconds(90);
/// What Logto's clients may send along; it means nothing for SMS.
const IGNORED: [&str; 4] = ["id", "metadata", "syncProfile", "enableTokenStorage"];

/// What the stories work with.
pub(crate) struct Management<'a> {
    pub(crate) world: &'a World<'a>,
    pub(crate) vault: Vault<'a>,
    pub(crate) policy: &'a Policy,
}

impl Management<'_> {
    /// Zero or one connector, as Logto lists them.
    pub(crate) fn list(&self) -> Result<Value> {
        let shown = match self.active()? {
            Some(kept) => vec![kept.shown(&self.vault)?],
            None => Vec::new(),
        };
        Ok(shown.into())
    }

    /// The active connector, by its id.
    pub(crate) fn show(&self, id: &str) -> Result<Value> {
        self.active_by_id(id)?.shown(&self.vault)
    }

    /// Replaces whatever is active. Takes `{connectorId, config}`.
    pub(crate) fn replace(&self, body: &[u8]) -> Result<Value> {
        let mut reader = Reader::open(body).map_err(Error::InvalidInput)?;
        let connector_id = reader.required_text("connectorId");
        let config = reader.required_value("config");
        reader.ignore(&IGNORED);
        reader.close().map_err(Error::InvalidInput)?;
        let provider = self.offered(&connector_id)?;
        let before = self.active()?;
        let known = before.as_ref().filter(|kept| kept.connector_id == connector_id);
        let config = self.checked(provider, &config, known)?;
        let now = Some(self.world.now());
        let id = fresh_id(self.world)?;
        self.archive(before, "")?;
        self.store(&Kept { id, connector_id, config, created_at: now, updated_at: now })
    }

    /// Replaces the active connector's config. Secrets left out, or sent back redacted, keep their value.
    pub(crate) fn edit(&self, id: &str, body: &[u8]) -> Result<Value> {
        let mut reader = Reader::open(body).map_err(Error::InvalidInput)?;
        let config = reader.required_value("config");
        reader.ignore(&IGNORED);
        reader.close().map_err(Error::InvalidInput)?;
        let mut kept = self.active_by_id(id)?;
        let provider = self.offered(&kept.connector_id)?;
        kept.config = self.checked(provider, &config, Some(&kept))?;
        kept.updated_at = Some(self.world.now());
        self.store(&kept)
    }

    /// Deletes the active connector; it stays in the archive.
    pub(crate) fn delete(&self, id: &str) -> Result<()> {
        let kept = self.active_by_id(id)?;
        self.archive(Some(kept), "")?;
        self.world.delete(CONNECTOR)
    }

    /// What was active before, newest first.
    pub(crate) fn archived(&self) -> Result<Value> {
        let mut shown = Vec::new();
        for archived in self.read_archive()? {
            shown.push(archived.shown(&self.vault)?);
        }
        Ok(shown.into())
    }

    /// Makes an archived connector the active one, in one write; the active one takes its place in the archive.
    pub(crate) fn restore(&self, id: &str) -> Result<Value> {
        let archived = self.read_archive()?.into_iter().find(|archived| archived.kept.id == id);
        let mut kept = archived.ok_or(Error::EntityNotFound)?.kept;
        let provider = self.offered(&kept.connector_id)?;
        kept.config = self.checked(provider, &kept.config, Some(&kept))?;
        kept.updated_at = Some(self.world.now());
        let before = self.active()?;
        self.archive(before, id)?;
        self.store(&kept)
    }

    /// Sends code `000000` with a config that need not be saved. Takes `{phone, config, usageType?, locale?}`.
    pub(crate) fn test(&self, connector_id: &str, body: &[u8]) -> Result<SendStatus> {
        let mut reader = Reader::open(body).map_err(Error::InvalidInput)?;
        let phone = reader.required_text("phone");
        let config = reader.required_value("config");
        let (usage, locale) = (usage(&mut reader), locale(&mut reader));
        reader.close().map_err(Error::InvalidInput)?;
        let phone = phone_with_or_without_plus(&phone).ok_or(Error::PhoneInvalid)?;
        let provider = self.offered(connector_id)?;
        let active = self.active()?.filter(|kept| kept.connector_id == connector_id);
        let config = completed(provider, &config, active.as_ref().map(|kept| &kept.config));
        let config = self.vault.opened(provider, &config).map_err(as_posted)?;
        let connector = Connector::new(provider, &config).map_err(as_posted)?;
        let template = connector.template(usage, locale.as_deref())?;
        if !provider.serves(&connector.config, &phone) {
            return Err(Error::NumberNotServed);
        }
        let (code, locale) = (Code::for_test(), locale.as_deref());
        self.deliver(&connector, &Message { to: &phone, usage, code: &code, locale, ip: None, template })
    }

    fn deliver(&self, connector: &Connector, message: &Message<'_>) -> Result<SendStatus> {
        match dispatch(self.world, self.policy, connector, message)? {
            Outcome::Accepted => Ok(SendStatus::Sent),
            Outcome::Unknown => Ok(SendStatus::Unknown),
            Outcome::Refused(refusal) => Err(Error::Provider(refusal)),
        }
    }

    /// The provider of that id, if this deployment offers it.
    fn offered(&self, connector_id: &str) -> Result<&'static dyn Provider> {
        let provider = provider(connector_id).ok_or(Error::UnknownFactory)?;
        gate(provider, self.policy.allow_mock).map_err(as_posted)?;
        Ok(provider)
    }

    /// A posted config, completed, checked and sealed.
    fn checked(
        &self,
        provider: &'static dyn Provider,
        posted: &Value,
        known: Option<&Kept>,
    ) -> Result<Value> {
        let config = completed(provider, posted, known.map(|kept| &kept.config));
        let open = self.vault.opened(provider, &config).map_err(as_posted)?;
        Connector::new(provider, &open).map_err(as_posted)?;
        self.vault.sealed(provider, &open)
    }

    /// What is active. A connector that was put there by hand and is not one must not stand in the way of a good one.
    fn active(&self) -> Result<Option<Kept>> {
        Ok(self.world.get(CONNECTOR)?.and_then(|text| Kept::from_json(&text)))
    }

    fn active_by_id(&self, id: &str) -> Result<Kept> {
        self.active()?.filter(|kept| kept.id == id).ok_or(Error::EntityNotFound)
    }

    fn store(&self, kept: &Kept) -> Result<Value> {
        self.world.put(CONNECTOR, kept.to_json(), None)?;
        let mut shown = kept.shown(&self.vault)?;
        if let Value::Object(members) = &mut shown {
            members.insert("effectiveWithinSeconds", EFFECTIVE_WITHIN.write());
        }
        Ok(shown)
    }

    fn read_archive(&self) -> Result<Vec<Archived>> {
        let text = self.world.get(ARCHIVE)?.unwrap_or_default();
        Ok(newest(Vec::from_json(&text).unwrap_or_default(), self.world.now()))
    }

    /// Puts what was active in front of the archive, its secrets sealed, and takes `gone` out. An archive that was put
    /// there by hand is sealed along with it.
    fn archive(&self, before: Option<Kept>, gone: &str) -> Result<()> {
        let mut archive = self.read_archive()?;
        archive.retain(|archived| archived.kept.id != gone);
        if let Some(kept) = before {
            archive.insert(0, Archived { kept, archived_at: self.world.now() });
        }
        let mut archive = newest(archive, self.world.now());
        for Archived { kept, .. } in &mut archive {
            if let Some(provider) = provider(&kept.connector_id) {
                kept.config = self.vault.sealed(provider, &kept.config)?;
            }
        }
        self.world.put(ARCHIVE, archive.to_json(), Some(ARCHIVE_LIFETIME))
    }
}

/// A config that is wrong in a request is the caller's mistake, not the deployment's.
fn as_posted(error: Error) -> Error {
    match error {
        Error::ConnectorConfig(issues) => Error::PostedConfig(issues),
        error => error,
    }
}
