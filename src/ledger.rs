//! The ledger of one phone: how often codes were sent and guessed, and which code is live for what. Every rule is
//! a pure function of (ledger, event, now, policy); who stores the ledger, and how events are kept from overtaking
//! each other, is `guard.rs`.
//!
//! Invariants, tested over random interleavings and clocks in `tests/it/ledger.rs`:
//! at most `MAX_ATTEMPTS` comparisons per code; at most `DAILY_FAILURES` failed comparisons in any 24 h; at most one
//! success per code, only for the newest code of its usage type and within 600 s; a send never lowers the count of
//! failures; the right code inside the budget succeeds, whatever wrong guesses run beside it.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;

use crate::error::{Refusal, SendLimit};
use crate::policy::Policy;
use crate::record::record;
use crate::time::{CODE_LIFETIME, DAY, HOUR, Seconds, Timestamp};
use crate::usage::UsageType;

/// What the guard knows of a phone. Holds neither the phone nor a code.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Ledger {
    /// At most one code per usage type: the newest.
    live: Vec<Live>,
    /// When codes were sent, over the last 24 h, oldest first.
    sends: Vec<Timestamp>,
    /// When guesses failed, over the last 24 h, oldest first.
    failures: Vec<Timestamp>,
    /// The latest time seen: in a ledger, time never runs backwards.
    now: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Live {
    usage: UsageType,
    id: String,
    issued_at: Timestamp,
    attempts: u32,
}

record!(Ledger { live = "live", sends = "sends", failures = "failures", now = "now" });
record!(Live { usage = "usage", id = "id", issued_at = "issuedAt", attempts = "attempts" });

/// A granted send. The caller makes the code, stores its record, and gives it to the provider.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_field_names, reason = "the names of the contract")]
pub(crate) struct Granted {
    pub(crate) issued_at: Timestamp,
    pub(crate) expires_at: Timestamp,
    /// The earliest time at which the next send will be granted.
    pub(crate) resend_at: Timestamp,
}

/// Which code a caller wants to verify.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted<'a> {
    pub(crate) usage: UsageType,
    /// If given, it must be the live one.
    pub(crate) id: Option<&'a str>,
}

/// What became of a comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Judgement {
    /// The first right answer: the code is spent.
    Verified,
    Refused(Refusal),
    /// Another code is live than the one compared; compare that one.
    Moved,
}

impl Ledger {
    /// Counts a send and makes `id` the live code of its usage type; an older one is void from here on.
    ///
    /// # Errors
    /// [`Refusal::RateLimited`] with the limit that binds longest; the ledger is then unchanged.
    pub(crate) fn send(
        &self,
        usage: UsageType,
        id: &str,
        now: Timestamp,
        policy: &Policy,
    ) -> Result<(Self, Granted), Refusal> {
        let mut next = self.at(now);
        let now = next.now;
        if let Some((limit, free_at)) = next.next_send(policy).filter(|(_, at)| *at > now) {
            return Err(Refusal::RateLimited { limit, retry_after: now.until(free_at) });
        }
        next.live.retain(|live| live.usage != usage);
        next.live.push(Live { usage, id: id.to_owned(), issued_at: now, attempts: 0 });
        next.sends.push(now);
        let resend_at = next.next_send(policy).map_or(now, |(_, at)| at);
        let granted = Granted { issued_at: now, expires_at: now.plus(CODE_LIFETIME), resend_at };
        Ok((next, granted))
    }

    /// Takes a send back that the provider refused: its code is void and it no longer counts. Failures stay.
    pub(crate) fn void(&self, id: &str, issued_at: Timestamp, now: Timestamp) -> Self {
        let mut next = self.at(now);
        next.live.retain(|live| live.id != id);
        if let Some(position) = next.sends.iter().position(|at| *at == issued_at) {
            next.sends.remove(position);
        }
        next
    }

    /// Whether a guess may be compared now, and with which code's record.
    ///
    /// # Errors
    /// The refusal; nothing may then be compared, so nothing is counted.
    pub(crate) fn admit(&self, wanted: Wanted<'_>, now: Timestamp, policy: &Policy) -> Result<&str, Refusal> {
        let now = now.max(self.now);
        if let Some(retry_after) = self.lock(now, policy) {
            return Err(Refusal::Locked { retry_after });
        }
        let live = self
            .live
            .iter()
            .find(|live| live.usage == wanted.usage && wanted.id.is_none_or(|id| id == live.id))
            .ok_or(Refusal::NotFound)?;
        if !live.issued_at.within(CODE_LIFETIME, now) {
            return Err(Refusal::Expired);
        }
        if live.attempts >= policy.max_attempts {
            return Err(Refusal::AttemptsSpent);
        }
        Ok(&live.id)
    }

    /// Counts a guess and judges it, in one step. `compared` is the id of the record that the guess was compared
    /// with and `matched` what came out; the caller may not let that be known before the new ledger is stored.
    pub(crate) fn judge(
        &self,
        wanted: Wanted<'_>,
        compared: &str,
        matched: bool,
        now: Timestamp,
        policy: &Policy,
    ) -> (Self, Judgement) {
        let mut next = self.at(now);
        match next.admit(wanted, now, policy) {
            Err(refusal) => return (next, Judgement::Refused(refusal)),
            Ok(live) if live != compared => return (next, Judgement::Moved),
            Ok(_) => {}
        }
        if matched {
            next.live.retain(|live| live.id != compared);
            next.failures.clear();
            return (next, Judgement::Verified);
        }
        next.failures.push(next.now);
        let attempts_left = next.count_attempt(compared, policy);
        (next, Judgement::Refused(Refusal::Mismatch { attempts_left }))
    }

    /// When nothing in here matters any more; None if that is so already.
    pub(crate) fn idle_at(&self) -> Option<Timestamp> {
        let events = self.live.iter().map(|live| live.issued_at);
        events
            .chain(self.sends.iter().copied())
            .chain(self.failures.iter().copied())
            .max()
            .map(|at| at.plus(DAY))
    }

    /// The ledger at a time: what is too old to matter is gone.
    pub(crate) fn at(&self, now: Timestamp) -> Self {
        let now = now.max(self.now);
        let mut next = self.clone();
        next.now = now;
        next.live.retain(|live| live.issued_at.within(DAY, now));
        next.sends.retain(|at| at.within(DAY, now));
        next.failures.retain(|at| at.within(DAY, now));
        next
    }

    fn count_attempt(&mut self, id: &str, policy: &Policy) -> u32 {
        let mut left = policy.daily_failures.saturating_sub(count(&self.failures));
        for live in self.live.iter_mut().filter(|live| live.id == id) {
            live.attempts = live.attempts.saturating_add(1);
            left = left.min(policy.max_attempts.saturating_sub(live.attempts));
        }
        left
    }

    /// How long guesses are locked, if they are.
    fn lock(&self, now: Timestamp, policy: &Policy) -> Option<Seconds> {
        free_at(&self.failures, DAY, policy.daily_failures, now).map(|at| now.until(at))
    }

    /// The limit on sends that binds longest, and when it ends.
    fn next_send(&self, policy: &Policy) -> Option<(SendLimit, Timestamp)> {
        let hour = free_at(&self.sends, HOUR, policy.sends_per_hour, self.now);
        let day = free_at(&self.sends, DAY, policy.sends_per_day, self.now);
        [(SendLimit::Day, day), (SendLimit::Hour, hour), (SendLimit::Cooldown, self.cooldown(policy))]
            .into_iter()
            .filter_map(|(limit, at)| at.map(|at| (limit, at)))
            .max_by_key(|(_, at)| *at)
    }

    /// The end of the cooldown after the last send: the more sends in the last hour, the longer.
    fn cooldown(&self, policy: &Policy) -> Option<Timestamp> {
        let last = self.sends.last()?;
        let recent = self.sends.iter().filter(|at| at.within(HOUR, self.now)).count();
        let step = recent.checked_sub(1)?.min(policy.cooldowns.len().saturating_sub(1));
        policy.cooldowns.get(step).map(|pause| last.plus(*pause))
    }
}

/// When fewer than `limit` of the events will lie within `window`; None if that is so already.
fn free_at(events: &[Timestamp], window: Seconds, limit: u32, now: Timestamp) -> Option<Timestamp> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let binding = events.len().checked_sub(limit)?;
    events.get(binding).filter(|at| at.within(window, now)).map(|at| at.plus(window))
}

fn count(events: &[Timestamp]) -> u32 {
    u32::try_from(events.len()).unwrap_or(u32::MAX)
}
