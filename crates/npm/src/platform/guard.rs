//! The option `guard`: a namespace of Durable Objects, or a store with an atomic swap, over which the core's guard runs
//! right here.

use std::pin::Pin;
use std::rc::Rc;

use edge_otp_core::guard::{CasLedgerStore, CompareAndSwap, GuardRequest, GuardResponse, GuardService};
use edge_otp_core::ports::{GUARD_TIMEOUT_MS, GuardClient, StorageError};
use edge_otp_core::time::Seconds;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

use super::Operation;
use super::kv_guard::{KvSwaps, RecentWrites};
use super::store_check::{is_checked, set_checked};
use crate::value::{describe_type, has_method};

#[wasm_bindgen]
extern "C" {
    /// A store of texts with an atomic compare-and-swap.
    #[derive(Debug)]
    pub(crate) type GuardStore;

    #[wasm_bindgen(method, catch)]
    fn load(this: &GuardStore, key: &str) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn swap(
        this: &GuardStore,
        key: &str,
        expected: &JsValue,
        next: &JsValue,
        ttl_seconds: u32,
    ) -> Result<JsValue, JsValue>;

    /// A Durable Object namespace.
    #[derive(Clone, Debug)]
    type Namespace;

    #[wasm_bindgen(method, catch, js_name = getByName)]
    fn get_by_name(this: &Namespace, name: &str) -> Result<GuardStub, JsValue>;

    #[wasm_bindgen(method, catch, js_name = idFromName)]
    fn id_from_name(this: &Namespace, name: &str) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn get(this: &Namespace, id: &JsValue) -> Result<GuardStub, JsValue>;

    /// The RPC interface of the guard class.
    type GuardStub;

    #[wasm_bindgen(method, catch)]
    fn call(
        this: &GuardStub,
        request: &str,
        name: Option<&str>,
        previous: Option<&str>,
        settings: Option<&str>,
    ) -> Result<JsValue, JsValue>;
}

/// Where the ledgers are.
#[derive(Debug)]
pub(crate) enum Guard {
    /// In Durable Objects.
    Objects {
        /// Their namespace.
        namespace: ObjectNamespace,
        /// The settings of `createOtp` as JSON, if it was given any.
        settings: Option<String>,
    },
    /// In a store.
    Store(GuardStore),
    /// In KV, with what this deployment has written of late.
    Kv(Rc<RecentWrites>),
    /// Nowhere: a guard object without a namespace.
    None,
}

/// A namespace of guard objects.
#[derive(Clone, Debug)]
pub(crate) struct ObjectNamespace {
    namespace: Namespace,
    has_get_by_name: bool,
}

impl ObjectNamespace {
    /// Wraps a namespace; `None` if the value is not one.
    pub(crate) fn new(value: JsValue) -> Option<Self> {
        let has_get_by_name = has_method(&value, "getByName");
        let is_namespace = has_get_by_name || has_method(&value, "idFromName");
        is_namespace.then(|| Self { namespace: value.unchecked_into(), has_get_by_name })
    }

    fn stub(&self, name: &str) -> Result<GuardStub, JsValue> {
        if self.has_get_by_name {
            self.namespace.get_by_name(name)
        } else {
            self.namespace.get(&self.namespace.id_from_name(name)?)
        }
    }
}

impl GuardClient for Operation {
    async fn call(
        &self,
        name: &str,
        previous: Option<&str>,
        request: &GuardRequest,
    ) -> Result<GuardResponse, StorageError> {
        match &self.deployment.guard {
            Guard::Objects { namespace, settings } => {
                let request = write_request(request)?;
                let stub = namespace.stub(name);
                // The object needs its own name only while a rotation runs.
                let own_name = previous.map(|_| name);
                let response =
                    stub.and_then(|stub| stub.call(&request, own_name, previous, settings.as_deref()));
                read_response(self.stored(GUARD_TIMEOUT_MS, response).await?.as_string())
            }
            Guard::Store(_) | Guard::Kv(_) => self.handle_here(name, previous, request).await,
            Guard::None => Err(StorageError),
        }
    }
}

impl Operation {
    /// Runs the guard over a store or KV.
    async fn handle_here(
        &self,
        name: &str,
        previous: Option<&str>,
        request: &GuardRequest,
    ) -> Result<GuardResponse, StorageError> {
        let ledger_store = CasLedgerStore::new(self, self, name, previous);
        let service = GuardService {
            platform: self,
            ledger_store: &ledger_store,
            keys: &self.deployment.keys,
            policy: self.deployment.policy().map_err(|_| StorageError)?,
        };
        // Boxed, because the guard may pass a request on to itself under another name.
        let handled: Pin<Box<dyn Future<Output = _>>> = Box::pin(service.handle(request));
        Ok(handled.await)
    }
}

// Not inlined: what only Durable Objects need would make the function that all calls run six times as long.
#[inline(never)]
fn write_request(request: &GuardRequest) -> Result<String, StorageError> {
    serde_json::to_string(request).map_err(|_| StorageError)
}

#[inline(never)]
fn read_response(text: Option<String>) -> Result<GuardResponse, StorageError> {
    serde_json::from_str(&text.ok_or(StorageError)?).map_err(|_| StorageError)
}

/// The caller's store in one operation.
struct OperationStore<'a> {
    store: &'a GuardStore,
    operation: &'a Operation,
}

impl OperationStore<'_> {
    /// Reads back the first text that this store takes. Unlike KV it must show it at once.
    async fn check(&self, key: &str) -> Result<(), StorageError> {
        if is_checked(self.store) {
            return Ok(());
        }
        if self.load(key).await?.is_none() {
            return Err(self.operation.fail_with("guard.load() gave null for what guard.swap() has stored"));
        }
        set_checked(self.store);
        Ok(())
    }
}

impl CompareAndSwap for OperationStore<'_> {
    async fn load(&self, key: &str) -> Result<Option<String>, StorageError> {
        let value = self.operation.stored(GUARD_TIMEOUT_MS, self.store.load(key)).await?;
        // Undefined is no answer: it may be that of a method that returns nothing.
        self.operation.read_text("guard.load()", &value, JsValue::is_null)
    }

    async fn swap(
        &self,
        key: &str,
        expected: Option<&str>,
        next: Option<&str>,
        ttl: Seconds,
    ) -> Result<bool, StorageError> {
        let text = |text: Option<&str>| text.map_or(JsValue::NULL, JsValue::from_str);
        let call = self.store.swap(key, &text(expected), &text(next), ttl.0);
        let swapped = self.operation.stored(GUARD_TIMEOUT_MS, call).await?;
        let Some(is_swapped) = swapped.as_bool() else {
            let message =
                format!("guard.swap() must give true or false; it gave {}", describe_type(&swapped));
            return Err(self.operation.fail_with(&message));
        };
        if is_swapped && next.is_some() {
            self.check(key).await?;
        }
        Ok(is_swapped)
    }
}

// One type for both, because the guard's code is compiled for each type of store.
impl CompareAndSwap for Operation {
    async fn load(&self, key: &str) -> Result<Option<String>, StorageError> {
        match &self.deployment.guard {
            Guard::Store(store) => OperationStore { store, operation: self }.load(key).await,
            Guard::Kv(recent) => KvSwaps { operation: self, recent }.load(key).await,
            Guard::Objects { .. } | Guard::None => Err(StorageError),
        }
    }

    async fn swap(
        &self,
        key: &str,
        expected: Option<&str>,
        next: Option<&str>,
        ttl: Seconds,
    ) -> Result<bool, StorageError> {
        match &self.deployment.guard {
            Guard::Store(store) => {
                OperationStore { store, operation: self }.swap(key, expected, next, ttl).await
            }
            Guard::Kv(recent) => KvSwaps { operation: self, recent }.swap(key, expected, next, ttl).await,
            Guard::Objects { .. } | Guard::None => Err(StorageError),
        }
    }
}
