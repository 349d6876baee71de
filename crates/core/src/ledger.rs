//! The ledger of one phone number: how often codes were sent and tried, and which code is live for which usage type.
//! Every rule is a pure function of (ledger, event, now, policy). Storage and atomicity belong to [`crate::guard`].
//!
//! Invariants, tested over random interleavings and clocks in `tests/ledger.rs`:
//! - at most `MAX_ATTEMPTS` comparisons per code;
//! - at most `DAILY_FAILURES` failed comparisons in any 24 h;
//! - at most one success per code, only for the newest code of its usage type and within 600 s;
//! - a send never lowers the count of failures;
//! - the right code within the budget succeeds, whatever wrong codes are tried at the same time.

use serde::{Deserialize, Serialize};

use crate::error::{ErrorCode, ErrorData};
use crate::policy::Policy;
use crate::time::{CODE_LIFETIME, DAY, HOUR, Seconds, Timestamp};
use crate::usage_type::UsageType;

/// What the guard knows of a phone number. Holds neither the number nor a code.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ledger {
    /// At most one code per usage type: the newest.
    live: Vec<LiveCode>,
    /// When codes were sent, over the last 24 h, oldest first.
    sends: Vec<Timestamp>,
    /// When comparisons failed, over the last 24 h, oldest first.
    failures: Vec<Timestamp>,
    /// The latest time seen: time never runs backwards in a ledger.
    now: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct LiveCode {
    usage: UsageType,
    id: String,
    issued_at: Timestamp,
    attempts: u32,
}

/// A counted send. The caller draws the code, stores its record and hands it to the provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SendPermit {
    /// The time of the send in the ledger; identifies it for [`Ledger::revoke_send`].
    pub issued_at: Timestamp,
    /// When the code expires.
    pub expires_at: Timestamp,
    /// The earliest time at which the next send will be permitted.
    pub resend_at: Timestamp,
}

/// Which code a caller wants to verify.
#[derive(Clone, Copy, Debug)]
pub struct CodeSelector<'a> {
    /// What the code is for.
    pub usage_type: UsageType,
    /// If given, it must be the live one.
    pub id: Option<&'a str>,
}

/// The result of [`Ledger::record_attempt`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AttemptResult {
    /// The first right code: it is used up.
    Verified,
    /// The code was not accepted.
    Rejected(LedgerError),
    /// Another code is live than the one compared; compare that one.
    Superseded,
}

/// Why a ledger does not permit a send or accept a code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum LedgerError {
    /// There is no live code for this phone number and usage type, or it is not the one named.
    #[error("no live code")]
    NotFound,
    /// The code is wrong.
    #[error("wrong code")]
    Mismatch {
        /// How many more wrong codes are allowed, for this code and for the phone number.
        attempts_left: u32,
    },
    /// The code is 600 s old or older.
    #[error("expired")]
    Expired,
    /// The attempts of this code are exhausted.
    #[error("attempts exhausted")]
    AttemptsExhausted,
    /// The failures of the phone number in the last 24 h have reached the limit.
    #[error("locked out")]
    LockedOut {
        /// When the oldest failure leaves the window.
        retry_after: Seconds,
    },
    /// A send came too early, or was one too many.
    #[error("rate limited")]
    RateLimited {
        /// The limit that binds longest.
        limit: SendLimit,
        /// When it ends.
        retry_after: Seconds,
    },
}

/// Which of the limits on sends was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum SendLimit {
    /// `RESEND_COOLDOWNS`.
    Cooldown,
    /// `SENDS_PER_HOUR`.
    Hour,
    /// `SENDS_PER_DAY`.
    Day,
}

impl SendLimit {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Cooldown => "cooldown",
            Self::Hour => "hour",
            Self::Day => "day",
        }
    }
}

impl LedgerError {
    /// Returns the public code.
    pub const fn code(&self) -> ErrorCode {
        match self {
            Self::NotFound => ErrorCode::CodeNotFound,
            Self::Mismatch { .. } => ErrorCode::CodeMismatch,
            Self::Expired => ErrorCode::CodeExpired,
            Self::AttemptsExhausted => ErrorCode::AttemptsExhausted,
            Self::LockedOut { .. } => ErrorCode::LockedOut,
            Self::RateLimited { .. } => ErrorCode::MessageRateLimited,
        }
    }

    /// Returns the members of the response's `data`.
    pub fn data(&self) -> ErrorData {
        let (attempts_left, retry_after, limit) = match self {
            Self::Mismatch { attempts_left } => (Some(*attempts_left), None, None),
            Self::LockedOut { retry_after } => (None, Some(*retry_after), None),
            Self::RateLimited { limit, retry_after } => (None, Some(*retry_after), Some(limit.as_str())),
            Self::NotFound | Self::Expired | Self::AttemptsExhausted => (None, None, None),
        };
        ErrorData { attempts_left, retry_after, limit, ..ErrorData::default() }
    }
}

impl Ledger {
    /// Counts a send and makes `id` the live code of its usage type; an older one is void from then on.
    ///
    /// # Errors
    /// [`LedgerError::RateLimited`] with the limit that binds longest; the ledger is then unchanged.
    pub fn record_send(
        &self,
        usage_type: UsageType,
        id: &str,
        now: Timestamp,
        policy: &Policy,
    ) -> Result<(Self, SendPermit), LedgerError> {
        let mut next = self.prune(now);
        let now = next.now;
        if let Some((limit, reopens_at)) = next.next_send(policy).filter(|(_, at)| *at > now) {
            return Err(LedgerError::RateLimited { limit, retry_after: now.until(reopens_at) });
        }
        next.live.retain(|live| live.usage != usage_type);
        next.live.push(LiveCode { usage: usage_type, id: id.to_owned(), issued_at: now, attempts: 0 });
        next.sends.push(now);
        let resend_at = next.next_send(policy).map_or(now, |(_, at)| at);
        let permit = SendPermit { issued_at: now, expires_at: now.plus(CODE_LIFETIME), resend_at };
        Ok((next, permit))
    }

    /// Takes back a send that the provider refused: its code is void and it no longer counts. Failures stay.
    #[must_use]
    pub fn revoke_send(&self, id: &str, issued_at: Timestamp, now: Timestamp) -> Self {
        let mut next = self.prune(now);
        next.live.retain(|live| live.id != id);
        if let Some(position) = next.sends.iter().position(|at| *at == issued_at) {
            next.sends.remove(position);
        }
        next
    }

    /// Checks whether a code may be compared now, and returns the id of the record to compare it with.
    ///
    /// # Errors
    /// The reason; nothing may then be compared, so nothing is counted.
    pub fn check_attempt(
        &self,
        selector: CodeSelector<'_>,
        now: Timestamp,
        policy: &Policy,
    ) -> Result<&str, LedgerError> {
        let now = now.max(self.now);
        if let Some(retry_after) = self.lockout_remaining(now, policy) {
            return Err(LedgerError::LockedOut { retry_after });
        }
        let live = self
            .live
            .iter()
            .find(|live| live.usage == selector.usage_type && selector.id.is_none_or(|id| id == live.id))
            .ok_or(LedgerError::NotFound)?;
        if !live.issued_at.is_within(CODE_LIFETIME, now) {
            return Err(LedgerError::Expired);
        }
        if live.attempts >= policy.max_attempts {
            return Err(LedgerError::AttemptsExhausted);
        }
        Ok(&live.id)
    }

    /// Counts an attempt and decides on it, in one step. `compared` is the id of the record that the code was compared
    /// with and `matched` the result, which the caller must not reveal before the new ledger is stored.
    pub fn record_attempt(
        &self,
        selector: CodeSelector<'_>,
        compared: &str,
        matched: bool,
        now: Timestamp,
        policy: &Policy,
    ) -> (Self, AttemptResult) {
        let mut next = self.prune(now);
        match next.check_attempt(selector, now, policy) {
            Err(error) => return (next, AttemptResult::Rejected(error)),
            Ok(live) if live != compared => return (next, AttemptResult::Superseded),
            Ok(_) => {}
        }
        if matched {
            next.live.retain(|live| live.id != compared);
            next.failures.clear();
            return (next, AttemptResult::Verified);
        }
        next.failures.push(next.now);
        let attempts_left = next.count_attempt(compared, policy);
        (next, AttemptResult::Rejected(LedgerError::Mismatch { attempts_left }))
    }

    /// Returns when nothing in the ledger matters any more; `None` if that is so already.
    pub fn expires_at(&self) -> Option<Timestamp> {
        let events = self.live.iter().map(|live| live.issued_at);
        events
            .chain(self.sends.iter().copied())
            .chain(self.failures.iter().copied())
            .max()
            .map(|at| at.plus(DAY))
    }

    /// Returns the ledger without what is too old to matter at `now`.
    #[must_use]
    pub fn prune(&self, now: Timestamp) -> Self {
        let now = now.max(self.now);
        let mut next = self.clone();
        next.now = now;
        next.live.retain(|live| live.issued_at.is_within(DAY, now));
        next.sends.retain(|at| at.is_within(DAY, now));
        next.failures.retain(|at| at.is_within(DAY, now));
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

    /// Returns how long no code may be compared, if that is so.
    fn lockout_remaining(&self, now: Timestamp, policy: &Policy) -> Option<Seconds> {
        window_reopens_at(&self.failures, DAY, policy.daily_failures, now).map(|at| now.until(at))
    }

    /// Returns the limit on sends that binds longest, and when it ends.
    fn next_send(&self, policy: &Policy) -> Option<(SendLimit, Timestamp)> {
        let hour = window_reopens_at(&self.sends, HOUR, policy.sends_per_hour, self.now);
        let day = window_reopens_at(&self.sends, DAY, policy.sends_per_day, self.now);
        [(SendLimit::Day, day), (SendLimit::Hour, hour), (SendLimit::Cooldown, self.cooldown(policy))]
            .into_iter()
            .filter_map(|(limit, at)| at.map(|at| (limit, at)))
            .max_by_key(|(_, at)| *at)
    }

    /// Returns the end of the cooldown after the last send: the more sends in the last hour, the longer it is.
    fn cooldown(&self, policy: &Policy) -> Option<Timestamp> {
        let last = self.sends.last()?;
        let recent = self.sends.iter().filter(|at| at.is_within(HOUR, self.now)).count();
        let step = recent.checked_sub(1)?.min(policy.resend_cooldowns.len().saturating_sub(1));
        policy.resend_cooldowns.get(step).map(|pause| last.plus(*pause))
    }
}

/// Returns when fewer than `limit` of the events will lie within `window`; `None` if that is so already.
fn window_reopens_at(events: &[Timestamp], window: Seconds, limit: u32, now: Timestamp) -> Option<Timestamp> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let binding = events.len().checked_sub(limit)?;
    events.get(binding).filter(|at| at.is_within(window, now)).map(|at| at.plus(window))
}

fn count(events: &[Timestamp]) -> u32 {
    u32::try_from(events.len()).unwrap_or(u32::MAX)
}
