//! Tencent Cloud SMS, `SendSms` of 2021-01-11: <https://cloud.tencent.com/document/api/382/55981>, signed with
//! TC3-HMAC-SHA256; its codes: <https://cloud.tencent.com/document/api/382/59177>.
//!
//! Oddities: texts are registered at Tencent and have one variable, `{1}`. Errors come as 200, either for the request
//! (`Error`) or for the number (`SendStatusSet`). The signature covers the bytes of the body and the content type,
//! its `charset` included. Every number may have its `+`; without it only those of mainland China are understood.

use serde::Serialize;
use serde_json::Value;

use super::request::ProviderRequest;
use super::tc3::Tc3Request;
use super::{
    Delivery, DeliveryOutcome, ErrorCodeTable, FieldKind, FieldSpec, ProviderConfig, ProviderMetadata,
    ProviderResponse, RejectionKind, RequestContext, SmsProvider, TemplateKind, TemplateRules,
};
use crate::message::Message;

pub(super) struct Tencent;

const FIELDS: &[FieldSpec] = &[
    FieldSpec::new("accessKeyId", "Secret ID", FieldKind::Id).destination().placeholder("AKID…"),
    FieldSpec::new("accessKeySecret", "Secret key", FieldKind::Secret),
    FieldSpec::new("signName", "Signature", FieldKind::Text).description("The approved signature's text."),
    FieldSpec::new("sdkAppId", "SMS application ID", FieldKind::Text).placeholder("1400006666"),
    FieldSpec::new("region", "Region", FieldKind::Id).placeholder("ap-guangzhou"),
    FieldSpec::templates(TemplateRules::new(TemplateKind::Registered)),
];

const HOST: &str = "sms.tencentcloudapi.com";
const CONTENT_TYPE: &str = "application/json; charset=utf-8";

const ERROR_CODES: ErrorCodeTable = &[
    (
        RejectionKind::Recipient,
        &[
            "InvalidParameterValue.IncorrectPhoneNumber",
            "FailedOperation.PhoneNumberInBlacklist",
            "LimitExceeded.AppCountryOrRegionInBlacklist",
            "UnsupportedOperation.UnsuportedRegion",
            "UnsupportedOperation.UnsupportedRegion",
            "UnsupportedOperation.ContainDomesticAndInternationalPhoneNumber",
        ],
    ),
    (
        RejectionKind::Balance,
        &[
            "FailedOperation.InsufficientBalanceInSmsPackage",
            "UnauthorizedOperation.SerivceSuspendDueToArrears",
            "UnauthorizedOperation.ServiceSuspendDueToArrears",
        ],
    ),
    (
        RejectionKind::Content,
        &[
            "FailedOperation.ContainSensitiveWord",
            "FailedOperation.MissingSignature",
            "FailedOperation.SignatureIncorrectOrUnapproved",
            "FailedOperation.TemplateIncorrectOrUnapproved",
            "FailedOperation.TemplateUnapprovedOrNotExist",
            "FailedOperation.TemplateParamSetNotMatchApprovedTemplate",
            "InvalidParameterValue.ContentLengthLimit",
            "InvalidParameterValue.ProhibitedUseUrlInTemplateParameter",
            "InvalidParameterValue.TemplateParameterFormatError",
            "InvalidParameterValue.TemplateParameterLengthLimit",
            "UnsupportedOperation.ChineseMainlandTemplateToGlobalPhone",
            "UnsupportedOperation.GlobalTemplateToChineseMainlandPhone",
        ],
    ),
    (RejectionKind::Throttled(None), &["LimitExceeded", "RequestLimitExceeded"]),
    (
        RejectionKind::Credentials,
        &[
            "AuthFailure",
            "AuthFailure.InvalidSecretId",
            "AuthFailure.SecretIdNotFound",
            "UnauthorizedOperation",
            "InvalidParameterValue.SdkAppIdNotExist",
        ],
    ),
];

/// The body, in the order of its members: the signature covers its bytes.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct SendSms<'a> {
    sms_sdk_app_id: &'a str,
    sign_name: &'a str,
    template_id: &'a str,
    template_param_set: [&'a str; 1],
    phone_number_set: [&'a str; 1],
}

impl SmsProvider for Tencent {
    fn id(&self) -> &'static str {
        "tencent-short-message-service"
    }

    fn metadata(&self) -> ProviderMetadata {
        ProviderMetadata {
            target: "tencent-sms",
            name: ["Tencent Cloud SMS", "腾讯云短信"],
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

    fn build_request(
        &self,
        config: &ProviderConfig,
        message: &Message<'_>,
        context: &RequestContext,
    ) -> http::Result<Delivery> {
        let body = SendSms {
            sms_sdk_app_id: config.text("sdkAppId"),
            sign_name: config.text("signName"),
            template_id: message.registered_template_id(),
            template_param_set: [message.code.as_str()],
            phone_number_set: [message.to.e164()],
        };
        let request =
            ProviderRequest::post_json(&format!("https://{HOST}/"), &body).content_type(CONTENT_TYPE);
        let signed = Tc3Request {
            secret_id: config.text("accessKeyId"),
            secret_key: config.text("accessKeySecret"),
            service: "sms",
            host: HOST,
            content_type: CONTENT_TYPE,
            now: context.now,
            body: request.body(),
        };
        let authorization = signed.authorization();
        request
            .authorization(&authorization)
            .header("x-tc-action", "SendSms")
            .header("x-tc-timestamp", &context.now.unix_seconds().to_string())
            .header("x-tc-version", "2021-01-11")
            .header("x-tc-region", config.text("region"))
            .finish()
    }

    fn parse_response(&self, response: &ProviderResponse) -> DeliveryOutcome {
        let body = response.json();
        let code = |path: &str| body.pointer(path).and_then(Value::as_str);
        match code("/Response/Error/Code").or_else(|| code("/Response/SendStatusSet/0/Code")) {
            Some(ok) if ok.eq_ignore_ascii_case("ok") && response.is_success() => DeliveryOutcome::Accepted,
            Some(code) if !code.eq_ignore_ascii_case("ok") => {
                DeliveryOutcome::rejected_with_code(response, ERROR_CODES, code)
            }
            _ => DeliveryOutcome::from_status(response),
        }
    }
}
