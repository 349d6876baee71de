//! A ledger store over any store with an atomic compare-and-swap: Redis, SQL, memory.

use core::cell::RefCell;
use std::borrow::Cow;
use std::rc::Rc;

use super::{GuardState, hand_over, release};
use crate::ports::{Change, Clock, LedgerStore, PartedLedgerStore, StorageError};
use crate::time::Seconds;

/// How often a swap may fail because of concurrent updates before the store gives up.
const MAX_SWAPS: u32 = 64;

/// A store of texts with an atomic compare-and-swap.
#[expect(async_fn_in_trait, reason = "wasm has one thread, so no future has to be Send")]
pub trait CompareAndSwap {
    /// Reads a text; `None` if there is none.
    ///
    /// # Errors
    /// If the store failed.
    async fn load(&self, key: &str) -> Result<Option<String>, StorageError>;

    /// Replaces `expected` by `next` (`None`: absent) if `expected` is what is stored, and tells whether it was. `ttl` is
    /// how long `next` may matter.
    ///
    /// # Errors
    /// If the store failed.
    async fn swap(
        &self,
        key: &str,
        expected: Option<&str>,
        next: Option<&str>,
        ttl: Seconds,
    ) -> Result<bool, StorageError>;
}

/// The state of one guard object in a [`CompareAndSwap`] store. While a rotation of the root secret runs, the state under
/// the previous name is taken over, so that a new secret gives nobody new attempts.
#[derive(Debug)]
pub struct CasLedgerStore<'a, S, C> {
    store: &'a S,
    clock: &'a C,
    name: Cow<'a, str>,
    previous: Option<&'a str>,
    /// The state as it was read or written last; a swap fails if it has changed since.
    known: RefCell<Option<Rc<Known>>>,
}

#[derive(Debug)]
struct Known {
    /// What is stored under the object's own name.
    own: Option<String>,
    /// What counts: the state in that text, or in the one under the previous name.
    state: Option<GuardState>,
}

impl<'a, S: CompareAndSwap, C: Clock> CasLedgerStore<'a, S, C> {
    /// Creates the store of the object `name`.
    pub const fn new(store: &'a S, clock: &'a C, name: &'a str, previous: Option<&'a str>) -> Self {
        Self { store, clock, name: Cow::Borrowed(name), previous, known: RefCell::new(None) }
    }

    async fn load(&self) -> Result<Rc<Known>, StorageError> {
        if let Some(known) = self.known.borrow().clone() {
            return Ok(known);
        }
        for _ in 0..MAX_SWAPS {
            let own = self.store.load(&self.name).await?;
            let known = match (own, self.previous) {
                (None, Some(previous)) => match self.take_over(previous).await? {
                    Some(known) => known,
                    None => continue,
                },
                (own, _) => Known { state: parse(own.as_deref())?, own },
            };
            let known = Rc::new(known);
            self.known.replace(Some(Rc::clone(&known)));
            return Ok(known);
        }
        Err(StorageError)
    }

    /// Takes the state over from the previous name and stores it, so that the previous name need not keep it. `None` if
    /// another has stored one in the meantime.
    async fn take_over(&self, previous: &str) -> Result<Option<Known>, StorageError> {
        let Some(state) = self.import(previous).await? else {
            // There was none, or another has taken it over since the own name was read.
            let is_absent = self.store.load(&self.name).await?.is_none();
            return Ok(is_absent.then_some(Known { own: None, state: None }));
        };
        let now = self.clock.now();
        let Some(expires_at) = state.expires_at(now) else {
            return Ok(Some(Known { own: None, state: Some(state) }));
        };
        let text = serde_json::to_string(&state).map_err(|_| StorageError)?;
        if !self.store.swap(&self.name, None, Some(&text), now.until(expires_at)).await? {
            return Ok(None);
        }
        self.release(previous).await;
        Ok(Some(Known { own: Some(text), state: Some(state) }))
    }

    /// Removes the state from the marker under the previous name. Best effort: a state that stays there comes back after it
    /// was deleted here, which is too strict and not too lax.
    async fn release(&self, previous: &str) {
        let Ok(text) = self.store.load(previous).await else { return };
        let Ok(marker) = parse(text.as_deref()) else { return };
        let Change::Put { state, expires_at } = release(marker.as_ref(), &self.name) else { return };
        let Ok(marker) = serde_json::to_string(&state) else { return };
        let ttl = self.clock.now().until(expires_at);
        let _ = self.store.swap(previous, text.as_deref(), Some(&marker), ttl).await;
    }

    /// Takes the state over from the previous name, where it leaves a marker that sends others here.
    async fn import(&self, previous: &str) -> Result<Option<GuardState>, StorageError> {
        for _ in 0..MAX_SWAPS {
            let text = self.store.load(previous).await?;
            let now = self.clock.now();
            let (change, state) =
                hand_over(parse(text.as_deref())?.as_ref(), &self.name, Some(previous), now)?;
            let Change::Put { state: marker, expires_at } = change else { return Ok(state) };
            let marker = serde_json::to_string(&marker).map_err(|_| StorageError)?;
            let ttl = now.until(expires_at);
            if self.store.swap(previous, text.as_deref(), Some(&marker), ttl).await? {
                return Ok(state);
            }
        }
        Err(StorageError)
    }

    async fn swap(&self, known: &Known, change: Change) -> Result<bool, StorageError> {
        let (next, ttl) = match change {
            Change::Keep => return Ok(true),
            Change::Delete => (Known { own: None, state: None }, Seconds(0)),
            Change::Put { state, expires_at } => {
                let text = serde_json::to_string(&state).map_err(|_| StorageError)?;
                let next = Known { own: Some(text), state: Some(state) };
                (next, self.clock.now().until(expires_at))
            }
        };
        let swapped = self.store.swap(&self.name, known.own.as_deref(), next.own.as_deref(), ttl).await?;
        self.known.replace(swapped.then(|| Rc::new(next)));
        Ok(swapped)
    }
}

impl<S: CompareAndSwap, C: Clock> LedgerStore for CasLedgerStore<'_, S, C> {
    async fn update<T, E: From<StorageError>>(
        &self,
        mut decide: impl FnMut(Option<&GuardState>) -> Result<(Change, T), E>,
    ) -> Result<T, E> {
        for _ in 0..MAX_SWAPS {
            let known = self.load().await?;
            let (change, result) = decide(known.state.as_ref())?;
            if self.swap(&known, change).await? {
                return Ok(result);
            }
        }
        Err(StorageError.into())
    }

    fn forget(&self) {
        self.known.replace(None);
    }
}

/// A part is a text of its own, beside that of the object.
impl<S: CompareAndSwap, C: Clock> PartedLedgerStore for CasLedgerStore<'_, S, C> {
    type Part<'p>
        = CasLedgerStore<'p, S, C>
    where
        Self: 'p;

    fn part<'p>(&'p self, name: &'p str) -> Self::Part<'p> {
        let name = Cow::Owned(format!("{}:{name}", self.name));
        CasLedgerStore {
            store: self.store,
            clock: self.clock,
            name,
            previous: None,
            known: RefCell::new(None),
        }
    }
}

/// A text that cannot be read is a storage failure: nobody may pass because a ledger is broken.
fn parse(text: Option<&str>) -> Result<Option<GuardState>, StorageError> {
    text.map(|text| serde_json::from_str(text).map_err(|_| StorageError)).transpose()
}
