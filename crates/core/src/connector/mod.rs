//! A connector: a provider together with the config of one operator; its stored form, its secrets at rest, and the
//! catalogue of all connectors.

mod cache;
mod catalog;
mod renewal;
mod save_check;
mod sealing;
mod stored;
mod text;

use core::fmt;

use serde_json::Value;

use crate::error::Issue;
use crate::provider::{
    AllowedAddresses, FieldKind, MOCK_ID, ProviderConfig, SmsProvider, TemplateKind, TemplateRules,
};
use crate::template::{Template, select_template};
use crate::usage_type::UsageType;

pub use cache::ConnectorCache;
pub use catalog::{
    DefaultTemplate, Factory, FactorySummary, FormItem, Phrase, TemplateRulesView, list_factories,
};
pub use renewal::{renew_archive, renew_connector};
pub use save_check::check_templates;
pub use sealing::{LeftOutSecret, MergedConfig, RedactedSecret, SecretSealer, merge_stored_secrets};
pub use stored::{
    ARCHIVE_KEY, ARCHIVE_LENGTH, ARCHIVE_LIFETIME, ArchivedConnector, CONNECTOR_KEY, ConnectorView,
    StoredConnector, archive_to_json, draw_connector_id, load_connector, parse_archive,
};

/// The active connector as it was loaded, or every issue of its config.
pub type LoadedConnector = Result<Connector, Vec<Issue>>;

/// A provider with a config that passed its validation.
pub struct Connector {
    /// The provider.
    pub provider: &'static dyn SmsProvider,
    /// Its config.
    pub config: ProviderConfig,
}

impl fmt::Debug for Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Connector({})", self.provider.id())
    }
}

/// The connector has no template for the usage type and none for `Generic`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no template for this usage type")]
pub struct TemplateNotFound;

impl Connector {
    /// Validates a config by its provider's fields and rules; it may name public addresses only.
    ///
    /// # Errors
    /// Every issue, with its path; none holds a value.
    pub fn new(provider: &'static dyn SmsProvider, config: &Value) -> Result<Self, Vec<Issue>> {
        Self::with_addresses(provider, config, AllowedAddresses::Public)
    }

    /// Validates a config as [`Self::new`] does, with the addresses that it may name.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn with_addresses(
        provider: &'static dyn SmsProvider,
        config: &Value,
        allowed: AllowedAddresses,
    ) -> Result<Self, Vec<Issue>> {
        let Value::Object(object) = config else { return Err(vec![Issue::new("", "must be an object")]) };
        let (config, mut issues) = ProviderConfig::validate(provider.fields(), object, allowed);
        issues.extend(provider.alternatives().iter().filter_map(|keys| missing_alternative(&config, keys)));
        for issue in provider.validate(&config) {
            // What the field table has refused needs no second issue.
            if issues.iter().all(|known| known.path != issue.path) {
                issues.push(issue);
            }
        }
        if issues.is_empty() { Ok(Self { provider, config }) } else { Err(issues) }
    }

    /// Yields the credentials in the config.
    pub fn secrets(&self) -> impl Iterator<Item = &str> {
        self.provider
            .fields()
            .iter()
            .filter(|field| field.is_secret())
            .map(|field| self.config.text(field.key))
            .filter(|secret| !secret.is_empty())
    }

    /// Tells whether the provider sends texts that are written here, and not registered with it or by its receiver.
    pub fn sends_texts(&self) -> bool {
        let is_text =
            |kind| matches!(kind, FieldKind::Templates(TemplateRules { kind: TemplateKind::Text, .. }));
        self.provider.fields().iter().any(|field| is_text(field.kind))
    }

    /// Tells whether the provider has templates at all.
    pub fn has_templates(&self) -> bool {
        self.provider.fields().iter().any(|field| matches!(field.kind, FieldKind::Templates(_)))
    }

    /// Selects the template for a usage type and a locale; `None` if the provider has no templates.
    ///
    /// # Errors
    /// [`TemplateNotFound`] if the provider has templates and none fits.
    pub fn template(
        &self,
        usage_type: UsageType,
        locale: Option<&str>,
    ) -> Result<Option<&Template>, TemplateNotFound> {
        match select_template(self.config.templates(), usage_type.as_str(), locale) {
            None if self.has_templates() => Err(TemplateNotFound),
            template => Ok(template),
        }
    }
}

/// Returns an issue at the first key of a group if none of the fields is there.
fn missing_alternative(config: &ProviderConfig, keys: &[&str]) -> Option<Issue> {
    let (first, others) = keys.split_first()?;
    let is_missing = keys.iter().all(|key| config.text(key).is_empty());
    is_missing.then(|| Issue::new(*first, format!("is required, unless {} is given", others.join(" or "))))
}

/// Keeps the mock connector out of deployments that do not allow it.
///
/// # Errors
/// One issue at `connectorId`.
pub fn ensure_mock_allowed(provider: &dyn SmsProvider, allow_mock: bool) -> Result<(), Vec<Issue>> {
    if provider.id() != MOCK_ID || allow_mock {
        return Ok(());
    }
    Err(vec![Issue::new("connectorId", "the mock connector works only where ALLOW_MOCK=1")])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::find_provider;
    use serde_json::json;
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test(unsupported = test)]
    fn a_connector_needs_one_of_the_alternative_fields() {
        let twilio = find_provider("twilio-short-message-service").expect("a provider");
        let paths = |sender: &str, value: Value| {
            let mut config = json!({
                "accountSID": "AC1",
                "authToken": "t",
                "templates": [{ "usageType": "Generic", "content": "{{code}}" }],
            });
            config[sender] = value;
            let issues = Connector::new(twilio, &config).err().unwrap_or_default();
            issues.into_iter().map(|issue| (issue.path, issue.message)).collect::<Vec<_>>()
        };
        assert!(paths("from", "+14155550100".into()).is_empty());
        assert!(paths("fromMessagingServiceSID", "MG1".into()).is_empty());
        let missing = ("fromMessagingServiceSID".to_owned(), "is required, unless from is given".to_owned());
        for (sender, value) in
            [("from", json!("")), ("fromMessagingServiceSID", json!("")), ("other", json!(1))]
        {
            assert_eq!(paths(sender, value), core::slice::from_ref(&missing), "{sender}");
        }
    }
}
