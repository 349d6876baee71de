//! GatewayAPI, REST `mtsms`: <https://gatewayapi.com/docs/apis/rest/>; its codes:
//! <https://gatewayapi.com/docs/error-codes/>.
//!
//! Oddities: the token is the user name of Basic credentials, without a password. Accounts in the EU have a host of
//! their own, so the endpoint is a field. A success carries `ids`; an error carries a `code` in hex. Characters
//! outside GSM-7 need `encoding: UCS2`. Numbers are digits without `+`.

use alloc::vec;

use super::field::Shape;
use super::outcome::Codes;
use super::{About, Class, Config, Delivery, Field, Kind, Outcome, Provider, TemplateRules};
use crate::json::Value;
use crate::message::{Encoding, Message, encoding};
use crate::wire::{Request, Response, Stamp, json_object, json_string};

pub(super) struct GatewayApi;

const FIELDS: &[Field] = &[
    Field::new("endpoint", "Endpoint", Kind::Url)
        .placeholder("https://gatewayapi.com/rest/mtsms")
        .description("For accounts in the EU: https://gatewayapi.eu/rest/mtsms."),
    Field::new("apiToken", "API token", Kind::Secret),
    Field::new("sender", "Sender", Kind::Text)
        .placeholder("YourBrand")
        .description("Up to 11 letters and digits, or up to 15 digits."),
    Field::templates(TemplateRules::of(Shape::Text)),
];

const CODES: Codes = &[
    (Class::Credentials, "0x0210 0x0211 0x0212 0x0213 0x021D 0x0223 0x0224 0x0225 0x0226 0x0229 0x022A"),
    (Class::Recipient, "0x0214 0x0215 0x0217 0x021F 0x0310 0x0313"),
    (Class::Content, "0x0218 0x021E 0x0312"),
    (Class::Balance, "0x0216"),
];

impl Provider for GatewayApi {
    fn id(&self) -> &'static str {
        "gatewayapi-sms"
    }

    fn about(&self) -> About {
        About {
            target: "gatewayapi-sms",
            name: ["GatewayAPI", "GatewayAPI"],
            description: [
                "Text messages to most countries; an EU platform exists.",
                "向多数国家和地区发送短信，有欧盟平台。",
            ],
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
        let (sender, json_text) = (json_string(config.text("sender")), json_string(&text));
        let recipient = json_object(&[("msisdn", &json_string(message.to.digits()))]);
        let recipients = ["[", &recipient, "]"].concat();
        let mut members = vec![
            ("sender", sender.as_str()),
            ("message", json_text.as_str()),
            ("recipients", recipients.as_str()),
        ];
        if encoding(&text) == Encoding::Ucs2 {
            members.push(("encoding", "\"UCS2\""));
        }
        let request = Request::json(config.text("endpoint"), json_object(&members));
        Delivery::Http(request.basic_auth(config.text("apiToken"), ""))
    }

    fn outcome(&self, response: &Response) -> Outcome {
        let body = response.json().unwrap_or(Value::Null);
        let taken = body.get("ids").and_then(Value::as_array).is_some_and(|ids| !ids.is_empty());
        match body.get("code").and_then(Value::as_str) {
            Some(code) => Outcome::coded(response, CODES, code),
            None if response.is_success() && taken => Outcome::Accepted,
            None => Outcome::by_status(response),
        }
    }
}
