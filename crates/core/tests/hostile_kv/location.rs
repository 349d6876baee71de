//! The ports as one location has them: its KV cache, its connector cache and its secret are its own; guard objects, the
//! provider and the clock are everybody's.

use core::cell::{Cell, RefCell};
use std::rc::Rc;

use edge_otp_core::connector::{CONNECTOR_KEY, ConnectorCache, LoadedConnector, load_connector};
use edge_otp_core::guard::{CasLedgerStore, GuardRequest, GuardResponse, GuardService};
use edge_otp_core::keys::KeyRing;
use edge_otp_core::ports::{
    Clock, ConnectorSource, GuardClient, HttpClient, HttpError, KvStore, MockLog, RandomError, RandomSource,
    StorageError,
};
use edge_otp_core::time::{Seconds, Timestamp};

use crate::kv::{HostileKv, LOCATIONS, Random};
use crate::platform::{AtomicLedgerStore, Call, InMemoryPlatform, Ledgers, response};

/// What all locations share.
pub(crate) struct World {
    pub(crate) platform: InMemoryPlatform,
    pub(crate) kv: HostileKv,
    /// For faults of guard and provider.
    pub(crate) random: Random,
    /// The secrets of each location.
    pub(crate) rings: [RefCell<Rc<KeyRing>>; LOCATIONS],
    pub(crate) connectors: [ConnectorCache; LOCATIONS],
    /// How many of a hundred guard calls fail, and requests to the provider.
    pub(crate) guard_failures: Cell<u64>,
    pub(crate) provider_failures: Cell<u64>,
    /// The latest time seen: the clock also steps back.
    pub(crate) latest: Cell<Timestamp>,
    /// What has reached the provider.
    pub(crate) messages: RefCell<Vec<Message>>,
}

/// A message at the provider.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) operation: u32,
    pub(crate) phone: String,
    pub(crate) code: String,
    /// By the latest time seen.
    pub(crate) at: Timestamp,
    pub(crate) is_refused: bool,
}

/// One operation's view.
#[derive(Clone)]
pub(crate) struct Location<'a> {
    pub(crate) world: &'a World,
    pub(crate) index: usize,
    pub(crate) operation: u32,
}

impl Location<'_> {
    fn now(&self) -> Timestamp {
        self.world.platform.clock.now()
    }

    /// The location in which a guard object lives.
    fn of_object(&self, name: &str) -> Self {
        let hash = name.bytes().fold(0_usize, |hash, byte| hash.wrapping_mul(31).wrapping_add(byte.into()));
        Self { index: hash % LOCATIONS, ..self.clone() }
    }

    fn fails(&self) -> bool {
        self.world.random.chance(self.world.guard_failures.get())
    }

    fn remember_connector(&self, text: &str) -> Rc<LoadedConnector> {
        let ring = Rc::clone(&self.world.rings[self.index].borrow());
        let addresses = self.world.platform.policy.allowed_addresses;
        self.world.connectors[self.index].set(text, self.now(), |text| load_connector(text, &ring, addresses))
    }
}

impl KvStore for Location<'_> {
    async fn get(&self, key: &str) -> Result<Option<String>, StorageError> {
        let read = || self.world.kv.get(self.index, key, self.now());
        self.world.platform.calls.perform(Call::KvGet, read).await?
    }

    async fn put(&self, key: &str, value: &str, ttl: Option<Seconds>) -> Result<(), StorageError> {
        let write = || self.world.kv.set(self.index, key, Some((value, ttl)), self.now());
        self.world.platform.calls.perform(Call::KvPut, write).await??;
        if key == CONNECTOR_KEY {
            self.remember_connector(value);
        }
        Ok(())
    }

    async fn delete(&self, key: &str) -> Result<(), StorageError> {
        let write = || self.world.kv.set(self.index, key, None, self.now());
        self.world.platform.calls.perform(Call::KvDelete, write).await?
    }

    fn delete_later(&self, key: &str) {
        let _ = self.world.kv.set(self.index, key, None, self.now());
    }
}

impl ConnectorSource for Location<'_> {
    async fn active_connector(&self) -> Result<Option<Rc<LoadedConnector>>, StorageError> {
        let cache = &self.world.connectors[self.index];
        if let Some(connector) = cache.fresh(self.now()) {
            return Ok(Some(connector));
        }
        match self.get(CONNECTOR_KEY).await {
            Ok(Some(text)) => Ok(Some(self.remember_connector(&text))),
            Ok(None) => {
                cache.clear();
                Ok(None)
            }
            Err(error) => cache.last_read(self.now()).map(Some).ok_or(error),
        }
    }
}

impl GuardClient for Location<'_> {
    async fn call(
        &self,
        name: &str,
        previous: Option<&str>,
        request: &GuardRequest,
    ) -> Result<GuardResponse, StorageError> {
        let platform = &self.world.platform;
        platform.calls.perform(Call::Guard, || ()).await?;
        if self.fails() {
            return Err(StorageError);
        }
        let object = self.of_object(name);
        let keys = Rc::clone(&self.world.rings[object.index].borrow());
        let policy = &platform.policy;
        // Boxed, because an object may pass a request on to another.
        let response = match platform.ledgers {
            Ledgers::CompareAndSwap => {
                let ledger_store = &CasLedgerStore::new(platform, platform, name, previous);
                let service = GuardService { platform: &object, ledger_store, keys: &keys, policy };
                Box::pin(service.handle(request)).await
            }
            Ledgers::Atomic => {
                let ledger_store = &AtomicLedgerStore { platform, name: name.into(), previous };
                let service = GuardService { platform: &object, ledger_store, keys: &keys, policy };
                Box::pin(service.handle(request)).await
            }
        };
        // The object has done its work, and the response is lost.
        if self.fails() { Err(StorageError) } else { Ok(response) }
    }
}

impl HttpClient for Location<'_> {
    async fn send(
        &self,
        request: http::Request<String>,
        _: u32,
    ) -> Result<http::Response<String>, HttpError> {
        assert_whole_credentials(&request);
        let fails = self.world.random.chance(self.world.provider_failures.get());
        let is_refused = fails && self.world.random.chance(50);
        let form: Vec<_> = form_urlencoded::parse(request.body().as_bytes()).into_owned().collect();
        let field = |name| form.iter().find(|(key, _)| key == name).expect("a field").1.clone();
        let message = Message {
            operation: self.operation,
            phone: field("To"),
            code: field("Body"),
            at: self.world.latest.get(),
            is_refused,
        };
        let arrive = || self.world.messages.borrow_mut().push(message);
        self.world.platform.calls.perform(Call::Http, arrive).await.map_err(|_| HttpError::Unreadable)?;
        match (fails, is_refused) {
            (false, _) => Ok(response(201, r#"{"sid":"SM1","status":"queued"}"#)),
            (true, true) => Ok(response(400, r#"{"code":21211}"#)),
            (true, false) => Err(HttpError::Unreadable),
        }
    }
}

/// Every request has the account and the secret of one connector.
fn assert_whole_credentials(request: &http::Request<String>) {
    let account = request.uri().path().split('/').nth(3).expect("an account").to_owned();
    let authorization = request.headers()["authorization"].to_str().expect("ASCII");
    let expected = match &*account {
        "AC1" => "Basic QUMxOnRva2VuLW9mLUFDMQ==",
        _ => "Basic QUMyOnRva2VuLW9mLUFDMg==",
    };
    assert_eq!(authorization, expected, "the secret of another connector");
}

impl MockLog for Location<'_> {
    fn print(&self, _: &str) {
        panic!("no mock connector is active");
    }
}

impl Clock for Location<'_> {
    fn now(&self) -> Timestamp {
        self.now()
    }

    async fn sleep(&self, ms: u32) {
        self.world.platform.clock.wait(ms).await;
    }
}

impl RandomSource for Location<'_> {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), RandomError> {
        buffer.fill_with(|| self.world.random.next().to_be_bytes()[0]);
        Ok(())
    }
}
