//! The public list of errors: codes and statuses are the contract's and stay.

use crate::error::{Error, Issue, ProviderRefusal, Refusal, RefusalClass, SendLimit};
use crate::time::Seconds;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

fn provider(class: RefusalClass) -> Error {
    Error::Provider(ProviderRefusal { class, status: 400, code: Some("21211".to_owned()) })
}

#[test]
fn codes_and_statuses_are_the_contracts() {
    let issue = || vec![Issue::new("phone", "is required")];
    let limited = Refusal::RateLimited { limit: SendLimit::Cooldown, retry_after: Seconds(60) };
    for (error, status, code) in [
        (Error::InvalidInput(issue()), 400, "guard.invalid_input"),
        (Error::PhoneInvalid, 400, "phone.invalid"),
        (Error::PhoneNotAllowed, 403, "phone.not_allowed"),
        (Error::Guard(Refusal::NotFound), 400, "verification_code.not_found"),
        (Error::Guard(Refusal::Mismatch { attempts_left: 2 }), 400, "verification_code.code_mismatch"),
        (Error::Guard(Refusal::Expired), 400, "verification_code.expired"),
        (Error::Guard(Refusal::AttemptsSpent), 400, "verification_code.exceed_max_try"),
        (Error::Guard(Refusal::Locked { retry_after: Seconds(9) }), 429, "verification_code.locked"),
        (Error::Guard(limited), 429, "request.message_rate_limited"),
        (Error::Guard(Refusal::Unavailable), 503, "storage.unavailable"),
        (Error::IdempotencyConflict, 422, "request.idempotency_conflict"),
        (Error::Unauthorized, 401, "auth.unauthorized"),
        (Error::RouteNotFound, 404, "request.not_found"),
        (Error::MethodNotAllowed("POST"), 405, "request.method_not_allowed"),
        (Error::TooLarge, 413, "request.too_large"),
        (Error::UnsupportedMediaType, 415, "request.unsupported_media_type"),
        (Error::ConnectorNotFound, 501, "connector.not_found"),
        (Error::ConnectorConfig(issue()), 500, "connector.invalid_config"),
        (Error::TemplateNotFound, 422, "connector.template_not_found"),
        (Error::NumberNotServed, 422, "connector.invalid_request_parameters"),
        (provider(RefusalClass::Credentials), 502, "connector.general"),
        (provider(RefusalClass::Recipient), 502, "connector.general"),
        (provider(RefusalClass::Unreadable), 502, "connector.invalid_response"),
        (provider(RefusalClass::Throttled(None)), 429, "connector.rate_limit_exceeded"),
        (Error::Storage, 503, "storage.unavailable"),
        (Error::Settings(issue()), 500, "config.invalid"),
        (Error::Internal("x"), 500, "internal"),
    ] {
        assert_eq!((error.status(), error.code()), (status, code));
        assert!(error.message().ends_with('.'), "{code}: a sentence");
    }
}

#[test]
fn bodies_say_what_the_contract_says() {
    for (error, body) in [
        (
            Error::Guard(Refusal::RateLimited { limit: SendLimit::Hour, retry_after: Seconds(60) }),
            r#""data":{"retryAfter":60,"limit":"hour"}"#,
        ),
        (Error::Guard(Refusal::Mismatch { attempts_left: 0 }), r#""data":{"attemptsLeft":0}"#),
        (provider(RefusalClass::Content), r#""data":{"provider":{"status":400,"code":"21211"}}"#),
        (
            Error::InvalidInput(vec![Issue::new("phone", "is required")]),
            r#""data":{"issues":[{"path":"phone","message":"is required"}]}"#,
        ),
    ] {
        let text = error.body("id").json();
        assert!(text.contains(body), "{text}");
        assert!(text.ends_with(r#""requestId":"id"}"#), "{text}");
    }
    assert!(!Error::PhoneInvalid.body("id").json().contains("data"));
}
