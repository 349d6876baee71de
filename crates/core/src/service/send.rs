//! Sending a code.

use std::rc::Rc;

use super::deliver::deliver;
use super::{OtpService, ServiceError};
use crate::api::{SendReceipt, SendRequest, SendStatus};
use crate::code::Code;
use crate::connector::{Connector, LoadedConnector, ensure_mock_allowed};
use crate::guard::{GuardRequest, GuardResponse, IssuedCode};
use crate::idempotency::{IdempotencyState, StoredOutcome};
use crate::message::Message;
use crate::ports::Platform;
use crate::provider::DeliveryOutcome;
use crate::template::Template;

/// How often a concurrent duplicate asks whether the first request has ended, in milliseconds.
const DUPLICATE_POLL_MS: u32 = 200;
/// How long after the provider's deadline a concurrent duplicate gives up, in milliseconds.
const DUPLICATE_GRACE_MS: u32 = 5_000;

impl<P: Platform> OtpService<'_, P> {
    /// Sends a code.
    ///
    /// The connector and its template come first: a broken config must not cost the user a send. With an idempotency key
    /// the key's guard object is asked whether this is its first request, and is told how it ended.
    ///
    /// # Errors
    /// All `/send` codes of the contract but those of HTTP.
    pub async fn send(
        &self,
        request: &SendRequest,
        idempotency_key: Option<&str>,
    ) -> Result<SendReceipt, ServiceError> {
        let loaded = self.active_connector().await?;
        let connector = usable_connector(&loaded)?;
        ensure_mock_allowed(connector.provider, self.policy.allow_mock)
            .map_err(ServiceError::InvalidStoredConfig)?;
        let template = connector.template(request.usage_type, request.locale.as_deref())?;
        if !connector.provider.supports_recipient(&connector.config, &request.phone) {
            return Err(ServiceError::NumberNotSupported);
        }
        let Some(key) = idempotency_key else { return self.send_once(request, connector, template).await };
        let key = IdempotencyKey::new(self, key, request);
        if let Some(outcome) = self.begin_idempotent(&key).await? {
            return match outcome {
                StoredOutcome::Sent(receipt) => Ok(receipt),
                StoredOutcome::Rejected(rejection) => Err(rejection.into()),
            };
        }
        let sent = self.send_once(request, connector, template).await;
        self.end_idempotent(&key, &sent).await;
        sent
    }

    async fn active_connector(&self) -> Result<Rc<LoadedConnector>, ServiceError> {
        self.platform.active_connector().await?.ok_or(ServiceError::ConnectorNotFound)
    }

    /// The guard counts the send, draws the code and stores its record; then the provider is asked, once. A refusal
    /// voids the code and gives the send back; an unknown outcome keeps both.
    async fn send_once(
        &self,
        request: &SendRequest,
        connector: &Connector,
        template: Option<&Template>,
    ) -> Result<SendReceipt, ServiceError> {
        let issued = self.reserve_send(request).await?;
        let status = match self.deliver_code(request, connector, template, &issued).await {
            Ok(DeliveryOutcome::Accepted) => SendStatus::Sent,
            Ok(DeliveryOutcome::Unknown) => SendStatus::Unknown,
            Ok(DeliveryOutcome::Rejected(rejection)) => {
                self.revoke_send(request, &issued).await;
                return Err(rejection.into());
            }
            Err(error) => {
                self.revoke_send(request, &issued).await;
                return Err(error);
            }
        };
        Ok(SendReceipt {
            verification_id: issued.id,
            status,
            usage_type: request.usage_type,
            expires_at: issued.expires_at.rfc3339(),
            resend_at: issued.resend_at.rfc3339_rounded_up(),
            connector_id: connector.provider.id().to_owned(),
        })
    }

    async fn reserve_send(&self, request: &SendRequest) -> Result<IssuedCode, ServiceError> {
        let guard_request = GuardRequest::ReserveSend {
            phone: request.phone.e164().to_owned(),
            usage_type: request.usage_type,
        };
        match self.call_phone_guard(&request.phone, &guard_request).await? {
            GuardResponse::SendReserved(issued) => Ok(issued),
            _ => Err(ServiceError::Internal("unexpected guard response")),
        }
    }

    async fn deliver_code(
        &self,
        request: &SendRequest,
        connector: &Connector,
        template: Option<&Template>,
        issued: &IssuedCode,
    ) -> Result<DeliveryOutcome, ServiceError> {
        let code = Code::parse(&issued.code).ok_or(ServiceError::Internal("the guard drew no code"))?;
        let message = Message {
            to: &request.phone,
            usage_type: request.usage_type,
            code: &code,
            locale: request.locale.as_deref(),
            ip: request.ip.as_deref(),
            template,
        };
        deliver(self.platform, self.policy, connector, &message).await
    }

    /// Best effort: if the guard cannot answer now, the send stays counted and the code, which nobody has, expires.
    async fn revoke_send(&self, request: &SendRequest, issued: &IssuedCode) {
        let guard_request = GuardRequest::RevokeSend { id: issued.id.clone(), issued_at: issued.issued_at };
        let _ = self.call_phone_guard(&request.phone, &guard_request).await;
    }

    /// Returns the outcome of the key's first request, if it has ended; waits for one that has not.
    async fn begin_idempotent(&self, key: &IdempotencyKey) -> Result<Option<StoredOutcome>, ServiceError> {
        let polls = (self.policy.provider_timeout_ms + DUPLICATE_GRACE_MS) / DUPLICATE_POLL_MS;
        let request = GuardRequest::BeginIdempotent { fingerprint: key.fingerprint.clone() };
        for _ in 0..polls {
            match self.call_guard(&key.object_name, None, &request).await? {
                GuardResponse::Idempotency(IdempotencyState::Started) => return Ok(None),
                GuardResponse::Idempotency(IdempotencyState::Completed(outcome)) => return Ok(Some(outcome)),
                GuardResponse::Idempotency(IdempotencyState::Conflict) => {
                    return Err(ServiceError::IdempotencyConflict);
                }
                _ => self.platform.sleep(DUPLICATE_POLL_MS).await,
            }
        }
        Err(ServiceError::StorageUnavailable)
    }

    /// Best effort: the message is on its way or not, and a key that could not be ended only stays in use.
    async fn end_idempotent(&self, key: &IdempotencyKey, sent: &Result<SendReceipt, ServiceError>) {
        let outcome = match sent {
            Ok(receipt) => Some(StoredOutcome::Sent(receipt.clone())),
            Err(ServiceError::Provider(rejection)) => Some(StoredOutcome::Rejected(rejection.clone())),
            Err(_) => None,
        };
        let request = GuardRequest::EndIdempotent { fingerprint: key.fingerprint.clone(), outcome };
        let _ = self.call_guard(&key.object_name, None, &request).await;
    }
}

fn usable_connector(loaded: &LoadedConnector) -> Result<&Connector, ServiceError> {
    loaded.as_ref().map_err(|issues| ServiceError::InvalidStoredConfig(issues.clone()))
}

/// An idempotency key with the fingerprint of its request.
struct IdempotencyKey {
    object_name: String,
    fingerprint: String,
}

impl IdempotencyKey {
    fn new<P>(service: &OtpService<'_, P>, key: &str, request: &SendRequest) -> Self {
        let keys = &service.keys.current;
        Self {
            object_name: keys.idempotency_object_name(key),
            fingerprint: keys.request_fingerprint(&request.fingerprint_parts()),
        }
    }
}
