//! The deployment: its settings and bindings, read and checked once per isolate.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{JSON, Reflect};
use wasm_bindgen::JsValue;
use worker::{AnalyticsEngineDataset, Env, Fetcher, ObjectNamespace};

use edge_otp_core::bridge::BridgeSecrets;
use edge_otp_core::error::Issue;
use edge_otp_core::keys::{CallerKeys, CallerSettings, KeyRing};
use edge_otp_core::policy::Policy;
use edge_otp_core::secret::Secret;
use edge_otp_core::service::{ConnectorService, OtpService, ServiceError};
use edge_otp_core::settings::{API_KEYS, OTP_SECRET};
use edge_otp_core::webhook::Webhook;

use crate::follow_up::Notifier;
use crate::platform::WorkerPlatform;

thread_local! {
    /// An isolate has one environment, so this is computed once.
    static DEPLOYMENT: RefCell<Option<Result<Rc<Deployment>, ServiceError>>> = const { RefCell::new(None) };
}

/// Settings and bindings of the deployment.
pub(crate) struct Deployment {
    pub(crate) keys: Rc<KeyRing>,
    pub(crate) policy: Policy,
    pub(crate) api_keys: CallerKeys,
    /// Empty if there is none: then nobody may manage the deployment.
    pub(crate) admin_keys: CallerKeys,
    /// With what other auth servers sign.
    pub(crate) bridge_secrets: BridgeSecrets,
    pub(crate) platform: WorkerPlatform,
    /// The operator's webhook, if there is one.
    pub(crate) notifier: Option<Notifier>,
    /// The objects of the message log, if it is kept.
    pub(crate) messages: Option<ObjectNamespace>,
    pub(crate) analytics_reader: Option<AnalyticsReader>,
    analytics: Option<AnalyticsEngineDataset>,
    assets: Option<Fetcher>,
}

/// How the counts of Analytics Engine are read:
/// <https://developers.cloudflare.com/analytics/analytics-engine/sql-api/>.
pub(crate) struct AnalyticsReader {
    /// The id of the Cloudflare account: 32 hex digits.
    pub(crate) account: String,
    /// A token with `Account Analytics: Read`.
    pub(crate) token: Secret,
}

impl Deployment {
    /// Returns the deployment of this isolate.
    ///
    /// # Errors
    /// `config.invalid` with the setting or binding that is wrong, on every request until it is corrected.
    pub(crate) fn of(env: &Env) -> Result<Rc<Self>, ServiceError> {
        DEPLOYMENT.with_borrow_mut(|deployment| {
            deployment
                .get_or_insert_with(|| {
                    let invalid = |issue| ServiceError::InvalidSettings(with_missing_secrets(env, issue));
                    Self::read(env).map(Rc::new).map_err(invalid)
                })
                .clone()
        })
    }

    fn read(env: &Env) -> Result<Self, Issue> {
        let secret = |name| text(env, name).map(Secret::new);
        let keys = KeyRing::derive(secret("OTP_SECRET").as_ref(), secret("OTP_SECRET_PREVIOUS").as_ref())?;
        let policy = Policy::parse(|name| text(env, name))?;
        let callers = CallerSettings::parse(
            &text(env, "API_KEYS").unwrap_or_default(),
            text(env, "ADMIN_KEY").as_deref(),
        )?;
        let bridge_secrets = BridgeSecrets::parse(|name| text(env, name))?;
        let analytics_reader =
            parse_analytics_reader(text(env, "ACTIVITY_ACCOUNT"), text(env, "ACTIVITY_TOKEN"))?;
        let (events_url, events_secret) = (text(env, "EVENTS_URL"), text(env, "EVENTS_SECRET"));
        let webhook =
            Webhook::parse(events_url.as_deref(), events_secret.as_deref(), policy.allowed_addresses)?;
        let not_bound = |name: &'static str| move |_| Issue::new(name, "is not bound; see wrangler.toml");
        let kv = env.kv("OTP_KV").and_then(|_| Ok(Reflect::get(env, &"OTP_KV".into())?));
        let kv = kv.map_err(not_bound("OTP_KV"))?;
        let guard = env.durable_object("GUARD").map_err(not_bound("GUARD"))?;
        let keeps_messages = text(env, "MESSAGE_LOG").is_some_and(|text| text == "1");
        let messages = keeps_messages.then(|| env.durable_object("MESSAGES")).transpose();
        let keys = Rc::new(keys);
        Ok(Self {
            api_keys: CallerKeys::new(&keys.current, &callers.api_keys),
            admin_keys: CallerKeys::new(&keys.current, callers.admin_key.as_slice()),
            platform: WorkerPlatform::new(kv, guard, Rc::clone(&keys), policy.allowed_addresses),
            keys,
            policy,
            notifier: webhook.map(Notifier::new),
            messages: messages.map_err(not_bound("MESSAGES"))?,
            bridge_secrets,
            analytics_reader,
            analytics: env.analytics_engine("ACTIVITY").ok(),
            assets: env.assets("ASSETS").ok(),
        })
    }

    /// Returns the data set for counts, if there is one.
    pub(crate) const fn analytics(&self) -> Option<&AnalyticsEngineDataset> {
        self.analytics.as_ref()
    }

    /// Returns the static files, if there are any.
    pub(crate) const fn assets(&self) -> Option<&Fetcher> {
        self.assets.as_ref()
    }

    /// Returns the service that sends and verifies codes.
    pub(crate) fn otp_service(&self) -> OtpService<'_, WorkerPlatform> {
        OtpService { platform: &self.platform, keys: &self.keys, policy: &self.policy }
    }

    /// Returns the service that manages the connector.
    pub(crate) fn connector_service(&self) -> ConnectorService<'_, WorkerPlatform> {
        ConnectorService { platform: &self.platform, keys: &self.keys, policy: &self.policy }
    }
}

/// Adds the secrets that are missing to the setting that was found to be wrong, so that one response names them all.
fn with_missing_secrets(env: &Env, found: Issue) -> Vec<Issue> {
    let missing = [&OTP_SECRET, &API_KEYS]
        .into_iter()
        .filter(|secret| secret.name != found.path && is_missing(text(env, secret.name).as_deref()))
        .map(|secret| Issue::new(secret.name, "is not set"));
    let missing: Vec<_> = missing.collect();
    [found].into_iter().chain(missing).collect()
}

/// An empty secret is one that nobody has filled in: a form for secrets may store it so.
fn is_missing(secret: Option<&str>) -> bool {
    secret.is_none_or(|text| text.trim().is_empty())
}

/// Returns a variable or secret as text; a number or list of wrangler's configuration as JSON.
fn text(env: &Env, name: &str) -> Option<String> {
    let value = Reflect::get(env, &JsValue::from_str(name)).ok()?;
    if value.is_undefined() || value.is_null() {
        return None;
    }
    value.as_string().or_else(|| JSON::stringify(&value).ok()?.as_string())
}

fn parse_analytics_reader(
    account: Option<String>,
    token: Option<String>,
) -> Result<Option<AnalyticsReader>, Issue> {
    let (Some(account), Some(token)) = (account, token) else { return Ok(None) };
    if account.len() != 32 || !account.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(Issue::new("ACTIVITY_ACCOUNT", "must be an account id: 32 hex digits"));
    }
    if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(Issue::new("ACTIVITY_TOKEN", "must be printable ASCII without spaces"));
    }
    Ok(Some(AnalyticsReader { account, token: Secret::new(token) }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test(unsupported = test)]
    fn analytics_reader_needs_a_valid_account_and_token() {
        let account = || Some("0123456789abcdef0123456789abcdef".to_owned());
        let token = || Some("a-token".to_owned());
        let issue = |account, token| parse_analytics_reader(account, token).err().map(|issue| issue.path);
        assert!(parse_analytics_reader(account(), token()).is_ok_and(|reader| reader.is_some()));
        assert!(parse_analytics_reader(account(), None).is_ok_and(|reader| reader.is_none()));
        assert_eq!(issue(Some("mine".to_owned()), token()).as_deref(), Some("ACTIVITY_ACCOUNT"));
        assert_eq!(issue(account(), Some("a b".to_owned())).as_deref(), Some("ACTIVITY_TOKEN"));
    }
}
