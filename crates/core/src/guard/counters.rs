//! The operations of the objects that count sends against SMS pumping, and of the one that lists what is stopped.

use super::{GuardError, GuardResponse, GuardService, GuardState};
use crate::limits::{
    CodeOrigin, CounterKey, LimitKind, LimitMode, LimitReached, SendCounter, Stop, StopList,
};
use crate::ports::{
    Change, Clock, GuardClient, KvStore, LedgerStore, PartedLedgerStore, RandomSource, StorageError,
};
use crate::time::Timestamp;

impl<P: KvStore + GuardClient + Clock + RandomSource, L: PartedLedgerStore> GuardService<'_, P, L> {
    /// Counts a send in every counter, unless one does not permit it: then in none. Where limits are only recorded, in every
    /// one in any case.
    ///
    /// All counters are asked before one counts, so that what a prefix refuses does not count against its country. A send
    /// that falls in between may use up the last place of a later counter; then the earlier ones have counted one too many.
    pub(super) async fn count_send(
        &self,
        counters: &[CounterKey],
        origin: CodeOrigin,
    ) -> Result<GuardResponse, GuardError> {
        let is_recorded = self.policy.limits.mode == LimitMode::Record;
        let names: Vec<String> = counters.iter().map(CounterKey::part_name).collect();
        let parts: Vec<_> = names.iter().map(|name| self.ledger_store.part(name)).collect();
        let mut reached = Vec::new();
        // One counter alone decides and counts in one update.
        if !is_recorded && counters.len() > 1 {
            for (key, part) in counters.iter().zip(&parts) {
                reached.extend(self.update_counter(part, key.kind, Counting::Check).await?.reached);
            }
        }
        let counting = if is_recorded { Counting::Record(origin) } else { Counting::Count(origin) };
        for (key, part) in counters.iter().zip(&parts) {
            if !reached.is_empty() && !is_recorded {
                break;
            }
            reached.extend(self.update_counter(part, key.kind, counting).await?.reached);
        }
        Ok(GuardResponse::SendCounted(reached))
    }

    pub(super) async fn count_verified(&self, counters: &[CounterKey]) -> Result<GuardResponse, GuardError> {
        let mut lifted = Vec::new();
        for key in counters {
            let name = key.part_name();
            let part = self.ledger_store.part(&name);
            if self.update_counter(&part, key.kind, Counting::Verify).await?.is_lifted {
                lifted.push(key.kind);
            }
        }
        Ok(GuardResponse::VerifiedCounted(lifted))
    }

    pub(super) async fn clear_counter(&self, key: &CounterKey) -> Result<(), GuardError> {
        let name = key.part_name();
        self.update_counter(&self.ledger_store.part(&name), key.kind, Counting::Clear).await.map(drop)
    }

    /// The one place where a counter is read and written, so that its code is there once.
    async fn update_counter(
        &self,
        part: &L::Part<'_>,
        kind: LimitKind,
        counting: Counting,
    ) -> Result<Counted, GuardError> {
        let rules = self.policy.limits.rules(kind);
        let decide = |state: Option<&GuardState>| {
            if counting == Counting::Clear {
                return Ok((Change::Delete, Counted::default()));
            }
            let now = self.platform.now();
            let counter = counter_of(state, now)?;
            if counting == Counting::Verify {
                let (counter, is_lifted) = counter.record_verified(&rules, now);
                return Ok((put_counter(counter), Counted { reached: None, is_lifted }));
            }
            let (checked, limit) = counter.check(&rules, now);
            let reached = limit.map(|limit| LimitReached::new(kind, limit));
            let change = match counting {
                Counting::Count(origin) if reached.is_none() => {
                    put_counter(checked.record_send(&rules, origin, now))
                }
                Counting::Record(origin) => put_counter(checked.record_send(&rules, origin, now)),
                // A refusal that need not be reported is not worth a write.
                _ if reached.is_some_and(|reached| reached.is_due) => put_counter(checked),
                _ => Change::Keep,
            };
            Ok::<_, GuardError>((change, Counted { reached, is_lifted: false }))
        };
        part.update(decide).await
    }

    /// Changes the list of stops, or only reads it, and returns those that have not ended.
    pub(super) async fn update_stops(&self, update: StopUpdate<'_>) -> Result<Vec<Stop>, GuardError> {
        let decide = |state: Option<&GuardState>| {
            let now = self.platform.now();
            let stops = stops_of(state)?;
            let next = match update {
                StopUpdate::Read => return Ok((Change::Keep, stops.running(now))),
                StopUpdate::Add(stop) => stops.with(stop.clone(), now),
                StopUpdate::Remove(kind, key, shard) => stops.without(kind, key, shard, now),
            };
            let running = next.running(now);
            let change = match next.expires_at() {
                Some(expires_at) => Change::Put { state: GuardState::Stops(next), expires_at },
                None => Change::Delete,
            };
            Ok::<_, GuardError>((change, running))
        };
        self.ledger_store.update(decide).await
    }
}

/// What an update of a counter does.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Counting {
    /// Nothing is counted.
    Check,
    /// The send is counted if it is permitted.
    Count(CodeOrigin),
    /// The send is counted in any case.
    Record(CodeOrigin),
    /// A verification is counted.
    Verify,
    /// The counter is deleted.
    Clear,
}

/// The result of an update of a counter.
#[derive(Clone, Copy, Default)]
struct Counted {
    /// The limit that does not permit the send.
    reached: Option<LimitReached>,
    /// Whether a verification has ended a stop.
    is_lifted: bool,
}

/// What an update of the list of stops does.
#[derive(Clone, Copy)]
pub(super) enum StopUpdate<'a> {
    /// Nothing.
    Read,
    /// Adds or replaces a stop.
    Add(&'a Stop),
    /// Removes the stop of a key, in one shard or in all.
    Remove(LimitKind, &'a str, Option<u32>),
}

/// A state of another kind, or from the future, is a storage failure: nothing may be sent because a counter is broken.
fn counter_of(state: Option<&GuardState>, now: Timestamp) -> Result<SendCounter, StorageError> {
    match state {
        None => Ok(SendCounter::default()),
        Some(GuardState::Counter(counter)) if !counter.is_ahead_of(now) => Ok(counter.clone()),
        Some(_) => Err(StorageError),
    }
}

fn stops_of(state: Option<&GuardState>) -> Result<StopList, StorageError> {
    match state {
        None => Ok(StopList::default()),
        Some(GuardState::Stops(stops)) => Ok(stops.clone()),
        Some(_) => Err(StorageError),
    }
}

fn put_counter(counter: SendCounter) -> Change {
    match counter.expires_at() {
        Some(expires_at) => Change::Put { state: GuardState::Counter(counter), expires_at },
        None => Change::Delete,
    }
}
