//! The stories outside the guard: send a code, verify a code. The order of steps is the contract; every step that
//! fails ends the story, and what was promised to the limits is taken back.

use alloc::borrow::ToOwned;
use alloc::string::String;

use crate::api::{Receipt, SendRequest, SendStatus, VerifyRequest};
use crate::claim::{Answer, Claimed};
use crate::code::Code;
use crate::connector::{Connector, Outcome, gate};
use crate::dispatch::dispatch;
use crate::error::{Error, ProviderRefusal, Refusal, Result};
use crate::guard::{Ask, Call, Grant, Told};
use crate::keys::Keys;
use crate::message::Message;
use crate::phone::PhoneNumber;
use crate::policy::Policy;
use crate::record::Record;
use crate::template::Template;
use crate::time::Timestamp;
use crate::vault::Vault;
use crate::world::World;

/// What the stories work with.
pub(crate) struct Service<'a> {
    pub(crate) world: &'a World<'a>,
    pub(crate) keys: &'a Keys,
    pub(crate) policy: &'a Policy,
}

/// How often a request that waits for its twin asks again, and how long after the provider's deadline it gives up.
const TWIN_POLL_MS: u32 = 200;
const TWIN_GRACE_MS: u32 = 5_000;

impl Service<'_> {
    /// Sends a code.
    ///
    /// (1) The active connector, and its template for this usage type: a broken config must not cost the user a
    /// send. (2) With an idempotency key: claim it, or give the answer that its first request got. (3) to (5) are
    /// [`Self::send_once`]. (6) The claim keeps the answer; one that came to nothing before the provider was asked
    /// is released.
    ///
    /// # Errors
    /// All of the contract's `/send` rows but those of the HTTP layer.
    pub(crate) fn send(&self, request: &SendRequest, idempotency_key: Option<&str>) -> Result<Receipt> {
        // (1)
        let connector = self.connector()?;
        let template = connector.template(request.usage, request.locale.as_deref())?;
        if !connector.provider.serves(&connector.config, &request.phone) {
            return Err(Error::NumberNotServed);
        }
        // (2)
        let Some(key) = idempotency_key else { return self.send_once(request, &connector, template) };
        let claim = ClaimedKey::new(&self.keys.current, key, request);
        if let Some(answer) = self.claim(&claim)? {
            return match answer {
                Answer::Receipt(receipt) => Ok(receipt),
                Answer::Refused(refusal) => Err(Error::Provider(refusal)),
            };
        }
        let sent = self.send_once(request, &connector, template);
        // (6)
        let answer = match &sent {
            Ok(receipt) => Some(Answer::Receipt(receipt.clone())),
            Err(Error::Provider(refusal)) => Some(Answer::Refused(refusal.clone())),
            Err(_) => None,
        };
        // The SMS is on its way or not, whatever the guard says now; a claim that could not be settled only keeps
        // its key busy.
        let _ = self.guard(&claim.name, None, Ask::Settle { body: claim.body, answer });
        sent
    }

    /// (3) The guard counts the send, makes the code and stores its record. (4) The provider is asked, once.
    /// (5) A refusal voids the code and gives the send back; an open outcome keeps both.
    fn send_once(
        &self,
        request: &SendRequest,
        connector: &Connector,
        template: Option<&Template>,
    ) -> Result<Receipt> {
        // (3)
        let ask = Ask::BeginSend { phone: request.phone.e164().to_owned(), usage: request.usage };
        let Told::Granted(grant) = self.ask(&request.phone, ask)? else {
            return Err(Error::Internal("the guard answered another question"));
        };
        // (4)
        let status = match self.deliver(request, connector, template, &grant) {
            Ok(Outcome::Accepted) => SendStatus::Sent,
            Ok(Outcome::Unknown) => SendStatus::Unknown,
            // (5)
            Ok(Outcome::Refused(refusal)) => return Err(self.take_back(request, &grant, refusal)),
            Err(error) => {
                self.void(request, &grant);
                return Err(error);
            }
        };
        Ok(Receipt {
            verification_id: grant.id,
            status,
            usage_type: request.usage,
            expires_at: grant.expires_at.rfc3339(),
            resend_at: grant.resend_at.rfc3339_rounded_up(),
            connector_id: connector.provider.id().to_owned(),
        })
    }

    /// Verifies a code: one question to the phone's guard.
    ///
    /// # Errors
    /// The `verification_code` rows, and `storage.unavailable`.
    pub(crate) fn verify(&self, request: &VerifyRequest) -> Result<(String, Timestamp)> {
        let ask = Ask::Verify {
            phone: request.phone.e164().to_owned(),
            usage: request.usage,
            code: request.code.as_str().to_owned(),
            id: request.verification_id.clone(),
        };
        match self.ask(&request.phone, ask)? {
            Told::Verified { id, at } => Ok((id, at)),
            _ => Err(Error::Internal("the guard answered another question")),
        }
    }

    /// The active connector: its secrets opened, its config checked.
    fn connector(&self) -> Result<Connector> {
        let stored = self.world.connector()?.ok_or(Error::ConnectorNotFound)?;
        let (provider, config) = Connector::stored(&stored)?;
        gate(provider, self.policy.allow_mock)?;
        let vault = Vault { keys: self.keys, world: self.world };
        Connector::new(provider, &vault.opened(provider, &config)?)
    }

    fn deliver(
        &self,
        request: &SendRequest,
        connector: &Connector,
        template: Option<&Template>,
        grant: &Grant,
    ) -> Result<Outcome> {
        let code = Code::parse(&grant.code).ok_or(Error::Internal("the guard made no code"))?;
        let message = Message {
            to: &request.phone,
            usage: request.usage,
            code: &code,
            locale: request.locale.as_deref(),
            ip: request.ip.as_deref(),
            template,
        };
        dispatch(self.world, self.policy, connector, &message)
    }

    fn take_back(&self, request: &SendRequest, grant: &Grant, refusal: ProviderRefusal) -> Error {
        self.void(request, grant);
        Error::Provider(refusal)
    }

    /// If the guard cannot answer now, the send stays counted and the code, which no one has, runs out by itself.
    fn void(&self, request: &SendRequest, grant: &Grant) {
        let ask = Ask::VoidSend { id: grant.id.clone(), issued_at: grant.issued_at };
        let _ = self.ask(&request.phone, ask);
    }

    /// Claims a key. Some(answer) if its first request has ended; waits for one that is under way.
    fn claim(&self, claim: &ClaimedKey) -> Result<Option<Answer>> {
        let patience = (self.policy.provider_timeout_ms + TWIN_GRACE_MS) / TWIN_POLL_MS;
        for _ in 0..patience {
            let ask = Ask::Claim { body: claim.body.clone() };
            match self.guard(&claim.name, None, ask)? {
                Told::Claimed(Claimed::Fresh) => return Ok(None),
                Told::Claimed(Claimed::Ended(answer)) => return Ok(Some(answer)),
                Told::Claimed(Claimed::Conflict) => return Err(Error::IdempotencyConflict),
                _ => self.world.sleep(TWIN_POLL_MS),
            }
        }
        Err(Error::Storage)
    }

    fn ask(&self, phone: &PhoneNumber, ask: Ask) -> Result<Told> {
        let name = self.keys.current.guard_name(phone);
        let previous = self.keys.previous.as_ref().map(|ring| ring.guard_name(phone));
        self.guard(&name, previous, ask)
    }

    fn guard(&self, name: &str, previous: Option<String>, ask: Ask) -> Result<Told> {
        let told = self.world.guard(name, Call { ask, previous }.write())?;
        granted(Told::read(told).ok_or(Error::Storage)?)
    }
}

fn granted(told: Told) -> Result<Told> {
    match told {
        Told::Refused(Refusal::Unavailable) => Err(Error::Storage),
        Told::Refused(refusal) => Err(Error::Guard(refusal)),
        told => Ok(told),
    }
}

/// An idempotency key and the request that claims it.
struct ClaimedKey {
    name: String,
    body: String,
}

impl ClaimedKey {
    fn new(ring: &crate::keys::Ring, key: &str, request: &SendRequest) -> Self {
        Self { name: ring.claim_name(key), body: ring.body_mac(&request.meaning()) }
    }
}
