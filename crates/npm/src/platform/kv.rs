//! The option `kv`: anything with KV's three methods.

use edge_otp_core::challenge::challenge_key;
use edge_otp_core::connector::{ARCHIVE_KEY, CONNECTOR_KEY};
use edge_otp_core::ports::{KV_TIMEOUT_MS, KvStore, StorageError};
use edge_otp_core::time::Seconds;
use serde::Serialize;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::store_check::{is_checked, set_checked};
use super::{Operation, ignore_rejection};
use crate::value::to_object;

#[wasm_bindgen]
extern "C" {
    /// The caller's KV.
    #[derive(Clone, Debug)]
    pub(crate) type KvObject;

    #[wasm_bindgen(method, catch)]
    fn get(this: &KvObject, key: &str) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn put(this: &KvObject, key: &str, value: &str, options: &JsValue) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn delete(this: &KvObject, key: &str) -> Result<JsValue, JsValue>;
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PutOptions {
    #[serde(skip_serializing_if = "Option::is_none")]
    expiration_ttl: Option<Seconds>,
}

impl Operation {
    /// KV's own `get` gives null for what is absent, a `Map` undefined.
    pub(super) async fn read_kv(&self, key: &str) -> Result<Option<String>, StorageError> {
        let value = self.stored(KV_TIMEOUT_MS, self.deployment.kv.get(key)).await?;
        self.read_text("kv.get()", &value, |value| value.is_null() || value.is_undefined())
    }

    /// Reads back the first text that this KV takes. KV may show it late, or, of a key that is written again, an older text.
    async fn check_kv(&self, key: &str, value: &str) -> Result<(), StorageError> {
        let kv: &JsValue = &self.deployment.kv;
        if is_checked(kv) {
            return Ok(());
        }
        let Some(text) = self.read_kv(key).await? else { return Ok(()) };
        if key.starts_with(&challenge_key("")) && text != value {
            return Err(self.fail_with("kv.get() gave another string than kv.put() was given"));
        }
        set_checked(kv);
        Ok(())
    }
}

impl KvStore for Operation {
    /// A connector that is an option stands in for the one in KV, and has no archive.
    async fn get(&self, key: &str) -> Result<Option<String>, StorageError> {
        if let Some(connector) = self.deployment.connector_in_code() {
            match key {
                CONNECTOR_KEY => return Ok(Some(connector.to_owned())),
                ARCHIVE_KEY => return Ok(None),
                _ => {}
            }
        }
        self.read_kv(key).await
    }

    async fn put(&self, key: &str, value: &str, expiration_ttl: Option<Seconds>) -> Result<(), StorageError> {
        let options = to_object(&PutOptions { expiration_ttl });
        self.stored(KV_TIMEOUT_MS, self.deployment.kv.put(key, value, &options)).await?;
        self.check_kv(key, value).await
    }

    async fn delete(&self, key: &str) -> Result<(), StorageError> {
        self.stored(KV_TIMEOUT_MS, self.deployment.kv.delete(key)).await.map(drop)
    }

    fn delete_later(&self, key: &str) {
        if let Ok(deletion) = self.deployment.kv.delete(key) {
            ignore_rejection(&deletion);
        }
    }
}
