//! The active connector of this isolate: read from KV, parsed and opened once, used for 30 s. With the 60 s of KV's own
//! cache, a change is in force everywhere after 90 s.

use std::rc::Rc;

use edge_otp_core::connector::{CONNECTOR_KEY, LoadedConnector, SecretSealer, load_connector};
use edge_otp_core::ports::{ConnectorSource, KvStore, StorageError};

use super::WorkerPlatform;
use super::clock::now;

impl WorkerPlatform {
    /// Remembers the connector by its stored text.
    pub(super) fn remember_connector(&self, text: &str) -> Rc<LoadedConnector> {
        if (SecretSealer { keys: &self.keys }).may_need_renewal(text) {
            self.needs_renewal.set(true);
        }
        let load = |text: &str| load_connector(text, &self.keys, self.allowed_addresses);
        self.connector.set(text, now(), load)
    }
}

/// While KV fails, the connector that was read last is used.
impl ConnectorSource for WorkerPlatform {
    async fn active_connector(&self) -> Result<Option<Rc<LoadedConnector>>, StorageError> {
        if let Some(connector) = self.connector.fresh(now()) {
            return Ok(Some(connector));
        }
        match self.get(CONNECTOR_KEY).await {
            Ok(Some(text)) => Ok(Some(self.remember_connector(&text))),
            Ok(None) => {
                self.connector.clear();
                Ok(None)
            }
            Err(error) => self.connector.last_read(now()).map(Some).ok_or(error),
        }
    }
}
