//! Requests under one idempotency key.

use edge_otp_core::api::SendStatus;
use edge_otp_core::error::ErrorCode;
use edge_otp_core::keys::IdempotencyKey;
use edge_otp_core::service::ServiceError;
use edge_otp_core::time::Timestamp;
use proptest::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

use super::platform::executor::Task;
use super::platform::{Call, InMemoryPlatform, Ledgers, ROOT, START, key_ring};
use super::{Otp, PHONE, TWILIO, error_code};

#[wasm_bindgen_test(unsupported = test)]
fn a_rejected_message_frees_its_send_and_its_key() {
    for otp in Otp::each() {
        for (status, body) in [(400, r#"{"code":21211}"#), (429, "{}")] {
            otp.platform.reply_with(status, body);
            assert!(otp.send(Some("key")).is_err());
        }
        otp.platform.reply_with(201, r#"{"sid":"SM1","status":"queued"}"#);
        let sent = otp.send(Some("key")).expect("the refused sends were not counted");
        assert_eq!(otp.send(Some("key")), Ok(sent));
        assert_eq!(otp.count_requests(), 3);
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_repeated_request_gets_its_receipt_although_the_connector_is_gone() {
    // No connector, and one that is not valid.
    for (stored, code) in [(None, ErrorCode::ConnectorNotFound), (Some("{}"), ErrorCode::InvalidStoredConfig)]
    {
        for otp in Otp::each() {
            let sent = otp.send(Some("key")).expect("sent");
            match stored {
                Some(text) => otp.set_connector(text),
                None => drop(otp.platform.kv.borrow_mut().remove("connector")),
            }
            // Not the one that is cached.
            otp.platform.clock.advance(61_000);
            assert_eq!(error_code(otp.send(Some("other"))), Some(code));
            assert_eq!(otp.send(Some("key")), Ok(sent), "{code:?}");
            otp.set_connector(TWILIO);
            otp.platform.clock.advance(61_000);
            assert!(otp.send(Some("other")).is_ok(), "{code:?}: the refused request has freed its key");
            assert_eq!(otp.count_requests(), 2);
        }
    }
}

/// The isolate of the first request ends during the provider's call; so does its client.
#[wasm_bindgen_test(unsupported = test)]
fn a_duplicate_of_a_request_that_never_ends_gets_unknown() {
    for otp in Otp::each() {
        otp.platform.calls.hold(Call::Http);
        let mut first = Task::new(otp.send_async(PHONE, Some("key")));
        assert!(!first.advance());
        drop(first);
        let duplicate = otp.send(Some("key")).expect("no error");
        assert_eq!(duplicate.status, SendStatus::Unknown);
        assert_eq!(otp.platform.clock.now(), Timestamp(START.0 + 15_000), "10 s and 5 s of grace");
        assert_eq!(otp.count_requests(), 0, "no second SMS");
        assert_eq!(otp.send(Some("key")), Ok(duplicate));
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_duplicate_of_a_request_that_was_granted_nothing_takes_over() {
    for otp in Otp::each() {
        otp.platform.calls.hold(Call::KvPut);
        let mut first = Task::new(otp.send_async(PHONE, Some("key")));
        assert!(!first.advance());
        drop(first);
        otp.platform.calls.release(Call::KvPut);
        otp.platform.clock.advance(30_000);
        let limited = otp.send(Some("key")).expect_err("its send was counted");
        assert_eq!(limited.code(), ErrorCode::MessageRateLimited);
        otp.platform.clock.advance(30_000);
        assert!(otp.send(Some("key")).is_ok());
        assert_eq!(otp.count_requests(), 1);
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_duplicate_asks_less_and_less_often() {
    for otp in Otp::each() {
        otp.platform.calls.hold(Call::Http);
        let mut first = Task::new(otp.send_async(PHONE, Some("key")));
        assert!(!first.advance());
        otp.platform.calls.take_operations();
        otp.send(Some("key")).expect("unknown");
        let asked = otp.platform.calls.take_operations().split(' ').count();
        assert!(asked <= 8, "{asked} calls in 15 s");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn equal_keys_of_two_callers_are_two_keys() {
    for otp in Otp::each() {
        let send = |scope: &str, phone: &str| {
            let request = otp.request(phone);
            let key = IdempotencyKey { scope, key: "key" };
            otp.platform.block_on(otp.service().send(&request, Some(key)))
        };
        let first = send("a", PHONE).expect("sent");
        let other = send("b", "+14155550124").expect("no conflict");
        assert_ne!(first.verification_id, other.verification_id);
        assert_eq!(send("a", PHONE), Ok(first));
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_key_survives_a_rotation_of_the_secret() {
    let old = "old-0123456789abcdef0123456789ab";
    for ledgers in Ledgers::ALL {
        let before = Otp::over(InMemoryPlatform::new().with_keys(key_ring(old, None)).with_ledgers(ledgers));
        let sent = before.send(Some("key")).expect("sent");
        let platform = InMemoryPlatform { keys: key_ring(ROOT, Some(old)), ..before.platform };
        let after = Otp::over(platform);
        assert_eq!(after.send(Some("key")), Ok(sent));
        let other = after.platform.block_on(after.send_async("+14155550124", Some("key")));
        assert_eq!(other, Err(ServiceError::IdempotencyConflict));
        assert_eq!(after.count_requests(), 1);
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn concurrent_duplicates_under_one_key_get_one_response() {
    for otp in Otp::each() {
        otp.platform.calls.hold(Call::Http);
        let mut first = Task::new(otp.send_async(PHONE, Some("key")));
        let mut second = Task::new(otp.send_async(PHONE, Some("key")));
        assert!(!first.advance());
        for _ in 0..5 {
            assert!(!second.advance(), "the duplicate waits");
            otp.platform.clock.advance(1_000);
        }
        otp.platform.calls.release(Call::Http);
        assert!(first.advance());
        let first = first.into_output().expect("sent");
        otp.platform.clock.advance(4_000);
        assert!(second.advance(), "when it asks next it finds the outcome");
        assert_eq!(second.into_output(), Ok(first.clone()));
        assert_eq!(otp.send(Some("key")), Ok(first));
        assert_eq!(otp.count_requests(), 1);
        let other = otp.platform.block_on(otp.send_async("+14155550124", Some("key")));
        assert_eq!(other, Err(ServiceError::IdempotencyConflict));
    }
}

/// Any interleaving of duplicates: one message, one response.
#[wasm_bindgen_test(unsupported = test)]
fn interleaved_duplicates_send_one_message() {
    let schedule = proptest::collection::vec(0..4_usize, 0..120);
    proptest!(ProptestConfig::with_cases(500), |(schedule in schedule, is_atomic: bool, is_refused: bool)| {
        let [cas, atomic] = Otp::each();
        let otp = if is_atomic { atomic } else { cas };
        if is_refused {
            otp.platform.reply_with(400, "{}");
        }
        let tasks = (0..4).map(|_| Task::new(otp.send_async(PHONE, Some("key")))).collect();
        let results = otp.platform.interleave(tasks, &schedule);
        prop_assert!(results.iter().all(|result| result.is_err() == is_refused));
        if !is_refused {
            prop_assert_eq!(otp.count_requests(), 1);
            prop_assert!(results.iter().all(|result| result == &results[0]));
        }
    });
}

#[wasm_bindgen_test(unsupported = test)]
fn a_send_over_a_limit_frees_its_key() {
    for otp in Otp::each() {
        otp.send(None).expect("sent");
        assert_eq!(error_code(otp.send(Some("key"))), Some(ErrorCode::MessageRateLimited));
        otp.platform.clock.advance(60_000);
        assert!(otp.send(Some("key")).is_ok(), "the same key works once the limit permits it");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_key_is_free_again_after_600_seconds() {
    for otp in Otp::each() {
        let first = otp.send(Some("key")).expect("sent");
        otp.platform.clock.advance(599_999);
        assert_eq!(otp.send(Some("key")), Ok(first.clone()));
        otp.platform.clock.advance(1);
        assert_ne!(otp.send(Some("key")), Ok(first));
        assert_eq!(otp.count_requests(), 2);
    }
}
