//! Workers KV.

use edge_otp_core::connector::CONNECTOR_KEY;
use edge_otp_core::ports::{KV_TIMEOUT_MS, KvStore, StorageError};
use edge_otp_core::time::Seconds;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::spawn_local;

use super::WorkerPlatform;

#[wasm_bindgen(module = "/src/platform/storage.js")]
extern "C" {
    #[wasm_bindgen(catch)]
    async fn get_text(kv: &JsValue, key: &str, timeout_ms: u32) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch)]
    async fn put_text(
        kv: &JsValue,
        key: &str,
        value: &str,
        ttl: Option<u32>,
        timeout_ms: u32,
    ) -> Result<(), JsValue>;
    #[wasm_bindgen(catch)]
    async fn delete_text(kv: &JsValue, key: &str, timeout_ms: u32) -> Result<(), JsValue>;
}

/// A change of the connector is in force in this isolate at once.
impl KvStore for WorkerPlatform {
    async fn get(&self, key: &str) -> Result<Option<String>, StorageError> {
        let text = get_text(&self.kv, key, KV_TIMEOUT_MS).await.map_err(|_| StorageError)?;
        if text.is_null() { Ok(None) } else { text.as_string().map(Some).ok_or(StorageError) }
    }

    async fn put(&self, key: &str, value: &str, expiration_ttl: Option<Seconds>) -> Result<(), StorageError> {
        let ttl = expiration_ttl.map(|ttl| ttl.0);
        put_text(&self.kv, key, value, ttl, KV_TIMEOUT_MS).await.map_err(|_| StorageError)?;
        if key == CONNECTOR_KEY {
            self.remember_connector(value);
        }
        Ok(())
    }

    async fn delete(&self, key: &str) -> Result<(), StorageError> {
        delete_text(&self.kv, key, KV_TIMEOUT_MS).await.map_err(|_| StorageError)?;
        if key == CONNECTOR_KEY {
            self.connector.clear();
        }
        Ok(())
    }

    fn delete_later(&self, key: &str) {
        let (kv, key) = (self.kv.clone(), key.to_owned());
        spawn_local(async move {
            let _ = delete_text(&kv, &key, KV_TIMEOUT_MS).await;
        });
    }
}
