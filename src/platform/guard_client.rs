//! Calls to guard objects: an RPC method that takes and returns JSON texts, which costs less than a fetch.

use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::JsFuture;

use edge_otp_core::guard::{GuardRequest, GuardResponse};
use edge_otp_core::ports::{GUARD_TIMEOUT_MS, GuardClient, StorageError, with_timeout};

use super::WorkerPlatform;

#[wasm_bindgen]
extern "C" {
    /// The RPC interface of `VerificationGuard`.
    type GuardStub;

    #[wasm_bindgen(method, catch)]
    fn call(
        this: &GuardStub,
        request: &str,
        name: Option<&str>,
        previous: Option<&str>,
    ) -> Result<Promise, JsValue>;
}

impl GuardClient for WorkerPlatform {
    async fn call(
        &self,
        name: &str,
        previous: Option<&str>,
        request: &GuardRequest,
    ) -> Result<GuardResponse, StorageError> {
        let request = serde_json::to_string(request).map_err(|_| StorageError)?;
        let stub = self.guard.get_by_name(name).map_err(|_| StorageError)?.into_rpc::<GuardStub>();
        // The object needs its own name only while a rotation runs.
        let own_name = previous.map(|_| name);
        let response = stub.call(&request, own_name, previous).map_err(|_| StorageError)?;
        let response = async { JsFuture::from(response).await.map_err(|_| StorageError) };
        let response = with_timeout(self, GUARD_TIMEOUT_MS, response).await?;
        let text = response.as_string().ok_or(StorageError)?;
        serde_json::from_str(&text).map_err(|_| StorageError)
    }
}
