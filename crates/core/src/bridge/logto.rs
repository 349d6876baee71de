//! Logto's HTTP SMS connector: `{to, type, payload: {code, locale?, …}, ip?}`, the `Authorization` header as its operator
//! writes it. Source: `packages/connectors/connector-http-sms` and `@logto/connector-kit` in logto-io/logto.
//!
//! Oddities: the number has no plus. Every 2xx is a success. The body of another answer becomes part of Logto's error, so it
//! is short. Nothing is repeated.

use serde_json::json;

use super::fields::{FieldMessage, FieldReader, NumberForm};
use super::{BridgeBody, BridgeCall, BridgeDialect, BridgeOutcome, BridgeResponse, Sample};
use crate::api::RequestError;
use crate::policy::Policy;
use crate::time::Timestamp;
use crate::usage_type::UsageType;

pub(super) struct Logto;

const CODE: &[&str] = &["/payload/code"];

impl BridgeDialect for Logto {
    fn id(&self) -> &'static str {
        "logto"
    }

    fn name(&self) -> &'static str {
        "Logto"
    }

    fn parse(&self, body: BridgeBody<'_>, policy: &Policy, _: Timestamp) -> Result<BridgeCall, RequestError> {
        let mut fields = FieldReader::open(body)?;
        let code = fields.code(CODE);
        let message = FieldMessage {
            code,
            code_paths: CODE,
            usage_type: fields.text("/type").and_then(UsageType::parse).unwrap_or_default(),
            locale: fields.first_text(&["/payload/locale", "/payload/uiLocales"]).map(first_locale),
            ip: fields.text("/ip").map(str::to_owned),
            ..FieldMessage::default()
        };
        fields.finish(policy, (&["/to"], NumberForm::OptionalPlus), message).map(BridgeCall::Deliver)
    }

    fn respond(&self, outcome: &BridgeOutcome<'_>) -> BridgeResponse {
        outcome.respond_plainly()
    }

    fn sample(&self, Sample { to, code, .. }: &Sample<'_>) -> String {
        json!({ "to": to.digits(), "type": "SignIn", "payload": { "code": code, "locale": "en" } })
            .to_string()
    }
}

/// `uiLocales` is a list that is separated by spaces.
fn first_locale(list: &str) -> String {
    list.split_whitespace().next().unwrap_or_default().to_owned()
}
