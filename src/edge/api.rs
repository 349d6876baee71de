//! `POST /send`, `POST /verify` and `GET /health`: from a request to a story and back.

use super::Visit;
use super::log::Entry;
use super::reply::Reply;
use crate::api::{SendRequest, VerifyRequest, check_idempotency_key, verified};
use crate::error::Result;
use crate::record::{Record, object};
use crate::service::Service;

impl<'a> Visit<'a> {
    /// (1) Key, (2) body, (3) story, (4) answer.
    pub(super) fn send(&self, log: &mut Entry) -> Result<Reply> {
        // (1)
        self.check_key(&self.settings.api_keys)?;
        log.counts("send", "sent");
        // (2)
        let idempotency_key = self.request.optional_header("idempotency-key");
        idempotency_key.map(check_idempotency_key).transpose()?;
        let send = SendRequest::parse(self.json()?.as_bytes(), &self.settings.policy)?;
        log.phone(&send.phone);
        log.note("usageType", send.usage.name());
        // (3)
        let receipt = self.service().send(&send, idempotency_key)?;
        // (4)
        log.receipt(&receipt);
        Ok(Reply::json(receipt.http_status(), &receipt.write()))
    }

    /// (1) Key, (2) body, (3) story, (4) answer.
    pub(super) fn verify(&self, log: &mut Entry) -> Result<Reply> {
        // (1)
        self.check_key(&self.settings.api_keys)?;
        log.counts("verify", "verified");
        // (2)
        let verify = VerifyRequest::parse(self.json()?.as_bytes())?;
        log.phone(&verify.phone);
        log.note("usageType", verify.usage.name());
        // (3)
        let (id, at) = self.service().verify(&verify)?;
        // (4)
        log.note("verificationId", &id);
        Ok(Reply::json(200, &verified(&verify, &id, at)))
    }

    /// The stories under this deployment's settings.
    pub(super) const fn service(&self) -> Service<'a> {
        Service { world: self.world, keys: &self.settings.keys, policy: &self.settings.policy }
    }
}

/// That the Worker runs and its settings parse. It asks neither KV nor the guard.
pub(super) fn health() -> Reply {
    Reply::json(200, &object([("status", "ok".into()), ("version", env!("CARGO_PKG_VERSION").into())]))
}
