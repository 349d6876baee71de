//! `/api/*`: the management API, in Logto's paths and shapes, behind the admin key.

use alloc::vec::Vec;

use super::Visit;
use super::log::Entry;
use super::reply::Reply;
use crate::api::{SendRequest, SendStatus, VerifyRequest};
use crate::catalog::factory;
use crate::connector::{REGISTRY, provider};
use crate::error::{Error, Result};
use crate::json::Value;
use crate::management::Management;
use crate::record::object;
use crate::vault::Vault;

impl Visit<'_> {
    /// Routes a request below `/api/`. Whether a route exists is told only to who has the key.
    pub(super) fn manage(&self, path: &str, log: &mut Entry) -> Result<Reply> {
        self.check_key(&self.settings.admin_key)?;
        let segments: Vec<&str> = path.split('/').collect();
        match segments.as_slice() {
            ["connector-factories"] => {
                self.only("GET")?;
                Ok(Reply::json(200, &Value::Array(REGISTRY.into_iter().map(factory).collect())))
            }
            ["connector-factories", id] => {
                self.only("GET")?;
                self.factory_with_guide(id)
            }
            ["settings"] => {
                self.only("GET")?;
                let rotating = self.settings.keys.previous.is_some();
                Ok(Reply::json(200, &self.settings.policy.shown(env!("CARGO_PKG_VERSION"), rotating)))
            }
            ["activity"] => {
                self.only("GET")?;
                Ok(Reply::json(200, &self.activity()))
            }
            ["connectors", rest @ ..] => self.connectors(rest),
            ["verification-codes"] => {
                self.only("POST")?;
                self.send_code(log)
            }
            ["verification-codes", "verify"] => {
                self.only("POST")?;
                self.verify_code(log)
            }
            _ => Err(Error::RouteNotFound),
        }
    }

    fn connectors(&self, rest: &[&str]) -> Result<Reply> {
        let stories = self.stories();
        let body = || self.long_json();
        let shown = match (rest, self.request.method) {
            ([], "GET") => stories.list(),
            ([], "POST") => stories.replace(body()?.as_bytes()),
            ([], _) => Err(Error::MethodNotAllowed("GET, POST")),
            (["archive"], "GET") => stories.archived(),
            (["archive"], _) => Err(Error::MethodNotAllowed("GET")),
            (["archive", id, "restore"], "POST") => stories.restore(id),
            ([id, "test"], "POST") => return Ok(tested(stories.test(id, body()?.as_bytes())?)),
            (["archive", _, "restore"] | [_, "test"], _) => Err(Error::MethodNotAllowed("POST")),
            ([id], "GET") => stories.show(id),
            ([id], "PATCH") => stories.edit(id, body()?.as_bytes()),
            ([id], "DELETE") => return stories.delete(id).map(|()| Reply::empty()),
            ([_], _) => Err(Error::MethodNotAllowed("GET, PATCH, DELETE")),
            _ => Err(Error::RouteNotFound),
        };
        Ok(Reply::json(200, &shown?))
    }

    fn send_code(&self, log: &mut Entry) -> Result<Reply> {
        log.counts("send", "sent");
        let send = SendRequest::parse_logto(self.json()?.as_bytes(), &self.settings.policy)?;
        log.phone(&send.phone);
        log.receipt(&self.service().send(&send, None)?);
        Ok(Reply::empty())
    }

    fn verify_code(&self, log: &mut Entry) -> Result<Reply> {
        log.counts("verify", "verified");
        let verify = VerifyRequest::parse_logto(self.json()?.as_bytes())?;
        log.phone(&verify.phone);
        self.service().verify(&verify)?;
        Ok(Reply::empty())
    }

    /// A factory with its setup guide, which is one of the console's static files.
    fn factory_with_guide(&self, id: &str) -> Result<Reply> {
        let provider = provider(id).ok_or(Error::EntityNotFound)?;
        let mut shown = factory(provider);
        if let Value::Object(members) = &mut shown {
            members.insert("readme", self.world.asset(["/guides/", id, ".md"].concat()).unwrap_or_default());
        }
        Ok(Reply::json(200, &shown))
    }

    fn stories(&self) -> Management<'_> {
        let vault = Vault { keys: &self.settings.keys, world: self.world };
        Management { world: self.world, vault, policy: &self.settings.policy }
    }

    fn only(&self, allow: &'static str) -> Result<()> {
        if self.request.method == allow { Ok(()) } else { Err(Error::MethodNotAllowed(allow)) }
    }
}

/// 204 as in Logto; 202 while the provider's outcome is open, which Logto would not tell.
fn tested(status: SendStatus) -> Reply {
    match status {
        SendStatus::Sent => Reply::empty(),
        SendStatus::Unknown => Reply::json(202, &object([("status", "unknown".into())])),
    }
}
