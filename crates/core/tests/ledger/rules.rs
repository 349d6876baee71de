//! The ledger's rules one by one: limits of sends and failures, what is given back, expiry.

use edge_otp_core::ledger::{AttemptResult, Ledger, LedgerError, SendLimit};
use edge_otp_core::policy::Policy;
use edge_otp_core::time::{DAY, Seconds, Timestamp};
use edge_otp_core::usage_type::UsageType;
use wasm_bindgen_test::wasm_bindgen_test;

use super::{DAY_MS, START, TYPES, UNLIMITED_SENDS, any_id, policy};

#[wasm_bindgen_test(unsupported = test)]
fn record_send_reports_the_limit_that_binds_longest() {
    let policy = policy(&[("SENDS_PER_HOUR", "2"), ("SENDS_PER_DAY", "3")]);
    let mut ledger = Ledger::default();
    let mut errors = Vec::new();
    for minute in [0, 0, 1, 2, 61, 62, 63] {
        let now = Timestamp(START.0 + minute * 60_000);
        match ledger.record_send(UsageType::SignIn, "id", now, &policy) {
            Ok((next, _)) => ledger = next,
            Err(LedgerError::RateLimited { limit, retry_after }) => {
                errors.push((minute, limit, retry_after.0));
            }
            Err(other) => panic!("{other:?}"),
        }
    }
    assert_eq!(
        errors,
        [
            (0, SendLimit::Cooldown, 60),
            (2, SendLimit::Hour, 58 * 60),
            (62, SendLimit::Day, DAY.0 - 62 * 60),
            (63, SendLimit::Day, DAY.0 - 63 * 60),
        ]
    );
}

#[wasm_bindgen_test(unsupported = test)]
fn data_of_a_refused_send_names_the_limit_and_when_it_ends() {
    for (limit, name) in
        [(SendLimit::Cooldown, "cooldown"), (SendLimit::Hour, "hour"), (SendLimit::Day, "day")]
    {
        let data = LedgerError::RateLimited { limit, retry_after: Seconds(7) }.data();
        assert_eq!((data.limit, data.retry_after), (Some(name), Some(Seconds(7))));
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn deliveries_and_sends_count_against_the_same_limits() {
    let policy = policy(&[("RESEND_COOLDOWNS", "0"), ("SENDS_PER_HOUR", "2"), ("SENDS_PER_DAY", "10")]);
    let (ledger, first) = Ledger::default().record_delivery(START, &policy).expect("permitted");
    assert_eq!(first.counted_at, START);
    let (ledger, second) = ledger.record_delivery(START, &policy).expect("permitted");
    assert_eq!(second.counted_at, Timestamp(START.0 + 1), "no two are taken back by the same time");
    let refused = LedgerError::RateLimited { limit: SendLimit::Hour, retry_after: Seconds(3_600) };
    assert_eq!(ledger.record_delivery(START, &policy).expect_err("the third"), refused);
    assert_eq!(ledger.record_send(UsageType::SignIn, "id", START, &policy).expect_err("the third"), refused);
    let (_, third) = ledger
        .revoke_delivery(second.counted_at, START)
        .record_delivery(START.plus(Seconds(1)), &policy)
        .expect("one was taken back");
    assert!(third.resend_at > third.counted_at, "the hour is used up again");
}

#[wasm_bindgen_test(unsupported = test)]
fn a_delivery_is_permitted_at_the_end_of_the_cooldown() {
    let policy = policy(&[("RESEND_COOLDOWNS", "60")]);
    let (ledger, first) = Ledger::default().record_delivery(START, &policy).expect("permitted");
    assert_eq!(first.resend_at, START.plus(Seconds(60)));
    assert!(ledger.record_delivery(Timestamp(first.resend_at.0 - 1), &policy).is_err());
    assert!(ledger.record_delivery(first.resend_at, &policy).is_ok());
}

#[wasm_bindgen_test(unsupported = test)]
fn record_send_lengthens_the_cooldown_with_each_send_of_the_hour() {
    let policy = policy(&[("SENDS_PER_HOUR", "1000"), ("SENDS_PER_DAY", "1000")]);
    let (mut ledger, mut now, mut pauses) = (Ledger::default(), START, Vec::new());
    for _ in 0..5 {
        let (next, permit) = ledger.record_send(UsageType::SignIn, "id", now, &policy).expect("permitted");
        pauses.push(now.until(permit.resend_at).0);
        (ledger, now) = (next, permit.resend_at);
    }
    assert_eq!(pauses, [60, 120, 300, 300, 300], "the last one repeats");
    let (_, permit) = ledger.record_send(UsageType::SignIn, "id", now.plus(DAY), &policy).expect("permitted");
    assert_eq!(now.plus(DAY).until(permit.resend_at), Seconds(60), "and an hour without sends starts anew");
}

#[wasm_bindgen_test(unsupported = test)]
fn a_ledger_expires_a_day_after_its_last_event() {
    let policy = policy(&[]);
    let (ledger, _) =
        Ledger::default().record_send(UsageType::SignIn, "id", START, &policy).expect("permitted");
    assert_eq!(ledger.expires_at(), Some(START.plus(Seconds(86_400))));
    assert_eq!(ledger.prune(START.plus(Seconds(86_399))).expires_at(), ledger.expires_at());
    assert_eq!(ledger.prune(START.plus(Seconds(86_400))).expires_at(), None);
    let (delivered, _) = Ledger::default().record_delivery(START, &policy).expect("permitted");
    assert_eq!(delivered.expires_at(), ledger.expires_at(), "without a code");
}

#[wasm_bindgen_test(unsupported = test)]
fn a_failure_is_kept_for_thirty_days_and_a_lasting_lock_for_ten_years() {
    let mut guessing = Guessing::new(&UNLIMITED_SENDS);
    guessing.fail(1);
    let lifetime = |guessing: &Guessing, days| Some(guessing.now.plus(Seconds(days * DAY.0)));
    assert_eq!(guessing.ledger.expires_at(), lifetime(&guessing, 30));
    guessing.fail(9);
    for _ in 0..9 {
        guessing.now = guessing.now.plus(DAY);
        guessing.fail(10);
    }
    assert_eq!(guessing.ledger.expires_at(), lifetime(&guessing, 3_650));
}

#[wasm_bindgen_test(unsupported = test)]
fn check_attempt_reports_expiry_after_600_seconds() {
    let policy = policy(&[]);
    let (ledger, _) =
        Ledger::default().record_send(UsageType::SignIn, "id", START, &policy).expect("permitted");
    let check = |seconds| {
        let now = START.plus(Seconds(seconds));
        ledger.check_attempt(any_id(UsageType::SignIn), now, &policy).map(str::to_owned)
    };
    assert_eq!(check(599), Ok("id".to_owned()));
    assert_eq!(check(600), Err(LedgerError::Expired));
    assert_eq!(check(86_400 - 1), Err(LedgerError::Expired));
}

#[wasm_bindgen_test(unsupported = test)]
fn codes_of_other_usage_types_do_not_shorten_how_long_an_expired_code_is_known() {
    let policy = policy(&[("RESEND_COOLDOWNS", "0")]);
    let ledger = TYPES.iter().fold(Ledger::default(), |ledger, usage_type| {
        ledger.record_send(*usage_type, usage_type.as_str(), START, &policy).expect("permitted").0
    });
    let now = START.plus(Seconds(700));
    for usage_type in TYPES {
        let checked = ledger.prune(now).check_attempt(any_id(usage_type), now, &policy).map(str::to_owned);
        assert_eq!(checked, Err(LedgerError::Expired), "{usage_type:?}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn check_attempt_reports_the_lockout_until_its_end() {
    let policy = policy(&[("DAILY_FAILURES", "2"), ("RESEND_COOLDOWNS", "0")]);
    let (mut ledger, _) =
        Ledger::default().record_send(UsageType::SignIn, "id", START, &policy).expect("permitted");
    let selector = any_id(UsageType::SignIn);
    for seconds in [10, 20] {
        ledger = ledger.record_attempt(selector, "id", false, START.plus(Seconds(seconds)), &policy).0;
    }
    let check = |seconds| ledger.check_attempt(selector, START.plus(Seconds(seconds)), &policy);
    let locked = |seconds| Err(LedgerError::LockedOut { retry_after: Some(Seconds(seconds)) });
    assert_eq!(check(30), locked(86_380));
    assert_eq!(check(86_409), locked(1));
    assert_eq!(check(86_410), Err(LedgerError::Expired), "one failure has left the window");
    let (_, result) = ledger.record_attempt(selector, "id", true, START.plus(Seconds(31)), &policy);
    assert!(
        matches!(result, AttemptResult::Rejected(LedgerError::LockedOut { .. })),
        "even for the right code"
    );
    let send = |seconds| {
        let now = START.plus(Seconds(seconds));
        ledger.record_send(UsageType::Register, "new", now, &policy).map(|_| "sent")
    };
    assert_eq!(send(30), locked(86_380), "a locked number is not sent codes");
    assert_eq!(send(86_410 - 601), locked(601));
    assert_eq!(send(86_410 - 600), Ok("sent"), "a code of then outlives the lock");
}

/// A ledger in which attempts fail, from time to time with a success in between.
struct Guessing {
    ledger: Ledger,
    now: Timestamp,
    policy: Policy,
}

impl Guessing {
    fn new(settings: &[(&'static str, &'static str)]) -> Self {
        Self { ledger: Ledger::default(), now: START, policy: policy(settings) }
    }

    /// Sends a code and tries it; tells whether it was compared.
    fn attempt(&mut self, is_right: bool) -> Result<AttemptResult, LedgerError> {
        let selector = any_id(UsageType::SignIn);
        self.ledger = self.ledger.record_send(UsageType::SignIn, "id", self.now, &self.policy)?.0;
        let (next, result) = self.ledger.record_attempt(selector, "id", is_right, self.now, &self.policy);
        self.ledger = next;
        Ok(result)
    }

    fn fail(&mut self, times: u32) {
        for _ in 0..times {
            let result = self.attempt(false);
            let is_counted = matches!(&result, Ok(AttemptResult::Rejected(LedgerError::Mismatch { .. })));
            assert!(is_counted, "{result:?}");
        }
    }

    fn succeed(&mut self) {
        assert_eq!(self.attempt(true), Ok(AttemptResult::Verified));
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_success_clears_the_failures_but_three_times_as_many_lock_for_the_day() {
    let mut guessing = Guessing::new(&UNLIMITED_SENDS);
    for _ in 0..3 {
        guessing.fail(9);
        guessing.succeed();
    }
    guessing.fail(3);
    let locked = Err(LedgerError::LockedOut { retry_after: Some(DAY) });
    assert_eq!(guessing.attempt(true), locked, "30 failures in a day, whatever succeeded");
    guessing.now = START.plus(DAY);
    guessing.succeed();
}

#[wasm_bindgen_test(unsupported = test)]
fn a_hundred_failures_without_a_success_lock_until_an_operator_unlocks() {
    let mut guessing = Guessing::new(&UNLIMITED_SENDS);
    for _ in 0..10 {
        guessing.fail(10);
        guessing.now = guessing.now.plus(Seconds(29 * DAY.0));
    }
    let locked = Err(LedgerError::LockedOut { retry_after: None });
    assert_eq!(guessing.attempt(true), locked);
    guessing.now = guessing.now.plus(Seconds(365 * DAY.0));
    assert_eq!(guessing.attempt(true), locked);
    assert!(guessing.ledger.prune(guessing.now).expires_at() > Some(guessing.now), "it is kept");
    guessing.ledger = guessing.ledger.unlock(guessing.now);
    guessing.succeed();
}

#[wasm_bindgen_test(unsupported = test)]
fn thirty_quiet_days_or_a_success_start_the_total_anew() {
    for is_quiet in [true, false] {
        let mut guessing = Guessing::new(&UNLIMITED_SENDS);
        for _ in 0..9 {
            guessing.fail(10);
            guessing.now = guessing.now.plus(DAY);
        }
        guessing.fail(9);
        if is_quiet {
            guessing.now = guessing.now.plus(Seconds(30 * DAY.0));
            assert_eq!(guessing.ledger.prune(guessing.now).expires_at(), None, "nothing matters any more");
        } else {
            guessing.succeed();
        }
        guessing.fail(1);
        guessing.succeed();
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn unlock_keeps_sends_and_codes() {
    let policy = policy(&[("DAILY_FAILURES", "1")]);
    let selector = any_id(UsageType::SignIn);
    let (ledger, _) =
        Ledger::default().record_send(UsageType::SignIn, "id", START, &policy).expect("permitted");
    let (ledger, _) = ledger.record_attempt(selector, "id", false, START, &policy);
    assert!(ledger.check_attempt(selector, START, &policy).is_err());
    let ledger = ledger.unlock(START);
    assert_eq!(ledger.check_attempt(selector, START, &policy), Ok("id"));
    let again = ledger.record_send(UsageType::SignIn, "new", START, &policy);
    assert!(matches!(again, Err(LedgerError::RateLimited { .. })), "its sends count");
}

#[wasm_bindgen_test(unsupported = test)]
fn a_revoked_resend_makes_the_code_before_it_live_again() {
    let policy = policy(&UNLIMITED_SENDS);
    let selector = any_id(UsageType::SignIn);
    let send = |ledger: &Ledger, id: &str, seconds| {
        ledger.record_send(UsageType::SignIn, id, START.plus(Seconds(seconds)), &policy).expect("permitted").0
    };
    let live = |ledger: &Ledger, seconds| {
        ledger.check_attempt(selector, START.plus(Seconds(seconds)), &policy).map(str::to_owned)
    };
    let ledger = send(&Ledger::default(), "first", 0);
    let (ledger, _) = ledger.record_attempt(selector, "first", false, START, &policy);
    let resent = send(&send(&ledger, "second", 10), "third", 20);
    assert_eq!(live(&resent, 20).as_deref(), Ok("third"));
    let without_second = resent.revoke_send("second", START.plus(Seconds(21)));
    assert_eq!(live(&without_second, 21).as_deref(), Ok("third"), "in whatever order they end");
    let without_both = without_second.revoke_send("third", START.plus(Seconds(22)));
    assert_eq!(live(&without_both, 599).as_deref(), Ok("first"));
    assert_eq!(live(&without_both, 600), Err(LedgerError::Expired), "it lives no longer than before");
    let (_, result) = without_both.record_attempt(selector, "first", false, START.plus(Seconds(23)), &policy);
    let counted = AttemptResult::Rejected(LedgerError::Mismatch { attempts_left: 3 });
    assert_eq!(result, counted, "its attempts still count");
    let (verified, _) = resent.record_attempt(selector, "third", true, START.plus(Seconds(24)), &policy);
    assert_eq!(live(&verified, 25), Err(LedgerError::NotFound), "a success ends them all");
}

#[wasm_bindgen_test(unsupported = test)]
fn two_sends_an_hour_and_five_a_day_are_given_back() {
    let policy = policy(&[("RESEND_COOLDOWNS", "0"), ("SENDS_PER_HOUR", "1000"), ("SENDS_PER_DAY", "10")]);
    let (mut ledger, mut sent) = (Ledger::default(), 0);
    for minute in 0..2_000_u32 {
        let now = START.plus(Seconds(minute * 43));
        if let Ok((next, _)) = ledger.record_send(UsageType::SignIn, "id", now, &policy) {
            sent += 1;
            ledger = next.revoke_send("id", now);
        }
    }
    assert_eq!(sent, 12, "two that were given back in the first hour, and ten that count");
}

#[wasm_bindgen_test(unsupported = test)]
fn a_clock_that_steps_lengthens_no_code() {
    let policy = policy(&[("RESEND_COOLDOWNS", "0")]);
    let selector = any_id(UsageType::SignIn);
    let hour = Seconds(3_600);
    let send = |ledger: &Ledger, id: &str, now| {
        ledger.record_send(UsageType::SignIn, id, now, &policy).expect("permitted").0
    };
    let check = |ledger: &Ledger, now| ledger.check_attempt(selector, now, &policy).map(str::to_owned);

    let fast_once = send(&Ledger::default(), "fast", START.plus(hour));
    assert_eq!(check(&fast_once, START), Err(LedgerError::Expired), "a code from the future");
    let then_right = send(&fast_once, "right", START);
    assert_eq!(check(&then_right, START.plus(Seconds(599))).as_deref(), Ok("right"));
    assert_eq!(
        check(&then_right, START.plus(Seconds(600))),
        Err(LedgerError::Expired),
        "not after 69 minutes"
    );

    let before = send(&Ledger::default(), "id", START);
    let an_hour_back = Timestamp(START.0 - 3_600_000);
    assert_eq!(check(&before, an_hour_back), Err(LedgerError::Expired));
    assert_eq!(check(&before, Timestamp(START.0 - 60_000)).as_deref(), Ok("id"), "within the skew of clocks");
    assert_eq!(check(&before, Timestamp(START.0 - 60_001)), Err(LedgerError::Expired));

    let (tried, _) = before.record_attempt(selector, "id", false, START.plus(Seconds(600 - 1)), &policy);
    assert_eq!(check(&tried, START.plus(Seconds(60))).as_deref(), Ok("id"), "stepped back, and not yet old");
    let seen = tried.prune(START.plus(Seconds(600)));
    assert_eq!(check(&seen, START.plus(Seconds(60))), Err(LedgerError::Expired), "it was 600 s old before");
}

#[wasm_bindgen_test(unsupported = test)]
fn retry_after_is_counted_from_the_clock() {
    let policy = policy(&[]);
    let (ledger, _) = Ledger::default()
        .record_send(UsageType::SignIn, "id", START.plus(Seconds(3_600)), &policy)
        .expect("permitted");
    let limited = ledger.record_send(UsageType::SignIn, "new", START, &policy).map(drop);
    let cooldown = LedgerError::RateLimited { limit: SendLimit::Cooldown, retry_after: Seconds(3_660) };
    assert_eq!(limited, Err(cooldown));
    assert!(!ledger.is_ahead_of(Timestamp(START.0 + 3_600_000 - DAY_MS)));
    assert!(ledger.is_ahead_of(Timestamp(START.0 + 3_600_000 - DAY_MS - 1)));
}
