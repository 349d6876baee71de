//! The stories of setting up a connector: show it, replace it, edit it, delete it, try one out, bring an old one
//! back. One KV key holds the active connector, so that replacing it is one write: there is never a moment with two,
//! or with none. What is replaced or deleted goes to the archive first.

mod kept;

use crate::api::{SendStatus, locale, phone_with_or_without_plus, usage};
use crate::code::Code;
use crate::connector::{Connector, Delivery, Outcome, Provider, gate, provider};
use crate::document::Reader;
use crate::error::{Error, Result};
use crate::json::Value;
use crate::message::Message;
use crate::policy::Policy;
use crate::ports::{Ambient, Cipher, Shelf, Transport, random};
use crate::record::Record;
use crate::time::Seconds;
use crate::vault::{Vault, completed};
use crate::wire::Stamp;
use kept::{ARCHIVE, ARCHIVE_LIFETIME, Archived, Kept, fresh_id, newest};

/// The key of the active connector.
pub(crate) const CONNECTOR: &str = "connector";
/// After how long a change is in force everywhere.
const EFFECTIVE_WITHIN: Seconds = Seconds(90);
/// What Logto's clients may send along; it means nothing for SMS.
const IGNORED: [&str; 4] = ["id", "metadata", "syncProfile", "enableTokenStorage"];

/// What the stories work with.
pub(crate) struct Management<'a, S, T, A> {
    pub(crate) shelf: S,
    pub(crate) transport: T,
    pub(crate) vault: Vault<'a, A>,
    pub(crate) policy: &'a Policy,
}

impl<S: Shelf, T: Transport, A: Ambient + Cipher> Management<'_, S, T, A> {
    /// Zero or one connector, as Logto lists them.
    pub(crate) async fn list(&self) -> Result<Value> {
        let shown = match self.active().await? {
            Some(kept) => vec![kept.shown(&self.vault).await?],
            None => Vec::new(),
        };
        Ok(shown.into())
    }

    /// The active connector, by its id.
    pub(crate) async fn show(&self, id: &str) -> Result<Value> {
        self.active_by_id(id).await?.shown(&self.vault).await
    }

    /// Replaces whatever is active. Takes `{connectorId, config}`.
    pub(crate) async fn replace(&self, body: &[u8]) -> Result<Value> {
        let mut reader = Reader::open(body).map_err(Error::InvalidInput)?;
        let connector_id = reader.required_text("connectorId");
        let config = reader.required_value("config");
        reader.ignore(&IGNORED);
        reader.close().map_err(Error::InvalidInput)?;
        let provider = self.offered(&connector_id)?;
        let before = self.active().await?;
        let known = before.as_ref().filter(|kept| kept.connector_id == connector_id);
        let config = self.checked(provider, &config, known).await?;
        let now = Some(self.vault.ambient.now());
        let id = fresh_id(self.vault.ambient)?;
        self.archive(before, "").await?;
        self.store(&Kept { id, connector_id, config, created_at: now, updated_at: now }).await
    }

    /// Replaces the active connector's config. Secrets left out, or sent back redacted, keep their value.
    pub(crate) async fn edit(&self, id: &str, body: &[u8]) -> Result<Value> {
        let mut reader = Reader::open(body).map_err(Error::InvalidInput)?;
        let config = reader.required_value("config");
        reader.ignore(&IGNORED);
        reader.close().map_err(Error::InvalidInput)?;
        let mut kept = self.active_by_id(id).await?;
        let provider = self.offered(&kept.connector_id)?;
        kept.config = self.checked(provider, &config, Some(&kept)).await?;
        kept.updated_at = Some(self.vault.ambient.now());
        self.store(&kept).await
    }

    /// Deletes the active connector; it stays in the archive.
    pub(crate) async fn delete(&self, id: &str) -> Result<()> {
        let kept = self.active_by_id(id).await?;
        self.archive(Some(kept), "").await?;
        self.shelf.delete(CONNECTOR).await
    }

    /// What was active before, newest first.
    pub(crate) async fn archived(&self) -> Result<Value> {
        let mut shown = Vec::new();
        for archived in self.read_archive().await? {
            shown.push(archived.shown(&self.vault).await?);
        }
        Ok(shown.into())
    }

    /// Makes an archived connector the active one, in one write; the active one takes its place in the archive.
    pub(crate) async fn restore(&self, id: &str) -> Result<Value> {
        let archived = self.read_archive().await?.into_iter().find(|archived| archived.kept.id == id);
        let mut kept = archived.ok_or(Error::EntityNotFound)?.kept;
        let provider = self.offered(&kept.connector_id)?;
        kept.config = self.checked(provider, &kept.config, Some(&kept)).await?;
        kept.updated_at = Some(self.vault.ambient.now());
        let before = self.active().await?;
        self.archive(before, id).await?;
        self.store(&kept).await
    }

    /// Sends code `000000` with a config that need not be saved. Takes `{phone, config, usageType?, locale?}`.
    pub(crate) async fn test(&self, connector_id: &str, body: &[u8]) -> Result<SendStatus> {
        let mut reader = Reader::open(body).map_err(Error::InvalidInput)?;
        let phone = reader.required_text("phone");
        let config = reader.required_value("config");
        let (usage, locale) = (usage(&mut reader), locale(&mut reader));
        reader.close().map_err(Error::InvalidInput)?;
        let phone = phone_with_or_without_plus(&phone).ok_or(Error::PhoneInvalid)?;
        let provider = self.offered(connector_id)?;
        let active = self.active().await?.filter(|kept| kept.connector_id == connector_id);
        let config = completed(provider, &config, active.as_ref().map(|kept| &kept.config));
        let config = self.vault.opened(provider, &config).await.map_err(as_posted)?;
        let connector = Connector::new(provider, &config).map_err(as_posted)?;
        let template = connector.template(usage, locale.as_deref())?;
        if !provider.serves(&connector.config, &phone) {
            return Err(Error::NumberNotServed);
        }
        let (code, locale) = (Code::for_test(), locale.as_deref());
        self.deliver(&connector, &Message { to: &phone, usage, code: &code, locale, ip: None, template })
            .await
    }

    async fn deliver(&self, connector: &Connector, message: &Message<'_>) -> Result<SendStatus> {
        let stamp = Stamp::new(self.vault.ambient.now(), random(self.vault.ambient)?);
        let outcome = match connector.provider.delivery(&connector.config, message, &stamp) {
            Delivery::Terminal(line) => {
                self.transport.show(&line);
                Outcome::Accepted
            }
            Delivery::Http(request) => {
                let answer = self.transport.exchange(request, self.policy.provider_timeout_ms).await;
                answer.map_or(Outcome::Unknown, |answer| connector.provider.outcome(&answer))
            }
        };
        match outcome {
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
    async fn checked(
        &self,
        provider: &'static dyn Provider,
        posted: &Value,
        known: Option<&Kept>,
    ) -> Result<Value> {
        let config = completed(provider, posted, known.map(|kept| &kept.config));
        let open = self.vault.opened(provider, &config).await.map_err(as_posted)?;
        Connector::new(provider, &open).map_err(as_posted)?;
        self.vault.sealed(provider, &open).await
    }

    /// What is active. A connector that was put there by hand and is not one must not stand in the way of a good one.
    async fn active(&self) -> Result<Option<Kept>> {
        Ok(self.shelf.get(CONNECTOR).await?.and_then(|text| Kept::from_json(&text)))
    }

    async fn active_by_id(&self, id: &str) -> Result<Kept> {
        self.active().await?.filter(|kept| kept.id == id).ok_or(Error::EntityNotFound)
    }

    async fn store(&self, kept: &Kept) -> Result<Value> {
        self.shelf.put(CONNECTOR, &kept.to_json(), None).await?;
        let mut shown = kept.shown(&self.vault).await?;
        if let Value::Object(members) = &mut shown {
            members.insert("effectiveWithinSeconds", EFFECTIVE_WITHIN.write());
        }
        Ok(shown)
    }

    async fn read_archive(&self) -> Result<Vec<Archived>> {
        let text = self.shelf.get(ARCHIVE).await?.unwrap_or_default();
        Ok(newest(Vec::from_json(&text).unwrap_or_default(), self.vault.ambient.now()))
    }

    /// Puts what was active in front of the archive, its secrets sealed, and takes `gone` out.
    async fn archive(&self, before: Option<Kept>, gone: &str) -> Result<()> {
        let mut archive = self.read_archive().await?;
        archive.retain(|archived| archived.kept.id != gone);
        if let Some(mut kept) = before {
            if let Some(provider) = provider(&kept.connector_id) {
                kept.config = self.vault.sealed(provider, &kept.config).await?;
            }
            archive.insert(0, Archived { kept, archived_at: self.vault.ambient.now() });
        }
        let archive = newest(archive, self.vault.ambient.now());
        self.shelf.put(ARCHIVE, &archive.to_json(), Some(ARCHIVE_LIFETIME.0)).await
    }
}

/// A config that is wrong in a request is the caller's mistake, not the deployment's.
fn as_posted(error: Error) -> Error {
    match error {
        Error::ConnectorConfig(issues) => Error::PostedConfig(issues),
        error => error,
    }
}
