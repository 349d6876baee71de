//! Points in time and spans, as plain numbers. Nothing here asks a clock: `now` is always an argument.

use alloc::string::String;

/// Milliseconds since the Unix epoch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Timestamp(pub(crate) u64);

/// A span in whole seconds: what `Retry-After` and TTLs are made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Seconds(pub(crate) u32);

/// How long a code lives. Fixed by the contract; the expiry stands in the record and is checked on every verify.
pub(crate) const CODE_LIFETIME: Seconds = Seconds(600);
pub(crate) const HOUR: Seconds = Seconds(3_600);
pub(crate) const DAY: Seconds = Seconds(86_400);

impl Timestamp {
    /// That point, `span` later.
    pub(crate) const fn plus(self, span: Seconds) -> Self {
        Self(self.0.saturating_add(span.0 as u64 * 1_000))
    }

    /// Whole seconds from `self` until `later`, rounded up; 0 if `later` has passed.
    pub(crate) fn until(self, later: Self) -> Seconds {
        Seconds(u32::try_from(later.0.saturating_sub(self.0).div_ceil(1_000)).unwrap_or(u32::MAX))
    }

    /// Whether `self` lies less than `span` before `now`.
    pub(crate) fn within(self, span: Seconds, now: Self) -> bool {
        self.plus(span) > now
    }

    /// Whole Unix seconds, rounded down.
    pub(crate) const fn unix_seconds(self) -> u64 {
        self.0 / 1_000
    }

    /// RFC 3339 in UTC to the second, rounded down: `2026-11-21T10:10:00Z`.
    pub(crate) fn rfc3339(self) -> String {
        let seconds = self.unix_seconds();
        let (hour, minute, second) = (seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60);
        [&self.date(), "T", &two(hour), ":", &two(minute), ":", &two(second), "Z"].concat()
    }

    /// As [`Self::rfc3339`], rounded up: a caller who waits until then is not a moment too early.
    pub(crate) fn rfc3339_rounded_up(self) -> String {
        Self(self.0.saturating_add(999)).rfc3339()
    }

    /// The UTC date: `2026-11-21`.
    pub(crate) fn date(self) -> String {
        let (year, month, day) = civil_from_days(self.unix_seconds() / 86_400);
        [&two(year / 100), &two(year % 100), "-", &two(month), "-", &two(day)].concat()
    }
}

/// A number below 100 in two digits. (`format!` would bring its machinery along, a kilobyte and a half.)
fn two(number: u64) -> String {
    let digit = |number: u64| u32::try_from(number % 10).ok().and_then(|digit| char::from_digit(digit, 10));
    [digit(number / 10), digit(number)].into_iter().flatten().collect()
}

/// Days since 1970-01-01 as a Gregorian date, by counting eras of 400 years that start in March
/// (Howard Hinnant, "chrono-compatible low-level date algorithms").
const fn civil_from_days(days: u64) -> (u64, u64, u64) {
    let shifted = days + 719_468;
    let era = shifted / 146_097;
    let day_of_era = shifted % 146_097;
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
    let year = year_of_era + era * 400 + (month <= 2) as u64;
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn dates_are_gregorian() {
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
    }

    #[test]
    fn waiting_times_round_up_and_never_go_below_zero() {
        assert_eq!(Timestamp(0).until(Timestamp(1)), Seconds(1));
        assert_eq!(Timestamp(0).until(Timestamp(60_000)), Seconds(60));
        assert_eq!(Timestamp(5_000).until(Timestamp(0)), Seconds(0));
    }

    #[test]
    fn a_span_ends_on_the_stroke() {
        assert!(Timestamp(0).within(CODE_LIFETIME, Timestamp(599_999)));
        assert!(!Timestamp(0).within(CODE_LIFETIME, Timestamp(600_000)));
    }
}
