//! Secrets: sealed for KV, bound to their place, redacted in answers, kept over an edit.

use core::cell::Cell;
use core::future::Future;
use core::pin::pin;
use core::task::{Context, Poll, Waker};

use aes_gcm::aead::{Aead, Payload};
use aes_gcm::{Aes256Gcm, KeyInit};
use proptest::prelude::*;

use crate::connector::{Kind, Provider, REGISTRY, provider};
use crate::error::{Error, Result};
use crate::json::{Map, Value};
use crate::keys::Keys;
use crate::ports::{Ambient, Cipher};
use crate::secret::Secret;
use crate::time::Timestamp;
use crate::vault::{Vault, completed};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// A real AES-256-GCM, and dice that count.
struct World(Cell<u8>);

impl Ambient for World {
    fn now(&self) -> Timestamp {
        Timestamp(0)
    }

    fn fill_random(&self, buffer: &mut [u8]) -> Result<()> {
        self.0.set(self.0.get().wrapping_add(1));
        buffer.fill(self.0.get());
        Ok(())
    }

    async fn sleep(&self, _: u32) {}
}

impl Cipher for World {
    async fn seal(&self, key: &[u8; 32], nonce: &[u8], place: &[u8], plain: &[u8]) -> Result<Vec<u8>> {
        let nonce: [u8; 12] = nonce.try_into().expect("twelve bytes");
        let sealed = Aes256Gcm::new(key.into()).encrypt(&nonce.into(), Payload { msg: plain, aad: place });
        sealed.map_err(|_| Error::Storage)
    }

    async fn open(
        &self,
        key: &[u8; 32],
        nonce: &[u8],
        place: &[u8],
        sealed: &[u8],
    ) -> Result<Option<Vec<u8>>> {
        let nonce: [u8; 12] = nonce.try_into().expect("twelve bytes");
        Ok(Aes256Gcm::new(key.into()).decrypt(&nonce.into(), Payload { msg: sealed, aad: place }).ok())
    }
}

fn now<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("nothing here waits"),
    }
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
        let (keys, world) = (keys(ROOT, None), World(Cell::new(0)));
        let vault = Vault { keys: &keys, ambient: &world };
        let config = config_of(provider, &secret);
        let sealed = now(vault.sealed(provider, &config)).expect("sealed");
        for shown in [now(vault.redacted(provider, &config)), now(vault.redacted(provider, &sealed))] {
            let shown = shown.expect("shown");
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
        prop_assert_eq!(now(vault.opened(provider, &sealed)).expect("opened"), config);
    });
}

#[test]
fn a_seal_opens_only_in_its_place_and_with_its_key() {
    let world = World(Cell::new(0));
    let twilio = provider("twilio-short-message-service").expect("known");
    let tencent = provider("tencent-short-message-service").expect("known");
    let old = keys("old-0123456789abcdef0123456789ab", None);
    let config = config_of(twilio, "a-secret-of-some-length");
    let sealed = now(Vault { keys: &old, ambient: &world }.sealed(twilio, &config)).expect("sealed");

    let rotated = keys(ROOT, Some("old-0123456789abcdef0123456789ab"));
    let vault = Vault { keys: &rotated, ambient: &world };
    assert_eq!(now(vault.opened(twilio, &sealed)), Ok(config.clone()), "while the rotation runs");
    let fresh =
        now(vault.sealed(twilio, &now(vault.opened(twilio, &sealed)).expect("open"))).expect("sealed");
    assert_ne!(fresh, sealed);

    let text = sealed.get("authToken").and_then(Value::as_str).expect("text");
    let mut moved = Map::new();
    moved.insert("accessKeySecret", text);
    let refused = |provider, config: &Value, keys: &Keys| {
        let vault = Vault { keys, ambient: &world };
        match now(vault.opened(provider, config)) {
            Err(Error::ConnectorConfig(issues)) => issues[0].path.clone(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(refused(tencent, &moved.into(), &rotated), "accessKeySecret", "another place");
    assert_eq!(refused(twilio, &sealed, &keys(ROOT, None)), "authToken", "another key");
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
        assert_eq!(completed(http, &posted, Some(&known)).to_string(), result);
    }
    let redacted = Value::parse(r#"{"authorization":{"set":true}}"#).expect("JSON");
    assert_eq!(completed(http, &redacted, None).to_string(), "{}", "nothing is known to fill it in");
}
