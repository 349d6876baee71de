//! Ory Kratos' courier channel of type http. Its body is what the Jsonnet file of `docs/bridges/kratos.md` writes: `{to,
//! text, kind, code}`. Source: `courier/http_channel.go` and `courier/template/sms` in ory/kratos.
//!
//! Oddities: an answer other than 2xx queues the message again, and with it every later one of its batch, also those that
//! were sent; so what cannot succeed is answered 200, and what is repeated is not sent twice. The recovery code has the
//! name of the verification code; the kind of the template distinguishes them.

use serde_json::json;

use super::fields::{FieldMessage, FieldReader, NumberForm};
use super::{BridgeBody, BridgeCall, BridgeDialect, BridgeOutcome, BridgeResponse, Sample};
use crate::api::RequestError;
use crate::policy::Policy;
use crate::time::Timestamp;
use crate::usage_type::UsageType;

pub(super) struct Kratos;

const CODE: &[&str] = &["/code"];

impl BridgeDialect for Kratos {
    fn id(&self) -> &'static str {
        "kratos"
    }

    fn name(&self) -> &'static str {
        "Ory Kratos"
    }

    fn parse(&self, body: BridgeBody<'_>, policy: &Policy, _: Timestamp) -> Result<BridgeCall, RequestError> {
        let mut fields = FieldReader::open(body)?;
        let (code, text) = (fields.code(CODE), fields.message("/text"));
        let usage_type = usage_type_of(fields.text("/kind").unwrap_or_default());
        let message = FieldMessage { code, code_paths: CODE, text, usage_type, ..FieldMessage::default() };
        fields.finish(policy, (&["/to"], NumberForm::WithPlus), message).map(BridgeCall::Deliver)
    }

    fn respond(&self, outcome: &BridgeOutcome<'_>) -> BridgeResponse {
        outcome.respond_to_queue()
    }

    fn sample(&self, Sample { to, code, .. }: &Sample<'_>) -> String {
        let text = format!("Your login code is: {code}");
        json!({ "to": to.e164(), "text": text, "kind": "login_code_valid", "code": code }).to_string()
    }
}

fn usage_type_of(kind: &str) -> UsageType {
    match kind {
        "login_code_valid" => UsageType::SignIn,
        "registration_code_valid" => UsageType::Register,
        "verification_code_valid" => UsageType::BindNewIdentifier,
        "recovery_code_valid" => UsageType::ForgotPassword,
        _ => UsageType::Generic,
    }
}
