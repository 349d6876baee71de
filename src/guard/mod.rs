//! The story inside the guard: load the ledger, decide, store it, and only then let the decision be known. Both
//! shells run it: the Worker in a Durable Object per phone, the npm package over the caller's own store.
//!
//! A guess is counted and compared in one step. The record it is compared with comes from KV before that step, so
//! no other event can fall between; and nobody learns the outcome before the new ledger is stored. Thus a crash at
//! any point leaves a guess either uncounted and unanswered, or counted.

mod protocol;

use crate::challenge::{Binding, Challenge, Verdict};
use crate::claim::{Answer, Claim, Claimed};
use crate::code::Code;
use crate::error::{Error, Refusal, Result};
use crate::keys::Keys;
use crate::ledger::{Granted, Judgement, Ledger, Wanted};
use crate::phone::PhoneNumber;
use crate::policy::Policy;
use crate::ports::{Ambient, CodeStore, LedgerStore, random};
use crate::record::Record;
use crate::sign::hex;
use crate::time::{Seconds, Timestamp};
use crate::usage::UsageType;

#[cfg(target_arch = "wasm32")]
pub(crate) use protocol::Call;
pub(crate) use protocol::{Ask, Grant, Told};

/// How often a store's exchange may be lost to another event before the guard gives up.
const EXCHANGES: u32 = 64;
/// How often the live code may change under a guess before the guard gives up.
const COMPARISONS: u32 = 4;
/// KV counts its TTL in whole seconds, so a record may be gone up to a second before the code is too old.
const KV_ROUNDING: Seconds = Seconds(1);

/// One guard object: its cell, and what it works with.
pub(crate) struct Keeper<'a, S, C, A> {
    pub(crate) cell: &'a S,
    pub(crate) codes: &'a C,
    pub(crate) ambient: &'a A,
    pub(crate) keys: &'a Keys,
    pub(crate) policy: &'a Policy,
}

impl<S: LedgerStore, C: CodeStore, A: Ambient> Keeper<'_, S, C, A> {
    /// Answers one question. Whatever fails comes back as a refusal: the guard never half-does a thing.
    pub(crate) async fn answer(&self, ask: Ask) -> Told {
        let told = match ask {
            Ask::BeginSend { phone, usage } => self.begin_send(&phone, usage).await.map(Told::Granted),
            Ask::VoidSend { id, issued_at } => self.void_send(&id, issued_at).await.map(|()| Told::Done),
            Ask::Verify { phone, usage, code, id } => {
                let wanted = Wanted { usage, id: id.as_deref() };
                self.verify(&phone, &code, wanted).await
            }
            Ask::Claim { body } => self.claim(&body).await.map(Told::Claimed),
            Ask::Settle { body, answer } => self.settle(&body, answer).await.map(|()| Told::Done),
            Ask::Surrender => self.cell.load().await.map(Told::Surrendered),
        };
        told.unwrap_or_else(|error| match error {
            Error::Guard(refusal) => Told::Refused(refusal),
            _ => Told::Refused(Refusal::Unavailable),
        })
    }

    /// (1) Draws id and code. (2) Counts the send. (3) Stores the record, awaited; if that fails, the send is taken
    /// back and nothing may be sent.
    async fn begin_send(&self, phone: &str, usage: UsageType) -> Result<Grant> {
        let phone = PhoneNumber::parse(phone).ok_or(Error::Storage)?;
        // (1)
        let id = hex(&random::<16, _>(self.ambient)?);
        let digits = random::<{ Code::RANDOM_BYTES }, _>(self.ambient)?;
        let code = Code::draw(&digits, self.policy.code_length).ok_or(Error::Storage)?;
        // (2)
        let mut granted = None;
        self.update(&mut |ledger, now| {
            let (next, grant) = ledger.send(usage, &id, now, self.policy).map_err(Error::Guard)?;
            granted = Some(grant);
            Ok(Some(next))
        })
        .await?;
        let granted = granted.ok_or(Error::Storage)?;
        // (3)
        let to = Binding { phone: &phone, usage, id: &id };
        let record = Challenge::issue(&self.keys.current, to, &code, granted.issued_at);
        if let Err(error) = self.codes.put(&id, &record.to_json()).await {
            self.void_send(&id, granted.issued_at).await?;
            return Err(error);
        }
        let Granted { issued_at, expires_at, resend_at } = granted;
        Ok(Grant { id, code: code.as_str().to_owned(), issued_at, expires_at, resend_at })
    }

    async fn void_send(&self, id: &str, issued_at: Timestamp) -> Result<()> {
        self.update(&mut |ledger, now| Ok(Some(ledger.void(id, issued_at, now)))).await?;
        self.tidy(id).await;
        Ok(())
    }

    /// (1) Asks the ledger which record may be compared. (2) Reads it from KV. (3) Counts and compares in one step.
    /// If the live code changed meanwhile, begins again with the new one.
    async fn verify(&self, phone: &str, code: &str, wanted: Wanted<'_>) -> Result<Told> {
        let phone = PhoneNumber::parse(phone).ok_or(Error::Storage)?;
        let code = Code::parse(code).ok_or(Error::Storage)?;
        for _ in 0..COMPARISONS {
            // (1)
            let (ledger, _) = self.ledger().await?;
            let id = ledger.admit(wanted, self.ambient.now(), self.policy).map_err(Error::Guard)?;
            // (2)
            let record = self.codes.get(id).await?;
            let to = Binding { phone: &phone, usage: wanted.usage, id };
            // (3)
            match self.judge(wanted, to, &code, record.as_deref()).await? {
                Judgement::Verified => {
                    self.tidy(id).await;
                    return Ok(Told::Verified { id: id.to_owned(), at: self.ambient.now() });
                }
                Judgement::Refused(refusal) => return Err(Error::Guard(refusal)),
                Judgement::Moved => {}
            }
        }
        Err(Error::Storage)
    }

    async fn judge(
        &self,
        wanted: Wanted<'_>,
        to: Binding<'_>,
        code: &Code,
        record: Option<&str>,
    ) -> Result<Judgement> {
        let now = self.ambient.now();
        let Some(record) = record else { return self.missing_record(wanted, to.id, now).await };
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
        })
        .await?;
        Ok(judged)
    }

    /// A record that KV does not have: void meanwhile, or too old by a rounding. Else KV has lost it, and a guess
    /// that cannot be compared is not counted.
    async fn missing_record(&self, wanted: Wanted<'_>, id: &str, now: Timestamp) -> Result<Judgement> {
        let (ledger, _) = self.ledger().await?;
        match ledger.admit(wanted, now.plus(KV_ROUNDING), self.policy) {
            Err(refusal) => Ok(Judgement::Refused(refusal)),
            Ok(live) if live != id => Ok(Judgement::Moved),
            Ok(_) => Err(Error::Storage),
        }
    }

    async fn claim(&self, body: &str) -> Result<Claimed> {
        let mut claimed = Claimed::Running;
        self.exchange(&mut |text, now| {
            let existing = parsed::<Claim>(text)?;
            let (next, found) = Claim::make(existing.as_ref(), body, now);
            claimed = found;
            Ok(next.map(|claim| stored(&claim, Some(claim.idle_at()))))
        })
        .await?;
        Ok(claimed)
    }

    async fn settle(&self, body: &str, answer: Option<Answer>) -> Result<()> {
        self.exchange(&mut |text, _| {
            let Some(claim) = parsed::<Claim>(text)? else { return Ok(None) };
            Ok(match &answer {
                None => claim.may_release(body).then_some((None, None)),
                Some(answer) => {
                    claim.settled(body, answer.clone()).map(|claim| stored(&claim, Some(claim.idle_at())))
                }
            })
        })
        .await
    }

    /// Removes a record that no longer matters. Tidying only: whether a code lives, the ledger says.
    async fn tidy(&self, id: &str) {
        let _ = self.codes.delete(id).await;
    }

    async fn ledger(&self) -> Result<(Ledger, Option<String>)> {
        let text = self.cell.load().await?;
        Ok((parsed(text.as_deref())?.unwrap_or_default(), text))
    }

    /// Decides on the ledger as it stands and stores what comes of it, if anything.
    async fn update(
        &self,
        decide: &mut dyn FnMut(Ledger, Timestamp) -> Result<Option<Ledger>>,
    ) -> Result<()> {
        self.exchange(&mut |text, now| {
            let next = decide(parsed(text)?.unwrap_or_default(), now)?;
            Ok(next.map(|ledger| stored(&ledger, ledger.idle_at())))
        })
        .await
    }

    /// The exchange loop: what was decided counts only if nothing else was stored since the cell was read; else it
    /// is decided anew. (One loop over a dynamic closure: a copy for each kind of decision would cost 10 KiB.)
    async fn exchange(&self, decide: &mut Decide<'_>) -> Result<()> {
        for _ in 0..EXCHANGES {
            let before = self.cell.load().await?;
            let now = self.ambient.now();
            let Some((text, idle_at)) = decide(before.as_deref(), now)? else { return Ok(()) };
            let ttl = idle_at.map_or(0, |at| now.until(at).0);
            if self.cell.swap(before.as_deref(), text.as_deref(), ttl).await? {
                return Ok(());
            }
        }
        Err(Error::Storage)
    }
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
