//! Sends to a phone number, and when the next one is permitted.

use serde::{Deserialize, Serialize};

use super::{SendLimit, window_reopens_at};
use crate::policy::Policy;
use crate::time::{DAY, HOUR, Timestamp};

/// How many sends that the provider refused are given back in an hour and in a day: a number that no provider serves must
/// not be tried without end.
const REFUNDS_PER_HOUR: u32 = 2;
const REFUNDS_PER_DAY: u32 = 5;

/// When messages were sent, over the last 24 h.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct SendLog {
    /// Oldest first.
    counted: Vec<Timestamp>,
    /// When sends were given back, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    refunds: Vec<Timestamp>,
}

impl SendLog {
    /// Returns the time of the newest send.
    pub(super) fn last(&self) -> Option<Timestamp> {
        self.counted.last().copied()
    }

    /// Counts a send.
    pub(super) fn record(&mut self, now: Timestamp) {
        self.counted.push(now);
    }

    /// Gives the send back that was counted at `counted_at`, unless too many were.
    pub(super) fn refund(&mut self, counted_at: Timestamp, now: Timestamp) {
        let is_exhausted = |window, limit| window_reopens_at(&self.refunds, window, limit, now).is_some();
        if is_exhausted(HOUR, REFUNDS_PER_HOUR) || is_exhausted(DAY, REFUNDS_PER_DAY) {
            return;
        }
        if self.remove(counted_at) {
            self.refunds.push(now);
        }
    }

    /// Removes the send that was counted at `counted_at`; tells whether it was there.
    pub(super) fn remove(&mut self, counted_at: Timestamp) -> bool {
        let position = self.counted.iter().position(|at| *at == counted_at);
        position.map(|position| self.counted.remove(position)).is_some()
    }

    /// Returns the limit that binds longest, and when it ends.
    pub(super) fn next_send(&self, now: Timestamp, policy: &Policy) -> Option<(SendLimit, Timestamp)> {
        let hour = window_reopens_at(&self.counted, HOUR, policy.sends_per_hour, now);
        let day = window_reopens_at(&self.counted, DAY, policy.sends_per_day, now);
        let cooldown = self.cooldown_ends_at(now, policy);
        [(SendLimit::Day, day), (SendLimit::Hour, hour), (SendLimit::Cooldown, cooldown)]
            .into_iter()
            .filter_map(|(limit, at)| at.map(|at| (limit, at)))
            .max_by_key(|(_, at)| *at)
    }

    /// Returns when nothing of the log matters any more.
    pub(super) fn expires_at(&self) -> Option<Timestamp> {
        self.counted.last().max(self.refunds.last()).map(|at| at.plus(DAY))
    }

    /// Drops what is too old to matter.
    pub(super) fn prune(&mut self, now: Timestamp) {
        self.counted.retain(|at| at.is_within(DAY, now));
        self.refunds.retain(|at| at.is_within(DAY, now));
    }

    /// Returns the end of the cooldown after the last send: the more sends in the last hour, the longer it is.
    fn cooldown_ends_at(&self, now: Timestamp, policy: &Policy) -> Option<Timestamp> {
        let last = self.counted.last()?;
        let recent = self.counted.iter().filter(|at| at.is_within(HOUR, now)).count();
        let step = recent.checked_sub(1)?.min(policy.resend_cooldowns.len().saturating_sub(1));
        policy.resend_cooldowns.get(step).map(|pause| last.plus(*pause))
    }
}
