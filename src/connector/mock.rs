//! The mock connector: shows the message on the developer's terminal and sends nothing. It is refused unless
//! `ALLOW_MOCK=1`. Config and record are those of Logto's mock connector; its templates may do without the code.

use super::field::Shape;
use super::{About, Config, Delivery, Field, Kind, Outcome, Provider, TemplateRules};
use crate::json::{Map, Value};
use crate::message::Message;
use crate::wire::{Response, Stamp};

/// The id by which the gate of `ALLOW_MOCK` knows it.
pub(crate) const ID: &str = "mock-short-message-service";

pub(super) struct Mock;

const FIELDS: &[Field] = &[
    Field::new("accountSID", "Account SID", Kind::Text),
    Field::new("authToken", "Auth token", Kind::Secret),
    Field::new("fromMessagingServiceSID", "Messaging service SID", Kind::Text),
    Field::templates(TemplateRules { shape: Shape::Text, generic: false, known_usages: true, code: false }),
];

impl Provider for Mock {
    fn id(&self) -> &'static str {
        ID
    }

    fn about(&self) -> About {
        About {
            target: "mock-sms",
            name: ["Mock", "模拟"],
            description: ["Prints on the terminal and sends nothing.", "只在终端打印，不发送。"],
        }
    }

    fn fields(&self) -> &'static [Field] {
        FIELDS
    }

    fn delivery(&self, _: &Config, message: &Message<'_>, _: &Stamp) -> Delivery {
        let mut payload = Map::new();
        payload.insert("code", message.code.as_str());
        if let Some(locale) = message.locale {
            payload.insert("locale", locale);
        }
        let mut record = Map::new();
        record.insert("phone", message.to.e164());
        record.insert("code", message.code.as_str());
        record.insert("type", message.usage.name());
        record.insert("payload", payload);
        record.insert("text", message.text());
        Delivery::Terminal(["mock SMS ", &Value::Object(record).json()].concat())
    }

    fn outcome(&self, _: &Response) -> Outcome {
        Outcome::Accepted
    }
}
