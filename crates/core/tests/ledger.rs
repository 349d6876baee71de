//! The ledger's invariants over random interleavings of sends, attempts and revocations, and over clocks that also jump
//! back. An independent model keeps its own counts and compares them with what the ledger reports.

#![expect(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "tests fail by panicking")]

use edge_otp_core::ledger::{AttemptResult, CodeSelector, Ledger, LedgerError, SendLimit};
use edge_otp_core::policy::Policy;
use edge_otp_core::time::{DAY, Seconds, Timestamp};
use edge_otp_core::usage_type::UsageType;
use proptest::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

const START: Timestamp = Timestamp(1_700_000_000_000);
const TYPES: [UsageType; 3] = [UsageType::SignIn, UsageType::Register, UsageType::Generic];
const DAY_MS: u64 = 86_400_000;

fn policy(settings: &'static [(&str, &str)]) -> Policy {
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
}

fn event() -> impl Strategy<Value = Event> {
    let step = prop_oneof![
        6 => 0..5_000i64,
        3 => 5_000..400_000i64,
        1 => 400_000..4_000_000i64,
        1 => 4_000_000..90_000_000i64,
        1 => -7_200_000..0i64,
    ];
    prop_oneof![
        3 => step.prop_map(Event::Clock),
        3 => (0..3usize).prop_map(Event::Send),
        6 => ((0..3usize), proptest::bool::weighted(0.12)).prop_map(|(usage, right)| Event::Attempt(usage, right)),
        1 => (0..3usize).prop_map(Event::AttemptOld),
        1 => Just(Event::Revoke),
    ]
}

/// One code as the model knows it.
#[derive(Clone, Debug)]
struct SentCode {
    id: String,
    usage_type: UsageType,
    at: u64,
    attempts: u32,
    successes: u32,
    is_void: bool,
}

/// A ledger and the model that its invariants are checked on.
struct Model {
    ledger: Ledger,
    policy: Policy,
    clock: u64,
    /// The time of the ledger as it is stored.
    stored: u64,
    /// The time that an event has for the ledger: it never runs back behind what is stored.
    latest: u64,
    sent: Vec<SentCode>,
    failed_at: Vec<u64>,
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
            failed_at: Vec::new(),
        }
    }

    fn apply(&mut self, event: &Event) {
        self.latest = self.stored.max(self.clock);
        let before = self.ledger.clone();
        match event {
            Event::Clock(by) => self.clock = self.clock.saturating_add_signed(*by),
            Event::Send(usage) => self.send(TYPES[*usage]),
            Event::Attempt(usage, is_right) => self.attempt(TYPES[*usage], *is_right),
            Event::AttemptOld(usage) => self.attempt_old(TYPES[*usage]),
            Event::Revoke => self.revoke(),
        }
        if self.ledger != before {
            self.stored = self.latest;
        }
        let text = serde_json::to_string(&self.ledger).expect("a ledger has a JSON form");
        assert_eq!(serde_json::from_str::<Ledger>(&text).expect("it is read back"), self.ledger);
    }

    fn send(&mut self, usage_type: UsageType) {
        let id = format!("id{}", self.sent.len());
        let failures = self.failures_within_a_day();
        match self.ledger.record_send(usage_type, &id, Timestamp(self.clock), &self.policy) {
            Ok((next, permit)) => {
                assert_eq!(permit.issued_at.0, self.latest, "I: time never runs back");
                assert_eq!(permit.expires_at.0, self.latest + 600_000);
                self.ledger = next;
                let older = self.sent.iter_mut().filter(|sent| sent.usage_type == usage_type);
                older.for_each(|sent| sent.is_void = true);
                let at = self.latest;
                self.sent.push(SentCode { id, usage_type, at, attempts: 0, successes: 0, is_void: false });
            }
            Err(LedgerError::RateLimited { retry_after, .. }) => {
                assert!(retry_after.0 >= 1 && retry_after.0 <= 86_400, "{retry_after:?}");
                // I6: a refusal is right about when the next send is permitted.
                let later = Timestamp(self.latest + u64::from(retry_after.0) * 1_000);
                let again = self.ledger.record_send(usage_type, &id, later, &self.policy);
                assert!(again.is_ok(), "waited {retry_after:?}");
            }
            Err(other) => panic!("{other:?}"),
        }
        assert!(self.failures_within_a_day() >= failures, "I5: a send never lowers the count of failures");
    }

    fn live(&self, usage_type: UsageType) -> Option<usize> {
        self.sent.iter().rposition(|sent| sent.usage_type == usage_type && !sent.is_void)
    }

    fn attempt(&mut self, usage_type: UsageType, is_right: bool) {
        let selector = any_id(usage_type);
        let now = Timestamp(self.clock);
        let checked = self.ledger.check_attempt(selector, now, &self.policy).map(str::to_owned);
        let expected = self.live(usage_type).filter(|index| {
            let code = &self.sent[*index];
            self.latest < code.at + 600_000
                && code.attempts < self.policy.max_attempts
                && self.failures_within_a_day() < self.policy.daily_failures as usize
        });
        // I4 and I8: allowed if and only if the newest code of the usage type is live, young and inside both budgets.
        assert_eq!(checked.is_ok(), expected.is_some(), "{checked:?}");
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
                self.sent[index].is_void = true;
                self.failed_at.clear();
            }
            AttemptResult::Rejected(LedgerError::Mismatch { attempts_left }) => {
                assert!(!is_right, "I8: the right code succeeds");
                self.failed_at.push(self.latest);
                let of_code = self.policy.max_attempts - self.sent[index].attempts;
                let failures = u32::try_from(self.failures_within_a_day()).expect("few");
                let of_day = self.policy.daily_failures - failures;
                assert_eq!(attempts_left, of_code.min(of_day));
            }
            other => panic!("{other:?}"),
        }
        self.check_budgets();
    }

    /// The record of a replaced code comes from KV late: whatever the comparison says, it does not count.
    fn attempt_old(&self, usage_type: UsageType) {
        let mut of_type = self.sent.iter().filter(|sent| sent.usage_type == usage_type);
        let Some(SentCode { id, .. }) = of_type.find(|sent| sent.is_void) else { return };
        let (selector, now) = (CodeSelector { usage_type, id: Some(id) }, Timestamp(self.clock));
        assert!(self.ledger.check_attempt(selector, now, &self.policy).is_err());
        let any = any_id(usage_type);
        let (_, result) = self.ledger.record_attempt(any, id, true, now, &self.policy);
        assert_ne!(result, AttemptResult::Verified, "I4: an older code never succeeds");
    }

    fn revoke(&mut self) {
        let failures = self.failures_within_a_day();
        let Some(newest) = self.sent.last_mut().filter(|sent| !sent.is_void) else { return };
        newest.is_void = true;
        let (id, at) = (newest.id.clone(), Timestamp(newest.at));
        self.ledger = self.ledger.revoke_send(&id, at, Timestamp(self.clock));
        assert!(self.failures_within_a_day() >= failures, "a revocation concerns sends only");
    }

    fn failures_within_a_day(&self) -> usize {
        self.failed_at.iter().filter(|at| **at + DAY_MS > self.latest).count()
    }

    fn check_budgets(&self) {
        for code in &self.sent {
            assert!(code.attempts <= self.policy.max_attempts, "I1: {code:?}");
            assert!(code.successes <= 1, "I3: {code:?}");
        }
        for first in &self.failed_at {
            let window = self.failed_at.iter().filter(|at| *at >= first && **at < first + DAY_MS).count();
            assert!(window <= self.policy.daily_failures as usize, "I2: {window} failures in a day");
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
}

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
fn check_attempt_reports_the_lockout_until_its_end() {
    let policy = policy(&[("DAILY_FAILURES", "2"), ("RESEND_COOLDOWNS", "0")]);
    let (mut ledger, _) =
        Ledger::default().record_send(UsageType::SignIn, "id", START, &policy).expect("permitted");
    let selector = any_id(UsageType::SignIn);
    for seconds in [10, 20] {
        ledger = ledger.record_attempt(selector, "id", false, START.plus(Seconds(seconds)), &policy).0;
    }
    let (ledger, _) =
        ledger.record_send(UsageType::SignIn, "new", START.plus(Seconds(30)), &policy).expect("permitted");
    let check = |seconds| ledger.check_attempt(selector, START.plus(Seconds(seconds)), &policy);
    assert_eq!(check(30), Err(LedgerError::LockedOut { retry_after: Seconds(86_380) }));
    assert_eq!(check(86_409), Err(LedgerError::LockedOut { retry_after: Seconds(1) }));
    assert_eq!(check(86_410), Err(LedgerError::Expired), "one failure has left the window");
    let (_, result) = ledger.record_attempt(selector, "new", true, START.plus(Seconds(31)), &policy);
    assert!(
        matches!(result, AttemptResult::Rejected(LedgerError::LockedOut { .. })),
        "even for the right code"
    );
}
