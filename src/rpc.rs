//! Sending and verifying over a service binding: `entry.js` exports the entrypoint `Otp`, whose methods call this. No key
//! is needed, for only Workers of the same account that have the binding can call.
#![expect(unreachable_pub, reason = "wasm-bindgen exports public functions only")]

use std::rc::Rc;

use serde::Serialize;
use wasm_bindgen::prelude::wasm_bindgen;
use worker::worker_sys::Context as JsContext;
use worker::{Context, Env};

use edge_otp_core::api::{
    DeliverReceipt, DeliverRequest, SendReceipt, SendRequest, VerifyReceipt, VerifyRequest,
    check_idempotency_key,
};
use edge_otp_core::error::ErrorBody;
use edge_otp_core::event::Operation;
use edge_otp_core::keys::IdempotencyKey;
use edge_otp_core::ports::RandomSource;
use edge_otp_core::service::{ServiceError, verify_result};

use crate::error::is_config_refused;
use crate::follow_up;
use crate::operations;
use crate::platform::clock::now;
use crate::platform::random::SystemRandom;
use crate::request_log::RequestLog;
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
    fn to_json(result: Result<T, ServiceError>, request_id: &str) -> String {
        let result = match result {
            Ok(value) => Self::Value { value },
            Err(error) => Self::Error { error: error.body(request_id), status: error.code().status() },
        };
        serde_json::to_string(&result).unwrap_or_default()
    }
}

/// Sends a code; `body` is the JSON of `POST /send`.
#[wasm_bindgen(js_name = otpSend)]
pub async fn otp_send(env: Env, context: JsContext, body: String, idempotency_key: Option<String>) -> String {
    let mut log = begin(Operation::Send);
    let deployment = Deployment::of(&env);
    let result = match &deployment {
        Ok(deployment) => send(deployment, &body, idempotency_key.as_deref(), &mut log).await,
        Err(error) => Err(error.clone()),
    };
    let status = result.as_ref().map_or_else(|error| error.code().status(), SendReceipt::http_status);
    end(context, deployment, &mut log, status, result.as_ref().err());
    CallResult::to_json(result, &log.event.request_id)
}

/// Delivers a code that the caller has made; `body` is the JSON of `POST /deliver/generic`.
#[wasm_bindgen(js_name = otpDeliver)]
pub async fn otp_deliver(env: Env, context: JsContext, body: String) -> String {
    let mut log = begin(Operation::Send);
    let deployment = Deployment::of(&env);
    let result = match &deployment {
        Ok(deployment) => deliver(deployment, &body, &mut log).await,
        Err(error) => Err(error.clone()),
    };
    let status = result.as_ref().map_or_else(|error| error.code().status(), |_| 200);
    end(context, deployment, &mut log, status, result.as_ref().err());
    CallResult::to_json(result, &log.event.request_id)
}

/// Verifies a code; `body` is the JSON of `POST /verify`.
#[wasm_bindgen(js_name = otpVerify)]
pub async fn otp_verify(env: Env, context: JsContext, body: String) -> String {
    let mut log = begin(Operation::Verify);
    let deployment = Deployment::of(&env);
    let result = match &deployment {
        Ok(deployment) => verify(deployment, &body, &mut log).await,
        Err(error) => Err(error.clone()),
    };
    let status = result.as_ref().map_or_else(|error| error.code().status(), |_| 200);
    end(context, deployment, &mut log, status, result.as_ref().err());
    CallResult::to_json(verify_result(result), &log.event.request_id)
}

/// Begins the event of a call. Without random bytes its id is zeros, and the operation itself fails.
fn begin(operation: Operation) -> RequestLog {
    let id = SystemRandom.bytes::<16>().unwrap_or_default();
    RequestLog::begin(operation, hex::encode(id), now())
}

fn end(
    context: JsContext,
    deployment: Result<Rc<Deployment>, ServiceError>,
    log: &mut RequestLog,
    status: u16,
    error: Option<&ServiceError>,
) {
    if let Some(error) = error {
        log.event.record_error(error.code(), Some(error));
    }
    log.write(status, deployment.as_deref().ok().and_then(Deployment::analytics));
    if let Ok(deployment) = deployment {
        if error.is_some_and(is_config_refused) {
            deployment.platform.mark_connector_stale();
        }
        follow_up::begin(&Context::new(context), &deployment, log);
    }
}

async fn send(
    deployment: &Deployment,
    body: &str,
    idempotency_key: Option<&str>,
    log: &mut RequestLog,
) -> Result<SendReceipt, ServiceError> {
    idempotency_key.map(check_idempotency_key).transpose()?;
    let request = SendRequest::parse(body.as_bytes(), &deployment.policy)?;
    let key = idempotency_key.map(|key| IdempotencyKey { scope: IDEMPOTENCY_SCOPE, key });
    operations::send(deployment, &request, key, log).await
}

async fn deliver(
    deployment: &Deployment,
    body: &str,
    log: &mut RequestLog,
) -> Result<DeliverReceipt, ServiceError> {
    let request = DeliverRequest::parse(body.as_bytes(), &deployment.policy)?;
    let receipt = operations::deliver(deployment, &request, None, log).await?;
    Ok(DeliverReceipt::from(&receipt))
}

async fn verify(
    deployment: &Deployment,
    body: &str,
    log: &mut RequestLog,
) -> Result<VerifyReceipt, ServiceError> {
    let request = VerifyRequest::parse(body.as_bytes())?;
    operations::verify(deployment, &request, log).await
}
