//! The engine of the class `VerificationGuard`: a Durable Object per phone number and per idempotency key, in a Worker of
//! the package's user.

use std::cell::RefCell;
use std::rc::Rc;

use edge_otp_core::guard::{
    GuardObject as ObjectState, GuardRequest, GuardResponse, GuardService, ObjectLedgerStore, ObjectStorage,
    Rotation,
};
use edge_otp_core::ports::StorageError;
use edge_otp_core::time::Timestamp;
use js_sys::{Array, Error, Map, Object, Promise, Reflect};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::deployment::{ConnectorOption, Deployment};
use crate::error::CallError;
use crate::executor;
use crate::options::{ObjectOptions, read_object_options};
use crate::platform::Operation;
use crate::platform::clock::system_time;
use crate::platform::guard::Guard;
use crate::policy_options::{Settings, parse_policy};

/// How many texts are listed at a time.
const LIST_LIMIT: u32 = 500;

#[wasm_bindgen]
extern "C" {
    /// The storage of a Durable Object.
    #[derive(Clone, Debug)]
    pub type Storage;

    #[wasm_bindgen(method, catch)]
    fn get(this: &Storage, key: &str) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn put(this: &Storage, key: &str, value: &str) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn delete(this: &Storage, key: &str) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn list(this: &Storage, options: &Object) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, catch, js_name = deleteAll)]
    fn delete_all(this: &Storage) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, catch, js_name = getAlarm)]
    fn get_alarm(this: &Storage) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, catch, js_name = setAlarm)]
    fn set_alarm(this: &Storage, at: f64) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(js_namespace = console, js_name = error)]
    fn log_error(line: &str);
}

impl ObjectStorage for Storage {
    async fn get(&self, key: &str) -> Result<Option<String>, StorageError> {
        let text = self.get(key).map_err(|_| StorageError)?;
        let text = executor::wait(text).await.map_err(|_| StorageError)?;
        if text.is_undefined() { Ok(None) } else { text.as_string().map(Some).ok_or(StorageError) }
    }

    fn put(&self, key: &str, text: &str) -> Result<(), StorageError> {
        self.put(key, text).map(drop).map_err(|_| StorageError)
    }

    fn delete(&self, key: &str) -> Result<(), StorageError> {
        self.delete(key).map(drop).map_err(|_| StorageError)
    }

    async fn list(&self, after: Option<&str>) -> Result<Vec<(String, String)>, StorageError> {
        let options = Object::new();
        let set = |name: &str, value: JsValue| Reflect::set(&options, &name.into(), &value);
        set("limit", LIST_LIMIT.into()).map_err(|_| StorageError)?;
        if let Some(after) = after {
            set("startAfter", after.into()).map_err(|_| StorageError)?;
        }
        let listed = self.list(&options).map_err(|_| StorageError)?;
        let listed = executor::wait(listed).await.map_err(|_| StorageError)?;
        let mut texts = Vec::new();
        for entry in Map::from(listed).entries() {
            let entry = Array::from(&entry.map_err(|_| StorageError)?);
            texts.push(entry.get(0).as_string().zip(entry.get(1).as_string()).ok_or(StorageError)?);
        }
        Ok(texts)
    }

    async fn delete_all(&self) -> Result<(), StorageError> {
        let deletion = self.delete_all().map_err(|_| StorageError)?;
        executor::wait(deletion).await.map(drop).map_err(|_| StorageError)
    }

    async fn alarm(&self) -> Result<Option<Timestamp>, StorageError> {
        let alarm = self.get_alarm().map_err(|_| StorageError)?;
        let alarm = executor::wait(alarm).await.map_err(|_| StorageError)?;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "milliseconds are whole and positive"
        )]
        Ok(alarm.as_f64().map(|ms| Timestamp(ms as u64)))
    }

    fn set_alarm(&self, at: Timestamp) -> Result<(), StorageError> {
        #[expect(clippy::cast_precision_loss, reason = "milliseconds are below 2^53 until the year 287396")]
        self.set_alarm(at.0 as f64).map(drop).map_err(|_| StorageError)
    }

    fn report_unreadable(&self) {
        log_error(
            "edge-otp: the state of a guard object cannot be read; it is kept, and its phone number is refused",
        );
    }
}

/// A guard object.
#[wasm_bindgen]
#[derive(Debug)]
pub struct GuardObject {
    state: Rc<ObjectState<Storage>>,
    options: ObjectOptions,
    /// The deployment of the settings that a caller sent last.
    deployment: RefCell<Option<(Option<String>, Rc<Deployment>)>>,
}

#[wasm_bindgen]
impl GuardObject {
    /// Creates the engine over an object's storage, with the options if they are given, else the environment.
    ///
    /// # Errors
    /// A `TypeError` that names the option or binding that is wrong.
    #[wasm_bindgen(constructor)]
    pub fn new(storage: Storage, options: &JsValue, env: &JsValue) -> Result<Self, JsValue> {
        let options = read_object_options(options, env)?;
        Ok(Self { state: Rc::new(ObjectState::new(storage)), options, deployment: RefCell::new(None) })
    }

    /// Carries out a [`GuardRequest`] given as JSON and returns the [`GuardResponse`] as JSON. While a rotation of the root
    /// secret runs, `name` is the object's own name and `previous` its name under the previous secret; `settings` are
    /// those of the caller's `createOtp`.
    pub fn call(
        &self,
        request: &str,
        name: Option<String>,
        previous: Option<String>,
        settings: Option<String>,
    ) -> Promise {
        let request = serde_json::from_str::<GuardRequest>(request);
        let deployment = self.deployment(settings);
        let state = Rc::clone(&self.state);
        executor::run(async move {
            let operation = Operation::new(
                deployment.map_err(|error| CallError::Thrown(error).into_rejection(JsValue::UNDEFINED))?,
            );
            let response = match request {
                Ok(request) => {
                    let names = name.as_deref().zip(previous.as_deref());
                    let rotation = names.map(|(name, previous)| Rotation { name, previous });
                    handle(&state, &operation, rotation, &request).await
                }
                Err(_) => GuardResponse::Unavailable,
            };
            Ok(serde_json::to_string(&response).unwrap_or_default().into())
        })
    }

    /// Deletes the state once nothing in it matters any more; otherwise sets the alarm again. A failure rejects, so that the
    /// platform runs the alarm again.
    pub fn alarm(&self) -> Promise {
        let state = Rc::clone(&self.state);
        executor::run(async move {
            let expired = state.expire(system_time()).await;
            expired.map(|()| JsValue::UNDEFINED).map_err(|error| {
                let error = Error::new(&error.to_string());
                CallError::Thrown(error.into()).into_rejection(JsValue::UNDEFINED)
            })
        })
    }

    /// Returns the deployment with the caller's settings in force.
    ///
    /// # Errors
    /// An `Error` that names the setting that is wrong.
    fn deployment(&self, sent: Option<String>) -> Result<Rc<Deployment>, JsValue> {
        let mut known = self.deployment.borrow_mut();
        if let Some((settings, deployment)) = &*known
            && *settings == sent
        {
            return Ok(Rc::clone(deployment));
        }
        let deployment = Rc::new(self.create_deployment(sent.as_deref())?);
        *known = Some((sent, Rc::clone(&deployment)));
        Ok(deployment)
    }

    fn create_deployment(&self, sent: Option<&str>) -> Result<Deployment, JsValue> {
        let ObjectOptions { kv, keys, namespace, settings } = &self.options;
        let mut settings = settings.clone();
        settings
            .extend(sent.and_then(|text| serde_json::from_str::<Settings>(text).ok()).unwrap_or_default());
        let policy = parse_policy(&settings)
            .map_err(|issue| Error::new(&format!("VerificationGuard: {} {}", issue.path, issue.message)))?;
        let guard =
            namespace.clone().map_or(Guard::None, |namespace| Guard::Objects { namespace, settings: None });
        Ok(Deployment {
            kv: kv.clone(),
            keys: Rc::clone(keys),
            guard,
            connector: ConnectorOption::Stored,
            policy: Ok(policy),
            fetch: None,
            now: None,
        })
    }
}

async fn handle(
    object: &ObjectState<Storage>,
    operation: &Operation,
    rotation: Option<Rotation<'_>>,
    request: &GuardRequest,
) -> GuardResponse {
    let Ok(policy) = operation.deployment.policy() else { return GuardResponse::Unavailable };
    let ledger_store = ObjectLedgerStore { object, guard: operation, rotation };
    let keys = &operation.deployment.keys;
    GuardService { platform: operation, ledger_store: &ledger_store, keys, policy }.handle(request).await
}
