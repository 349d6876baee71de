//! WhatsApp Cloud API, authentication templates:
//! <https://developers.facebook.com/docs/whatsapp/business-management-api/authentication-templates>; its codes:
//! <https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes>.
//!
//! Oddities: the text is Meta's own; the code is sent twice, for the body and for the button that copies it. Template
//! languages are Meta's (`zh_CN`), beside our `locale`. A success carries `messages`, an error carries `error.code`.
//! Meta recommends numbers with their `+`.

use serde::Serialize;
use serde_json::Value;

use super::outcome::code_text;
use super::request::ProviderRequest;
use super::{
    Delivery, DeliveryOutcome, ErrorCodeTable, FieldKind, FieldSpec, ProviderConfig, ProviderMetadata,
    ProviderResponse, RejectionKind, RequestContext, SmsProvider, TemplateKind, TemplateRules,
};
use crate::message::Message;
use crate::template::TemplateBody;

pub(super) struct WhatsApp;

const FIELDS: &[FieldSpec] = &[
    FieldSpec::new("accessToken", "Access token", FieldKind::Secret)
        .header()
        .description("A system user's permanent token with whatsapp_business_messaging."),
    FieldSpec::new("phoneNumberId", "Phone number ID", FieldKind::Id)
        .destination()
        .placeholder("100000000000001")
        .description("The sender's ID, not its number."),
    FieldSpec::templates(TemplateRules::new(TemplateKind::Named)),
];

const ERROR_CODES: ErrorCodeTable = &[
    (RejectionKind::Throttled(None), &["4", "80007", "130429", "131048", "131056", "133016"]),
    (
        RejectionKind::Credentials,
        &["0", "3", "10", "190", "200", "368", "131005", "131031", "131045", "133006", "133010", "133015"],
    ),
    (
        RejectionKind::Recipient,
        &["130472", "130497", "131021", "131026", "131030", "131047", "131049", "131050"],
    ),
    (
        RejectionKind::Content,
        &["131051", "132000", "132001", "132005", "132007", "132012", "132015", "132016", "132018"],
    ),
    (RejectionKind::Balance, &["131042"]),
];

#[derive(Serialize)]
struct MessageRequest<'a> {
    messaging_product: &'static str,
    to: &'a str,
    #[serde(rename = "type")]
    message_type: &'static str,
    template: TemplateMessage<'a>,
}

#[derive(Serialize)]
struct TemplateMessage<'a> {
    name: &'a str,
    language: Language<'a>,
    components: [Component<'a>; 2],
}

#[derive(Serialize)]
struct Language<'a> {
    code: &'a str,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Component<'a> {
    Body { parameters: [Parameter<'a>; 1] },
    Button { sub_type: &'static str, index: &'static str, parameters: [Parameter<'a>; 1] },
}

#[derive(Clone, Copy, Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Parameter<'a> {
    Text { text: &'a str },
}

impl SmsProvider for WhatsApp {
    fn id(&self) -> &'static str {
        "whatsapp-short-message-service"
    }

    fn metadata(&self) -> ProviderMetadata {
        ProviderMetadata {
            target: "whatsapp-sms",
            name: ["WhatsApp", "WhatsApp"],
            description: [
                "Registered templates to people who use WhatsApp.",
                "向 WhatsApp 用户发送已审核的模板。",
            ],
        }
    }

    fn fields(&self) -> &'static [FieldSpec] {
        FIELDS
    }

    fn error_codes(&self) -> ErrorCodeTable {
        ERROR_CODES
    }

    fn build_request(
        &self,
        config: &ProviderConfig,
        message: &Message<'_>,
        _: &RequestContext,
    ) -> http::Result<Delivery> {
        let body = MessageRequest {
            messaging_product: "whatsapp",
            to: message.to.e164(),
            message_type: "template",
            template: template_message(message),
        };
        let url = format!("https://graph.facebook.com/v19.0/{}/messages", config.text("phoneNumberId"));
        ProviderRequest::post_json(&url, &body)
            .authorization(&format!("Bearer {}", config.text("accessToken")))
            .finish()
    }

    fn parse_response(&self, response: &ProviderResponse) -> DeliveryOutcome {
        let body = response.json();
        let has_message_id = body.pointer("/messages/0/id").is_some_and(Value::is_string);
        match body.pointer("/error/code").and_then(code_text) {
            Some(code) => DeliveryOutcome::rejected_with_code(response, ERROR_CODES, &code),
            None if response.is_success() && has_message_id => DeliveryOutcome::Accepted,
            None => DeliveryOutcome::from_status(response),
        }
    }
}

fn template_message<'a>(message: &Message<'a>) -> TemplateMessage<'a> {
    let (name, language) = match message.template.map(|template| &template.body) {
        Some(TemplateBody::Named { name, language }) => (name.as_str(), language.as_str()),
        _ => ("", ""),
    };
    let parameters = [Parameter::Text { text: message.code.as_str() }];
    TemplateMessage {
        name,
        language: Language { code: language },
        components: [
            Component::Body { parameters },
            Component::Button { sub_type: "url", index: "0", parameters },
        ],
    }
}
