//! http-sms: any endpoint of the operator's own. It gets `{to, type, payload, ip?}` as JSON and composes the text itself.
//! Format: Logto's HTTP SMS connector, `docs/connectors/http-sms.md`.
//!
//! Oddities: the endpoint may respond with anything, so success is a 204 or a 2xx whose body confirms it: a JSON object
//! (without `"success": false`) or `OK`. An empty or unreadable 200 leaves the outcome unknown.

use serde::Serialize;
use serde_json::Value;

use super::request::ProviderRequest;
use super::{
    Delivery, DeliveryOutcome, FieldKind, FieldSpec, ProviderConfig, ProviderMetadata, ProviderResponse,
    RejectionKind, RequestContext, SmsProvider,
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
        .description("Sent as it stands, so that the endpoint knows us."),
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
            _ => DeliveryOutcome::Unknown,
        }
    }
}

fn parse_success(response: &ProviderResponse) -> DeliveryOutcome {
    let is_confirmed = match response.json() {
        Value::Object(body) => body.get("success") != Some(&Value::Bool(false)),
        _ => response.body.trim().eq_ignore_ascii_case("ok"),
    };
    if is_confirmed { DeliveryOutcome::Accepted } else { DeliveryOutcome::Unknown }
}
