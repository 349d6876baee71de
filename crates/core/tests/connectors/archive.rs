//! What was active before: deleting and restoring.

use edge_otp_core::connector::{ARCHIVE_KEY, ARCHIVE_LIFETIME, CONNECTOR_KEY};
use edge_otp_core::error::ErrorCode;
use edge_otp_core::service::ServiceError;
use serde_json::{Value, json};
use wasm_bindgen_test::wasm_bindgen_test;

use super::platform::{Fault, START};
use super::{Admin, SECRET, TWILIO_ID, error_code, http_config, issue_paths, to_json, twilio_config};

#[wasm_bindgen_test(unsupported = test)]
fn delete_moves_the_connector_to_the_archive() {
    let admin = Admin::new();
    let id = admin.replace(TWILIO_ID, &twilio_config()).expect("valid").id;
    let delete = |id: &str| admin.run(admin.service().delete(id, None));
    assert_eq!(error_code(delete("x")), Some(ErrorCode::EntityNotFound));
    admin.platform.clock.advance(1_000);
    assert_eq!(delete(&id), Ok(()));
    assert!(admin.list().is_empty() && admin.stored().is_none());
    let archive: Vec<Value> = admin.archive().iter().map(to_json).collect();
    assert_eq!((&archive[0]["id"], &archive[0]["archivedAt"]), (&json!(id), &json!("2023-11-14T22:13:21Z")));
    assert_eq!(archive[0]["config"]["authToken"], json!({ "set": true, "hint": "9f3e" }));
    assert_eq!(admin.platform.kv.borrow()[ARCHIVE_KEY].ttl, Some(ARCHIVE_LIFETIME));
    assert_eq!(error_code(delete(&id)), Some(ErrorCode::EntityNotFound));
}

#[wasm_bindgen_test(unsupported = test)]
fn restore_swaps_the_active_and_an_archived_connector() {
    let admin = Admin::new();
    let first = admin.replace(TWILIO_ID, &twilio_config()).expect("valid").id;
    let second = admin.replace("http-sms", &http_config("https://a.example")).expect("valid").id;
    let restore = |id: &str| admin.run(admin.service().restore(id));
    assert_eq!(error_code(restore(&second)), Some(ErrorCode::EntityNotFound), "it is active");
    admin.platform.clock.advance(1_000);
    let view = restore(&first).expect("archived");
    assert_eq!(
        (view.id.as_str(), view.updated_at.as_deref()),
        (first.as_str(), Some("2023-11-14T22:13:21Z"))
    );
    assert_eq!(admin.text_in_use("authToken"), SECRET);
    assert_eq!(admin.archive().iter().map(|view| view.id.clone()).collect::<Vec<_>>(), [second]);
}

#[wasm_bindgen_test(unsupported = test)]
fn restore_refuses_a_config_that_is_no_longer_valid() {
    let admin = Admin::new();
    let archived = json!([{
        "connector": { "connectorId": "http-sms", "id": "abc", "config": { "endpoint": "http://a.example" } },
        "archivedAt": START.0,
    }, {
        "connector": { "connectorId": "mock-short-message-service", "id": "mock", "config": {} },
        "archivedAt": START.0,
    }]);
    admin.platform.put_kv(ARCHIVE_KEY, &archived.to_string());
    assert_eq!(issue_paths(admin.run(admin.service().restore("abc"))), ["endpoint"]);
    assert_eq!(issue_paths(admin.run(admin.service().restore("mock"))), ["connectorId"]);
    assert_eq!(admin.stored(), None);
}

#[wasm_bindgen_test(unsupported = test)]
fn the_archive_keeps_ten_connectors_for_ninety_days() {
    let admin = Admin::new();
    let mut ids = Vec::new();
    for number in 0..12 {
        admin.platform.clock.advance(1_000);
        let endpoint = format!("https://a{number}.example");
        ids.push(admin.replace("http-sms", &http_config(&endpoint)).expect("valid").id);
    }
    let archived = || admin.archive().into_iter().map(|view| view.id).collect::<Vec<_>>();
    let newest_first: Vec<_> = ids.iter().rev().skip(1).take(10).cloned().collect();
    assert_eq!(archived(), newest_first);
    admin.platform.clock.advance(u64::from(ARCHIVE_LIFETIME.0) * 1_000 - 9_000);
    assert_eq!(archived(), newest_first[..9], "the oldest is ninety days old");
}

#[wasm_bindgen_test(unsupported = test)]
fn a_connector_stored_by_hand_is_shown_and_sealed_when_archived() {
    let admin = Admin::new();
    let by_hand = json!({ "connectorId": TWILIO_ID, "config": twilio_config() });
    admin.platform.put_kv(CONNECTOR_KEY, &by_hand.to_string());
    let view = to_json(&admin.list()[0]);
    assert_eq!((&view["id"], &view["createdAt"]), (&json!(TWILIO_ID), &Value::Null));
    assert!(!view.to_string().contains(SECRET));
    assert_eq!(admin.run(admin.service().delete(TWILIO_ID, None)), Ok(()));
    let archive = admin.platform.kv_text(ARCHIVE_KEY).expect("an archive");
    assert!(archive.contains("sealed.v1.8f689978.") && !archive.contains(SECRET));
}

#[wasm_bindgen_test(unsupported = test)]
fn purge_deletes_an_archived_connector_for_good_and_nothing_else() {
    let admin = Admin::new();
    let [first, second, active] = ["https://a.example", "https://b.example", "https://c.example"]
        .map(|endpoint| admin.replace("http-sms", &http_config(endpoint)).expect("valid").id);
    let archived = || admin.archive().into_iter().map(|view| view.id).collect::<Vec<_>>();
    let purge = |id: &str| admin.run(admin.service().purge(id));
    for unknown in ["nope", active.as_str()] {
        assert_eq!(purge(unknown), Err(ServiceError::EntityNotFound), "{unknown}");
    }
    assert_eq!(purge(&first), Ok(()));
    assert_eq!(archived(), core::slice::from_ref(&second));
    assert_eq!(purge(&first), Err(ServiceError::EntityNotFound));
    assert_eq!(admin.run(admin.service().restore(&first)).err(), Some(ServiceError::EntityNotFound));
    assert_eq!(purge(&second), Ok(()));
    assert_eq!((archived(), admin.platform.kv_text(ARCHIVE_KEY)), (Vec::new(), None), "nothing is left");
    assert_eq!(admin.list()[0].id, active);
}

#[wasm_bindgen_test(unsupported = test)]
fn purge_leaves_the_archived_copy_of_the_active_connector() {
    let admin = Admin::new();
    let first = admin.replace("http-sms", &http_config("https://a.example")).expect("valid").id;
    admin.replace("http-sms", &http_config("https://b.example")).expect("valid");
    admin.run(admin.service().restore(&first)).expect("restored");
    assert_eq!(admin.run(admin.service().purge(&first)), Err(ServiceError::EntityNotFound));
    assert_eq!(admin.list()[0].id, first);
}

#[derive(Clone, Copy, Debug)]
enum ChangeKind {
    Replacement,
    Deletion,
    Restoration,
    Edit,
}

/// Whichever call of a change fails: there is always one valid connector or the one before, and every connector that there
/// was is active still or in the archive, once. Ten others are in the archive before, so that it is full.
#[wasm_bindgen_test(unsupported = test)]
fn no_connector_is_lost_whichever_call_of_a_change_fails() {
    for kind in [ChangeKind::Replacement, ChangeKind::Deletion, ChangeKind::Restoration, ChangeKind::Edit] {
        for fault in Fault::ALL {
            for skip in 0.. {
                let admin = Admin::new();
                let oldest = admin.replace(TWILIO_ID, &twilio_config()).expect("valid").id;
                for number in 0..9 {
                    let endpoint = format!("https://a{number}.example");
                    admin.replace("http-sms", &http_config(&endpoint)).expect("valid");
                }
                let active = admin.replace(TWILIO_ID, &twilio_config()).expect("valid").id;
                admin.platform.calls.inject_nth(skip, fault);
                let is_ok = match kind {
                    ChangeKind::Replacement => {
                        admin.replace("http-sms", &http_config("https://a.example")).is_ok()
                    }
                    ChangeKind::Deletion => admin.run(admin.service().delete(&active, None)).is_ok(),
                    ChangeKind::Restoration => admin.run(admin.service().restore(&oldest)).is_ok(),
                    ChangeKind::Edit => admin.edit(&active, &twilio_config()).is_ok(),
                };
                let is_reached = !admin.platform.calls.repair();
                assert!(is_ok != is_reached, "a failure is reported");
                let context = format!("{kind:?} {fault:?} {skip}");
                let all: Vec<_> =
                    admin.list().into_iter().chain(admin.archive()).map(|view| view.id).collect();
                let times = |id: &String| all.iter().filter(|other| *other == id).count();
                assert_eq!(times(&active), 1, "{context}");
                if matches!(kind, ChangeKind::Restoration | ChangeKind::Edit) {
                    assert_eq!(times(&oldest), 1, "{context}");
                    assert_eq!(all.len(), 11, "{context}");
                }
                if !matches!(kind, ChangeKind::Deletion) {
                    assert!(admin.load().is_ok(), "{context}");
                }
                if !is_reached {
                    break;
                }
            }
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_restored_connector_is_archived_as_it_was_last() {
    let admin = Admin::new();
    let first = admin.replace("http-sms", &http_config("https://a.example")).expect("valid").id;
    admin.replace(TWILIO_ID, &twilio_config()).expect("valid");
    admin.run(admin.service().restore(&first)).expect("archived");
    admin.edit(&first, &http_config("https://b.example")).expect("valid");
    assert_eq!(admin.archive().len(), 1, "what is active is not shown in the archive");
    admin.run(admin.service().delete(&first, None)).expect("active");
    let archive = admin.archive();
    assert_eq!((archive.len(), archive[0].id.as_str()), (2, first.as_str()));
    assert_eq!(archive[0].config["endpoint"], "https://b.example");
}
