//! Vonage SMS API: <https://developer.vonage.com/en/api/sms>; its codes: <https://developer.vonage.com/api-errors/sms>.
//!
//! Oddities: failures come as 200, one status per part of the message, as a text; only "0" is success, so a response
//! without parts proves nothing, and parts that disagree prove nothing either. Characters outside GSM-7 arrive as
//! `?` unless the type is `unicode`. Errors of the gateway are problem details (RFC 9457) without a code. Numbers are
//! digits without `+`.

use serde::Serialize;
use serde_json::Value;

use super::outcome::code_text;
use super::request::ProviderRequest;
use super::{
    Delivery, DeliveryOutcome, ErrorCodeTable, FieldKind, FieldSpec, ProviderConfig, ProviderMetadata,
    ProviderResponse, RejectionKind, RequestContext, SmsProvider, TemplateKind, TemplateRules,
};
use crate::message::Message;
use crate::segments::{Encoding, detect_encoding};

pub(super) struct Vonage;

const FIELDS: &[FieldSpec] = &[
    FieldSpec::new("apiKey", "API key", FieldKind::Secret),
    FieldSpec::new("apiSecret", "API secret", FieldKind::Secret),
    FieldSpec::new("brandName", "Brand name", FieldKind::Text)
        .placeholder("YourBrand")
        .description("The sender: a name or a number, as far as the country allows."),
    FieldSpec::templates(TemplateRules::new(TemplateKind::Text)),
];

/// 5 is an error inside the platform "whilst processing this message".
const ERROR_CODES: ErrorCodeTable = ErrorCodeTable {
    rejected: &[
        (RejectionKind::Throttled(None), &["1", "10"]),
        (RejectionKind::Credentials, &["4", "8", "11", "14", "32"]),
        (RejectionKind::Recipient, &["6", "7", "29", "33"]),
        (RejectionKind::Content, &["12", "15"]),
        (RejectionKind::Balance, &["9"]),
    ],
    unknown: &["5"],
    ..ErrorCodeTable::EMPTY
};

#[derive(Serialize)]
struct SmsRequest<'a> {
    from: &'a str,
    to: &'a str,
    text: &'a str,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    message_type: Option<&'static str>,
}

impl SmsProvider for Vonage {
    fn id(&self) -> &'static str {
        "vonage-sms"
    }

    fn metadata(&self) -> ProviderMetadata {
        ProviderMetadata {
            target: "vonage-sms",
            name: ["Vonage", "Vonage"],
            description: ["Text messages to most countries.", "向多数国家和地区发送短信。"],
        }
    }

    fn fields(&self) -> &'static [FieldSpec] {
        FIELDS
    }

    fn error_codes(&self) -> ErrorCodeTable {
        ERROR_CODES
    }

    fn build_request(
        &self,
        config: &ProviderConfig,
        message: &Message<'_>,
        _: &RequestContext,
    ) -> http::Result<Delivery> {
        let text = message.text();
        let body = SmsRequest {
            from: config.text("brandName"),
            to: message.to.digits(),
            text: &text,
            message_type: (detect_encoding(&text) == Encoding::Ucs2).then_some("unicode"),
        };
        ProviderRequest::post_json("https://rest.nexmo.com/sms/json", &body)
            .basic_auth(config.text("apiKey"), config.text("apiSecret"))
            .finish()
    }

    fn parse_response(&self, response: &ProviderResponse) -> DeliveryOutcome {
        let body = response.json();
        let Some(parts) = body.get("messages").and_then(Value::as_array) else {
            let is_problem = !response.is_success() && body.get("title").is_some();
            return if is_problem {
                DeliveryOutcome::from_code(response, ERROR_CODES, "")
            } else {
                DeliveryOutcome::from_status(response)
            };
        };
        let is_accepted = |part: &Value| part.get("status").and_then(Value::as_str) == Some("0");
        let error_code = |part: &Value| part.get("status").and_then(code_text).filter(|code| code != "0");
        match parts.first() {
            Some(_) if response.is_success() && parts.iter().all(is_accepted) => DeliveryOutcome::Accepted,
            Some(first) if parts.iter().all(|part| error_code(part).is_some()) => {
                let outcomes = parts.iter().filter_map(error_code);
                let mut outcomes =
                    outcomes.map(|code| DeliveryOutcome::from_code(response, ERROR_CODES, &code));
                let unknown = outcomes.find(|outcome| matches!(outcome, DeliveryOutcome::Unknown(_)));
                let code = error_code(first).unwrap_or_default();
                unknown.unwrap_or_else(|| DeliveryOutcome::from_code(response, ERROR_CODES, &code))
            }
            _ => DeliveryOutcome::from_status(response),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test(unsupported = test)]
    fn parse_response_proves_nothing_if_parts_disagree() {
        let parse = |statuses: [&str; 2]| {
            let [first, second] = statuses;
            let body = format!(r#"{{"messages":[{{"status":"{first}"}},{{"status":"{second}"}}]}}"#);
            Vonage.parse_response(&ProviderResponse { status: 200, body, ..ProviderResponse::default() })
        };
        assert_eq!(parse(["0", "0"]), DeliveryOutcome::Accepted);
        for statuses in [["0", "1"], ["1", "0"], ["1", "5"], ["5", "1"]] {
            assert!(matches!(parse(statuses), DeliveryOutcome::Unknown(_)), "{statuses:?}");
        }
        assert!(matches!(
            parse(["9", "9"]),
            DeliveryOutcome::Rejected(rejection) if rejection.kind == RejectionKind::Balance
        ));
    }
}
