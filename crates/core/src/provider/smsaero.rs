//! SMS Aero, API v2: <https://smsaero.ru/integration/documentation/api/>.
//!
//! Oddities: success and failure may both be 200, distinguished by `success`; older responses have a word in `result`
//! instead. A success holds the message, or a list of messages, whose `status` may be a failure all the same: 0 queued,
//! 1 delivered, 2 failed, 3 passed on, 4 waiting for its status, 6 rejected, 8 in moderation. There are no codes: what
//! was wrong follows from the status, from the names under `data`, or from a sentence, of which only the one about
//! money is known. Numbers are digits without `+`.

use serde::Serialize;
use serde_json::Value;

use super::outcome::{classify_code, code_text};
use super::request::ProviderRequest;
use super::{
    Delivery, DeliveryOutcome, ErrorCodeTable, FailureCause, FieldKind, FieldSpec, ProviderConfig,
    ProviderMetadata, ProviderResponse, RejectionKind, RequestContext, SmsProvider, TemplateKind,
    TemplateRules,
};
use crate::message::Message;

pub(super) struct Smsaero;

const FIELDS: &[FieldSpec] = &[
    FieldSpec::new("email", "E-mail", FieldKind::Email).destination().description("The account's login."),
    FieldSpec::new("apiKey", "API key", FieldKind::Secret),
    FieldSpec::new("senderName", "Sender name", FieldKind::Text).placeholder("SMSAero"),
    FieldSpec::templates(TemplateRules::new(TemplateKind::Text)),
];

#[derive(Serialize)]
struct SendRequest<'a> {
    number: &'a str,
    sign: &'a str,
    text: &'a str,
}

impl SmsProvider for Smsaero {
    fn id(&self) -> &'static str {
        "smsaero-short-message-service"
    }

    fn metadata(&self) -> ProviderMetadata {
        ProviderMetadata {
            target: "smsaero-sms",
            name: ["SMS Aero", "SMS Aero"],
            description: [
                "Text messages to Russia, and to others by account.",
                "向俄罗斯发送短信，其他国家视账户而定。",
            ],
        }
    }

    fn fields(&self) -> &'static [FieldSpec] {
        FIELDS
    }

    fn build_request(
        &self,
        config: &ProviderConfig,
        message: &Message<'_>,
        _: &RequestContext,
    ) -> http::Result<Delivery> {
        let body = SendRequest {
            number: message.to.digits(),
            sign: config.text("senderName"),
            text: &message.text(),
        };
        ProviderRequest::post_json("https://gate.smsaero.ru/v2/sms/send", &body)
            .basic_auth(config.text("email"), config.text("apiKey"))
            .finish()
    }

    fn parse_response(&self, response: &ProviderResponse) -> DeliveryOutcome {
        let body = response.json();
        let result = body.get("result").and_then(Value::as_str);
        match (body.get("success").and_then(Value::as_bool), result) {
            (Some(true), _) if response.is_success() => parse_messages(response, &body),
            (Some(false), _) | (None, Some("reject" | "no credits")) => {
                let kind = classify_rejection(response, &body);
                DeliveryOutcome::from_kind(response, kind, result.unwrap_or_default())
            }
            _ => DeliveryOutcome::from_status(response),
        }
    }
}

/// Reads the messages of a success: one under `data`, or several in a list or by their index. Messages that disagree prove
/// nothing, and neither does a message in moderation or with an unknown status.
fn parse_messages(response: &ProviderResponse, body: &Value) -> DeliveryOutcome {
    let statuses: Vec<String> = match body.get("data") {
        Some(Value::Array(list)) => list.iter().filter_map(status_of).collect(),
        Some(Value::Object(members)) if members.contains_key("status") => {
            body.get("data").and_then(status_of).into_iter().collect()
        }
        Some(Value::Object(members)) => members.values().filter_map(status_of).collect(),
        _ => Vec::new(),
    };
    let outcome = |status: &String| match status.as_str() {
        "0" | "1" | "3" | "4" => DeliveryOutcome::Accepted,
        failed @ ("2" | "6") => DeliveryOutcome::rejected(response, RejectionKind::Other, failed),
        _ => DeliveryOutcome::Unknown(FailureCause::Undecided),
    };
    let mut outcomes = statuses.iter().map(outcome);
    let first = outcomes.next().unwrap_or(DeliveryOutcome::Accepted);
    if outcomes.all(|other| core::mem::discriminant(&other) == core::mem::discriminant(&first)) {
        first
    } else {
        DeliveryOutcome::Unknown(FailureCause::Undecided)
    }
}

/// Returns the status of a message, if it has one; empty if it is no number.
fn status_of(message: &Value) -> Option<String> {
    message.get("status").map(|status| code_text(status).unwrap_or_default())
}

/// Classifies what was wrong. The sentence is compared, never passed on.
fn classify_rejection(response: &ProviderResponse, body: &Value) -> Option<RejectionKind> {
    let has_text = |member: &str, text: &str| body.get(member).and_then(Value::as_str) == Some(text);
    let names_field = |name: &str| body.get("data").is_some_and(|data| data.get(name).is_some());
    let by_status = classify_code(response, ErrorCodeTable::EMPTY, "");
    if by_status != Some(RejectionKind::Other) {
        return by_status;
    }
    Some(if has_text("message", "Not enough money.") || has_text("result", "no credits") {
        RejectionKind::Balance
    } else if names_field("number") {
        RejectionKind::Recipient
    } else if names_field("sign") || names_field("text") {
        RejectionKind::Content
    } else {
        RejectionKind::Other
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test(unsupported = test)]
    fn parse_response_reads_the_status_of_the_messages() {
        let parse = |data: &str| {
            let body = format!(r#"{{"success":true,"data":{data},"message":null}}"#);
            Smsaero.parse_response(&ProviderResponse { status: 200, body, ..ProviderResponse::default() })
        };
        let shapes = |status: &str| {
            let message = format!(r#"{{"id":1,"status":{status}}}"#);
            [format!("[{message}]"), format!(r#"{{"0":{message}}}"#), message]
        };
        for data in ["0", "1", "3", "4", r#""0""#].into_iter().flat_map(shapes) {
            assert_eq!(parse(&data), DeliveryOutcome::Accepted, "{data}");
        }
        for data in ["2", "6", r#""2""#].into_iter().flat_map(shapes) {
            assert!(matches!(parse(&data), DeliveryOutcome::Rejected(_)), "{data}");
        }
        for data in [
            r#"{"status":8}"#,
            r#"{"status":99}"#,
            r#"{"status":null}"#,
            r#"{"status":"failed"}"#,
            r#"[{"status":0},{"status":2}]"#,
            r#"[{"status":2},{"status":8}]"#,
        ] {
            assert_eq!(parse(data), DeliveryOutcome::Unknown(FailureCause::Undecided), "{data}");
        }
    }
}
