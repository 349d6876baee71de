//! SMSBao: <https://www.smsbao.com/openapi/213.html>.
//!
//! Oddities: everything is part of the query of a GET, the secret and the text too, so the URL must never be logged.
//! The response is a bare number: 0 is success. Mainland China only, eleven digits. The password is the one of Logto's
//! config: an API key, or the password's MD5, sent unchanged. Texts must begin with the approved signature.

use super::request::ProviderRequest;
use super::{
    Delivery, DeliveryOutcome, ErrorCodeTable, FieldKind, FieldSpec, ProviderConfig, ProviderMetadata,
    ProviderResponse, RejectionKind, RequestContext, SmsProvider, TemplateKind, TemplateRules,
};
use crate::default_texts::CHINESE;
use crate::message::Message;
use crate::phone::PhoneNumber;

pub(super) struct Smsbao;

const FIELDS: &[FieldSpec] = &[
    FieldSpec::new("username", "User name", FieldKind::Text).destination(),
    FieldSpec::new("passwordOrApiKey", "API key or MD5 of the password", FieldKind::Secret),
    FieldSpec::new("goodsId", "Product ID", FieldKind::NonEmptyText)
        .optional()
        .description("The product of a dedicated channel, if there is one."),
    FieldSpec::templates(TemplateRules {
        requires_generic: false,
        known_usage_types_only: true,
        min_count: 1,
        default_texts: Some(&CHINESE),
        ..TemplateRules::new(TemplateKind::Text)
    })
    .description("Each text begins with your signature in brackets: 【…】."),
];

/// All are checks before the message is sent; none leaves the outcome open.
const ERROR_CODES: ErrorCodeTable = ErrorCodeTable {
    rejected: &[
        (RejectionKind::Credentials, &["30", "40", "42", "43"]),
        (RejectionKind::Recipient, &["51"]),
        (RejectionKind::Content, &["50"]),
        (RejectionKind::Balance, &["41"]),
    ],
    ..ErrorCodeTable::EMPTY
};

impl SmsProvider for Smsbao {
    fn id(&self) -> &'static str {
        "smsbao-sms"
    }

    fn metadata(&self) -> ProviderMetadata {
        ProviderMetadata {
            target: "smsbao-sms",
            name: ["SMSBao", "短信宝"],
            description: [
                "Your text with the signature in it, mainland China only.",
                "含签名的短信内容，仅限中国大陆。",
            ],
        }
    }

    fn fields(&self) -> &'static [FieldSpec] {
        FIELDS
    }

    fn error_codes(&self) -> ErrorCodeTable {
        ERROR_CODES
    }

    fn supports_recipient(&self, _: &ProviderConfig, phone: &PhoneNumber) -> bool {
        phone.china_mobile_number().is_some()
    }

    fn build_request(
        &self,
        config: &ProviderConfig,
        message: &Message<'_>,
        _: &RequestContext,
    ) -> http::Result<Delivery> {
        let goods_id = config.text("goodsId");
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("u", config.text("username"))
            .append_pair("p", config.text("passwordOrApiKey"))
            .extend_pairs(Some(("g", goods_id)).filter(|_| !goods_id.is_empty()))
            .append_pair("m", message.to.china_mobile_number().unwrap_or_default())
            .append_pair("c", &message.text())
            .finish();
        ProviderRequest::get(&format!("https://api.smsbao.com/sms?{query}")).finish()
    }

    fn parse_response(&self, response: &ProviderResponse) -> DeliveryOutcome {
        let body = response.text();
        let is_number = body.parse::<i32>().is_ok_and(|number| number.to_string() == body);
        match body {
            "0" if response.is_success() => DeliveryOutcome::Accepted,
            code if response.is_success() && is_number => {
                DeliveryOutcome::from_code(response, ERROR_CODES, code)
            }
            _ => DeliveryOutcome::from_status(response),
        }
    }
}
