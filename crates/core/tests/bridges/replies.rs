//! What each auth server is answered: what it repeats, and what it must not repeat.

use edge_otp_core::api::{RequestError, SendReceipt, SendStatus};
use edge_otp_core::bridge::{BridgeOutcome, BridgeResponse, DIALECTS, find_dialect};
use edge_otp_core::error::Issue;
use edge_otp_core::ledger::{LedgerError, SendLimit};
use edge_otp_core::phone_check::PhoneError;
use edge_otp_core::provider::{ConnectFailure, Rejection, RejectionKind};
use edge_otp_core::service::ServiceError;
use edge_otp_core::time::Seconds;
use edge_otp_core::usage_type::UsageType;
use serde_json::{Value, json};
use wasm_bindgen_test::wasm_bindgen_test;

const REQUEST_ID: &str = "0123456789abcdef0123456789abcdef";

fn receipt(status: SendStatus) -> SendReceipt {
    SendReceipt {
        verification_id: REQUEST_ID.to_owned(),
        status,
        usage_type: UsageType::Generic,
        expires_at: "2026-11-25T12:10:00Z".to_owned(),
        resend_at: "2026-11-25T12:01:00Z".to_owned(),
        connector_id: "twilio-short-message-service".to_owned(),
        warnings: Box::default(),
        cause: None,
    }
}

const fn rejection(kind: RejectionKind) -> ServiceError {
    ServiceError::Provider(Rejection { kind, status: 400, code: None })
}

fn limited() -> ServiceError {
    LedgerError::RateLimited { limit: SendLimit::Cooldown, retry_after: Seconds(42) }.into()
}

/// Every kind of refusal, with a name.
fn refusals() -> Vec<(&'static str, ServiceError)> {
    vec![
        ("request", RequestError::InvalidInput(vec![Issue::new("code", "is required")]).into()),
        ("number", RequestError::Phone(PhoneError::Country).into()),
        ("not supported", ServiceError::NumberNotSupported),
        ("template", ServiceError::TemplateNotFound),
        ("recipient", rejection(RejectionKind::Recipient)),
        ("content", rejection(RejectionKind::Content)),
        ("credentials", rejection(RejectionKind::Credentials)),
        ("balance", rejection(RejectionKind::Balance)),
        ("other", rejection(RejectionKind::Other)),
        ("unreadable", rejection(RejectionKind::Unreadable)),
        ("throttled", rejection(RejectionKind::Throttled(Some(Seconds(7))))),
        ("limited", limited()),
        ("not reached", rejection(RejectionKind::NotReached(ConnectFailure::Dns))),
        ("storage", ServiceError::StorageUnavailable),
        ("no connector", ServiceError::ConnectorNotFound),
        ("connector", ServiceError::InvalidStoredConfig(vec![Issue::new("authToken", "is required")])),
    ]
}

/// What may succeed later.
const TEMPORARY: [&str; 6] = ["throttled", "limited", "not reached", "storage", "no connector", "connector"];

fn respond(dialect: &str, result: Result<Option<&SendReceipt>, &ServiceError>) -> BridgeResponse {
    find_dialect(dialect).expect("a dialect").respond(&BridgeOutcome { result, request_id: REQUEST_ID })
}

fn respond_to_error(dialect: &str, error: &ServiceError) -> BridgeResponse {
    respond(dialect, Err(error))
}

fn body_of(response: &BridgeResponse) -> Value {
    serde_json::from_str(response.body.as_deref().unwrap_or("null")).expect("JSON")
}

#[wasm_bindgen_test(unsupported = test)]
fn a_message_that_may_exist_is_a_success_for_every_auth_server() {
    for dialect in DIALECTS {
        for status in [SendStatus::Sent, SendStatus::Unknown] {
            let response = respond(dialect.id(), Ok(Some(&receipt(status))));
            let expected = match dialect.id() {
                "supabase" | "clerk" => 204,
                _ => 200,
            };
            assert_eq!((response.status, response.retry_after), (expected, None), "{dialect:?}");
            if dialect.id() == "authgear" {
                assert_eq!(body_of(&response), json!({ "code": "ok" }));
            } else if expected == 200 {
                assert_eq!(body_of(&response)["connectorId"], "twilio-short-message-service", "{dialect:?}");
            }
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn queues_repeat_only_what_may_succeed_later() {
    for (name, error) in refusals() {
        let is_temporary = TEMPORARY.contains(&name);
        for (dialect, refused) in [("zitadel", 200), ("kratos", 200), ("clerk", 204)] {
            let response = respond_to_error(dialect, &error);
            assert_eq!(response.status, if is_temporary { 503 } else { refused }, "{dialect}: {name}");
        }
    }
    assert_eq!(respond_to_error("kratos", &limited()).retry_after, Some(Seconds(42)));
}

#[wasm_bindgen_test(unsupported = test)]
fn supabase_shows_refusals_to_the_user_and_repeats_only_what_is_not_reached() {
    for (name, error) in refusals() {
        let response = respond_to_error("supabase", &error);
        let status = match name {
            "request" | "number" | "not supported" | "template" | "recipient" | "content" => 400,
            "throttled" | "limited" => 429,
            "not reached" | "storage" => {
                assert_eq!((response.status, response.retry_after), (503, Some(Seconds(1))), "{name}");
                continue;
            }
            _ => 500,
        };
        assert_eq!((response.status, response.retry_after), (200, None), "{name}");
        assert!(response.content_type.starts_with("application/json"), "{name}");
        let body = body_of(&response);
        assert_eq!(body["error"]["http_code"], status, "{name}");
        assert!(body["error"]["message"].as_str().is_some_and(|text| !text.is_empty()), "{name}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn authgear_gets_a_code_of_its_own_for_every_refusal() {
    for (name, error) in refusals() {
        let expected = match name {
            "request" | "template" => "unsupported_request",
            "number" | "not supported" | "recipient" => "invalid_phone_number",
            "content" => "delivery_rejected",
            "credentials" | "balance" => "authentication_failed",
            "throttled" | "limited" => "rate_limited",
            _ => "unknown_error",
        };
        assert_eq!(body_of(&respond_to_error("authgear", &error))["code"], expected, "{name}");
    }
    let refused = ServiceError::Provider(Rejection {
        kind: RejectionKind::Recipient,
        status: 400,
        code: Some("21211".to_owned()),
    });
    assert_eq!(body_of(&respond_to_error("authgear", &refused))["info"]["provider_error_code"], "21211");
}

#[wasm_bindgen_test(unsupported = test)]
fn authentik_shows_a_plain_sentence_without_internals() {
    for (name, error) in refusals() {
        let response = respond_to_error("authentik", &error);
        assert!(response.status >= 400, "{name}");
        assert_eq!(response.content_type, "text/plain; charset=utf-8", "{name}");
        let text = response.body.expect("a text");
        assert!(
            text.ends_with('.') && !text.contains(['{', '_']) && !text.contains("provider"),
            "{name}: {text}"
        );
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn the_others_get_the_error_of_this_api() {
    for dialect in ["generic", "logto", "fusionauth", "casdoor"] {
        for (name, error) in refusals() {
            let response = respond_to_error(dialect, &error);
            assert_eq!(response.status, error.code().status(), "{dialect}: {name}");
            assert!(response.status >= 400, "{dialect}: {name}");
            assert_eq!(body_of(&response)["code"], error.code().as_str(), "{dialect}: {name}");
            assert_eq!(body_of(&response)["requestId"], REQUEST_ID, "{dialect}: {name}");
        }
        assert_eq!(respond_to_error(dialect, &limited()).retry_after, Some(Seconds(42)));
    }
}
