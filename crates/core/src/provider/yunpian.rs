//! Yunpian, `single_send`: <https://www.yunpian.com/official/document/sms/zh_CN/domestic_single_send>; its codes:
//! <https://www.yunpian.com/official/document/sms/zh_CN/returnvalue_common>.
//!
//! Oddities: the text must equal an approved template, and Yunpian puts the signature before it. A success is 200,
//! whose `code`, where there is one, is 0; a failure is 400, or 200 with another `code`. Numbers of mainland China are
//! eleven digits; all others have their `+` and need an account that is enabled for them. Where Logto silently drops a
//! number from abroad, it is refused here.

use serde_json::Value;

use super::outcome::code_text;
use super::request::ProviderRequest;
use super::{
    Delivery, DeliveryOutcome, ErrorCodeTable, FieldKind, FieldSpec, ProviderConfig, ProviderMetadata,
    ProviderResponse, RejectionKind, RequestContext, SmsProvider, TemplateKind, TemplateRules,
};
use crate::default_texts::CHINESE;
use crate::message::Message;
use crate::phone::PhoneNumber;

pub(super) struct Yunpian;

const FIELDS: &[FieldSpec] = &[
    FieldSpec::new("apikey", "API key", FieldKind::Secret),
    FieldSpec::new("enableInternational", "Send abroad", FieldKind::Switch)
        .optional()
        .description("Allows numbers outside mainland China; otherwise they are rejected."),
    FieldSpec::new("unsupportedCountriesMsg", "Message for unsupported countries", FieldKind::Text)
        .optional()
        .description("Kept for compatibility with Logto; it is not used."),
    FieldSpec::templates(TemplateRules {
        default_texts: Some(&CHINESE),
        ..TemplateRules::new(TemplateKind::Text)
    })
    .description("Each text must be identical to an approved one, without the signature."),
];

/// 2 is a parameter of the wrong form; the only one that varies is the number. Codes from -50 downwards are exceptions
/// inside Yunpian (-50 unknown, -51 busy, -53 the message was not handed on), after which nothing is known; -57 is a
/// missing signature.
const ERROR_CODES: ErrorCodeTable = ErrorCodeTable {
    rejected: &[
        (RejectionKind::Throttled(None), &["8", "9", "17", "22", "33", "43", "53", "-4", "-5"]),
        (RejectionKind::Credentials, &["-1", "-2", "-3"]),
        (RejectionKind::Recipient, &["2", "10", "20", "23", "56"]),
        (
            RejectionKind::Content,
            &["4", "5", "6", "7", "13", "15", "16", "18", "34", "52", "58", "60", "-57"],
        ),
        (RejectionKind::Balance, &["3"]),
    ],
    unknown: &["-50", "-51", "-53"],
    ..ErrorCodeTable::EMPTY
};

impl SmsProvider for Yunpian {
    fn id(&self) -> &'static str {
        "yunpian-sms"
    }

    fn metadata(&self) -> ProviderMetadata {
        ProviderMetadata {
            target: "yunpian-sms",
            name: ["Yunpian", "云片"],
            description: [
                "Your text, equal to an approved template; mainland China, and abroad if switched on.",
                "您的短信内容，须与已审核模板一致；中国大陆，可开启海外。",
            ],
        }
    }

    fn fields(&self) -> &'static [FieldSpec] {
        FIELDS
    }

    fn error_codes(&self) -> ErrorCodeTable {
        ERROR_CODES
    }

    fn supports_recipient(&self, config: &ProviderConfig, phone: &PhoneNumber) -> bool {
        config.flag("enableInternational") || domestic_number(phone).is_some()
    }

    fn build_request(
        &self,
        config: &ProviderConfig,
        message: &Message<'_>,
        _: &RequestContext,
    ) -> http::Result<Delivery> {
        let mobile = domestic_number(message.to).unwrap_or_else(|| message.to.e164());
        let fields = [("apikey", config.text("apikey")), ("mobile", mobile), ("text", &message.text())];
        ProviderRequest::post_form("https://sms.yunpian.com/v2/sms/single_send.json", &fields)
            .content_type("application/x-www-form-urlencoded;charset=utf-8")
            .header("accept", "application/json;charset=utf-8")
            .finish()
    }

    fn parse_response(&self, response: &ProviderResponse) -> DeliveryOutcome {
        let body = response.json();
        match body.get("code").and_then(code_text).as_deref() {
            Some("0") if response.is_success() => DeliveryOutcome::Accepted,
            Some(code) if code != "0" => DeliveryOutcome::from_code(response, ERROR_CODES, code),
            None if response.is_success() && is_receipt(&body) => DeliveryOutcome::Accepted,
            _ => DeliveryOutcome::from_status(response),
        }
    }
}

/// Returns the eleven digits of what Yunpian takes for a mobile number of mainland China: the second digit is 3 to 9.
fn domestic_number(phone: &PhoneNumber) -> Option<&str> {
    phone.china_mobile_number().filter(|digits| digits.as_bytes().get(1).is_some_and(|digit| *digit >= b'3'))
}

/// Tells whether a body without a code is that of a success: an object with members, none of them that of an error.
fn is_receipt(body: &Value) -> bool {
    body.as_object().is_some_and(|members| !members.is_empty() && !members.contains_key("http_status_code"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test(unsupported = test)]
    fn parse_response_needs_members_and_no_code_but_0_for_success() {
        let parse = |body: &str| {
            let response =
                ProviderResponse { status: 200, body: body.to_owned(), ..ProviderResponse::default() };
            Yunpian.parse_response(&response)
        };
        assert_eq!(parse(r#"{"code":0}"#), DeliveryOutcome::Accepted);
        assert_eq!(parse(r#"{"count":1}"#), DeliveryOutcome::Accepted);
        for body in ["{}", "[1]", "1", r#"{"http_status_code":500}"#, r#"{"code":-50}"#, r#"{"code":"-51"}"#]
        {
            assert!(matches!(parse(body), DeliveryOutcome::Unknown(_)), "{body}");
        }
        assert!(matches!(parse(r#"{"code":"33"}"#), DeliveryOutcome::Rejected(_)));
    }
}
