//! Responses of every provider: success is proven by a 2xx with a body, and a refusal passes on no more than a code.
//! Three bytes select provider, status and `Retry-After`, the rest is the body.
#![no_main]

use edge_otp_core::error::ErrorBody;
use edge_otp_core::provider::{DeliveryOutcome, MOCK_ID, ProviderResponse, REGISTRY, Rejection, SmsProvider};
use edge_otp_core::time::Seconds;
use libfuzzer_sys::fuzz_target;

const STATUSES: [u16; 16] = [200, 400, 201, 204, 302, 401, 429, 500, 503, 100, 199, 299, 300, 402, 403, 0];

fuzz_target!(|input: &[u8]| {
    let [provider, status, retry_after, body @ ..] = input else { return };
    let provider = REGISTRY[usize::from(*provider) % REGISTRY.len()];
    let response = ProviderResponse {
        status: STATUSES[usize::from(*status) % STATUSES.len()],
        retry_after: (*retry_after > 0).then_some(Seconds(u32::from(*retry_after))),
        body: String::from_utf8_lossy(body).into_owned(),
    };
    let outcome = provider.parse_response(&response);
    assert_eq!(outcome, provider.parse_response(&response), "a response means one thing");
    match outcome {
        DeliveryOutcome::Accepted => check_success(provider, &response),
        DeliveryOutcome::Rejected(rejection) => check_rejection(&rejection, response.status),
        DeliveryOutcome::Unknown(cause) => assert!(serde_json::to_string(&cause).is_ok()),
    }
});

fn check_success(provider: &dyn SmsProvider, response: &ProviderResponse) {
    if provider.id() == MOCK_ID {
        return;
    }
    assert!(response.is_success(), "accepted with {}", response.status);
    // The operator's own endpoint may confirm with its status alone.
    let confirms = provider.id() == "http-sms" && response.status == 204;
    assert!(confirms || !response.body.trim().is_empty(), "{} accepted without a body", provider.id());
}

fn check_rejection(rejection: &Rejection, status: u16) {
    assert_eq!(rejection.status, status);
    let is_code = |code: &str| {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._:-".contains(&byte);
        (1..=64).contains(&code.len()) && code.bytes().all(allowed)
    };
    assert!(rejection.code.as_deref().is_none_or(is_code), "{:?} is no code", rejection.code);
    let code = rejection.error_code();
    assert!([429, 502].contains(&code.status()));
    let (message, data) = (rejection.message(), rejection.data());
    let body = ErrorBody { code: code.as_str(), message: message.into(), data, request_id: "id".to_owned() };
    assert!(serde_json::to_string(&body).expect("JSON").len() < 512);
}
