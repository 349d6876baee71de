//! The active connector as an isolate remembers it: parsed and opened once per stored text.

use core::cell::RefCell;
use core::fmt;
use std::rc::Rc;

use super::LoadedConnector;
use crate::time::{Seconds, Timestamp};

/// How long a connector is used without reading it again.
const MAX_AGE: Seconds = Seconds(30);
/// How long the connector that was read last serves while it cannot be read.
const MAX_AGE_IN_FAILURE: Seconds = Seconds(600);

/// Remembers the connector that was read last.
#[derive(Default)]
pub struct ConnectorCache {
    entry: RefCell<Option<Entry>>,
}

impl fmt::Debug for ConnectorCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ConnectorCache")
    }
}

struct Entry {
    text: String,
    connector: Rc<LoadedConnector>,
    read_at: Timestamp,
    is_stale: bool,
}

impl ConnectorCache {
    /// Creates an empty cache.
    pub const fn new() -> Self {
        Self { entry: RefCell::new(None) }
    }

    /// Forgets the connector: there is none.
    pub fn clear(&self) {
        self.entry.replace(None);
    }

    /// Makes the next request read the connector again, because it may have been corrected. It still serves if that fails.
    pub fn mark_stale(&self) {
        if let Some(entry) = self.entry.borrow_mut().as_mut() {
            entry.is_stale = true;
        }
    }

    /// Remembers a connector by its stored text, which is loaded only if it has changed.
    pub fn set(
        &self,
        text: &str,
        now: Timestamp,
        load: impl FnOnce(&str) -> LoadedConnector,
    ) -> Rc<LoadedConnector> {
        let mut entry = self.entry.borrow_mut();
        let unchanged =
            entry.as_ref().filter(|entry| entry.text == text).map(|entry| Rc::clone(&entry.connector));
        let connector = unchanged.unwrap_or_else(|| Rc::new(load(text)));
        let (text, read_at) = (text.to_owned(), now);
        *entry = Some(Entry { text, connector: Rc::clone(&connector), read_at, is_stale: false });
        connector
    }

    /// Returns the connector if it need not be read again: it was read in the last 30 s and is not stale.
    pub fn fresh(&self, now: Timestamp) -> Option<Rc<LoadedConnector>> {
        self.get(|entry| !entry.is_stale && entry.read_at.is_within(MAX_AGE, now))
    }

    /// Returns the connector for while it cannot be read: it was read in the last 10 minutes.
    pub fn last_read(&self, now: Timestamp) -> Option<Rc<LoadedConnector>> {
        self.get(|entry| entry.read_at.is_within(MAX_AGE_IN_FAILURE, now))
    }

    fn get(&self, is_usable: impl FnOnce(&Entry) -> bool) -> Option<Rc<LoadedConnector>> {
        self.entry.borrow().as_ref().filter(|entry| is_usable(entry)).map(|entry| Rc::clone(&entry.connector))
    }
}

#[cfg(test)]
mod tests {
    use core::cell::Cell;

    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    const NOW: Timestamp = Timestamp(1_700_000_000_000);

    const fn load(_: &str) -> LoadedConnector {
        Err(Vec::new())
    }

    fn after(ms: u64) -> Timestamp {
        Timestamp(NOW.0 + ms)
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn a_connector_is_fresh_for_30_s_and_serves_10_minutes_of_failure() {
        let cache = ConnectorCache::new();
        assert!(cache.fresh(NOW).is_none() && cache.last_read(NOW).is_none());
        cache.set("a", NOW, load);
        assert!(cache.fresh(after(29_999)).is_some() && cache.fresh(after(30_000)).is_none());
        assert!(cache.last_read(after(599_999)).is_some() && cache.last_read(after(600_000)).is_none());
        cache.clear();
        assert!(cache.fresh(NOW).is_none() && cache.last_read(NOW).is_none());
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn a_stale_connector_is_read_again_and_still_serves_a_failure() {
        let cache = ConnectorCache::new();
        cache.mark_stale();
        cache.set("a", NOW, load);
        cache.mark_stale();
        assert!(cache.fresh(NOW).is_none());
        assert!(cache.last_read(after(599_999)).is_some() && cache.last_read(after(600_000)).is_none());
        cache.set("a", after(1_000), load);
        assert!(cache.fresh(after(30_999)).is_some());
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn a_text_is_loaded_only_if_it_has_changed() {
        let (cache, loads) = (ConnectorCache::new(), Cell::new(0));
        for text in ["a", "a", "b", "a"] {
            cache.set(text, NOW, |text| {
                loads.set(loads.get() + 1);
                load(text)
            });
        }
        assert_eq!(loads.get(), 3);
    }
}
