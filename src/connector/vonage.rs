//! Vonage SMS API: <https://developer.vonage.com/en/api/sms>; its codes: <https://developer.vonage.com/api-errors/sms>.
//!
//! Oddities: failures come as 200, one status per part of the message, as a text; "0" alone is success, so an answer
//! without parts proves nothing, and parts that disagree prove nothing either. Characters outside GSM-7 arrive as
//! `?` unless the type says `unicode`. Errors of the gateway are problem details (RFC 9457) without a code.
//! Numbers are digits without `+`.

use alloc::vec;

use super::field::Shape;
use super::outcome::{Codes, code_text};
use super::{About, Class, Config, Delivery, Field, Kind, Outcome, Provider, TemplateRules};
use crate::json::Value;
use crate::message::{Encoding, Message, encoding};
use crate::wire::{Request, Response, Stamp, json_object, json_string};

pub(super) struct Vonage;

const FIELDS: &[Field] = &[
    Field::new("apiKey", "API key", Kind::Secret),
    Field::new("apiSecret", "API secret", Kind::Secret),
    Field::new("brandName", "Brand name", Kind::Text)
        .placeholder("YourBrand")
        .description("The sender: a name or a number, as far as the country allows."),
    Field::templates(TemplateRules::of(Shape::Text)),
];

const CODES: Codes = &[
    (Class::Throttled(None), "1 10"),
    (Class::Credentials, "4 8 11 14 32"),
    (Class::Recipient, "6 7 29 33"),
    (Class::Content, "12 15"),
    (Class::Balance, "9"),
];

impl Provider for Vonage {
    fn id(&self) -> &'static str {
        "vonage-sms"
    }

    fn about(&self) -> About {
        About {
            target: "vonage-sms",
            name: ["Vonage", "Vonage"],
            description: ["Text messages to most countries.", "向多数国家和地区发送短信。"],
        }
    }

    fn fields(&self) -> &'static [Field] {
        FIELDS
    }

    fn codes(&self) -> Codes {
        CODES
    }

    fn delivery(&self, config: &Config, message: &Message<'_>, _: &Stamp) -> Delivery {
        let text = message.text();
        let (from, to, json_text) =
            (json_string(config.text("brandName")), json_string(message.to.digits()), json_string(&text));
        let mut members = vec![("from", from.as_str()), ("to", to.as_str()), ("text", json_text.as_str())];
        if encoding(&text) == Encoding::Ucs2 {
            members.push(("type", "\"unicode\""));
        }
        let request = Request::json("https://rest.nexmo.com/sms/json", json_object(&members));
        Delivery::Http(request.basic_auth(config.text("apiKey"), config.text("apiSecret")))
    }

    fn outcome(&self, response: &Response) -> Outcome {
        let body = response.json().unwrap_or(Value::Null);
        let Some(parts) = body.get("messages").and_then(Value::as_array) else {
            let problem = !response.is_success() && body.get("title").is_some();
            return if problem { Outcome::coded(response, CODES, "") } else { Outcome::by_status(response) };
        };
        let taken = |part: &Value| part.get("status").and_then(Value::as_str) == Some("0");
        let refused = |part: &Value| part.get("status").and_then(code_text).filter(|code| code != "0");
        match parts.first() {
            Some(_) if response.is_success() && parts.iter().all(taken) => Outcome::Accepted,
            Some(first) if parts.iter().all(|part| refused(part).is_some()) => {
                Outcome::coded(response, CODES, &refused(first).unwrap_or_default())
            }
            _ => Outcome::by_status(response),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn parts_that_disagree_prove_nothing() {
        let answer = |statuses: &str| {
            let parts = statuses.split(' ').map(|status| [r#"{"status":""#, status, r#""}"#].concat());
            let body = [r#"{"messages":["#, &parts.collect::<Vec<_>>().join(","), "]}"].concat();
            Vonage.outcome(&Response { status: 200, body, ..Response::default() })
        };
        assert_eq!(answer("0 0"), Outcome::Accepted);
        assert_eq!(answer("0 1"), Outcome::Unknown);
        assert_eq!(answer("1 0"), Outcome::Unknown);
        assert!(matches!(answer("9 9"), Outcome::Refused(refusal) if refusal.class == Class::Balance));
    }
}
