//! The state of a Durable Object that is a guard: in memory and in the object's storage.
//!
//! # Atomicity
//! The state is parsed once and kept in memory. [`LedgerStore::update`] reads it, decides and writes it without an await
//! in between, so no other event of the object falls between. The write itself is not awaited: the output gate of the
//! object holds every response back until it is safe, and resets the object if it fails
//! (<https://developers.cloudflare.com/durable-objects/reference/in-memory-state/>). While the object awaits KV, other
//! events may run; [`super::GuardService`] allows for that.

use core::cell::{Cell, RefCell};

use super::{GuardRequest, GuardResponse, GuardState};
use crate::ports::{Change, GuardClient, LedgerStore, StorageError};
use crate::time::{Seconds, Timestamp};

/// What expires at an instant has expired when the alarm runs.
const ALARM_DELAY: Seconds = Seconds(1);

/// The storage of a Durable Object, of which a guard uses one text and the alarm.
#[expect(async_fn_in_trait, reason = "wasm has one thread, so no future has to be Send")]
pub trait ObjectStorage {
    /// Reads the text; `None` if there is none.
    ///
    /// # Errors
    /// If the storage failed.
    async fn get(&self) -> Result<Option<String>, StorageError>;

    /// Starts to write the text. The output gate waits for it.
    ///
    /// # Errors
    /// If the write cannot be started.
    fn put(&self, text: &str) -> Result<(), StorageError>;

    /// Starts to delete the text. The output gate waits for it.
    ///
    /// # Errors
    /// If the deletion cannot be started.
    fn delete(&self) -> Result<(), StorageError>;

    /// Deletes everything, so that nothing remains of the object.
    ///
    /// # Errors
    /// If the storage failed.
    async fn delete_all(&self) -> Result<(), StorageError>;

    /// Starts to set the alarm.
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
    state: RefCell<Memory>,
    has_alarm: Cell<bool>,
}

/// What is in memory of the stored state.
#[derive(Debug)]
enum Memory {
    /// Nothing was read yet.
    Unread,
    /// The state as it is stored; `None` if there is none.
    Read(Option<GuardState>),
}

impl<S: ObjectStorage> GuardObject<S> {
    /// Creates the object over its storage. Nothing is read yet.
    pub const fn new(storage: S) -> Self {
        Self { storage, state: RefCell::new(Memory::Unread), has_alarm: Cell::new(false) }
    }

    /// Deletes everything once nothing in the state matters any more; otherwise sets the alarm again.
    ///
    /// # Errors
    /// If the storage failed, or the state cannot be read: deleting it would give the phone number new attempts.
    pub async fn expire(&self, now: Timestamp) -> Result<(), StorageError> {
        self.has_alarm.set(false);
        if let Some(at) = self.read().await?.and_then(|state| state.expires_at(now)) {
            return self.set_alarm(at);
        }
        self.state.replace(Memory::Read(None));
        self.storage.delete_all().await
    }

    /// Reads the stored state. A state that cannot be read is an error, never an absence.
    async fn read(&self) -> Result<Option<GuardState>, StorageError> {
        let Some(text) = self.storage.get().await? else { return Ok(None) };
        serde_json::from_str(&text).map(Some).map_err(|_| {
            self.storage.report_unreadable();
            StorageError
        })
    }

    fn is_loaded(&self) -> bool {
        matches!(*self.state.borrow(), Memory::Read(_))
    }

    /// Keeps what was read, unless another event has read or written the state in the meantime.
    fn keep(&self, state: Option<GuardState>) {
        let mut memory = self.state.borrow_mut();
        if matches!(*memory, Memory::Unread) {
            *memory = Memory::Read(state);
        }
    }

    /// Applies a decision to the state in memory and writes it, without an await.
    fn apply<T, E: From<StorageError>>(
        &self,
        mut decide: impl FnMut(Option<&GuardState>) -> Result<(Change, T), E>,
    ) -> Result<T, E> {
        let mut memory = self.state.borrow_mut();
        let Memory::Read(state) = &mut *memory else { return Err(StorageError.into()) };
        let (change, result) = decide(state.as_ref())?;
        match change {
            Change::Keep => {}
            Change::Put { state: next, expires_at } => {
                self.write(&next, expires_at)?;
                *state = Some(next);
            }
            Change::Delete => {
                self.storage.delete()?;
                *state = None;
            }
        }
        Ok(result)
    }

    /// An alarm that cannot be set is tried again with the next write: the state counts, its deletion does not.
    fn write(&self, state: &GuardState, expires_at: Timestamp) -> Result<(), StorageError> {
        self.storage.put(&serde_json::to_string(state).map_err(|_| StorageError)?)?;
        if !self.has_alarm.get() {
            let _ = self.set_alarm(expires_at);
        }
        Ok(())
    }

    fn set_alarm(&self, expires_at: Timestamp) -> Result<(), StorageError> {
        self.storage.set_alarm(expires_at.plus(ALARM_DELAY))?;
        self.has_alarm.set(true);
        Ok(())
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
        if self.object.is_loaded() {
            return Ok(());
        }
        let state = match (self.object.read().await?, self.rotation) {
            (None, Some(rotation)) => self.import(rotation).await?,
            (state, _) => state,
        };
        self.object.keep(state);
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
}

impl<S: ObjectStorage, G: GuardClient> LedgerStore for ObjectLedgerStore<'_, S, G> {
    async fn update<T, E: From<StorageError>>(
        &self,
        decide: impl FnMut(Option<&GuardState>) -> Result<(Change, T), E>,
    ) -> Result<T, E> {
        self.load().await?;
        self.object.apply(decide)
    }
}
