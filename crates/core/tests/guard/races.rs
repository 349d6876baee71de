//! Requests that meet in one guard object.

use edge_otp_core::challenge::challenge_key;
use edge_otp_core::ledger::LedgerError;
use proptest::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

use super::platform::executor::Task;
use super::platform::{Call, Fault, wrong_code};
use super::{Failure, Guard, mismatch};

#[wasm_bindgen_test(unsupported = test)]
fn lost_swaps_are_repeated_up_to_64_times() {
    let [guard, _] = Guard::each();
    let issued = guard.reserve().expect("permitted");
    guard.platform.lost_swaps.set(63);
    assert_eq!(guard.verify(&wrong_code(&issued.code)), Err(mismatch(4)));
    guard.platform.lost_swaps.set(64);
    assert_eq!(guard.verify(&issued.code), Err(Failure::Unavailable));
    assert_eq!(guard.platform.lost_swaps.get(), 0);
    assert_eq!(guard.verify(&wrong_code(&issued.code)), Err(mismatch(3)));
}

/// The ledger still finds the code young, but it expires while its record is read.
#[wasm_bindgen_test(unsupported = test)]
fn verify_reports_expiry_that_falls_between_ledger_and_record() {
    for guard in Guard::each() {
        let issued = guard.reserve().expect("permitted");
        guard.platform.clock.advance(599_999);
        guard.platform.calls.hold(Call::KvGet);
        let mut task = Task::new(guard.verify_async(&issued.code));
        assert!(!task.advance());
        guard.platform.clock.advance(1);
        guard.platform.calls.release(Call::KvGet);
        assert!(task.advance());
        assert_eq!(task.into_output(), Err(Failure::Ledger(LedgerError::Expired)));
    }
}

/// The code is verified by another request between the ledger and the record.
#[wasm_bindgen_test(unsupported = test)]
fn a_record_that_was_used_up_meanwhile_is_not_found() {
    for guard in Guard::each() {
        let issued = guard.reserve().expect("permitted");
        guard.platform.calls.hold(Call::KvGet);
        let mut late = Task::new(guard.verify_async(&issued.code));
        assert!(!late.advance());
        guard.platform.calls.release(Call::KvGet);
        assert_eq!(guard.verify(&issued.code), Ok(issued.id.clone()));
        assert!(late.advance());
        assert_eq!(late.into_output(), Err(Failure::Ledger(LedgerError::NotFound)));
    }
}

/// A new code replaces the one whose record is being read: the new one is compared.
#[wasm_bindgen_test(unsupported = test)]
fn verify_compares_the_newest_code_after_a_concurrent_send() {
    for is_old_record_kept in [true, false] {
        for guard in Guard::each() {
            let old = guard.reserve().expect("permitted");
            guard.platform.calls.hold(Call::KvGet);
            let mut of_old = Task::new(guard.verify_async(&old.code));
            assert!(!of_old.advance());
            let new = guard.reserve().expect("permitted");
            assert_ne!(old.code, new.code);
            if !is_old_record_kept {
                guard.platform.kv.borrow_mut().remove(&challenge_key(&old.id));
            }
            let mut of_new = Task::new(guard.verify_async(&new.code));
            assert!(!of_new.advance());
            guard.platform.calls.release(Call::KvGet);
            assert!(of_old.advance() && of_new.advance());
            assert_eq!(of_old.into_output(), Err(mismatch(4)));
            assert_eq!(of_new.into_output(), Ok(new.id));
        }
    }
}

/// A verification that never catches up with new codes gives up.
#[wasm_bindgen_test(unsupported = test)]
fn verify_gives_up_after_four_replaced_codes() {
    for guard in Guard::each_with(&[("RESEND_COOLDOWNS", "0"), ("SENDS_PER_HOUR", "1000")]) {
        guard.platform.calls.hold(Call::KvGet);
        let first = guard.reserve().expect("permitted");
        let mut task = Task::new(guard.verify_async(&first.code));
        for _ in 0..4 {
            assert!(!task.advance(), "a record is asked for");
            guard.reserve().expect("permitted");
            guard.platform.calls.release(Call::KvGet);
            task.step();
            guard.platform.calls.hold(Call::KvGet);
        }
        assert!(task.advance());
        assert_eq!(task.into_output(), Err(Failure::Unavailable));
    }
}

/// Any interleaving of right and wrong codes: one success at most, no attempt uncounted, and the numbers of attempts
/// left are all different, so that no two comparisons were counted as one.
#[wasm_bindgen_test(unsupported = test)]
fn concurrent_verifications_are_counted_one_by_one() {
    let schedule = proptest::collection::vec(0..8_usize, 0..160);
    proptest!(ProptestConfig::with_cases(500), |(schedule in schedule, rights in 0..3_usize, is_atomic: bool)| {
        let [cas, atomic] = Guard::each();
        let guard = if is_atomic { atomic } else { cas };
        let issued = guard.reserve().expect("permitted");
        let wrong = wrong_code(&issued.code);
        let codes = (0..8).map(|index| if index < rights { &issued.code } else { &wrong });
        let tasks = codes.map(|code| Task::new(guard.verify_async(code))).collect();
        let results = guard.platform.interleave(tasks, &schedule);

        let successes = results.iter().filter(|result| result.is_ok()).count();
        prop_assert!(successes <= 1.min(rights));
        let mut left: Vec<_> = results.iter().filter_map(|result| match result {
            Err(Failure::Ledger(LedgerError::Mismatch { attempts_left })) => Some(*attempts_left),
            _ => None,
        }).collect();
        left.sort_unstable_by(|a, b| b.cmp(a));
        let expected: Vec<u32> = [4, 3, 2, 1, 0].into_iter().take(left.len()).collect();
        prop_assert_eq!(&left, &expected);
        prop_assert!(left.len() == 5 || successes == 1, "eight attempts exhaust a code that nobody verified");
        let has_unavailable = results.iter().any(|result| matches!(result, Err(Failure::Unavailable)));
        prop_assert!(!has_unavailable);
    });
}

/// Any interleaving of sends: the limit holds, and the newest code is the live one.
#[wasm_bindgen_test(unsupported = test)]
fn concurrent_sends_stay_within_the_limit() {
    let schedule = proptest::collection::vec(0..6_usize, 0..120);
    proptest!(ProptestConfig::with_cases(500), |(schedule in schedule, is_atomic: bool)| {
        let [cas, atomic] = Guard::each_with(&[("RESEND_COOLDOWNS", "0"), ("SENDS_PER_HOUR", "3")]);
        let guard = if is_atomic { atomic } else { cas };
        let tasks = (0..6).map(|_| Task::new(guard.reserve_async())).collect();
        let results = guard.platform.interleave(tasks, &schedule);
        let issued: Vec<_> = results.into_iter().flatten().collect();
        prop_assert_eq!(issued.len(), 3);
        let verified = issued.iter().filter(|issued| guard.verify(&issued.code).is_ok()).count();
        prop_assert_eq!(verified, 1);
    });
}

/// The ledger fails when it is asked why a record is missing.
#[wasm_bindgen_test(unsupported = test)]
fn a_missing_record_is_not_explained_by_a_ledger_that_fails() {
    for guard in Guard::each() {
        let issued = guard.reserve().expect("permitted");
        guard.platform.kv.borrow_mut().clear();
        guard.platform.clock.advance(599_000);
        guard.platform.calls.hold(Call::KvGet);
        let mut task = Task::new(guard.verify_async(&issued.code));
        assert!(!task.advance());
        guard.platform.calls.inject(Call::Load, Fault::BeforeEffect);
        guard.platform.calls.release(Call::KvGet);
        assert!(task.advance());
        assert_eq!(task.into_output(), Err(Failure::Unavailable));
    }
}
