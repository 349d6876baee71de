//! SMS Aero, API v2: <https://smsaero.ru/integration/documentation/api/>.
//!
//! Oddities: success and failure may both be 200, told apart by `success`; older answers have a word in `result`
//! instead. There are no codes: what was wrong is told by the status, by the names under `data`, or by a sentence,
//! of which only the one about money is known. Numbers are digits without `+`.

use super::field::Shape;
use super::outcome::class_of;
use super::{About, Class, Config, Delivery, Field, Kind, Outcome, Provider, TemplateRules};
use crate::json::Value;
use crate::message::Message;
use crate::wire::{Request, Response, Stamp, json_object, json_string};

pub(super) struct Smsaero;

const FIELDS: &[Field] = &[
    Field::new("email", "E-mail", Kind::Email).description("The account's login."),
    Field::new("apiKey", "API key", Kind::Secret),
    Field::new("senderName", "Sender name", Kind::Text).placeholder("SMSAero"),
    Field::templates(TemplateRules::of(Shape::Text)),
];

impl Provider for Smsaero {
    fn id(&self) -> &'static str {
        "smsaero-short-message-service"
    }

    fn about(&self) -> About {
        About {
            target: "smsaero-sms",
            name: ["SMS Aero", "SMS Aero"],
            description: [
                "Text messages to Russia, and to others by account.",
                "向俄罗斯发送短信，其他国家视账户而定。",
            ],
        }
    }

    fn fields(&self) -> &'static [Field] {
        FIELDS
    }

    fn delivery(&self, config: &Config, message: &Message<'_>, _: &Stamp) -> Delivery {
        let body = json_object(&[
            ("number", &json_string(message.to.digits())),
            ("sign", &json_string(config.text("senderName"))),
            ("text", &json_string(&message.text())),
        ]);
        let request = Request::json("https://gate.smsaero.ru/v2/sms/send", body);
        Delivery::Http(request.basic_auth(config.text("email"), config.text("apiKey")))
    }

    fn outcome(&self, response: &Response) -> Outcome {
        let body = response.json().unwrap_or(Value::Null);
        let result = body.get("result").and_then(Value::as_str);
        match (body.get("success").and_then(Value::as_bool), result) {
            (Some(true), _) if response.is_success() => Outcome::Accepted,
            (Some(false), _) | (None, Some("reject" | "no credits")) => {
                Outcome::refused(response, class(response, &body), result.unwrap_or_default())
            }
            _ => Outcome::by_status(response),
        }
    }
}

/// What was wrong. The sentence is compared, never passed on.
fn class(response: &Response, body: &Value) -> Class {
    let says = |member: &str, text: &str| body.get(member).and_then(Value::as_str) == Some(text);
    let names = |name: &str| body.get("data").is_some_and(|data| data.get(name).is_some());
    match class_of(response, &[], "") {
        Class::Other if says("message", "Not enough money.") || says("result", "no credits") => {
            Class::Balance
        }
        Class::Other if names("number") => Class::Recipient,
        Class::Other if names("sign") || names("text") => Class::Content,
        by_status => by_status,
    }
}
