//! The active connector: one KV key, kept in the isolate for 30 s.

use core::cell::RefCell;
use std::rc::Rc;

use crate::connector::{Connector, gate};
use crate::error::Result;
use crate::js::{Kv, Runtime};
use crate::keys::Keys;
use crate::management::CONNECTOR;
use crate::ports::{Ambient, ConnectorStore, Shelf};
use crate::time::{Seconds, Timestamp};
use crate::vault::Vault;

/// How long an isolate works with the connector it has read. KV's own cache adds 60 s at most: 90 s in all.
const CONNECTOR_FRESH: Seconds = Seconds(30);

struct Cached {
    connector: Rc<Connector>,
    read_at: Timestamp,
}

thread_local! {
    // Checked, then set: never a future that two requests await, which the runtime would cancel.
    static ACTIVE: RefCell<Option<Cached>> = const { RefCell::new(None) };
}

/// The active connector, kept in the isolate for 30 s. A missing or broken one is not kept, so that setting it up
/// or mending it shows at once; while KV does not answer, the last good one serves.
pub(super) struct Connectors<'a> {
    pub(super) kv: Kv,
    pub(super) keys: &'a Keys,
    pub(super) allow_mock: bool,
}

impl Connectors<'_> {
    /// Forgets what the isolate has read, after a change.
    pub(super) fn forget() {
        ACTIVE.set(None);
    }
}

impl ConnectorStore for Connectors<'_> {
    async fn load(&self) -> Result<Option<Rc<Connector>>> {
        let now = Runtime.now();
        let cached = ACTIVE.with_borrow(|cached| {
            cached
                .as_ref()
                .map(|cached| (Rc::clone(&cached.connector), cached.read_at.within(CONNECTOR_FRESH, now)))
        });
        if let Some((connector, true)) = cached {
            return Ok(Some(connector));
        }
        let text = match (self.kv.get(CONNECTOR).await, cached) {
            (Ok(Some(text)), _) => text,
            (Ok(None), _) => {
                ACTIVE.set(None);
                return Ok(None);
            }
            (Err(_), Some((connector, _))) => return Ok(Some(connector)),
            (Err(error), None) => return Err(error),
        };
        let (provider, config) = Connector::stored(&text)?;
        gate(provider, self.allow_mock)?;
        let vault = Vault { keys: self.keys, ambient: &Runtime };
        let connector = Rc::new(Connector::new(provider, &vault.opened(provider, &config).await?)?);
        ACTIVE.set(Some(Cached { connector: Rc::clone(&connector), read_at: now }));
        Ok(Some(connector))
    }
}
