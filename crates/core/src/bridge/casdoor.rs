//! Casdoor's Custom HTTP SMS provider by POST: `phoneNumber` and `content`, as a form or as JSON; both may be renamed there.
//! Source: `object/sms_custom.go` in casdoor/casdoor.
//!
//! Oddities: only 200 is a success. `content` is the code, unless the provider has a template of its own in Casdoor: then it
//! is a text. Earlier versions name it by the provider's parameter, by default `code`. There is no time limit.

use serde_json::json;

use super::fields::{FieldMessage, FieldReader, NumberForm};
use super::{BridgeBody, BridgeCall, BridgeDialect, BridgeOutcome, BridgeResponse, Sample};
use crate::api::RequestError;
use crate::code::Code;
use crate::policy::Policy;
use crate::time::Timestamp;

pub(super) struct Casdoor;

const CONTENT: [&str; 2] = ["/content", "/code"];

impl BridgeDialect for Casdoor {
    fn id(&self) -> &'static str {
        "casdoor"
    }

    fn name(&self) -> &'static str {
        "Casdoor"
    }

    fn parse(&self, body: BridgeBody<'_>, policy: &Policy, _: Timestamp) -> Result<BridgeCall, RequestError> {
        let mut fields = FieldReader::open(body)?;
        let path = CONTENT.into_iter().find(|path| fields.text(path).is_some()).unwrap_or(CONTENT[0]);
        let code = fields.text(path).and_then(Code::parse_foreign);
        let text = if code.is_some() { None } else { fields.message(path) };
        let message = FieldMessage { code, code_paths: &CONTENT, text, ..FieldMessage::default() };
        fields.finish(policy, (&["/phoneNumber"], NumberForm::WithPlus), message).map(BridgeCall::Deliver)
    }

    fn respond(&self, outcome: &BridgeOutcome<'_>) -> BridgeResponse {
        outcome.respond_plainly()
    }

    fn sample(&self, Sample { to, code, .. }: &Sample<'_>) -> String {
        json!({ "phoneNumber": to.e164(), "content": code }).to_string()
    }
}
