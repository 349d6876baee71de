//! Secrets: sealed for KV, bound to their place, redacted in answers, kept over an edit.

use core::cell::Cell;

use aes_gcm::aead::{Aead, Payload};
use aes_gcm::{Aes256Gcm, KeyInit};
use proptest::prelude::*;

use super::telling::{Granter, told};
use crate::connector::{Kind, Provider, REGISTRY, provider};
use crate::error::{Error, Result};
use crate::json::{Map, Value};
use crate::keys::Keys;
use crate::record::Record;
use crate::secret::Secret;
use crate::sign::{hex, unhex};
use crate::time::Timestamp;
use crate::vault::{Vault, completed};
use crate::world::Wish;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// A real AES-256-GCM, and dice that count.
struct Outside(Cell<u8>);

impl Granter for Outside {
    fn now(&self) -> Timestamp {
        Timestamp(0)
    }

    fn grant(&self, wish: Wish) -> Option<Value> {
        match wish {
            Wish::Random(length) => {
                self.0.set(self.0.get().wrapping_add(1));
                Some(hex(&vec![self.0.get(); length as usize]).into())
            }
            Wish::Seal { key, nonce, place, text } => {
                let payload = Payload { msg: text.as_bytes(), aad: place.as_bytes() };
                Some(hex(&cipher(&key).encrypt(&bytes(&nonce).into(), payload).ok()?).into())
            }
            Wish::Open { key, nonce, place, sealed } => {
                let sealed = unhex(&sealed)?;
                let payload = Payload { msg: &sealed, aad: place.as_bytes() };
                let plain = cipher(&key).decrypt(&bytes(&nonce).into(), payload).ok();
                Some(plain.map(|plain| String::from_utf8(plain).expect("text")).write())
            }
            _ => panic!("a vault wants nothing else"),
        }
    }
}

fn cipher(key: &str) -> Aes256Gcm {
    Aes256Gcm::new(&bytes::<32>(key).into())
}

fn bytes<const N: usize>(hex: &str) -> [u8; N] {
    unhex(hex).and_then(|bytes| bytes.try_into().ok()).expect("hex of that length")
}

fn sealed(keys: &Keys, outside: &Outside, provider: &dyn Provider, config: &Value) -> Value {
    told(outside, |world| Vault { keys, world }.sealed(provider, config)).expect("sealed")
}

fn opened(keys: &Keys, outside: &Outside, provider: &dyn Provider, config: &Value) -> Result<Value> {
    told(outside, |world| Vault { keys, world }.opened(provider, config))
}

fn keys(current: &str, previous: Option<&str>) -> Keys {
    let previous = previous.map(Secret::new);
    Keys::derive(Some(&Secret::new(current)), previous.as_ref()).expect("long enough")
}

const ROOT: &str = "0123456789abcdef0123456789abcdef";

fn secret_fields(provider: &dyn Provider) -> impl Iterator<Item = &'static str> {
    provider.fields().iter().filter(|field| matches!(field.kind, Kind::Secret)).map(|field| field.key)
}

/// A config that holds nothing but a secret in every place for one.
fn config_of(provider: &dyn Provider, secret: &str) -> Value {
    let mut config = Map::new();
    for key in secret_fields(provider) {
        config.insert(key, secret);
    }
    config.into()
}

#[test]
fn no_five_characters_of_a_secret_leave() {
    proptest!(ProptestConfig::with_cases(2_000), |(secret in "[ -~]{1,40}", pick in 0..REGISTRY.len())| {
        let provider = REGISTRY[pick];
        let (keys, world) = (keys(ROOT, None), Outside(Cell::new(0)));
        let config = config_of(provider, &secret);
        let sealed = sealed(&keys, &world, provider, &config);
        for stored in [&config, &sealed] {
            let shown = told(&world, |world| Vault { keys: &keys, world }.redacted(provider, stored)).expect("shown");
            for key in secret_fields(provider) {
                let hint = shown.get(key).and_then(|value| value.get("hint")).and_then(Value::as_str);
                let length = secret.chars().count();
                prop_assert_eq!(hint.is_some(), length >= 12);
                prop_assert!(hint.is_none_or(|hint| secret.ends_with(hint) && hint.len() == 4));
            }
        }
        for key in secret_fields(provider) {
            let stored = sealed.get(key).and_then(Value::as_str).expect("text");
            prop_assert!(secret.len() < 9 || !stored.contains(&secret));
        }
        prop_assert_eq!(opened(&keys, &world, provider, &sealed).expect("opened"), config);
    });
}

#[test]
fn a_seal_opens_only_in_its_place_and_with_its_key() {
    let world = Outside(Cell::new(0));
    let twilio = provider("twilio-short-message-service").expect("known");
    let tencent = provider("tencent-short-message-service").expect("known");
    let old = keys("old-0123456789abcdef0123456789ab", None);
    let config = config_of(twilio, "a-secret-of-some-length");
    let at_rest = sealed(&old, &world, twilio, &config);

    let rotated = keys(ROOT, Some("old-0123456789abcdef0123456789ab"));
    assert_eq!(opened(&rotated, &world, twilio, &at_rest), Ok(config.clone()), "while the rotation runs");
    assert_ne!(sealed(&rotated, &world, twilio, &config), at_rest);

    let text = at_rest.get("authToken").and_then(Value::as_str).expect("text");
    let mut moved = Map::new();
    moved.insert("accessKeySecret", text);
    let refused = |provider, config: &Value, keys: &Keys| match opened(keys, &world, provider, config) {
        Err(Error::ConnectorConfig(issues)) => issues[0].path.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(refused(tencent, &moved.into(), &rotated), "accessKeySecret", "another place");
    assert_eq!(refused(twilio, &at_rest, &keys(ROOT, None)), "authToken", "another key");
    for broken in ["sealed.v1.", "sealed.v1.zz", "sealed.v1.8f689978.00", &text[..text.len() - 2]] {
        let mut config = Map::new();
        config.insert("authToken", broken);
        assert_eq!(refused(twilio, &config.into(), &old), "authToken", "{broken}");
    }
}

#[test]
fn an_edit_keeps_the_secrets_it_does_not_name() {
    let http = provider("http-sms").expect("known");
    let known = Value::parse(r#"{"endpoint":"https://a.example","authorization":"sealed"}"#).expect("JSON");
    for (posted, result) in [
        (r#"{"endpoint":"x"}"#, r#"{"endpoint":"x","authorization":"sealed"}"#),
        (
            r#"{"endpoint":"x","authorization":{"set":true,"hint":"aled"}}"#,
            r#"{"endpoint":"x","authorization":"sealed"}"#,
        ),
        (r#"{"endpoint":"x","authorization":"new"}"#, r#"{"endpoint":"x","authorization":"new"}"#),
        (r#"{"endpoint":"x","authorization":null}"#, r#"{"endpoint":"x"}"#),
        (r#"{"authorization":{"set":true}}"#, r#"{"authorization":"sealed"}"#),
        ("[]", "[]"),
    ] {
        let posted = Value::parse(posted).expect("JSON");
        assert_eq!(completed(http, &posted, Some(&known)).json(), result);
    }
    let redacted = Value::parse(r#"{"authorization":{"set":true}}"#).expect("JSON");
    assert_eq!(completed(http, &redacted, None).json(), "{}", "nothing is known to fill it in");
}
