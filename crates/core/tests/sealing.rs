//! The secrets of a config: sealed for KV, bound to their field, redacted in responses, kept over an edit.

#![expect(clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

#[expect(dead_code, reason = "each test file uses a part of the platform")]
mod platform;

use edge_otp_core::connector::{LeftOutSecret, MergedConfig, SecretSealer, merge_stored_secrets};
use edge_otp_core::error::Issue;
use edge_otp_core::keys::KeyRing;
use edge_otp_core::ports::RandomError;
use edge_otp_core::provider::{REGISTRY, SmsProvider, find_provider};
use platform::{Call, Fault, InMemoryPlatform, ROOT, key_ring};
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use wasm_bindgen_test::wasm_bindgen_test;

const OLD_ROOT: &str = "old-0123456789abcdef0123456789ab";

fn find(id: &str) -> &'static dyn SmsProvider {
    find_provider(id).expect(id)
}

fn seal(keys: &KeyRing, platform: &InMemoryPlatform, provider: &dyn SmsProvider, config: &Value) -> Value {
    SecretSealer { keys }.seal_config(provider, config, platform).expect("random bytes")
}

fn open(keys: &KeyRing, provider: &dyn SmsProvider, config: &Value) -> Result<Value, Vec<Issue>> {
    SecretSealer { keys }.open_config(provider, config)
}

fn secret_keys(provider: &dyn SmsProvider) -> impl Iterator<Item = &'static str> {
    provider.fields().iter().filter(|field| field.is_secret()).map(|field| field.key)
}

/// Returns a config that holds nothing but a secret in every field for one.
fn config_of(provider: &dyn SmsProvider, secret: &str) -> Value {
    secret_keys(provider).map(|key| (key.to_owned(), Value::from(secret))).collect::<Map<_, _>>().into()
}

/// `[ -~]{1,40}`: any printable ASCII.
#[wasm_bindgen_test(unsupported = test)]
fn redacted_and_sealed_configs_reveal_no_five_characters_of_a_secret() {
    let platform = InMemoryPlatform::new();
    let keys = key_ring(ROOT, None);
    proptest!(ProptestConfig::with_cases(2_000), |(secret in "[ -~]{1,40}", pick in 0..REGISTRY.len())| {
        let provider = REGISTRY[pick];
        let config = config_of(provider, &secret);
        let sealed = seal(&keys, &platform, provider, &config);
        for stored in [&config, &sealed] {
            let redacted = SecretSealer { keys: &keys }.redact_config(provider, stored);
            for key in secret_keys(provider) {
                let hint = redacted[key].get("hint").and_then(Value::as_str);
                prop_assert_eq!(hint.is_some(), secret.chars().count() >= 12);
                prop_assert!(hint.is_none_or(|hint| secret.ends_with(hint) && hint.len() == 4));
                prop_assert_eq!(&redacted[key]["set"], &Value::Bool(true));
            }
        }
        for key in secret_keys(provider) {
            let stored = sealed[key].as_str().expect("a text");
            prop_assert!(secret.len() < 9 || !stored.contains(&secret));
        }
        prop_assert_eq!(open(&keys, provider, &sealed), Ok(config));
    });
}

#[wasm_bindgen_test(unsupported = test)]
fn a_sealed_secret_opens_only_in_its_field_and_with_its_key() {
    let platform = InMemoryPlatform::new();
    let (twilio, tencent) = (find("twilio-short-message-service"), find("tencent-short-message-service"));
    let old = key_ring(OLD_ROOT, None);
    let config = config_of(twilio, "a-secret-of-some-length");
    let sealed = seal(&old, &platform, twilio, &config);

    let rotated = key_ring(ROOT, Some(OLD_ROOT));
    assert_eq!(open(&rotated, twilio, &sealed), Ok(config.clone()), "while the rotation runs");
    assert_ne!(seal(&rotated, &platform, twilio, &config), sealed);

    let text = sealed["authToken"].as_str().expect("a text");
    let refused = |provider, config: &Value, keys: &KeyRing| match open(keys, provider, config) {
        Err(issues) => issues[0].path.clone(),
        other => panic!("{other:?}"),
    };
    let moved = json!({ "accessKeySecret": text });
    assert_eq!(refused(tencent, &moved, &rotated), "accessKeySecret", "another field");
    assert_eq!(refused(twilio, &sealed, &key_ring(ROOT, None)), "authToken", "another key");
    let altered = text.replace(&text[text.len() - 2..], "zz");
    let cut = &text[..text.len() - 2];
    for broken in ["sealed.v1.", "sealed.v1.zz", "sealed.v1.8f689978.00", cut, &altered] {
        let issues = open(&old, twilio, &json!({ "authToken": broken })).expect_err(broken);
        assert_eq!(issues[0].path, "authToken", "{broken}");
        assert!(!issues[0].message.contains("sealed.v1"), "{broken}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn seal_config_uses_a_fresh_nonce_for_each_secret() {
    let platform = InMemoryPlatform::new();
    let keys = key_ring(ROOT, None);
    let twilio = find("twilio-short-message-service");
    let config = config_of(twilio, "a-secret-of-some-length");
    assert_ne!(seal(&keys, &platform, twilio, &config), seal(&keys, &platform, twilio, &config));
    platform.calls.inject(Call::Random, Fault::BeforeEffect);
    let failed = SecretSealer { keys: &keys }.seal_config(twilio, &config, &platform);
    assert_eq!(failed, Err(RandomError));
}

#[wasm_bindgen_test(unsupported = test)]
fn seal_config_keeps_what_is_sealed_and_drops_what_is_unknown() {
    let platform = InMemoryPlatform::new();
    let (keys, http) = (key_ring(ROOT, None), find("http-sms"));
    let sealed = seal(&keys, &platform, http, &json!({ "endpoint": "x", "authorization": "Bearer secret" }));
    assert_eq!(seal(&keys, &platform, http, &sealed), sealed, "sealed once");
    for (config, stored) in [
        (json!({ "authorization": "" }), json!({ "authorization": "" })),
        (json!({ "authorization": 7, "autorization": "Bearer secret" }), json!({})),
        (json!("Bearer secret"), json!({})),
    ] {
        assert_eq!(seal(&keys, &platform, http, &config), stored);
    }
    // A text that only looks sealed is sealed.
    for text in [
        "sealed.v1.",
        "sealed.v1.8f689978.00",
        "sealed.v1.zz.00",
        &format!("sealed.v1.8f68997.{}", "00".repeat(40)),
    ] {
        let stored = seal(&keys, &platform, http, &json!({ "authorization": text }));
        assert_ne!(stored["authorization"], text, "{text}");
        assert_eq!(open(&keys, http, &stored), Ok(json!({ "authorization": text })));
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn open_config_takes_a_secret_in_the_clear_as_it_is() {
    let keys = key_ring(ROOT, None);
    let config = json!({ "endpoint": "x", "authorization": "Bearer secret", "other": 1 });
    assert_eq!(open(&keys, find("http-sms"), &config), Ok(config.clone()));
    assert_eq!(open(&keys, find("http-sms"), &json!([])), Ok(json!({})));
}

#[wasm_bindgen_test(unsupported = test)]
fn redact_config_shows_known_fields_only() {
    let keys = key_ring(ROOT, None);
    let sealer = SecretSealer { keys: &keys };
    for (config, redacted) in [
        (
            json!({ "endpoint": "x", "authorization": "Bearer secret", "autorization": "Bearer secret" }),
            json!({ "endpoint": "x", "authorization": { "set": true, "hint": "cret" } }),
        ),
        (json!({ "authorization": "short" }), json!({ "authorization": { "set": true } })),
        (json!({ "authorization": 123_456_789_012_u64 }), json!({ "authorization": { "set": true } })),
        (json!({ "authorization": "sealed.v1.00000000.00" }), json!({ "authorization": { "set": true } })),
        (json!(null), json!({})),
    ] {
        assert_eq!(sealer.redact_config(find("http-sms"), &config), redacted);
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn merge_stored_secrets_keeps_the_secrets_that_an_edit_leaves_out() {
    let http = find("http-sms");
    let stored = json!({ "endpoint": "x", "authorization": "sealed" });
    for (posted, merged) in [
        (json!({ "endpoint": "x" }), json!({ "endpoint": "x", "authorization": "sealed" })),
        (
            json!({ "endpoint": "x", "authorization": { "set": true, "hint": "aled" } }),
            json!({ "endpoint": "x", "authorization": "sealed" }),
        ),
        (
            json!({ "endpoint": "x", "authorization": "new" }),
            json!({ "endpoint": "x", "authorization": "new" }),
        ),
        (json!({ "endpoint": "x", "authorization": null }), json!({ "endpoint": "x" })),
        (
            json!({ "endpoint": "y", "authorization": "new" }),
            json!({ "endpoint": "y", "authorization": "new" }),
        ),
        (json!({ "endpoint": "y", "authorization": "" }), json!({ "endpoint": "y", "authorization": "" })),
        (json!({ "endpoint": "y", "authorization": null }), json!({ "endpoint": "y" })),
        (json!({ "authorization": { "set": false } }), json!({ "authorization": { "set": false } })),
        (json!([]), json!([])),
    ] {
        let without_issues = MergedConfig { config: merged, issues: Vec::new() };
        let kept = merge_stored_secrets(http, &posted, Some(&stored), LeftOutSecret::Kept);
        assert_eq!(kept, without_issues);
        if posted.get("authorization").is_some() {
            let absent = merge_stored_secrets(http, &posted, Some(&stored), LeftOutSecret::Absent);
            assert_eq!(absent, without_issues, "a secret that is not left out is as it is");
        }
    }
    let redacted = json!({ "authorization": { "set": true } });
    let cleared = MergedConfig { config: json!({}), issues: Vec::new() };
    let merged = merge_stored_secrets(http, &redacted, None, LeftOutSecret::Kept);
    assert_eq!(merged, cleared, "nothing is known to fill it in");
}

#[wasm_bindgen_test(unsupported = test)]
fn merge_stored_secrets_keeps_nothing_that_a_replacement_leaves_out() {
    let stored = json!({ "endpoint": "x", "authorization": "sealed" });
    for endpoint in ["x", "y"] {
        let posted = json!({ "endpoint": endpoint });
        let merged = merge_stored_secrets(find("http-sms"), &posted, Some(&stored), LeftOutSecret::Absent);
        assert_eq!(merged, MergedConfig { config: posted, issues: Vec::new() });
    }
}

/// For every provider that has destinations, whichever of them changes, and however the secret is left out.
#[wasm_bindgen_test(unsupported = test)]
fn merge_stored_secrets_fills_nothing_in_for_another_destination() {
    let mut count = 0;
    for provider in REGISTRY {
        let mut stored = config_of(provider, "sealed");
        let destinations = || provider.fields().iter().filter(|field| field.is_destination);
        for field in destinations() {
            stored[field.key] = "one".into();
        }
        for field in destinations() {
            for other in [json!("two"), json!(""), json!(null), json!(7), json!({ "set": true })] {
                for given in [None, Some(json!({ "set": true, "hint": "aled" }))] {
                    let mut posted = stored.clone();
                    posted[field.key] = other.clone();
                    for key in secret_keys(provider) {
                        match &given {
                            Some(value) => posted[key] = value.clone(),
                            None => drop(posted.as_object_mut().expect("an object").remove(key)),
                        }
                    }
                    let merged = merge_stored_secrets(provider, &posted, Some(&stored), LeftOutSecret::Kept);
                    let paths: Vec<_> = merged.issues.iter().map(|issue| issue.path.as_str()).collect();
                    assert_eq!(
                        paths,
                        secret_keys(provider).collect::<Vec<_>>(),
                        "{} {}",
                        provider.id(),
                        field.key
                    );
                    assert!(merged.issues[0].message.contains(field.key));
                    assert!(secret_keys(provider).all(|key| merged.config.get(key).is_none()));
                    count += 1;
                }
            }
        }
    }
    assert_eq!(count, 10 * 12, "the destinations of all providers");
}

#[wasm_bindgen_test(unsupported = test)]
fn a_sealed_secret_opens_only_for_its_destination() {
    let platform = InMemoryPlatform::new();
    let keys = key_ring(ROOT, None);
    for provider in REGISTRY {
        let sealed = seal(&keys, &platform, provider, &config_of(provider, "a-secret-of-some-length"));
        for field in provider.fields().iter().filter(|field| field.is_destination) {
            let mut moved = sealed.clone();
            moved[field.key] = "attacker.example.net".into();
            let issues = open(&keys, provider, &moved).expect_err("bound");
            assert_eq!(issues[0].path, secret_keys(provider).next().expect("a secret"), "{}", provider.id());
            let hint = SecretSealer { keys: &keys }.redact_config(provider, &moved);
            assert_eq!(hint[&issues[0].path], json!({ "set": true }), "and gives no hint");
        }
    }
}

/// Neither can a part of one destination be moved to the next.
#[wasm_bindgen_test(unsupported = test)]
fn neighbouring_destinations_cannot_be_confused() {
    let platform = InMemoryPlatform::new();
    let (keys, twilio) = (key_ring(ROOT, None), find("twilio-short-message-service"));
    let config = json!({ "accountSID": "ab", "host": "c", "authToken": "a-secret" });
    let mut sealed = seal(&keys, &platform, twilio, &config);
    sealed["accountSID"] = "a".into();
    sealed["host"] = "bc".into();
    assert!(open(&keys, twilio, &sealed).is_err());
}

#[wasm_bindgen_test(unsupported = test)]
fn renew_config_changes_only_what_is_sealed_with_the_previous_key() {
    let platform = InMemoryPlatform::new();
    let (old, rotated, new) =
        (key_ring(OLD_ROOT, None), key_ring(ROOT, Some(OLD_ROOT)), key_ring(ROOT, None));
    let vonage = find("vonage-sms");
    let config = json!({ "apiKey": "a-key", "apiSecret": "a-secret", "brandName": "B", "more": 1 });
    let sealed_old = seal(&old, &platform, vonage, &config);
    let mut stored = sealed_old.clone();
    stored["apiKey"] = "by-hand".into();
    stored["more"] = 1.into();
    let sealer = SecretSealer { keys: &rotated };
    assert!(sealer.may_need_renewal(&stored.to_string()));
    assert_eq!(sealer.renew_config(vonage, &mut stored, &platform), Ok(true));
    assert!(!sealer.may_need_renewal(&stored.to_string()));
    assert_eq!((&stored["apiKey"], &stored["more"]), (&json!("by-hand"), &json!(1)));
    assert_eq!(open(&new, vonage, &stored).expect("renewed")["apiSecret"], "a-secret");
    assert_eq!(sealer.renew_config(vonage, &mut stored, &platform), Ok(false), "once");

    let mut foreign = sealed_old;
    assert_eq!(SecretSealer { keys: &new }.renew_config(vonage, &mut foreign, &platform), Ok(false));
    foreign["apiKey"] = "sealed.v1.00000000.00".into();
    platform.calls.inject(Call::Random, Fault::BeforeEffect);
    assert_eq!(sealer.renew_config(vonage, &mut foreign, &platform), Err(RandomError));
}
