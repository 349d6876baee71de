//! The Worker: HTTP, bindings and the guard object. The rules are in `edge_otp_core`.
//!
//! A request passes `fetch`, [`router`] and a handler, which calls a service of the core over [`platform`]. The guard
//! object ([`verification_guard`]) runs the core's guard operations over its own storage.

mod auth;
mod error;
mod follow_up;
mod handlers;
mod message_log;
mod operations;
mod panic;
mod platform;
mod promise;
mod request;
mod request_log;
mod response;
mod router;
mod rpc;
mod settings;
mod verification_guard;

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use worker::{Context, Env, Result, worker_sys};

use edge_otp_core::service::ServiceError;
use error::ApiError;
use request::IncomingRequest;
use request_log::RequestLog;
use response::ApiResponse;
use settings::Deployment;

/// The request id where there are no random bytes for one.
const NO_ID: &str = "00000000000000000000000000000000";

/// Answers a request: returns a response, or a promise of one. What `#[event(fetch)]` would export, without a promise for
/// responses that are there at once.
///
/// # Errors
/// If the platform creates no response.
#[wasm_bindgen]
pub fn fetch(request: web_sys::Request, env: Env, context: worker_sys::Context) -> Result<JsValue, JsValue> {
    promise::run_until_wait(async move { Ok(respond(request, env, Context::new(context)).await?.into()) })
}

/// Answers a request. Every failure becomes a response of the contract, and one log line says what happened.
async fn respond(request: web_sys::Request, env: Env, context: Context) -> Result<web_sys::Response> {
    let request = match IncomingRequest::read(request) {
        Ok(request) => request,
        Err(error) => {
            let error = ApiError::from(ServiceError::from(error));
            return ApiResponse::from_error(&error, NO_ID).into_js(NO_ID);
        }
    };
    let mut log = RequestLog::new(&request);
    let deployment = Deployment::of(&env);
    let response = router::respond(&request, deployment.as_deref(), &mut log).await;
    log.write(response.status, deployment.as_deref().ok().and_then(Deployment::analytics));
    if let Ok(deployment) = deployment {
        follow_up::begin(&context, &deployment, &log);
    }
    response.into_js(&request.id)
}
