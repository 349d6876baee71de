//! The ports of the core over the platform's bindings.

pub(crate) mod clock;
mod connector_cache;
mod guard_client;
mod http;
mod kv;
pub(crate) mod random;
pub(crate) mod stream;

use std::rc::Rc;

use edge_otp_core::keys::KeyRing;
use edge_otp_core::ports::{MockLog, RandomError, RandomSource};
use worker::kv::KvStore;
use worker::{ObjectNamespace, console_log};

use connector_cache::ConnectorCache;
use random::SystemRandom;

/// The platform of this isolate.
pub(crate) struct WorkerPlatform {
    kv: KvStore,
    guard: ObjectNamespace,
    connector: ConnectorCache,
}

impl WorkerPlatform {
    /// Creates the platform over the bindings.
    pub(crate) fn new(kv: KvStore, guard: ObjectNamespace, keys: Rc<KeyRing>) -> Self {
        Self { kv, guard, connector: ConnectorCache::new(keys) }
    }

    /// Drops the cached connector, so that the next request reads it anew.
    pub(crate) fn forget_connector(&self) {
        self.connector.clear();
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
