//! WhatsApp Cloud API, authentication templates:
//! <https://developers.facebook.com/docs/whatsapp/business-management-api/authentication-templates>; its codes:
//! <https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes>.
//!
//! Oddities: the text is Meta's own; the code is sent twice, for the body and for the button that copies it. Template
//! languages are Meta's (`zh_CN`), beside our `locale`. A success carries `messages`, an error carries `error.code`. A
//! message may be held back until the template's quality is known (`message_status`), and then be sent or dropped.
//! Meta recommends numbers with their `+`. A version of the API expires two years after its successor
//! (<https://developers.facebook.com/docs/graph-api/changelog>), so it is a field.

use serde::Serialize;
use serde_json::Value;

use super::outcome::code_text;
use super::request::ProviderRequest;
use super::{
    Delivery, DeliveryOutcome, ErrorCodeTable, FailureCause, FieldKind, FieldSpec, ProviderConfig,
    ProviderMetadata, ProviderResponse, RejectionKind, RequestContext, SmsProvider, TemplateKind,
    TemplateRules,
};
use crate::error::Issue;
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
    FieldSpec::new("apiVersion", "Graph API version", FieldKind::Text)
        .optional()
        .placeholder(API_VERSION)
        .description("Meta's API version; only needed if the default has expired."),
    FieldSpec::templates(TemplateRules::new(TemplateKind::Named)),
];

/// The newest version, introduced on 29 July 2026.
const API_VERSION: &str = "v26.0";

/// Unknown are a service that is down or overloaded (2, 131016, 133004) and an error that Meta does not know (131000).
const ERROR_CODES: ErrorCodeTable = ErrorCodeTable {
    rejected: &[
        (RejectionKind::Throttled(None), &["4", "80007", "130429", "131048", "131056", "133016"]),
        (
            RejectionKind::Credentials,
            &[
                "0", "3", "10", "190", "200", "368", "131005", "131031", "131045", "133006", "133010",
                "133015",
            ],
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
    ],
    unknown: &["2", "131000", "131016", "133004"],
    ..ErrorCodeTable::EMPTY
};

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

    fn validate(&self, config: &ProviderConfig) -> Vec<Issue> {
        let version = config.text("apiVersion");
        if version.is_empty() || is_version(version) {
            return Vec::new();
        }
        vec![Issue::new("apiVersion", "must be a version of the Graph API such as v26.0")]
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
        let version = config.text_or("apiVersion", API_VERSION);
        let url = format!("https://graph.facebook.com/{version}/{}/messages", config.text("phoneNumberId"));
        ProviderRequest::post_json(&url, &body)
            .authorization(&format!("Bearer {}", config.text("accessToken")))
            .finish()
    }

    fn parse_response(&self, response: &ProviderResponse) -> DeliveryOutcome {
        let body = response.json();
        let has_message_id = body.pointer("/messages/0/id").is_some_and(Value::is_string);
        let message_status = body.pointer("/messages/0/message_status");
        let is_accepted = message_status.is_none_or(|status| status == "accepted");
        match body.pointer("/error/code").and_then(code_text) {
            Some(code) => DeliveryOutcome::from_code(response, ERROR_CODES, &code),
            None if response.is_success() && has_message_id && is_accepted => DeliveryOutcome::Accepted,
            None if response.is_success() && has_message_id => {
                DeliveryOutcome::Unknown(FailureCause::Undecided)
            }
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

/// Tells whether a text is `v`, a number, a dot and a number.
fn is_version(text: &str) -> bool {
    let is_number = |text: &str| (1..=3).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    let parts = text.strip_prefix('v').and_then(|text| text.split_once('.'));
    parts.is_some_and(|(major, minor)| is_number(major) && is_number(minor))
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test(unsupported = test)]
    fn parse_response_accepts_no_message_status_but_accepted() {
        let parse = |status: &str| {
            let body = format!(r#"{{"messages":[{{"id":"wamid.1"{status}}}]}}"#);
            WhatsApp.parse_response(&ProviderResponse { status: 200, body, ..ProviderResponse::default() })
        };
        assert_eq!(parse(""), DeliveryOutcome::Accepted);
        assert_eq!(parse(r#","message_status":"accepted""#), DeliveryOutcome::Accepted);
        for word in [r#""held_for_quality_assessment""#, r#""paused""#, r#""Accepted""#, r#""""#, "null", "1"]
        {
            let outcome = parse(&format!(r#","message_status":{word}"#));
            assert_eq!(outcome, DeliveryOutcome::Unknown(FailureCause::Undecided), "{word}");
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn is_version_accepts_versions_of_the_graph_api_only() {
        for text in ["v26.0", "v9.0", "v100.1"] {
            assert!(is_version(text), "{text}");
        }
        for text in ["26.0", "v26", "v26.", "v.0", "V26.0", "v26.0/x", "v2 6.0", "v26.0.1", "latest", "v-1.0"]
        {
            assert!(!is_version(text), "{text}");
        }
    }
}
