//! The state of a Durable Object that is a guard: in memory and in the object's storage.
//!
//! # Atomicity
//! The state is parsed once and kept in memory. [`LedgerStore::update`] reads it, decides and writes it without an await
//! in between, so no other event of the object falls between. The write itself is not awaited: the output gate of the
//! object holds every response back until it is safe, and resets the object if it fails
//! (<https://developers.cloudflare.com/durable-objects/reference/in-memory-state/>). While the object awaits KV, other
//! events may run; [`super::GuardService`] allows for that.

use core::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use super::{GuardRequest, GuardResponse, GuardState};
use crate::ports::{Change, GuardClient, LedgerStore, PartedLedgerStore, StorageError};
use crate::time::{HOUR, Seconds, Timestamp};

/// The key of the main state in an object's storage. The parts are beside it, under their names.
const STATE_KEY: &str = "state";
/// How many parts stay in memory.
const MAX_PARTS_IN_MEMORY: usize = 2_000;

/// What expires at an instant has expired when the alarm runs.
const ALARM_DELAY: Seconds = Seconds(1);

/// The storage of a Durable Object, of which a guard uses texts by key and the alarm.
#[expect(async_fn_in_trait, reason = "wasm has one thread, so no future has to be Send")]
pub trait ObjectStorage {
    /// Reads a text; `None` if there is none.
    ///
    /// # Errors
    /// If the storage failed.
    async fn get(&self, key: &str) -> Result<Option<String>, StorageError>;

    /// Starts to write a text. The output gate waits for it.
    ///
    /// # Errors
    /// If the write cannot be started.
    fn put(&self, key: &str, text: &str) -> Result<(), StorageError>;

    /// Starts to delete a text. The output gate waits for it.
    ///
    /// # Errors
    /// If the deletion cannot be started.
    fn delete(&self, key: &str) -> Result<(), StorageError>;

    /// Reads texts with their keys, in the order of the keys: the first after `after`, or of all. Some at a time; none only
    /// if there are no more.
    ///
    /// # Errors
    /// If the storage failed.
    async fn list(&self, after: Option<&str>) -> Result<Vec<(String, String)>, StorageError>;

    /// Deletes everything, so that nothing remains of the object.
    ///
    /// # Errors
    /// If the storage failed.
    async fn delete_all(&self) -> Result<(), StorageError>;

    /// Reads when the alarm runs; `None` if none is set.
    ///
    /// # Errors
    /// If the storage failed.
    async fn alarm(&self) -> Result<Option<Timestamp>, StorageError>;

    /// Starts to set the alarm, in place of one that is set.
    ///
    /// # Errors
    /// If it cannot be set.
    fn set_alarm(&self, at: Timestamp) -> Result<(), StorageError>;

    /// Logs that the stored text is no state. It stays, and every call of the object fails until it is deleted by hand.
    fn report_unreadable(&self);
}

/// The state of one guard object.
#[derive(Debug)]
pub struct GuardObject<S> {
    storage: S,
    main: Slot,
    /// The parts in memory, by name.
    parts: RefCell<BTreeMap<String, Rc<Slot>>>,
    /// When the alarm runs; `None` if none is known to be set.
    alarm: Cell<Option<Timestamp>>,
}

/// One state: the main one or a part.
#[derive(Debug)]
struct Slot {
    key: String,
    memory: RefCell<Memory>,
}

impl Slot {
    fn new(key: &str) -> Self {
        Self { key: key.to_owned(), memory: RefCell::new(Memory::Unread) }
    }

    fn is_loaded(&self) -> bool {
        matches!(*self.memory.borrow(), Memory::Read(_))
    }

    /// Keeps what was read, unless another event has read or written the state in the meantime.
    fn keep(&self, state: Option<GuardState>) {
        let mut memory = self.memory.borrow_mut();
        if matches!(*memory, Memory::Unread) {
            *memory = Memory::Read(state);
        }
    }
}

/// What is in memory of a stored state.
#[derive(Debug)]
enum Memory {
    /// Nothing was read yet.
    Unread,
    /// The state as it is stored; `None` if there is none.
    Read(Option<GuardState>),
}

impl<S: ObjectStorage> GuardObject<S> {
    /// Creates the object over its storage. Nothing is read yet.
    pub fn new(storage: S) -> Self {
        let main = Slot::new(STATE_KEY);
        Self { storage, main, parts: RefCell::default(), alarm: Cell::new(None) }
    }

    /// Deletes everything once nothing in the state matters any more; otherwise deletes the parts that do not and sets the
    /// alarm again.
    ///
    /// # Errors
    /// If the storage failed: the alarm is to be run again. Also if a state cannot be read: it stays, because deleting it
    /// would give the phone number new attempts; what can be read was cleaned up.
    pub async fn expire(&self, now: Timestamp) -> Result<(), StorageError> {
        self.alarm.set(None);
        let mut expiries = Vec::new();
        let mut expired = Vec::new();
        let mut has_unreadable = false;
        let mut after = None;
        loop {
            let entries = self.storage.list(after.as_deref()).await?;
            let Some((last, _)) = entries.last() else { break };
            after = Some(last.clone());
            for (key, text) in entries {
                match self.parse(&text).map(|state| state.expires_at(now)) {
                    Ok(Some(at)) => expiries.push(at),
                    Ok(None) => expired.push(key),
                    Err(StorageError) => has_unreadable = true,
                }
            }
        }
        if expiries.is_empty() && !has_unreadable {
            self.forget();
            return self.storage.delete_all().await;
        }
        for key in expired {
            self.storage.delete(&key)?;
        }
        self.forget();
        if let Some(first) = expiries.iter().min() {
            // Of many parts some end all the time; they are deleted together.
            self.set_alarm(if expiries.len() > 1 { (*first).max(now.plus(HOUR)) } else { *first })?;
        }
        if has_unreadable { Err(StorageError) } else { Ok(()) }
    }

    /// Drops what is in memory and in no call's use; all of it is stored.
    fn forget(&self) {
        self.main.memory.replace(Memory::Unread);
        self.forget_unused_parts();
    }

    fn forget_unused_parts(&self) {
        self.parts.borrow_mut().retain(|_, slot| Rc::strong_count(slot) > 1);
    }

    /// Keeps and stores a state that was taken over, unless another event has read or written one in the meantime. Returns
    /// whether it stored one.
    fn keep_imported(&self, imported: Option<GuardState>) -> Result<bool, StorageError> {
        if self.main.is_loaded() {
            return Ok(false);
        }
        // Whatever the time is: a state that no longer matters is deleted by the alarm at once.
        let expires_at = imported.as_ref().and_then(|state| state.expires_at(Timestamp(0)));
        if let (Some(state), Some(expires_at)) = (&imported, expires_at) {
            self.write(&self.main, state, expires_at)?;
        }
        self.main.keep(imported);
        Ok(expires_at.is_some())
    }

    /// Reads a stored state. A state that cannot be read is an error, never an absence.
    async fn read(&self, slot: &Slot) -> Result<Option<GuardState>, StorageError> {
        let text = self.storage.get(&slot.key).await?;
        text.map(|text| self.parse(&text)).transpose()
    }

    fn parse(&self, text: &str) -> Result<GuardState, StorageError> {
        serde_json::from_str(text).map_err(|_| {
            self.storage.report_unreadable();
            StorageError
        })
    }

    /// Returns the part with a name. If many are in memory, those that no call uses are dropped.
    fn part(&self, name: &str) -> Rc<Slot> {
        if self.parts.borrow().len() >= MAX_PARTS_IN_MEMORY {
            self.forget_unused_parts();
        }
        let mut parts = self.parts.borrow_mut();
        Rc::clone(parts.entry(name.to_owned()).or_insert_with(|| Rc::new(Slot::new(name))))
    }

    /// Applies a decision to a state in memory and writes it, without an await.
    fn apply<T, E: From<StorageError>>(
        &self,
        slot: &Slot,
        mut decide: impl FnMut(Option<&GuardState>) -> Result<(Change, T), E>,
    ) -> Result<T, E> {
        let mut memory = slot.memory.borrow_mut();
        let Memory::Read(state) = &mut *memory else { return Err(StorageError.into()) };
        let (change, result) = decide(state.as_ref())?;
        match change {
            Change::Keep => {}
            Change::Put { state: next, expires_at } => {
                self.write(slot, &next, expires_at)?;
                *state = Some(next);
            }
            Change::Delete => {
                self.storage.delete(&slot.key)?;
                *state = None;
            }
        }
        Ok(result)
    }

    /// An alarm that cannot be set is tried again with the next write: the state counts, its deletion does not.
    fn write(&self, slot: &Slot, state: &GuardState, expires_at: Timestamp) -> Result<(), StorageError> {
        self.storage.put(&slot.key, &serde_json::to_string(state).map_err(|_| StorageError)?)?;
        if self.alarm.get().is_none_or(|alarm| alarm > expires_at.plus(ALARM_DELAY)) {
            let _ = self.set_alarm(expires_at);
        }
        Ok(())
    }

    fn set_alarm(&self, expires_at: Timestamp) -> Result<(), StorageError> {
        let alarm = expires_at.plus(ALARM_DELAY);
        self.storage.set_alarm(alarm)?;
        self.alarm.set(Some(alarm));
        Ok(())
    }

    /// Learns of an alarm that was set before the object was in memory: a later one in its place would delay the deletion
    /// of what is stored, at every load again. One that cannot be read counts as none.
    async fn read_alarm(&self) {
        if self.alarm.get().is_some() {
            return;
        }
        let stored = self.storage.alarm().await.unwrap_or_default();
        self.alarm.set(self.alarm.get().or(stored));
    }
}

/// The names of a guard object while a rotation of the root secret runs.
#[derive(Clone, Copy, Debug)]
pub struct Rotation<'a> {
    /// Its own name, under the current root secret.
    pub name: &'a str,
    /// Its name under the previous root secret.
    pub previous: &'a str,
}

/// The state of a guard object as one call sees it.
#[derive(Debug)]
pub struct ObjectLedgerStore<'a, S, G> {
    /// The object.
    pub object: &'a GuardObject<S>,
    /// Reaches the object that the previous root secret names.
    pub guard: &'a G,
    /// While a rotation of the root secret runs.
    pub rotation: Option<Rotation<'a>>,
}

impl<S: ObjectStorage, G: GuardClient> ObjectLedgerStore<'_, S, G> {
    async fn load(&self) -> Result<(), StorageError> {
        let object = self.object;
        if object.main.is_loaded() {
            return Ok(());
        }
        let stored = object.read(&object.main).await?;
        // A phone number's object has no parts: without a state it has no alarm either.
        if stored.is_some() {
            object.read_alarm().await;
        }
        let Some(rotation) = self.rotation.filter(|_| stored.is_none()) else {
            object.main.keep(stored);
            return Ok(());
        };
        let imported = self.import(rotation).await?;
        if object.keep_imported(imported)? {
            self.release(rotation).await;
        }
        Ok(())
    }

    /// Takes over the state of the object that the previous root secret names: a new secret gives nobody new attempts.
    async fn import(
        &self,
        Rotation { name, previous }: Rotation<'_>,
    ) -> Result<Option<GuardState>, StorageError> {
        let export = GuardRequest::ExportState { to: name.to_owned(), from: Some(previous.to_owned()) };
        match self.guard.call(previous, None, &export).await? {
            GuardResponse::StateExported(state) => Ok(state),
            _ => Err(StorageError),
        }
    }

    /// Tells the object that the state is stored here; the output gate holds that back until it is. Best effort: a state
    /// that is not released comes back after it was deleted here, which is too strict and not too lax.
    async fn release(&self, Rotation { name, previous }: Rotation<'_>) {
        let release = GuardRequest::ReleaseState { to: name.to_owned() };
        let _ = self.guard.call(previous, None, &release).await;
    }
}

impl<S: ObjectStorage, G: GuardClient> LedgerStore for ObjectLedgerStore<'_, S, G> {
    async fn update<T, E: From<StorageError>>(
        &self,
        decide: impl FnMut(Option<&GuardState>) -> Result<(Change, T), E>,
    ) -> Result<T, E> {
        self.load().await?;
        self.object.apply(&self.object.main, decide)
    }
}

impl<S: ObjectStorage, G: GuardClient> PartedLedgerStore for ObjectLedgerStore<'_, S, G> {
    type Part<'p>
        = ObjectPart<'p, S>
    where
        Self: 'p;

    fn part<'p>(&'p self, name: &'p str) -> Self::Part<'p> {
        ObjectPart { object: self.object, slot: self.object.part(name) }
    }
}

/// A part of a guard object's state.
#[derive(Debug)]
pub struct ObjectPart<'a, S> {
    object: &'a GuardObject<S>,
    slot: Rc<Slot>,
}

impl<S: ObjectStorage> LedgerStore for ObjectPart<'_, S> {
    async fn update<T, E: From<StorageError>>(
        &self,
        decide: impl FnMut(Option<&GuardState>) -> Result<(Change, T), E>,
    ) -> Result<T, E> {
        if !self.slot.is_loaded() {
            let stored = self.object.read(&self.slot).await?;
            // Of other parts, if not of this one.
            self.object.read_alarm().await;
            self.slot.keep(stored);
        }
        self.object.apply(&self.slot, decide)
    }
}
