//! The record of an idempotency key in its guard object.

use edge_otp_core::guard::{GuardRequest, GuardResponse, GuardState};
use edge_otp_core::idempotency::{IdempotencyState, StoredOutcome};
use edge_otp_core::provider::{Rejection, RejectionKind};
use edge_otp_core::time::{CODE_LIFETIME, Timestamp};
use wasm_bindgen_test::wasm_bindgen_test;

use super::platform::START;
use super::{Failure, Guard};

fn outcome() -> StoredOutcome {
    StoredOutcome::Rejected(Rejection { kind: RejectionKind::Other, status: 400, code: None })
}

fn begin(guard: &Guard, fingerprint: &str) -> Result<IdempotencyState, Failure> {
    let request = GuardRequest::BeginIdempotent { fingerprint: fingerprint.to_owned() };
    match guard.platform.block_on(guard.call(request))? {
        GuardResponse::Idempotency(state) => Ok(state),
        _ => panic!("another response"),
    }
}

fn end(guard: &Guard, fingerprint: &str, outcome: Option<StoredOutcome>) {
    let request = GuardRequest::EndIdempotent { fingerprint: fingerprint.to_owned(), outcome };
    let response = guard.platform.block_on(guard.call(request));
    assert!(matches!(response, Ok(GuardResponse::Done)));
}

#[wasm_bindgen_test(unsupported = test)]
fn a_completed_key_keeps_its_outcome_until_it_expires() {
    for guard in Guard::each() {
        assert_eq!(begin(&guard, "a"), Ok(IdempotencyState::Started));
        assert_eq!(begin(&guard, "a"), Ok(IdempotencyState::InProgress));
        assert_eq!(begin(&guard, "b"), Ok(IdempotencyState::Conflict));
        end(&guard, "a", Some(outcome()));
        end(&guard, "a", None);
        assert_eq!(
            begin(&guard, "a"),
            Ok(IdempotencyState::Completed(outcome())),
            "an outcome is not released"
        );
        let state: GuardState = serde_json::from_str(&guard.state().expect("a state")).expect("a record");
        let expiry = START.plus(CODE_LIFETIME);
        assert_eq!(state.expires_at(START), Some(expiry));
        assert_eq!(state.expires_at(Timestamp(expiry.0)), None);
        guard.platform.clock.set(expiry);
        assert_eq!(begin(&guard, "b"), Ok(IdempotencyState::Started));
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn only_the_request_of_a_key_ends_it() {
    for guard in Guard::each() {
        end(&guard, "a", None);
        assert_eq!(guard.state(), None, "a key that nobody has taken");
        assert_eq!(begin(&guard, "a"), Ok(IdempotencyState::Started));
        end(&guard, "b", None);
        end(&guard, "b", Some(outcome()));
        assert_eq!(begin(&guard, "a"), Ok(IdempotencyState::InProgress));
        end(&guard, "a", None);
        assert_eq!(guard.state(), None);
        assert_eq!(begin(&guard, "b"), Ok(IdempotencyState::Started), "the key is free");
    }
}
