//! The operations of a guard object over stores that fail, lose races and forget. Every test runs over both kinds of
//! ledger store.

#![expect(clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

#[path = "guard/idempotency.rs"]
mod idempotency;
#[expect(dead_code, reason = "each test file uses a part of the platform")]
mod platform;
#[path = "guard/races.rs"]
mod races;
#[path = "guard/rotation.rs"]
mod rotation;

use edge_otp_core::challenge::challenge_key;
use edge_otp_core::guard::{GuardRequest, GuardResponse, GuardService, IssuedCode};
use edge_otp_core::ledger::LedgerError;
use edge_otp_core::ports::{GuardClient, StorageError};
use edge_otp_core::time::{CODE_LIFETIME, Timestamp};
use edge_otp_core::usage_type::UsageType;
use platform::{Call, Fault, InMemoryPlatform, Ledgers, Randomness, START, wrong_code};
use wasm_bindgen_test::wasm_bindgen_test;

const PHONE: &str = "+14155550123";
const OBJECT: &str = "object";

/// Why a request to the guard came to nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Failure {
    Ledger(LedgerError),
    /// The guard could not do its work.
    Unavailable,
    /// The guard did not respond.
    NoResponse,
}

impl From<StorageError> for Failure {
    fn from(_: StorageError) -> Self {
        Self::NoResponse
    }
}

fn mismatch(attempts_left: u32) -> Failure {
    Failure::Ledger(LedgerError::Mismatch { attempts_left })
}

/// One guard object with its policy: sends as often as one likes, if not said otherwise.
struct Guard {
    platform: InMemoryPlatform,
}

impl Guard {
    /// Returns a guard for each kind of store.
    fn each() -> [Self; 2] {
        Self::each_with(&[("RESEND_COOLDOWNS", "0")])
    }

    fn each_with(settings: &[(&str, &str)]) -> [Self; 2] {
        Ledgers::ALL.map(|ledgers| Self {
            platform: InMemoryPlatform::new().with_policy(settings).with_ledgers(ledgers),
        })
    }

    async fn call(&self, request: GuardRequest) -> Result<GuardResponse, Failure> {
        match self.platform.call(OBJECT, None, &request).await? {
            GuardResponse::Rejected(error) | GuardResponse::Locked { error, .. } => {
                Err(Failure::Ledger(error))
            }
            GuardResponse::Unavailable => Err(Failure::Unavailable),
            response => Ok(response),
        }
    }

    async fn reserve_async(&self) -> Result<IssuedCode, Failure> {
        let request = GuardRequest::ReserveSend { phone: PHONE.to_owned(), usage_type: UsageType::SignIn };
        match self.call(request).await? {
            GuardResponse::SendReserved(issued) => Ok(issued),
            _ => panic!("another response"),
        }
    }

    async fn verify_async(&self, code: &str) -> Result<String, Failure> {
        self.verify_with(PHONE, code, None).await
    }

    async fn verify_with(&self, phone: &str, code: &str, id: Option<&str>) -> Result<String, Failure> {
        let (phone, code, id) = (phone.to_owned(), code.to_owned(), id.map(str::to_owned));
        match self.call(GuardRequest::Verify { phone, usage_type: UsageType::SignIn, code, id }).await? {
            GuardResponse::Verified { id, .. } => Ok(id),
            _ => panic!("another response"),
        }
    }

    fn reserve(&self) -> Result<IssuedCode, Failure> {
        self.platform.block_on(self.reserve_async())
    }

    fn verify(&self, code: &str) -> Result<String, Failure> {
        self.platform.block_on(self.verify_async(code))
    }

    fn state(&self) -> Option<String> {
        self.platform.states.borrow().get(OBJECT).cloned()
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn reserve_send_stores_a_code_that_verifies_once() {
    for guard in Guard::each() {
        let issued = guard.reserve().expect("permitted");
        assert_eq!((issued.code.len(), issued.id.len()), (6, 32));
        assert_eq!(issued.expires_at, START.plus(CODE_LIFETIME));
        let kv = guard.platform.kv.borrow().clone();
        assert_eq!(kv.keys().collect::<Vec<_>>(), [&challenge_key(&issued.id)]);
        assert_eq!(kv[&challenge_key(&issued.id)].ttl, Some(CODE_LIFETIME));
        assert_eq!(guard.verify(&issued.code), Ok(issued.id));
        assert_eq!(guard.verify(&issued.code), Err(Failure::Ledger(LedgerError::NotFound)));
        assert!(guard.platform.kv.borrow().is_empty(), "the record is deleted");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn verify_stores_nothing_for_a_number_without_a_send() {
    for guard in Guard::each() {
        for _ in 0..20 {
            assert_eq!(guard.verify("123456"), Err(Failure::Ledger(LedgerError::NotFound)));
        }
        assert_eq!(guard.state(), None);
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn verify_compares_only_the_code_with_the_given_id() {
    for guard in Guard::each() {
        let issued = guard.reserve().expect("permitted");
        let verify = |id: &str| guard.platform.block_on(guard.verify_with(PHONE, &issued.code, Some(id)));
        assert_eq!(verify("another"), Err(Failure::Ledger(LedgerError::NotFound)));
        assert_eq!(verify(&issued.id), Ok(issued.id.clone()));
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn reserve_send_reserves_nothing_when_a_port_fails() {
    for call in [Call::Random, Call::Load, Call::Swap, Call::KvPut] {
        for guard in Guard::each_with(&[]) {
            guard.platform.calls.inject(call, Fault::BeforeEffect);
            assert_eq!(guard.reserve().err(), Some(Failure::Unavailable), "{call:?}");
            guard.platform.calls.repair();
            assert!(guard.platform.kv.borrow().is_empty(), "{call:?} leaves no record");
            assert!(guard.reserve().is_ok(), "{call:?}: the send was not counted, or revoked");
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn verify_compares_nothing_when_a_port_fails() {
    for call in [Call::Load, Call::Swap, Call::KvGet] {
        for guard in Guard::each() {
            let issued = guard.reserve().expect("permitted");
            guard.platform.calls.inject(call, Fault::BeforeEffect);
            for _ in 0..20 {
                assert_eq!(guard.verify(&wrong_code(&issued.code)), Err(Failure::Unavailable), "{call:?}");
                assert_eq!(guard.verify(&issued.code), Err(Failure::Unavailable), "{call:?}");
            }
            guard.platform.calls.repair();
            assert_eq!(guard.verify(&wrong_code(&issued.code)), Err(mismatch(4)), "{call:?}");
            assert_eq!(guard.verify(&issued.code), Ok(issued.id), "{call:?}");
        }
    }
}

/// Whichever call fails, before or after its effect: a code that was verified is used up, and no failure is forgotten.
#[wasm_bindgen_test(unsupported = test)]
fn verify_accepts_a_code_at_most_once_whichever_call_fails() {
    for fault in Fault::ALL {
        for skip in 0.. {
            let mut is_reached = false;
            for guard in Guard::each() {
                let issued = guard.reserve().expect("permitted");
                guard.platform.calls.inject_nth(skip, fault);
                let first = guard.verify(&issued.code);
                is_reached |= !guard.platform.calls.repair();
                let second = guard.verify(&issued.code);
                let successes = [&first, &second].into_iter().filter(|result| result.is_ok()).count();
                assert!(successes <= 1, "{fault:?} {skip}");
                if fault == Fault::BeforeEffect {
                    assert_eq!(successes, 1, "{skip}: a failure before the effect costs nothing");
                }
            }
            if !is_reached {
                break;
            }
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn verify_succeeds_without_deleting_the_record() {
    for fault in Fault::ALL {
        for guard in Guard::each() {
            let issued = guard.reserve().expect("permitted");
            guard.platform.calls.inject(Call::KvDelete, fault);
            assert_eq!(guard.verify(&issued.code), Ok(issued.id));
            let again = guard.verify(&issued.code);
            assert_eq!(again, Err(Failure::Ledger(LedgerError::NotFound)), "a record alone is no live code");
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn reserve_send_revokes_the_send_when_its_record_is_not_stored() {
    for fault in Fault::ALL {
        for guard in Guard::each_with(&[]) {
            guard.platform.calls.inject(Call::KvPut, fault);
            for _ in 0..20 {
                assert_eq!(guard.reserve().err(), Some(Failure::Unavailable));
            }
            guard.platform.calls.repair();
            assert!(guard.platform.is_empty());
            assert!(guard.reserve().is_ok(), "neither cooldown nor cap applies");
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn reserve_send_draws_no_code_from_a_broken_random_source() {
    for guard in Guard::each() {
        guard.platform.randomness.set(Randomness::Constant(0xff));
        assert_eq!(guard.reserve().err(), Some(Failure::Unavailable));
        assert!(guard.platform.is_empty());
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn requests_with_a_malformed_phone_or_code_do_nothing() {
    for guard in Guard::each() {
        let malformed =
            GuardRequest::ReserveSend { phone: "14155550123".to_owned(), usage_type: UsageType::SignIn };
        let reserved = guard.platform.block_on(guard.call(malformed));
        assert_eq!(reserved.err(), Some(Failure::Unavailable));
        let verify = |phone, code| guard.platform.block_on(guard.verify_with(phone, code, None));
        assert_eq!(verify("14155550123", "123456"), Err(Failure::Unavailable));
        assert_eq!(verify(PHONE, "12345x"), Err(Failure::Unavailable));
        assert!(guard.platform.is_empty());
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn verify_reports_expiry_with_and_without_the_record() {
    for guard in Guard::each() {
        let issued = guard.reserve().expect("permitted");
        guard.platform.clock.advance(600_000);
        assert_eq!(guard.verify(&issued.code), Err(Failure::Ledger(LedgerError::Expired)));
        guard.platform.kv.borrow_mut().clear();
        assert_eq!(guard.verify(&issued.code), Err(Failure::Ledger(LedgerError::Expired)));
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_record_that_is_missing_in_its_last_second_has_expired() {
    for guard in Guard::each() {
        let issued = guard.reserve().expect("permitted");
        guard.platform.kv.borrow_mut().clear();
        guard.platform.clock.advance(598_999);
        let lost = guard.verify(&issued.code);
        assert_eq!(lost, Err(Failure::Unavailable), "lost too early is a failure of KV");
        guard.platform.clock.advance(1);
        assert_eq!(guard.verify(&issued.code), Err(Failure::Ledger(LedgerError::Expired)));
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_state_of_another_form_lets_nobody_pass() {
    let idempotency =
        r#"{"idempotency":{"fingerprint":"f","owner":"o","at":1700000000000,"deadline":1700000000000}}"#;
    for guard in Guard::each() {
        let issued = guard.reserve().expect("permitted");
        let state = guard.state().expect("a state");
        let unwrapped = state.trim_start_matches(r#"{"ledger":"#).trim_end_matches('}').to_owned() + "}";
        let partial = r#"{"ledger":{"codes":[],"sends":{"counted":[]}}}"#;
        for text in ["", "{}", "null", "[]", &unwrapped, partial, "garbage", idempotency] {
            guard.platform.states.borrow_mut().insert(OBJECT.to_owned(), text.to_owned());
            assert_eq!(guard.verify(&issued.code), Err(Failure::Unavailable), "{text}");
            assert_eq!(guard.reserve().err(), Some(Failure::Unavailable), "{text}");
            let revoke = GuardRequest::RevokeSend { id: issued.id.clone() };
            assert_eq!(
                guard.platform.block_on(guard.call(revoke)).err(),
                Some(Failure::Unavailable),
                "{text}"
            );
            assert_eq!(guard.state().as_deref(), Some(text), "it stays as it is");
        }
        guard.platform.states.borrow_mut().insert(OBJECT.to_owned(), state);
        assert_eq!(guard.verify(&issued.code), Ok(issued.id));
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_ledger_is_no_idempotency_record() {
    for guard in Guard::each() {
        guard.reserve().expect("permitted");
        let state = guard.state();
        for request in [
            GuardRequest::BeginIdempotent(idempotency::request("f", "o")),
            GuardRequest::EndIdempotent { owner: "o".to_owned(), receipt: None },
        ] {
            assert_eq!(guard.platform.block_on(guard.call(request)).err(), Some(Failure::Unavailable));
        }
        assert_eq!(guard.state(), state);
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_record_of_another_form_lets_nobody_pass() {
    for guard in Guard::each() {
        let issued = guard.reserve().expect("permitted");
        let key = challenge_key(&issued.id);
        let record = guard.platform.kv_text(&key).expect("a record");
        let foreign = [
            record.replace("\"v\":1", "\"v\":2"),
            record.replace("SignIn", "Register"),
            record.replace("8f689978", "00000000"),
            record.replace("\"mac\":\"", "\"mac\":\"zz"),
        ];
        let foreign = foreign.iter().map(String::as_str);
        for text in ["", "{}", "null"].into_iter().chain(foreign) {
            assert_ne!(text, record);
            guard.platform.put_kv(&key, text);
            assert_eq!(guard.verify(&issued.code), Err(Failure::Unavailable), "{text}");
        }
        guard.platform.put_kv(&key, &record);
        assert_eq!(guard.verify(&wrong_code(&issued.code)), Err(mismatch(4)), "nothing was counted");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_revoked_resend_leaves_the_code_before_it_valid() {
    for guard in Guard::each() {
        let first = guard.reserve().expect("permitted");
        for fault in Fault::ALL {
            guard.platform.calls.inject(Call::KvPut, fault);
            assert_eq!(guard.reserve().err(), Some(Failure::Unavailable));
            guard.platform.calls.repair();
        }
        let second = guard.reserve().expect("permitted");
        let revoke = GuardRequest::RevokeSend { id: second.id };
        assert!(guard.platform.block_on(guard.call(revoke)).is_ok());
        assert_eq!(guard.verify(&first.code), Ok(first.id));
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn unlock_ends_a_lock() {
    for guard in Guard::each_with(&[("DAILY_FAILURES", "1")]) {
        let unlock = || guard.platform.block_on(guard.call(GuardRequest::Unlock)).expect("done");
        unlock();
        assert_eq!(guard.state(), None, "a number without a state");
        let issued = guard.reserve().expect("permitted");
        assert_eq!(guard.verify(&wrong_code(&issued.code)), Err(mismatch(0)));
        let locked = guard.verify(&issued.code);
        assert!(matches!(locked, Err(Failure::Ledger(LedgerError::LockedOut { .. }))));
        unlock();
        assert_eq!(guard.verify(&issued.code), Ok(issued.id));
    }
}

/// A KV that hangs is a KV that fails; a deletion that hangs is nobody's concern.
#[wasm_bindgen_test(unsupported = test)]
fn operations_of_kv_have_a_deadline() {
    for guard in Guard::each() {
        guard.platform.calls.hold(Call::KvPut);
        assert_eq!(guard.reserve().err(), Some(Failure::Unavailable));
        assert_eq!(guard.platform.clock.now(), Timestamp(START.0 + 3_000));
        guard.platform.calls.release(Call::KvPut);
        let issued = guard.reserve().expect("permitted");
        guard.platform.calls.hold(Call::KvGet);
        assert_eq!(guard.verify(&issued.code), Err(Failure::Unavailable));
        assert_eq!(guard.platform.clock.now(), Timestamp(START.0 + 6_000));
        guard.platform.calls.release(Call::KvGet);
        guard.platform.calls.hold(Call::KvDelete);
        assert_eq!(guard.verify(&issued.code), Ok(issued.id));
        assert_eq!(guard.platform.clock.now(), Timestamp(START.0 + 6_000));
    }
}

/// A state that a clock a day ahead has written, and one that a clock a little ahead has written.
#[wasm_bindgen_test(unsupported = test)]
fn a_state_from_the_future_is_a_failure_of_storage_and_no_lock() {
    for guard in Guard::each() {
        guard.reserve().expect("permitted");
        guard.platform.clock.set(Timestamp(START.0 - 86_400_001));
        assert_eq!(guard.reserve().err(), Some(Failure::Unavailable));
        assert_eq!(guard.verify("123456"), Err(Failure::Unavailable));
        guard.platform.clock.set(Timestamp(START.0 - 86_400_000));
        let issued = guard.reserve().expect("permitted");
        assert_eq!(guard.verify(&issued.code), Ok(issued.id));
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn debug_of_the_service_shows_no_state() {
    for Guard { platform } in Guard::each() {
        let (keys, policy) = (&platform.keys, &platform.policy);
        let service = GuardService { platform: &platform, ledger_store: &platform, keys, policy };
        assert_eq!(format!("{service:?}"), "GuardService");
    }
}
