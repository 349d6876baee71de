//! A model of guard and KV for [Stateright](https://docs.rs/stateright), which visits every reachable state: three clients
//! at two locations, two codes of one phone number, a rotation of the root secret, calls that are cut off anywhere, guard
//! objects that forget what they have not stored, and a KV whose locations keep what they have read, misses included.
//!
//! The rules are those of the product: every decision is made by [`Ledger`] itself. What the model adds is the order of
//! steps in `crates/core/src/guard/mod.rs`, each of which may be interleaved with every other.
//!
//! [`Design`] selects what is modelled: the guard as it is, and two designs that the checker has to refute.

mod guard;
mod kv;
mod observer;

use edge_otp_core::ledger::{AttemptResult, CodeSelector, Ledger, LedgerError};
use edge_otp_core::policy::Policy;
use edge_otp_core::time::Timestamp;
use edge_otp_core::usage_type::UsageType;
use stateright::{Model, Property};

use guard::{Object, Objects};
use kv::Kv;
use observer::Observer;

/// How many clients there are.
pub const CLIENTS: usize = 3;
/// Client and location of the client: the last one is elsewhere.
const LOCATIONS: [usize; CLIENTS] = [0, 0, 1];
/// How many codes may be sent.
const CODES: usize = 2;
/// Wrong codes per code, and per phone number in a day.
pub const MAX_ATTEMPTS: u32 = 2;
pub const DAILY_FAILURES: u32 = 3;
/// Time stands still: nothing in the model expires.
const NOW: Timestamp = Timestamp(1_700_000_000_000);
const USAGE: UsageType = UsageType::SignIn;

/// What is modelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Design {
    /// The guard object of the product.
    Guard,
    /// An object that has handed its state over passes requests on without its own name, as it did before a test over
    /// random schedules found out (`crates/core/tests/hostile_kv.rs`).
    GuardWithoutName,
    /// No guard: the ledger lives in KV, read and written by the client's location.
    KvOnly,
}

/// The model.
#[derive(Clone, Debug)]
pub struct GuardModel {
    pub design: Design,
    policy: Policy,
    /// How many operations each client carries out.
    operations: [u8; CLIENTS],
}

impl GuardModel {
    /// Creates the model in which the clients carry out so many operations each.
    #[must_use]
    pub fn new(design: Design, operations: [u8; CLIENTS]) -> Self {
        let value = |name: &str| match name {
            "MAX_ATTEMPTS" => Some(MAX_ATTEMPTS.to_string()),
            "DAILY_FAILURES" => Some(DAILY_FAILURES.to_string()),
            "RESEND_COOLDOWNS" => Some("0".to_owned()),
            _ => None,
        };
        let policy = Policy::parse(value).expect("valid settings");
        Self { design, policy, operations }
    }
}

/// What a client is in the middle of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    Idle,
    /// The send is counted; its record is not stored yet.
    Reserved {
        code: usize,
    },
    /// The record is stored; the provider has not been asked.
    Stored {
        code: usize,
    },
    /// The provider has refused; the send is to be revoked.
    Refused {
        code: usize,
    },
    /// The live code is known, its record is not read yet. `guess` is the code presented, `None` a wrong one.
    Reading {
        live: usize,
        guess: Option<usize>,
    },
    /// The codes were compared; the attempt is not counted yet.
    Compared {
        live: usize,
        guess: Option<usize>,
    },
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Client {
    step: Step,
    left: u8,
}

/// A state of the whole system.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct State {
    clients: [Client; CLIENTS],
    /// Whether the Workers of a location have the new secret.
    has_new_secret: [bool; 2],
    objects: Objects,
    kv: Kv,
    observer: Observer,
}

/// What may happen next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// A client begins to send a code.
    Send(usize),
    /// A client begins to verify: with the code of this number, or a wrong one.
    Verify(usize, Option<usize>),
    /// A client's operation takes its next step, which succeeds.
    Continue(usize),
    /// The step fails: KV or the provider.
    Fail(usize),
    /// A client's operation is cut off.
    CutOff(usize),
    /// The new guard object is removed from memory. The old one has in memory what it has stored.
    Evict,
    /// The Workers of a location get the new secret.
    Rotate(usize),
    /// A location forgets what it has read of KV.
    Expire(usize),
}

fn id_of(code: usize) -> String {
    format!("code-{code}")
}

fn selector() -> CodeSelector<'static> {
    CodeSelector { usage_type: USAGE, id: None }
}

impl GuardModel {
    /// The guard object that a client's Worker calls, and whether it names the object before.
    fn entrance(state: &State, client: usize) -> Object {
        if state.has_new_secret[LOCATIONS[client]] { Object::New } else { Object::Old }
    }

    /// Reads the ledger for a client's step; `None` if the step cannot go on now.
    fn ledger(&self, state: &mut State, client: usize) -> Option<Ledger> {
        match self.design {
            Design::KvOnly => Some(state.kv.read(LOCATIONS[client])),
            design => state.objects.load(Self::entrance(state, client), design == Design::Guard),
        }
    }

    fn store(&self, state: &mut State, client: usize, ledger: Ledger) {
        match self.design {
            Design::KvOnly => state.kv.write(LOCATIONS[client], ledger),
            _ => state.objects.store(Self::entrance(state, client), ledger),
        }
    }

    fn begin_send(&self, state: &mut State, client: usize) -> Option<()> {
        let code = state.observer.issued.len();
        if code == CODES {
            return None;
        }
        let ledger = self.ledger(state, client)?;
        state.observer.compare_with(&ledger);
        let Ok((next, _)) = ledger.record_send(USAGE, &id_of(code), NOW, &self.policy) else {
            return Some(());
        };
        self.store(state, client, next);
        state.observer.issued.push(code);
        state.clients[client].step = Step::Reserved { code };
        Some(())
    }

    fn begin_verify(&self, state: &mut State, client: usize, guess: Option<usize>) -> Option<()> {
        let ledger = self.ledger(state, client)?;
        state.observer.compare_with(&ledger);
        // A refusal writes nothing; the object has read its state all the same.
        let Ok(live) = ledger.check_attempt(selector(), NOW, &self.policy) else { return Some(()) };
        let live = (0..CODES).find(|code| id_of(*code) == live).expect("an issued code");
        state.clients[client].step = Step::Reading { live, guess };
        Some(())
    }

    /// Takes the next step of a client's operation. `fails`: KV or the provider does.
    fn advance(&self, state: &mut State, client: usize, fails: bool) -> Option<()> {
        state.clients[client].step = match state.clients[client].step {
            Step::Idle => return None,
            Step::Reserved { code } if fails => {
                // Nothing was sent: the send does not count, however often.
                let ledger = self.ledger(state, client)?;
                self.store(state, client, ledger.cancel_send(&id_of(code), NOW));
                state.observer.withdrawn.push(code);
                Step::Idle
            }
            Step::Reserved { code } => Step::Stored { code },
            Step::Stored { code } => {
                state.observer.record_request(code);
                if fails { Step::Refused { code } } else { Step::Idle }
            }
            Step::Refused { code } => {
                let ledger = self.ledger(state, client)?;
                self.store(state, client, ledger.revoke_send(&id_of(code), NOW));
                state.observer.withdrawn.push(code);
                Step::Idle
            }
            Step::Reading { live, guess } => {
                // KV may fail, or a location remember that there was nothing: 503, nothing is counted, as if the operation
                // were cut off. A record is never changed, so it cannot be stale.
                Step::Compared { live, guess }
            }
            Step::Compared { live, guess } => self.decide(state, client, live, guess)?,
        };
        Some(())
    }

    /// Counts the attempt and decides, in one update of the ledger; the response follows at once.
    fn decide(&self, state: &mut State, client: usize, live: usize, guess: Option<usize>) -> Option<Step> {
        let ledger = self.ledger(state, client)?;
        let matched = guess == Some(live);
        let (next, result) = ledger.record_attempt(selector(), &id_of(live), matched, NOW, &self.policy);
        match result {
            AttemptResult::Verified => {
                self.store(state, client, next);
                state.observer.record_success(live);
                Some(Step::Idle)
            }
            AttemptResult::Rejected(LedgerError::Mismatch { .. }) => {
                self.store(state, client, next);
                state.observer.record_mismatch(live);
                Some(Step::Idle)
            }
            AttemptResult::Rejected(_) => Some(Step::Idle),
            AttemptResult::Superseded => {
                let live = ledger.check_attempt(selector(), NOW, &self.policy).ok()?;
                let live = (0..CODES).find(|code| id_of(*code) == live).expect("an issued code");
                Some(Step::Reading { live, guess })
            }
        }
    }
}

impl Model for GuardModel {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        vec![State {
            clients: self.operations.map(|left| Client { step: Step::Idle, left }),
            has_new_secret: [false; 2],
            objects: Objects::default(),
            kv: Kv::default(),
            observer: Observer::default(),
        }]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        for (index, client) in state.clients.iter().enumerate() {
            if client.step == Step::Idle {
                if client.left > 0 {
                    actions.push(Action::Send(index));
                    actions.push(Action::Verify(index, None));
                    // A code that was not sent to anyone is a wrong one.
                    let sent =
                        state.observer.issued.iter().filter(|code| state.observer.requests[**code] > 0);
                    actions.extend(sent.map(|code| Action::Verify(index, Some(*code))));
                }
                continue;
            }
            actions.extend([Action::Continue(index), Action::CutOff(index)]);
            if matches!(client.step, Step::Reserved { .. } | Step::Stored { .. }) {
                actions.push(Action::Fail(index));
            }
        }
        if self.design == Design::KvOnly {
            actions.extend([0, 1].map(Action::Expire));
            return;
        }
        actions.push(Action::Evict);
        actions.extend([0, 1].into_iter().filter(|at| !state.has_new_secret[*at]).map(Action::Rotate));
    }

    fn next_state(&self, last: &State, action: Action) -> Option<State> {
        let mut state = last.clone();
        match action {
            Action::Send(client) | Action::Verify(client, _) => {
                state.clients[client].left -= 1;
                match action {
                    Action::Verify(_, guess) => self.begin_verify(&mut state, client, guess)?,
                    _ => self.begin_send(&mut state, client)?,
                }
            }
            Action::Continue(client) => self.advance(&mut state, client, false)?,
            Action::Fail(client) => self.advance(&mut state, client, true)?,
            Action::CutOff(client) => state.clients[client].step = Step::Idle,
            Action::Evict => state.objects.evict()?,
            Action::Rotate(location) => state.has_new_secret[location] = true,
            Action::Expire(location) => state.kv.expire(location)?,
        }
        Some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("I1 attempts per code", |_, state: &State| {
                state.observer.compared.iter().all(|compared| *compared <= MAX_ATTEMPTS)
            }),
            Property::always("I2 failures per phone", |_, state: &State| {
                state.observer.failures_since_success <= DAILY_FAILURES
            }),
            Property::always("I3 single use", |_, state: &State| {
                state.observer.successes.iter().all(|count| *count <= 1)
            }),
            Property::always("I4 newest code only", |_, state: &State| {
                !state.observer.has_accepted_an_old_code
            }),
            Property::always("I5 no reset by sending", |_, state: &State| !state.observer.has_lost_failures),
            Property::always("I6 one message per send", |_, state: &State| {
                state.observer.requests.iter().all(|requests| *requests <= 1)
            }),
            Property::sometimes("I8 the right code succeeds", |_, state: &State| {
                state.observer.successes[1] == 1
            }),
            Property::sometimes("the attempts of a code can be exhausted", |_, state: &State| {
                state.observer.compared[0] == MAX_ATTEMPTS
            }),
            Property::sometimes("a phone number can be locked", |_, state: &State| {
                state.observer.failures_since_success == DAILY_FAILURES
            }),
        ]
    }
}
