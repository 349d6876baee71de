//! Bodies of `/send` and `/verify`: accepted only as JSON, else refused with a public error that repeats nothing.
#![no_main]

use edge_otp_core::api::{RequestError, SendRequest, VerifyRequest};
use edge_otp_fuzz::{check_issues, mark_texts, policy};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|body: &[u8]| {
    check(body);
    if let Ok(mut json) = serde_json::from_slice::<Value>(body) {
        mark_texts(&mut json);
        check(json.to_string().as_bytes());
    }
});

fn check(body: &[u8]) {
    for parse in [SendRequest::parse, SendRequest::parse_logto] {
        match parse(body, &policy()) {
            Ok(request) => {
                assert!(serde_json::from_slice::<Value>(body).is_ok_and(|json| json.is_object()));
                let parts = request.fingerprint_parts();
                assert!(parts.iter().all(|part| part.len() <= 64 && part.is_ascii()), "{parts:?}");
                if !request.warnings.is_empty() {
                    check_issues(&request.warnings);
                }
            }
            Err(error) => check_error(&error),
        }
    }
    for parse in [VerifyRequest::parse, VerifyRequest::parse_logto] {
        match parse(body) {
            Ok(request) => assert!(request.code.is_none_or(|code| {
                (1..=10).contains(&code.as_str().len()) && code.as_str().bytes().all(|b| b.is_ascii_digit())
            })),
            Err(error) => check_error(&error),
        }
    }
}

fn check_error(error: &RequestError) {
    assert!([400, 403].contains(&error.code().status()));
    if let RequestError::InvalidInput(issues) = error {
        check_issues(issues);
    }
}
