//! http-sms: any endpoint of the operator's own. It gets `{to, type, payload, ip?}` as JSON and composes the text itself.
//! Format: Logto's HTTP SMS connector, `docs/connectors/http-sms.md`.
//!
//! Oddities: the endpoint may respond with anything, so success is a 204 or a 2xx whose body confirms it: a JSON object
//! (without `"success": false`, which is a refusal) or `OK`. An empty or unreadable 200 leaves the outcome unknown.

use serde::Serialize;
use serde_json::Value;

use super::request::ProviderRequest;
use super::{
    Delivery, DeliveryOutcome, FailureCause, FieldKind, FieldSpec, ProviderConfig, ProviderMetadata,
    ProviderResponse, RejectionKind, RequestContext, SmsProvider,
};
use crate::message::Message;

pub(super) struct HttpSms;

const FIELDS: &[FieldSpec] = &[
    FieldSpec::new("endpoint", "Endpoint", FieldKind::Url)
        .destination()
        .placeholder("https://example.com/send-sms"),
    FieldSpec::new("authorization", "Authorization header", FieldKind::Secret)
        .optional()
        .header()
        .placeholder("Bearer …")
        .description("Sent unchanged, so that your endpoint can recognize the request."),
];

#[derive(Serialize)]
struct SmsRequest<'a> {
    to: &'a str,
    #[serde(rename = "type")]
    usage_type: &'a str,
    payload: Payload<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ip: Option<&'a str>,
}

#[derive(Serialize)]
struct Payload<'a> {
    code: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    locale: Option<&'a str>,
}

impl SmsProvider for HttpSms {
    fn id(&self) -> &'static str {
        "http-sms"
    }

    fn metadata(&self) -> ProviderMetadata {
        ProviderMetadata {
            target: "http-sms",
            name: ["HTTP endpoint", "HTTP 接口"],
            description: ["Posts the code to an endpoint of your own.", "把验证码发送到您自己的接口。"],
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
        let body = SmsRequest {
            to: message.to.e164(),
            usage_type: message.usage_type.as_str(),
            payload: Payload { code: message.code.as_str(), locale: message.locale },
            ip: message.ip,
        };
        let request = ProviderRequest::post_json(config.text("endpoint"), &body);
        match config.text("authorization") {
            "" => request.finish(),
            authorization => request.authorization(authorization).finish(),
        }
    }

    fn parse_response(&self, response: &ProviderResponse) -> DeliveryOutcome {
        match response.status {
            204 => DeliveryOutcome::Accepted,
            200..=299 => parse_success(response),
            429 => DeliveryOutcome::rejected(response, RejectionKind::Throttled(None), ""),
            401 | 403 => DeliveryOutcome::rejected(response, RejectionKind::Credentials, ""),
            400..=499 => DeliveryOutcome::rejected(response, RejectionKind::Other, ""),
            _ => DeliveryOutcome::from_status(response),
        }
    }
}

fn parse_success(response: &ProviderResponse) -> DeliveryOutcome {
    match response.json() {
        Value::Object(body) => match body.get("success") {
            None | Some(Value::Bool(true)) => DeliveryOutcome::Accepted,
            Some(Value::Bool(false)) => DeliveryOutcome::rejected(response, RejectionKind::Other, ""),
            Some(Value::String(word)) if word.eq_ignore_ascii_case("true") => DeliveryOutcome::Accepted,
            Some(Value::String(word)) if word.eq_ignore_ascii_case("false") => {
                DeliveryOutcome::rejected(response, RejectionKind::Other, "")
            }
            Some(_) => DeliveryOutcome::Unknown(FailureCause::Undecided),
        },
        _ if response.text().eq_ignore_ascii_case("ok") => DeliveryOutcome::Accepted,
        _ => DeliveryOutcome::Unknown(FailureCause::Unreadable),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test(unsupported = test)]
    fn parse_response_reads_success_false_as_a_refusal() {
        let parse = |body: &str| {
            let body = body.to_owned();
            HttpSms.parse_response(&ProviderResponse { status: 200, body, ..ProviderResponse::default() })
        };
        for body in
            [r#"{"success":true}"#, r#"{"success":"true"}"#, "\u{feff}{\"success\":true}", "{}", "\u{feff}ok"]
        {
            assert_eq!(parse(body), DeliveryOutcome::Accepted, "{body}");
        }
        for body in [r#"{"success":false}"#, r#"{"success":"false"}"#, "\u{feff}{\"success\":false,\"id\":1}"]
        {
            assert!(matches!(parse(body), DeliveryOutcome::Rejected(_)), "{body}");
        }
        for body in [r#"{"success":null}"#, r#"{"success":0}"#, r#"{"success":"maybe"}"#, "", "[]", "fail"] {
            assert!(matches!(parse(body), DeliveryOutcome::Unknown(_)), "{body}");
        }
    }
}
