//! The public list of errors: codes and statuses are the contract's and stay.

use edge_otp_core::api::RequestError;
use edge_otp_core::connector::TemplateNotFound;
use edge_otp_core::error::{ErrorBody, ErrorCode, ErrorData, Issue};
use edge_otp_core::ledger::{LedgerError, SendLimit};
use edge_otp_core::numbering::ServiceKind;
use edge_otp_core::phone_check::PhoneError;
use edge_otp_core::ports::{RandomError, StorageError};
use edge_otp_core::provider::{Rejection, RejectionKind};
use edge_otp_core::service::ServiceError;
use edge_otp_core::time::Seconds;
use wasm_bindgen_test::wasm_bindgen_test;

fn rejected(kind: RejectionKind) -> ServiceError {
    Rejection { kind, status: 400, code: Some("21211".to_owned()) }.into()
}

fn phone_error(error: PhoneError) -> ServiceError {
    RequestError::from(error).into()
}

fn issues() -> Vec<Issue> {
    vec![Issue::new("phone", "is required")]
}

fn body_json(error: &ServiceError) -> String {
    serde_json::to_string(&error.body("id")).unwrap_or_default()
}

#[wasm_bindgen_test(unsupported = test)]
fn every_error_code_has_its_status_and_text() {
    for (code, status, text) in [
        (ErrorCode::InvalidInput, 400, "guard.invalid_input"),
        (ErrorCode::PhoneInvalid, 400, "phone.invalid"),
        (ErrorCode::PhoneNotAllowed, 403, "phone.not_allowed"),
        (ErrorCode::CodeNotFound, 400, "verification_code.not_found"),
        (ErrorCode::CodeMismatch, 400, "verification_code.code_mismatch"),
        (ErrorCode::CodeExpired, 400, "verification_code.expired"),
        (ErrorCode::AttemptsExhausted, 400, "verification_code.exceed_max_try"),
        (ErrorCode::LockedOut, 429, "verification_code.locked"),
        (ErrorCode::MessageRateLimited, 429, "request.message_rate_limited"),
        (ErrorCode::IdempotencyConflict, 422, "request.idempotency_conflict"),
        (ErrorCode::Unauthorized, 401, "auth.unauthorized"),
        (ErrorCode::RouteNotFound, 404, "request.not_found"),
        (ErrorCode::MethodNotAllowed, 405, "request.method_not_allowed"),
        (ErrorCode::BodyTooLarge, 413, "request.too_large"),
        (ErrorCode::UnsupportedMediaType, 415, "request.unsupported_media_type"),
        (ErrorCode::ConnectorNotFound, 501, "connector.not_found"),
        (ErrorCode::InvalidStoredConfig, 500, "connector.invalid_config"),
        (ErrorCode::InvalidRequestConfig, 400, "connector.invalid_config"),
        (ErrorCode::TemplateNotFound, 422, "connector.template_not_found"),
        (ErrorCode::NumberNotSupported, 422, "connector.invalid_request_parameters"),
        (ErrorCode::ProviderThrottled, 429, "connector.rate_limit_exceeded"),
        (ErrorCode::ProviderRejected, 502, "connector.general"),
        (ErrorCode::ProviderResponseInvalid, 502, "connector.invalid_response"),
        (ErrorCode::EntityNotFound, 404, "entity.not_found"),
        (ErrorCode::EntityConflict, 412, "entity.conflict"),
        (ErrorCode::UnknownFactory, 422, "connector.not_found_with_connector_id"),
        (ErrorCode::StorageUnavailable, 503, "storage.unavailable"),
        (ErrorCode::InvalidSettings, 500, "config.invalid"),
        (ErrorCode::Internal, 500, "internal"),
    ] {
        assert_eq!((code.status(), code.as_str()), (status, text));
        assert!(code.message().ends_with('.') && code.message().is_ascii(), "{text}: an English sentence");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn every_service_error_has_its_error_code() {
    let rate_limited = LedgerError::RateLimited { limit: SendLimit::Cooldown, retry_after: Seconds(60) };
    for (error, code) in [
        (RequestError::InvalidInput(issues()).into(), ErrorCode::InvalidInput),
        (phone_error(PhoneError::Format), ErrorCode::PhoneInvalid),
        (phone_error(PhoneError::UnknownCode), ErrorCode::PhoneInvalid),
        (phone_error(PhoneError::Country), ErrorCode::PhoneNotAllowed),
        (phone_error(PhoneError::ServiceNumber(ServiceKind::Premium)), ErrorCode::PhoneNotAllowed),
        (LedgerError::NotFound.into(), ErrorCode::CodeNotFound),
        (LedgerError::Mismatch { attempts_left: 2 }.into(), ErrorCode::CodeMismatch),
        (LedgerError::Expired.into(), ErrorCode::CodeExpired),
        (LedgerError::AttemptsExhausted.into(), ErrorCode::AttemptsExhausted),
        (LedgerError::LockedOut { retry_after: Some(Seconds(9)) }.into(), ErrorCode::LockedOut),
        (rate_limited.into(), ErrorCode::MessageRateLimited),
        (ServiceError::NotACode, ErrorCode::CodeMismatch),
        (ServiceError::IdempotencyConflict, ErrorCode::IdempotencyConflict),
        (ServiceError::ConnectorNotFound, ErrorCode::ConnectorNotFound),
        (ServiceError::InvalidStoredConfig(issues()), ErrorCode::InvalidStoredConfig),
        (ServiceError::InvalidRequestConfig(issues()), ErrorCode::InvalidRequestConfig),
        (ServiceError::EntityNotFound, ErrorCode::EntityNotFound),
        (ServiceError::EntityConflict, ErrorCode::EntityConflict),
        (ServiceError::UnknownFactory, ErrorCode::UnknownFactory),
        (TemplateNotFound.into(), ErrorCode::TemplateNotFound),
        (ServiceError::NumberNotSupported, ErrorCode::NumberNotSupported),
        (rejected(RejectionKind::Credentials), ErrorCode::ProviderRejected),
        (rejected(RejectionKind::Recipient), ErrorCode::ProviderRejected),
        (rejected(RejectionKind::Content), ErrorCode::ProviderRejected),
        (rejected(RejectionKind::Balance), ErrorCode::ProviderRejected),
        (rejected(RejectionKind::Other), ErrorCode::ProviderRejected),
        (rejected(RejectionKind::Unreadable), ErrorCode::ProviderResponseInvalid),
        (rejected(RejectionKind::Throttled(None)), ErrorCode::ProviderThrottled),
        (StorageError.into(), ErrorCode::StorageUnavailable),
        (ServiceError::InvalidSettings(issues()), ErrorCode::InvalidSettings),
        (RandomError.into(), ErrorCode::Internal),
        (ServiceError::Internal("x"), ErrorCode::Internal),
    ] {
        assert_eq!(error.code(), code, "{error}");
        assert!(error.message().ends_with('.'), "{error}: a sentence");
        assert!(!body_json(&error).contains("21211") || matches!(error, ServiceError::Provider(_)));
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn bodies_hold_the_data_of_their_error() {
    let limited = |limit| LedgerError::RateLimited { limit, retry_after: Seconds(60) }.into();
    for (error, data) in [
        (limited(SendLimit::Cooldown), r#""data":{"retryAfter":60,"limit":"cooldown"}"#),
        (limited(SendLimit::Hour), r#""data":{"retryAfter":60,"limit":"hour"}"#),
        (limited(SendLimit::Day), r#""data":{"retryAfter":60,"limit":"day"}"#),
        (LedgerError::Mismatch { attempts_left: 0 }.into(), r#""data":{"attemptsLeft":0}"#),
        (LedgerError::LockedOut { retry_after: Some(Seconds(9)) }.into(), r#""data":{"retryAfter":9}"#),
        (LedgerError::LockedOut { retry_after: None }.into(), r#""data":{"retryAfter":86400}"#),
        (rejected(RejectionKind::Content), r#""data":{"provider":{"status":400,"code":"21211"}}"#),
        (
            rejected(RejectionKind::Throttled(Some(Seconds(7)))),
            r#""data":{"retryAfter":7,"provider":{"status":400,"code":"21211"}}"#,
        ),
        (phone_error(PhoneError::Format), r#""data":{"reason":"format"}"#),
        (phone_error(PhoneError::Country), r#""data":{"reason":"country"}"#),
        (
            RequestError::InvalidInput(issues()).into(),
            r#""data":{"issues":[{"path":"phone","message":"is required"}]}"#,
        ),
        (
            ServiceError::InvalidStoredConfig(issues()),
            r#""data":{"issues":[{"path":"phone","message":"is required"}]}"#,
        ),
    ] {
        let text = body_json(&error);
        assert!(text.contains(data), "{text}");
        assert!(text.ends_with(r#","requestId":"id"}"#), "{text}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn bodies_without_data_have_no_data_member() {
    let request_id = "id".to_owned();
    for error in [
        ServiceError::NotACode,
        LedgerError::NotFound.into(),
        ServiceError::StorageUnavailable,
        ServiceError::Internal("text for the log"),
    ] {
        let code = error.code();
        let (code, message) = (code.as_str(), code.message());
        let body = ErrorBody {
            code,
            message: message.into(),
            data: ErrorData::default(),
            request_id: request_id.clone(),
        };
        assert_eq!(error.body(&*request_id), body);
        let text = format!(r#"{{"code":"{code}","message":"{message}","requestId":"id"}}"#);
        assert_eq!(body_json(&error), text);
    }
    let anonymous = serde_json::to_string(&ServiceError::ConnectorNotFound.body("")).unwrap_or_default();
    assert_eq!(anonymous, r#"{"code":"connector.not_found","message":"No SMS connector is set up."}"#);
}

#[wasm_bindgen_test(unsupported = test)]
fn retry_after_is_that_of_the_data() {
    let locked = ServiceError::from(LedgerError::LockedOut { retry_after: Some(Seconds(9)) });
    assert_eq!(locked.retry_after(), Some(Seconds(9)));
    assert_eq!(rejected(RejectionKind::Throttled(Some(Seconds(7)))).retry_after(), Some(Seconds(7)));
    assert_eq!(ServiceError::StorageUnavailable.retry_after(), None);
}

/// What the log may hold of an error.
#[wasm_bindgen_test(unsupported = test)]
fn display_shows_no_value() {
    for (error, text) in [
        (RequestError::InvalidInput(issues()).into(), "invalid input"),
        (ServiceError::InvalidStoredConfig(issues()), "invalid stored config"),
        (rejected(RejectionKind::Content), "the provider refused the message"),
        (LedgerError::Mismatch { attempts_left: 2 }.into(), "wrong code"),
        (StorageError.into(), "storage unavailable"),
        (RandomError.into(), "no random source"),
    ] {
        assert_eq!(error.to_string(), text);
    }
}
