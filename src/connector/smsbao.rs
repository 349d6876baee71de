//! SMSBao: <https://www.smsbao.com/openapi/213.html>.
//!
//! Oddities: everything travels in the query of a GET, the secret and the text too, so the URL must never be logged.
//! The answer is a bare number: 0 is success. Mainland China only, eleven digits. The password is Logto's: an API
//! key, or the password's MD5, sent as it stands. Texts must begin with the approved signature.

use alloc::string::ToString;
use alloc::vec;
use alloc::vec::Vec;

use super::field::Shape;
use super::outcome::Codes;
use super::{About, Class, Config, Delivery, Field, Kind, Outcome, Provider, TemplateRules};
use crate::error::Issue;
use crate::json::Value;
use crate::message::{Message, mainland_mobile};
use crate::phone::PhoneNumber;
use crate::wire::{Request, Response, Stamp, form_encode};

pub(super) struct Smsbao;

const FIELDS: &[Field] = &[
    Field::new("username", "User name", Kind::Text),
    Field::new("passwordOrApiKey", "API key or MD5 of the password", Kind::Secret),
    Field::new("goodsId", "Product ID", Kind::NonEmpty)
        .optional()
        .description("The product of a dedicated channel, if there is one."),
    Field::templates(TemplateRules { shape: Shape::Text, generic: false, known_usages: true, code: true }),
];

const CODES: Codes = &[
    (Class::Credentials, "30 40 42 43"),
    (Class::Recipient, "51"),
    (Class::Content, "50"),
    (Class::Balance, "41"),
];

impl Provider for Smsbao {
    fn id(&self) -> &'static str {
        "smsbao-sms"
    }

    fn about(&self) -> About {
        About {
            target: "smsbao-sms",
            name: ["SMSBao", "短信宝"],
            description: [
                "Your text with the signature in it, mainland China only.",
                "含签名的短信内容，仅限中国大陆。",
            ],
        }
    }

    fn fields(&self) -> &'static [Field] {
        FIELDS
    }

    fn codes(&self) -> Codes {
        CODES
    }

    fn check(&self, config: &Config) -> Vec<Issue> {
        let empty = config.value("templates").and_then(Value::as_array).is_some_and(<[Value]>::is_empty);
        if empty { vec![Issue::new("templates", "must hold a template")] } else { Vec::new() }
    }

    fn serves(&self, _: &Config, phone: &PhoneNumber) -> bool {
        mainland_mobile(phone).is_some()
    }

    fn delivery(&self, config: &Config, message: &Message<'_>, _: &Stamp) -> Delivery {
        let text = message.text();
        let mut query = vec![("u", config.text("username")), ("p", config.text("passwordOrApiKey"))];
        let goods = config.text("goodsId");
        if !goods.is_empty() {
            query.push(("g", goods));
        }
        query.push(("m", mainland_mobile(message.to).unwrap_or_default()));
        query.push(("c", &text));
        Delivery::Http(Request::get(["https://api.smsbao.com/sms?", &form_encode(&query)].concat()))
    }

    fn outcome(&self, response: &Response) -> Outcome {
        let answer = response.body.trim();
        let is_number = answer.parse::<i32>().is_ok_and(|number| number.to_string() == answer);
        match answer {
            "0" if response.is_success() => Outcome::Accepted,
            code if response.is_success() && is_number => Outcome::coded(response, CODES, code),
            _ => Outcome::by_status(response),
        }
    }
}
