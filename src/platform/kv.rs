//! Workers KV.

use edge_otp_core::connector::CONNECTOR_KEY;
use edge_otp_core::ports::{KvStore, StorageError};
use edge_otp_core::time::Seconds;

use super::WorkerPlatform;

/// A change of the connector is in force in this isolate at once.
impl KvStore for WorkerPlatform {
    async fn get(&self, key: &str) -> Result<Option<String>, StorageError> {
        self.kv.get(key).text().await.map_err(|_| StorageError)
    }

    async fn put(&self, key: &str, value: &str, expiration_ttl: Option<Seconds>) -> Result<(), StorageError> {
        let put = self.kv.put(key, value).map_err(|_| StorageError)?;
        let put = match expiration_ttl {
            Some(ttl) => put.expiration_ttl(ttl.0.into()),
            None => put,
        };
        put.execute().await.map_err(|_| StorageError)?;
        if key == CONNECTOR_KEY {
            self.connector.set(value);
        }
        Ok(())
    }

    async fn delete(&self, key: &str) -> Result<(), StorageError> {
        self.kv.delete(key).await.map_err(|_| StorageError)?;
        if key == CONNECTOR_KEY {
            self.connector.clear();
        }
        Ok(())
    }
}
