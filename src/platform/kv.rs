//! Workers KV.

use edge_otp_core::connector::CONNECTOR_KEY;
use edge_otp_core::ports::{KV_TIMEOUT_MS, KvStore, StorageError, with_timeout};
use edge_otp_core::time::Seconds;
use wasm_bindgen_futures::spawn_local;

use super::WorkerPlatform;

/// A change of the connector is in force in this isolate at once.
impl KvStore for WorkerPlatform {
    async fn get(&self, key: &str) -> Result<Option<String>, StorageError> {
        let text = async { self.kv.get(key).text().await.map_err(|_| StorageError) };
        with_timeout(self, KV_TIMEOUT_MS, text).await
    }

    async fn put(&self, key: &str, value: &str, expiration_ttl: Option<Seconds>) -> Result<(), StorageError> {
        let put = self.kv.put(key, value).map_err(|_| StorageError)?;
        let put = match expiration_ttl {
            Some(ttl) => put.expiration_ttl(ttl.0.into()),
            None => put,
        };
        let put = async { put.execute().await.map_err(|_| StorageError) };
        with_timeout(self, KV_TIMEOUT_MS, put).await?;
        if key == CONNECTOR_KEY {
            self.remember_connector(value);
        }
        Ok(())
    }

    async fn delete(&self, key: &str) -> Result<(), StorageError> {
        let deletion = async { self.kv.delete(key).await.map_err(|_| StorageError) };
        with_timeout(self, KV_TIMEOUT_MS, deletion).await?;
        if key == CONNECTOR_KEY {
            self.connector.clear();
        }
        Ok(())
    }

    fn delete_later(&self, key: &str) {
        let (kv, key) = (self.kv.clone(), key.to_owned());
        spawn_local(async move {
            let _ = kv.delete(&key).await;
        });
    }
}
