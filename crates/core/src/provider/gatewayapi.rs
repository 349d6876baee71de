//! GatewayAPI, REST `mtsms`: <https://gatewayapi.com/docs/apis/rest/>; its codes:
//! <https://gatewayapi.com/docs/error-codes/>.
//!
//! Oddities: the token is the user name of Basic credentials, without a password. Accounts in the EU have a host of
//! their own, so the endpoint is a field. A success carries `ids`; an error carries a `code` in hex. Characters
//! outside GSM-7 need `encoding: UCS2`. Numbers are digits without `+`.

use serde::Serialize;
use serde_json::Value;

use super::request::ProviderRequest;
use super::{
    Delivery, DeliveryOutcome, ErrorCodeTable, FieldKind, FieldSpec, ProviderConfig, ProviderMetadata,
    ProviderResponse, RejectionKind, RequestContext, SmsProvider, TemplateKind, TemplateRules,
};
use crate::message::Message;
use crate::segments::{Encoding, detect_encoding};

pub(super) struct GatewayApi;

const FIELDS: &[FieldSpec] = &[
    FieldSpec::new("endpoint", "Endpoint", FieldKind::Url)
        .destination()
        .hosts(&["gatewayapi.com", "*.gatewayapi.com", "gatewayapi.eu", "*.gatewayapi.eu"])
        .placeholder("https://gatewayapi.com/rest/mtsms")
        .description("For accounts in the EU: https://gatewayapi.eu/rest/mtsms."),
    FieldSpec::new("apiToken", "API token", FieldKind::Secret),
    FieldSpec::new("sender", "Sender", FieldKind::Text)
        .placeholder("YourBrand")
        .description("Up to 11 letters and digits, or up to 15 digits."),
    FieldSpec::templates(TemplateRules::new(TemplateKind::Text)),
];

/// No documented code leaves the outcome open; the service's own errors are a 5xx with another code.
const ERROR_CODES: ErrorCodeTable = ErrorCodeTable {
    rejected: &[
        (
            RejectionKind::Credentials,
            &[
                "0x0210", "0x0211", "0x0212", "0x0213", "0x021D", "0x0223", "0x0224", "0x0225", "0x0226",
                "0x0229", "0x022A",
            ],
        ),
        (RejectionKind::Recipient, &["0x0214", "0x0215", "0x0217", "0x021F", "0x0310", "0x0313"]),
        (RejectionKind::Content, &["0x0218", "0x021E", "0x0312"]),
        (RejectionKind::Balance, &["0x0216"]),
    ],
    ..ErrorCodeTable::EMPTY
};

#[derive(Serialize)]
struct SmsRequest<'a> {
    sender: &'a str,
    message: &'a str,
    recipients: [Recipient<'a>; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    encoding: Option<&'static str>,
}

#[derive(Serialize)]
struct Recipient<'a> {
    msisdn: &'a str,
}

impl SmsProvider for GatewayApi {
    fn id(&self) -> &'static str {
        "gatewayapi-sms"
    }

    fn metadata(&self) -> ProviderMetadata {
        ProviderMetadata {
            target: "gatewayapi-sms",
            name: ["GatewayAPI", "GatewayAPI"],
            description: [
                "Text messages to most countries; an EU platform exists.",
                "向多数国家和地区发送短信，有欧盟平台。",
            ],
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
            sender: config.text("sender"),
            message: &text,
            recipients: [Recipient { msisdn: message.to.digits() }],
            encoding: (detect_encoding(&text) == Encoding::Ucs2).then_some("UCS2"),
        };
        ProviderRequest::post_json(config.text("endpoint"), &body)
            .basic_auth(config.text("apiToken"), "")
            .finish()
    }

    fn parse_response(&self, response: &ProviderResponse) -> DeliveryOutcome {
        let body = response.json();
        let has_ids = body.get("ids").and_then(Value::as_array).is_some_and(|ids| !ids.is_empty());
        match body.get("code").and_then(Value::as_str) {
            Some(code) => DeliveryOutcome::from_code(response, ERROR_CODES, code),
            None if response.is_success() && has_ids => DeliveryOutcome::Accepted,
            None => DeliveryOutcome::from_status(response),
        }
    }
}
