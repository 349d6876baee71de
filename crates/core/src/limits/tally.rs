//! Counts over a sliding window, kept in a bounded number of buckets.

use serde::{Deserialize, Serialize};

use crate::time::{DAY, HOUR, Seconds, Timestamp};

/// A sliding window and the buckets in which it is counted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window {
    length: Seconds,
    bucket: Seconds,
}

impl Window {
    /// An hour in buckets of 150 s.
    pub(super) const HOUR: Self = Self { length: HOUR, bucket: Seconds(150) };
    /// 24 h in buckets of 30 min.
    pub(super) const DAY: Self = Self { length: DAY, bucket: Seconds(1_800) };

    fn bucket_of(self, now: Timestamp) -> u64 {
        now.unix_seconds() / u64::from(self.bucket.0)
    }

    /// Returns when nothing of a bucket lies within the window any more.
    const fn expires_at(self, bucket: u64) -> Timestamp {
        let end = bucket.saturating_add(1).saturating_mul(self.bucket.0 as u64);
        Timestamp(end.saturating_mul(1_000)).plus(self.length)
    }
}

/// How often something happened, by bucket, oldest first.
///
/// A bucket counts as long as any part of it lies within the window. So never more than the limit fits into any window,
/// and a place is free again at most one bucket late.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Tally(Vec<(u64, u32)>);

impl Tally {
    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Counts one event. `now` must not be earlier than that of the event before.
    pub(super) fn add(&mut self, window: Window, now: Timestamp) {
        let bucket = window.bucket_of(now);
        match self.0.last_mut() {
            Some((last, count)) if *last >= bucket => *count = count.saturating_add(1),
            _ => self.0.push((bucket, 1)),
        }
    }

    /// Drops what has left the window.
    pub(super) fn prune(&mut self, window: Window, now: Timestamp) {
        self.0.retain(|(bucket, _)| window.expires_at(*bucket) > now);
    }

    /// Returns the count of events.
    pub(super) fn total(&self) -> u32 {
        self.0.iter().fold(0, |total, (_, count)| total.saturating_add(*count))
    }

    /// Returns when fewer than `limit` events will lie within the window; `None` if that is so already.
    pub(super) fn reopens_at(&self, window: Window, limit: u32) -> Option<Timestamp> {
        let mut left = self.total();
        let mut reopens_at = None;
        for (bucket, count) in &self.0 {
            if left < limit {
                break;
            }
            left = left.saturating_sub(*count);
            reopens_at = Some(window.expires_at(*bucket));
        }
        reopens_at
    }

    /// Returns when the newest event leaves the window.
    pub(super) fn expires_at(&self, window: Window) -> Option<Timestamp> {
        self.0.last().map(|(bucket, _)| window.expires_at(*bucket))
    }
}
