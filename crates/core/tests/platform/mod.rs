//! A platform in memory: it implements every port of `edge_otp_core::ports` over maps, with a virtual clock and a seeded
//! random source. Each port call can be made to fail, to take time or to wait until the test releases it, and tasks can
//! be interleaved poll by poll, so that a race is a value and not a matter of luck.

mod calls;
pub(crate) mod executor;
mod ledgers;
mod ports;
mod time;

use core::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use edge_otp_core::connector::ConnectorCache;
use edge_otp_core::keys::KeyRing;
use edge_otp_core::policy::Policy;
use edge_otp_core::ports::HttpError;
use edge_otp_core::secret::Secret;
use edge_otp_core::time::{Seconds, Timestamp};

pub(crate) use calls::{Call, Calls, Fault};
pub(crate) use ledgers::AtomicLedgerStore;
pub(crate) use time::VirtualClock;

/// When every test begins.
pub(crate) const START: Timestamp = Timestamp(1_700_000_000_000);
/// The root secret of every test that does not concern secrets.
pub(crate) const ROOT: &str = "0123456789abcdef0123456789abcdef";

/// Where guard objects keep their state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ledgers {
    /// In a store with compare-and-swap, as in Redis or SQL.
    CompareAndSwap,
    /// In the object itself, which decides and writes without an await, as in a Durable Object.
    Atomic,
}

impl Ledgers {
    pub(crate) const ALL: [Self; 2] = [Self::CompareAndSwap, Self::Atomic];
}

/// A text in KV.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KvEntry {
    pub(crate) text: String,
    pub(crate) ttl: Option<Seconds>,
}

/// What reads of KV show.
#[derive(Debug, Default)]
pub(crate) enum KvView {
    /// What is stored.
    #[default]
    Current,
    /// Keys that existed then as they were then, others as they are.
    AsOf(BTreeMap<String, KvEntry>),
    /// Nothing under keys that begin so.
    WithoutPrefix(&'static str),
}

/// What the platform does when it is asked for random bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Randomness {
    /// A linear congruential generator with this state.
    Seeded(u32),
    /// The same byte again and again.
    Constant(u8),
}

pub(crate) struct InMemoryPlatform {
    pub(crate) keys: KeyRing,
    pub(crate) policy: Policy,
    pub(crate) ledgers: Ledgers,
    pub(crate) clock: VirtualClock,
    pub(crate) calls: Calls,
    pub(crate) randomness: Cell<Randomness>,
    pub(crate) kv: RefCell<BTreeMap<String, KvEntry>>,
    /// The states of the guard objects by name, as texts.
    pub(crate) states: RefCell<BTreeMap<String, String>>,
    /// How many of the coming swaps another client wins.
    pub(crate) lost_swaps: Cell<u32>,
    /// What reads of KV show.
    pub(crate) kv_view: RefCell<KvView>,
    /// When each key was written last, if KV accepts one write a second for a key; `None` if it accepts any.
    pub(crate) last_writes: RefCell<Option<BTreeMap<String, Timestamp>>>,
    /// The connector as an isolate remembers it; `None` if each send reads it.
    pub(crate) connector_cache: Option<ConnectorCache>,
    /// What was sent to the provider.
    pub(crate) requests: RefCell<Vec<http::Request<String>>>,
    /// How many of the requests have reached the provider.
    pub(crate) arrived: Cell<usize>,
    /// What the provider responds; `http_error` if `None`. `{{request}}` in it repeats the request's body.
    pub(crate) reply: RefCell<Option<http::Response<String>>>,
    /// Why there is no response.
    pub(crate) http_error: Cell<HttpError>,
    /// How long the provider takes, in milliseconds.
    pub(crate) reply_delay: Cell<u32>,
    /// How long KV takes to store a text, in milliseconds.
    pub(crate) kv_delay: Cell<u32>,
    /// What the mock connector has printed.
    pub(crate) printed: RefCell<Vec<String>>,
}

impl InMemoryPlatform {
    pub(crate) fn new() -> Self {
        Self {
            keys: key_ring(ROOT, None),
            policy: policy(&[]),
            ledgers: Ledgers::CompareAndSwap,
            clock: VirtualClock::new(START),
            calls: Calls::default(),
            randomness: Cell::new(Randomness::Seeded(1)),
            kv: RefCell::default(),
            states: RefCell::default(),
            lost_swaps: Cell::new(0),
            kv_view: RefCell::default(),
            last_writes: RefCell::default(),
            connector_cache: None,
            requests: RefCell::default(),
            arrived: Cell::new(0),
            reply: RefCell::new(Some(response(201, r#"{"sid":"SM1","status":"queued"}"#))),
            http_error: Cell::new(HttpError::Unreadable),
            reply_delay: Cell::new(0),
            kv_delay: Cell::new(0),
            printed: RefCell::default(),
        }
    }

    pub(crate) fn with_policy(self, settings: &[(&str, &str)]) -> Self {
        Self { policy: policy(settings), ..self }
    }

    pub(crate) fn with_ledgers(self, ledgers: Ledgers) -> Self {
        Self { ledgers, ..self }
    }

    /// Remembers the connector as an isolate of the Worker does.
    pub(crate) fn with_connector_cache(self) -> Self {
        Self { connector_cache: Some(ConnectorCache::new()), ..self }
    }

    pub(crate) fn with_keys(self, keys: KeyRing) -> Self {
        Self { keys, ..self }
    }

    /// Makes the provider respond so from now on.
    pub(crate) fn reply_with(&self, status: u16, body: &str) {
        self.reply.replace(Some(response(status, body)));
    }

    /// Makes requests to the provider fail so from now on.
    pub(crate) fn fail_requests_with(&self, error: HttpError) {
        self.reply.replace(None);
        self.http_error.set(error);
    }

    pub(crate) fn kv_text(&self, key: &str) -> Option<String> {
        self.kv.borrow().get(key).map(|entry| entry.text.clone())
    }

    /// Reads a key as a reader of KV sees it.
    pub(crate) fn visible_kv_text(&self, key: &str) -> Option<String> {
        match &*self.kv_view.borrow() {
            KvView::AsOf(entries) if entries.contains_key(key) => {
                entries.get(key).map(|entry| entry.text.clone())
            }
            KvView::WithoutPrefix(prefix) if key.starts_with(prefix) => None,
            _ => self.kv_text(key),
        }
    }

    /// Notes a write of a key; tells whether KV accepts it.
    pub(crate) fn may_write(&self, key: &str) -> bool {
        let now = self.clock.now();
        let mut last_writes = self.last_writes.borrow_mut();
        let Some(last_writes) = last_writes.as_mut() else { return true };
        let is_early = last_writes.get(key).is_some_and(|at| at.is_within(Seconds(1), now));
        if !is_early {
            last_writes.insert(key.to_owned(), now);
        }
        !is_early
    }

    pub(crate) fn put_kv(&self, key: &str, text: &str) {
        self.kv.borrow_mut().insert(key.to_owned(), KvEntry { text: text.to_owned(), ttl: None });
    }

    /// Tells whether nothing is stored anywhere, but for the connector.
    pub(crate) fn is_empty(&self) -> bool {
        self.states.borrow().is_empty() && self.kv.borrow().keys().all(|key| key == "connector")
    }

    /// Returns the code in the last text message that was sent.
    pub(crate) fn last_code(&self) -> String {
        let requests = self.requests.borrow();
        let body = requests.last().expect("a request").body();
        let (_, text) =
            form_urlencoded::parse(body.as_bytes()).find(|(key, _)| key == "Body").expect("a text");
        text.into_owned()
    }
}

pub(crate) fn key_ring(current: &str, previous: Option<&str>) -> KeyRing {
    let previous = previous.map(Secret::new);
    KeyRing::derive(Some(&Secret::new(current)), previous.as_ref()).expect("long enough")
}

pub(crate) fn policy(settings: &[(&str, &str)]) -> Policy {
    let value =
        |name: &str| settings.iter().find(|(known, _)| *known == name).map(|(_, text)| (*text).to_owned());
    Policy::parse(value).expect("valid settings")
}

pub(crate) fn response(status: u16, body: &str) -> http::Response<String> {
    http::Response::builder().status(status).body(body.to_owned()).expect("a response")
}

/// Returns another code of the same length.
pub(crate) fn wrong_code(code: &str) -> String {
    code.chars().map(|digit| if digit == '9' { '0' } else { '9' }).collect()
}
