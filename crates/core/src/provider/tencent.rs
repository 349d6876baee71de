//! Tencent Cloud SMS, `SendSms` of 2021-01-11: <https://cloud.tencent.com/document/api/382/55981>, signed with
//! TC3-HMAC-SHA256; its codes: <https://cloud.tencent.com/document/api/382/59177>.
//!
//! Oddities: texts are registered at Tencent and have one variable, `{1}`, or several, which the template's `parameters`
//! then list. A signature is needed for mainland China only, elsewhere it may be empty. Errors come as 200, either for
//! the request (`Error`) or for the number (`SendStatusSet`). The signature covers the bytes of the body and the
//! content type, its `charset` included. Every number may have its `+`; without it only those of mainland China are
//! understood.

use serde::Serialize;
use serde_json::Value;

use super::request::ProviderRequest;
use super::tc3::Tc3Request;
use super::{
    Delivery, DeliveryOutcome, ErrorCodeTable, FieldKind, FieldSpec, ProviderConfig, ProviderMetadata,
    ProviderResponse, RejectionKind, RequestContext, SmsProvider, TemplateKind, TemplateRules,
};
use crate::message::Message;
use crate::phone::PhoneNumber;
use crate::template::TemplateParameter;
use crate::time::CODE_LIFETIME;

pub(super) struct Tencent;

const FIELDS: &[FieldSpec] = &[
    FieldSpec::new("accessKeyId", "Secret ID", FieldKind::Id).destination().placeholder("AKID…"),
    FieldSpec::new("accessKeySecret", "Secret key", FieldKind::Secret),
    FieldSpec::new("signName", "Signature", FieldKind::Text)
        .may_be_empty()
        .description("The approved signature's text; empty only if nothing is sent to mainland China."),
    FieldSpec::new("sdkAppId", "SMS application ID", FieldKind::Text).placeholder("1400006666"),
    FieldSpec::new("region", "Region", FieldKind::Id).placeholder("ap-guangzhou"),
    FieldSpec::templates(TemplateRules::new(TemplateKind::Numbered)),
];

const HOST: &str = "sms.tencentcloudapi.com";
const CONTENT_TYPE: &str = "application/json; charset=utf-8";

/// `InternalError` stands for timeouts (`Timeout`, `SendAndRecvFail`), unknown errors (`OtherError`, `UnknownError`) and a
/// carrier's unreadable answer (`ParseBackendResponseFail`), after which the message may have been sent. Some of the
/// family are errors of the request.
const ERROR_CODES: ErrorCodeTable = ErrorCodeTable {
    rejected: &[
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
        (RejectionKind::Other, &["InternalError.JsonParseFail", "InternalError.RestApiInterfaceNotExist"]),
        (RejectionKind::Throttled(None), &["LimitExceeded", "RequestLimitExceeded"]),
        (
            RejectionKind::Credentials,
            &[
                "AuthFailure",
                "AuthFailure.InvalidSecretId",
                "AuthFailure.SecretIdNotFound",
                "UnauthorizedOperation",
                "InvalidParameterValue.SdkAppIdNotExist",
                "InternalError.RequestTimeException",
                "InternalError.SigFieldMissing",
                "InternalError.SigVerificationFail",
            ],
        ),
    ],
    unknown: &["InternalError"],
    ..ErrorCodeTable::EMPTY
};

/// As the error of the whole request, this comes from Tencent's gateway, which says that the request may be repeated:
/// <https://cloud.tencent.com/document/api/382/52073>. As the status of a number, or with a suffix, it is the service's.
const REQUEST_ERROR: &str = "InternalError";

/// The body, in the order of its members: the signature covers its bytes.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct SendSms<'a> {
    sms_sdk_app_id: &'a str,
    sign_name: &'a str,
    template_id: &'a str,
    template_param_set: Vec<&'a str>,
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

    fn supports_recipient(&self, config: &ProviderConfig, phone: &PhoneNumber) -> bool {
        !config.text("signName").is_empty() || phone.national_number("86").is_none()
    }

    fn build_request(
        &self,
        config: &ProviderConfig,
        message: &Message<'_>,
        context: &RequestContext,
    ) -> http::Result<Delivery> {
        let minutes = (CODE_LIFETIME.0 / 60).to_string();
        let variable = |parameter: &TemplateParameter| match parameter {
            TemplateParameter::Code => message.code.as_str(),
            TemplateParameter::Minutes => &minutes,
        };
        let body = SendSms {
            sms_sdk_app_id: config.text("sdkAppId"),
            sign_name: config.text("signName"),
            template_id: message.registered_template_id(),
            template_param_set: message.registered_parameters().iter().map(variable).collect(),
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
        if code("/Response/Error/Code") == Some(REQUEST_ERROR) {
            return DeliveryOutcome::rejected(response, RejectionKind::Other, REQUEST_ERROR);
        }
        match code("/Response/Error/Code").or_else(|| code("/Response/SendStatusSet/0/Code")) {
            Some(ok) if ok.eq_ignore_ascii_case("ok") && response.is_success() => DeliveryOutcome::Accepted,
            Some(code) if !code.eq_ignore_ascii_case("ok") => {
                DeliveryOutcome::from_code(response, ERROR_CODES, code)
            }
            _ => DeliveryOutcome::from_status(response),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test(unsupported = test)]
    fn parse_response_leaves_timeouts_and_unknown_errors_open() {
        let parse = |body: &str, code: &str| {
            let body = body.replace("CODE", code);
            Tencent.parse_response(&ProviderResponse { status: 200, body, ..ProviderResponse::default() })
        };
        let number = r#"{"Response":{"SendStatusSet":[{"Code":"CODE","Message":"x"}],"RequestId":"r"}}"#;
        let request = r#"{"Response":{"Error":{"Code":"CODE","Message":"x"},"RequestId":"r"}}"#;
        for code in
            ["Timeout", "SendAndRecvFail", "OtherError", "UnknownError", "ParseBackendResponseFail", "New"]
        {
            for body in [number, request] {
                let outcome = parse(body, &format!("InternalError.{code}"));
                assert!(matches!(outcome, DeliveryOutcome::Unknown(_)), "{code} {body}");
            }
        }
        assert!(matches!(parse(number, "InternalError"), DeliveryOutcome::Unknown(_)));
        assert!(matches!(parse(request, "InternalError"), DeliveryOutcome::Rejected(_)));
        for (code, kind) in [
            ("InternalError.SigVerificationFail", RejectionKind::Credentials),
            ("InternalError.JsonParseFail", RejectionKind::Other),
            ("InvalidParameterValue.IncorrectPhoneNumber", RejectionKind::Recipient),
        ] {
            let outcome = parse(number, code);
            assert!(matches!(&outcome, DeliveryOutcome::Rejected(r) if r.kind == kind), "{code} {outcome:?}");
        }
    }
}
