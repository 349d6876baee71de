//! Sending a code.

use std::rc::Rc;

use super::deliver::deliver_traced;
use super::{OtpService, ServiceError, UNEXPECTED};
use crate::api::{SendReceipt, SendRequest, SendStatus};
use crate::code::Code;
use crate::connector::{Connector, LoadedConnector, ensure_mock_allowed};
use crate::event::Trace;
use crate::guard::{GuardRequest, GuardResponse, IssuedCode};
use crate::idempotency::{IdempotencyState, IdempotentRequest};
use crate::keys::{DeliveryContent, IdempotencyKey, KeyRing};
use crate::limits::CodeOrigin;
use crate::message::Message;
use crate::phone::PhoneNumber;
use crate::ports::Platform;
use crate::provider::DeliveryOutcome;
use crate::template::Template;
use crate::time::Seconds;

/// How long a repeated request waits before it asks for the first time whether the other has ended, in milliseconds. Each
/// time it waits twice as long.
pub(super) const FIRST_WAIT_MS: u32 = 250;
/// The longest of these waits, in milliseconds.
const LONGEST_WAIT_MS: u32 = 4_000;
/// How often a send that failed is taken back before that is given up.
pub(super) const REVOCATIONS: u32 = 3;
/// How long after the provider's deadline an outcome is waited for: the time to store it.
const OUTCOME_GRACE: Seconds = Seconds(5);

impl<P: Platform> OtpService<'_, P> {
    /// Sends a code.
    ///
    /// With an idempotency key the key's guard object is asked first whether this is its first request, and stores how it
    /// ended: a repeated one gets the same response although the connector may have been removed since.
    ///
    /// # Errors
    /// All `/send` codes of the contract but those of HTTP.
    pub async fn send(
        &self,
        request: &SendRequest,
        idempotency_key: Option<IdempotencyKey<'_>>,
    ) -> Result<SendReceipt, ServiceError> {
        self.send_traced(request, idempotency_key, &mut Trace::default()).await
    }

    /// Sends a code as [`Self::send`], and notes in `trace` how.
    ///
    /// # Errors
    /// As [`Self::send`].
    pub async fn send_traced(
        &self,
        request: &SendRequest,
        idempotency_key: Option<IdempotencyKey<'_>>,
        trace: &mut Trace,
    ) -> Result<SendReceipt, ServiceError> {
        let Some(key) = idempotency_key else { return self.send_once(request, None, trace).await };
        let key = KeyHolder::new(self, key, request)?;
        if let Some(receipt) = self.begin_idempotent(&key, trace).await? {
            trace.is_repeated = true;
            return Ok(receipt);
        }
        let sent = self.send_once(request, Some(&key), trace).await;
        self.end_idempotent(&key, sent.as_ref().ok(), trace).await;
        sent
    }

    pub(super) async fn active_connector(&self) -> Result<Rc<LoadedConnector>, ServiceError> {
        self.platform.active_connector().await?.ok_or(ServiceError::ConnectorNotFound)
    }

    /// Returns the stored connector, if its config is valid and it may be used here.
    pub(super) fn usable_connector<'a>(
        &self,
        loaded: &'a LoadedConnector,
    ) -> Result<&'a Connector, ServiceError> {
        let connector =
            loaded.as_ref().map_err(|issues| ServiceError::InvalidStoredConfig(issues.clone()))?;
        ensure_mock_allowed(connector.provider, self.policy.allow_mock)
            .map_err(ServiceError::InvalidStoredConfig)?;
        Ok(connector)
    }

    /// The connector and its template come first: a broken config must not cost the user a send. The limits against SMS
    /// pumping count the send; the guard counts it for its phone number, draws the code and stores its record; then the
    /// provider is asked, once. A refusal voids the code and gives the send back to the phone number; an unknown outcome
    /// keeps both. What the other limits have counted stays.
    async fn send_once(
        &self,
        request: &SendRequest,
        key: Option<&KeyHolder>,
        trace: &mut Trace,
    ) -> Result<SendReceipt, ServiceError> {
        let loaded = self.active_connector().await?;
        let connector = self.usable_connector(&loaded)?;
        let template = connector.template(request.usage_type, request.locale.as_deref())?;
        if !connector.provider.supports_recipient(&connector.config, &request.phone) {
            return Err(ServiceError::NumberNotSupported);
        }
        self.count_send(&request.phone, request.ip.as_deref(), CodeOrigin::Own, trace).await?;
        let issued = self.reserve_send(request, trace).await?;
        trace.kv_ms = Some(issued.kv_ms);
        let receipt = |status, cause| SendReceipt {
            verification_id: issued.id.clone(),
            status,
            usage_type: request.usage_type,
            expires_at: issued.expires_at.rfc3339(),
            resend_at: issued.resend_at.rfc3339_rounded_up(),
            connector_id: connector.provider.id().to_owned(),
            warnings: request.warnings.clone().into(),
            cause,
        };
        let outcome = match self.grant_idempotent(key, || receipt(SendStatus::Unknown, None), trace).await {
            Ok(()) => self.deliver_code(request, connector, template, &issued, trace).await,
            Err(error) => Err(error),
        };
        let error = match outcome {
            Ok(DeliveryOutcome::Accepted) => return Ok(receipt(SendStatus::Sent, None)),
            Ok(DeliveryOutcome::Unknown(cause)) => return Ok(receipt(SendStatus::Unknown, Some(cause))),
            Ok(DeliveryOutcome::Rejected(rejection)) => rejection.into(),
            Err(error) => error,
        };
        self.revoke_send(request, &issued, trace).await;
        Err(error)
    }

    async fn reserve_send(
        &self,
        request: &SendRequest,
        trace: &mut Trace,
    ) -> Result<IssuedCode, ServiceError> {
        let guard_request = GuardRequest::ReserveSend {
            phone: request.phone.e164().to_owned(),
            usage_type: request.usage_type,
        };
        match self.call_phone_guard(&request.phone, &guard_request, trace).await? {
            GuardResponse::SendReserved(issued) => Ok(issued),
            _ => Err(UNEXPECTED),
        }
    }

    async fn deliver_code(
        &self,
        request: &SendRequest,
        connector: &Connector,
        template: Option<&Template>,
        issued: &IssuedCode,
        trace: &mut Trace,
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
        deliver_traced(self.platform, self.policy, connector, &message, trace).await
    }

    /// Best effort: if the guard cannot answer, the send stays counted, and the code, which nobody has, stays the newest
    /// until it expires.
    async fn revoke_send(&self, request: &SendRequest, issued: &IssuedCode, trace: &mut Trace) {
        let guard_request = GuardRequest::RevokeSend { id: issued.id.clone() };
        for _ in 1..REVOCATIONS {
            if self.call_phone_guard(&request.phone, &guard_request, trace).await.is_ok() {
                return;
            }
            self.platform.sleep(FIRST_WAIT_MS).await;
        }
        let _ = self.call_phone_guard(&request.phone, &guard_request, trace).await;
    }

    /// Returns the receipt of the key's first request, if it has ended; waits for one that has not.
    pub(super) async fn begin_idempotent(
        &self,
        key: &KeyHolder,
        trace: &mut Trace,
    ) -> Result<Option<SendReceipt>, ServiceError> {
        let request = GuardRequest::BeginIdempotent(key.request.clone());
        let mut wait_ms = FIRST_WAIT_MS;
        loop {
            let deadline = match self.call_key_guard(key, &request, trace).await? {
                GuardResponse::Idempotency(IdempotencyState::Started) => return Ok(None),
                GuardResponse::Idempotency(IdempotencyState::Completed(receipt)) => return Ok(Some(receipt)),
                GuardResponse::Idempotency(IdempotencyState::Conflict) => {
                    return Err(ServiceError::IdempotencyConflict);
                }
                GuardResponse::Idempotency(IdempotencyState::InProgress(deadline)) => deadline,
                _ => return Err(UNEXPECTED),
            };
            let left_ms = deadline.0.saturating_sub(self.platform.now().0);
            // The deadline is by the object's clock, which may be behind.
            let left_ms = u32::try_from(left_ms).unwrap_or(u32::MAX).max(FIRST_WAIT_MS);
            self.platform.sleep(wait_ms.min(left_ms)).await;
            wait_ms = (wait_ms * 2).min(LONGEST_WAIT_MS);
        }
    }

    /// Stores the response to a duplicate for the case that this request never ends. Without that nothing may be sent.
    pub(super) async fn grant_idempotent(
        &self,
        key: Option<&KeyHolder>,
        receipt: impl FnOnce() -> SendReceipt,
        trace: &mut Trace,
    ) -> Result<(), ServiceError> {
        let Some(key) = key else { return Ok(()) };
        let timeout = Seconds(self.policy.provider_timeout_ms.div_ceil(1_000) + OUTCOME_GRACE.0);
        let owner = key.request.owner.clone();
        let request = GuardRequest::GrantIdempotent { owner, receipt: receipt(), timeout };
        match self.call_key_guard(key, &request, trace).await? {
            GuardResponse::Granted(true) => Ok(()),
            // A repeated request has taken over.
            GuardResponse::Granted(false) => Err(ServiceError::StorageUnavailable),
            _ => Err(UNEXPECTED),
        }
    }

    /// Keeps the receipt of a message that may exist, or frees the key. Best effort: a key that could not be ended only
    /// stays in use, and the response to a duplicate is what was granted.
    pub(super) async fn end_idempotent(
        &self,
        key: &KeyHolder,
        receipt: Option<&SendReceipt>,
        trace: &mut Trace,
    ) {
        let (owner, receipt) = (key.request.owner.clone(), receipt.cloned());
        let _ = self.call_key_guard(key, &GuardRequest::EndIdempotent { owner, receipt }, trace).await;
    }

    async fn call_key_guard(
        &self,
        key: &KeyHolder,
        request: &GuardRequest,
        trace: &mut Trace,
    ) -> Result<GuardResponse, ServiceError> {
        self.call_guard(&key.object_name, key.previous_name.as_deref(), request, trace).await
    }
}

/// A request with an idempotency key, or with a content that is one.
pub(super) struct KeyHolder {
    object_name: String,
    /// The name under the previous root secret, while a rotation runs.
    previous_name: Option<String>,
    request: IdempotentRequest,
}

impl KeyHolder {
    /// Creates the holder of a delivery's key, which is its recipient and content.
    pub(super) fn of_delivery<P: Platform>(
        service: &OtpService<'_, P>,
        phone: &PhoneNumber,
        content: DeliveryContent<'_>,
    ) -> Result<Self, ServiceError> {
        let KeyRing { current, previous } = service.keys;
        let (kind, text) = content.parts();
        let parts = ["delivery", phone.e164(), kind, text];
        Ok(Self {
            object_name: current.delivery_object_name(phone, content),
            previous_name: previous.as_ref().map(|keys| keys.delivery_object_name(phone, content)),
            request: idempotent_request(service, &parts)?,
        })
    }

    fn new<P: Platform>(
        service: &OtpService<'_, P>,
        key: IdempotencyKey<'_>,
        request: &SendRequest,
    ) -> Result<Self, ServiceError> {
        let KeyRing { current, previous } = service.keys;
        let parts = request.fingerprint_parts();
        Ok(Self {
            object_name: current.idempotency_object_name(key),
            previous_name: previous.as_ref().map(|keys| keys.idempotency_object_name(key)),
            request: idempotent_request(service, &parts)?,
        })
    }
}

fn idempotent_request<P: Platform>(
    service: &OtpService<'_, P>,
    parts: &[&str],
) -> Result<IdempotentRequest, ServiceError> {
    let KeyRing { current, previous } = service.keys;
    Ok(IdempotentRequest {
        fingerprint: current.request_fingerprint(parts),
        previous_fingerprint: previous.as_ref().map(|keys| keys.request_fingerprint(parts)),
        owner: hex::encode(service.platform.bytes::<16>()?),
    })
}
