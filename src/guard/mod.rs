//! The story inside the guard: load the ledger, decide, store it, and only then let the decision be known. Both
//! shells run it: the Worker in a Durable Object per phone, the npm package over the caller's own store.
//!
//! A guess is counted and compared in one step. The record it is compared with comes from KV before that step, so
//! no other event can fall between; and nobody learns the outcome before the new ledger is stored. Thus a crash at
//! any point leaves a guess either uncounted and unanswered, or counted.

mod protocol;

use alloc::borrow::ToOwned;
use alloc::string::String;
use core::cell::RefCell;

use crate::challenge::{Binding, Challenge, Verdict};
use crate::claim::{Answer, Claim, Claimed};
use crate::code::Code;
use crate::error::{Error, Refusal, Result};
use crate::keys::Keys;
use crate::ledger::{Granted, Judgement, Ledger, Wanted};
use crate::phone::PhoneNumber;
use crate::policy::Policy;
use crate::record::Record;
use crate::sign::hex;
use crate::time::{CODE_LIFETIME, Seconds, Timestamp};
use crate::usage::UsageType;
use crate::world::{CellText, World};

pub(crate) use protocol::{Ask, Call, Grant, Told};

/// How often a store's exchange may be lost to another event before the guard gives up.
const EXCHANGES: u32 = 64;
/// How often the live code may change under a guess before the guard gives up.
const COMPARISONS: u32 = 4;
/// KV counts its TTL in whole seconds, so a record may be gone up to a second before the code is too old.
const KV_ROUNDING: Seconds = Seconds(1);

/// One guard object: its cell, and what it works with.
pub(crate) struct Keeper<'a> {
    pub(crate) world: &'a World<'a>,
    pub(crate) cell: Cell<'a>,
    pub(crate) keys: &'a Keys,
    pub(crate) policy: &'a Policy,
}

impl Keeper<'_> {
    /// Answers one question. Whatever fails comes back as a refusal: the guard never half-does a thing.
    pub(crate) fn answer(&self, ask: &Ask) -> Told {
        let told = match ask {
            Ask::BeginSend { phone, usage } => self.begin_send(phone, *usage).map(Told::Granted),
            Ask::VoidSend { id, issued_at } => self.void_send(id, *issued_at).map(|()| Told::Done),
            Ask::Verify { phone, usage, code, id } => {
                let wanted = Wanted { usage: *usage, id: id.as_deref() };
                self.verify(phone, code, wanted)
            }
            Ask::Claim { body } => self.claim(body).map(Told::Claimed),
            Ask::Settle { body, answer } => self.settle(body, answer.as_ref()).map(|()| Told::Done),
            Ask::Surrender => self.cell.load(self.world).map(Told::Surrendered),
        };
        told.unwrap_or_else(|error| match error {
            Error::Guard(refusal) => Told::Refused(refusal),
            _ => Told::Refused(Refusal::Unavailable),
        })
    }

    /// (1) Draws id and code. (2) Counts the send. (3) Stores the record, awaited; if that fails, the send is taken
    /// back and nothing may be sent.
    fn begin_send(&self, phone: &str, usage: UsageType) -> Result<Grant> {
        let phone = PhoneNumber::parse(phone).ok_or(Error::Storage)?;
        // (1)
        let id = hex(&self.world.random::<16>()?);
        let digits = self.world.random::<{ Code::RANDOM_BYTES }>()?;
        let code = Code::draw(&digits, self.policy.code_length).ok_or(Error::Storage)?;
        // (2)
        let mut granted = None;
        self.update(&mut |ledger, now| {
            let (next, grant) = ledger.send(usage, &id, now, self.policy).map_err(Error::Guard)?;
            granted = Some(grant);
            Ok(Some(next))
        })?;
        let granted = granted.ok_or(Error::Storage)?;
        // (3)
        let to = Binding { phone: &phone, usage, id: &id };
        let record = Challenge::issue(&self.keys.current, to, &code, granted.issued_at);
        if let Err(error) = self.world.put(&place(&id), record.to_json(), Some(CODE_LIFETIME)) {
            self.void_send(&id, granted.issued_at)?;
            return Err(error);
        }
        let Granted { issued_at, expires_at, resend_at } = granted;
        Ok(Grant { id, code: code.as_str().to_owned(), issued_at, expires_at, resend_at })
    }

    fn void_send(&self, id: &str, issued_at: Timestamp) -> Result<()> {
        self.update(&mut |ledger, now| Ok(Some(ledger.void(id, issued_at, now))))?;
        self.tidy(id);
        Ok(())
    }

    /// (1) Asks the ledger which record may be compared. (2) Reads it from KV. (3) Counts and compares in one step.
    /// If the live code changed meanwhile, begins again with the new one.
    fn verify(&self, phone: &str, code: &str, wanted: Wanted<'_>) -> Result<Told> {
        let phone = PhoneNumber::parse(phone).ok_or(Error::Storage)?;
        let code = Code::parse(code).ok_or(Error::Storage)?;
        for _ in 0..COMPARISONS {
            // (1)
            let ledger = self.ledger()?;
            let id = ledger.admit(wanted, self.world.now(), self.policy).map_err(Error::Guard)?;
            // (2)
            let record = self.world.get(&place(id))?;
            let to = Binding { phone: &phone, usage: wanted.usage, id };
            // (3)
            match self.judge(wanted, to, &code, record.as_deref())? {
                Judgement::Verified => {
                    self.tidy(id);
                    return Ok(Told::Verified { id: id.to_owned(), at: self.world.now() });
                }
                Judgement::Refused(refusal) => return Err(Error::Guard(refusal)),
                Judgement::Moved => {}
            }
        }
        Err(Error::Storage)
    }

    fn judge(
        &self,
        wanted: Wanted<'_>,
        to: Binding<'_>,
        code: &Code,
        record: Option<&str>,
    ) -> Result<Judgement> {
        let now = self.world.now();
        let Some(record) = record else { return self.missing_record(wanted, to.id, now) };
        let record = Challenge::parse(record).ok_or(Error::Storage)?;
        let matched = match record.check(self.keys, to, code, now) {
            Verdict::Match => true,
            Verdict::Mismatch => false,
            Verdict::Expired => return Ok(Judgement::Refused(Refusal::Expired)),
            Verdict::Unreadable => return Err(Error::Storage),
        };
        let mut judged = Judgement::Moved;
        self.update(&mut |ledger, now| {
            let (next, judgement) = ledger.judge(wanted, to.id, matched, now, self.policy);
            let counted =
                matches!(judgement, Judgement::Verified | Judgement::Refused(Refusal::Mismatch { .. }));
            judged = judgement;
            Ok(counted.then_some(next))
        })?;
        Ok(judged)
    }

    /// A record that KV does not have: void meanwhile, or too old by a rounding. Else KV has lost it, and a guess
    /// that cannot be compared is not counted.
    fn missing_record(&self, wanted: Wanted<'_>, id: &str, now: Timestamp) -> Result<Judgement> {
        self.cell.reload(self.world)?;
        match self.ledger()?.admit(wanted, now.plus(KV_ROUNDING), self.policy) {
            Err(refusal) => Ok(Judgement::Refused(refusal)),
            Ok(live) if live != id => Ok(Judgement::Moved),
            Ok(_) => Err(Error::Storage),
        }
    }

    fn claim(&self, body: &str) -> Result<Claimed> {
        let mut claimed = Claimed::Running;
        self.exchange(&mut |text, now| {
            let existing = parsed::<Claim>(text)?;
            let (next, found) = Claim::make(existing.as_ref(), body, now);
            claimed = found;
            Ok(next.map(|claim| stored(&claim, Some(claim.idle_at()))))
        })?;
        Ok(claimed)
    }

    fn settle(&self, body: &str, answer: Option<&Answer>) -> Result<()> {
        self.exchange(&mut |text, _| {
            let Some(claim) = parsed::<Claim>(text)? else { return Ok(None) };
            Ok(match answer {
                None => claim.may_release(body).then_some((None, None)),
                Some(answer) => {
                    claim.settled(body, answer.clone()).map(|claim| stored(&claim, Some(claim.idle_at())))
                }
            })
        })
    }

    /// Removes a record that no longer matters. Tidying only: whether a code lives, the ledger says.
    fn tidy(&self, id: &str) {
        let _ = self.world.delete(&place(id));
    }

    fn ledger(&self) -> Result<Ledger> {
        Ok(parsed(self.cell.load(self.world)?.as_deref())?.unwrap_or_default())
    }

    /// Decides on the ledger as it stands and stores what comes of it, if anything.
    fn update(&self, decide: &mut dyn FnMut(Ledger, Timestamp) -> Result<Option<Ledger>>) -> Result<()> {
        self.exchange(&mut |text, now| {
            let next = decide(parsed(text)?.unwrap_or_default(), now)?;
            Ok(next.map(|ledger| stored(&ledger, ledger.idle_at())))
        })
    }

    /// The exchange loop: what was decided counts only if nothing else was stored since the cell was read; else it
    /// is decided anew. (One loop over a dynamic closure: a copy for each kind of decision would cost 10 KiB.)
    fn exchange(&self, decide: &mut Decide<'_>) -> Result<()> {
        for _ in 0..EXCHANGES {
            let before = self.cell.load(self.world)?;
            let now = self.world.now();
            let Some((text, idle_at)) = decide(before.as_deref(), now)? else { return Ok(()) };
            let ttl = idle_at.map_or(Seconds(0), |at| now.until(at));
            if self.cell.swap(self.world, before.as_deref(), text, ttl)? {
                return Ok(());
            }
        }
        Err(Error::Storage)
    }
}

/// Where a guard object keeps its text. While a rotation of the secret runs, it begins with what the cell of the secret
/// before holds: a new secret gives no one new guesses.
pub(crate) struct Cell<'a> {
    name: &'a str,
    previous: Option<&'a str>,
    /// The text as this telling knows it. It may have changed since; then an exchange fails, and it is read again.
    known: RefCell<Option<CellText>>,
}

impl<'a> Cell<'a> {
    pub(crate) fn new(world: &World<'_>, name: &'a str, previous: Option<&'a str>) -> Self {
        // Which of two texts was known, no one said.
        let known = world.known_cell().filter(|_| previous.is_none());
        Self { name, previous, known: RefCell::new(known.cloned()) }
    }

    fn load(&self, world: &World<'_>) -> Result<Option<String>> {
        if let Some(text) = &*self.known.borrow() {
            return Ok(text.clone());
        }
        self.reload(world)
    }

    fn reload(&self, world: &World<'_>) -> Result<Option<String>> {
        let text = match (world.load(self.name)?, self.previous) {
            (None, Some(previous)) => world.load(previous)?,
            (text, _) => text,
        };
        self.known.replace(Some(text.clone()));
        Ok(text)
    }

    fn swap(
        &self,
        world: &World<'_>,
        expected: Option<&str>,
        next: Option<String>,
        ttl: Seconds,
    ) -> Result<bool> {
        // A text that came from the cell before is not in this one yet.
        let adopted = self.previous.is_some() && world.load(self.name)?.is_none();
        let swapped = world.swap(self.name, expected.filter(|_| !adopted), next.clone(), ttl)?;
        self.known.replace(swapped.then_some(next));
        Ok(swapped)
    }
}

/// The KV key of a code's record.
fn place(id: &str) -> String {
    ["code:", id].concat()
}

/// From a cell's text and the time to its next text, if it changes.
type Decide<'a> = dyn FnMut(Option<&str>, Timestamp) -> Result<Option<Next>> + 'a;

/// A cell's next text (None: absent) and when it stops to matter.
type Next = (Option<String>, Option<Timestamp>);

fn stored(value: &impl Record, idle_at: Option<Timestamp>) -> Next {
    (idle_at.map(|_| value.to_json()), idle_at)
}

/// A cell's content. A text that is not ours is a storage failure: no one may pass because a ledger is broken.
fn parsed<R: Record>(text: Option<&str>) -> Result<Option<R>> {
    text.map(|text| R::from_json(text).ok_or(Error::Storage)).transpose()
}

/// When a cell's text stops to matter; None if it does not matter any more, or is not ours.
pub(crate) fn idle_at(text: &str, now: Timestamp) -> Option<Timestamp> {
    let ledger = Ledger::from_json(text).and_then(|ledger| ledger.at(now).idle_at());
    let claim = || Claim::from_json(text).map(|claim| claim.idle_at());
    ledger.or_else(claim).filter(|at| *at > now)
}
