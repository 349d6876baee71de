//! A rotation of the root secret: the state of the object that the previous secret names is taken over.

use core::cell::RefCell;

use edge_otp_core::guard::{GuardRequest, GuardResponse, GuardState};
use edge_otp_core::ledger::LedgerError;
use edge_otp_core::ports::GuardClient;
use edge_otp_core::time::Timestamp;
use edge_otp_core::usage_type::UsageType;
use wasm_bindgen_test::wasm_bindgen_test;

use super::platform::executor::Task;
use super::platform::{InMemoryPlatform, Ledgers, ROOT, START, key_ring, wrong_code};
use super::{Failure, Guard, OBJECT, PHONE, mismatch};

const OLD: &str = "old-0123456789abcdef0123456789ab";

#[wasm_bindgen_test(unsupported = test)]
fn a_rotated_secret_takes_over_codes_and_counts() {
    for ledgers in Ledgers::ALL {
        let before = InMemoryPlatform::new().with_keys(key_ring(OLD, None)).with_ledgers(ledgers);
        let before = Guard { platform: before };
        let issued = before.reserve().expect("permitted");
        assert_eq!(before.verify(&wrong_code(&issued.code)), Err(mismatch(4)));

        let after = InMemoryPlatform::new().with_keys(key_ring(ROOT, Some(OLD))).with_ledgers(ledgers);
        let kv = RefCell::new(before.platform.kv.take());
        let states = RefCell::new(before.platform.states.take());
        let after = InMemoryPlatform { kv, states, ..after };
        let verify = |code: &str| {
            let (phone, code) = (PHONE.to_owned(), code.to_owned());
            let request = GuardRequest::Verify { phone, usage_type: UsageType::SignIn, code, id: None };
            after.block_on(after.call("new-object", Some(OBJECT), &request)).expect("a response")
        };
        let wrong = verify(&wrong_code(&issued.code));
        assert!(matches!(wrong, GuardResponse::Rejected(LedgerError::Mismatch { attempts_left: 3 })));
        assert!(matches!(verify(&issued.code), GuardResponse::Verified { id, .. } if id == issued.id));
        let again = verify(&issued.code);
        assert!(matches!(again, GuardResponse::Rejected(LedgerError::NotFound)), "taken over once");
    }
}

/// Old and new Workers run side by side: the old object's state is handed over once, and whoever calls the old object
/// later reaches the new one.
#[wasm_bindgen_test(unsupported = test)]
fn two_secrets_side_by_side_share_one_count() {
    for ledgers in Ledgers::ALL {
        for has_state in [true, false] {
            let settings = [("RESEND_COOLDOWNS", "60")];
            let new = InMemoryPlatform::new().with_keys(key_ring(ROOT, Some(OLD))).with_policy(&settings);
            let guard = Guard { platform: new.with_ledgers(ledgers) };
            let call = |name: &str, previous, request| {
                guard.platform.block_on(guard.platform.call(name, previous, &request)).expect("a response")
            };
            let send =
                || GuardRequest::ReserveSend { phone: PHONE.to_owned(), usage_type: UsageType::SignIn };
            let verify = |code: &str| {
                let (phone, code) = (PHONE.to_owned(), code.to_owned());
                GuardRequest::Verify { phone, usage_type: UsageType::SignIn, code, id: None }
            };
            let first =
                if has_state { call(OBJECT, None, send()) } else { call("new", Some(OBJECT), send()) };
            let GuardResponse::SendReserved(issued) = first else { panic!("permitted") };
            let other =
                if has_state { call("new", Some(OBJECT), send()) } else { call(OBJECT, None, send()) };
            assert!(matches!(other, GuardResponse::Rejected(LedgerError::RateLimited { .. })), "one SMS");
            let wrong = wrong_code(&issued.code);
            let compared = (0..10)
                .map(|number| match number % 2 {
                    0 => call(OBJECT, None, verify(&wrong)),
                    _ => call("new", Some(OBJECT), verify(&wrong)),
                })
                .filter(|response| matches!(response, GuardResponse::Rejected(LedgerError::Mismatch { .. })))
                .count();
            assert_eq!(compared, 5, "one budget");
        }
    }
}

/// A state that the old object kept would come back: an unlock would be undone, a success forgotten.
#[wasm_bindgen_test(unsupported = test)]
fn a_state_that_the_successor_has_deleted_does_not_come_back() {
    for ledgers in Ledgers::ALL {
        let platform = InMemoryPlatform::new().with_keys(key_ring(ROOT, Some(OLD))).with_ledgers(ledgers);
        let guard = Guard { platform };
        let call = |name: &str, previous, request| {
            guard.platform.block_on(guard.platform.call(name, previous, &request)).expect("a response")
        };
        let send = || GuardRequest::ReserveSend { phone: PHONE.to_owned(), usage_type: UsageType::SignIn };
        let verify = |code: String| {
            let phone = PHONE.to_owned();
            GuardRequest::Verify { phone, usage_type: UsageType::SignIn, code, id: None }
        };
        let GuardResponse::SendReserved(issued) = call(OBJECT, None, send()) else { panic!("permitted") };
        for left in (0..5).rev() {
            let wrong = call(OBJECT, None, verify(wrong_code(&issued.code)));
            assert!(
                matches!(wrong, GuardResponse::Rejected(LedgerError::Mismatch { attempts_left }) if attempts_left == left)
            );
        }
        // No send counts any more, the failures do.
        guard.platform.clock.advance(25 * 3_600_000);
        call("new", Some(OBJECT), GuardRequest::Unlock);
        assert_eq!(guard.platform.states.borrow().get("new"), None, "nothing in it matters");
        let marker = guard.platform.states.borrow().get(OBJECT).cloned().expect("a marker");
        assert!(!marker.contains("ledger"), "{marker}");
        call("new", Some(OBJECT), send());
        let state = guard.platform.states.borrow().get("new").cloned().expect("a ledger");
        assert!(state.contains(r#""total":0"#), "{state}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_state_that_is_released_is_only_that_of_the_successor() {
    for guard in Guard::each() {
        guard.reserve().expect("permitted");
        let before = guard.state();
        let call = |request| guard.platform.block_on(guard.call(request)).map(drop);
        call(GuardRequest::ReleaseState { to: "new".to_owned() }).expect("nothing was handed over");
        assert_eq!(guard.state(), before);
        call(GuardRequest::ExportState { to: "new".to_owned(), from: None }).expect("handed over");
        let marker = guard.state();
        call(GuardRequest::ReleaseState { to: "another".to_owned() }).expect("another's");
        assert_eq!(guard.state(), marker);
        call(GuardRequest::ReleaseState { to: "new".to_owned() }).expect("released");
        assert!(guard.state().is_some_and(|state| state.contains("moved") && !state.contains("ledger")));
    }
}

/// The new object has asked for the state and is reset before it stores it; then an old Worker calls the old object.
#[wasm_bindgen_test(unsupported = test)]
fn a_request_that_is_passed_on_finds_the_state_that_the_successor_has_not_stored() {
    for ledgers in Ledgers::ALL {
        let platform = InMemoryPlatform::new().with_keys(key_ring(ROOT, Some(OLD))).with_ledgers(ledgers);
        let guard = Guard { platform };
        let issued = guard.reserve().expect("permitted");
        assert_eq!(guard.verify(&wrong_code(&issued.code)), Err(mismatch(4)));
        let export = GuardRequest::ExportState { to: "new".to_owned(), from: Some(OBJECT.to_owned()) };
        assert!(guard.platform.block_on(guard.call(export)).is_ok());
        assert_eq!(guard.verify(&wrong_code(&issued.code)), Err(mismatch(3)), "the count goes on");
        assert_eq!(guard.verify(&issued.code), Ok(issued.id.clone()), "the code is live");
        assert_eq!(guard.verify(&issued.code), Err(Failure::Ledger(LedgerError::NotFound)));
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn export_state_returns_the_same_state_to_the_same_successor_only() {
    for guard in Guard::each() {
        let export = |to: &str| {
            let request = GuardRequest::ExportState { to: to.to_owned(), from: None };
            match guard.platform.block_on(guard.call(request)) {
                Ok(GuardResponse::StateExported(state)) => Ok(state),
                Ok(_) => panic!("another response"),
                Err(failure) => Err(failure),
            }
        };
        guard.reserve().expect("permitted");
        let before = guard.state();
        let state = export("new").expect("handed over");
        assert_eq!(serde_json::to_string(&state).ok(), before);
        assert_eq!(export("new"), Ok(state.clone()), "a response that was lost is repeated");
        assert_eq!(export("another"), Err(Failure::Unavailable));
        let marker: GuardState = serde_json::from_str(&guard.state().expect("a marker")).expect("a state");
        let days = |days: u64| Timestamp(START.0 + days * 86_400_000);
        assert_eq!(marker.expires_at(START), Some(days(31)));
        assert_eq!(marker.expires_at(days(31)), None);
    }
}

/// Two requests take the same state over; the one goes on after each of the other's steps.
#[wasm_bindgen_test(unsupported = test)]
fn a_request_that_meets_another_one_taking_the_state_over_finds_it() {
    for ledgers in Ledgers::ALL {
        for steps in 0..50 {
            let platform = InMemoryPlatform::new().with_keys(key_ring(ROOT, Some(OLD))).with_ledgers(ledgers);
            let guard = Guard { platform };
            let issued = guard.reserve().expect("permitted");
            let verify = async |code: String| {
                let phone = PHONE.to_owned();
                let request = GuardRequest::Verify { phone, usage_type: UsageType::SignIn, code, id: None };
                guard.platform.call("new", Some(OBJECT), &request).await.expect("a response")
            };
            let mut late = Task::new(verify(issued.code.clone()));
            for _ in 0..steps {
                late.step();
            }
            let is_live = guard.platform.states.borrow().values().any(|text| text.contains(&issued.id));
            let first = guard.platform.block_on(verify(wrong_code(&issued.code)));
            assert!(late.is_done() || late.advance());
            let late = late.into_output();
            assert!(matches!(late, GuardResponse::Verified { .. }), "{ledgers:?}, {steps} steps");
            if is_live {
                let is_counted =
                    matches!(first, GuardResponse::Rejected(LedgerError::Mismatch { attempts_left: 4 }));
                assert!(is_counted, "{ledgers:?}, {steps} steps");
            }
        }
    }
}
