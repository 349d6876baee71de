//! ZITADEL's HTTP SMS provider: `{contextInfo, templateData, args}`, signed in `ZITADEL-Signature`. Source:
//! `internal/notification/channels/webhook` and `internal/notification/messages` in zitadel/zitadel.
//!
//! Oddities: the code is `args.oTP` at sign-in and `args.code` otherwise, since only the first letter of a name is lowered.
//! An answer other than 2xx is queued again and never shown, so what cannot succeed is answered 200. It waits for 5 s.

use serde_json::json;

use super::fields::{FieldMessage, FieldReader, NumberForm};
use super::{
    BridgeBody, BridgeCall, BridgeDialect, BridgeOutcome, BridgeResponse, Proof, Sample, SignatureScheme,
};
use crate::api::RequestError;
use crate::policy::Policy;
use crate::settings::BRIDGE_ZITADEL_SECRET;
use crate::time::Timestamp;
use crate::usage_type::UsageType;

pub(super) struct Zitadel;

const CODE: &[&str] = &["/args/oTP", "/args/code"];
const TO: &[&str] = &["/contextInfo/recipientPhoneNumber", "/args/verifiedPhone", "/args/lastPhone"];
/// A second less than ZITADEL waits.
const TIMEOUT_MS: u32 = 4_000;

impl BridgeDialect for Zitadel {
    fn id(&self) -> &'static str {
        "zitadel"
    }

    fn name(&self) -> &'static str {
        "ZITADEL"
    }

    fn proof(&self) -> Proof {
        Proof::Signature {
            setting: &BRIDGE_ZITADEL_SECRET,
            scheme: SignatureScheme::Timestamped { header: "zitadel-signature" },
        }
    }

    fn timeout_ms(&self) -> Option<u32> {
        Some(TIMEOUT_MS)
    }

    fn parse(&self, body: BridgeBody<'_>, policy: &Policy, _: Timestamp) -> Result<BridgeCall, RequestError> {
        let mut fields = FieldReader::open(body)?;
        let (code, text) = (fields.code(CODE), fields.message("/templateData/text"));
        let event = fields.text("/contextInfo/eventType").unwrap_or_default();
        let message = FieldMessage {
            code,
            code_paths: CODE,
            text,
            usage_type: usage_type_of(event),
            ..FieldMessage::default()
        };
        fields.finish(policy, (TO, NumberForm::WithPlus), message).map(BridgeCall::Deliver)
    }

    fn respond(&self, outcome: &BridgeOutcome<'_>) -> BridgeResponse {
        outcome.respond_to_queue()
    }

    fn sample(&self, Sample { to, code, .. }: &Sample<'_>) -> String {
        let number = to.e164();
        json!({
            "contextInfo": {
                "eventType": "session.otp.sms.challenged",
                "provider": { "id": "376748582390204677", "description": "edge-otp" },
                "recipientPhoneNumber": number,
            },
            "templateData": { "title": "VerifySMSOTP.Title", "text": format!("{code} is your one-time code.") },
            "args": { "oTP": code, "expiry": 300_000_000_000_u64, "verifiedPhone": number, "lastPhone": number },
        })
        .to_string()
    }
}

fn usage_type_of(event: &str) -> UsageType {
    match event {
        "session.otp.sms.challenged" => UsageType::SignIn,
        "user.human.mfa.otp.sms.code.added" => UsageType::MfaVerification,
        "user.human.phone.code.added" => UsageType::BindNewIdentifier,
        "user.human.password.code.added" => UsageType::ForgotPassword,
        "user.human.initialization.code.added" => UsageType::Register,
        _ => UsageType::Generic,
    }
}
