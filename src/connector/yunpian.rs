//! Yunpian, `single_send`: <https://www.yunpian.com/official/document/sms/zh_CN/domestic_single_send>; its codes:
//! <https://www.yunpian.com/official/document/sms/zh_CN/returnvalue_common>.
//!
//! Oddities: the text must equal an approved template, and the signature is put before it by Yunpian. A success is
//! 200, whose `code`, where there is one, is 0; a failure is 400, or 200 with another `code`. Numbers of the mainland
//! are eleven digits, all others have their `+` and need an account that is open for abroad. Where Logto drops a
//! number from abroad in silence, we refuse it.

use super::field::Shape;
use super::outcome::{Codes, code_text};
use super::{About, Class, Config, Delivery, Field, Kind, Outcome, Provider, TemplateRules};
use crate::json::Value;
use crate::message::{Message, mainland_mobile};
use crate::phone::PhoneNumber;
use crate::wire::{Request, Response, Stamp};

pub(super) struct Yunpian;

const FIELDS: &[Field] = &[
    Field::new("apikey", "API key", Kind::Secret),
    Field::new("enableInternational", "Send abroad", Kind::Switch)
        .optional()
        .description("Whether numbers outside mainland China are sent to; without it they are refused."),
    Field::new("unsupportedCountriesMsg", "Message for unsupported countries", Kind::Text)
        .optional()
        .description("Accepted for the sake of Logto's configs; the answer has its own error code."),
    Field::templates(TemplateRules::of(Shape::Text)),
];

/// 2 is a parameter of the wrong form; the only one that varies is the number.
const CODES: Codes = &[
    (Class::Throttled(None), "8 9 17 22 33 43 53 -4 -5"),
    (Class::Credentials, "-1 -2 -3"),
    (Class::Recipient, "2 10 20 23 56"),
    (Class::Content, "4 5 6 7 13 15 16 18 34 52 58 60 -57"),
    (Class::Balance, "3"),
];

impl Provider for Yunpian {
    fn id(&self) -> &'static str {
        "yunpian-sms"
    }

    fn about(&self) -> About {
        About {
            target: "yunpian-sms",
            name: ["Yunpian", "云片"],
            description: [
                "Your text, equal to an approved template; mainland China, and abroad if switched on.",
                "您的短信内容，须与已审核模板一致；中国大陆，可开启海外。",
            ],
        }
    }

    fn fields(&self) -> &'static [Field] {
        FIELDS
    }

    fn codes(&self) -> Codes {
        CODES
    }

    fn serves(&self, config: &Config, phone: &PhoneNumber) -> bool {
        config.flag("enableInternational") || mainland(phone).is_some()
    }

    fn delivery(&self, config: &Config, message: &Message<'_>, _: &Stamp) -> Delivery {
        let mobile = mainland(message.to).unwrap_or_else(|| message.to.e164());
        let fields = [("apikey", config.text("apikey")), ("mobile", mobile), ("text", &message.text())];
        let request = Request::form("https://sms.yunpian.com/v2/sms/single_send.json", &fields)
            .header("content-type", "application/x-www-form-urlencoded;charset=utf-8")
            .header("accept", "application/json;charset=utf-8");
        Delivery::Http(request)
    }

    fn outcome(&self, response: &Response) -> Outcome {
        let body = response.json().unwrap_or(Value::Null);
        match body.get("code").and_then(code_text).as_deref() {
            Some("0") if response.is_success() => Outcome::Accepted,
            Some(code) if code != "0" => Outcome::coded(response, CODES, code),
            None if response.is_success() && is_report(&body) => Outcome::Accepted,
            _ => Outcome::by_status(response),
        }
    }
}

/// Yunpian's mobile numbers of the mainland: the second digit is 3 to 9.
fn mainland(phone: &PhoneNumber) -> Option<&str> {
    mainland_mobile(phone).filter(|digits| digits.as_bytes().get(1).is_some_and(|digit| *digit >= b'3'))
}

/// An object that says something, and nothing of an error.
fn is_report(body: &Value) -> bool {
    body.as_object().is_some_and(|members| !members.is_empty() && members.get("http_status_code").is_none())
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn a_success_says_something_and_no_code_but_0() {
        let answer = |body: &str| {
            Yunpian.outcome(&Response { status: 200, body: body.to_owned(), ..Response::default() })
        };
        assert_eq!(answer(r#"{"code":0}"#), Outcome::Accepted);
        assert_eq!(answer(r#"{"count":1}"#), Outcome::Accepted);
        for open in ["{}", "[1]", "1", r#"{"http_status_code":500}"#] {
            assert_eq!(answer(open), Outcome::Unknown, "{open}");
        }
        assert!(matches!(answer(r#"{"code":"33"}"#), Outcome::Refused(_)));
    }
}
