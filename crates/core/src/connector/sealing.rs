//! The secrets of a connector's config: sealed at rest (AES-256-GCM), redacted in responses, kept over an edit that leaves
//! them out. The provider's field table tells which fields are secret, and to which fields they are bound.

use aes_gcm::Aes256Gcm;
use aes_gcm::aead::{Aead, Nonce, Payload};
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::error::Issue;
use crate::keys::{KeyRing, KeySet};
use crate::ports::{RandomError, RandomSource};
use crate::provider::SmsProvider;

/// The beginning of a sealed value; then the id of the key set, a dot, and nonce, ciphertext and tag in hex.
const PREFIX: &str = "sealed.v1.";
/// The length of the AES-GCM nonce in bytes.
const NONCE_LENGTH: usize = 12;
/// The length of the AES-GCM tag in bytes.
const TAG_LENGTH: usize = 16;
/// The length of a [`KeySet::id`] in hex digits.
const KEY_ID_LENGTH: usize = 8;
/// The shortest secret, in characters, whose last four are shown as a hint.
const HINT_MIN_LENGTH: usize = 12;

/// Seals, opens and redacts the secrets of configs.
#[derive(Clone, Copy, Debug)]
pub struct SecretSealer<'a> {
    /// Secrets are sealed with the current keys and opened with either.
    pub keys: &'a KeyRing,
}

/// A secret as responses show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RedactedSecret {
    /// Always true.
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::openapi::always_true))]
    pub set: bool,
    /// The last four characters, if the secret has 12 or more.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        feature = "openapi",
        schema(nullable = false, min_length = 4, max_length = 4, examples("1a2b"))
    )]
    pub hint: Option<String>,
}

impl SecretSealer<'_> {
    /// Returns a config as it is stored: every secret sealed with the current key, also one that was sealed with the
    /// previous key. Members that the field table does not know are dropped, and so are secrets that are no text:
    /// either may be a misplaced secret. A seal that does not open stays as it is.
    ///
    /// # Errors
    /// If there are no random bytes for a nonce.
    pub fn seal_config(
        &self,
        provider: &dyn SmsProvider,
        config: &Value,
        random: &impl RandomSource,
    ) -> Result<Value, RandomError> {
        let mut sealed = Map::new();
        for field in provider.fields() {
            let value = match config.get(field.key) {
                Some(value) if !field.is_secret() => value.clone(),
                Some(Value::String(text)) => {
                    let aad = associated_data(provider, field.key, config);
                    self.seal_text(&aad, text, random)?.unwrap_or_else(|| text.clone()).into()
                }
                None | Some(_) => continue,
            };
            sealed.insert(field.key.to_owned(), value);
        }
        Ok(sealed.into())
    }

    /// Seals the secrets of a stored config anew that are sealed with the previous key, and changes nothing else. Tells
    /// whether there were any.
    ///
    /// # Errors
    /// As [`Self::seal_config`].
    pub fn renew_config(
        &self,
        provider: &dyn SmsProvider,
        config: &mut Value,
        random: &impl RandomSource,
    ) -> Result<bool, RandomError> {
        let mut is_renewed = false;
        for field in provider.fields().iter().filter(|field| field.is_secret()) {
            let text = config.get(field.key).and_then(Value::as_str).filter(|text| is_sealed(text));
            let aad = associated_data(provider, field.key, config);
            let renewed = text.map(|text| self.seal_text(&aad, text, random)).transpose()?.flatten();
            if let Some((value, renewed)) = config.get_mut(field.key).zip(renewed) {
                *value = renewed.into();
                is_renewed = true;
            }
        }
        Ok(is_renewed)
    }

    /// Tells whether a stored text may hold a secret that is sealed with the previous key.
    pub fn may_need_renewal(&self, stored: &str) -> bool {
        let previous = self.keys.previous.as_ref();
        previous.is_some_and(|keys| stored.contains(&format!("{PREFIX}{}.", keys.id)))
    }

    /// Returns a config as the provider uses it. A secret that was stored by hand in the clear is taken as it is.
    ///
    /// # Errors
    /// The field whose seal neither key opens, or which was sealed for another destination.
    pub fn open_config(&self, provider: &dyn SmsProvider, config: &Value) -> Result<Value, Vec<Issue>> {
        let mut opened = config.as_object().cloned().unwrap_or_default();
        for field in provider.fields().iter().filter(|field| field.is_secret()) {
            let text = config.get(field.key).and_then(Value::as_str);
            if let Some(sealed) = text.and_then(|text| text.strip_prefix(PREFIX)) {
                let aad = associated_data(provider, field.key, config);
                let plain = self.open(&aad, sealed).ok_or_else(|| {
                    let message = "is sealed with another key or for another destination; set it again";
                    vec![Issue::new(field.key, message)]
                })?;
                opened.insert(field.key.to_owned(), plain.into());
            }
        }
        Ok(opened.into())
    }

    /// Returns a config as responses show it: a [`RedactedSecret`] for each secret. Members that the field table does not
    /// know are dropped: one may be a secret under a misspelt name.
    pub fn redact_config(&self, provider: &dyn SmsProvider, config: &Value) -> Value {
        let mut redacted = Map::new();
        for field in provider.fields() {
            let Some(value) = config.get(field.key) else { continue };
            let shown = if field.is_secret() {
                let aad = associated_data(provider, field.key, config);
                let secret = RedactedSecret { set: true, hint: self.hint(&aad, value) };
                serde_json::to_value(secret).unwrap_or_default()
            } else {
                value.clone()
            };
            redacted.insert(field.key.to_owned(), shown);
        }
        redacted.into()
    }

    fn hint(self, aad: &str, value: &Value) -> Option<String> {
        let text = value.as_str()?;
        match text.strip_prefix(PREFIX) {
            Some(sealed) => last_four_hint(&self.open(aad, sealed)?),
            None => last_four_hint(text),
        }
    }

    /// Seals a text with the current key, or what it holds if it is sealed with the previous key. `None` if it stays.
    fn seal_text(
        self,
        aad: &str,
        text: &str,
        random: &impl RandomSource,
    ) -> Result<Option<String>, RandomError> {
        let opened;
        let plain = match text.strip_prefix(PREFIX).filter(|_| is_sealed(text)) {
            Some(sealed) => {
                opened = if self.is_current(sealed) { None } else { self.open(aad, sealed) };
                opened.as_deref()
            }
            None => Some(text).filter(|text| !text.is_empty()),
        };
        plain.map(|plain| self.seal(aad, plain, random.bytes()?)).transpose()
    }

    fn is_current(self, sealed: &str) -> bool {
        sealed.split_once('.').is_some_and(|(id, _)| id == self.keys.current.id)
    }

    fn seal(self, aad: &str, text: &str, nonce: [u8; NONCE_LENGTH]) -> Result<String, RandomError> {
        let keys = &self.keys.current;
        // AES-GCM refuses only texts of more than 64 GiB.
        let sealed = encrypt(&keys.seal, nonce, aad.as_bytes(), text.as_bytes()).ok_or(RandomError)?;
        Ok(format!("{PREFIX}{}.{}{}", keys.id, hex::encode(nonce), hex::encode(sealed)))
    }

    fn open(self, aad: &str, sealed: &str) -> Option<String> {
        let (keys, nonce, ciphertext) = self.parse(sealed)?;
        String::from_utf8(decrypt(&keys.seal, nonce, aad.as_bytes(), &ciphertext)?).ok()
    }

    fn parse(&self, sealed: &str) -> Option<(&KeySet, [u8; NONCE_LENGTH], Vec<u8>)> {
        let (id, encoded) = sealed.split_once('.')?;
        let bytes = hex::decode(encoded).ok()?;
        let (nonce, ciphertext) = bytes.split_first_chunk::<NONCE_LENGTH>()?;
        Some((self.keys.find(id)?, *nonce, ciphertext.to_vec()))
    }
}

/// Encrypts a text; the tag follows the ciphertext.
fn encrypt(cipher: &Aes256Gcm, nonce: [u8; NONCE_LENGTH], aad: &[u8], msg: &[u8]) -> Option<Vec<u8>> {
    cipher.encrypt(&Nonce::<Aes256Gcm>::from(nonce), Payload { msg, aad }).ok()
}

/// Decrypts what [`encrypt`] has made; `None` if anything of it was changed.
fn decrypt(cipher: &Aes256Gcm, nonce: [u8; NONCE_LENGTH], aad: &[u8], msg: &[u8]) -> Option<Vec<u8>> {
    cipher.decrypt(&Nonce::<Aes256Gcm>::from(nonce), Payload { msg, aad }).ok()
}

/// A secret is bound to its field and its destination as associated data, so that a sealed value opens nowhere else.
fn associated_data(provider: &dyn SmsProvider, key: &str, config: &Value) -> String {
    let destination: Vec<_> =
        destination_fields(provider).map(|field| [field, destination_text(config, field)]).collect();
    json!([provider.id(), key, destination]).to_string()
}

fn destination_fields(provider: &dyn SmsProvider) -> impl Iterator<Item = &'static str> {
    provider.fields().iter().filter(|field| field.is_destination).map(|field| field.key)
}

/// An absent value counts as an empty one.
fn destination_text<'a>(config: &'a Value, key: &str) -> &'a str {
    config.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn last_four_hint(secret: &str) -> Option<String> {
    let length = secret.chars().count();
    (length >= HINT_MIN_LENGTH).then(|| secret.chars().skip(length - 4).collect())
}

/// Tells whether a text has the form of a sealed value, whatever key sealed it.
fn is_sealed(text: &str) -> bool {
    let parts = text.strip_prefix(PREFIX).and_then(|rest| rest.split_once('.'));
    parts.is_some_and(|(id, encoded)| {
        let is_key_id = id.len() == KEY_ID_LENGTH && hex::decode(id).is_ok();
        is_key_id && hex::decode(encoded).is_ok_and(|bytes| bytes.len() > NONCE_LENGTH + TAG_LENGTH)
    })
}

/// What it means that a posted config leaves a secret out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeftOutSecret {
    /// It keeps its stored value.
    Kept,
    /// The config has none.
    Absent,
}

/// A posted config with the stored secrets filled in.
#[derive(Clone, Debug, PartialEq)]
pub struct MergedConfig {
    /// The config.
    pub config: Value,
    /// The secrets that were not filled in, because the config names another destination.
    pub issues: Vec<Issue>,
}

/// Fills the secrets in that a posted config sends back redacted or, if they are kept, leaves out; `null` clears a field. A
/// stored secret is only used for the destination that it was stored for.
pub fn merge_stored_secrets(
    provider: &dyn SmsProvider,
    posted: &Value,
    stored: Option<&Value>,
    left_out: LeftOutSecret,
) -> MergedConfig {
    let Some(members) = posted.as_object() else {
        return MergedConfig { config: posted.clone(), issues: Vec::new() };
    };
    let is_given = |(_, value): &(&String, &Value)| !value.is_null();
    let mut config: Map<String, Value> =
        members.iter().filter(is_given).map(|(key, value)| (key.clone(), value.clone())).collect();
    let changed: Vec<_> = destination_fields(provider)
        .filter(|key| {
            stored.is_some_and(|stored| destination_text(stored, key) != destination_text(posted, key))
        })
        .collect();
    let mut issues = Vec::new();
    for field in provider.fields().iter().filter(|field| field.is_secret()) {
        let is_kept = match members.get(field.key) {
            Some(value) => value.get("set") == Some(&Value::Bool(true)),
            None => left_out == LeftOutSecret::Kept,
        };
        if !is_kept {
            continue;
        }
        config.shift_remove(field.key);
        let Some(value) = stored.and_then(|stored| stored.get(field.key)).filter(|value| **value != "")
        else {
            continue;
        };
        if changed.is_empty() {
            config.insert(field.key.to_owned(), value.clone());
        } else {
            let message = format!("must be entered again, because {} has changed", changed.join(" and "));
            issues.push(Issue::new(field.key, message));
        }
    }
    MergedConfig { config: config.into(), issues }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aes_gcm::KeyInit as _;
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test(unsupported = test)]
    fn encrypt_and_decrypt_agree_with_the_vectors_of_wycheproof() {
        let vectors = crate::wycheproof::vectors("aesGcm");
        assert_eq!(vectors.len(), 66);
        for vector in vectors {
            let [key, nonce, aad, message, ciphertext, tag] = &*vector.values else { panic!("six values") };
            let cipher = Aes256Gcm::new_from_slice(key).expect("256 bits");
            let nonce = <[u8; NONCE_LENGTH]>::try_from(&**nonce).expect("96 bits");
            let sealed = [&**ciphertext, tag].concat();
            let is_equal = encrypt(&cipher, nonce, aad, message).as_ref() == Some(&sealed);
            assert_eq!(is_equal, vector.is_valid, "{}", vector.id);
            let opened = decrypt(&cipher, nonce, aad, &sealed);
            assert_eq!(opened, vector.is_valid.then(|| message.clone()), "{}", vector.id);
        }
    }
}
