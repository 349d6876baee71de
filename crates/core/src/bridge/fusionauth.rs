//! FusionAuth's generic messenger: `{type, phoneNumber, textMessage, code?, …}`. Source:
//! <https://fusionauth.io/docs/customize/email-and-messages/generic-messenger>.
//!
//! Oddities: the number is as the user has typed it; without its plus it is refused, since it may be a national one. `code`
//! is there since version 1.65. `type` may be `Voice`, which is refused.

use serde_json::json;

use super::fields::{FieldMessage, FieldReader, NumberForm};
use super::{BridgeBody, BridgeCall, BridgeDialect, BridgeOutcome, BridgeResponse, Sample};
use crate::api::RequestError;
use crate::policy::Policy;
use crate::time::Timestamp;

pub(super) struct FusionAuth;

const CODE: &[&str] = &["/code"];

impl BridgeDialect for FusionAuth {
    fn id(&self) -> &'static str {
        "fusionauth"
    }

    fn name(&self) -> &'static str {
        "FusionAuth"
    }

    fn parse(&self, body: BridgeBody<'_>, policy: &Policy, _: Timestamp) -> Result<BridgeCall, RequestError> {
        let mut fields = FieldReader::open(body)?;
        if fields.text("/type").is_some_and(|kind| !kind.eq_ignore_ascii_case("sms")) {
            fields.add_issue(&["/type"], "must be SMS");
        }
        let (code, text) = (fields.code(CODE), fields.message("/textMessage"));
        let message = FieldMessage { code, code_paths: CODE, text, ..FieldMessage::default() };
        fields.finish(policy, (&["/phoneNumber"], NumberForm::WithPlus), message).map(BridgeCall::Deliver)
    }

    fn respond(&self, outcome: &BridgeOutcome<'_>) -> BridgeResponse {
        outcome.respond_plainly()
    }

    fn sample(&self, Sample { to, code, .. }: &Sample<'_>) -> String {
        let text = format!("Your code is {code}.");
        json!({ "type": "SMS", "phoneNumber": to.e164(), "textMessage": text, "code": code }).to_string()
    }
}
