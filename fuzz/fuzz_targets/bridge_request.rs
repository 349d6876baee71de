//! Requests of auth servers: the first byte selects the dialect and whether the body is a form; then a header's value up to
//! a line feed, for the signature, and the body. What is accepted has a number, and a code or a text; what is refused is
//! refused with issues that repeat nothing, and is answered; no signature that was not made is valid.
#![no_main]

use edge_otp_core::bridge::{
    BridgeBody, BridgeCall, BridgeOutcome, DIALECTS, Proof, SigningSecrets, caller_id, caller_key,
};
use edge_otp_core::service::ServiceError;
use edge_otp_core::time::Timestamp;
use edge_otp_fuzz::{check_issues, policy};
use libfuzzer_sys::fuzz_target;

const NOW: Timestamp = Timestamp(1_795_608_000_000);

fuzz_target!(|input: &[u8]| {
    let [selector, rest @ ..] = input else { return };
    let dialect = DIALECTS[usize::from(selector & 0x7f) % DIALECTS.len()];
    let split = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
    let (head, tail) = rest.split_at(split);
    let bytes = tail.get(1..).unwrap_or_default();
    let body = if selector & 0x80 == 0 { BridgeBody::Json(bytes) } else { BridgeBody::Form(bytes) };
    let header = String::from_utf8_lossy(head).into_owned();
    let _ = caller_key(&header);
    assert!(caller_id(Some(header.clone())).is_none_or(|id| id.len() <= 128 && id.is_ascii()));
    if let Proof::Signature { setting, scheme } = dialect.proof() {
        let text = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        let secrets = SigningSecrets::parse(setting, scheme, text).expect("a valid secret");
        let headers = |name: &str| {
            Some(if name.ends_with("-timestamp") { "1795608000".to_owned() } else { header.clone() })
        };
        assert!(scheme.verify(&secrets, &headers, bytes, NOW).is_err(), "a signature was guessed");
    }
    match dialect.parse(body, &policy(), NOW) {
        Ok(BridgeCall::Ignore(_)) => {}
        Ok(BridgeCall::Deliver(request)) => {
            assert!(request.content().is_some());
            let is_code = |code: &str| (1..=32).contains(&code.len()) && code.is_ascii();
            assert!(request.code.is_none_or(|code| is_code(code.as_str())));
        }
        Err(error) => {
            assert!([400, 403].contains(&error.code().status()));
            // A number that does not exist or is not allowed has a reason instead.
            if let Some(issues) = error.data().issues {
                check_issues(&issues);
            }
            let error = ServiceError::from(error);
            let response = dialect.respond(&BridgeOutcome { result: Err(&error), request_id: "id" });
            assert!((200..=599).contains(&response.status));
        }
    }
});
