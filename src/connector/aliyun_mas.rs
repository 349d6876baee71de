//! Aliyun's SMS authentication (number verification family), `SendSmsVerifyCode`:
//! <https://help.aliyun.com/zh/pnvs/developer-reference/api-dypnsapi-2017-05-25-sendsmsverifycode>.
//!
//! Oddities: numbers of mainland China only, in their national form. Signatures and templates are Aliyun's own gift
//! (100001 to 100005), and every template has a second variable, `min`, the minutes of validity. Aliyun could make
//! and check the codes; it is used as a transport only, the codes are ours.

use alloc::string::ToString;

use super::aliyun_rpc::{self, CODES, Call};
use super::field::Shape;
use super::outcome::Codes;
use super::{About, Config, Delivery, Field, Kind, Outcome, Provider, TemplateRules};
use crate::message::Message;
use crate::phone::PhoneNumber;
use crate::time::CODE_LIFETIME;
use crate::wire::{Response, Stamp, json_object, json_string};

pub(super) struct AliyunMas;

const FIELDS: &[Field] = &[
    Field::new("accessKeyId", "Access key ID", Kind::Text).placeholder("LTAI…"),
    Field::new("accessKeySecret", "Access key secret", Kind::Secret),
    Field::new("signName", "Signature name", Kind::Text)
        .description("One of the signatures that Aliyun gives; they change from time to time."),
    Field::templates(TemplateRules::of(Shape::Registered)),
];

impl Provider for AliyunMas {
    fn id(&self) -> &'static str {
        "aliyun-short-message-auth-service"
    }

    fn about(&self) -> About {
        About {
            target: "aliyun-sms-mas",
            name: ["Aliyun SMS authentication", "阿里云短信认证服务"],
            description: [
                "Ready-made templates, mainland China only, no review.",
                "预置模板，仅限中国大陆，无需审核。",
            ],
        }
    }

    fn fields(&self) -> &'static [Field] {
        FIELDS
    }

    fn codes(&self) -> Codes {
        CODES
    }

    /// As Logto: whatever begins with +86. Aliyun itself tells a landline.
    fn serves(&self, _: &Config, phone: &PhoneNumber) -> bool {
        phone.national("86").is_some()
    }

    fn delivery(&self, config: &Config, message: &Message<'_>, stamp: &Stamp) -> Delivery {
        let minutes = (CODE_LIFETIME.0 / 60).to_string();
        let call = Call {
            host: "dypnsapi.aliyuncs.com",
            action: "SendSmsVerifyCode",
            phone: &[("CountryCode", "86"), ("PhoneNumber", message.to.national("86").unwrap_or_default())],
            template_param: &json_object(&[
                ("code", &json_string(message.code.as_str())),
                ("min", &json_string(&minutes)),
            ]),
        };
        Delivery::Http(call.request(config, message, stamp))
    }

    fn outcome(&self, response: &Response) -> Outcome {
        aliyun_rpc::outcome(response, &["Message"])
    }
}
