//! Managing the connector: show, replace, edit, delete, test, restore. One KV key holds the active connector, so that
//! replacing it is one write: there is never a moment with two, or with none. What is replaced or deleted is archived
//! first.

use serde_json::Value;

use super::ServiceError;
use super::deliver::deliver;
use crate::api::{RequestError, TestOutcome, take_usage_type};
use crate::code::Code;
use crate::connector::{
    ARCHIVE_KEY, ARCHIVE_LIFETIME, ArchivedConnector, CONNECTOR_KEY, Connector, ConnectorView, SecretSealer,
    StoredConnector, archive_to_json, draw_connector_id, ensure_mock_allowed, merge_stored_secrets,
    parse_archive, prune_archive,
};
use crate::error::Issue;
use crate::json::ObjectReader;
use crate::keys::KeyRing;
use crate::message::Message;
use crate::optional_fields::take_locale;
use crate::phone::PhoneNumber;
use crate::phone_check::PhoneError;
use crate::policy::Policy;
use crate::ports::Platform;
use crate::provider::{DeliveryOutcome, SmsProvider, find_provider};
use crate::time::{Seconds, Timestamp};

/// After how long a change is in force everywhere: an isolate's cache and KV's own.
const EFFECTIVE_WITHIN: Seconds = Seconds(90);
/// What Logto's clients may send as well; it has no meaning for SMS.
const IGNORED_FIELDS: [&str; 4] = ["id", "metadata", "syncProfile", "enableTokenStorage"];

/// Manages the one active connector.
pub struct ConnectorService<'a, P> {
    /// The platform.
    pub platform: &'a P,
    /// The keys that seal secrets.
    pub keys: &'a KeyRing,
    /// The deployment's settings.
    pub policy: &'a Policy,
}

impl<P> core::fmt::Debug for ConnectorService<'_, P> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("ConnectorService")
    }
}

impl<P: Platform> ConnectorService<'_, P> {
    /// Lists zero or one connector, as Logto lists them.
    ///
    /// # Errors
    /// `storage.unavailable`.
    pub async fn list(&self) -> Result<Vec<ConnectorView>, ServiceError> {
        let active = self.find_active().await?;
        Ok(active.iter().filter_map(|stored| self.view(stored)).collect())
    }

    /// Returns the active connector by its id.
    ///
    /// # Errors
    /// `entity.not_found`, `storage.unavailable`.
    pub async fn get(&self, id: &str) -> Result<ConnectorView, ServiceError> {
        let stored = self.get_active(id).await?;
        self.view(&stored).ok_or(ServiceError::EntityNotFound)
    }

    /// Replaces whatever is active. Takes `{connectorId, config}`.
    ///
    /// # Errors
    /// `guard.invalid_input`, `connector.invalid_config`, `connector.not_found_with_connector_id`,
    /// `storage.unavailable`.
    pub async fn replace(&self, body: &[u8]) -> Result<ConnectorView, ServiceError> {
        let mut reader = open(body)?;
        let connector_id = reader.take_required_string("connectorId");
        let config = reader.take_required_value("config");
        finish(reader)?;
        let provider = self.find_enabled_provider(&connector_id)?;
        let active = self.find_active().await?;
        let same_provider = active.as_ref().filter(|stored| stored.connector_id == connector_id);
        let config = self.validate_config(provider, &config, same_provider)?;
        let now = Some(self.platform.now());
        let id = draw_connector_id(&self.platform.bytes()?);
        self.archive(active, "").await?;
        self.store(StoredConnector { id, connector_id, config, created_at: now, updated_at: now }).await
    }

    /// Replaces the active connector's config. Secrets left out, or sent back redacted, keep their value.
    ///
    /// # Errors
    /// As [`Self::replace`], and `entity.not_found`.
    pub async fn edit(&self, id: &str, body: &[u8]) -> Result<ConnectorView, ServiceError> {
        let mut reader = open(body)?;
        let config = reader.take_required_value("config");
        finish(reader)?;
        let mut stored = self.get_active(id).await?;
        let provider = self.find_enabled_provider(&stored.connector_id)?;
        stored.config = self.validate_config(provider, &config, Some(&stored))?;
        stored.updated_at = Some(self.platform.now());
        self.store(stored).await
    }

    /// Deletes the active connector; it stays in the archive.
    ///
    /// # Errors
    /// `entity.not_found`, `storage.unavailable`.
    pub async fn delete(&self, id: &str) -> Result<(), ServiceError> {
        let stored = self.get_active(id).await?;
        self.archive(Some(stored), "").await?;
        Ok(self.platform.delete(CONNECTOR_KEY).await?)
    }

    /// Lists what was active before, newest first.
    ///
    /// # Errors
    /// `storage.unavailable`.
    pub async fn list_archive(&self) -> Result<Vec<ConnectorView>, ServiceError> {
        let archive = self.read_archive().await?;
        let view = |archived: &ArchivedConnector| {
            let view = self.view(&archived.connector)?;
            Some(ConnectorView { archived_at: Some(archived.archived_at.rfc3339()), ..view })
        };
        Ok(archive.iter().filter_map(view).collect())
    }

    /// Makes an archived connector the active one, in one write; the active one takes its place in the archive.
    ///
    /// # Errors
    /// As [`Self::edit`].
    pub async fn restore(&self, id: &str) -> Result<ConnectorView, ServiceError> {
        let archive = self.read_archive().await?;
        let archived = archive.into_iter().find(|archived| archived.connector.id == id);
        let mut stored = archived.ok_or(ServiceError::EntityNotFound)?.connector;
        let provider = self.find_enabled_provider(&stored.connector_id)?;
        stored.config = self.validate_config(provider, &stored.config, Some(&stored))?;
        stored.updated_at = Some(self.platform.now());
        let active = self.find_active().await?;
        self.archive(active, id).await?;
        self.store(stored).await
    }

    /// Sends the code `000000` with a config that need not be saved. Takes `{phone, config, usageType?, locale?}`. The
    /// number is checked as for a send, but for its country.
    ///
    /// # Errors
    /// As [`Self::replace`], and those of a send that the provider refuses.
    pub async fn test(&self, connector_id: &str, body: &[u8]) -> Result<TestOutcome, ServiceError> {
        let mut reader = open(body)?;
        let phone = reader.take_required_string("phone");
        let config = reader.take_required_value("config");
        let (usage_type, locale) = (take_usage_type(&mut reader), take_locale(&mut reader));
        reader.finish().map_err(RequestError::InvalidInput)?;
        let phone = PhoneNumber::parse_with_optional_plus(&phone)
            .ok_or(PhoneError::Format)
            .and_then(|phone| self.policy.phone_check.check(&phone).map(|()| phone))
            .map_err(RequestError::Phone)?;
        let provider = self.find_enabled_provider(connector_id)?;
        let active = self.find_active().await?.filter(|stored| stored.connector_id == connector_id);
        let connector = self.open_config(provider, &config, active.as_ref())?.1;
        let template = connector.template(usage_type, locale.as_deref())?;
        if !provider.supports_recipient(&connector.config, &phone) {
            return Err(ServiceError::NumberNotSupported);
        }
        let (code, locale) = (Code::for_test(), locale.as_deref());
        let message = Message { to: &phone, usage_type, code: &code, locale, ip: None, template };
        match deliver(self.platform, self.policy, &connector, &message).await? {
            DeliveryOutcome::Accepted => Ok(TestOutcome::new(None)),
            DeliveryOutcome::Unknown(cause) => Ok(TestOutcome::new(Some(cause))),
            DeliveryOutcome::Rejected(rejection) => Err(rejection.into()),
        }
    }

    fn sealer(&self) -> SecretSealer<'_> {
        SecretSealer { keys: self.keys }
    }

    fn view(&self, stored: &StoredConnector) -> Option<ConnectorView> {
        ConnectorView::new(stored, self.sealer())
    }

    fn find_enabled_provider(&self, connector_id: &str) -> Result<&'static dyn SmsProvider, ServiceError> {
        let provider = find_provider(connector_id).ok_or(ServiceError::UnknownFactory)?;
        ensure_mock_allowed(provider, self.policy.allow_mock).map_err(ServiceError::InvalidRequestConfig)?;
        Ok(provider)
    }

    /// Returns a posted config sealed for storage, its missing secrets filled in, if it is valid.
    fn validate_config(
        &self,
        provider: &'static dyn SmsProvider,
        posted: &Value,
        stored: Option<&StoredConnector>,
    ) -> Result<Value, ServiceError> {
        let (opened, _) = self.open_config(provider, posted, stored)?;
        Ok(self.sealer().seal_config(provider, &opened, self.platform)?)
    }

    /// Returns a posted config with every secret in the clear, and the connector made of it.
    fn open_config(
        &self,
        provider: &'static dyn SmsProvider,
        posted: &Value,
        stored: Option<&StoredConnector>,
    ) -> Result<(Value, Connector), ServiceError> {
        let merged = merge_stored_secrets(provider, posted, stored.map(|stored| &stored.config));
        // A value that is not an object stays as it is, for the issue that names it.
        let opened = if merged.is_object() {
            self.sealer().open_config(provider, &merged).map_err(ServiceError::InvalidRequestConfig)?
        } else {
            merged
        };
        let connector = Connector::new(provider, &opened).map_err(ServiceError::InvalidRequestConfig)?;
        Ok((opened, connector))
    }

    /// Returns what is active. A value that was stored by hand and is no connector does not prevent a valid one.
    async fn find_active(&self) -> Result<Option<StoredConnector>, ServiceError> {
        let text = self.platform.get(CONNECTOR_KEY).await?;
        Ok(text.and_then(|text| StoredConnector::parse(&text)))
    }

    async fn get_active(&self, id: &str) -> Result<StoredConnector, ServiceError> {
        self.find_active().await?.filter(|stored| stored.id == id).ok_or(ServiceError::EntityNotFound)
    }

    async fn store(&self, stored: StoredConnector) -> Result<ConnectorView, ServiceError> {
        self.platform.put(CONNECTOR_KEY, &stored.to_json(), None).await?;
        let view = self.view(&stored).ok_or(ServiceError::UnknownFactory)?;
        Ok(ConnectorView { effective_within_seconds: Some(EFFECTIVE_WITHIN), ..view })
    }

    async fn read_archive(&self) -> Result<Vec<ArchivedConnector>, ServiceError> {
        let text = self.platform.get(ARCHIVE_KEY).await?.unwrap_or_default();
        Ok(parse_archive(&text, self.platform.now()))
    }

    /// Puts what was active first in the archive, and takes the connector `removed` out. All secrets are sealed, those of
    /// an archive that was stored by hand as well.
    async fn archive(&self, active: Option<StoredConnector>, removed: &str) -> Result<(), ServiceError> {
        let mut archive = self.read_archive().await?;
        archive.retain(|archived| archived.connector.id != removed);
        let now: Timestamp = self.platform.now();
        if let Some(connector) = active {
            archive.insert(0, ArchivedConnector { connector, archived_at: now });
        }
        let mut archive = prune_archive(archive, now);
        for ArchivedConnector { connector, .. } in &mut archive {
            if let Some(provider) = connector.provider() {
                connector.config = self.sealer().seal_config(provider, &connector.config, self.platform)?;
            }
        }
        Ok(self.platform.put(ARCHIVE_KEY, &archive_to_json(&archive), Some(ARCHIVE_LIFETIME)).await?)
    }
}

fn open(body: &[u8]) -> Result<ObjectReader, RequestError> {
    ObjectReader::open(body).map_err(RequestError::InvalidInput)
}

fn finish(mut reader: ObjectReader) -> Result<(), ServiceError> {
    reader.ignore(&IGNORED_FIELDS);
    reader.finish().map_err(|issues: Vec<Issue>| RequestError::InvalidInput(issues).into())
}
