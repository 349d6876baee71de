//! `POST /send`, `POST /verify` and `GET /health`: from a request to a story and back.

use worker::{Env, Request};

use super::connectors::Connectors;
use super::log::Entry;
use super::reply::Reply;
use super::settings::{self, Settings};
use super::{auth, body};
use crate::api::{SendRequest, VerifyRequest, check_idempotency_key, verified};
use crate::error::Result;
use crate::js::{Objects, Outbound, Runtime};
use crate::record::{Record, object};
use crate::service::Service;

/// (1) Key, (2) body, (3) story, (4) answer.
pub(super) async fn send(
    request: Request,
    env: &Env,
    settings: &Settings,
    entry: &mut Entry,
) -> Result<Reply> {
    // (1)
    auth::check(request.headers(), &settings.api_keys, &settings.keys)?;
    // (2)
    let idempotency_key = request.headers().get("idempotency-key").ok().flatten();
    idempotency_key.as_deref().map(check_idempotency_key).transpose()?;
    let send = SendRequest::parse(&body::json(&request).await?, &settings.policy)?;
    entry.phone(&send.phone);
    entry.note("usageType", send.usage.name());
    // (3)
    let receipt = service(env, settings)?.send(&send, idempotency_key.as_deref()).await?;
    // (4)
    entry.note("connectorId", &receipt.connector_id);
    entry.note("verificationId", &receipt.verification_id);
    Ok(Reply::json(receipt.http_status(), &receipt.write()))
}

/// (1) Key, (2) body, (3) story, (4) answer.
pub(super) async fn verify(
    request: Request,
    env: &Env,
    settings: &Settings,
    entry: &mut Entry,
) -> Result<Reply> {
    // (1)
    auth::check(request.headers(), &settings.api_keys, &settings.keys)?;
    // (2)
    let verify = VerifyRequest::parse(&body::json(&request).await?)?;
    entry.phone(&verify.phone);
    entry.note("usageType", verify.usage.name());
    // (3)
    let (id, at) = service(env, settings)?.verify(&verify).await?;
    // (4)
    entry.note("verificationId", &id);
    Ok(Reply::json(200, &verified(&verify, &id, at)))
}

/// That the Worker runs and its settings parse. It asks neither KV nor the guard.
pub(super) fn health() -> Reply {
    Reply::json(200, &object([("status", "ok".into()), ("version", env!("CARGO_PKG_VERSION").into())]))
}

/// The stories over this deployment's bindings.
pub(super) fn service<'a>(
    env: &Env,
    settings: &'a Settings,
) -> Result<Service<'a, Connectors<'a>, Objects, Outbound, Runtime>> {
    Ok(Service {
        connectors: Connectors {
            kv: settings::kv(env)?,
            keys: &settings.keys,
            allow_mock: settings.policy.allow_mock,
        },
        guard: Objects(settings::guard(env)?),
        transport: Outbound(settings::fetch()),
        ambient: Runtime,
        keys: &settings.keys,
        policy: &settings.policy,
    })
}
