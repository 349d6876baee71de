//! Authgear's custom SMS webhook: `{to, body, app_id, template_name, language_tag, template_variables: {code}}`, signed in
//! `x-authgear-body-signature`. Source: `pkg/lib/infra/sms/custom` in authgear/authgear-server.
//!
//! Oddities: if the answer is JSON, only its `code` decides, whatever the status; JSON without one is a failure. The
//! signature has no time. Nothing is repeated.

use serde_json::json;

use super::fields::{FieldMessage, FieldReader, NumberForm};
use super::{
    BridgeBody, BridgeCall, BridgeDialect, BridgeOutcome, BridgeResponse, Proof, Refusal, Sample,
    SignatureScheme,
};
use crate::api::RequestError;
use crate::policy::Policy;
use crate::service::ServiceError;
use crate::settings::BRIDGE_AUTHGEAR_SECRET;
use crate::time::Timestamp;
use crate::usage_type::UsageType;

pub(super) struct Authgear;

const CODE: &[&str] = &["/template_variables/code"];

impl BridgeDialect for Authgear {
    fn id(&self) -> &'static str {
        "authgear"
    }

    fn name(&self) -> &'static str {
        "Authgear"
    }

    fn proof(&self) -> Proof {
        Proof::Signature {
            setting: &BRIDGE_AUTHGEAR_SECRET,
            scheme: SignatureScheme::BodyMac { header: "x-authgear-body-signature" },
        }
    }

    fn parse(&self, body: BridgeBody<'_>, policy: &Policy, _: Timestamp) -> Result<BridgeCall, RequestError> {
        let mut fields = FieldReader::open(body)?;
        let (code, text) = (fields.code(CODE), fields.message("/body"));
        let message = FieldMessage {
            code,
            code_paths: CODE,
            text,
            usage_type: usage_type_of(fields.text("/template_name").unwrap_or_default()),
            locale: fields.text("/language_tag").map(str::to_owned),
            ..FieldMessage::default()
        };
        fields.finish(policy, (&["/to"], NumberForm::WithPlus), message).map(BridgeCall::Deliver)
    }

    fn respond(&self, outcome: &BridgeOutcome<'_>) -> BridgeResponse {
        let Err(error) = outcome.result else { return BridgeResponse::json(200, &json!({ "code": "ok" })) };
        let provider_code = match error {
            ServiceError::Provider(rejection) => rejection.code.as_deref().unwrap_or_default(),
            _ => "",
        };
        let body = json!({
            "code": code_of(error),
            "info": {
                "provider_name": "edge-otp",
                "provider_type": "custom",
                "provider_error_code": provider_code,
            },
            "description": error.code().as_str(),
        });
        BridgeResponse::json(error.code().status(), &body)
    }

    fn sample(&self, Sample { to, code, .. }: &Sample<'_>) -> String {
        json!({
            "to": to.e164(),
            "body": format!("{code} is your code."),
            "app_id": "test",
            "template_name": "verification_sms.txt",
            "language_tag": "en",
            "template_variables": { "code": code },
        })
        .to_string()
    }
}

fn code_of(error: &ServiceError) -> &'static str {
    match Refusal::of(error) {
        // Authgear tells the provider's verdict on a text from a template that does not exist here.
        Refusal::Content if matches!(error, ServiceError::TemplateNotFound) => "unsupported_request",
        Refusal::Recipient => "invalid_phone_number",
        Refusal::Throttled(_) => "rate_limited",
        Refusal::Credentials | Refusal::Balance => "authentication_failed",
        Refusal::Content => "delivery_rejected",
        Refusal::Request => "unsupported_request",
        Refusal::Provider | Refusal::Unconfigured | Refusal::Unavailable => "unknown_error",
    }
}

fn usage_type_of(template: &str) -> UsageType {
    match template.strip_suffix(".txt").unwrap_or(template) {
        "authenticate_primary_oob_sms" => UsageType::SignIn,
        "setup_primary_oob_sms" => UsageType::Register,
        "authenticate_secondary_oob_sms" => UsageType::MfaVerification,
        "setup_secondary_oob_sms" => UsageType::BindMfa,
        "verification_sms" => UsageType::BindNewIdentifier,
        "forgot_password_oob_sms" | "forgot_password_sms" => UsageType::ForgotPassword,
        _ => UsageType::Generic,
    }
}
