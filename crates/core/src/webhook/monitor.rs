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
/// How many reports are remembered; the oldest one is forgotten first.
const CAPACITY: usize = 256;

/// What an isolate remembers.
#[derive(Debug, Default)]
pub struct Monitor {
    streak: Option<Streak>,
    /// When what was reported last.
    reported: BTreeMap<String, Timestamp>,
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
    /// - `limit.tripped` for what [`Trace::trip_limit`] has noted; at most once in [`PAUSE`] per limit and scope.
    pub fn observe(&mut self, event: &Event, trace: &Trace, now: Timestamp) -> Vec<Notice> {
        let mut notices = Vec::new();
        if let Some(lock) = trace.lock {
            notices.push(Notice::phone_locked(event, lock, now));
        }
        if let Some(tripped) = &trace.tripped {
            let subject = format!("{} {}", tripped.limit, tripped.scope.as_deref().unwrap_or_default());
            if self.is_due(subject, now) {
                notices.push(Notice::limit_tripped(event, tripped, now));
            }
        }
        if let Some(failures) = self.count_delivery(trace)
            && failures >= FAILURES
            && self.is_due(format!("connector {}", trace.connector_id.unwrap_or_default()), now)
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

    fn is_due(&mut self, subject: String, now: Timestamp) -> bool {
        if self.reported.get(&subject).is_some_and(|at| at.is_within(PAUSE, now)) {
            return false;
        }
        if self.reported.len() >= CAPACITY {
            self.reported.retain(|_, at| at.is_within(PAUSE, now));
            let oldest = self.reported.iter().min_by_key(|(_, at)| **at).map(|(subject, _)| subject.clone());
            if let Some(oldest) = oldest.filter(|_| self.reported.len() >= CAPACITY) {
                self.reported.remove(&oldest);
            }
        }
        self.reported.insert(subject, now);
        true
    }
}
