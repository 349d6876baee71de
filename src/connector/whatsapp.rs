//! WhatsApp Cloud API, authentication templates:
//! <https://developers.facebook.com/docs/whatsapp/business-management-api/authentication-templates>; its codes:
//! <https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes>.
//!
//! Oddities: the text is Meta's own; the code goes in twice, for the body and for the button that copies it. Template
//! languages are Meta's (`zh_CN`), beside our `locale`. A success carries `messages`, an error carries `error.code`.
//! Meta recommends numbers with their `+`.

use alloc::string::String;
use alloc::vec::Vec;

use super::field::Shape;
use super::outcome::{Codes, at, code_text};
use super::{About, Class, Config, Delivery, Field, Kind, Outcome, Provider, TemplateRules};
use crate::error::Issue;
use crate::json::Value;
use crate::message::Message;
use crate::template::TemplateBody;
use crate::wire::{Request, Response, Stamp, json_object, json_string};

pub(super) struct WhatsApp;

const FIELDS: &[Field] = &[
    Field::new("accessToken", "Access token", Kind::Secret)
        .description("A system user's permanent token with whatsapp_business_messaging."),
    Field::new("phoneNumberId", "Phone number ID", Kind::Id)
        .placeholder("100000000000001")
        .description("The sender's ID, not its number."),
    Field::templates(TemplateRules::of(Shape::Named)),
];

const CODES: Codes = &[
    (Class::Throttled(None), "4 80007 130429 131048 131056 133016"),
    (Class::Credentials, "0 3 10 190 200 368 131005 131031 131045 133006 133010 133015"),
    (Class::Recipient, "130472 130497 131021 131026 131030 131047 131049 131050"),
    (Class::Content, "131051 132000 132001 132005 132007 132012 132015 132016 132018"),
    (Class::Balance, "131042"),
];

impl Provider for WhatsApp {
    fn id(&self) -> &'static str {
        "whatsapp-short-message-service"
    }

    fn about(&self) -> About {
        About {
            target: "whatsapp-sms",
            name: ["WhatsApp", "WhatsApp"],
            description: [
                "Registered templates to people who use WhatsApp.",
                "向 WhatsApp 用户发送已审核的模板。",
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
        config.header_issues("accessToken")
    }

    fn delivery(&self, config: &Config, message: &Message<'_>, _: &Stamp) -> Delivery {
        let body = json_object(&[
            ("messaging_product", "\"whatsapp\""),
            ("to", &json_string(message.to.e164())),
            ("type", "\"template\""),
            ("template", &template(message)),
        ]);
        let url = ["https://graph.facebook.com/v19.0/", config.text("phoneNumberId"), "/messages"].concat();
        let bearer = ["Bearer ", config.text("accessToken")].concat();
        Delivery::Http(Request::json(url, body).header("authorization", bearer))
    }

    fn outcome(&self, response: &Response) -> Outcome {
        let body = response.json().unwrap_or(Value::Null);
        let taken = at(&body, "messages/0/id").and_then(Value::as_str).is_some();
        match at(&body, "error/code").and_then(code_text) {
            Some(code) => Outcome::coded(response, CODES, &code),
            None if response.is_success() && taken => Outcome::Accepted,
            None => Outcome::by_status(response),
        }
    }
}

fn template(message: &Message<'_>) -> String {
    let (name, language) = match message.template.map(|template| &template.body) {
        Some(TemplateBody::Named { name, language }) => (name.as_str(), language.as_str()),
        _ => ("", ""),
    };
    let text = json_object(&[("type", "\"text\""), ("text", &json_string(message.code.as_str()))]);
    let parameters = ["[", &text, "]"].concat();
    let body = json_object(&[("type", "\"body\""), ("parameters", &parameters)]);
    let button = json_object(&[
        ("type", "\"button\""),
        ("sub_type", "\"url\""),
        ("index", "\"0\""),
        ("parameters", &parameters),
    ]);
    json_object(&[
        ("name", &json_string(name)),
        ("language", &json_object(&[("code", &json_string(language))])),
        ("components", &["[", &body, ",", &button, "]"].concat()),
    ])
}
