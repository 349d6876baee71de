//! Workers KV at its worst (<https://developers.cloudflare.com/kv/concepts/how-kv-works/>,
//! <https://developers.cloudflare.com/kv/platform/limits/>).

use core::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use edge_otp_core::ports::StorageError;
use edge_otp_core::time::{Seconds, Timestamp};

/// How many locations read and write.
pub(crate) const LOCATIONS: usize = 5;
/// How long a location remembers what it has read, in seconds.
const CACHE_LIFETIME: Seconds = Seconds(60);
/// How long a key accepts no other write, in seconds.
const WRITE_PAUSE: Seconds = Seconds(1);

/// A pseudo-random sequence (SplitMix64).
#[derive(Debug)]
pub(crate) struct Random(Cell<u64>);

impl Random {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(Cell::new(seed))
    }

    pub(crate) fn next(&self) -> u64 {
        let state = self.0.get().wrapping_add(0x9e37_79b9_7f4a_7c15);
        self.0.set(state);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Returns a number below `limit`.
    pub(crate) fn below(&self, limit: u64) -> u64 {
        self.next() % limit
    }

    /// Returns an index below `length`.
    pub(crate) fn index(&self, length: usize) -> usize {
        usize::try_from(self.below(length as u64)).expect("small")
    }

    pub(crate) fn chance(&self, percent: u64) -> bool {
        self.below(100) < percent
    }
}

#[derive(Clone, Debug)]
struct Entry {
    text: String,
    expires_at: Option<Timestamp>,
}

#[derive(Clone, Debug)]
struct Cached {
    /// `None`: there was nothing.
    text: Option<String>,
    at: Timestamp,
}

#[derive(Debug)]
pub(crate) struct HostileKv {
    random: Random,
    entries: RefCell<BTreeMap<String, Entry>>,
    caches: [RefCell<BTreeMap<String, Cached>>; LOCATIONS],
    last_writes: RefCell<BTreeMap<String, Timestamp>>,
    /// How many of a hundred operations fail.
    failures: Cell<u64>,
}

impl HostileKv {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            random: Random::new(seed),
            entries: RefCell::default(),
            caches: Default::default(),
            last_writes: RefCell::default(),
            failures: Cell::new(0),
        }
    }

    /// Makes so many of a hundred operations fail from now on.
    pub(crate) fn fail(&self, percent: u64) {
        self.failures.set(percent);
    }

    /// Tells whether every operation fails.
    pub(crate) const fn is_down(&self) -> bool {
        self.failures.get() >= 100
    }

    /// Reads in a location: what it remembers, else what is stored.
    pub(crate) fn get(
        &self,
        location: usize,
        key: &str,
        now: Timestamp,
    ) -> Result<Option<String>, StorageError> {
        if self.random.chance(self.failures.get()) {
            return Err(StorageError);
        }
        let mut cache = self.caches[location].borrow_mut();
        let is_fresh = |cached: &&Cached| cached.at.is_within(CACHE_LIFETIME, now);
        if let Some(cached) = cache.get(key).filter(is_fresh) {
            return Ok(cached.text.clone());
        }
        let entries = self.entries.borrow();
        let entry = entries.get(key).filter(|entry| entry.expires_at.is_none_or(|at| at > now));
        let text = entry.map(|entry| entry.text.clone());
        cache.insert(key.to_owned(), Cached { text: text.clone(), at: now });
        Ok(text)
    }

    /// Writes (`None` deletes) in a location, which may go on to read what it remembers.
    pub(crate) fn set(
        &self,
        location: usize,
        key: &str,
        value: Option<(&str, Option<Seconds>)>,
        now: Timestamp,
    ) -> Result<(), StorageError> {
        let last = self.last_writes.borrow().get(key).copied();
        if last.is_some_and(|at| at.is_within(WRITE_PAUSE, now)) {
            return Err(StorageError);
        }
        let fails = self.random.chance(self.failures.get());
        let has_effect = !fails || (!self.is_down() && self.random.chance(50));
        if has_effect {
            self.last_writes.borrow_mut().insert(key.to_owned(), now);
            let mut entries = self.entries.borrow_mut();
            let text = value.map(|(text, _)| text.to_owned());
            match value {
                Some((text, ttl)) => {
                    let expires_at = ttl.map(|ttl| now.plus(ttl));
                    entries.insert(key.to_owned(), Entry { text: text.to_owned(), expires_at })
                }
                None => entries.remove(key),
            };
            if self.random.chance(50) {
                self.caches[location].borrow_mut().insert(key.to_owned(), Cached { text, at: now });
            }
        }
        if fails { Err(StorageError) } else { Ok(()) }
    }
}
