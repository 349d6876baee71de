//! Aliyun Short Message Service, `SendSms`: <https://help.aliyun.com/document_detail/419273.html>.
//!
//! Oddities: texts live at Aliyun; a template's variable takes letters and digits only, so nothing but the code is
//! sent. Numbers of the mainland may have their `+86`, all others are digits without `+`. Templates, too, are either
//! for the mainland or for abroad. Logto's switch for strict number checks is kept but means nothing here, where
//! every number says its country.

use alloc::string::ToString;
use alloc::vec::Vec;

use super::aliyun_rpc::{self, CODES, Call};
use super::field::Shape;
use super::outcome::Codes;
use super::{About, Config, Delivery, Field, Kind, Outcome, Provider, TemplateRules};
use crate::error::Issue;
use crate::json::Value;
use crate::message::Message;
use crate::wire::{Response, Stamp, json_object, json_string};

pub(super) struct Aliyun;

const FIELDS: &[Field] = &[
    Field::new("accessKeyId", "Access key ID", Kind::Text).placeholder("LTAI…"),
    Field::new("accessKeySecret", "Access key secret", Kind::Secret),
    Field::new("signName", "Signature name", Kind::Text)
        .description("The approved signature that stands before every text."),
    Field::new("endpoint", "Endpoint", Kind::Host)
        .optional()
        .placeholder("dysmsapi.aliyuncs.com")
        .description("A regional host such as dysmsapi.ap-southeast-1.aliyuncs.com."),
    Field::new("strictPhoneRegionNumberCheck", "Strict number check", Kind::Switch)
        .optional()
        .description("Accepted for the sake of Logto's configs; every number here says its country."),
    Field::templates(TemplateRules::of(Shape::Registered)),
];

impl Provider for Aliyun {
    fn id(&self) -> &'static str {
        "aliyun-short-message-service"
    }

    fn about(&self) -> About {
        About {
            target: "aliyun-sms",
            name: ["Aliyun SMS", "阿里云短信服务"],
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

    /// Aliyun's template types: 0 notification, 1 promotion, 2 code, 6 abroad, 7 digits. Checked as Logto does, used
    /// for nothing.
    fn check(&self, config: &Config) -> Vec<Issue> {
        let templates = config.value("templates").and_then(Value::as_array).unwrap_or_default();
        let known = |kind: &Value| matches!(kind.as_u64(), Some(0 | 1 | 2 | 6 | 7));
        let wrong = templates
            .iter()
            .enumerate()
            .filter(|(_, item)| item.get("type").is_some_and(|kind| !known(kind)));
        wrong
            .map(|(index, _)| {
                Issue::new(["templates.", &index.to_string(), ".type"].concat(), "must be 0, 1, 2, 6 or 7")
            })
            .collect()
    }

    fn delivery(&self, config: &Config, message: &Message<'_>, stamp: &Stamp) -> Delivery {
        let phone = if message.to.national("86").is_some() { message.to.e164() } else { message.to.digits() };
        let call = Call {
            host: Some(config.text("endpoint"))
                .filter(|host| !host.is_empty())
                .unwrap_or("dysmsapi.aliyuncs.com"),
            action: "SendSms",
            phone: &[("PhoneNumbers", phone)],
            template_param: &json_object(&[("code", &json_string(message.code.as_str()))]),
        };
        Delivery::Http(call.request(config, message, stamp))
    }

    fn outcome(&self, response: &Response) -> Outcome {
        aliyun_rpc::outcome(response, &["Message", "RequestId"])
    }
}
