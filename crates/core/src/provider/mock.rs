//! The mock connector: prints the message on the developer's terminal and sends nothing. It is refused unless
//! `ALLOW_MOCK=1`. Config and record are those of Logto's mock connector; its templates may do without the code.

use serde::Serialize;

use super::request::to_json;
use super::{
    Delivery, DeliveryOutcome, FieldKind, FieldSpec, ProviderConfig, ProviderMetadata, ProviderResponse,
    RequestContext, SmsProvider, TemplateKind, TemplateRules,
};
use crate::message::Message;

/// The id by which the check of `ALLOW_MOCK` recognises it.
pub const ID: &str = "mock-short-message-service";

pub(super) struct Mock;

const FIELDS: &[FieldSpec] = &[
    FieldSpec::new("accountSID", "Account SID", FieldKind::Text).destination(),
    FieldSpec::new("authToken", "Auth token", FieldKind::Secret),
    FieldSpec::new("fromMessagingServiceSID", "Messaging service SID", FieldKind::Text),
    FieldSpec::templates(TemplateRules {
        requires_generic: false,
        known_usage_types_only: true,
        requires_code: false,
        ..TemplateRules::new(TemplateKind::Text)
    }),
];

#[derive(Serialize)]
struct Record<'a> {
    phone: &'a str,
    code: &'a str,
    #[serde(rename = "type")]
    usage_type: &'a str,
    payload: Payload<'a>,
    text: &'a str,
}

#[derive(Serialize)]
struct Payload<'a> {
    code: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    locale: Option<&'a str>,
}

impl SmsProvider for Mock {
    fn id(&self) -> &'static str {
        ID
    }

    fn metadata(&self) -> ProviderMetadata {
        ProviderMetadata {
            target: "mock-sms",
            name: ["Mock", "模拟"],
            description: ["Prints on the terminal and sends nothing.", "只在终端打印，不发送。"],
        }
    }

    fn fields(&self) -> &'static [FieldSpec] {
        FIELDS
    }

    fn build_request(
        &self,
        _: &ProviderConfig,
        message: &Message<'_>,
        _: &RequestContext,
    ) -> http::Result<Delivery> {
        let code = message.code.as_str();
        let record = Record {
            phone: message.to.e164(),
            code,
            usage_type: message.usage_type.as_str(),
            payload: Payload { code, locale: message.locale },
            text: &message.text(),
        };
        Ok(Delivery::Log(format!("mock SMS {}", to_json(&record))))
    }

    fn parse_response(&self, _: &ProviderResponse) -> DeliveryOutcome {
        DeliveryOutcome::Accepted
    }
}
