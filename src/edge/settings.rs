//! Settings: variables and secrets of the deployment.

use alloc::borrow::ToOwned;
use alloc::vec::Vec;

use super::activity::Reader;
use crate::error::Result;
use crate::json::Value;
use crate::keys::Keys;
use crate::policy::{Policy, wrong};
use crate::secret::Secret;

/// Everything that the deployment sets.
pub(super) struct Settings {
    pub(super) keys: Keys,
    pub(super) policy: Policy,
    pub(super) api_keys: Vec<Secret>,
    /// Empty if the deployment has none: then no one may manage it.
    pub(super) admin_key: Vec<Secret>,
    pub(super) activity: Option<Reader>,
}

impl Settings {
    /// Reads the texts of the environment by name; `missing` is a binding that it lacks.
    ///
    /// # Errors
    /// `config.invalid` naming what is wrong, on every request until it is mended.
    pub(super) fn parse(env: &Value, missing: Option<&str>) -> Result<Self> {
        let text = |name: &str| env.get(name).and_then(Value::as_str);
        let secret = |name: &str| text(name).map(Secret::new);
        let api_keys: Vec<Secret> = text("API_KEYS")
            .unwrap_or_default()
            .split(|c: char| c == ',' || c.is_whitespace())
            .filter(|key| !key.is_empty())
            .map(Secret::new)
            .collect();
        let settings = Self {
            keys: Keys::derive(secret("OTP_SECRET").as_ref(), secret("OTP_SECRET_PREVIOUS").as_ref())?,
            policy: Policy::parse(|name| text(name).map(str::to_owned))?,
            api_keys,
            admin_key: secret("ADMIN_KEY").filter(|key| !key.expose().is_empty()).into_iter().collect(),
            activity: reader(text("ACTIVITY_ACCOUNT"), text("ACTIVITY_TOKEN"))?,
        };
        if settings.api_keys.is_empty() {
            return Err(wrong("API_KEYS", "must hold one key or more, separated by commas or white space"));
        }
        match missing {
            Some(binding) => Err(wrong(binding, "is not bound; see wrangler.toml")),
            None => Ok(settings),
        }
    }
}

fn reader(account: Option<&str>, token: Option<&str>) -> Result<Option<Reader>> {
    let (Some(account), Some(token)) = (account, token) else { return Ok(None) };
    if account.len() != 32 || !account.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(wrong("ACTIVITY_ACCOUNT", "must be an account id: 32 hex digits"));
    }
    if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(wrong("ACTIVITY_TOKEN", "must be printable ASCII without spaces"));
    }
    Ok(Some(Reader { account: account.to_owned(), token: token.to_owned() }))
}
