//! Sending and verifying over a service binding: `entry.js` exports the entrypoint `Otp`, whose methods call this. No key
//! is needed, for only Workers of the same account that have the binding can call.
#![expect(unreachable_pub, reason = "wasm-bindgen exports public functions only")]

use serde::Serialize;
use wasm_bindgen::prelude::wasm_bindgen;
use worker::Env;

use edge_otp_core::api::{SendReceipt, SendRequest, VerifyRequest, VerifyResult, check_idempotency_key};
use edge_otp_core::error::ErrorBody;
use edge_otp_core::keys::IdempotencyKey;
use edge_otp_core::service::ServiceError;

use crate::settings::Deployment;

/// Whose idempotency keys those of the account's Workers are.
const IDEMPOTENCY_SCOPE: &str = "service binding";

/// What a call returns, as JSON: `{"value": …}` or `{"error": …, "status": …}`.
#[derive(Serialize)]
#[serde(untagged)]
enum CallResult<T> {
    Value { value: T },
    Error { error: ErrorBody, status: u16 },
}

impl<T: Serialize> CallResult<T> {
    fn to_json(result: Result<T, ServiceError>) -> String {
        let result = match result {
            Ok(value) => Self::Value { value },
            Err(error) => Self::Error { error: error.body(""), status: error.code().status() },
        };
        serde_json::to_string(&result).unwrap_or_default()
    }
}

/// Sends a code; `body` is the JSON of `POST /send`.
#[wasm_bindgen(js_name = otpSend)]
pub async fn otp_send(env: Env, body: String, idempotency_key: Option<String>) -> String {
    CallResult::to_json(send(&env, &body, idempotency_key.as_deref()).await)
}

/// Verifies a code; `body` is the JSON of `POST /verify`.
#[wasm_bindgen(js_name = otpVerify)]
pub async fn otp_verify(env: Env, body: String) -> String {
    CallResult::to_json(verify(&env, &body).await)
}

async fn send(env: &Env, body: &str, idempotency_key: Option<&str>) -> Result<SendReceipt, ServiceError> {
    let deployment = Deployment::of(env)?;
    idempotency_key.map(check_idempotency_key).transpose()?;
    let request = SendRequest::parse(body.as_bytes(), &deployment.policy)?;
    let key = idempotency_key.map(|key| IdempotencyKey { scope: IDEMPOTENCY_SCOPE, key });
    let receipt = deployment.otp_service().send(&request, key).await;
    if deployment.platform.take_needs_renewal() {
        deployment.platform.renew_seals().await;
    }
    receipt
}

async fn verify(env: &Env, body: &str) -> Result<VerifyResult, ServiceError> {
    let deployment = Deployment::of(env)?;
    let request = VerifyRequest::parse(body.as_bytes())?;
    deployment.otp_service().verify_as_value(&request).await
}
