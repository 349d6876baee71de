//! Any server that has no dialect of its own: `{to, code | text, usageType?, locale?, ip?}` as JSON or as a form.
//! `docs/bridges/generic.md`.

use serde_json::json;

use super::{BridgeBody, BridgeCall, BridgeDialect, BridgeOutcome, BridgeResponse, Sample};
use crate::api::{DeliverRequest, RequestError};
use crate::policy::Policy;
use crate::time::Timestamp;

pub(super) struct Generic;

impl BridgeDialect for Generic {
    fn id(&self) -> &'static str {
        "generic"
    }

    fn name(&self) -> &'static str {
        "Any server"
    }

    fn parse(&self, body: BridgeBody<'_>, policy: &Policy, _: Timestamp) -> Result<BridgeCall, RequestError> {
        DeliverRequest::read(body.open()?, policy).map(BridgeCall::Deliver)
    }

    fn respond(&self, outcome: &BridgeOutcome<'_>) -> BridgeResponse {
        outcome.respond_plainly()
    }

    fn sample(&self, Sample { to, code, .. }: &Sample<'_>) -> String {
        json!({ "to": to.e164(), "code": code, "usageType": "SignIn" }).to_string()
    }
}
