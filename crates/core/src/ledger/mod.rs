//! The ledger of one phone number: how often codes were sent and tried, and which code is live for which usage type.
//! Every rule is a pure function of (ledger, event, now, policy). Storage and atomicity belong to [`crate::guard`].
//!
//! Invariants, tested over random interleavings and clocks in `tests/ledger.rs`:
//! - at most `MAX_ATTEMPTS` comparisons per code;
//! - at most `DAILY_FAILURES` failed comparisons in any 24 h without a success, three times as many whatever succeeds, 100
//!   without a success and without 30 days in which none failed;
//! - at most one success per code, only for the newest code of its usage type and within 600 s;
//! - a send never lowers the count of failures;
//! - the right code within the limits succeeds, whatever wrong codes are tried at the same time.
//!
//! # Clocks
//! `now` is the clock of the machine, which may step. The limits use the latest time that the ledger has seen, so that no
//! window reopens early; the age of a code is measured by the clock itself, so that a clock that was fast once does not
//! lengthen a code's life. A code from the future has expired.

mod failures;
mod sends;

use serde::{Deserialize, Serialize};

use crate::error::{ErrorCode, ErrorData};
use crate::policy::Policy;
use crate::time::{CODE_LIFETIME, DAY, Seconds, Timestamp};
use crate::usage_type::UsageType;
use failures::{FailureLog, Lock};
use sends::SendLog;

/// How far in the future a code may have been issued: clocks of two machines differ.
const CLOCK_SKEW: Seconds = Seconds(60);
/// How many codes of a usage type are kept: the newest, and those that it replaced, in case that its send is revoked.
const KEPT_CODES: usize = 3;

/// What the guard knows of a phone number. Holds neither the number nor a code.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ledger {
    /// Oldest first. Of each usage type the newest is the live one; it has replaced the others, which are live again if it
    /// is revoked.
    codes: Vec<IssuedCode>,
    sends: SendLog,
    failures: FailureLog,
    /// The latest time seen.
    now: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct IssuedCode {
    usage: UsageType,
    id: String,
    /// By the clock of the machine.
    issued_at: Timestamp,
    /// The time of its send in [`Ledger::sends`].
    counted_at: Timestamp,
    attempts: u32,
}

/// A counted send. The caller draws the code, stores its record and hands it to the provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SendPermit {
    /// When the code was issued.
    pub issued_at: Timestamp,
    /// When the code expires.
    pub expires_at: Timestamp,
    /// The earliest time at which the next send will be permitted.
    pub resend_at: Timestamp,
}

/// A counted delivery of another server's code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DeliveryPermit {
    /// The time by which it is taken back.
    pub counted_at: Timestamp,
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
    /// The failures of the phone number have reached a limit.
    #[error("locked out")]
    LockedOut {
        /// When enough failures have left the window; `None` if only an operator unlocks the number; the response
        /// then says a day.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_after: Option<Seconds>,
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
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum SendLimit {
    /// `RESEND_COOLDOWNS`.
    Cooldown,
    /// `SENDS_PER_HOUR`.
    Hour,
    /// `SENDS_PER_DAY`.
    Day,
    /// `SENDS_PER_IP_HOUR` or `SENDS_PER_IP_DAY`.
    Ip,
    /// `SENDS_PER_PREFIX_HOUR` or `PREFIX_BREAKER`.
    Prefix,
    /// `COUNTRY_BREAKER`.
    Country,
    /// `SENDS_PER_DAY_TOTAL`.
    Total,
}

impl SendLimit {
    /// Returns the name in responses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cooldown => "cooldown",
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Ip => "ip",
            Self::Prefix => "prefix",
            Self::Country => "country",
            Self::Total => "total",
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

    /// Returns `Ok` for a lock that ends within `duration`.
    const fn unless_over_within(self, duration: Seconds) -> Result<(), Self> {
        match self {
            Self::LockedOut { retry_after: Some(wait) } if wait.0 <= duration.0 => Ok(()),
            error => Err(error),
        }
    }

    /// Returns the members of the response's `data`.
    pub fn data(&self) -> ErrorData {
        let (attempts_left, retry_after, limit) = match self {
            Self::Mismatch { attempts_left } => (Some(*attempts_left), None, None),
            Self::LockedOut { retry_after } => (None, Some(retry_after.unwrap_or(DAY)), None),
            Self::RateLimited { limit, retry_after } => (None, Some(*retry_after), Some(limit.as_str())),
            Self::NotFound | Self::Expired | Self::AttemptsExhausted => (None, None, None),
        };
        ErrorData { attempts_left, retry_after, limit, ..ErrorData::default() }
    }
}

impl Ledger {
    /// Tells whether the ledger has seen a time more than 24 h after `now`: then one of the two clocks is wrong, and no
    /// window can be trusted.
    pub fn is_ahead_of(&self, now: Timestamp) -> bool {
        self.now > now.plus(DAY)
    }

    /// Counts a send and makes `id` the live code of its usage type; an older one is void from then on.
    ///
    /// # Errors
    /// [`LedgerError::RateLimited`] with the limit that binds longest, or [`LedgerError::LockedOut`] if the number is
    /// locked for longer than a code lives; the ledger is then unchanged.
    pub fn record_send(
        &self,
        usage_type: UsageType,
        id: &str,
        now: Timestamp,
        policy: &Policy,
    ) -> Result<(Self, SendPermit), LedgerError> {
        let mut next = self.prune(now);
        let counted_at = next.now;
        next.check_lock(now, policy).or_else(|error| error.unless_over_within(CODE_LIFETIME))?;
        if let Some((limit, reopens_at)) =
            next.sends.next_send(counted_at, policy).filter(|(_, at)| *at > counted_at)
        {
            return Err(LedgerError::RateLimited { limit, retry_after: now.until(reopens_at) });
        }
        next.codes.push(IssuedCode {
            usage: usage_type,
            id: id.to_owned(),
            issued_at: now,
            counted_at,
            attempts: 0,
        });
        next.sends.record(counted_at);
        let resend_at = next.sends.next_send(counted_at, policy).map_or(counted_at, |(_, at)| at);
        Ok((next, SendPermit { issued_at: now, expires_at: now.plus(CODE_LIFETIME), resend_at }))
    }

    /// Takes back a send that the provider refused: its code is void, the one that it replaced is live again, and the send
    /// no longer counts, unless too many were taken back. Failures stay.
    #[must_use]
    pub fn revoke_send(&self, id: &str, now: Timestamp) -> Self {
        let mut next = self.prune(now);
        if let Some(code) = next.remove_code(id) {
            next.sends.refund(code.counted_at, next.now);
        }
        next
    }

    /// Counts a message whose code another server has made: the limits of sends apply, those of failures do not, and no
    /// code is live or void because of it.
    ///
    /// # Errors
    /// [`LedgerError::RateLimited`] with the limit that binds longest; the ledger is then unchanged.
    pub fn record_delivery(
        &self,
        now: Timestamp,
        policy: &Policy,
    ) -> Result<(Self, DeliveryPermit), LedgerError> {
        let mut next = self.prune(now);
        // No two have the same time, by which they are taken back.
        let counted_at =
            next.sends.last().map_or(next.now, |last| next.now.max(Timestamp(last.0.saturating_add(1))));
        if let Some((limit, reopens_at)) =
            next.sends.next_send(counted_at, policy).filter(|(_, at)| *at > counted_at)
        {
            return Err(LedgerError::RateLimited { limit, retry_after: now.until(reopens_at) });
        }
        next.sends.record(counted_at);
        next.now = counted_at;
        let resend_at = next.sends.next_send(counted_at, policy).map_or(counted_at, |(_, at)| at);
        Ok((next, DeliveryPermit { counted_at, resend_at }))
    }

    /// Takes back a delivery that the provider refused, which no longer counts, unless too many were taken back. Doing it
    /// twice is doing it once, unless a code was sent in the same millisecond.
    #[must_use]
    pub fn revoke_delivery(&self, counted_at: Timestamp, now: Timestamp) -> Self {
        let mut next = self.prune(now);
        next.sends.refund(counted_at, next.now);
        next
    }

    /// Takes back a send of which no provider has heard, as [`Self::revoke_send`] but however often.
    #[must_use]
    pub fn cancel_send(&self, id: &str, now: Timestamp) -> Self {
        let mut next = self.prune(now);
        if let Some(code) = next.remove_code(id) {
            next.sends.remove(code.counted_at);
        }
        next
    }

    /// Clears the counts of failures, for an operator. Sends and codes stay.
    #[must_use]
    pub fn unlock(&self, now: Timestamp) -> Self {
        Self { failures: FailureLog::default(), ..self.prune(now) }
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
        self.check_lock(now, policy)?;
        let live = self
            .live_code(selector.usage_type)
            .filter(|live| selector.id.is_none_or(|id| id == live.id))
            .ok_or(LedgerError::NotFound)?;
        let is_future = live.issued_at > now.plus(CLOCK_SKEW);
        let is_live = live.issued_at.is_within(CODE_LIFETIME, now)
            // Of a clock that has stepped back since.
            && live.counted_at.is_within(CODE_LIFETIME, now.max(self.now));
        if is_future || !is_live {
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
            next.codes.retain(|code| code.usage != selector.usage_type);
            next.failures.record_success();
            return (next, AttemptResult::Verified);
        }
        next.failures.record(next.now);
        let attempts_left = next.count_attempt(compared, policy);
        (next, AttemptResult::Rejected(LedgerError::Mismatch { attempts_left }))
    }

    /// Returns when nothing in the ledger matters any more; `None` if that is so already.
    pub fn expires_at(&self) -> Option<Timestamp> {
        let codes = self.codes.iter().map(|code| code.counted_at.max(code.issued_at).plus(DAY)).max();
        codes.max(self.sends.expires_at()).max(self.failures.expires_at())
    }

    /// Returns the ledger without what is too old to matter at `now`.
    #[must_use]
    pub fn prune(&self, now: Timestamp) -> Self {
        let mut next = self.clone();
        next.now = now.max(self.now);
        next.sends.prune(next.now);
        next.failures.prune(next.now);
        next.prune_codes(now);
        next
    }

    /// Keeps the newest code of each usage type for a day, for the error that it has expired, and those that it replaced as
    /// long as they can be live again. What is older than a code that is dropped is dropped with it: a clock that ran back
    /// may have given it the later time.
    fn prune_codes(&mut self, now: Timestamp) {
        let mut kept: Vec<IssuedCode> = Vec::with_capacity(self.codes.len());
        let mut ended: Vec<UsageType> = Vec::new();
        for code in self.codes.drain(..).rev() {
            let newer = kept.iter().filter(|kept| kept.usage == code.usage).count();
            let lifetime = if newer == 0 { DAY } else { CODE_LIFETIME };
            let is_old = newer >= KEPT_CODES || !code.issued_at.is_within(lifetime, now);
            if is_old {
                ended.push(code.usage);
            } else if !ended.contains(&code.usage) {
                kept.push(code);
            }
        }
        kept.reverse();
        self.codes = kept;
    }

    fn remove_code(&mut self, id: &str) -> Option<IssuedCode> {
        let position = self.codes.iter().position(|code| code.id == id)?;
        Some(self.codes.remove(position))
    }

    fn live_code(&self, usage_type: UsageType) -> Option<&IssuedCode> {
        self.codes.iter().rfind(|code| code.usage == usage_type)
    }

    /// Checks whether the number is locked.
    ///
    /// # Errors
    /// [`LedgerError::LockedOut`].
    pub fn check_lock(&self, now: Timestamp, policy: &Policy) -> Result<(), LedgerError> {
        let retry_after = match self.failures.lock(now.max(self.now), policy) {
            None => return Ok(()),
            Some(Lock::Until(at)) => Some(now.until(at)),
            Some(Lock::Operator) => None,
        };
        Err(LedgerError::LockedOut { retry_after })
    }

    fn count_attempt(&mut self, id: &str, policy: &Policy) -> u32 {
        let mut left = self.failures.attempts_left(policy);
        for code in self.codes.iter_mut().filter(|code| code.id == id) {
            code.attempts = code.attempts.saturating_add(1);
            left = left.min(policy.max_attempts.saturating_sub(code.attempts));
        }
        left
    }
}

/// Returns when fewer than `limit` of the events will lie within `window`; `None` if that is so already.
fn window_reopens_at(events: &[Timestamp], window: Seconds, limit: u32, now: Timestamp) -> Option<Timestamp> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let binding = events.len().checked_sub(limit)?;
    events.get(binding).filter(|at| at.is_within(window, now)).map(|at| at.plus(window))
}
