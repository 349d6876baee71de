//! Supabase Auth's Send SMS hook: `{metadata?, user, sms: {otp, phone?, sms_type?}}`, signed by Standard Webhooks. Source:
//! `internal/hooks` in supabase/auth.
//!
//! Oddities: the whole hook has 5 s, with up to three tries, each with another `webhook-id`. A 429 or 503 with
//! `retry-after` is repeated at once. A 200 must be JSON; a refusal is a 200 whose `error` has the status for the user.
//! `sms.phone` is there since September 2025; on a change of the number `user.phone` is the old one. Neither has a plus.

use serde_json::json;

use super::fields::{FieldMessage, FieldReader, NumberForm};
use super::{
    BridgeBody, BridgeCall, BridgeDialect, BridgeOutcome, BridgeResponse, Proof, Refusal, Sample,
    SignatureScheme,
};
use crate::api::RequestError;
use crate::policy::Policy;
use crate::settings::BRIDGE_SUPABASE_SECRET;
use crate::time::{Seconds, Timestamp};
use crate::usage_type::UsageType;

pub(super) struct Supabase;

const CODE: &[&str] = &["/sms/otp"];
/// A second less than the hook has.
const TIMEOUT_MS: u32 = 4_000;

impl BridgeDialect for Supabase {
    fn id(&self) -> &'static str {
        "supabase"
    }

    fn name(&self) -> &'static str {
        "Supabase Auth"
    }

    fn proof(&self) -> Proof {
        Proof::Signature {
            setting: &BRIDGE_SUPABASE_SECRET,
            scheme: SignatureScheme::StandardWebhooks { prefix: "webhook" },
        }
    }

    fn timeout_ms(&self) -> Option<u32> {
        Some(TIMEOUT_MS)
    }

    fn caller_id_header(&self) -> &'static str {
        "webhook-id"
    }

    fn parse(&self, body: BridgeBody<'_>, policy: &Policy, _: Timestamp) -> Result<BridgeCall, RequestError> {
        let mut fields = FieldReader::open(body)?;
        let code = fields.code(CODE);
        let is_mfa = fields.text("/sms/sms_type") == Some("mfa");
        let message = FieldMessage {
            code,
            code_paths: CODE,
            usage_type: if is_mfa { UsageType::MfaVerification } else { UsageType::Generic },
            ip: fields.text("/metadata/ip_address").map(str::to_owned),
            ..FieldMessage::default()
        };
        let to: &[&str] = &["/sms/phone", "/user/phone"];
        fields.finish(policy, (to, NumberForm::OptionalPlus), message).map(BridgeCall::Deliver)
    }

    fn respond(&self, outcome: &BridgeOutcome<'_>) -> BridgeResponse {
        let Some(refusal) = outcome.refusal() else { return BridgeResponse::empty(204) };
        let error = |status: u16| {
            let error = json!({ "http_code": status, "message": refusal.user_message() });
            BridgeResponse::json(200, &json!({ "error": error }))
        };
        match refusal {
            Refusal::Unavailable => {
                BridgeResponse { retry_after: Some(Seconds(1)), ..outcome.respond_to_queue() }
            }
            Refusal::Throttled(_) => error(429),
            Refusal::Request | Refusal::Recipient | Refusal::Content => error(400),
            Refusal::Credentials | Refusal::Balance | Refusal::Provider | Refusal::Unconfigured => error(500),
        }
    }

    fn sample(&self, Sample { to, code, now }: &Sample<'_>) -> String {
        json!({
            "metadata": { "uuid": "8f5a2f0e-3d0b-4b1d-9a55-0b6f8f0a0001", "time": now.rfc3339(), "name": "send-sms" },
            "user": { "id": "6481a5c1-3d37-4a56-9f6a-bee08c554965", "phone": to.digits() },
            "sms": { "otp": code, "phone": to.digits() },
        })
        .to_string()
    }
}
