//! The forms that deployed Workers have stored, byte for byte. A change here makes records unreadable that are
//! already out there: give the form a new version instead, and read both.

use crate::api::{Receipt, SendStatus};
use crate::challenge::{Binding, Challenge};
use crate::claim::{Answer, Claim};
use crate::code::Code;
use crate::error::{ProviderRefusal, RefusalClass};
use crate::keys::Keys;
use crate::ledger::{Ledger, Wanted};
use crate::phone::PhoneNumber;
use crate::policy::Policy;
use crate::record::Record;
use crate::secret::Secret;
use crate::time::{Seconds, Timestamp};
use crate::usage::UsageType;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const NOW: Timestamp = Timestamp(1_700_000_000_000);

#[test]
fn a_code_record() {
    let keys = Keys::derive(Some(&Secret::new("0123456789abcdef0123456789abcdef")), None).expect("long");
    let phone = PhoneNumber::parse("+14155550123").expect("valid");
    let to = Binding { phone: &phone, usage: UsageType::SignIn, id: "00112233445566778899aabbccddeeff" };
    let record = Challenge::issue(&keys.current, to, &Code::parse("123456").expect("digits"), NOW);
    let text = concat!(
        r#"{"v":1,"kid":"8f689978","usage":"SignIn","exp":1700000600000,"#,
        r#""mac":"8eed715eb568bb25c71fc46beea0d66ccd49a198034baf333eccc473fda0eacc"}"#
    );
    assert_eq!(record.to_json(), text);
    assert_eq!(Challenge::parse(text), Some(record));
}

#[test]
fn a_ledger() {
    let policy = Policy::parse(|_| None).expect("defaults");
    let (ledger, _) = Ledger::default().send(UsageType::SignIn, "ab", NOW, &policy).expect("granted");
    let wanted = Wanted { usage: UsageType::SignIn, id: None };
    let (ledger, _) = ledger.judge(wanted, "ab", false, NOW.plus(Seconds(1)), &policy);
    let text = concat!(
        r#"{"live":[{"usage":"SignIn","id":"ab","issuedAt":1700000000000,"attempts":1}],"#,
        r#""sends":[1700000000000],"failures":[1700000001000],"now":1700000001000}"#
    );
    assert_eq!(ledger.to_json(), text);
    assert_eq!(Ledger::from_json(text), Some(ledger));
}

#[test]
fn claims() {
    let receipt = Receipt {
        verification_id: "ab".to_owned(),
        status: SendStatus::Unknown,
        usage_type: UsageType::Generic,
        expires_at: "2026-11-21T10:10:00Z".to_owned(),
        resend_at: "2026-11-21T10:01:00Z".to_owned(),
        connector_id: "http-sms".to_owned(),
    };
    let refusal = ProviderRefusal {
        class: RefusalClass::Throttled(Some(Seconds(7))),
        status: 429,
        code: Some("20429".to_owned()),
    };
    for (answer, text) in [
        (
            Answer::Receipt(receipt),
            concat!(
                r#"{"body":"b","at":1700000000000,"answer":{"receipt":{"verificationId":"ab","status":"unknown","#,
                r#""usageType":"Generic","expiresAt":"2026-11-21T10:10:00Z","resendAt":"2026-11-21T10:01:00Z","#,
                r#""connectorId":"http-sms"}}}"#
            ),
        ),
        (
            Answer::Refused(refusal),
            concat!(
                r#"{"body":"b","at":1700000000000,"#,
                r#""answer":{"refused":{"class":{"throttled":7},"status":429,"code":"20429"}}}"#
            ),
        ),
    ] {
        let claim = Claim::make(None, "b", NOW).0.and_then(|claim| claim.settled("b", answer)).expect("ours");
        assert_eq!(claim.to_json(), text);
        assert_eq!(Claim::from_json(text), Some(claim));
    }
}
