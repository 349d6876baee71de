//! The core's ports over the caller's objects.

pub(crate) mod clock;
pub(crate) mod guard;
mod http;
pub(crate) mod kv;
pub(crate) mod kv_guard;
pub(crate) mod random;
mod store_check;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use edge_otp_core::connector::{CONNECTOR_KEY, LoadedConnector, SecretSealer};
use edge_otp_core::ports::{ConnectorSource, KvStore, MockLog, StorageError};
use edge_otp_core::service::renew_seals;
use js_sys::TypeError;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::deployment::{ConnectorOption, Deployment};
use crate::executor::wait;
use crate::memo;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = console)]
    fn log(line: &str);
}

#[wasm_bindgen(module = "/src/platform/timeout.js")]
extern "C" {
    /// Gives a value or promise back, which rejects if it is not settled in time.
    fn with_timeout(value: &JsValue, ms: u32) -> JsValue;

    /// Keeps a promise that nobody waits for from being reported as unhandled.
    fn ignore_rejection(value: &JsValue);
}

/// The platform of one operation.
#[derive(Debug)]
pub(crate) struct Operation {
    pub(crate) deployment: Rc<Deployment>,
    /// What the caller's storage threw last, for the error's `cause`.
    thrown: RefCell<JsValue>,
    /// Whether the connector was read with a seal of the previous key.
    needs_renewal: Cell<bool>,
}

impl Operation {
    /// Creates the platform of a new operation.
    pub(crate) const fn new(deployment: Rc<Deployment>) -> Self {
        Self { deployment, thrown: RefCell::new(JsValue::UNDEFINED), needs_renewal: Cell::new(false) }
    }

    /// Takes what the caller's storage threw; undefined if it threw nothing.
    pub(crate) fn take_thrown(&self) -> JsValue {
        self.thrown.replace(JsValue::UNDEFINED)
    }

    /// Seals anew what the previous key has sealed, if that was read; best effort: until then it opens with that key.
    pub(crate) async fn renew_seals(&self) {
        if self.needs_renewal.take() {
            let thrown = self.take_thrown();
            let _ = renew_seals(self, &self.deployment.keys).await;
            self.thrown.replace(thrown);
        }
    }

    /// Waits for the result of a call of the caller's storage, for a time in milliseconds. What it throws is kept. The race
    /// with the timer is JavaScript's, because an operation waits for one promise at a time.
    async fn stored(&self, timeout_ms: u32, call: Result<JsValue, JsValue>) -> Result<JsValue, StorageError> {
        let result = match call {
            Ok(promise) => wait(with_timeout(&promise, timeout_ms)).await,
            Err(error) => Err(error),
        };
        result.map_err(|error| self.fail(error))
    }

    fn fail(&self, error: JsValue) -> StorageError {
        self.thrown.replace(error);
        StorageError
    }

    /// Fails because a store broke its interface; `message` holds nothing of what is stored.
    fn fail_with(&self, message: &str) -> StorageError {
        self.fail(TypeError::new(&format!("edge-otp: {message}")).into())
    }
}

impl ConnectorSource for Operation {
    async fn active_connector(&self) -> Result<Option<Rc<LoadedConnector>>, StorageError> {
        match &self.deployment.connector {
            ConnectorOption::InCode { connector, .. } => Ok(Some(Rc::clone(connector))),
            ConnectorOption::Stored => {
                let text = self.get(CONNECTOR_KEY).await?;
                Ok(text.map(|text| {
                    let Deployment { keys, .. } = &*self.deployment;
                    self.needs_renewal.set(SecretSealer { keys }.may_need_renewal(&text));
                    memo::connector(&text, keys, self.deployment.allowed_addresses())
                }))
            }
        }
    }
}

impl MockLog for Operation {
    fn print(&self, line: &str) {
        log(line);
    }
}
