//! SMS Aero, API v2: <https://smsaero.ru/integration/documentation/api/>.
//!
//! Oddities: success and failure may both be 200, distinguished by `success`; older responses have a word in `result`
//! instead. There are no codes: what was wrong follows from the status, from the names under `data`, or from a
//! sentence, of which only the one about money is known. Numbers are digits without `+`.

use serde::Serialize;
use serde_json::Value;

use super::outcome::classify_code;
use super::request::ProviderRequest;
use super::{
    Delivery, DeliveryOutcome, FieldKind, FieldSpec, ProviderConfig, ProviderMetadata, ProviderResponse,
    RejectionKind, RequestContext, SmsProvider, TemplateKind, TemplateRules,
};
use crate::message::Message;

pub(super) struct Smsaero;

const FIELDS: &[FieldSpec] = &[
    FieldSpec::new("email", "E-mail", FieldKind::Email).destination().description("The account's login."),
    FieldSpec::new("apiKey", "API key", FieldKind::Secret),
    FieldSpec::new("senderName", "Sender name", FieldKind::Text).placeholder("SMSAero"),
    FieldSpec::templates(TemplateRules::new(TemplateKind::Text)),
];

#[derive(Serialize)]
struct SendRequest<'a> {
    number: &'a str,
    sign: &'a str,
    text: &'a str,
}

impl SmsProvider for Smsaero {
    fn id(&self) -> &'static str {
        "smsaero-short-message-service"
    }

    fn metadata(&self) -> ProviderMetadata {
        ProviderMetadata {
            target: "smsaero-sms",
            name: ["SMS Aero", "SMS Aero"],
            description: [
                "Text messages to Russia, and to others by account.",
                "向俄罗斯发送短信，其他国家视账户而定。",
            ],
        }
    }

    fn fields(&self) -> &'static [FieldSpec] {
        FIELDS
    }

    fn build_request(
        &self,
        config: &ProviderConfig,
        message: &Message<'_>,
        _: &RequestContext,
    ) -> http::Result<Delivery> {
        let body = SendRequest {
            number: message.to.digits(),
            sign: config.text("senderName"),
            text: &message.text(),
        };
        ProviderRequest::post_json("https://gate.smsaero.ru/v2/sms/send", &body)
            .basic_auth(config.text("email"), config.text("apiKey"))
            .finish()
    }

    fn parse_response(&self, response: &ProviderResponse) -> DeliveryOutcome {
        let body = response.json();
        let result = body.get("result").and_then(Value::as_str);
        match (body.get("success").and_then(Value::as_bool), result) {
            (Some(true), _) if response.is_success() => DeliveryOutcome::Accepted,
            (Some(false), _) | (None, Some("reject" | "no credits")) => {
                let kind = classify_rejection(response, &body);
                DeliveryOutcome::rejected(response, kind, result.unwrap_or_default())
            }
            _ => DeliveryOutcome::from_status(response),
        }
    }
}

/// Classifies what was wrong. The sentence is compared, never passed on.
fn classify_rejection(response: &ProviderResponse, body: &Value) -> RejectionKind {
    let has_text = |member: &str, text: &str| body.get(member).and_then(Value::as_str) == Some(text);
    let names_field = |name: &str| body.get("data").is_some_and(|data| data.get(name).is_some());
    match classify_code(response, &[], "") {
        RejectionKind::Other
            if has_text("message", "Not enough money.") || has_text("result", "no credits") =>
        {
            RejectionKind::Balance
        }
        RejectionKind::Other if names_field("number") => RejectionKind::Recipient,
        RejectionKind::Other if names_field("sign") || names_field("text") => RejectionKind::Content,
        by_status => by_status,
    }
}
