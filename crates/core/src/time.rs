//! Points in time and durations. Nothing here reads a clock: `now` is always an argument.

use jiff::fmt::temporal::DateTimePrinter;
use serde::{Deserialize, Serialize};

/// Milliseconds since the Unix epoch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub u64);

/// A duration in whole seconds, as `Retry-After` and KV's `expirationTtl` count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Seconds(pub u32);

/// How long a code is valid. Fixed by the contract; the expiry is part of the record and checked on every verify.
pub const CODE_LIFETIME: Seconds = Seconds(600);
/// One hour.
pub const HOUR: Seconds = Seconds(3_600);
/// One day.
pub const DAY: Seconds = Seconds(86_400);

impl Timestamp {
    /// Returns the point in time `duration` later.
    #[must_use]
    pub const fn plus(self, duration: Seconds) -> Self {
        Self(self.0.saturating_add(duration.0 as u64 * 1_000))
    }

    /// Returns the whole seconds from `self` until `later`, rounded up; 0 if `later` has passed.
    pub fn until(self, later: Self) -> Seconds {
        Seconds(u32::try_from(later.0.saturating_sub(self.0).div_ceil(1_000)).unwrap_or(u32::MAX))
    }

    /// Tells whether `self` lies less than `duration` before `now`.
    pub fn is_within(self, duration: Seconds, now: Self) -> bool {
        self.plus(duration) > now
    }

    /// Returns whole Unix seconds, rounded down.
    pub const fn unix_seconds(self) -> u64 {
        self.0 / 1_000
    }

    /// Formats as RFC 3339 in UTC to the second, rounded down: `2026-11-21T10:10:00Z`.
    pub fn rfc3339(self) -> String {
        DateTimePrinter::new().timestamp_to_string(&self.whole_second())
    }

    /// Formats as [`Self::rfc3339`], rounded up, so that a caller who waits until then is not too early.
    pub fn rfc3339_rounded_up(self) -> String {
        Self(self.0.saturating_add(999)).rfc3339()
    }

    /// Formats the UTC date: `2026-11-21`.
    pub fn date(self) -> String {
        let mut text = self.rfc3339();
        text.truncate("2026-11-21".len());
        text
    }

    /// A time beyond the year 9999 counts as its last second.
    fn whole_second(self) -> jiff::Timestamp {
        i64::try_from(self.unix_seconds())
            .ok()
            .and_then(|seconds| jiff::Timestamp::from_second(seconds).ok())
            .unwrap_or(jiff::Timestamp::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test(unsupported = test)]
    fn rfc3339_prints_gregorian_dates_in_utc() {
        for (ms, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_399_999, "2000-02-28T23:59:59Z"),
            (951_782_400_000, "2000-02-29T00:00:00Z"),
            (1_709_251_199_000, "2024-02-29T23:59:59Z"),
            (1_732_173_000_123, "2024-11-21T07:10:00Z"),
            (4_102_444_800_000, "2100-01-01T00:00:00Z"),
            (4_107_542_400_000, "2100-03-01T00:00:00Z"),
        ] {
            assert_eq!(Timestamp(ms).rfc3339(), text);
        }
        assert_eq!(Timestamp(1).rfc3339_rounded_up(), "1970-01-01T00:00:01Z");
        assert_eq!(Timestamp(1_000).rfc3339_rounded_up(), "1970-01-01T00:00:01Z");
        assert_eq!(Timestamp(1_732_173_000_123).date(), "2024-11-21");
        assert!(Timestamp(u64::MAX).rfc3339().starts_with("9999-12-30"));
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn until_rounds_up_and_is_never_negative() {
        assert_eq!(Timestamp(0).until(Timestamp(1)), Seconds(1));
        assert_eq!(Timestamp(0).until(Timestamp(60_000)), Seconds(60));
        assert_eq!(Timestamp(5_000).until(Timestamp(0)), Seconds(0));
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn a_duration_excludes_its_last_instant() {
        assert!(Timestamp(0).is_within(CODE_LIFETIME, Timestamp(599_999)));
        assert!(!Timestamp(0).is_within(CODE_LIFETIME, Timestamp(600_000)));
    }
}
