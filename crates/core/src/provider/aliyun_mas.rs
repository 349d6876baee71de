//! Aliyun's SMS authentication (number verification family), `SendSmsVerifyCode`:
//! <https://help.aliyun.com/zh/pnvs/developer-reference/api-dypnsapi-2017-05-25-sendsmsverifycode>.
//!
//! Oddities: numbers of mainland China only, in their national form. Signatures and templates are provided by Aliyun
//! (100001 to 100005), and every template has a second variable, `min`, the minutes of validity. Aliyun could generate
//! and verify the codes; here it only transports them.

use super::aliyun_rpc::{self, ERROR_CODES, RpcCall, TemplateParam};
use super::{
    Delivery, DeliveryOutcome, ErrorCodeTable, FieldKind, FieldSpec, ProviderConfig, ProviderMetadata,
    ProviderResponse, RequestContext, SmsProvider, TemplateKind, TemplateRules,
};
use crate::message::Message;
use crate::phone::PhoneNumber;
use crate::time::CODE_LIFETIME;

pub(super) struct AliyunMas;

const FIELDS: &[FieldSpec] = &[
    FieldSpec::new("accessKeyId", "Access key ID", FieldKind::Text).destination().placeholder("LTAI…"),
    FieldSpec::new("accessKeySecret", "Access key secret", FieldKind::Secret),
    FieldSpec::new("signName", "Signature name", FieldKind::Text)
        .description("One of Aliyun's predefined signatures; they change from time to time."),
    FieldSpec::templates(TemplateRules::new(TemplateKind::Registered)),
];

impl SmsProvider for AliyunMas {
    fn id(&self) -> &'static str {
        "aliyun-short-message-auth-service"
    }

    fn metadata(&self) -> ProviderMetadata {
        ProviderMetadata {
            target: "aliyun-sms-mas",
            name: ["Aliyun SMS authentication", "阿里云短信认证服务"],
            description: [
                "Ready-made templates, mainland China only, no review.",
                "预置模板，仅限中国大陆，无需审核。",
            ],
        }
    }

    fn fields(&self) -> &'static [FieldSpec] {
        FIELDS
    }

    fn error_codes(&self) -> ErrorCodeTable {
        ERROR_CODES
    }

    /// As in Logto, every number that starts with +86; Aliyun itself recognises a landline.
    fn supports_recipient(&self, _: &ProviderConfig, phone: &PhoneNumber) -> bool {
        phone.national_number("86").is_some()
    }

    fn build_request(
        &self,
        config: &ProviderConfig,
        message: &Message<'_>,
        context: &RequestContext,
    ) -> http::Result<Delivery> {
        let minutes = (CODE_LIFETIME.0 / 60).to_string();
        let national_number = message.to.national_number("86").unwrap_or_default();
        let call = RpcCall {
            host: "dypnsapi.aliyuncs.com",
            action: "SendSmsVerifyCode",
            recipient: &[("CountryCode", "86"), ("PhoneNumber", national_number)],
            template_param: TemplateParam { code: message.code.as_str(), min: Some(&minutes) },
        };
        call.build_request(config, message, context)
    }

    fn parse_response(&self, response: &ProviderResponse) -> DeliveryOutcome {
        aliyun_rpc::parse_response(response, &["Message"])
    }
}
