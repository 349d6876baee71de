//! Tencent Cloud SMS, `SendSms` of 2021-01-11: <https://cloud.tencent.com/document/api/382/55981>, signed with
//! TC3-HMAC-SHA256; its codes: <https://cloud.tencent.com/document/api/382/59177>.
//!
//! Oddities: texts live at Tencent and have one variable, `{1}`. Errors come as 200, either for the request
//! (`Error`) or for the number (`SendStatusSet`). The signature covers the bytes of the body and the content type,
//! down to its `charset`. Numbers may always have their `+`; without it only those of the mainland are understood.

use alloc::string::{String, ToString};

use super::field::Shape;
use super::outcome::{Codes, at};
use super::{About, Class, Config, Delivery, Field, Kind, Outcome, Provider, TemplateRules};
use crate::json::Value;
use crate::message::Message;
use crate::sign::Tc3;
use crate::wire::{Request, Response, Stamp, json_object, json_string};

pub(super) struct Tencent;

const FIELDS: &[Field] = &[
    Field::new("accessKeyId", "Secret ID", Kind::Id).placeholder("AKID…"),
    Field::new("accessKeySecret", "Secret key", Kind::Secret),
    Field::new("signName", "Signature", Kind::Text).description("The approved signature's text."),
    Field::new("sdkAppId", "SMS application ID", Kind::Text).placeholder("1400006666"),
    Field::new("region", "Region", Kind::Id).placeholder("ap-guangzhou"),
    Field::templates(TemplateRules::of(Shape::Registered)),
];

const HOST: &str = "sms.tencentcloudapi.com";
const CONTENT_TYPE: &str = "application/json; charset=utf-8";

const CODES: Codes = &[
    (
        Class::Recipient,
        "InvalidParameterValue.IncorrectPhoneNumber FailedOperation.PhoneNumberInBlacklist \
         LimitExceeded.AppCountryOrRegionInBlacklist UnsupportedOperation.UnsuportedRegion \
         UnsupportedOperation.UnsupportedRegion UnsupportedOperation.ContainDomesticAndInternationalPhoneNumber",
    ),
    (
        Class::Balance,
        "FailedOperation.InsufficientBalanceInSmsPackage UnauthorizedOperation.SerivceSuspendDueToArrears \
         UnauthorizedOperation.ServiceSuspendDueToArrears",
    ),
    (
        Class::Content,
        "FailedOperation.ContainSensitiveWord FailedOperation.MissingSignature \
         FailedOperation.SignatureIncorrectOrUnapproved FailedOperation.TemplateIncorrectOrUnapproved \
         FailedOperation.TemplateUnapprovedOrNotExist FailedOperation.TemplateParamSetNotMatchApprovedTemplate \
         InvalidParameterValue.ContentLengthLimit InvalidParameterValue.ProhibitedUseUrlInTemplateParameter \
         InvalidParameterValue.TemplateParameterFormatError InvalidParameterValue.TemplateParameterLengthLimit \
         UnsupportedOperation.ChineseMainlandTemplateToGlobalPhone \
         UnsupportedOperation.GlobalTemplateToChineseMainlandPhone",
    ),
    (Class::Throttled(None), "LimitExceeded RequestLimitExceeded"),
    (
        Class::Credentials,
        "AuthFailure AuthFailure.InvalidSecretId AuthFailure.SecretIdNotFound UnauthorizedOperation \
         InvalidParameterValue.SdkAppIdNotExist",
    ),
];

impl Provider for Tencent {
    fn id(&self) -> &'static str {
        "tencent-short-message-service"
    }

    fn about(&self) -> About {
        About {
            target: "tencent-sms",
            name: ["Tencent Cloud SMS", "腾讯云短信"],
            description: [
                "Registered templates, mainland China and abroad.",
                "已审核的模板，中国大陆及海外。",
            ],
        }
    }

    fn fields(&self) -> &'static [Field] {
        FIELDS
    }

    fn codes(&self) -> Codes {
        CODES
    }

    fn delivery(&self, config: &Config, message: &Message<'_>, stamp: &Stamp) -> Delivery {
        let body = json_object(&[
            ("SmsSdkAppId", &json_string(config.text("sdkAppId"))),
            ("SignName", &json_string(config.text("signName"))),
            ("TemplateId", &json_string(message.registered_id())),
            ("TemplateParamSet", &only(message.code.as_str())),
            ("PhoneNumberSet", &only(message.to.e164())),
        ]);
        let signed = Tc3 {
            secret_id: config.text("accessKeyId"),
            secret_key: config.text("accessKeySecret"),
            service: "sms",
            host: HOST,
            content_type: CONTENT_TYPE,
            now: stamp.now,
            body: &body,
        };
        let authorization = signed.authorization();
        let request = Request::json(["https://", HOST, "/"].concat(), body)
            .header("content-type", CONTENT_TYPE)
            .header("authorization", authorization)
            .header("x-tc-action", "SendSms")
            .header("x-tc-timestamp", stamp.now.unix_seconds().to_string())
            .header("x-tc-version", "2021-01-11")
            .header("x-tc-region", config.text("region"));
        Delivery::Http(request)
    }

    fn outcome(&self, response: &Response) -> Outcome {
        let body = response.json().unwrap_or(Value::Null);
        let code = |path: &str| at(&body, path).and_then(Value::as_str);
        match code("Response/Error/Code").or_else(|| code("Response/SendStatusSet/0/Code")) {
            Some(ok) if ok.eq_ignore_ascii_case("ok") && response.is_success() => Outcome::Accepted,
            Some(refusal) if !refusal.eq_ignore_ascii_case("ok") => Outcome::coded(response, CODES, refusal),
            _ => Outcome::by_status(response),
        }
    }
}

/// A JSON array of one text.
fn only(text: &str) -> String {
    ["[", &json_string(text), "]"].concat()
}
