//! Delivering a code that another server has made: one message per recipient and code, however often it is asked for.

use super::deliver::deliver_traced;
use super::send::{FIRST_WAIT_MS, KeyHolder, REVOCATIONS};
use super::{OtpService, ServiceError, UNEXPECTED};
use crate::api::{DeliverRequest, RequestError, SendReceipt, SendStatus};
use crate::code::Code;
use crate::connector::Connector;
use crate::error::Issue;
use crate::event::Trace;
use crate::guard::{GuardRequest, GuardResponse};
use crate::ledger::DeliveryPermit;
use crate::limits::CodeOrigin;
use crate::message::Message;
use crate::policy::{BridgeText, Policy};
use crate::ports::Platform;
use crate::provider::DeliveryOutcome;
use crate::template::{Template, TemplateBody};
use crate::time::CODE_LIFETIME;

impl<P: Platform> OtpService<'_, P> {
    /// Delivers a message. The same recipient and code within 600 s get the same receipt and no second message. The limits
    /// of sends and those against SMS pumping apply, but for the share that is verified; those of failures do not, since
    /// nothing is verified here. `timeout_ms` shortens the provider's deadline.
    ///
    /// The `verification_id` of the receipt names the delivery in the log; nothing can be verified by it.
    ///
    /// # Errors
    /// Those of a send, and `guard.invalid_input` if the code is missing and the text is not to be sent.
    pub async fn deliver(
        &self,
        request: &DeliverRequest,
        timeout_ms: Option<u32>,
    ) -> Result<SendReceipt, ServiceError> {
        self.deliver_traced(request, timeout_ms, &mut Trace::default()).await
    }

    /// Delivers a message as [`Self::deliver`], and notes in `trace` how.
    ///
    /// # Errors
    /// As [`Self::deliver`].
    pub async fn deliver_traced(
        &self,
        request: &DeliverRequest,
        timeout_ms: Option<u32>,
        trace: &mut Trace,
    ) -> Result<SendReceipt, ServiceError> {
        let provider_timeout_ms = self.policy.provider_timeout_ms.min(timeout_ms.unwrap_or(u32::MAX));
        let policy = Policy { provider_timeout_ms, ..self.policy.clone() };
        let service = OtpService { platform: self.platform, keys: self.keys, policy: &policy };
        service.deliver_in_time(request, trace).await
    }

    async fn deliver_in_time(
        &self,
        request: &DeliverRequest,
        trace: &mut Trace,
    ) -> Result<SendReceipt, ServiceError> {
        let key = KeyHolder::of_delivery(self, &request.to, request.content().ok_or_else(code_missing)?)?;
        if let Some(receipt) = self.begin_idempotent(&key, trace).await? {
            trace.is_repeated = true;
            return Ok(receipt);
        }
        let delivered = self.deliver_once(request, &key, trace).await;
        self.end_idempotent(&key, delivered.as_ref().ok(), trace).await;
        delivered
    }

    async fn deliver_once(
        &self,
        request: &DeliverRequest,
        key: &KeyHolder,
        trace: &mut Trace,
    ) -> Result<SendReceipt, ServiceError> {
        let loaded = self.active_connector().await?;
        let connector = self.usable_connector(&loaded)?;
        let content = MessageContent::select(connector, request, self.policy.bridge_text)?;
        if !connector.provider.supports_recipient(&connector.config, &request.to) {
            return Err(ServiceError::NumberNotSupported);
        }
        self.count_send(&request.to, request.ip.as_deref(), CodeOrigin::Foreign, trace).await?;
        let id = hex::encode(self.platform.bytes::<16>()?);
        let permit = self.reserve_delivery(request, trace).await?;
        let receipt = |status, cause| SendReceipt {
            verification_id: id.clone(),
            status,
            usage_type: request.usage_type,
            expires_at: self.platform.now().plus(CODE_LIFETIME).rfc3339(),
            resend_at: permit.resend_at.rfc3339_rounded_up(),
            connector_id: connector.provider.id().to_owned(),
            warnings: Box::default(),
            cause,
        };
        let message = Message {
            to: &request.to,
            usage_type: request.usage_type,
            code: &content.code,
            locale: request.locale.as_deref(),
            ip: request.ip.as_deref(),
            template: content.template(),
        };
        let outcome =
            match self.grant_idempotent(Some(key), || receipt(SendStatus::Unknown, None), trace).await {
                Ok(()) => deliver_traced(self.platform, self.policy, connector, &message, trace).await,
                Err(error) => Err(error),
            };
        let error = match outcome {
            Ok(DeliveryOutcome::Accepted) => return Ok(receipt(SendStatus::Sent, None)),
            Ok(DeliveryOutcome::Unknown(cause)) => return Ok(receipt(SendStatus::Unknown, Some(cause))),
            Ok(DeliveryOutcome::Rejected(rejection)) => rejection.into(),
            Err(error) => error,
        };
        self.revoke_delivery(request, permit, trace).await;
        Err(error)
    }

    async fn reserve_delivery(
        &self,
        request: &DeliverRequest,
        trace: &mut Trace,
    ) -> Result<DeliveryPermit, ServiceError> {
        match self.call_phone_guard(&request.to, &GuardRequest::ReserveDelivery, trace).await? {
            GuardResponse::DeliveryReserved(permit) => Ok(permit),
            _ => Err(UNEXPECTED),
        }
    }

    /// Best effort: if the guard cannot answer, the delivery stays counted.
    async fn revoke_delivery(&self, request: &DeliverRequest, permit: DeliveryPermit, trace: &mut Trace) {
        let guard_request = GuardRequest::RevokeDelivery { counted_at: permit.counted_at };
        for _ in 1..REVOCATIONS {
            if self.call_phone_guard(&request.to, &guard_request, trace).await.is_ok() {
                return;
            }
            self.platform.sleep(FIRST_WAIT_MS).await;
        }
        let _ = self.call_phone_guard(&request.to, &guard_request, trace).await;
    }
}

/// What the provider gets of a message: the code and a template, or the caller's text.
struct MessageContent<'a> {
    /// Unknown if only the text was given.
    code: Code,
    template: ContentTemplate<'a>,
}

enum ContentTemplate<'a> {
    /// One of the connector's; `None` if it has none at all.
    Own(Option<&'a Template>),
    /// The caller's text.
    Verbatim(Template),
}

impl<'a> MessageContent<'a> {
    /// Selects the caller's text where the operator wants that and the connector sends texts, else a template.
    fn select(
        connector: &'a Connector,
        request: &DeliverRequest,
        wanted: BridgeText,
    ) -> Result<Self, ServiceError> {
        let text = request.text.as_ref().filter(|_| wanted == BridgeText::Caller && connector.sends_texts());
        if let Some(text) = text {
            let template = Template {
                usage_type: request.usage_type.as_str().to_owned(),
                locale: None,
                body: TemplateBody::Verbatim(text.as_str().to_owned()),
            };
            let code = request.code.clone().unwrap_or(Code::unknown());
            return Ok(Self { code, template: ContentTemplate::Verbatim(template) });
        }
        let code = request.code.clone().ok_or_else(code_missing)?;
        let template = connector.template(request.usage_type, request.locale.as_deref())?;
        Ok(Self { code, template: ContentTemplate::Own(template) })
    }

    const fn template(&self) -> Option<&Template> {
        match &self.template {
            ContentTemplate::Own(template) => *template,
            ContentTemplate::Verbatim(template) => Some(template),
        }
    }
}

fn code_missing() -> ServiceError {
    let message =
        "is required: a text alone is sent only with BRIDGE_TEXT=caller and a connector that sends texts";
    RequestError::InvalidInput(vec![Issue::new("code", message)]).into()
}
