//! The active connector of this isolate: read from KV, parsed and opened once, used for 30 s. With the 60 s of KV's own
//! cache, a change is in force everywhere after 90 s.

use std::cell::RefCell;
use std::rc::Rc;

use edge_otp_core::connector::{CONNECTOR_KEY, LoadedConnector, load_connector};
use edge_otp_core::keys::KeyRing;
use edge_otp_core::ports::{ConnectorSource, KvStore, StorageError};
use edge_otp_core::time::{Seconds, Timestamp};

use super::WorkerPlatform;
use super::clock::now;

/// How long a connector is used without reading it again.
const MAX_AGE: Seconds = Seconds(30);

pub(super) struct ConnectorCache {
    keys: Rc<KeyRing>,
    entry: RefCell<Option<Entry>>,
}

struct Entry {
    text: String,
    connector: Rc<LoadedConnector>,
    read_at: Timestamp,
}

impl ConnectorCache {
    pub(super) const fn new(keys: Rc<KeyRing>) -> Self {
        Self { keys, entry: RefCell::new(None) }
    }

    pub(super) fn clear(&self) {
        self.entry.replace(None);
    }

    /// Caches a connector by its stored text, which is parsed only if it has changed.
    pub(super) fn set(&self, text: &str) -> Rc<LoadedConnector> {
        let mut entry = self.entry.borrow_mut();
        let unchanged =
            entry.as_ref().filter(|entry| entry.text == text).map(|entry| Rc::clone(&entry.connector));
        let connector = unchanged.unwrap_or_else(|| Rc::new(load_connector(text, &self.keys)));
        let (text, read_at) = (text.to_owned(), now());
        *entry = Some(Entry { text, connector: Rc::clone(&connector), read_at });
        connector
    }

    fn get(&self, max_age: Option<Seconds>) -> Option<Rc<LoadedConnector>> {
        let entry = self.entry.borrow();
        let entry = entry.as_ref()?;
        let is_fresh = max_age.is_none_or(|max_age| entry.read_at.is_within(max_age, now()));
        is_fresh.then(|| Rc::clone(&entry.connector))
    }
}

/// While KV fails, the connector that was read last is used, however old it is.
impl ConnectorSource for WorkerPlatform {
    async fn active_connector(&self) -> Result<Option<Rc<LoadedConnector>>, StorageError> {
        if let Some(connector) = self.connector.get(Some(MAX_AGE)) {
            return Ok(Some(connector));
        }
        match self.get(CONNECTOR_KEY).await {
            Ok(Some(text)) => Ok(Some(self.connector.set(&text))),
            Ok(None) => {
                self.connector.clear();
                Ok(None)
            }
            Err(error) => self.connector.get(None).map(Some).ok_or(error),
        }
    }
}
