//! A response vector against the outcome that a provider derives from it.

use edge_otp_core::provider::{DeliveryOutcome, ProviderResponse, RejectionKind};
use edge_otp_core::time::Seconds;

use super::Verdict;
use super::data::{Vector, has};
use crate::support::text;

pub(super) fn check(vector: &Vector) -> Result<Verdict, String> {
    if has(&vector.json, "behavior") {
        return Ok(Verdict::Inapplicable("no response reaches the provider; the transport makes it unknown"));
    }
    let status = vector.json["status"].as_u64().and_then(|status| u16::try_from(status).ok());
    let response = ProviderResponse {
        status: status.ok_or("no status")?,
        retry_after: Some(Seconds(7)),
        body: text(&vector.json, "body").to_owned(),
    };
    let outcome = vector.provider.parse_response(&response);
    let name = vector.id().rsplit('/').next().unwrap_or_default();
    match (text(&vector.json, "meaning"), &outcome) {
        ("accepted", DeliveryOutcome::Accepted) | ("unknown", DeliveryOutcome::Unknown(_)) => {
            Ok(Verdict::Exact)
        }
        ("rejected", DeliveryOutcome::Rejected(rejection)) => match expected_kind(name) {
            Some(kind) if kind != rejection.kind => Err(format!("{kind:?} was expected of {rejection:?}")),
            _ => Ok(Verdict::Exact),
        },
        (meaning, _) => Err(format!("{meaning} is read as {outcome:?}")),
    }
}

/// Returns the kind of the failures whose name gives their reason: distinguished for the operator, throttling with its
/// `Retry-After`.
fn expected_kind(name: &str) -> Option<RejectionKind> {
    Some(match name {
        "rate_limit"
        | "frequency"
        | "throttled"
        | "day-limit"
        | "daily-limit"
        | "rate-limit-http-400"
        | "isv-prefixed-rate-limit"
        | "too_many_429"
        | "hourly_limit"
        | "http-400-no-detail"
        | "too_many" => RejectionKind::Throttled(Some(Seconds(7))),
        "bad_access_key"
        | "not_opened"
        | "bad_signature"
        | "bad_token"
        | "bad_auth"
        | "bad_secret_id"
        | "bad_apikey"
        | "ip_denied"
        | "unauthorized"
        | "unauthorized_401"
        | "no_account"
        | "http-403"
        | "all-failed-count-number" => RejectionKind::Credentials,
        "invalid_phone"
        | "invalid_to"
        | "country_denied"
        | "region_blocked"
        | "trial_unverified"
        | "validation"
        | "invalid_number"
        | "status-failed-in-201-body" => RejectionKind::Recipient,
        "sign_illegal"
        | "sensitive_words"
        | "bad_template"
        | "no_template"
        | "sender-not-a-twilio-number"
        | "sender-of-another-account"
        | "messaging-service-unknown" => RejectionKind::Content,
        "out_of_funds" | "error-body-with-200" => RejectionKind::Balance,
        "http-400-text" | "http-403-text" => RejectionKind::Unreadable,
        _ => return None,
    })
}
