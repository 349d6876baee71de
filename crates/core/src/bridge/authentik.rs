//! authentik's SMS authenticator stage with the generic provider: `{From, To, Body, Message}`, where `Body` is the code.
//! Source: `authentik/stages/authenticator_sms/models.py` in goauthentik/authentik.
//!
//! Oddity: the user is shown the body of an answer of 400 and more, so it is a plain sentence.

use serde_json::json;

use super::fields::{FieldMessage, FieldReader, NumberForm};
use super::{BridgeBody, BridgeCall, BridgeDialect, BridgeOutcome, BridgeResponse, Refusal, Sample};
use crate::api::RequestError;
use crate::policy::Policy;
use crate::time::Timestamp;
use crate::usage_type::UsageType;

pub(super) struct Authentik;

const CODE: &[&str] = &["/Body"];

impl BridgeDialect for Authentik {
    fn id(&self) -> &'static str {
        "authentik"
    }

    fn name(&self) -> &'static str {
        "authentik"
    }

    fn parse(&self, body: BridgeBody<'_>, policy: &Policy, _: Timestamp) -> Result<BridgeCall, RequestError> {
        let mut fields = FieldReader::open(body)?;
        let (code, text) = (fields.code(CODE), fields.message("/Message"));
        let usage_type = UsageType::MfaVerification;
        let message = FieldMessage { code, code_paths: CODE, text, usage_type, ..FieldMessage::default() };
        fields.finish(policy, (&["/To"], NumberForm::WithPlus), message).map(BridgeCall::Deliver)
    }

    fn respond(&self, outcome: &BridgeOutcome<'_>) -> BridgeResponse {
        let Some(refusal) = outcome.refusal() else { return outcome.respond_plainly() };
        let status = match refusal {
            Refusal::Throttled(_) => 429,
            refusal if refusal.is_temporary() => 503,
            _ => 400,
        };
        let retry_after = refusal.retry_after();
        BridgeResponse { retry_after, ..BridgeResponse::text(status, refusal.user_message()) }
    }

    fn sample(&self, Sample { to, code, .. }: &Sample<'_>) -> String {
        let text = format!("Use this code to authenticate in authentik: {code}");
        json!({ "From": "edge-otp", "To": to.e164(), "Body": code, "Message": text }).to_string()
    }
}
