//! Twilio Programmable Messaging: <https://www.twilio.com/docs/messaging/api/message-resource>.
//!
//! Oddities: a 201 may carry a message whose status is `failed` or `undelivered`, with an `error_code`. `RiskCheck`
//! is always sent, as Logto does. Beside Logto's messaging service we take a number or a sender name (`from`), and
//! a regional host.

use alloc::vec;
use alloc::vec::Vec;

use super::field::Shape;
use super::outcome::{Codes, code_text};
use super::{About, Class, Config, Delivery, Field, Kind, Outcome, Provider, TemplateRules};
use crate::error::Issue;
use crate::json::Value;
use crate::message::Message;
use crate::wire::{Request, Response, Stamp};

pub(super) struct Twilio;

const FIELDS: &[Field] = &[
    Field::new("accountSID", "Account SID", Kind::Id).placeholder("AC…"),
    Field::new("authToken", "Auth token", Kind::Secret),
    Field::new("fromMessagingServiceSID", "Messaging service SID", Kind::Text)
        .optional()
        .placeholder("MG…")
        .description("The messaging service that sends. Needed unless a sender is given."),
    Field::new("from", "Sender", Kind::Text)
        .optional()
        .placeholder("+14155550100 or YourBrand")
        .description("A number or a sender name, instead of a messaging service."),
    Field::new("host", "API host", Kind::Host)
        .optional()
        .placeholder("api.twilio.com")
        .description("A regional host such as api.dublin.ie1.twilio.com."),
    Field::new("disableRiskCheck", "Disable the risk check", Kind::Switch)
        .optional()
        .description("Asks Twilio not to hold this traffic back for fraud checks."),
    Field::templates(TemplateRules::of(Shape::Text)),
];

/// <https://www.twilio.com/docs/api/errors>
const CODES: Codes = &[
    (Class::Throttled(None), "14107 20429 21611 30001 30022 63017 63018"),
    (Class::Credentials, "20003 20005 20006 20008 20403 20404 21606 30002 63007"),
    (
        Class::Recipient,
        "21211 21214 21217 21265 21408 21421 21601 21608 21610 21612 21614 21635 30003 30004 30005 30006 30008 30450 \
         60410 63024",
    ),
    (Class::Content, "21212 21602 21605 21617 21619 21656 21703 21704 21705 30007 30034 30038"),
    (Class::Balance, "20409 30009 63020"),
];

impl Provider for Twilio {
    fn id(&self) -> &'static str {
        "twilio-short-message-service"
    }

    fn about(&self) -> About {
        About {
            target: "twilio-sms",
            name: ["Twilio", "Twilio"],
            description: ["Text messages to most countries.", "向多数国家和地区发送短信。"],
        }
    }

    fn fields(&self) -> &'static [Field] {
        FIELDS
    }

    fn codes(&self) -> Codes {
        CODES
    }

    fn check(&self, config: &Config) -> Vec<Issue> {
        let has_sender = ["fromMessagingServiceSID", "from"].iter().any(|key| !config.text(key).is_empty());
        let issue = Issue::new("fromMessagingServiceSID", "is required, unless from is given");
        if has_sender { Vec::new() } else { vec![issue] }
    }

    fn delivery(&self, config: &Config, message: &Message<'_>, _: &Stamp) -> Delivery {
        let account = config.text("accountSID");
        let host = Some(config.text("host")).filter(|host| !host.is_empty()).unwrap_or("api.twilio.com");
        let sender = match (config.text("fromMessagingServiceSID"), config.text("from")) {
            ("", from) => ("From", from),
            (service, _) => ("MessagingServiceSid", service),
        };
        let risk_check = if config.flag("disableRiskCheck") { "disable" } else { "enable" };
        let request = Request::form(
            ["https://", host, "/2010-04-01/Accounts/", account, "/Messages.json"].concat(),
            &[("To", message.to.e164()), sender, ("Body", &message.text()), ("RiskCheck", risk_check)],
        );
        Delivery::Http(request.basic_auth(account, config.text("authToken")))
    }

    fn outcome(&self, response: &Response) -> Outcome {
        let Some(body) = response.json() else { return Outcome::by_status(response) };
        if !response.is_success() {
            let code = body.get("code").and_then(code_text);
            return code
                .map_or_else(|| Outcome::by_status(response), |c| Outcome::coded(response, CODES, &c));
        }
        let status = body.get("status").and_then(Value::as_str).unwrap_or_default();
        match (status, body.get("error_code").and_then(code_text)) {
            ("", None) => Outcome::Unknown,
            ("failed" | "undelivered", None) => Outcome::coded(response, CODES, ""),
            (_, Some(code)) => Outcome::coded(response, CODES, &code),
            _ => Outcome::Accepted,
        }
    }
}
