//! The states of guard objects: a compare-and-swap store, and one that is atomic as a Durable Object is.

use std::borrow::Cow;

use edge_otp_core::guard::{CompareAndSwap, GuardRequest, GuardResponse, GuardState};
use edge_otp_core::ports::{Change, GuardClient, LedgerStore, PartedLedgerStore, StorageError};
use edge_otp_core::time::Seconds;

use super::calls::InjectedFault;
use super::{Call, Fault, InMemoryPlatform};

impl From<InjectedFault> for StorageError {
    fn from(_: InjectedFault) -> Self {
        Self
    }
}

impl CompareAndSwap for InMemoryPlatform {
    async fn load(&self, key: &str) -> Result<Option<String>, StorageError> {
        Ok(self.calls.perform(Call::Load, || self.states.borrow().get(key).cloned()).await?)
    }

    async fn swap(
        &self,
        key: &str,
        expected: Option<&str>,
        next: Option<&str>,
        _: Seconds,
    ) -> Result<bool, StorageError> {
        Ok(self.calls.perform(Call::Swap, || self.swap_now(key, expected, next)).await?)
    }
}

impl InMemoryPlatform {
    fn swap_now(&self, key: &str, expected: Option<&str>, next: Option<&str>) -> bool {
        if let Some(left) = self.lost_swaps.get().checked_sub(1) {
            self.lost_swaps.set(left);
            return false;
        }
        if self.states.borrow().get(key).map(String::as_str) != expected {
            return false;
        }
        self.set_state(key, next);
        true
    }

    fn set_state(&self, key: &str, next: Option<&str>) {
        let mut states = self.states.borrow_mut();
        match next {
            Some(text) => states.insert(key.to_owned(), text.to_owned()),
            None => states.remove(key),
        };
    }
}

/// The state of one guard object that decides and writes without an await in between. While a rotation runs, it takes
/// over the state under the previous name.
pub(crate) struct AtomicLedgerStore<'a> {
    pub(crate) platform: &'a InMemoryPlatform,
    pub(crate) name: Cow<'a, str>,
    pub(crate) previous: Option<&'a str>,
}

impl AtomicLedgerStore<'_> {
    fn read(&self) -> Result<Option<GuardState>, StorageError> {
        let states = self.platform.states.borrow();
        let text = states.get(&*self.name);
        text.map(|text| serde_json::from_str(text).map_err(|_| StorageError)).transpose()
    }

    async fn import(&self, previous: &str) -> Result<(), StorageError> {
        let export =
            GuardRequest::ExportState { to: self.name.clone().into_owned(), from: Some(previous.to_owned()) };
        let GuardResponse::StateExported(state) = self.platform.call(previous, None, &export).await? else {
            return Err(StorageError);
        };
        let text = state.map(|state| serde_json::to_string(&state).expect("a state has a JSON form"));
        if text.is_some() && self.read()?.is_none() {
            self.platform.set_state(&self.name, text.as_deref());
            let release = GuardRequest::ReleaseState { to: self.name.clone().into_owned() };
            let _ = self.platform.call(previous, None, &release).await;
        }
        Ok(())
    }

    fn write(&self, change: &Change) -> Result<(), StorageError> {
        let next = match change {
            Change::Keep => return Ok(()),
            Change::Delete => None,
            Change::Put { state, .. } => Some(serde_json::to_string(state).map_err(|_| StorageError)?),
        };
        let fault = self.platform.calls.begin(Call::Swap);
        if fault != Some(Fault::BeforeEffect) {
            self.platform.set_state(&self.name, next.as_deref());
        }
        if fault.is_some() { Err(StorageError) } else { Ok(()) }
    }
}

impl LedgerStore for AtomicLedgerStore<'_> {
    async fn update<T, E: From<StorageError>>(
        &self,
        mut decide: impl FnMut(Option<&GuardState>) -> Result<(Change, T), E>,
    ) -> Result<T, E> {
        self.platform.calls.perform(Call::Load, || ()).await.map_err(StorageError::from)?;
        if let (None, Some(previous)) = (self.read()?, self.previous) {
            self.import(previous).await?;
        }
        let (change, result) = decide(self.read()?.as_ref())?;
        self.write(&change)?;
        Ok(result)
    }
}

impl PartedLedgerStore for AtomicLedgerStore<'_> {
    type Part<'p>
        = AtomicLedgerStore<'p>
    where
        Self: 'p;

    fn part<'p>(&'p self, name: &'p str) -> Self::Part<'p> {
        let name = Cow::Owned(format!("{}:{name}", self.name));
        AtomicLedgerStore { platform: self.platform, name, previous: None }
    }
}
