//! Managing the connector: show, replace, edit, delete, test. One KV key holds the active connector, so that replacing it is
//! one write: there is never a moment with two, or with none. What is replaced or deleted is archived first.

use serde_json::Value;

use super::deliver::deliver;
use super::{ServiceError, renew_seals};
use crate::api::{ConfigCheck, RequestError, TestOutcome, take_usage_type};
use crate::code::Code;
use crate::connector::{
    CONNECTOR_KEY, Connector, ConnectorView, LeftOutSecret, MergedConfig, SecretSealer, StoredConnector,
    check_templates, draw_connector_id, ensure_mock_allowed, merge_stored_secrets,
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
/// What Logto's management API takes as well, and why this one does not: a request that cannot be met says so.
const REFUSED_FIELDS: [(&str, &str); 4] = [
    ("id", "is not accepted: ids are drawn here"),
    ("metadata", "is not accepted: Logto takes it for social connectors only"),
    ("syncProfile", "is not accepted: Logto takes it for social connectors only"),
    ("enableTokenStorage", "is not accepted: Logto takes it for social connectors only"),
];

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
    /// Lists zero or one connector, as Logto lists them. One that cannot send is listed with its issues.
    ///
    /// # Errors
    /// `storage.unavailable`.
    pub async fn list(&self) -> Result<Vec<ConnectorView>, ServiceError> {
        let Some(text) = self.platform.get(CONNECTOR_KEY).await? else { return Ok(Vec::new()) };
        if self.sealer().may_need_renewal(&text) {
            self.renew_seals().await;
        }
        Ok(vec![self.describe(&text)])
    }

    /// Lists as [`Self::list`] does; with `target` in a URL's query, only a connector of that target (Logto's filter).
    ///
    /// # Errors
    /// As [`Self::list`].
    pub async fn list_by_query(&self, query: &str) -> Result<Vec<ConnectorView>, ServiceError> {
        let mut connectors = self.list().await?;
        for (_, target) in form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| name == "target") {
            connectors.retain(|connector| connector.summary.target == target);
        }
        Ok(connectors)
    }

    /// Returns the active connector by its id.
    ///
    /// # Errors
    /// `entity.not_found`, `storage.unavailable`.
    pub async fn get(&self, id: &str) -> Result<ConnectorView, ServiceError> {
        let active = self.list().await?.into_iter().find(|view| view.id == id);
        active.ok_or(ServiceError::EntityNotFound)
    }

    /// Replaces whatever is active. Takes `{connectorId, config}`. A secret of the same provider's connector that is sent
    /// back redacted keeps its value; one that is left out is gone.
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
        let config = self.validate_config(provider, &config, same_provider, LeftOutSecret::Absent)?;
        let now = Some(self.platform.now());
        let id = draw_connector_id(&self.platform.bytes()?);
        self.archive(active, None).await?;
        self.store(StoredConnector { id, connector_id, config, created_at: now, updated_at: now }).await
    }

    /// Replaces the active connector's config. Takes `{config, updatedAt?}`. Secrets left out, or sent back redacted, keep
    /// their value unless a field that they are bound to changes. With `updatedAt` as it was shown, or entity tags
    /// (`If-Match`), the connector must not have been changed since.
    ///
    /// # Errors
    /// As [`Self::replace`], `entity.not_found` and `entity.conflict`.
    pub async fn edit(
        &self,
        id: &str,
        body: &[u8],
        if_match: Option<&str>,
    ) -> Result<ConnectorView, ServiceError> {
        let mut reader = open(body)?;
        let config = reader.take_required_value("config");
        let updated_at = reader.take_string("updatedAt");
        finish(reader)?;
        let mut stored = self.get_active(id).await?;
        let shown = stored.updated_at.map(Timestamp::rfc3339);
        if updated_at.is_some() && updated_at != shown {
            return Err(ServiceError::EntityConflict);
        }
        check_condition(if_match, &stored.etag())?;
        let provider = self.find_enabled_provider(&stored.connector_id)?;
        stored.config = self.validate_config(provider, &config, Some(&stored), LeftOutSecret::Kept)?;
        stored.touch(self.platform.now());
        self.store(stored).await
    }

    /// Deletes the active connector; it stays in the archive, unless what is stored is no connector.
    ///
    /// # Errors
    /// `entity.not_found`, `entity.conflict`, `storage.unavailable`.
    pub async fn delete(&self, id: &str, if_match: Option<&str>) -> Result<(), ServiceError> {
        let text = self.platform.get(CONNECTOR_KEY).await?.ok_or(ServiceError::EntityNotFound)?;
        let view = self.describe(&text);
        if view.id != id {
            return Err(ServiceError::EntityNotFound);
        }
        check_condition(if_match, &view.etag)?;
        self.archive(StoredConnector::parse(&text).ok(), None).await?;
        Ok(self.platform.delete(CONNECTOR_KEY).await?)
    }

    /// Checks a config as saving it would, all issues at once, and changes nothing. Takes `{config}`.
    ///
    /// # Errors
    /// `guard.invalid_input`, `connector.not_found_with_connector_id`, `storage.unavailable`.
    pub async fn check(&self, connector_id: &str, body: &[u8]) -> Result<ConfigCheck, ServiceError> {
        let mut reader = open(body)?;
        let config = reader.take_required_value("config");
        finish(reader)?;
        let provider = self.find_enabled_provider(connector_id)?;
        let active = self.find_active().await?.filter(|stored| stored.connector_id == connector_id);
        match self.open_config(provider, &config, active.as_ref(), LeftOutSecret::Kept) {
            Ok(_) => Ok(ConfigCheck { issues: Vec::new() }),
            Err(ServiceError::InvalidRequestConfig(issues)) => Ok(ConfigCheck { issues }),
            Err(error) => Err(error),
        }
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
        if active.as_ref().is_some_and(|stored| self.sealer().may_need_renewal(&stored.to_json())) {
            self.renew_seals().await;
        }
        let connector = self.open_config(provider, &config, active.as_ref(), LeftOutSecret::Kept)?.1;
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

    pub(super) const fn sealer(&self) -> SecretSealer<'_> {
        SecretSealer { keys: self.keys }
    }

    /// Seals anew what is sealed with the previous key, best effort: the operation can do without.
    pub(super) async fn renew_seals(&self) {
        if self.keys.previous.is_some() {
            let _ = renew_seals(self.platform, self.keys).await;
        }
    }

    /// Describes what is stored as the active connector, with whatever prevents it from sending.
    fn describe(&self, text: &str) -> ConnectorView {
        let described = StoredConnector::parse(text).map(|stored| {
            let loaded = stored.load(self.keys, self.policy.allowed_addresses);
            let issues = match loaded {
                Err(issues) => issues,
                Ok(connector) => {
                    ensure_mock_allowed(connector.provider, self.policy.allow_mock).err().unwrap_or_default()
                }
            };
            self.view(&stored).map(|view| ConnectorView { issues, ..view })
        });
        match described {
            Ok(view) => view.unwrap_or_else(|| ConnectorView::unreadable(Vec::new())),
            Err(issues) => ConnectorView::unreadable(issues),
        }
    }

    pub(super) fn view(&self, stored: &StoredConnector) -> Option<ConnectorView> {
        ConnectorView::new(stored, self.sealer())
    }

    pub(super) fn find_enabled_provider(
        &self,
        connector_id: &str,
    ) -> Result<&'static dyn SmsProvider, ServiceError> {
        let provider = find_provider(connector_id).ok_or(ServiceError::UnknownFactory)?;
        ensure_mock_allowed(provider, self.policy.allow_mock).map_err(ServiceError::InvalidRequestConfig)?;
        Ok(provider)
    }

    /// Returns a posted config sealed for storage, its missing secrets filled in, if it is valid.
    pub(super) fn validate_config(
        &self,
        provider: &'static dyn SmsProvider,
        posted: &Value,
        stored: Option<&StoredConnector>,
        left_out: LeftOutSecret,
    ) -> Result<Value, ServiceError> {
        let (opened, _) = self.open_config(provider, posted, stored, left_out)?;
        Ok(self.sealer().seal_config(provider, &opened, self.platform)?)
    }

    /// Returns a posted config with every secret in the clear, and the connector made of it.
    fn open_config(
        &self,
        provider: &'static dyn SmsProvider,
        posted: &Value,
        stored: Option<&StoredConnector>,
        left_out: LeftOutSecret,
    ) -> Result<(Value, Connector), ServiceError> {
        let MergedConfig { config, mut issues } =
            merge_stored_secrets(provider, posted, stored.map(|stored| &stored.config), left_out);
        // A value that is not an object stays as it is, for the issue that names it.
        let opened = if config.is_object() {
            self.sealer().open_config(provider, &config).map_err(ServiceError::InvalidRequestConfig)?
        } else {
            config
        };
        let connector = Connector::with_addresses(provider, &opened, self.policy.allowed_addresses);
        let (connector, others) = match connector {
            Ok(connector) => (Some(connector), Vec::new()),
            Err(others) => (None, others),
        };
        for issue in others.into_iter().chain(check_templates(provider, &opened)) {
            // One reason for each field: a secret that has to be entered again is missing for that reason.
            if issues.iter().all(|known| known.path != issue.path) {
                issues.push(issue);
            }
        }
        match connector {
            Some(connector) if issues.is_empty() => Ok((opened, connector)),
            _ => Err(ServiceError::InvalidRequestConfig(issues)),
        }
    }

    /// Returns what is active. A value that was stored by hand and is no connector does not prevent a valid one.
    pub(super) async fn find_active(&self) -> Result<Option<StoredConnector>, ServiceError> {
        let text = self.platform.get(CONNECTOR_KEY).await?;
        Ok(text.and_then(|text| StoredConnector::parse(&text).ok()))
    }

    async fn get_active(&self, id: &str) -> Result<StoredConnector, ServiceError> {
        let text = self.platform.get(CONNECTOR_KEY).await?.ok_or(ServiceError::EntityNotFound)?;
        match StoredConnector::parse(&text) {
            Ok(stored) if stored.id == id => Ok(stored),
            // It is listed under this id.
            Err(_) if id == CONNECTOR_KEY => {
                let issue = Issue::new("", "of what is stored is not known; replace or delete the connector");
                Err(ServiceError::InvalidRequestConfig(vec![issue]))
            }
            _ => Err(ServiceError::EntityNotFound),
        }
    }

    pub(super) async fn store(&self, stored: StoredConnector) -> Result<ConnectorView, ServiceError> {
        self.platform.put(CONNECTOR_KEY, &stored.to_json(), None).await?;
        let view = self.view(&stored).ok_or(ServiceError::UnknownFactory)?;
        Ok(ConnectorView { effective_within_seconds: Some(EFFECTIVE_WITHIN), ..view })
    }
}

fn open(body: &[u8]) -> Result<ObjectReader, RequestError> {
    ObjectReader::open(body).map_err(RequestError::InvalidInput)
}

fn finish(mut reader: ObjectReader) -> Result<(), ServiceError> {
    for (name, reason) in REFUSED_FIELDS {
        reader.refuse(name, reason);
    }
    reader.finish().map_err(|issues: Vec<Issue>| RequestError::InvalidInput(issues).into())
}

/// Checks the entity tags of `If-Match` (RFC 9110 §13.1.1). A weak tag counts as a strong one: proxies that compress make
/// tags weak.
fn check_condition(if_match: Option<&str>, etag: &str) -> Result<(), ServiceError> {
    let is_met = if_match.is_none_or(|tags| {
        tags.split(',').map(str::trim).any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag)
    });
    if is_met { Ok(()) } else { Err(ServiceError::EntityConflict) }
}
