//! Secrets of a connector's config: sealed at rest, redacted in answers, kept over an edit that leaves them out.
//! Which fields are secret, the provider's field table says.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec;

use crate::connector::{Field, Kind, Provider};
use crate::error::{Error, Issue, Result};
use crate::json::{Map, Value};
use crate::keys::{Keys, Ring};
use crate::record::object;
use crate::sign::{hex, unhex};
use crate::text::length;
use crate::world::World;

/// How a sealed value begins; then the key's id, a dot, and nonce and ciphertext in hex.
const SEALED: &str = "sealed.v1.";
/// AES-GCM's nonce and tag, in bytes.
const NONCE: usize = 12;
const TAG: usize = 16;
/// Shortest secret that may be told by its last four characters.
const HINTED: usize = 12;

/// Seals and opens the secrets of configs.
pub(crate) struct Vault<'a> {
    pub(crate) keys: &'a Keys,
    pub(crate) world: &'a World<'a>,
}

impl Vault<'_> {
    /// A config as it is stored: every secret sealed. One that is sealed already stays as it is. What the field table
    /// does not know is not kept, nor a secret that is no text: either may be a secret in the wrong place.
    pub(crate) fn sealed(&self, provider: &dyn Provider, config: &Value) -> Result<Value> {
        let mut sealed = Map::new();
        for field in provider.fields() {
            match config.get(field.key) {
                None => {}
                Some(Value::String(text)) if is_secret(field) && !text.is_empty() && !is_sealed(text) => {
                    sealed.insert(field.key, self.seal(provider, field.key, text)?);
                }
                Some(Value::String(text)) if is_secret(field) => sealed.insert(field.key, text.as_str()),
                Some(_) if is_secret(field) => {}
                Some(value) => sealed.insert(field.key, value.clone()),
            }
        }
        Ok(sealed.into())
    }

    /// A config as the connector works with it. A secret that was put there by hand in the clear is taken as it is.
    ///
    /// # Errors
    /// `connector.invalid_config` naming the field whose seal no key of ours opens.
    pub(crate) fn opened(&self, provider: &dyn Provider, config: &Value) -> Result<Value> {
        let mut opened = members(config);
        for field in provider.fields().iter().filter(|field| is_secret(field)) {
            let text = config.get(field.key).and_then(Value::as_str);
            if let Some(sealed) = text.and_then(|text| text.strip_prefix(SEALED)) {
                let plain = self.open(provider, field.key, sealed)?;
                let message = "is sealed with a key that this deployment does not have; set it again";
                let issue = || Error::ConnectorConfig(vec![Issue::new(field.key, message)]);
                opened.insert(field.key, plain.ok_or_else(issue)?);
            }
        }
        Ok(opened.into())
    }

    /// A config as answers show it: each secret is `{"set":true,"hint":"1a2b"}`. The hint is the last four characters,
    /// and only of a secret of 12 or more.
    pub(crate) fn redacted(&self, provider: &dyn Provider, config: &Value) -> Result<Value> {
        let mut shown = Map::new();
        // What the table does not know is not shown: it may be a secret under a misspelt name.
        for field in provider.fields() {
            let Some(value) = config.get(field.key) else { continue };
            if !is_secret(field) {
                shown.insert(field.key, value.clone());
                continue;
            }
            let hint = match value.as_str().and_then(|text| text.strip_prefix(SEALED)) {
                Some(sealed) => self.open(provider, field.key, sealed)?.map(|plain| hint(&plain)),
                None => value.as_str().map(hint),
            };
            shown.insert(field.key, object([("set", true.into()), ("hint", hint.unwrap_or(Value::Null))]));
        }
        Ok(shown.into())
    }

    fn seal(&self, provider: &dyn Provider, field: &str, text: &str) -> Result<String> {
        let ring = &self.keys.current;
        let nonce = hex(&self.world.random::<NONCE>()?);
        let sealed = self.world.seal(hex(&ring.seal_key()), nonce.clone(), place(provider, field), text)?;
        Ok([SEALED, &ring.id, ".", &nonce, &sealed].concat())
    }

    fn open(&self, provider: &dyn Provider, field: &str, sealed: &str) -> Result<Option<String>> {
        let Some((ring, nonce, sealed)) = self.parse(sealed) else { return Ok(None) };
        self.world.open(hex(&ring.seal_key()), nonce.to_owned(), place(provider, field), sealed.to_owned())
    }

    fn parse<'a>(&self, sealed: &'a str) -> Option<(&Ring, &'a str, &'a str)> {
        let (id, bytes) = sealed.split_once('.')?;
        unhex(bytes)?;
        let (nonce, ciphertext) = bytes.split_at_checked(2 * NONCE).filter(|(_, rest)| !rest.is_empty())?;
        Some((self.keys.ring(id)?, nonce, ciphertext))
    }
}

/// Where a secret stands: bound to it as associated data, so that no sealed value fits another place.
fn place(provider: &dyn Provider, field: &str) -> String {
    [provider.id(), ".", field].concat()
}

fn hint(secret: &str) -> Value {
    let length = length(secret);
    if length < HINTED {
        return Value::Null;
    }
    secret.chars().skip(length - 4).collect::<String>().into()
}

fn members(config: &Value) -> Map {
    config.as_object().cloned().unwrap_or_default()
}

const fn is_secret(field: &Field) -> bool {
    matches!(field.kind, Kind::Secret)
}

/// Whether a text has a seal's form: `sealed.v1.<8 hex>.<nonce, ciphertext and tag in hex>`.
fn is_sealed(text: &str) -> bool {
    let parts = text.strip_prefix(SEALED).and_then(|rest| rest.split_once('.'));
    parts.is_some_and(|(id, bytes)| {
        let bytes = unhex(bytes).filter(|bytes| bytes.len() > NONCE + TAG);
        unhex(id).is_some_and(|id| id.len() == 4) && bytes.is_some()
    })
}

/// A config as it was posted, with the secrets filled in that were left out or sent back redacted. `null` clears a
/// field.
pub(crate) fn completed(provider: &dyn Provider, posted: &Value, known: Option<&Value>) -> Value {
    let Some(posted) = posted.as_object() else { return posted.clone() };
    let mut config = Map::new();
    for (name, value) in posted.iter().filter(|(_, value)| !value.is_null()) {
        config.insert(name, value.clone());
    }
    for field in provider.fields().iter().filter(|field| is_secret(field)) {
        let keeps = match posted.get(field.key) {
            None => true,
            Some(value) => value.get("set").and_then(Value::as_bool) == Some(true),
        };
        if keeps {
            config.remove(field.key);
            if let Some(value) = known.and_then(|known| known.get(field.key)) {
                config.insert(field.key, value.clone());
            }
        }
    }
    config.into()
}
