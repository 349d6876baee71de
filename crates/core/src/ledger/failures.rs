//! Failed comparisons of a phone number, and when they lock it.

use serde::{Deserialize, Serialize};

use super::window_reopens_at;
use crate::policy::Policy;
use crate::time::{DAY, Seconds, Timestamp};

/// How many times `DAILY_FAILURES` may fail in any 24 h, whatever succeeds in between: who can receive codes of their own
/// at a number must not be able to guess without end at those of another usage type.
const DAILY_FACTOR: u32 = 3;
/// Failures without a success after which only an operator unlocks the number (NIST SP 800-63B-4 §3.2.2).
const MAX_TOTAL: u32 = 100;
/// A time without a failure after which the total starts anew.
const QUIET: Seconds = Seconds(30 * DAY.0);
/// How long a number stays locked that nobody unlocks: ten years, because stores need an expiry.
const LOCK_LIFETIME: Seconds = Seconds(3_650 * DAY.0);

/// When failures were counted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct FailureLog {
    /// All of the last 24 h, oldest first.
    recent: Vec<Timestamp>,
    /// How many of them, counted from the newest, are later than the last success.
    since_success: u32,
    /// Failures since the last success, or since the last time without a failure of 30 days.
    total: u32,
    /// When the last one was counted.
    last: Timestamp,
}

/// Why no code of the number may be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Lock {
    /// Until a point in time.
    Until(Timestamp),
    /// Until an operator unlocks the number.
    Operator,
}

impl FailureLog {
    /// Counts a failure.
    pub(super) fn record(&mut self, now: Timestamp) {
        self.recent.push(now);
        self.since_success = self.since_success.saturating_add(1);
        self.total = self.total.saturating_add(1);
        self.last = now;
    }

    /// Notes a success. What counts for any 24 h stays.
    pub(super) const fn record_success(&mut self) {
        self.since_success = 0;
        self.total = 0;
    }

    /// Returns the lock that binds longest.
    pub(super) fn lock(&self, now: Timestamp, policy: &Policy) -> Option<Lock> {
        if self.total >= MAX_TOTAL {
            return Some(Lock::Operator);
        }
        let since_success = window_reopens_at(self.since_success(), DAY, policy.daily_failures, now);
        let whatever_succeeds = window_reopens_at(&self.recent, DAY, daily_maximum(policy), now);
        since_success.max(whatever_succeeds).map(Lock::Until)
    }

    /// Returns how many more failures lock the number.
    pub(super) fn attempts_left(&self, policy: &Policy) -> u32 {
        let left = policy.daily_failures.saturating_sub(count(self.since_success()));
        let of_day = daily_maximum(policy).saturating_sub(count(&self.recent));
        left.min(of_day).min(MAX_TOTAL.saturating_sub(self.total))
    }

    /// Returns when nothing of the log matters any more.
    pub(super) fn expires_at(&self) -> Option<Timestamp> {
        match self.total {
            0 => self.recent.last().map(|at| at.plus(DAY)),
            1..MAX_TOTAL => Some(self.last.plus(QUIET)),
            _ => Some(self.last.plus(LOCK_LIFETIME)),
        }
    }

    /// Drops what is too old to matter.
    pub(super) fn prune(&mut self, now: Timestamp) {
        self.recent.retain(|at| at.is_within(DAY, now));
        self.since_success = self.since_success.min(count(&self.recent));
        let is_quiet = !self.last.is_within(QUIET, now);
        if is_quiet && self.total < MAX_TOTAL {
            self.total = 0;
        }
    }

    fn since_success(&self) -> &[Timestamp] {
        let first = self.recent.len().saturating_sub(self.since_success as usize);
        self.recent.get(first..).unwrap_or_default()
    }
}

const fn daily_maximum(policy: &Policy) -> u32 {
    policy.daily_failures.saturating_mul(DAILY_FACTOR)
}

fn count(events: &[Timestamp]) -> u32 {
    u32::try_from(events.len()).unwrap_or(u32::MAX)
}
