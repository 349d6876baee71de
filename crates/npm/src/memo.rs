//! Values that are derived once per isolate: a Worker may well call `createOtp` in every request.

use std::cell::RefCell;
use std::rc::Rc;

use edge_otp_core::connector::{LoadedConnector, load_connector};
use edge_otp_core::error::Issue;
use edge_otp_core::keys::KeyRing;
use edge_otp_core::provider::AllowedAddresses;
use edge_otp_core::secret::Secret;

/// How many values are remembered.
const CAPACITY: usize = 8;

struct Memo<K, V>(RefCell<Vec<(K, Rc<V>)>>);

impl<K, V> Memo<K, V> {
    const fn new() -> Self {
        Self(RefCell::new(Vec::new()))
    }

    fn find(&self, matches: impl Fn(&K) -> bool) -> Option<Rc<V>> {
        self.0.borrow().iter().find(|(key, _)| matches(key)).map(|(_, value)| Rc::clone(value))
    }

    fn insert(&self, key: K, value: V) -> Rc<V> {
        let value = Rc::new(value);
        let mut entries = self.0.borrow_mut();
        if entries.len() >= CAPACITY {
            entries.remove(0);
        }
        entries.push((key, Rc::clone(&value)));
        value
    }
}

type RootSecrets = (String, Option<String>);
/// What a connector depends on: its stored form, the keys that open it, and the addresses that it may name.
type ConnectorKey = (String, Rc<KeyRing>, AllowedAddresses);

thread_local! {
    static KEY_RINGS: Memo<RootSecrets, KeyRing> = const { Memo::new() };
    static CONNECTORS: Memo<ConnectorKey, LoadedConnector> = const { Memo::new() };
}

/// Derives the keys of the root secrets.
///
/// # Errors
/// The secret that is too short, or the previous one if it is the current one.
pub(crate) fn key_ring(secret: &str, previous: Option<&str>) -> Result<Rc<KeyRing>, Issue> {
    KEY_RINGS.with(|memo| {
        if let Some(keys) = memo.find(|(s, p)| s == secret && p.as_deref() == previous) {
            return Ok(keys);
        }
        let keys = KeyRing::derive(Some(&Secret::new(secret)), previous.map(Secret::new).as_ref())?;
        Ok(memo.insert((secret.to_owned(), previous.map(str::to_owned)), keys))
    })
}

/// Parses a connector's stored form and opens its secrets.
pub(crate) fn connector(text: &str, keys: &Rc<KeyRing>, allowed: AllowedAddresses) -> Rc<LoadedConnector> {
    CONNECTORS.with(|memo| {
        let found = memo.find(|(known, of, with)| Rc::ptr_eq(of, keys) && *with == allowed && known == text);
        found.unwrap_or_else(|| {
            let key = (text.to_owned(), Rc::clone(keys), allowed);
            memo.insert(key, load_connector(text, keys, allowed))
        })
    })
}
