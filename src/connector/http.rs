//! http-sms: any endpoint of your own. It gets `{to, type, payload, ip?}` as JSON and composes the text itself.
//! Format: Logto's HTTP SMS connector, `docs/connectors/http-sms.md`.
//!
//! Oddities: the endpoint may answer with anything, so success is a 204 or a 2xx whose body says so: a JSON object
//! (without `"success": false`) or `OK`. An empty or unreadable 200 leaves the outcome open.

use alloc::vec::Vec;

use super::{About, Class, Config, Delivery, Field, Kind, Outcome, Provider};
use crate::error::Issue;
use crate::json::{Map, Value};
use crate::message::Message;
use crate::wire::{Request, Response, Stamp};

pub(super) struct Http;

const FIELDS: &[Field] = &[
    Field::new("endpoint", "Endpoint", Kind::Url).placeholder("https://example.com/send-sms"),
    Field::new("authorization", "Authorization header", Kind::Secret)
        .optional()
        .placeholder("Bearer …")
        .description("Sent as it stands, so that the endpoint knows us."),
];

impl Provider for Http {
    fn id(&self) -> &'static str {
        "http-sms"
    }

    fn about(&self) -> About {
        About {
            target: "http-sms",
            name: ["HTTP endpoint", "HTTP 接口"],
            description: ["Posts the code to an endpoint of your own.", "把验证码发送到您自己的接口。"],
        }
    }

    fn fields(&self) -> &'static [Field] {
        FIELDS
    }

    fn check(&self, config: &Config) -> Vec<Issue> {
        config.header_issues("authorization")
    }

    fn delivery(&self, config: &Config, message: &Message<'_>, _: &Stamp) -> Delivery {
        let mut payload = Map::new();
        payload.insert("code", message.code.as_str());
        if let Some(locale) = message.locale {
            payload.insert("locale", locale);
        }
        let mut body = Map::new();
        body.insert("to", message.to.e164());
        body.insert("type", message.usage.name());
        body.insert("payload", payload);
        if let Some(ip) = message.ip {
            body.insert("ip", ip);
        }
        let request = Request::json(config.text("endpoint"), Value::Object(body).json());
        Delivery::Http(match config.text("authorization") {
            "" => request,
            authorization => request.header("authorization", authorization),
        })
    }

    fn outcome(&self, response: &Response) -> Outcome {
        match response.status {
            204 => Outcome::Accepted,
            200..=299 => read_success(response),
            429 => Outcome::refused(response, Class::Throttled(None), ""),
            401 | 403 => Outcome::refused(response, Class::Credentials, ""),
            400..=499 => Outcome::refused(response, Class::Other, ""),
            _ => Outcome::Unknown,
        }
    }
}

fn read_success(response: &Response) -> Outcome {
    let says_ok = response.body.trim().eq_ignore_ascii_case("ok");
    let body = response.json();
    let success = body.as_ref().and_then(Value::as_object).map(|body| body.get("success"));
    match success {
        Some(success) if success != Some(&Value::Bool(false)) => Outcome::Accepted,
        None if says_ok => Outcome::Accepted,
        _ => Outcome::Unknown,
    }
}
