//! The record of an idempotency key in its guard object.

use edge_otp_core::api::{SendReceipt, SendStatus};
use edge_otp_core::guard::{GuardRequest, GuardResponse, GuardState};
use edge_otp_core::idempotency::{IdempotencyState, IdempotentRequest};
use edge_otp_core::time::{CODE_LIFETIME, Seconds, Timestamp};
use edge_otp_core::usage_type::UsageType;
use wasm_bindgen_test::wasm_bindgen_test;

use super::platform::START;
use super::{Failure, Guard};

pub(super) fn request(fingerprint: &str, owner: &str) -> IdempotentRequest {
    let (fingerprint, owner) = (fingerprint.to_owned(), owner.to_owned());
    IdempotentRequest { fingerprint, previous_fingerprint: None, owner }
}

fn receipt(status: SendStatus) -> SendReceipt {
    SendReceipt {
        verification_id: "0a".to_owned(),
        status,
        usage_type: UsageType::SignIn,
        expires_at: START.rfc3339(),
        resend_at: START.rfc3339(),
        connector_id: "http-sms".to_owned(),
        warnings: Box::default(),
        cause: None,
    }
}

fn begin(guard: &Guard, fingerprint: &str, owner: &str) -> Result<IdempotencyState, Failure> {
    let request = GuardRequest::BeginIdempotent(request(fingerprint, owner));
    match guard.platform.block_on(guard.call(request))? {
        GuardResponse::Idempotency(state) => Ok(state),
        _ => panic!("another response"),
    }
}

fn grant(guard: &Guard, owner: &str) -> bool {
    let (owner, receipt) = (owner.to_owned(), receipt(SendStatus::Unknown));
    let request = GuardRequest::GrantIdempotent { owner, receipt, timeout: Seconds(15) };
    let response = guard.platform.block_on(guard.call(request));
    matches!(response, Ok(GuardResponse::Granted(true)))
}

fn end(guard: &Guard, owner: &str, receipt: Option<SendReceipt>) {
    let request = GuardRequest::EndIdempotent { owner: owner.to_owned(), receipt };
    let response = guard.platform.block_on(guard.call(request));
    assert!(matches!(response, Ok(GuardResponse::Done)));
}

#[wasm_bindgen_test(unsupported = test)]
fn a_completed_key_keeps_its_receipt_until_it_expires() {
    for guard in Guard::each() {
        assert_eq!(begin(&guard, "a", "first"), Ok(IdempotencyState::Started));
        assert!(matches!(begin(&guard, "a", "duplicate"), Ok(IdempotencyState::InProgress(_))));
        assert_eq!(begin(&guard, "b", "other"), Ok(IdempotencyState::Conflict));
        assert!(grant(&guard, "first") && !grant(&guard, "duplicate"));
        let sent = receipt(SendStatus::Sent);
        end(&guard, "first", Some(sent.clone()));
        end(&guard, "first", None);
        assert_eq!(
            begin(&guard, "a", "duplicate"),
            Ok(IdempotencyState::Completed(sent)),
            "it is not released"
        );
        let state: GuardState = serde_json::from_str(&guard.state().expect("a state")).expect("a record");
        let expiry = START.plus(CODE_LIFETIME);
        assert_eq!(state.expires_at(START), Some(expiry));
        assert_eq!(state.expires_at(Timestamp(expiry.0)), None);
        guard.platform.clock.set(expiry);
        assert_eq!(begin(&guard, "b", "other"), Ok(IdempotencyState::Started));
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn only_the_owner_of_a_key_ends_it() {
    for guard in Guard::each() {
        end(&guard, "first", None);
        assert!(!grant(&guard, "first"));
        assert_eq!(guard.state(), None, "a key that nobody has taken");
        assert_eq!(begin(&guard, "a", "first"), Ok(IdempotencyState::Started));
        end(&guard, "duplicate", None);
        end(&guard, "duplicate", Some(receipt(SendStatus::Sent)));
        assert!(matches!(begin(&guard, "a", "duplicate"), Ok(IdempotencyState::InProgress(_))));
        end(&guard, "first", None);
        assert_eq!(guard.state(), None);
        assert_eq!(begin(&guard, "b", "other"), Ok(IdempotencyState::Started), "the key is free");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_granted_key_that_nobody_ends_is_unknown_after_its_deadline() {
    for guard in Guard::each() {
        assert_eq!(begin(&guard, "a", "first"), Ok(IdempotencyState::Started));
        assert!(grant(&guard, "first"));
        guard.platform.clock.advance(14_999);
        assert_eq!(
            begin(&guard, "a", "duplicate"),
            Ok(IdempotencyState::InProgress(START.plus(Seconds(15))))
        );
        guard.platform.clock.advance(1);
        let unknown = receipt(SendStatus::Unknown);
        assert_eq!(begin(&guard, "a", "duplicate"), Ok(IdempotencyState::Completed(unknown)));
    }
}
