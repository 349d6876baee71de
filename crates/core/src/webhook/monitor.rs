//! When a notice is due. An isolate remembers only what it has seen itself, in memory: deployed in many places, each counts
//! and reports for itself.

use std::collections::BTreeMap;

use super::notice::Notice;
use crate::event::{Event, Trace};
use crate::time::{HOUR, Seconds, Timestamp};

/// How many sends in a row fail before a connector is reported.
pub const FAILURES: u32 = 5;
/// For how long the same is not reported again, whatever happens in between: a failing connector, a tripped limit.
pub const PAUSE: Seconds = HOUR;
/// How many scopes of a limit are reported in [`PAUSE`], and remembered. What an attacker can make more of are prefixes;
/// their country trips, too.
pub const SCOPES: usize = 256;

/// What an isolate remembers.
#[derive(Debug, Default)]
pub struct Monitor {
    streak: Option<Streak>,
    /// When what was reported last, by limit and scope; `connector` is beside the limits.
    reported: BTreeMap<&'static str, BTreeMap<String, Timestamp>>,
}

/// Sends through one connector that have failed one after the other.
#[derive(Debug)]
struct Streak {
    connector_id: &'static str,
    failures: u32,
}

impl Monitor {
    /// Takes note of what was decided, and returns the notices that are due.
    ///
    /// - `phone.locked` for each wrong code that locks a number;
    /// - `connector.failing` once [`FAILURES`] sends in a row were refused for another reason than their number, or have an
    ///   unknown outcome; at most once in [`PAUSE`] per connector;
    /// - `limit.tripped` for what [`Trace::trip_limit`] has noted; at most once in [`PAUSE`] per limit and scope, for at
    ///   most [`SCOPES`] scopes of a limit.
    pub fn observe(&mut self, event: &Event, trace: &Trace, now: Timestamp) -> Vec<Notice> {
        let mut notices = Vec::new();
        if let Some(lock) = trace.lock {
            notices.push(Notice::phone_locked(event, lock, now));
        }
        if let Some(tripped) = &trace.tripped
            && self.is_due(tripped.limit, tripped.scope.as_deref().unwrap_or_default(), now)
        {
            notices.push(Notice::limit_tripped(event, tripped, now));
        }
        if let Some(failures) = self.count_delivery(trace)
            && failures >= FAILURES
            && self.is_due("connector", trace.connector_id.unwrap_or_default(), now)
        {
            notices.push(Notice::connector_failing(event, failures, now));
        }
        notices
    }

    /// Counts the result of a send; returns how many in a row have failed, if this one has.
    fn count_delivery(&mut self, trace: &Trace) -> Option<u32> {
        let connector_id = trace.connector_id?;
        if trace.delivery?.works? {
            self.streak = None;
            return None;
        }
        let known = self.streak.as_ref().filter(|streak| streak.connector_id == connector_id);
        let failures = known.map_or(0, |streak| streak.failures).saturating_add(1);
        self.streak = Some(Streak { connector_id, failures });
        Some(failures)
    }

    fn is_due(&mut self, limit: &'static str, scope: &str, now: Timestamp) -> bool {
        let reported = self.reported.entry(limit).or_default();
        if reported.get(scope).is_some_and(|at| at.is_within(PAUSE, now)) {
            return false;
        }
        if reported.len() >= SCOPES {
            reported.retain(|_, at| at.is_within(PAUSE, now));
        }
        let has_room = reported.len() < SCOPES;
        if has_room {
            reported.insert(scope.to_owned(), now);
        }
        has_room
    }
}
