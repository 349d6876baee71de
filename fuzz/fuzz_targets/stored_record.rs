//! What storage holds, or another version wrote: read and written it stays the same, and no number in it overflows.
#![no_main]

use edge_otp_core::challenge::StoredChallenge;
use edge_otp_core::connector::{StoredConnector, archive_to_json, parse_archive};
use edge_otp_core::guard::{GuardRequest, GuardResponse, GuardState};
use edge_otp_core::idempotency::{IdempotencyRecord, IdempotentRequest};
use edge_otp_core::ledger::{CodeSelector, Ledger};
use edge_otp_core::limits::{CodeOrigin, LimitKind, SendCounter};
use edge_otp_core::time::Timestamp;
use edge_otp_core::usage_type::UsageType;
use edge_otp_fuzz::policy;
use libfuzzer_sys::fuzz_target;

const TIMES: [Timestamp; 3] = [Timestamp(0), Timestamp(1_800_000_000_000), Timestamp(u64::MAX)];

/// Reads a record; asserts that it is read again from what it is written to, and as the same.
macro_rules! read {
    ($type:ty, $text:expr) => {{
        let record: Option<$type> = serde_json::from_str($text).ok();
        if let Some(record) = &record {
            let written = serde_json::to_string(record).expect("JSON");
            let again: $type = serde_json::from_str(&written).expect("its own form");
            assert_eq!(serde_json::to_string(&again).expect("JSON"), written);
        }
        record
    }};
}

fuzz_target!(|text: &str| {
    read!(GuardRequest, text);
    read!(GuardResponse, text);
    if let Some(challenge) = StoredChallenge::parse(text) {
        let written = challenge.to_json().expect("JSON");
        assert_eq!(StoredChallenge::parse(&written), Some(challenge));
    }
    if let Ok(connector) = StoredConnector::parse(text) {
        let written = connector.to_json();
        assert_eq!(StoredConnector::parse(&written).expect("its own form").to_json(), written);
    }
    match read!(GuardState, text) {
        Some(GuardState::Ledger(ledger)) => TIMES.iter().for_each(|now| check_ledger(&ledger, *now)),
        Some(GuardState::Idempotency(record)) => {
            TIMES.iter().for_each(|now| drop(IdempotencyRecord::begin(Some(&record), &repeated(), *now)));
        }
        Some(GuardState::Counter(counter)) => TIMES.iter().for_each(|now| check_counter(&counter, *now)),
        Some(GuardState::Moved(_) | GuardState::Stops(_)) | None => {}
    }
    for now in TIMES {
        let written = archive_to_json(&parse_archive(text, now));
        assert_eq!(archive_to_json(&parse_archive(&written, now)), written);
    }
});

fn repeated() -> IdempotentRequest {
    let (fingerprint, owner) = ("00ff".to_owned(), "0a".to_owned());
    IdempotentRequest { fingerprint, previous_fingerprint: None, owner }
}

fn check_counter(counter: &SendCounter, now: Timestamp) {
    let rules = policy().limits.rules(LimitKind::Prefix);
    let (checked, _) = counter.check(&rules, now);
    let _ = checked.record_send(&rules, CodeOrigin::Own, now).record_verified(&rules, now).0.expires_at();
}

fn check_ledger(ledger: &Ledger, now: Timestamp) {
    let policy = policy();
    let _ = ledger.record_send(UsageType::SignIn, "0b", now, &policy);
    let _ = ledger.revoke_send("0a", now).expires_at();
    let selector = CodeSelector { usage_type: UsageType::SignIn, id: None };
    let Ok(id) = ledger.check_attempt(selector, now, &policy) else { return };
    let (wrong, _) = ledger.record_attempt(selector, id, false, now, &policy);
    assert_ne!(wrong, *ledger, "a wrong code counts");
    let (right, _) = ledger.record_attempt(selector, id, true, now, &policy);
    assert_ne!(right.check_attempt(selector, now, &policy), Ok(id), "a code is good once");
}
