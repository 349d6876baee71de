//! The ledger's invariants over random interleavings of sends, attempts and revocations, and over clocks that also jump
//! back. An independent model keeps its own counts and compares them with what the ledger reports.

#![expect(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "tests fail by panicking")]

#[path = "ledger/rules.rs"]
mod rules;

use edge_otp_core::ledger::{AttemptResult, CodeSelector, Ledger, LedgerError};
use edge_otp_core::policy::Policy;
use edge_otp_core::time::Timestamp;
use edge_otp_core::usage_type::UsageType;
use proptest::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

const START: Timestamp = Timestamp(1_700_000_000_000);
const TYPES: [UsageType; 3] = [UsageType::SignIn, UsageType::Register, UsageType::Generic];
const UNLIMITED_SENDS: [(&str, &str); 3] =
    [("RESEND_COOLDOWNS", "0"), ("SENDS_PER_HOUR", "1000"), ("SENDS_PER_DAY", "1000")];
const HOUR_MS: u64 = 3_600_000;
const DAY_MS: u64 = 86_400_000;

fn policy(settings: &[(&str, &str)]) -> Policy {
    Policy::parse(|name| settings.iter().find(|(known, _)| *known == name).map(|(_, v)| (*v).to_owned()))
        .expect("valid settings")
}

#[derive(Clone, Debug)]
enum Event {
    /// Time moves, forth or back.
    Clock(i64),
    Send(usize),
    /// A right or wrong attempt at the live code of a usage type.
    Attempt(usize, bool),
    /// A right attempt at a code that has been replaced.
    AttemptOld(usize),
    /// The provider refuses the newest send.
    Revoke,
    /// An operator unlocks the number.
    Unlock,
}

fn event() -> impl Strategy<Value = Event> {
    let step = prop_oneof![
        6 => 0..5_000i64,
        3 => 5_000..400_000i64,
        1 => 400_000..4_000_000i64,
        1 => 4_000_000..90_000_000i64,
        1 => -7_200_000..0i64,
        1 => 90_000_000..3_000_000_000i64,
    ];
    prop_oneof![
        9 => step.prop_map(Event::Clock),
        9 => (0..3usize).prop_map(Event::Send),
        18 => ((0..3usize), proptest::bool::weighted(0.12)).prop_map(|(usage, right)| Event::Attempt(usage, right)),
        3 => (0..3usize).prop_map(Event::AttemptOld),
        4 => Just(Event::Revoke),
        1 => Just(Event::Unlock),
    ]
}

/// One code as the model knows it.
#[derive(Clone, Debug)]
struct SentCode {
    id: String,
    usage_type: UsageType,
    /// By the clock.
    issued_at: u64,
    /// By the latest time seen.
    counted_at: u64,
    attempts: u32,
    successes: u32,
    /// Verified, or its send was revoked, or another code of its usage type was verified after it was sent.
    is_void: bool,
}

/// A failed attempt as the model knows it. No success removes one from the list.
#[derive(Clone, Copy, Debug)]
struct Failure {
    at: u64,
    /// A later success or an operator has cleared it.
    is_cleared: bool,
    is_unlocked: bool,
}

/// A ledger and the model that its invariants are checked on.
struct Model {
    ledger: Ledger,
    policy: Policy,
    clock: u64,
    /// The time of the ledger as it is stored.
    stored: u64,
    /// The time that an event has for the limits: it never runs back behind what is stored.
    latest: u64,
    sent: Vec<SentCode>,
    failures: Vec<Failure>,
    /// When sends were given back.
    refunds: Vec<u64>,
    counted_sends: Vec<u64>,
}

const fn any_id(usage_type: UsageType) -> CodeSelector<'static> {
    CodeSelector { usage_type, id: None }
}

impl Model {
    fn new(policy: Policy) -> Self {
        Self {
            ledger: Ledger::default(),
            policy,
            clock: START.0,
            stored: 0,
            latest: START.0,
            sent: Vec::new(),
            failures: Vec::new(),
            refunds: Vec::new(),
            counted_sends: Vec::new(),
        }
    }

    fn apply(&mut self, event: &Event) {
        self.latest = self.stored.max(self.clock);
        let before = self.ledger.clone();
        match event {
            Event::Clock(by) => self.clock = self.clock.saturating_add_signed(*by),
            _ if self.ledger.is_ahead_of(Timestamp(self.clock)) => {
                assert!(self.stored > self.clock + DAY_MS, "I7: only a clock that is a day back is refused");
            }
            Event::Send(usage) => self.send(TYPES[*usage]),
            Event::Attempt(usage, is_right) => self.attempt(TYPES[*usage], *is_right),
            Event::AttemptOld(usage) => self.attempt_old(TYPES[*usage]),
            Event::Revoke => self.revoke(),
            Event::Unlock => self.unlock(),
        }
        if self.ledger != before {
            self.stored = self.latest;
        }
        let text = serde_json::to_string(&self.ledger).expect("a ledger has a JSON form");
        assert_eq!(serde_json::from_str::<Ledger>(&text).expect("it is read back"), self.ledger);
    }

    fn send(&mut self, usage_type: UsageType) {
        let id = format!("id{}", self.sent.len());
        let failures = self.failures_left();
        match self.ledger.record_send(usage_type, &id, Timestamp(self.clock), &self.policy) {
            Ok((next, permit)) => {
                assert_eq!(permit.issued_at.0, self.clock);
                assert_eq!(permit.expires_at.0, self.clock + 600_000, "I4: never longer by the clock");
                let (issued_at, counted_at) = (self.clock, self.latest);
                self.ledger = next;
                self.counted_sends.push(counted_at);
                let code = SentCode {
                    id,
                    usage_type,
                    issued_at,
                    counted_at,
                    attempts: 0,
                    successes: 0,
                    is_void: false,
                };
                self.sent.push(code);
            }
            Err(LedgerError::RateLimited { retry_after, .. }) => {
                // I6: a refusal is right about when the next send is permitted.
                let later = Timestamp(self.clock + u64::from(retry_after.0) * 1_000);
                let again = self.ledger.record_send(usage_type, &id, later, &self.policy);
                let is_locked = matches!(again, Err(LedgerError::LockedOut { .. }));
                assert!(again.is_ok() || is_locked, "waited {retry_after:?}");
            }
            Err(LedgerError::LockedOut { retry_after }) => {
                assert_eq!(failures, 0, "only a locked number is not sent codes");
                assert!(retry_after.is_none_or(|wait| wait.0 > 600), "the lock outlasts a code");
            }
            Err(other) => panic!("{other:?}"),
        }
        assert!(self.failures_left() <= failures, "I5: a send never lowers the count of failures");
    }

    /// The live code: the newest that was not revoked, unless it or a newer one was verified.
    fn live(&self, usage_type: UsageType) -> Option<usize> {
        self.sent.iter().rposition(|sent| sent.usage_type == usage_type && !sent.is_void)
    }

    fn attempt(&mut self, usage_type: UsageType, is_right: bool) {
        let selector = any_id(usage_type);
        let now = Timestamp(self.clock);
        let checked = self.ledger.check_attempt(selector, now, &self.policy).map(str::to_owned);
        let expected = self.live(usage_type).filter(|index| {
            let code = &self.sent[*index];
            self.clock < code.issued_at + 600_000
                && self.latest < code.counted_at + 600_000
                && code.issued_at <= self.clock + 60_000
                && code.attempts < self.policy.max_attempts
                && self.failures_left() > 0
        });
        // I4 and I8: allowed if and only if the newest code of the usage type is live, young and within every limit. A
        // code that was replaced more than twice is not kept, so it is not live again.
        let is_forgotten = expected.is_some_and(|index| !self.is_kept(index));
        assert_eq!(checked.is_ok(), expected.is_some() && !is_forgotten, "{checked:?}");
        let Ok(id) = checked else { return };
        let index = expected.expect("just compared");
        assert_eq!(id, self.sent[index].id, "I4: the newest code");
        let (next, result) = self.ledger.record_attempt(selector, &id, is_right, now, &self.policy);
        self.ledger = next;
        self.sent[index].attempts += 1;
        match result {
            AttemptResult::Verified => {
                assert!(is_right);
                self.sent[index].successes += 1;
                let of_type = self.sent.iter_mut().filter(|sent| sent.usage_type == usage_type);
                of_type.for_each(|sent| sent.is_void = true);
                self.failures.iter_mut().for_each(|failure| failure.is_cleared = true);
            }
            AttemptResult::Rejected(LedgerError::Mismatch { attempts_left }) => {
                assert!(!is_right, "I8: the right code succeeds");
                self.failures.push(Failure { at: self.latest, is_cleared: false, is_unlocked: false });
                let of_code = self.policy.max_attempts - self.sent[index].attempts;
                assert_eq!(attempts_left, of_code.min(self.failures_left()));
            }
            other => panic!("{other:?}"),
        }
        self.check_budgets();
    }

    /// Whether the ledger still holds a code that is live again: it keeps three of a usage type.
    fn is_kept(&self, index: usize) -> bool {
        let text = serde_json::to_string(&self.ledger).expect("a ledger has a JSON form");
        text.contains(&format!("\"{}\"", self.sent[index].id))
    }

    /// The record of a replaced code comes from KV late: whatever the comparison says, it does not count.
    fn attempt_old(&self, usage_type: UsageType) {
        let live = self.live(usage_type).map(|index| self.sent[index].id.as_str());
        let mut of_type = self.sent.iter().filter(|sent| sent.usage_type == usage_type);
        let Some(SentCode { id, .. }) = of_type.find(|sent| Some(sent.id.as_str()) != live) else { return };
        let (selector, now) = (CodeSelector { usage_type, id: Some(id) }, Timestamp(self.clock));
        assert!(self.ledger.check_attempt(selector, now, &self.policy).is_err());
        let any = any_id(usage_type);
        let (_, result) = self.ledger.record_attempt(any, id, true, now, &self.policy);
        assert_ne!(result, AttemptResult::Verified, "I4: an older code never succeeds");
    }

    fn revoke(&mut self) {
        let failures = self.failures_left();
        let Some(newest) = self.sent.last_mut().filter(|sent| !sent.is_void) else { return };
        newest.is_void = true;
        let (id, at) = (newest.id.clone(), newest.counted_at);
        let within = |window: u64| self.refunds.iter().filter(|at| **at + window > self.latest).count();
        let is_kept = self.ledger.prune(Timestamp(self.clock));
        let is_known = serde_json::to_string(&is_kept).expect("JSON").contains(&format!("\"{id}\""));
        if is_known && within(HOUR_MS) < 2 && within(DAY_MS) < 5 && at + DAY_MS > self.latest {
            let position = self.counted_sends.iter().position(|counted| *counted == at);
            self.counted_sends.remove(position.expect("it was counted"));
            self.refunds.push(self.latest);
        }
        self.ledger = self.ledger.revoke_send(&id, Timestamp(self.clock));
        assert_eq!(self.failures_left(), failures, "a revocation concerns sends only");
        self.check_sends();
    }

    /// A send that is not given back still counts against the limit per day.
    fn check_sends(&self) {
        let count = self.counted_sends.iter().filter(|at| **at + DAY_MS > self.latest).count();
        let (now, mut ledger, mut permitted) = (Timestamp(self.clock), self.ledger.clone(), 0);
        let unlimited = policy(&[
            ("RESEND_COOLDOWNS", "0"),
            ("SENDS_PER_HOUR", "1000"),
            ("SENDS_PER_DAY", "20"),
            ("DAILY_FAILURES", "100"),
        ]);
        while let Ok((next, _)) = ledger.record_send(UsageType::BindMfa, "x", now, &unlimited) {
            (ledger, permitted) = (next, permitted + 1);
        }
        let is_locked = self.total_failures() >= 100;
        assert!(is_locked || permitted == 20_usize.saturating_sub(count), "{permitted} and {count}");
    }

    fn unlock(&mut self) {
        self.ledger = self.ledger.unlock(Timestamp(self.clock));
        self.failures.iter_mut().for_each(|failure| failure.is_unlocked = true);
    }

    /// How many more failures lock the number: the least of the three limits.
    fn failures_left(&self) -> u32 {
        let of_day = self.failures.iter().filter(|failure| failure.at + DAY_MS > self.latest);
        let (mut since_success, mut whatever_succeeds) = (0, 0);
        for failure in of_day.filter(|failure| !failure.is_unlocked) {
            whatever_succeeds += 1;
            since_success += u32::from(!failure.is_cleared);
        }
        let limit = self.policy.daily_failures;
        let daily = limit.saturating_sub(since_success).min((3 * limit).saturating_sub(whatever_succeeds));
        daily.min(100_u32.saturating_sub(self.total_failures()))
    }

    /// Failures without a success and without 30 days between in which none failed.
    fn total_failures(&self) -> u32 {
        let mut total = 0;
        let mut last = 0;
        for failure in self.failures.iter().filter(|failure| !failure.is_unlocked && !failure.is_cleared) {
            if last + 30 * DAY_MS <= failure.at && total < 100 {
                total = 0;
            }
            total += 1;
            last = failure.at;
        }
        if last + 30 * DAY_MS <= self.latest && total < 100 { 0 } else { total }
    }

    fn check_budgets(&self) {
        for code in &self.sent {
            assert!(code.attempts <= self.policy.max_attempts, "I1: {code:?}");
            assert!(code.successes <= 1, "I3: {code:?}");
        }
        for first in self.failures.iter().filter(|failure| !failure.is_unlocked) {
            let of_window = |failure: &&Failure| {
                !failure.is_unlocked && failure.at >= first.at && failure.at < first.at + DAY_MS
            };
            let window = self.failures.iter().filter(of_window);
            let since_success = window.clone().filter(|failure| !failure.is_cleared).count();
            assert!(
                since_success <= self.policy.daily_failures as usize,
                "I2: {since_success} since a success"
            );
            let all = window.count();
            assert!(all <= 3 * self.policy.daily_failures as usize, "I2: {all} failures in a day");
        }
    }
}

/// Failing cases are kept in a file; the tests in wasm have none.
fn config(cases: u32) -> ProptestConfig {
    #[cfg(target_arch = "wasm32")]
    let failure_persistence = None;
    #[cfg(not(target_arch = "wasm32"))]
    let failure_persistence = {
        use proptest::test_runner::{FailurePersistence, FileFailurePersistence};
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/proptest-regressions/ledger.txt");
        Some(Box::new(FileFailurePersistence::Direct(path)) as Box<dyn FailurePersistence>)
    };
    ProptestConfig { cases, failure_persistence, ..ProptestConfig::default() }
}

fn check_invariants(settings: &'static [(&str, &str)], cases: u32) {
    proptest!(config(cases), |(events in proptest::collection::vec(event(), 1..80))| {
        check_events(settings, &events);
    });
}

fn check_events(settings: &'static [(&str, &str)], events: &[Event]) {
    let mut model = Model::new(policy(settings));
    for event in events {
        model.apply(event);
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn invariants_hold_under_the_default_policy() {
    check_invariants(&[], 10_000);
}

#[wasm_bindgen_test(unsupported = test)]
fn invariants_hold_without_limits_on_sends() {
    let unlimited = &[("RESEND_COOLDOWNS", "0"), ("SENDS_PER_HOUR", "1000"), ("SENDS_PER_DAY", "1000")];
    check_invariants(unlimited, 10_000);
}

#[wasm_bindgen_test(unsupported = test)]
fn invariants_hold_under_a_narrow_policy() {
    check_invariants(
        &[("MAX_ATTEMPTS", "1"), ("DAILY_FAILURES", "3"), ("RESEND_COOLDOWNS", "1,3600")],
        10_000,
    );
}

/// What random events have found before, by value.
#[wasm_bindgen_test(unsupported = test)]
fn invariants_hold_after_a_clock_that_ran_back() {
    check_events(&[], &[Event::Clock(-2), Event::Send(0)]);
    check_events(&[], &[Event::Clock(0), Event::Clock(0), Event::Clock(-2), Event::Send(0), Event::Clock(0)]);
    // A replaced code that is younger by the clock than the one that replaced it.
    let resent =
        [Event::Send(2), Event::Clock(-101_653), Event::Send(2), Event::Clock(600_000), Event::Send(2)];
    check_events(&UNLIMITED_SENDS, &[&resent[..], &[Event::Revoke, Event::Attempt(2, false)]].concat());
}
