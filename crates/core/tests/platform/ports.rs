//! The ports of `edge_otp_core::ports`.

use std::rc::Rc;

use edge_otp_core::connector::{CONNECTOR_KEY, ConnectorCache, LoadedConnector, load_connector};
use edge_otp_core::guard::{CasLedgerStore, GuardRequest, GuardResponse, GuardService};
use edge_otp_core::ports::{
    Clock, ConnectorSource, GUARD_TIMEOUT_MS, GuardClient, HttpClient, HttpError, KV_TIMEOUT_MS, KvStore,
    MockLog, PartedLedgerStore, RandomError, RandomSource, StorageError, with_timeout,
};
use edge_otp_core::time::{Seconds, Timestamp};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::calls::InjectedFault;
use super::{AtomicLedgerStore, Call, Fault, InMemoryPlatform, KvEntry, Ledgers, Randomness, VirtualClock};

impl KvStore for InMemoryPlatform {
    async fn get(&self, key: &str) -> Result<Option<String>, StorageError> {
        let text = async { Ok(self.calls.perform(Call::KvGet, || self.visible_kv_text(key)).await?) };
        with_timeout(&self.clock, KV_TIMEOUT_MS, text).await
    }

    async fn put(&self, key: &str, value: &str, ttl: Option<Seconds>) -> Result<(), StorageError> {
        assert!(ttl.is_none_or(|ttl| ttl.0 >= 60), "KV accepts no shorter TTL");
        let entry = KvEntry { text: value.to_owned(), ttl };
        let effect = || drop(self.kv.borrow_mut().insert(key.to_owned(), entry));
        let is_accepted = self.may_write(key);
        let put = async {
            if !is_accepted {
                return Err(StorageError);
            }
            self.clock.wait(self.kv_delay.get()).await;
            Ok(self.calls.perform(Call::KvPut, effect).await?)
        };
        with_timeout(&self.clock, KV_TIMEOUT_MS, put).await?;
        if key == CONNECTOR_KEY {
            self.remember_connector(value);
        }
        Ok(())
    }

    async fn delete(&self, key: &str) -> Result<(), StorageError> {
        let effect = || drop(self.kv.borrow_mut().remove(key));
        let deletion = async { Ok(self.calls.perform(Call::KvDelete, effect).await?) };
        with_timeout(&self.clock, KV_TIMEOUT_MS, deletion).await?;
        if let Some(cache) = self.connector_cache.as_ref().filter(|_| key == CONNECTOR_KEY) {
            cache.clear();
        }
        Ok(())
    }

    fn delete_later(&self, key: &str) {
        if self.calls.begin(Call::KvDelete) != Some(Fault::BeforeEffect)
            && !self.calls.is_held(Call::KvDelete)
        {
            self.kv.borrow_mut().remove(key);
        }
    }
}

/// The guard service runs in process; its messages take their way as JSON, as between a Worker and its object.
impl GuardClient for InMemoryPlatform {
    async fn call(
        &self,
        name: &str,
        previous: Option<&str>,
        request: &GuardRequest,
    ) -> Result<GuardResponse, StorageError> {
        with_timeout(&self.clock, GUARD_TIMEOUT_MS, self.call_object(name, previous, request)).await
    }
}

impl InMemoryPlatform {
    async fn call_object(
        &self,
        name: &str,
        previous: Option<&str>,
        request: &GuardRequest,
    ) -> Result<GuardResponse, StorageError> {
        let fault = self.calls.arrive(Call::Guard).await?;
        let request = through_json(request);
        // Boxed, because an object may pass a request on to another.
        let response = match self.ledgers {
            Ledgers::CompareAndSwap => {
                let ledger_store = CasLedgerStore::new(self, self, name, previous);
                Box::pin(self.handle(&ledger_store, &request)).await
            }
            Ledgers::Atomic => {
                let ledger_store = AtomicLedgerStore { platform: self, name: name.into(), previous };
                Box::pin(self.handle(&ledger_store, &request)).await
            }
        };
        self.calls.leave(fault).await?;
        Ok(through_json(&response))
    }
}

impl InMemoryPlatform {
    async fn handle(&self, ledger_store: &impl PartedLedgerStore, request: &GuardRequest) -> GuardResponse {
        GuardService { platform: self, ledger_store, keys: &self.keys, policy: &self.policy }
            .handle(request)
            .await
    }
}

fn through_json<T: Serialize + DeserializeOwned>(value: &T) -> T {
    let text = serde_json::to_string(value).expect("a message has a JSON form");
    serde_json::from_str(&text).expect("the JSON form is read back")
}

impl HttpClient for InMemoryPlatform {
    async fn send(
        &self,
        request: http::Request<String>,
        timeout_ms: u32,
    ) -> Result<http::Response<String>, HttpError> {
        let to_error = |_: InjectedFault| HttpError::Unreadable;
        let fault = self.calls.arrive(Call::Http).await.map_err(to_error)?;
        let echo = request.body().clone();
        self.requests.borrow_mut().push(request);
        if !matches!((&*self.reply.borrow(), self.http_error.get()), (None, HttpError::NotReached(_))) {
            self.arrived.set(self.arrived.get() + 1);
        }
        self.clock.wait(self.reply_delay.get().min(timeout_ms)).await;
        self.calls.leave(fault).await.map_err(to_error)?;
        if self.reply_delay.get() >= timeout_ms {
            return Err(HttpError::TimedOut);
        }
        let reply = self.reply.borrow().clone().ok_or(self.http_error.get())?;
        Ok(reply.map(|body| body.replace("{{request}}", &echo)))
    }
}

/// As in the Worker's `src/platform/connector_cache.rs`, if the platform has a cache.
impl ConnectorSource for InMemoryPlatform {
    async fn active_connector(&self) -> Result<Option<Rc<LoadedConnector>>, StorageError> {
        let cached = |get: fn(&ConnectorCache, Timestamp) -> Option<Rc<LoadedConnector>>| {
            self.connector_cache.as_ref().and_then(|cache| get(cache, self.clock.now()))
        };
        if let Some(connector) = cached(ConnectorCache::fresh) {
            return Ok(Some(connector));
        }
        let read = || self.visible_kv_text(CONNECTOR_KEY);
        let text = async { Ok(self.calls.perform(Call::Connector, read).await?) };
        match with_timeout(&self.clock, KV_TIMEOUT_MS, text).await {
            Ok(Some(text)) => Ok(Some(self.remember_connector(&text))),
            Ok(None) => {
                self.connector_cache.as_ref().map(ConnectorCache::clear);
                Ok(None)
            }
            Err(error) => cached(ConnectorCache::last_read).map(Some).ok_or(error),
        }
    }
}

impl InMemoryPlatform {
    fn remember_connector(&self, text: &str) -> Rc<LoadedConnector> {
        let load = |text: &str| load_connector(text, &self.keys, self.policy.allowed_addresses);
        match &self.connector_cache {
            Some(cache) => cache.set(text, self.clock.now(), load),
            None => Rc::new(load(text)),
        }
    }
}

impl MockLog for InMemoryPlatform {
    fn print(&self, line: &str) {
        self.printed.borrow_mut().push(line.to_owned());
    }
}

impl Clock for InMemoryPlatform {
    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    async fn sleep(&self, ms: u32) {
        self.calls.begin(Call::Sleep);
        self.clock.wait(ms).await;
    }
}

/// For timeouts, which are no calls that could fail.
impl Clock for VirtualClock {
    fn now(&self) -> Timestamp {
        self.now()
    }

    async fn sleep(&self, ms: u32) {
        self.wait(ms).await;
    }
}

impl RandomSource for InMemoryPlatform {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), RandomError> {
        for byte in buffer {
            *byte = self.random_byte();
        }
        if self.calls.begin(Call::Random).is_some() { Err(RandomError) } else { Ok(()) }
    }
}

impl InMemoryPlatform {
    fn random_byte(&self) -> u8 {
        match self.randomness.get() {
            Randomness::Constant(byte) => byte,
            Randomness::Seeded(state) => {
                let next = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                self.randomness.set(Randomness::Seeded(next));
                next.to_be_bytes()[0]
            }
        }
    }
}
