//! Aliyun Short Message Service, `SendSms`: <https://help.aliyun.com/document_detail/419273.html>.
//!
//! Oddities: texts are registered at Aliyun; a template's variable takes letters and digits only, so nothing but the
//! code is sent. Numbers of mainland China may have their `+86`, all others are digits without `+`. A template, too, is
//! either for mainland China or for everywhere else. Logto's switch for strict number checks is accepted and has no
//! effect, because every number here has its country code.

use super::aliyun_rpc::{self, ERROR_CODES, RpcCall, TemplateParam};
use super::{
    Delivery, DeliveryOutcome, ErrorCodeTable, FieldKind, FieldSpec, ProviderConfig, ProviderMetadata,
    ProviderResponse, RequestContext, SmsProvider, TemplateKind, TemplateRules,
};
use crate::message::Message;

pub(super) struct Aliyun;

const FIELDS: &[FieldSpec] = &[
    FieldSpec::new("accessKeyId", "Access key ID", FieldKind::Text).destination().placeholder("LTAI…"),
    FieldSpec::new("accessKeySecret", "Access key secret", FieldKind::Secret),
    FieldSpec::new("signName", "Signature name", FieldKind::Text)
        .description("The approved signature, shown before each text."),
    FieldSpec::new("endpoint", "Endpoint", FieldKind::Host)
        .optional()
        .destination()
        .hosts(&["*.aliyuncs.com"])
        .placeholder("dysmsapi.aliyuncs.com")
        .description("A regional host such as dysmsapi.ap-southeast-1.aliyuncs.com."),
    FieldSpec::new("strictPhoneRegionNumberCheck", "Strict number check", FieldKind::Switch)
        .optional()
        .description("Kept for compatibility with Logto; it has no effect."),
    FieldSpec::templates(TemplateRules {
        types: &[0, 1, 2, 6, 7],
        ..TemplateRules::new(TemplateKind::Registered)
    }),
];

impl SmsProvider for Aliyun {
    fn id(&self) -> &'static str {
        "aliyun-short-message-service"
    }

    fn metadata(&self) -> ProviderMetadata {
        ProviderMetadata {
            target: "aliyun-sms",
            name: ["Aliyun SMS", "阿里云短信服务"],
            description: [
                "Registered templates, mainland China and abroad.",
                "已审核的模板，中国大陆及海外。",
            ],
        }
    }

    fn fields(&self) -> &'static [FieldSpec] {
        FIELDS
    }

    fn error_codes(&self) -> ErrorCodeTable {
        ERROR_CODES
    }

    /// Aliyun's template types: 0 notification, 1 promotion, 2 code, 6 abroad, 7 digits. Validated as Logto does, not
    /// used.
    fn build_request(
        &self,
        config: &ProviderConfig,
        message: &Message<'_>,
        context: &RequestContext,
    ) -> http::Result<Delivery> {
        let is_china = message.to.national_number("86").is_some();
        let phone = if is_china { message.to.e164() } else { message.to.digits() };
        let call = RpcCall {
            host: config.text_or("endpoint", "dysmsapi.aliyuncs.com"),
            action: "SendSms",
            recipient: &[("PhoneNumbers", phone)],
            template_param: TemplateParam { code: message.code.as_str(), min: None },
        };
        call.build_request(config, message, context)
    }

    fn parse_response(&self, response: &ProviderResponse) -> DeliveryOutcome {
        aliyun_rpc::parse_response(response, &["Message", "RequestId"])
    }
}
