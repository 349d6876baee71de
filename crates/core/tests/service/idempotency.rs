//! Requests under one idempotency key.

use edge_otp_core::error::ErrorCode;
use edge_otp_core::service::ServiceError;
use edge_otp_core::time::Timestamp;
use proptest::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

use super::platform::executor::Task;
use super::platform::{Call, START};
use super::{Otp, PHONE, error_code};

#[wasm_bindgen_test(unsupported = test)]
fn a_rejected_message_frees_its_send_but_keeps_its_outcome_under_the_key() {
    for otp in Otp::each() {
        otp.platform.reply_with(400, r#"{"code":21211}"#);
        let first = otp.send(Some("key")).expect_err("refused");
        otp.platform.reply_with(201, r#"{"sid":"SM1","status":"queued"}"#);
        assert_eq!(otp.send(Some("key")), Err(first));
        assert_eq!(otp.count_requests(), 1);
        assert!(otp.send(None).is_ok(), "the refused send was not counted");
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
            otp.platform.clock.advance(200);
        }
        otp.platform.calls.release(Call::Http);
        assert!(first.advance());
        let first = first.into_output().expect("sent");
        assert!(second.advance(), "its next poll finds the outcome");
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
        prop_assert_eq!(otp.count_requests(), 1);
        prop_assert!(results.iter().all(|result| result == &results[0] && result.is_err() == is_refused));
    });
}

#[wasm_bindgen_test(unsupported = test)]
fn a_duplicate_gives_up_after_the_provider_deadline() {
    for otp in Otp::each() {
        otp.platform.calls.hold(Call::Http);
        let mut first = Task::new(otp.send_async(PHONE, Some("key")));
        assert!(!first.advance());
        assert_eq!(
            otp.send(Some("key")),
            Err(ServiceError::StorageUnavailable),
            "no response, no second SMS"
        );
        assert_eq!(otp.platform.clock.now(), Timestamp(START.0 + 15_000), "10 s and 5 s of grace");
        assert_eq!(otp.count_requests(), 0);
    }
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
