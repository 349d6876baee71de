//! The count of one key: an IP address, a number prefix, a country, or all sends. Pure functions of (counter, event, now,
//! rules).

use serde::{Deserialize, Serialize};

use super::tally::{Tally, Window};
use crate::time::{HOUR, Seconds, Timestamp};

/// For how long sends stop once too few of them were verified.
pub const STOP_DURATION: Seconds = Seconds(12 * HOUR.0);
/// For how long too few sends must have been verified before they stop: the time that people take to type their codes.
pub const CONVERSION_GRACE: Seconds = Seconds(120);
/// How often a limit that goes on refusing is reported to the list of stops.
const REPORT_INTERVAL: Seconds = Seconds(600);

/// The limits of one counter; 0 is no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CounterRules {
    /// Sends in any hour.
    pub per_hour: u32,
    /// Sends in any 24 h.
    pub per_day: u32,
    /// Stops sends that are not verified.
    pub breaker: Option<Breaker>,
}

/// Stops the sends of a key for [`STOP_DURATION`] if, for [`CONVERSION_GRACE`], at least `sends` of the last 24 h were
/// counted and fewer than `percent` of a hundred of them verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Breaker {
    /// 1 or more.
    pub sends: u32,
    /// 1 to 100.
    pub percent: u32,
}

/// Who has made the code that is sent, and verifies it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum CodeOrigin {
    /// edge-otp.
    #[default]
    Own,
    /// Another server, for which the code is only delivered.
    Foreign,
}

impl CodeOrigin {
    /// Tells whether edge-otp verifies the code.
    pub const fn is_own(&self) -> bool {
        matches!(self, Self::Own)
    }
}

/// The sends of one key. It holds no part of a phone number or address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SendCounter {
    #[serde(skip_serializing_if = "Tally::is_empty")]
    hour: Tally,
    #[serde(skip_serializing_if = "Tally::is_empty")]
    day: Tally,
    /// Verifications of the last 24 h.
    #[serde(skip_serializing_if = "Tally::is_empty")]
    verified: Tally,
    /// Since when too few sends are verified.
    #[serde(skip_serializing_if = "Option::is_none")]
    low_since: Option<Timestamp>,
    /// When sends were stopped.
    #[serde(skip_serializing_if = "Option::is_none")]
    stopped_at: Option<Timestamp>,
    /// Since when a limit is reached, and when that was reported last.
    #[serde(skip_serializing_if = "Option::is_none")]
    reached: Option<(Timestamp, Timestamp)>,
    /// The latest time seen: a clock that steps back reopens no window.
    now: Timestamp,
}

/// A limit that does not permit a send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CounterLimit {
    /// Since when.
    pub since: Timestamp,
    /// The earliest time at which a send may be permitted.
    pub until: Timestamp,
    /// Whether it is to be reported: it is new, or was not reported for ten minutes.
    pub is_due: bool,
}

impl SendCounter {
    /// Tells whether the counter has seen a time more than an hour after `now`: then one of the two clocks is wrong.
    pub fn is_ahead_of(&self, now: Timestamp) -> bool {
        self.now > now.plus(HOUR)
    }

    /// Checks whether a send is permitted. Nothing is counted, but a stop may begin or end.
    #[must_use]
    pub fn check(&self, rules: &CounterRules, now: Timestamp) -> (Self, Option<CounterLimit>) {
        let mut next = self.prune(now);
        next.update_stop(rules);
        let Some((stopped_at, until)) = next.find_limit(rules) else {
            next.reached = None;
            return (next, None);
        };
        let reached = next.reached.filter(|(since, _)| stopped_at.is_none_or(|at| at == *since));
        let since = stopped_at.or(reached.map(|(since, _)| since)).unwrap_or(next.now);
        let reported = reached.map(|(_, at)| at).filter(|at| at.is_within(REPORT_INTERVAL, next.now));
        next.reached = Some((since, reported.unwrap_or(next.now)));
        (next, Some(CounterLimit { since, until, is_due: reported.is_none() }))
    }

    /// Counts a send that was permitted, or that is only recorded. One whose code is verified elsewhere says nothing about
    /// the share that is verified here.
    #[must_use]
    pub fn record_send(&self, rules: &CounterRules, origin: CodeOrigin, now: Timestamp) -> Self {
        let mut next = self.prune(now);
        if rules.per_hour > 0 {
            next.hour.add(Window::HOUR, next.now);
        }
        if rules.per_day > 0 || (rules.breaker.is_some() && origin.is_own()) {
            next.day.add(Window::DAY, next.now);
        }
        next.update_conversion(rules);
        next
    }

    /// Counts a verification. A stop ends if enough were verified after all; the second value tells whether one did.
    #[must_use]
    pub fn record_verified(&self, rules: &CounterRules, now: Timestamp) -> (Self, bool) {
        let mut next = self.prune(now);
        next.verified.add(Window::DAY, next.now);
        next.update_conversion(rules);
        let is_lifted =
            next.stopped_at.is_some() && rules.breaker.is_none_or(|breaker| next.has_enough(breaker));
        if is_lifted {
            next.stopped_at = None;
            next.reached = None;
        }
        (next, is_lifted)
    }

    /// Returns when nothing in the counter matters any more; `None` if that is so already.
    pub fn expires_at(&self) -> Option<Timestamp> {
        [
            self.hour.expires_at(Window::HOUR),
            self.day.expires_at(Window::DAY),
            self.verified.expires_at(Window::DAY),
            self.stopped_at.map(|at| at.plus(STOP_DURATION)),
        ]
        .into_iter()
        .flatten()
        .max()
    }

    fn prune(&self, now: Timestamp) -> Self {
        let mut next = self.clone();
        next.now = now.max(self.now);
        next.hour.prune(Window::HOUR, next.now);
        next.day.prune(Window::DAY, next.now);
        next.verified.prune(Window::DAY, next.now);
        next
    }

    /// Ends a stop that is over, with fresh counts: the sends that led to it would stop the key again at once. Begins one
    /// if too few sends were verified for long enough.
    fn update_stop(&mut self, rules: &CounterRules) {
        if rules.breaker.is_none() {
            self.stopped_at = None;
            self.low_since = None;
            return;
        }
        if self.stopped_at.is_some_and(|at| !at.is_within(STOP_DURATION, self.now)) {
            *self = Self { hour: self.hour.clone(), now: self.now, ..Self::default() };
        }
        self.update_conversion(rules);
        let is_low = self.low_since.is_some_and(|since| !since.is_within(CONVERSION_GRACE, self.now));
        if is_low && self.stopped_at.is_none() {
            self.stopped_at = Some(self.now);
        }
    }

    fn update_conversion(&mut self, rules: &CounterRules) {
        let sent = self.day.total();
        let is_low = rules.breaker.is_some_and(|Breaker { sends, percent }| {
            let verified = u64::from(self.verified.total());
            sent >= sends && verified * 100 < u64::from(sent) * u64::from(percent)
        });
        self.low_since = if is_low { self.low_since.or(Some(self.now)) } else { None };
    }

    /// Tells whether enough codes were verified to end a stop. That sends have left the window does not end it.
    fn has_enough(&self, Breaker { sends, percent }: Breaker) -> bool {
        let sent = self.day.total().max(sends);
        u64::from(self.verified.total()) * 100 >= u64::from(sent) * u64::from(percent)
    }

    /// Returns the limit that binds longest, with the time at which a stop began, and until when.
    fn find_limit(&self, rules: &CounterRules) -> Option<(Option<Timestamp>, Timestamp)> {
        let cap = |tally: &Tally, window, limit| {
            if limit == 0 { None } else { tally.reopens_at(window, limit).map(|at| (None, at)) }
        };
        [
            cap(&self.hour, Window::HOUR, rules.per_hour),
            cap(&self.day, Window::DAY, rules.per_day),
            self.stopped_at.map(|at| (Some(at), at.plus(STOP_DURATION))),
        ]
        .into_iter()
        .flatten()
        .max_by_key(|(_, until)| *until)
    }
}
