//! The ports of the core over the platform's bindings.

pub(crate) mod clock;
mod connector_cache;
mod guard_client;
mod http;
mod kv;
pub(crate) mod random;
pub(crate) mod stream;

use std::cell::Cell;
use std::rc::Rc;

use edge_otp_core::connector::ConnectorCache;
use edge_otp_core::keys::KeyRing;
use edge_otp_core::ports::{MockLog, RandomError, RandomSource};
use edge_otp_core::provider::AllowedAddresses;
use edge_otp_core::service::renew_seals;
use wasm_bindgen::JsValue;
use worker::{ObjectNamespace, console_error, console_log};

use random::SystemRandom;

/// The platform of this isolate.
pub(crate) struct WorkerPlatform {
    /// The KV namespace as the platform gives it, for `storage.js`.
    kv: JsValue,
    guard: ObjectNamespace,
    keys: Rc<KeyRing>,
    allowed_addresses: AllowedAddresses,
    connector: ConnectorCache,
    /// Whether the connector was read with a seal of the previous key.
    needs_renewal: Cell<bool>,
}

impl WorkerPlatform {
    /// Creates the platform over the bindings.
    pub(crate) const fn new(
        kv: JsValue,
        guard: ObjectNamespace,
        keys: Rc<KeyRing>,
        allowed_addresses: AllowedAddresses,
    ) -> Self {
        let needs_renewal = Cell::new(false);
        Self { kv, guard, keys, allowed_addresses, connector: ConnectorCache::new(), needs_renewal }
    }

    /// Makes the next request read the connector anew, which may have been corrected.
    pub(crate) fn mark_connector_stale(&self) {
        self.connector.mark_stale();
    }

    /// Tells, once, whether a seal of the previous key was read since it was asked last.
    pub(crate) fn take_needs_renewal(&self) -> bool {
        self.needs_renewal.take()
    }

    /// Seals anew what the previous key has sealed, best effort: until then it opens with that key.
    pub(crate) async fn renew_seals(&self) {
        if renew_seals(self, &self.keys).await.is_err() {
            console_error!(
                "the connector was not sealed with the current key; the next operation tries again"
            );
        }
    }
}

impl RandomSource for WorkerPlatform {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), RandomError> {
        SystemRandom.fill(buffer)
    }
}

impl MockLog for WorkerPlatform {
    fn print(&self, line: &str) {
        console_log!("{line}");
    }
}
