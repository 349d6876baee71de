//! A rotation of the root secret: what is stored is sealed anew, and nothing is lost by it.

use edge_otp_core::connector::{ARCHIVE_KEY, ARCHIVE_LIFETIME, CONNECTOR_KEY, StoredConnector};
use edge_otp_core::service::{renew_seals, rotation_state};
use serde_json::json;
use wasm_bindgen_test::wasm_bindgen_test;

use super::platform::executor::Task;
use super::platform::{Call, Fault, InMemoryPlatform, ROOT, Randomness, key_ring};
use super::{Admin, SECRET, TWILIO_ID, http_config, issue_paths, twilio_config};

const OLD: &str = "old-0123456789abcdef0123456789ab";

fn admin(current: &str, previous: Option<&str>) -> Admin {
    Admin { platform: InMemoryPlatform::new().with_keys(key_ring(current, previous)) }
}

/// A deployment in a rotation, with a connector and an archive that the previous key has sealed.
fn rotating() -> Admin {
    let before = admin(OLD, None);
    before.replace("http-sms", &http_config("https://a.example")).expect("valid");
    before.replace(TWILIO_ID, &twilio_config()).expect("valid");
    let rotating = admin(ROOT, Some(OLD));
    rotating.platform.kv.replace(before.platform.kv.take());
    // Not the ids that were drawn before.
    rotating.platform.randomness.set(Randomness::Seeded(2));
    assert_eq!(old_seals(&rotating), 2);
    rotating
}

/// Counts the texts in KV that the previous key has sealed.
fn old_seals(admin: &Admin) -> usize {
    let prefix = format!("sealed.v1.{}.", key_ring(OLD, None).current.id);
    admin.platform.kv.borrow().values().filter(|entry| entry.text.contains(&prefix)).count()
}

fn is_previous_needed(admin: &Admin) -> bool {
    let state = admin.run(rotation_state(&admin.platform, &admin.platform.keys)).expect("a state");
    assert_eq!(state.is_running, admin.platform.keys.previous.is_some());
    state.is_previous_needed
}

/// Takes the previous secret away; everything must open.
fn assert_opens_without_previous(rotating: &Admin) {
    let rotated = admin(ROOT, None);
    rotated.platform.kv.replace(rotating.platform.kv.borrow().clone());
    assert_eq!(rotated.text_in_use("authToken"), SECRET);
    let archived = rotated.archive().pop().expect("archived");
    assert_eq!(archived.config.get("authorization"), Some(&json!({ "set": true, "hint": "6789" })));
    rotated.run(rotated.service().restore(&archived.id)).expect("its secret opens");
    assert!(!is_previous_needed(&rotated));
}

#[wasm_bindgen_test(unsupported = test)]
fn every_operation_that_opens_a_seal_renews_all() {
    let test = json!({ "phone": "+14155550123", "config": twilio_config() });
    let operations: [&dyn Fn(&Admin); 5] = [
        &|admin| drop(admin.list()),
        &|admin| drop(admin.archive()),
        &|admin| drop(admin.test(TWILIO_ID, &test)),
        &|admin| {
            let id = StoredConnector::parse(&admin.stored().expect("stored")).expect("a connector").id;
            drop(admin.run(admin.service().get(&id)));
        },
        &|admin| admin.run(renew_seals(&admin.platform, &admin.platform.keys)).expect("renewed"),
    ];
    for (index, operation) in operations.into_iter().enumerate() {
        let rotating = rotating();
        assert!(is_previous_needed(&rotating), "{index}");
        operation(&rotating);
        assert_eq!(old_seals(&rotating), 0, "{index}");
        assert!(!is_previous_needed(&rotating), "{index}");
        let kv = rotating.platform.kv.borrow().clone();
        assert_eq!((kv[CONNECTOR_KEY].ttl, kv[ARCHIVE_KEY].ttl), (None, Some(ARCHIVE_LIFETIME)));
        assert_opens_without_previous(&rotating);
        operation(&rotating);
        assert_eq!(*rotating.platform.kv.borrow(), kv, "once");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_replacement_in_a_rotation_seals_the_archive_anew() {
    let rotating = rotating();
    rotating.replace(TWILIO_ID, &twilio_config()).expect("valid");
    assert_eq!((old_seals(&rotating), rotating.archive().len()), (0, 2));
    assert_opens_without_previous(&rotating);
}

#[wasm_bindgen_test(unsupported = test)]
fn an_edit_in_a_rotation_seals_with_the_current_key() {
    let rotating = rotating();
    let id = StoredConnector::parse(&rotating.stored().expect("stored")).expect("a connector").id;
    let mut kept = twilio_config();
    kept.as_object_mut().expect("an object").remove("authToken");
    let old = rotating.stored().expect("stored");
    rotating.edit(&id, &kept).expect("the secret is kept");
    assert_eq!(old_seals(&rotating), 1, "the archive");
    assert!(is_previous_needed(&rotating));

    let rotated = Admin::new();
    rotated.platform.put_kv(CONNECTOR_KEY, &old);
    assert_eq!(issue_paths(rotated.edit(&id, &kept)), ["authToken"], "its key is gone");
    assert!(rotated.edit(&id, &twilio_config()).is_ok());
}

/// A change by another isolate between reading and writing is not undone.
#[wasm_bindgen_test(unsupported = test)]
fn a_renewal_does_not_undo_a_change_that_it_races() {
    let rotating = rotating();
    let platform = &rotating.platform;
    let other =
        json!({ "connectorId": "http-sms", "config": { "endpoint": "https://c.example" } }).to_string();
    let mut renewal = Task::new(renew_seals(platform, &platform.keys));
    // It has read the old text, and is about to read it once more before it writes.
    while platform.calls.count(Call::KvGet) < 2 {
        renewal.step();
    }
    platform.put_kv(CONNECTOR_KEY, &other);
    platform.finish(&mut [renewal]);
    assert_eq!(rotating.stored(), Some(other));
    assert_eq!(old_seals(&rotating), 0, "the archive is renewed");
}

/// Whatever fails in a renewal, what is stored still opens while the rotation runs, and a send is not prevented.
#[wasm_bindgen_test(unsupported = test)]
fn a_renewal_that_fails_loses_nothing() {
    for fault in Fault::ALL {
        for skip in 0.. {
            let rotating = rotating();
            rotating.platform.calls.inject_nth(skip, fault);
            let is_ok = rotating.run(renew_seals(&rotating.platform, &rotating.platform.keys)).is_ok();
            let is_reached = !rotating.platform.calls.repair();
            assert!(is_ok != is_reached, "{fault:?} {skip}");
            assert_eq!(rotating.text_in_use("authToken"), SECRET);
            assert_eq!(rotating.archive().len(), 1);
            if !is_reached {
                break;
            }
        }
    }
}
