//! The Worker: HTTP, bindings and the guard object. The rules are in `edge_otp_core`.
//!
//! A request passes `fetch`, [`router`] and a handler, which calls a service of the core over [`platform`]. The guard
//! object ([`verification_guard`]) runs the core's guard operations over its own storage.

mod auth;
mod error;
mod handlers;
mod keep_alive;
mod panic;
mod platform;
mod request;
mod request_log;
mod response;
mod router;
mod rpc;
mod settings;
mod verification_guard;

use worker::{Context, Env, Result, event};

use request::IncomingRequest;
use request_log::RequestLog;
use settings::Deployment;

/// Answers a request. Every failure becomes a response of the contract, and one log line says what happened.
#[event(fetch)]
async fn fetch(request: web_sys::Request, env: Env, context: Context) -> Result<web_sys::Response> {
    let request = IncomingRequest::read(request)?;
    let mut log = RequestLog::new(&request);
    let deployment = Deployment::of(&env);
    let response = router::respond(&request, &context, deployment.as_deref(), &mut log).await;
    log.write(response.status, deployment.as_deref().ok().and_then(Deployment::analytics));
    response.into_js(&request.id)
}
