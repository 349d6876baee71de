//! Twilio Programmable Messaging: <https://www.twilio.com/docs/messaging/api/message-resource>.
//!
//! Oddities: a 201 may carry a message whose status is `failed` or `undelivered`, with an `error_code`. `RiskCheck`
//! is always sent, as Logto does. Beside Logto's messaging service, a number or a sender name (`from`), beside its auth
//! token, an API key (<https://www.twilio.com/docs/iam/api-keys>), and a regional host are accepted.

use serde_json::Value;

use super::outcome::code_text;
use super::request::ProviderRequest;
use super::{
    Delivery, DeliveryOutcome, ErrorCodeTable, FieldKind, FieldSpec, ProviderConfig, ProviderMetadata,
    ProviderResponse, RejectionKind, RequestContext, SmsProvider, TemplateKind, TemplateRules, TextForm,
};
use crate::error::Issue;
use crate::message::Message;
use crate::phone::PhoneNumber;

pub(super) struct Twilio;

const SERVICE_SID: TextForm = TextForm {
    pattern: "^MG[0-9A-Za-z]+$",
    is_valid: is_service_sid,
    message: "must be the SID of a messaging service (MG...); a number, a short code or a sender name belongs in from",
};

/// <https://www.twilio.com/docs/glossary/what-alphanumeric-sender-id>
const SENDER: TextForm = TextForm {
    pattern: "^(?:\\+[1-9][0-9]{6,14}|[0-9]{3,8}|(?=.{1,11}$)[0-9A-Za-z &+_-]*[A-Za-z][0-9A-Za-z &+_-]*)$",
    is_valid: is_sender,
    message: "must be a number in E.164 form, a short code, or a sender name of up to 11 letters, digits and spaces",
};

const FIELDS: &[FieldSpec] = &[
    FieldSpec::new("accountSID", "Account SID", FieldKind::Id).destination().placeholder("AC…"),
    FieldSpec::new("authToken", "Auth token", FieldKind::Secret)
        .optional()
        .description("The account's token. Needed unless an API key is given."),
    FieldSpec::new("apiKey", "API key SID", FieldKind::Secret)
        .optional()
        .placeholder("SK…")
        .description("An API key of the account, instead of its auth token."),
    FieldSpec::new("apiSecret", "API key secret", FieldKind::Secret).optional(),
    FieldSpec::new("fromMessagingServiceSID", "Messaging service SID", FieldKind::Text)
        .optional()
        .placeholder("MG…")
        .form(SERVICE_SID)
        .description("The messaging service that sends. Needed unless a sender is given."),
    FieldSpec::new("from", "Sender", FieldKind::Text)
        .optional()
        .placeholder("+14155550100 or YourBrand")
        .form(SENDER)
        .description("A number, a short code or a sender name, instead of a messaging service."),
    FieldSpec::new("host", "API host", FieldKind::Host)
        .optional()
        .destination()
        .hosts(&["*.twilio.com"])
        .placeholder("api.twilio.com")
        .description("A regional host such as api.dublin.ie1.twilio.com."),
    FieldSpec::new("disableRiskCheck", "Disable the risk check", FieldKind::Switch)
        .optional()
        .description("Asks Twilio not to block these messages by its fraud checks."),
    FieldSpec::templates(TemplateRules::new(TemplateKind::Text)),
];

/// <https://www.twilio.com/docs/api/errors>. 20503 says that the service did not take the request. Unknown are an internal
/// error (20500) and a carrier's timeout (30410: "not retried to avoid duplicate message delivery").
const ERROR_CODES: ErrorCodeTable = ErrorCodeTable {
    rejected: &[
        (RejectionKind::Throttled(None), &["14107", "20429", "21611", "30001", "30022", "63017", "63018"]),
        (RejectionKind::Credentials, &["20003", "20005", "20006", "20008", "20403", "20404", "30002"]),
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
                "21212", "21602", "21603", "21605", "21606", "21617", "21619", "21656", "21659", "21660",
                "21661", "21701", "21702", "21703", "21704", "21705", "30007", "30032", "30034", "30038",
                "63007",
            ],
        ),
        (RejectionKind::Balance, &["63020"]),
        (RejectionKind::Other, &["20409", "20503"]),
    ],
    unknown: &["20500", "30410", "30500"],
    ..ErrorCodeTable::EMPTY
};

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

    fn validate(&self, config: &ProviderConfig) -> Vec<Issue> {
        validate_credentials(config).into_iter().chain(validate_sender(config)).collect()
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
        let (user, password) = match config.text("authToken") {
            "" => (config.text("apiKey"), config.text("apiSecret")),
            token => (account, token),
        };
        let risk_check = if config.flag("disableRiskCheck") { "disable" } else { "enable" };
        ProviderRequest::post_form(
            &format!("https://{host}/2010-04-01/Accounts/{account}/Messages.json"),
            &[("To", message.to.e164()), sender, ("Body", &message.text()), ("RiskCheck", risk_check)],
        )
        .basic_auth(user, password)
        .finish()
    }

    fn parse_response(&self, response: &ProviderResponse) -> DeliveryOutcome {
        let body = response.json();
        if !response.is_success() {
            return match body.get("code").and_then(code_text) {
                Some(code) => DeliveryOutcome::from_code(response, ERROR_CODES, &code),
                None => DeliveryOutcome::from_status(response),
            };
        }
        let status = body.get("status").and_then(Value::as_str).unwrap_or_default();
        match (status, body.get("error_code").and_then(code_text)) {
            ("", None) => DeliveryOutcome::from_status(response),
            ("failed" | "undelivered", None) => DeliveryOutcome::from_code(response, ERROR_CODES, ""),
            (_, Some(code)) => DeliveryOutcome::from_code(response, ERROR_CODES, &code),
            _ => DeliveryOutcome::Accepted,
        }
    }
}

/// Checks that there is either an auth token or an API key with its secret.
fn validate_credentials(config: &ProviderConfig) -> Option<Issue> {
    let [has_token, has_key, has_secret] =
        ["authToken", "apiKey", "apiSecret"].map(|key| config.is_given(key));
    match (has_token, has_key, has_secret) {
        (true, false, false) | (false, true, true) => None,
        (true, true, _) => Some(Issue::new("apiKey", "must not be given beside authToken")),
        (true, _, true) => Some(Issue::new("apiSecret", "must not be given beside authToken")),
        (false, true, false) => Some(Issue::new("apiSecret", "is required with apiKey")),
        (false, false, true) => Some(Issue::new("apiKey", "is required with apiSecret")),
        (false, false, false) => {
            Some(Issue::new("authToken", "is required, unless apiKey and apiSecret are given"))
        }
    }
}

/// Checks that there are not both a messaging service and a sender.
fn validate_sender(config: &ProviderConfig) -> Option<Issue> {
    let are_both = config.is_given("fromMessagingServiceSID") && config.is_given("from");
    are_both.then(|| Issue::new("from", "must not be given beside fromMessagingServiceSID"))
}

fn is_service_sid(text: &str) -> bool {
    text.strip_prefix("MG").is_some_and(|id| !id.is_empty() && id.bytes().all(|b| b.is_ascii_alphanumeric()))
}

fn is_sender(text: &str) -> bool {
    let is_short_code = (3..=8).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    let is_name = (1..=11).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b" &+-_".contains(&b))
        && text.bytes().any(|b| b.is_ascii_alphabetic());
    PhoneNumber::parse(text).is_some() || is_short_code || is_name
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connector::Connector;
    use serde_json::json;
    use wasm_bindgen_test::wasm_bindgen_test;

    /// Returns the paths of the issues of a config with these members.
    fn issues(members: &Value) -> Vec<String> {
        let mut config = json!({
            "accountSID": "AC1",
            "templates": [{ "usageType": "Generic", "content": "{{code}}" }],
        });
        for (key, value) in members.as_object().expect("an object") {
            config[key] = value.clone();
        }
        let issues = Connector::new(&Twilio, &config).err().unwrap_or_default();
        issues.into_iter().map(|issue| issue.path).collect()
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn validate_needs_an_auth_token_or_an_api_key() {
        let issues = |mut members: Value| {
            members["from"] = "+14155550100".into();
            issues(&members)
        };
        for members in [
            json!({ "authToken": "t" }),
            json!({ "authToken": "t", "apiKey": "", "apiSecret": "" }),
            json!({ "apiKey": "SK1", "apiSecret": "s" }),
            json!({ "authToken": "", "apiKey": "SK1", "apiSecret": "s" }),
        ] {
            assert!(issues(members.clone()).is_empty(), "{members}");
        }
        for (members, path) in [
            (json!({}), "authToken"),
            (json!({ "authToken": "" }), "authToken"),
            (json!({ "authToken": 7 }), "authToken"),
            (json!({ "authToken": null }), "authToken"),
            (json!({ "apiKey": "SK1" }), "apiSecret"),
            (json!({ "apiSecret": "s" }), "apiKey"),
            (json!({ "authToken": "t", "apiKey": "SK1" }), "apiKey"),
            (json!({ "authToken": "t", "apiSecret": "s" }), "apiSecret"),
            (json!({ "authToken": "t", "apiKey": "SK1", "apiSecret": "s" }), "apiKey"),
        ] {
            assert_eq!(issues(members.clone()), [path], "{members}");
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn validate_needs_a_messaging_service_or_a_sender() {
        let issues = |mut members: Value| {
            members["authToken"] = "t".into();
            issues(&members)
        };
        for from in ["+14155550100", "12345", "729725", "YourBrand", "My Co 24", "A-b_c+d&e"] {
            assert!(issues(json!({ "from": from })).is_empty(), "{from}");
        }
        for from in [
            "14155550100",
            "+1 415 555",
            "12",
            "TwelveLetters",
            "Ünicode",
            "MG0000000000000000000000000000001",
            "a.b",
        ] {
            assert_eq!(issues(json!({ "from": from })), ["from"], "{from}");
        }
        for service in ["MG1", "MG00000000000000000000000000000002"] {
            assert!(issues(json!({ "fromMessagingServiceSID": service })).is_empty(), "{service}");
        }
        for service in [
            "VA00000000000000000000000000000001",
            "mg1",
            "MG",
            "PN1",
            "AC1",
            "+14155550100",
            "YourBrand",
            " MG1",
            "MG/1",
        ] {
            let paths = issues(json!({ "fromMessagingServiceSID": service }));
            assert_eq!(paths, ["fromMessagingServiceSID"], "{service}");
        }
        assert_eq!(issues(json!({})), ["fromMessagingServiceSID"]);
        assert_eq!(issues(json!({ "from": "" })), ["fromMessagingServiceSID"]);
        assert_eq!(issues(json!({ "from": "12345", "fromMessagingServiceSID": "MG1" })), ["from"]);
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn codes_about_the_sender_are_distinguished() {
        for code in ["21212", "21603", "21606", "21659", "21660", "21661", "21701", "21703", "21705"] {
            let body = format!(r#"{{"code":{code},"message":"x","status":400}}"#);
            let response = ProviderResponse { status: 400, body, ..ProviderResponse::default() };
            let DeliveryOutcome::Rejected(rejection) = Twilio.parse_response(&response) else {
                panic!("{code}")
            };
            assert_eq!(rejection.message(), "The provider refused the text, template or sender.", "{code}");
        }
    }
}
