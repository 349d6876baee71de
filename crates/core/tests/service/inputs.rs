//! Inputs as people and other programs write them.

use edge_otp_core::api::{SendReceipt, SendRequest, VerifyFailure, VerifyResult};
use edge_otp_core::keys::IdempotencyKey;
use edge_otp_core::ledger::LedgerError;
use edge_otp_core::service::ServiceError;
use wasm_bindgen_test::wasm_bindgen_test;

use super::platform::wrong_code;
use super::{Otp, PHONE, verify_request};

fn send(otp: &Otp, members: &str, key: &str) -> Result<SendReceipt, ServiceError> {
    let body = format!(r#"{{"phone":"{PHONE}"{members}}}"#);
    let request = SendRequest::parse(body.as_bytes(), &otp.platform.policy)?;
    let key = IdempotencyKey { scope: "api-key", key };
    otp.platform.block_on(otp.service().send(&request, Some(key)))
}

#[wasm_bindgen_test(unsupported = test)]
fn a_code_verifies_however_its_digits_are_typed() {
    for typing in [
        |code: &str| format!(" {} {}\n", &code[..3], &code[3..]),
        |code: &str| format!("{}-{}", &code[..2], &code[2..]),
        |code: &str| code.chars().filter_map(|c| char::from_u32(u32::from(c) + 0xff10 - 0x30)).collect(),
        |code: &str| code.chars().filter_map(|c| char::from_u32(u32::from(c) + 0x660 - 0x30)).collect(),
        |code: &str| format!("\u{200e}\u{feff}{code}\u{200f}"),
    ] {
        let otp = Otp::new();
        otp.send(None).expect("sent");
        let typed = typing(&otp.platform.last_code());
        assert!(otp.verify(&typed.replace('\n', "\\n")).is_ok(), "{typed:?}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_text_that_is_no_code_is_a_mismatch_and_no_attempt() {
    for otp in Otp::each() {
        otp.send(None).expect("sent");
        otp.platform.calls.take_operations();
        for text in ["", "abc", "12345678901", "12.34"] {
            assert_eq!(otp.verify(text), Err(ServiceError::NotACode), "{text:?}");
            let value = otp.platform.block_on(otp.service().verify_as_value(&verify_request(text)));
            assert_eq!(value, Ok(VerifyResult::Failed(VerifyFailure::not_a_code())), "{text:?}");
        }
        assert_eq!(otp.platform.calls.take_operations(), "", "no guard call");
        let code = otp.platform.last_code();
        let first = LedgerError::Mismatch { attempts_left: 4 };
        assert_eq!(otp.verify(&wrong_code(&code)), Err(first.into()));
        assert!(otp.verify(&code).is_ok());
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn optional_fields_that_cannot_be_read_are_said_in_the_receipt() {
    let otp = Otp::new();
    let receipt = send(&otp, r#","locale":"","ip":"nowhere""#, "key").expect("sent");
    let paths: Vec<_> = receipt.warnings.iter().map(|warning| warning.path.as_str()).collect();
    assert_eq!(paths, ["locale", "ip"]);
    assert_eq!(send(&otp, r#","locale":"","ip":"nowhere""#, "key"), Ok(receipt), "the same response");
}

#[wasm_bindgen_test(unsupported = test)]
fn an_idempotency_key_compares_optional_fields_as_they_were_understood() {
    let otp = Otp::new();
    let first = send(&otp, r#","locale":"zh_CN","ip":"[2001:DB8::1]:443""#, "key").expect("sent");
    let second = send(&otp, r#","locale":"zh-CN","ip":"2001:db8::1""#, "key").expect("the same request");
    assert_eq!(second.verification_id, first.verification_id);
    let other = send(&otp, r#","locale":"zh-TW","ip":"2001:db8::1""#, "key");
    assert_eq!(other, Err(ServiceError::IdempotencyConflict));
    assert_eq!(otp.count_requests(), 1);
}
