//! The guard object: a Durable Object per phone number, per idempotency key, and per country and IP address whose sends are
//! counted. Everything about one of them happens here, one event after another. The rules, and why they are atomic, are
//! in [`edge_otp_core::guard`].

use std::rc::Rc;

use js_sys::{Array, Date, Map, Object, Promise, Reflect};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::JsFuture;
use worker::{DurableObject, Env, Request, Response, State, Storage, console_error, durable_object};

use edge_otp_core::guard::{
    GuardObject, GuardRequest, GuardResponse, GuardService, ObjectLedgerStore, ObjectStorage, Rotation,
};
use edge_otp_core::ports::StorageError;
use edge_otp_core::time::Timestamp;

use crate::platform::clock::now;
use crate::promise::run_until_wait;
use crate::settings::Deployment;

/// How many texts are listed at a time.
const LIST_LIMIT: u32 = 500;

/// A guard object.
#[durable_object(alarm)]
pub struct VerificationGuard {
    object: Rc<GuardObject<DurableStorage>>,
    env: Env,
}

impl DurableObject for VerificationGuard {
    fn new(state: State, env: Env) -> Self {
        Self { object: Rc::new(GuardObject::new(DurableStorage(state.storage()))), env }
    }

    /// The object has no HTTP interface; `entry.js` does not pass requests on either.
    async fn fetch(&self, _request: Request) -> worker::Result<Response> {
        Response::error("Not found", 404)
    }

    /// Deletes the state once nothing in it matters any more; otherwise sets the alarm again. After an error the platform
    /// runs the alarm again.
    async fn alarm(&self) -> worker::Result<Response> {
        self.object.expire(now()).await.map_err(|error| {
            console_error!("a guard object was not cleaned up: {error}");
            worker::Error::RustError(error.to_string())
        })?;
        Response::empty()
    }
}

#[wasm_bindgen]
impl VerificationGuard {
    /// Carries out a [`GuardRequest`] given as JSON and returns the [`GuardResponse`] as JSON, or a promise of it. While a
    /// rotation of the root secret runs, `name` is the object's own name and `previous` its name under the previous secret.
    ///
    /// # Errors
    /// If the response cannot be serialised.
    pub fn call(
        &self,
        request: String,
        name: Option<String>,
        previous: Option<String>,
    ) -> Result<JsValue, JsValue> {
        let object = Rc::clone(&self.object);
        let env = self.env.clone();
        run_until_wait(async move {
            let names = name.as_deref().zip(previous.as_deref());
            let rotation = names.map(|(name, previous)| Rotation { name, previous });
            let response = handle(&object, &env, &request, rotation).await;
            serde_json::to_string(&response).map(JsValue::from).map_err(|error| error.to_string().into())
        })
    }
}

async fn handle(
    object: &GuardObject<DurableStorage>,
    env: &Env,
    request: &str,
    rotation: Option<Rotation<'_>>,
) -> GuardResponse {
    let (Ok(deployment), Ok(request)) = (Deployment::of(env), serde_json::from_str::<GuardRequest>(request))
    else {
        return GuardResponse::Unavailable;
    };
    let ledger_store = ObjectLedgerStore { object, guard: &deployment.platform, rotation };
    let service = GuardService {
        platform: &deployment.platform,
        ledger_store: &ledger_store,
        keys: &deployment.keys,
        policy: &deployment.policy,
    };
    service.handle(&request).await
}

/// The storage of a Durable Object. Writes are started and not awaited, so its raw promises are used.
struct DurableStorage(Storage);

impl ObjectStorage for DurableStorage {
    async fn get(&self, key: &str) -> Result<Option<String>, StorageError> {
        let promise = self.0.as_raw().get(key).map_err(|_| StorageError)?;
        let stored = JsFuture::from(promise).await.map_err(|_| StorageError)?;
        if stored.is_undefined() {
            return Ok(None);
        }
        stored.as_string().map(Some).ok_or(StorageError)
    }

    fn put(&self, key: &str, text: &str) -> Result<(), StorageError> {
        started(self.0.as_raw().put(key, text.into()))
    }

    fn delete(&self, key: &str) -> Result<(), StorageError> {
        started(self.0.as_raw().delete(key))
    }

    async fn list(&self, after: Option<&str>) -> Result<Vec<(String, String)>, StorageError> {
        let options = Object::new();
        let set = |name: &str, value: JsValue| Reflect::set(&options, &name.into(), &value);
        set("limit", LIST_LIMIT.into()).map_err(|_| StorageError)?;
        if let Some(after) = after {
            set("startAfter", after.into()).map_err(|_| StorageError)?;
        }
        let promise = self.0.as_raw().list_with_options(options.clone()).map_err(|_| StorageError)?;
        let listed = JsFuture::from(promise).await.map_err(|_| StorageError)?;
        let mut texts = Vec::new();
        for entry in Map::from(listed).entries() {
            let entry = Array::from(&entry.map_err(|_| StorageError)?);
            texts.push(entry.get(0).as_string().zip(entry.get(1).as_string()).ok_or(StorageError)?);
        }
        Ok(texts)
    }

    async fn delete_all(&self) -> Result<(), StorageError> {
        self.0.delete_all().await.map_err(|_| StorageError)
    }

    async fn alarm(&self) -> Result<Option<Timestamp>, StorageError> {
        let alarm = self.0.get_alarm().await.map_err(|_| StorageError)?;
        Ok(alarm.and_then(|ms| u64::try_from(ms).ok()).map(Timestamp))
    }

    fn set_alarm(&self, at: Timestamp) -> Result<(), StorageError> {
        #[expect(clippy::cast_precision_loss, reason = "milliseconds are below 2^53 until the year 287396")]
        let date = Date::new(&JsValue::from_f64(at.0 as f64));
        started(self.0.as_raw().set_alarm(date, Object::new()))
    }

    fn report_unreadable(&self) {
        console_error!(
            "the state of a guard object cannot be read; it is kept, and its phone number is refused"
        );
    }
}

fn started(write: Result<Promise, JsValue>) -> Result<(), StorageError> {
    write.map(drop).map_err(|_| StorageError)
}
