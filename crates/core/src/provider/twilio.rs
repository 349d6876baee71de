//! Twilio Programmable Messaging: <https://www.twilio.com/docs/messaging/api/message-resource>.
//!
//! Oddities: a 201 may carry a message whose status is `failed` or `undelivered`, with an `error_code`. `RiskCheck`
//! is always sent, as Logto does. Beside Logto's messaging service, a number or a sender name (`from`) and a regional
//! host are accepted.

use serde_json::Value;

use super::outcome::code_text;
use super::request::ProviderRequest;
use super::{
    Delivery, DeliveryOutcome, ErrorCodeTable, FieldKind, FieldSpec, ProviderConfig, ProviderMetadata,
    ProviderResponse, RejectionKind, RequestContext, SmsProvider, TemplateKind, TemplateRules,
};
use crate::message::Message;

pub(super) struct Twilio;

const FIELDS: &[FieldSpec] = &[
    FieldSpec::new("accountSID", "Account SID", FieldKind::Id).destination().placeholder("AC…"),
    FieldSpec::new("authToken", "Auth token", FieldKind::Secret),
    FieldSpec::new("fromMessagingServiceSID", "Messaging service SID", FieldKind::Text)
        .optional()
        .placeholder("MG…")
        .description("The messaging service that sends. Needed unless a sender is given."),
    FieldSpec::new("from", "Sender", FieldKind::Text)
        .optional()
        .placeholder("+14155550100 or YourBrand")
        .description("A number or a sender name, instead of a messaging service."),
    FieldSpec::new("host", "API host", FieldKind::Host)
        .optional()
        .destination()
        .hosts(&["*.twilio.com"])
        .placeholder("api.twilio.com")
        .description("A regional host such as api.dublin.ie1.twilio.com."),
    FieldSpec::new("disableRiskCheck", "Disable the risk check", FieldKind::Switch)
        .optional()
        .description("Asks Twilio not to hold this traffic back for fraud checks."),
    FieldSpec::templates(TemplateRules::new(TemplateKind::Text)),
];

/// <https://www.twilio.com/docs/api/errors>
const ERROR_CODES: ErrorCodeTable = &[
    (RejectionKind::Throttled(None), &["14107", "20429", "21611", "30001", "30022", "63017", "63018"]),
    (
        RejectionKind::Credentials,
        &["20003", "20005", "20006", "20008", "20403", "20404", "21606", "30002", "63007"],
    ),
    (
        RejectionKind::Recipient,
        &[
            "21211", "21214", "21217", "21265", "21408", "21421", "21601", "21608", "21610", "21612",
            "21614", "21635", "30003", "30004", "30005", "30006", "30008", "30450", "60410", "63024",
        ],
    ),
    (
        RejectionKind::Content,
        &[
            "21212", "21602", "21605", "21617", "21619", "21656", "21703", "21704", "21705", "30007",
            "30034", "30038",
        ],
    ),
    (RejectionKind::Balance, &["20409", "30009", "63020"]),
];

impl SmsProvider for Twilio {
    fn id(&self) -> &'static str {
        "twilio-short-message-service"
    }

    fn metadata(&self) -> ProviderMetadata {
        ProviderMetadata {
            target: "twilio-sms",
            name: ["Twilio", "Twilio"],
            description: ["Text messages to most countries.", "向多数国家和地区发送短信。"],
        }
    }

    fn fields(&self) -> &'static [FieldSpec] {
        FIELDS
    }

    fn error_codes(&self) -> ErrorCodeTable {
        ERROR_CODES
    }

    fn alternatives(&self) -> &'static [&'static [&'static str]] {
        &[&["fromMessagingServiceSID", "from"]]
    }

    fn build_request(
        &self,
        config: &ProviderConfig,
        message: &Message<'_>,
        _: &RequestContext,
    ) -> http::Result<Delivery> {
        let account = config.text("accountSID");
        let host = config.text_or("host", "api.twilio.com");
        let sender = match (config.text("fromMessagingServiceSID"), config.text("from")) {
            ("", from) => ("From", from),
            (service, _) => ("MessagingServiceSid", service),
        };
        let risk_check = if config.flag("disableRiskCheck") { "disable" } else { "enable" };
        ProviderRequest::post_form(
            &format!("https://{host}/2010-04-01/Accounts/{account}/Messages.json"),
            &[("To", message.to.e164()), sender, ("Body", &message.text()), ("RiskCheck", risk_check)],
        )
        .basic_auth(account, config.text("authToken"))
        .finish()
    }

    fn parse_response(&self, response: &ProviderResponse) -> DeliveryOutcome {
        let body = response.json();
        if !response.is_success() {
            return match body.get("code").and_then(code_text) {
                Some(code) => DeliveryOutcome::rejected_with_code(response, ERROR_CODES, &code),
                None => DeliveryOutcome::from_status(response),
            };
        }
        let status = body.get("status").and_then(Value::as_str).unwrap_or_default();
        match (status, body.get("error_code").and_then(code_text)) {
            ("", None) => DeliveryOutcome::Unknown,
            ("failed" | "undelivered", None) => {
                DeliveryOutcome::rejected_with_code(response, ERROR_CODES, "")
            }
            (_, Some(code)) => DeliveryOutcome::rejected_with_code(response, ERROR_CODES, &code),
            _ => DeliveryOutcome::Accepted,
        }
    }
}
