//! Calls to guard objects: an RPC method that takes and returns JSON texts, which costs less than a fetch.

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use edge_otp_core::guard::{GuardRequest, GuardResponse};
use edge_otp_core::ports::{GUARD_TIMEOUT_MS, GuardClient, StorageError};

use super::WorkerPlatform;

#[wasm_bindgen(module = "/src/platform/storage.js")]
extern "C" {
    #[wasm_bindgen(catch)]
    async fn call_guard(
        namespace: &JsValue,
        name: &str,
        request: &str,
        own_name: Option<&str>,
        previous: Option<&str>,
        timeout_ms: u32,
    ) -> Result<JsValue, JsValue>;
}

impl GuardClient for WorkerPlatform {
    async fn call(
        &self,
        name: &str,
        previous: Option<&str>,
        request: &GuardRequest,
    ) -> Result<GuardResponse, StorageError> {
        let request = serde_json::to_string(request).map_err(|_| StorageError)?;
        // The object needs its own name only while a rotation runs.
        let own_name = previous.map(|_| name);
        let namespace = self.guard.as_ref();
        let response = call_guard(namespace, name, &request, own_name, previous, GUARD_TIMEOUT_MS).await;
        let text = response.map_err(|_| StorageError)?.as_string().ok_or(StorageError)?;
        serde_json::from_str(&text).map_err(|_| StorageError)
    }
}
