//! `/api/*`: the management API, in Logto's paths and shapes, behind the admin key.

use worker::{Env, Request};

use super::connectors::Connectors;
use super::log::Entry;
use super::reply::Reply;
use super::settings::{self, Settings};
use super::{api, auth, body, method};
use crate::api::{SendRequest, SendStatus, VerifyRequest};
use crate::catalog::factory;
use crate::connector::{REGISTRY, provider};
use crate::error::{Error, Result};
use crate::js::{Kv, Outbound, Runtime};
use crate::json::Value;
use crate::management::Management;
use crate::record::object;
use crate::vault::Vault;

/// What every route below `/api` works with.
struct Desk<'a> {
    request: Request,
    env: &'a Env,
    settings: &'a Settings,
}

/// Routes a request below `/api`. Whether a route exists is told only to who has the key.
pub(super) async fn handle(
    request: Request,
    env: &Env,
    settings: &Settings,
    entry: &mut Entry,
) -> Result<Reply> {
    auth::check(request.headers(), &settings.admin_key, &settings.keys)?;
    let path = request.path();
    let segments: Vec<&str> = path.trim_start_matches("/api/").split('/').collect();
    let desk = Desk { request, env, settings };
    match segments.as_slice() {
        ["connector-factories"] => {
            desk.only("GET")?;
            Ok(Reply::json(200, &Value::Array(REGISTRY.into_iter().map(factory).collect())))
        }
        ["connector-factories", id] => {
            desk.only("GET")?;
            factory_with_guide(env, id).await
        }
        ["settings"] => {
            desk.only("GET")?;
            let rotating = settings.keys.previous.is_some();
            Ok(Reply::json(200, &settings.policy.shown(env!("CARGO_PKG_VERSION"), rotating)))
        }
        ["connectors", rest @ ..] => desk.connectors(rest).await,
        ["verification-codes"] => {
            desk.only("POST")?;
            desk.send_code(entry).await
        }
        ["verification-codes", "verify"] => {
            desk.only("POST")?;
            desk.verify_code(entry).await
        }
        _ => Err(Error::RouteNotFound),
    }
}

impl Desk<'_> {
    async fn connectors(&self, rest: &[&str]) -> Result<Reply> {
        let stories = management(self.env, self.settings)?;
        match (rest, method(&self.request).as_str()) {
            ([], "GET") => Ok(Reply::json(200, &stories.list().await?)),
            ([], "POST") => Ok(changed(&stories.replace(&self.config().await?).await?)),
            ([], _) => Err(Error::MethodNotAllowed("GET, POST")),
            (["archive"], "GET") => Ok(Reply::json(200, &stories.archived().await?)),
            (["archive"], _) => Err(Error::MethodNotAllowed("GET")),
            (["archive", id, "restore"], "POST") => Ok(changed(&stories.restore(id).await?)),
            ([id, "test"], "POST") => Ok(tested(stories.test(id, &self.config().await?).await?)),
            (["archive", _, "restore"] | [_, "test"], _) => Err(Error::MethodNotAllowed("POST")),
            ([id], "GET") => Ok(Reply::json(200, &stories.show(id).await?)),
            ([id], "PATCH") => Ok(changed(&stories.edit(id, &self.config().await?).await?)),
            ([id], "DELETE") => {
                stories.delete(id).await?;
                Connectors::forget();
                Ok(Reply::empty())
            }
            ([_], _) => Err(Error::MethodNotAllowed("GET, PATCH, DELETE")),
            _ => Err(Error::RouteNotFound),
        }
    }

    async fn send_code(&self, entry: &mut Entry) -> Result<Reply> {
        let send = SendRequest::parse_logto(&body::json(&self.request).await?, &self.settings.policy)?;
        entry.phone(&send.phone);
        api::service(self.env, self.settings)?.send(&send, None).await?;
        Ok(Reply::empty())
    }

    async fn verify_code(&self, entry: &mut Entry) -> Result<Reply> {
        let verify = VerifyRequest::parse_logto(&body::json(&self.request).await?)?;
        entry.phone(&verify.phone);
        api::service(self.env, self.settings)?.verify(&verify).await?;
        Ok(Reply::empty())
    }

    async fn config(&self) -> Result<Vec<u8>> {
        body::long_json(&self.request).await
    }

    fn only(&self, allow: &'static str) -> Result<()> {
        if method(&self.request) == allow { Ok(()) } else { Err(Error::MethodNotAllowed(allow)) }
    }
}

fn management<'a>(env: &Env, settings: &'a Settings) -> Result<Management<'a, Kv, Outbound, Runtime>> {
    Ok(Management {
        shelf: settings::kv(env)?,
        transport: Outbound(settings::fetch()),
        vault: Vault { keys: &settings.keys, ambient: &Runtime },
        policy: &settings.policy,
    })
}

/// A change is in force here at once: the isolate forgets what it had read.
fn changed(shown: &Value) -> Reply {
    Connectors::forget();
    Reply::json(200, shown)
}

/// 204 as in Logto; 202 while the provider's outcome is open, which Logto would not tell.
fn tested(status: SendStatus) -> Reply {
    match status {
        SendStatus::Sent => Reply::empty(),
        SendStatus::Unknown => Reply::json(202, &object([("status", "unknown".into())])),
    }
}

/// A factory with its setup guide, which is one of the console's static files.
async fn factory_with_guide(env: &Env, id: &str) -> Result<Reply> {
    let provider = provider(id).ok_or(Error::EntityNotFound)?;
    let mut shown = factory(provider);
    if let Value::Object(members) = &mut shown {
        let guide = settings::asset(env, &["/guides/", id, ".md"].concat()).await;
        members.insert("readme", guide.unwrap_or_default());
    }
    Ok(Reply::json(200, &shown))
}
