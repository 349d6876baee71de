//! The Worker's door: only here does `worker::` appear. A request comes in, one of the stories of `service` runs
//! over Cloudflare's KV, Durable Objects and fetch, an answer goes out. Nothing is decided here but HTTP.

mod api;
mod auth;
mod body;
mod connectors;
mod guard;
mod log;
mod management;
mod reply;
mod settings;

use worker::{Context, Env, Request, Response};

use crate::error::{Error, Result};
use crate::js::Runtime;
use crate::sign::hex;
use log::Entry;
use reply::Reply;
use settings::Settings;

/// One request: settings, then route, then story. Whatever fails becomes an answer of the contract, and one line
/// of log tells what happened.
#[worker::event(fetch)]
async fn fetch(request: Request, env: Env, _: Context) -> worker::Result<Response> {
    let request_id = hex(&crate::ports::random::<16, _>(&Runtime).unwrap_or_default());
    let mut entry = Entry::new(&request_id, &request.path());
    let answer = route(request, &env, &mut entry).await;
    let reply = answer.unwrap_or_else(|error| {
        entry.error(&error);
        Reply::error(&error, &request_id)
    });
    entry.write(reply.status);
    reply.into_response(&request_id)
}

async fn route(request: Request, env: &Env, entry: &mut Entry) -> Result<Reply> {
    let settings = Settings::of(env)?;
    match (request.path().as_str(), method(&request).as_str()) {
        ("/send", "POST") => api::send(request, env, &settings, entry).await,
        ("/verify", "POST") => api::verify(request, env, &settings, entry).await,
        ("/send" | "/verify", _) => Err(Error::MethodNotAllowed("POST")),
        ("/health", "GET" | "HEAD") => Ok(api::health()),
        ("/health", _) => Err(Error::MethodNotAllowed("GET, HEAD")),
        (path, _) if path.starts_with("/api/") => management::handle(request, env, &settings, entry).await,
        _ => Err(Error::RouteNotFound),
    }
}

/// The method as it was sent: `worker::Method` takes one that it does not know for a GET.
fn method(request: &Request) -> String {
    request.inner().method()
}
