//! Clerk's webhook event `sms.created`, for templates with "Delivered by Clerk" turned off; signed by Svix, which is
//! Standard Webhooks with other names of the headers. Source: <https://clerk.com/docs/webhooks/overview> and
//! <https://docs.svix.com/receiving/verifying-payloads/how-manual>.
//!
//! Clerk has shown the user that the code was sent before this request, so no refusal reaches the user: a permanent one
//! gets 204, a temporary one a status that Svix repeats. An event that is older than a code's lifetime is ignored.

use serde_json::{Value, json};

use super::fields::{FieldMessage, FieldReader, NumberForm};
use super::{
    BridgeBody, BridgeCall, BridgeDialect, BridgeOutcome, BridgeResponse, Proof, Sample, SignatureScheme,
};
use crate::api::RequestError;
use crate::policy::Policy;
use crate::settings::BRIDGE_CLERK_SECRET;
use crate::time::{CODE_LIFETIME, Timestamp};
use crate::usage_type::UsageType;

pub(super) struct Clerk;

const CODE: &[&str] = &["/data/data/otp_code"];

impl BridgeDialect for Clerk {
    fn id(&self) -> &'static str {
        "clerk"
    }

    fn name(&self) -> &'static str {
        "Clerk"
    }

    fn proof(&self) -> Proof {
        Proof::Signature {
            setting: &BRIDGE_CLERK_SECRET,
            scheme: SignatureScheme::StandardWebhooks { prefix: "svix" },
        }
    }

    fn caller_id_header(&self) -> &'static str {
        "svix-id"
    }

    fn parse(
        &self,
        body: BridgeBody<'_>,
        policy: &Policy,
        now: Timestamp,
    ) -> Result<BridgeCall, RequestError> {
        let mut fields = FieldReader::open(body)?;
        if fields.text("/type") != Some("sms.created") {
            return Ok(BridgeCall::Ignore("an event of another type"));
        }
        if fields.value("/data/delivered_by_clerk").and_then(Value::as_bool) == Some(true) {
            return Ok(BridgeCall::Ignore("delivered by Clerk"));
        }
        let made_at = fields.value("/timestamp").and_then(Value::as_u64).map(Timestamp);
        if made_at.is_some_and(|at| !at.is_within(CODE_LIFETIME, now)) {
            return Ok(BridgeCall::Ignore("older than a code lives"));
        }
        let (code, text) = (fields.code(CODE), fields.message("/data/message"));
        let usage_type = match fields.text("/data/slug") {
            Some("reset_password_code") => UsageType::ForgotPassword,
            _ => UsageType::Generic,
        };
        let message = FieldMessage { code, code_paths: CODE, text, usage_type, ..FieldMessage::default() };
        fields
            .finish(policy, (&["/data/to_phone_number"], NumberForm::WithPlus), message)
            .map(BridgeCall::Deliver)
    }

    fn respond(&self, outcome: &BridgeOutcome<'_>) -> BridgeResponse {
        match outcome.refusal() {
            Some(refusal) if refusal.is_temporary() => outcome.respond_to_queue(),
            _ => BridgeResponse::empty(204),
        }
    }

    fn sample(&self, Sample { to, code, now }: &Sample<'_>) -> String {
        json!({
            "data": {
                "object": "sms_message",
                "id": "sms_29w83sxmDNGwOuEthce5gg56FcC",
                "slug": "verification_code",
                "to_phone_number": to.e164(),
                "message": format!("{code} is your verification code."),
                "data": { "otp_code": code },
                "delivered_by_clerk": false,
            },
            "object": "event",
            "type": "sms.created",
            "timestamp": now.0,
        })
        .to_string()
    }
}
