//! Secrets of a connector's config: sealed at rest, redacted in answers, kept over an edit that leaves them out.
//! Which fields are secret, the provider's field table says.

use crate::connector::{Field, Kind, Provider};
use crate::error::{Error, Issue, Result};
use crate::json::{Map, Value};
use crate::keys::{Keys, Ring};
use crate::ports::{Ambient, Cipher, random};
use crate::record::object;
use crate::sign::{hex, unhex};

/// How a sealed value begins; then the key's id, a dot, and nonce and ciphertext in hex.
const SEALED: &str = "sealed.v1.";
/// AES-GCM's nonce, in bytes.
const NONCE: usize = 12;
/// Shortest secret that may be told by its last four characters.
const HINTED: usize = 12;

/// Seals and opens the secrets of configs.
pub(crate) struct Vault<'a, A> {
    pub(crate) keys: &'a Keys,
    pub(crate) ambient: &'a A,
}

impl<A: Ambient + Cipher> Vault<'_, A> {
    /// A config as it is stored: every secret sealed. One that is sealed already stays as it is.
    pub(crate) async fn sealed(&self, provider: &dyn Provider, config: &Value) -> Result<Value> {
        let mut sealed = members(config);
        for (field, text) in secrets(provider, config) {
            if !text.starts_with(SEALED) {
                sealed.insert(field.key, self.seal(provider, field.key, text).await?);
            }
        }
        Ok(sealed.into())
    }

    /// A config as the connector works with it. A secret that was put there by hand in the clear is taken as it is.
    ///
    /// # Errors
    /// `connector.invalid_config` naming the field whose seal no key of ours opens.
    pub(crate) async fn opened(&self, provider: &dyn Provider, config: &Value) -> Result<Value> {
        let mut opened = members(config);
        for (field, text) in secrets(provider, config) {
            if let Some(sealed) = text.strip_prefix(SEALED) {
                let plain = self.open(provider, field.key, sealed).await?;
                let message = "is sealed with a key that this deployment does not have; set it again";
                let issue = || Error::ConnectorConfig(vec![Issue::new(field.key, message)]);
                opened.insert(field.key, plain.ok_or_else(issue)?);
            }
        }
        Ok(opened.into())
    }

    /// A config as answers show it: each secret is `{"set":true,"hint":"1a2b"}`. The hint is the last four characters,
    /// and only of a secret of 12 or more.
    pub(crate) async fn redacted(&self, provider: &dyn Provider, config: &Value) -> Result<Value> {
        let mut shown = Map::new();
        // What the table does not know is not shown: it may be a secret under a misspelt name.
        for field in provider.fields() {
            let Some(value) = config.get(field.key) else { continue };
            if !matches!(field.kind, Kind::Secret) {
                shown.insert(field.key, value.clone());
                continue;
            }
            let hint = match value.as_str().and_then(|text| text.strip_prefix(SEALED)) {
                Some(sealed) => self.open(provider, field.key, sealed).await?.map(|plain| hint(&plain)),
                None => value.as_str().map(hint),
            };
            shown.insert(field.key, object([("set", true.into()), ("hint", hint.unwrap_or(Value::Null))]));
        }
        Ok(shown.into())
    }

    async fn seal(&self, provider: &dyn Provider, field: &str, text: &str) -> Result<String> {
        let ring = &self.keys.current;
        let nonce = random::<NONCE, _>(self.ambient)?;
        let sealed = self.ambient.seal(&ring.seal, &nonce, &place(provider, field), text.as_bytes()).await?;
        Ok([SEALED, &ring.id, ".", &hex(&nonce), &hex(&sealed)].concat())
    }

    async fn open(&self, provider: &dyn Provider, field: &str, sealed: &str) -> Result<Option<String>> {
        let Some((ring, nonce, sealed)) = self.parse(sealed) else { return Ok(None) };
        let plain = self.ambient.open(&ring.seal, &nonce, &place(provider, field), &sealed).await?;
        Ok(plain.and_then(|bytes| String::from_utf8(bytes).ok()))
    }

    fn parse(&self, sealed: &str) -> Option<(&Ring, Vec<u8>, Vec<u8>)> {
        let (id, bytes) = sealed.split_once('.')?;
        let mut nonce = unhex(bytes)?;
        let ciphertext = (nonce.len() > NONCE).then(|| nonce.split_off(NONCE))?;
        Some((self.keys.ring(id)?, nonce, ciphertext))
    }
}

/// Where a secret stands: bound to it as associated data, so that no sealed value fits another place.
fn place(provider: &dyn Provider, field: &str) -> Vec<u8> {
    [provider.id(), ".", field].concat().into_bytes()
}

fn hint(secret: &str) -> Value {
    let length = secret.chars().count();
    if length < HINTED {
        return Value::Null;
    }
    secret.chars().skip(length - 4).collect::<String>().into()
}

fn members(config: &Value) -> Map {
    config.as_object().cloned().unwrap_or_default()
}

/// The secret fields of a config that hold text.
fn secrets<'a>(provider: &dyn Provider, config: &'a Value) -> Vec<(&'static Field, &'a str)> {
    let secret = provider.fields().iter().filter(|field| matches!(field.kind, Kind::Secret));
    secret
        .filter_map(|field| {
            let text = config.get(field.key)?.as_str().filter(|text| !text.is_empty())?;
            Some((field, text))
        })
        .collect()
}

/// A config as it was posted, with the secrets filled in that were left out or sent back redacted. `null` clears a
/// field.
pub(crate) fn completed(provider: &dyn Provider, posted: &Value, known: Option<&Value>) -> Value {
    let Some(posted) = posted.as_object() else { return posted.clone() };
    let mut config = Map::new();
    for (name, value) in posted.iter().filter(|(_, value)| !value.is_null()) {
        config.insert(name, value.clone());
    }
    for field in provider.fields().iter().filter(|field| matches!(field.kind, Kind::Secret)) {
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
