//! The ledger's invariants over random interleavings of sends, guesses and refusals, and over clocks that also
//! jump back. The model counts for itself what the ledger claims.

use proptest::prelude::*;

use crate::error::{Refusal, SendLimit};
use crate::ledger::{Judgement, Ledger, Wanted};
use crate::policy::Policy;
use crate::record::Record;
use crate::time::{Seconds, Timestamp};
use crate::usage::UsageType;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

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
    /// A right or wrong guess at the live code of a type.
    Guess(usize, bool),
    /// A right guess at a code that has been replaced.
    GuessOld(usize),
    /// The provider refuses the newest send.
    Void,
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
        6 => ((0..3usize), proptest::bool::weighted(0.12)).prop_map(|(usage, right)| Event::Guess(usage, right)),
        1 => (0..3usize).prop_map(Event::GuessOld),
        1 => Just(Event::Void),
    ]
}

/// One code as the model knows it.
#[derive(Clone, Debug)]
struct Sent {
    id: String,
    usage: UsageType,
    at: u64,
    comparisons: u32,
    successes: u32,
    void: bool,
}

/// What the world sees of a ledger: the model that the invariants are checked on.
struct World {
    ledger: Ledger,
    policy: Policy,
    clock: u64,
    /// The time of the ledger as it is stored.
    stored: u64,
    /// The time an event has for the ledger: it never runs back behind what is stored.
    latest: u64,
    sent: Vec<Sent>,
    failed_at: Vec<u64>,
}

impl World {
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
            Event::Guess(usage, right) => self.guess(TYPES[*usage], *right),
            Event::GuessOld(usage) => self.guess_old(TYPES[*usage]),
            Event::Void => self.void(),
        }
        if self.ledger != before {
            self.stored = self.latest;
        }
        // What is stored is read back as it was.
        assert_eq!(Ledger::from_json(&self.ledger.to_json()).as_ref(), Some(&self.ledger));
    }

    fn send(&mut self, usage: UsageType) {
        let id = format!("id{}", self.sent.len());
        let failures = self.failures();
        match self.ledger.send(usage, &id, Timestamp(self.clock), &self.policy) {
            Ok((next, granted)) => {
                assert_eq!(granted.issued_at.0, self.latest, "I: time never runs back");
                assert_eq!(granted.expires_at.0, self.latest + 600_000);
                self.ledger = next;
                self.sent.iter_mut().filter(|sent| sent.usage == usage).for_each(|sent| sent.void = true);
                self.sent.push(Sent {
                    id,
                    usage,
                    at: self.latest,
                    comparisons: 0,
                    successes: 0,
                    void: false,
                });
            }
            Err(Refusal::RateLimited { retry_after, .. }) => {
                assert!(retry_after.0 >= 1 && retry_after.0 <= 86_400, "{retry_after:?}");
                // I6: a refusal tells the truth about when the next send is granted.
                let later = Timestamp(self.latest + u64::from(retry_after.0) * 1_000);
                assert!(self.ledger.send(usage, &id, later, &self.policy).is_ok(), "waited {retry_after:?}");
            }
            Err(other) => panic!("{other:?}"),
        }
        assert!(self.failures() >= failures, "I5: a send never lowers a failure count");
    }

    fn live(&self, usage: UsageType) -> Option<usize> {
        self.sent.iter().rposition(|sent| sent.usage == usage && !sent.void)
    }

    fn guess(&mut self, usage: UsageType, right: bool) {
        let wanted = Wanted { usage, id: None };
        let now = Timestamp(self.clock);
        let admitted = self.ledger.admit(wanted, now, &self.policy).map(str::to_owned);
        let expected = self.live(usage).filter(|index| {
            let code = &self.sent[*index];
            self.latest < code.at + 600_000
                && code.comparisons < self.policy.max_attempts
                && self.failures_within_a_day() < self.policy.daily_failures as usize
        });
        // I4 and I8: admitted if and only if the newest code of the type is live, young and inside both budgets.
        assert_eq!(admitted.is_ok(), expected.is_some(), "{admitted:?}");
        let Ok(id) = admitted else { return };
        let index = expected.expect("just compared");
        assert_eq!(id, self.sent[index].id, "I4: the newest code");
        let (next, judgement) = self.ledger.judge(wanted, &id, right, now, &self.policy);
        self.ledger = next;
        self.sent[index].comparisons += 1;
        match judgement {
            Judgement::Verified => {
                assert!(right);
                self.sent[index].successes += 1;
                self.sent[index].void = true;
                self.failed_at.clear();
            }
            Judgement::Refused(Refusal::Mismatch { attempts_left }) => {
                assert!(!right, "I8: the right code succeeds");
                self.failed_at.push(self.latest);
                let of_code = self.policy.max_attempts - self.sent[index].comparisons;
                let failures = u32::try_from(self.failures_within_a_day()).expect("few");
                let of_day = self.policy.daily_failures - failures;
                assert_eq!(attempts_left, of_code.min(of_day));
            }
            other => panic!("{other:?}"),
        }
        self.check_budgets();
    }

    /// The record of a replaced code comes from KV late: whatever it says, it is not judged.
    fn guess_old(&mut self, usage: UsageType) {
        let Some(old) = self.sent.iter().find(|sent| sent.usage == usage && sent.void) else { return };
        let id = old.id.clone();
        let wanted = Wanted { usage, id: Some(&id) };
        assert!(self.ledger.admit(wanted, Timestamp(self.clock), &self.policy).is_err());
        let any = Wanted { usage, id: None };
        let (_, judgement) = self.ledger.judge(any, &id, true, Timestamp(self.clock), &self.policy);
        assert_ne!(judgement, Judgement::Verified, "I4: an older code never succeeds");
    }

    fn void(&mut self) {
        let failures = self.failures();
        let Some(newest) = self.sent.last_mut().filter(|sent| !sent.void) else { return };
        newest.void = true;
        let (id, at) = (newest.id.clone(), Timestamp(newest.at));
        self.ledger = self.ledger.void(&id, at, Timestamp(self.clock));
        assert!(self.failures() >= failures, "a refund is of sends only");
    }

    fn failures(&self) -> usize {
        self.failures_within_a_day()
    }

    fn failures_within_a_day(&self) -> usize {
        self.failed_at.iter().filter(|at| **at + DAY_MS > self.latest).count()
    }

    fn check_budgets(&self) {
        for code in &self.sent {
            assert!(code.comparisons <= self.policy.max_attempts, "I1: {code:?}");
            assert!(code.successes <= 1, "I3: {code:?}");
        }
        for first in &self.failed_at {
            let window = self.failed_at.iter().filter(|at| *at >= first && **at < first + DAY_MS).count();
            assert!(window <= self.policy.daily_failures as usize, "I2: {window} failures in a day");
        }
    }
}

fn run(settings: &'static [(&str, &str)], cases: u32) {
    proptest!(ProptestConfig::with_cases(cases), |(events in proptest::collection::vec(event(), 1..80))| {
        let mut world = World::new(policy(settings));
        for event in &events {
            world.apply(event);
        }
    });
}

#[test]
fn invariants_hold_under_the_default_policy() {
    run(&[], 10_000);
}

#[test]
fn invariants_hold_where_sends_are_free() {
    let free = &[("RESEND_COOLDOWNS", "0"), ("SENDS_PER_HOUR", "1000"), ("SENDS_PER_DAY", "1000")];
    run(free, 10_000);
}

#[test]
fn invariants_hold_under_a_narrow_policy() {
    run(&[("MAX_ATTEMPTS", "1"), ("DAILY_FAILURES", "3"), ("RESEND_COOLDOWNS", "1,3600")], 10_000);
}

#[test]
fn the_limit_that_binds_longest_is_told() {
    let policy = policy(&[("SENDS_PER_HOUR", "2"), ("SENDS_PER_DAY", "3")]);
    let mut ledger = Ledger::default();
    let mut refusals = Vec::new();
    for minute in [0, 0, 1, 2, 61, 62, 63] {
        let now = Timestamp(START.0 + minute * 60_000);
        match ledger.send(UsageType::SignIn, "id", now, &policy) {
            Ok((next, _)) => ledger = next,
            Err(Refusal::RateLimited { limit, retry_after }) => refusals.push((minute, limit, retry_after.0)),
            Err(other) => panic!("{other:?}"),
        }
    }
    let day = 86_400;
    assert_eq!(
        refusals,
        [
            (0, SendLimit::Cooldown, 60),
            (2, SendLimit::Hour, 58 * 60),
            (62, SendLimit::Day, day - 62 * 60),
            (63, SendLimit::Day, day - 63 * 60),
        ]
    );
}

#[test]
fn a_ledger_forgets_itself_a_day_after_its_last_event() {
    let policy = policy(&[]);
    let (ledger, _) = Ledger::default().send(UsageType::SignIn, "id", START, &policy).expect("granted");
    assert_eq!(ledger.idle_at(), Some(START.plus(Seconds(86_400))));
    assert_eq!(ledger.at(START.plus(Seconds(86_399))).idle_at(), ledger.idle_at());
    assert_eq!(ledger.at(START.plus(Seconds(86_400))).idle_at(), None);
}

#[test]
fn an_expired_code_says_so_for_as_long_as_it_is_remembered() {
    let policy = policy(&[]);
    let (ledger, _) = Ledger::default().send(UsageType::SignIn, "id", START, &policy).expect("granted");
    let at = |seconds| {
        let wanted = Wanted { usage: UsageType::SignIn, id: None };
        ledger.admit(wanted, START.plus(Seconds(seconds)), &policy).map(str::to_owned)
    };
    assert_eq!(at(599), Ok("id".to_owned()));
    assert_eq!(at(600), Err(Refusal::Expired));
}
