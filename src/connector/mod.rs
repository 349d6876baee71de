//! Connectors: the list of providers, and what is common to them. A provider is one file: its fields, how it is
//! asked, how its answer is read. It imports from here and from the kits (`wire`, `sign`, `message`), never from
//! another provider. To add one: its file, its line in [`REGISTRY`], its guide, its vectors.

mod aliyun;
mod aliyun_mas;
mod aliyun_rpc;
mod config;
mod field;
mod gatewayapi;
mod http;
mod mock;
mod outcome;
mod smsaero;
mod smsbao;
mod tencent;
mod twilio;
mod vonage;
mod whatsapp;
mod yunpian;

use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use crate::error::{Error, Issue, Result};
use crate::json::Value;
use crate::message::Message;
use crate::phone::PhoneNumber;
use crate::template::{Template, choose};
use crate::usage::UsageType;
use crate::wire::{Request, Response, Stamp};

pub(crate) use config::Config;
pub(crate) use field::{Field, Kind, Shape, TemplateRules};
#[cfg(test)]
pub(crate) use mock::ID as MOCK;
pub(crate) use outcome::{Class, Codes, Outcome};

/// Every provider, in the order in which they are offered.
pub(crate) static REGISTRY: [&dyn Provider; 12] = [
    &twilio::Twilio,
    &aliyun::Aliyun,
    &aliyun_mas::AliyunMas,
    &tencent::Tencent,
    &vonage::Vonage,
    &yunpian::Yunpian,
    &smsbao::Smsbao,
    &smsaero::Smsaero,
    &gatewayapi::GatewayApi,
    &whatsapp::WhatsApp,
    &http::Http,
    &mock::Mock,
];

/// One SMS provider. Pure: a config and a message make a request, a response makes an outcome.
pub(crate) trait Provider: Sync {
    /// Logto's factory id, for instance `twilio-short-message-service`.
    fn id(&self) -> &'static str;

    /// How it is presented to people.
    fn about(&self) -> About;

    /// The config's fields. From this table follow the check, the form, the redaction and the sealing.
    fn fields(&self) -> &'static [Field];

    /// The codes that the provider documents: these may be told, whatever they look like.
    fn codes(&self) -> Codes {
        &[]
    }

    /// What the field table cannot say: rules over several fields. The config may have issues of its own.
    fn check(&self, config: &Config) -> Vec<Issue> {
        let _ = config;
        Vec::new()
    }

    /// Whether this connector serves a number at all; asked before anything is counted.
    fn serves(&self, config: &Config, phone: &PhoneNumber) -> bool {
        let _ = (config, phone);
        true
    }

    /// Puts a message on the provider's wire.
    fn delivery(&self, config: &Config, message: &Message<'_>, stamp: &Stamp) -> Delivery;

    /// Reads the provider's answer. What is not provably a success or a refusal is [`Outcome::Unknown`].
    fn outcome(&self, response: &Response) -> Outcome;
}

/// How a provider is presented to people, in English and in Simplified Chinese.
pub(crate) struct About {
    /// Logto's target, for instance `twilio-sms`.
    pub(crate) target: &'static str,
    pub(crate) name: [&'static str; 2],
    pub(crate) description: [&'static str; 2],
}

/// Where a message goes.
pub(crate) enum Delivery {
    Http(Request),
    /// A line for the developer's terminal (the mock connector).
    Terminal(String),
}

/// The provider of that id.
pub(crate) fn provider(id: &str) -> Option<&'static dyn Provider> {
    REGISTRY.into_iter().find(|provider| provider.id() == id)
}

/// Keeps the mock connector out of deployments that do not allow it.
///
/// # Errors
/// `connector.invalid_config`.
pub(crate) fn gate(provider: &dyn Provider, allow_mock: bool) -> Result<()> {
    if provider.id() != mock::ID || allow_mock {
        return Ok(());
    }
    let message = "the mock connector works only where ALLOW_MOCK=1";
    Err(Error::ConnectorConfig(vec![Issue::new("connectorId", message)]))
}

/// A provider with a config that has passed its check.
pub(crate) struct Connector {
    pub(crate) provider: &'static dyn Provider,
    pub(crate) config: Config,
}

impl Connector {
    /// Checks a config against its provider's fields.
    ///
    /// # Errors
    /// `connector.invalid_config` with every issue; none holds a value.
    pub(crate) fn new(provider: &'static dyn Provider, config: &Value) -> Result<Self> {
        let Value::Object(object) = config else {
            return Err(Error::ConnectorConfig(vec![Issue::new("", "must be an object")]));
        };
        let (config, mut issues) = Config::check(provider.fields(), object);
        issues.extend(provider.check(&config));
        if issues.is_empty() { Ok(Self { provider, config }) } else { Err(Error::ConnectorConfig(issues)) }
    }

    /// Reads the stored form, `{"connectorId": …, "config": {…}}`, which people also write by hand. The config is not
    /// checked yet, for its secrets may be sealed.
    ///
    /// # Errors
    /// `connector.invalid_config` with the path of what is wrong.
    pub(crate) fn stored(text: &str) -> Result<(&'static dyn Provider, Value)> {
        let wrong = |path: &str, message: &str| Error::ConnectorConfig(vec![Issue::new(path, message)]);
        let stored = Value::parse(text).ok_or_else(|| wrong("", "must be a JSON object"))?;
        let id = stored.get("connectorId").and_then(Value::as_str);
        let provider = id
            .and_then(provider)
            .ok_or_else(|| wrong("connectorId", "must be the id of a known connector"))?;
        Ok((provider, stored.get("config").cloned().unwrap_or(Value::Null)))
    }

    /// Reads and checks a stored form whose secrets are not sealed.
    ///
    /// # Errors
    /// `connector.invalid_config` with every issue.
    #[cfg(any(test, fuzzing))]
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let (provider, config) = Self::stored(text)?;
        Self::new(provider, &config)
    }

    /// The secrets of the config.
    pub(crate) fn secrets(&self) -> impl Iterator<Item = &str> {
        let secret = self.provider.fields().iter().filter(|field| matches!(field.kind, Kind::Secret));
        secret.map(|field| self.config.text(field.key))
    }

    /// The template for a usage type and a locale; Ok(None) if the provider has no templates.
    ///
    /// # Errors
    /// `connector.template_not_found`.
    pub(crate) fn template(&self, usage: UsageType, locale: Option<&str>) -> Result<Option<&Template>> {
        let has_templates =
            self.provider.fields().iter().any(|field| matches!(field.kind, Kind::Templates(_)));
        match choose(self.config.templates(), usage.name(), locale) {
            None if has_templates => Err(Error::TemplateNotFound),
            template => Ok(template),
        }
    }
}
