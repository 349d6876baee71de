//! What an observer sees of every ledger after each poll, and what must hold of it and of every response.

use std::collections::{BTreeMap, BTreeSet};

use edge_otp_core::error::ErrorCode;
use edge_otp_core::keys::KeyRing;
use edge_otp_core::phone::PhoneNumber;
use edge_otp_core::time::{CODE_LIFETIME, DAY, Seconds, Timestamp};
use serde_json::Value;

use crate::location::World;
use crate::schedule::{Kind, Outcome, Running};

/// How many failures lock a number until an operator unlocks it.
const MAX_TOTAL: u64 = 100;
/// What a code of the future may be ahead of the clock.
const CLOCK_SKEW: Seconds = Seconds(60);

/// A phone number as the observer knows it.
#[derive(Debug, Default)]
pub(crate) struct Phone {
    pub(crate) e164: String,
    /// The names of its guard object, the newest secret's first.
    names: Vec<String>,
    texts: Vec<Option<String>>,
    ledger: Value,
    /// The attempts seen of each code.
    attempts: BTreeMap<String, u64>,
    /// When a failure was counted, and whether no success has followed.
    failures: Vec<Timestamp>,
    since_success: Vec<Timestamp>,
    /// How many responses said `code_mismatch`.
    mismatches: usize,
}

#[derive(Debug)]
pub(crate) struct Checker {
    pub(crate) phones: Vec<Phone>,
    /// Codes that have been good once.
    used: BTreeSet<String>,
    /// How many of them by verification id.
    mismatches_by_id: BTreeMap<String, u32>,
    /// The digits of a code, where the send has ended with a receipt.
    codes: BTreeMap<String, String>,
}

fn codes_of(ledger: &Value) -> &[Value] {
    ledger["codes"].as_array().map_or(&[], Vec::as_slice)
}

fn id_of(code: &Value) -> &str {
    code["id"].as_str().expect("an id")
}

fn number(json: &Value) -> u64 {
    json.as_u64().unwrap_or_default()
}

fn times(json: &Value) -> Vec<Timestamp> {
    json.as_array().map_or_else(Vec::new, |all| all.iter().map(|at| Timestamp(number(at))).collect())
}

impl Phone {
    pub(crate) fn new(e164: &str, rings: &[&KeyRing]) -> Self {
        let phone = PhoneNumber::parse(e164).expect("valid");
        let names: Vec<_> = rings.iter().map(|ring| ring.current.guard_object_name(&phone)).collect();
        Self { e164: e164.to_owned(), texts: vec![None; names.len()], names, ..Self::default() }
    }

    /// The id of the live code, if there is one.
    pub(crate) fn live(&self, usage: &str) -> Option<&Value> {
        codes_of(&self.ledger).iter().rfind(|code| code["usage"] == usage)
    }

    /// Reads the ledger again if it has changed; tells whether it has.
    fn refresh(&mut self, world: &World) -> bool {
        let states = world.platform.states.borrow();
        let texts: Vec<_> = self.names.iter().map(|name| states.get(name).cloned()).collect();
        if texts == self.texts {
            return false;
        }
        let parse = |text: &Option<String>| -> Value {
            text.as_ref().map_or(Value::Null, |text| serde_json::from_str(text).expect("JSON"))
        };
        let is_ledger = |ledger: &Value| ledger.is_object();
        let own = texts.iter().map(parse).map(|mut state| state["ledger"].take()).find(is_ledger);
        let handed_over = || {
            texts.iter().map(parse).map(|mut state| state["moved"]["state"]["ledger"].take()).find(is_ledger)
        };
        self.ledger = own.or_else(handed_over).unwrap_or_default();
        self.texts = texts;
        true
    }

    /// Whether failures lock the number now, by the observer's own count.
    fn is_locked(&self, now: Timestamp, daily: usize) -> bool {
        let recent = |all: &[Timestamp]| all.iter().filter(|at| at.is_within(DAY, now)).count();
        recent(&self.since_success) >= daily
            || recent(&self.failures) >= 3 * daily
            || number(&self.ledger["failures"]["total"]) >= MAX_TOTAL
    }

    /// Whether only an operator unlocks the number.
    pub(crate) fn is_locked_by_operator(&self) -> bool {
        number(&self.ledger["failures"]["total"]) >= MAX_TOTAL
    }

    /// Whether the right code of `id` has to be accepted now.
    fn must_accept(&self, usage: &str, id: &str, world: &World) -> bool {
        let (now, policy) = (world.platform.clock.now(), &world.platform.policy);
        let Some(live) = self.live(usage).filter(|live| id_of(live) == id) else { return false };
        let time = |name: &str| Timestamp(number(&live[name]));
        let issued_at = time("issuedAt");
        let ledger_now = Timestamp(number(&self.ledger["now"])).max(now);
        let lifetime = Seconds(CODE_LIFETIME.0 - 1);
        // Neither by the clock nor by the latest time seen has it expired.
        issued_at.is_within(lifetime, now)
            && time("countedAt").is_within(lifetime, ledger_now)
            && issued_at <= now.plus(CLOCK_SKEW)
            && number(&live["attempts"]) < policy.max_attempts.into()
            && !self.is_locked(ledger_now, policy.daily_failures as usize)
    }
}

impl Checker {
    pub(crate) fn new(phones: Vec<Phone>) -> Self {
        Self { phones, used: BTreeSet::new(), mismatches_by_id: BTreeMap::new(), codes: BTreeMap::new() }
    }

    /// Looks at every ledger after a poll of an operation (`None`: after something else).
    pub(crate) fn after_poll(&mut self, world: &World, polled: Option<&Kind>) {
        let (now, policy) = (world.platform.clock.now(), &world.platform.policy);
        for phone in &mut self.phones {
            let before = phone.ledger.clone();
            if phone.refresh(world) {
                check_ledger(phone, &before, polled, now, policy.max_attempts);
            }
            let daily = policy.daily_failures as usize;
            let seen = Timestamp(number(&phone.ledger["now"])).max(now);
            let recent = |all: &[Timestamp]| all.iter().filter(|at| at.is_within(DAY, seen)).count();
            assert!(recent(&phone.since_success) <= daily, "I2: {daily} failures a day without a success");
            assert!(recent(&phone.failures) <= 3 * daily, "I2: three times as many whatever succeeds");
            let messages = world.messages.borrow();
            let requests = messages.iter().filter(|message| message.phone == phone.e164).count();
            assert!(requests <= phone.attempts.len(), "I6: {requests} requests, fewer counted sends");
        }
    }

    /// Notes what an operation that runs may expect; called when it begins and after each poll of anything.
    pub(crate) fn follow(&self, world: &World, running: &mut Running<'_>) {
        if !world.kv.is_down() {
            running.is_without_kv = false;
        }
        let Kind::Verify { phone, usage, code, id } = &running.kind else { return };
        let phone = &self.phones[*phone];
        let live = phone.live(usage).map(|live| id_of(live).to_owned());
        running.live.extend(live.clone());
        let is_right = |live: &String| {
            self.codes.get(live) == Some(code)
                && id.as_ref().is_none_or(|id| id == live)
                && phone.must_accept(usage, live, world)
        };
        let right = live.filter(is_right);
        if running.must_be_accepted.is_some() && right != running.must_be_accepted {
            running.must_be_accepted = None;
        }
        if running.polls == 0 {
            running.must_be_accepted = right;
        }
    }

    /// Checks the response of an operation.
    pub(crate) fn ended(&mut self, world: &World, running: &Running<'_>, outcome: &Outcome) {
        let sent: Vec<_> = world
            .messages
            .borrow()
            .iter()
            .filter(|message| message.operation == running.id)
            .cloned()
            .collect();
        assert!(sent.len() <= 1, "I6: one request for each send");
        match (&running.kind, outcome) {
            (Kind::Send { key, .. }, Outcome::Sent(Ok(receipt))) => {
                assert!(key.is_some() || sent.len() == 1, "I6: a receipt for a request");
                assert!(!running.is_without_kv || sent.is_empty(), "I7: sent without KV");
                if let [message] = &*sent {
                    self.codes.insert(receipt.verification_id.clone(), message.code.clone());
                }
            }
            (Kind::Send { .. }, Outcome::Sent(Err(error))) => {
                let is_refused = sent.iter().all(|message| message.is_refused);
                assert!(is_refused, "I7: {error:?} although a message may exist");
            }
            (Kind::Verify { phone, usage, code, id }, Outcome::Verified(result)) => match result {
                Ok(receipt) => {
                    let phone = &self.phones[*phone];
                    let used = &receipt.verification_id;
                    assert!(self.used.insert(used.clone()), "I3: {used} was good twice");
                    assert!(running.live.contains(used), "I4: {used} was not the newest code");
                    assert!(id.as_ref().is_none_or(|id| id == used), "I4: not the code that was named");
                    let digits = self.codes.get(used);
                    assert!(digits.is_none_or(|digits| digits == code), "I4: other digits");
                    let messages = world.messages.borrow();
                    let was_sent = messages.iter().any(|m| m.phone == phone.e164 && m.code == *code);
                    assert!(was_sent, "I4: a code that was not sent to this number");
                    assert_eq!((&receipt.phone, receipt.usage_type.as_str()), (&phone.e164, &**usage));
                    assert!(!running.is_without_kv, "I7: verified without KV");
                }
                Err(error) => {
                    if error.code() == ErrorCode::CodeMismatch {
                        let max_attempts = world.platform.policy.max_attempts;
                        self.count_mismatch(*phone, id.as_ref(), max_attempts);
                        assert!(!running.is_without_kv, "I7: compared without KV");
                    }
                    let is_storage = error.code() == ErrorCode::StorageUnavailable;
                    assert!(
                        is_storage || running.must_be_accepted.is_none(),
                        "I8: {error:?} for the right code {:?}",
                        running.must_be_accepted
                    );
                }
            },
            _ => {}
        }
    }

    /// A response `code_mismatch` is of an attempt that was counted, for its number and for the code that it names.
    fn count_mismatch(&mut self, phone: usize, id: Option<&String>, max_attempts: u32) {
        let phone = &mut self.phones[phone];
        phone.mismatches += 1;
        let counted: u64 = phone.attempts.values().sum();
        assert!(phone.mismatches as u64 <= counted, "I1: compared and not counted");
        if let Some(id) = id {
            let mismatches = self.mismatches_by_id.entry(id.clone()).or_default();
            *mismatches += 1;
            assert!(*mismatches <= max_attempts, "I1: {mismatches} of {id}");
        }
    }

    /// Within 600 s an idempotency key gives one message that may exist.
    pub(crate) fn check_keys(world: &World, sends: &BTreeMap<u32, (String, Timestamp)>) {
        let messages = world.messages.borrow();
        let of_keys = messages.iter().filter(|message| !message.is_refused).filter_map(|message| {
            sends.get(&message.operation).map(|(key, began_at)| (key, *began_at, message.at))
        });
        let mut last: BTreeMap<&String, Timestamp> = BTreeMap::new();
        for (key, began_at, sent_at) in of_keys {
            if let Some(previous) = last.insert(key, began_at) {
                assert!(!previous.is_within(CODE_LIFETIME, sent_at), "I6: two messages for {key}");
            }
        }
    }
}

fn check_ledger(phone: &mut Phone, before: &Value, polled: Option<&Kind>, now: Timestamp, maximum: u32) {
    let ledger = phone.ledger.clone();
    let is_verification = matches!(polled, Some(Kind::Verify { .. }));
    let total = |ledger: &Value| number(&ledger["failures"]["total"]);
    let was_reset = total(&ledger) < total(before);
    if was_reset {
        assert!(
            is_verification && total(&ledger) == 0,
            "I5: failures {} to {}",
            total(before),
            total(&ledger)
        );
        phone.since_success.clear();
    }
    for code in codes_of(&ledger) {
        let attempts = number(&code["attempts"]);
        let seen = phone.attempts.entry(id_of(code).to_owned()).or_default();
        assert!(attempts >= *seen, "I1: attempts of a code fell");
        assert!(attempts <= maximum.into(), "I1: {attempts} attempts of one code");
        for _ in *seen..attempts {
            assert!(is_verification, "only an attempt counts as one");
            let at = now.max(Timestamp(number(&ledger["now"])));
            phone.failures.push(at);
            phone.since_success.push(at);
        }
        *seen = attempts;
    }
    if !is_verification {
        let seen = Timestamp(number(&ledger["now"])).max(now);
        let recent = |ledger: &Value| {
            let mut all = times(&ledger["failures"]["recent"]);
            all.retain(|at| at.is_within(DAY, seen));
            all
        };
        assert_eq!(recent(&ledger), recent(before), "I5: a send changed the failures");
    }
}
