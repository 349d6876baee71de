//! The stored forms, byte for byte. A change here makes unreadable what deployed Workers have stored: a change needs a
//! new version of the form, and code that reads both.

#![expect(clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

#[expect(dead_code, reason = "each test file uses a part of the platform")]
mod platform;

use edge_otp_core::api::{SendReceipt, SendStatus};
use edge_otp_core::challenge::{ChallengeBinding, StoredChallenge, challenge_key};
use edge_otp_core::code::Code;
use edge_otp_core::connector::{
    ARCHIVE_KEY, ARCHIVE_LIFETIME, ArchivedConnector, CONNECTOR_KEY, SecretSealer, StoredConnector,
    archive_to_json, parse_archive,
};
use edge_otp_core::guard::{GuardRequest, GuardResponse, GuardState};
use edge_otp_core::idempotency::{IdempotencyRecord, IdempotentRequest};
use edge_otp_core::ledger::{CodeSelector, Ledger};
use edge_otp_core::limits::{
    Breaker, CodeOrigin, CounterKey, CounterRules, LimitKind, SendCounter, Stop, StopList,
};
use edge_otp_core::phone::PhoneNumber;
use edge_otp_core::ports::GuardClient;
use edge_otp_core::provider::{RejectionKind, find_provider};
use edge_otp_core::time::Seconds;
use edge_otp_core::usage_type::UsageType;
use platform::{InMemoryPlatform, ROOT, Randomness, START, key_ring, policy};
use serde_json::json;
use wasm_bindgen_test::wasm_bindgen_test;

const RECEIPT: &str = concat!(
    r#"{"verificationId":"ab","status":"unknown","usageType":"Generic","#,
    r#""expiresAt":"2026-11-21T10:10:00Z","resendAt":"2026-11-21T10:01:00Z","connectorId":"http-sms"}"#
);

/// Checks that a state is stored as a text and read back from it.
fn assert_stored(state: &GuardState, text: &str) {
    assert_eq!(serde_json::to_string(state).expect("a JSON form"), text);
    assert_eq!(&serde_json::from_str::<GuardState>(text).expect("a state"), state);
}

fn receipt() -> SendReceipt {
    SendReceipt {
        verification_id: "ab".to_owned(),
        status: SendStatus::Unknown,
        usage_type: UsageType::Generic,
        expires_at: "2026-11-21T10:10:00Z".to_owned(),
        resend_at: "2026-11-21T10:01:00Z".to_owned(),
        connector_id: "http-sms".to_owned(),
        warnings: Box::default(),
        cause: None,
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn the_form_of_a_challenge_is_pinned() {
    let keys = key_ring(ROOT, None);
    let phone = PhoneNumber::parse("+14155550123").expect("valid");
    let (usage_type, id) = (UsageType::SignIn, "00112233445566778899aabbccddeeff");
    let binding = ChallengeBinding { phone: &phone, usage_type, id };
    let record = StoredChallenge::new(&keys.current, binding, &Code::parse("123456").expect("digits"), START);
    let text = concat!(
        r#"{"v":1,"kid":"8f689978","usage":"SignIn","exp":1700000600000,"#,
        r#""mac":"8eed715eb568bb25c71fc46beea0d66ccd49a198034baf333eccc473fda0eacc"}"#
    );
    assert_eq!(record.to_json().as_deref(), Some(text));
    assert_eq!(StoredChallenge::parse(text), Some(record));
    assert_eq!(challenge_key(id), "code:00112233445566778899aabbccddeeff");
}

#[wasm_bindgen_test(unsupported = test)]
fn the_form_of_a_ledger_is_pinned() {
    let policy = policy(&[]);
    let usage_type = UsageType::SignIn;
    let (ledger, _) = Ledger::default().record_send(usage_type, "ab", START, &policy).expect("permitted");
    let selector = CodeSelector { usage_type, id: None };
    let later = START.plus(Seconds(1));
    let (ledger, _) = ledger.record_attempt(selector, "ab", false, later, &policy);
    let text = concat!(
        r#"{"ledger":{"codes":[{"usage":"SignIn","id":"ab","issuedAt":1700000000000,"#,
        r#""countedAt":1700000000000,"attempts":1}],"sends":{"counted":[1700000000000]},"failures":"#,
        r#"{"recent":[1700000001000],"sinceSuccess":1,"total":1,"last":1700000001000},"now":1700000001000}}"#
    );
    assert_stored(&GuardState::Ledger(ledger.clone()), text);
    let revoked = ledger.revoke_send("ab", later);
    let text = concat!(
        r#"{"ledger":{"codes":[],"sends":{"counted":[],"refunds":[1700000001000]},"failures":"#,
        r#"{"recent":[1700000001000],"sinceSuccess":1,"total":1,"last":1700000001000},"now":1700000001000}}"#
    );
    assert_stored(&GuardState::Ledger(revoked), text);
}

#[wasm_bindgen_test(unsupported = test)]
fn the_forms_of_an_idempotency_record_are_pinned() {
    let request =
        IdempotentRequest { fingerprint: "f".to_owned(), previous_fingerprint: None, owner: "o".to_owned() };
    let begun = IdempotencyRecord::begin(None, &request, START).0.expect("a free key");
    let head = r#"{"idempotency":{"fingerprint":"f","owner":"o","at":1700000000000,"deadline":17000000"#;
    assert_stored(&GuardState::Idempotency(begun.clone()), &format!(r#"{head}30000,"ended":false}}}}"#));
    let granted = begun.grant("o", receipt(), START.plus(Seconds(15))).expect("the same request");
    let text = format!(r#"{head}15000,"receipt":{RECEIPT},"ended":false}}}}"#);
    assert_stored(&GuardState::Idempotency(granted), &text);
    let completed = begun.complete("o", receipt()).expect("the same request");
    let text = format!(r#"{head}30000,"receipt":{RECEIPT},"ended":true}}}}"#);
    assert_stored(&GuardState::Idempotency(completed), &text);
}

#[wasm_bindgen_test(unsupported = test)]
fn the_form_of_a_state_that_was_handed_over_is_pinned() {
    let text = concat!(
        r#"{"moved":{"to":"new","at":1700000000000,"state":{"ledger":{"codes":[],"sends":{"counted":[]},"#,
        r#""failures":{"recent":[],"sinceSuccess":0,"total":0,"last":0},"now":0}}}}"#
    );
    let state: GuardState = serde_json::from_str(text).expect("a state");
    assert_stored(&state, text);
    let empty = r#"{"moved":{"to":"new","at":1700000000000}}"#;
    let named = r#"{"moved":{"to":"new","from":"old","at":1700000000000}}"#;
    for text in [empty, named] {
        assert_stored(&serde_json::from_str(text).expect("a state"), text);
    }
}

fn counter_key() -> CounterKey {
    CounterKey { kind: LimitKind::Country, id: "US".to_owned() }
}

#[wasm_bindgen_test(unsupported = test)]
fn the_forms_of_counters_and_stops_are_pinned() {
    let breaker = Some(Breaker { sends: 1, percent: 10 });
    let rules = CounterRules { per_hour: 1, per_day: 0, breaker };
    let counter = SendCounter::default().record_send(&rules, CodeOrigin::Own, START);
    let (counter, _) = counter.check(&rules, START.plus(Seconds(120)));
    let text = concat!(
        r#"{"counter":{"hour":[[11333333,1]],"day":[[944444,1]],"lowSince":1700000000000,"#,
        r#""stoppedAt":1700000120000,"reached":[1700000120000,1700000120000],"now":1700000120000}}"#
    );
    assert_stored(&GuardState::Counter(counter), text);
    let (counter, _) = SendCounter::default().record_verified(&CounterRules::default(), START);
    let text = r#"{"counter":{"verified":[[944444,1]],"now":1700000000000}}"#;
    assert_stored(&GuardState::Counter(counter), text);
    let stop = Stop {
        kind: LimitKind::Prefix,
        key: "+1415555".to_owned(),
        country: Some("US".to_owned()),
        shard: 0,
        since: START,
        until: START.plus(Seconds(1)),
    };
    let text = concat!(
        r#"{"stops":[{"kind":"prefix","key":"+1415555","country":"US","since":1700000000000,"#,
        r#""until":1700000001000}]}"#
    );
    assert_stored(&GuardState::Stops(StopList::default().with(stop, START)), text);
    assert_eq!(counter_key().part_name(), "country:US");
}

/// Names of usage types, limits and outcomes are part of stored and exchanged forms.
#[wasm_bindgen_test(unsupported = test)]
fn the_names_of_rejections_are_pinned() {
    for (kind, text) in [
        (RejectionKind::Credentials, r#""credentials""#),
        (RejectionKind::Recipient, r#""recipient""#),
        (RejectionKind::Content, r#""content""#),
        (RejectionKind::Throttled(None), r#"{"throttled":null}"#),
        (RejectionKind::Balance, r#""balance""#),
        (RejectionKind::Other, r#""other""#),
        (RejectionKind::Unreadable, r#""unreadable""#),
    ] {
        assert_eq!(serde_json::to_string(&kind).expect("a JSON form"), text);
        assert_eq!(serde_json::from_str::<RejectionKind>(text).expect(text), kind);
    }
    for usage_type in UsageType::ALL {
        assert_eq!(serde_json::to_value(usage_type).expect("a JSON form"), usage_type.as_str());
    }
}

/// A Worker of one version calls an object of another while a deployment rolls out.
#[wasm_bindgen_test(unsupported = test)]
fn the_messages_to_the_guard_are_pinned() {
    for (request, text) in [
        (
            GuardRequest::ReserveSend { phone: "+1".to_owned(), usage_type: UsageType::SignIn },
            r#"{"reserveSend":{"phone":"+1","usageType":"SignIn"}}"#,
        ),
        (GuardRequest::RevokeSend { id: "ab".to_owned() }, r#"{"revokeSend":{"id":"ab"}}"#),
        (
            GuardRequest::Verify {
                phone: "+1".to_owned(),
                usage_type: UsageType::SignIn,
                code: "1".to_owned(),
                id: None,
            },
            r#"{"verify":{"phone":"+1","usageType":"SignIn","code":"1"}}"#,
        ),
        (
            GuardRequest::BeginIdempotent(IdempotentRequest {
                fingerprint: "f".to_owned(),
                previous_fingerprint: Some("p".to_owned()),
                owner: "o".to_owned(),
            }),
            r#"{"beginIdempotent":{"fingerprint":"f","previousFingerprint":"p","owner":"o"}}"#,
        ),
        (
            GuardRequest::GrantIdempotent { owner: "o".to_owned(), receipt: receipt(), timeout: Seconds(15) },
            &format!(r#"{{"grantIdempotent":{{"owner":"o","receipt":{RECEIPT},"timeout":15}}}}"#),
        ),
        (
            GuardRequest::EndIdempotent { owner: "o".to_owned(), receipt: None },
            r#"{"endIdempotent":{"owner":"o"}}"#,
        ),
        (GuardRequest::Unlock, r#""unlock""#),
        (
            GuardRequest::CountSend { counters: vec![counter_key()], origin: CodeOrigin::Own },
            r#"{"countSend":{"counters":[{"kind":"country","id":"US"}]}}"#,
        ),
        (
            GuardRequest::CountVerified { counters: vec![counter_key()] },
            r#"{"countVerified":{"counters":[{"kind":"country","id":"US"}]}}"#,
        ),
        (GuardRequest::ClearCounter(counter_key()), r#"{"clearCounter":{"kind":"country","id":"US"}}"#),
        (
            GuardRequest::RemoveStop { kind: LimitKind::Prefix, key: "+1415555".to_owned(), shard: None },
            r#"{"removeStop":{"kind":"prefix","key":"+1415555"}}"#,
        ),
        (GuardRequest::ListStops, r#""listStops""#),
        (GuardRequest::ExportState { to: "new".to_owned(), from: None }, r#"{"exportState":{"to":"new"}}"#),
        (GuardRequest::ReleaseState { to: "new".to_owned() }, r#"{"releaseState":{"to":"new"}}"#),
        (
            GuardRequest::ExportState { to: "new".to_owned(), from: Some("old".to_owned()) },
            r#"{"exportState":{"to":"new","from":"old"}}"#,
        ),
    ] {
        assert_eq!(serde_json::to_string(&request).expect("a JSON form"), text);
        let read: GuardRequest = serde_json::from_str(text).expect(text);
        assert_eq!(serde_json::to_string(&read).expect("a JSON form"), text);
    }
}

/// What a guard object writes into KV and its own storage.
#[wasm_bindgen_test(unsupported = test)]
fn reserve_send_stores_the_pinned_forms() {
    let platform = InMemoryPlatform::new();
    let request =
        GuardRequest::ReserveSend { phone: "+14155550123".to_owned(), usage_type: UsageType::SignIn };
    let response = platform.block_on(platform.call("object", None, &request)).expect("a response");
    let GuardResponse::SendReserved(issued) = response else { panic!("another response") };
    let state = format!(
        concat!(
            r#"{{"ledger":{{"codes":[{{"usage":"SignIn","id":"{id}","issuedAt":1700000000000,"#,
            r#""countedAt":1700000000000,"attempts":0}}],"sends":{{"counted":[1700000000000]}},"failures":"#,
            r#"{{"recent":[],"sinceSuccess":0,"total":0,"last":0}},"now":1700000000000}}}}"#
        ),
        id = issued.id
    );
    assert_eq!(platform.states.borrow().get("object"), Some(&state));
    let record = platform.kv_text(&challenge_key(&issued.id)).expect("a record");
    assert!(record.starts_with(r#"{"v":1,"kid":"8f689978","usage":"SignIn","exp":1700000600000,"mac":""#));
    assert!(!record.contains(&issued.code) && !record.contains("4155550123"));
}

#[wasm_bindgen_test(unsupported = test)]
fn the_form_of_a_connector_is_pinned() {
    let stored = StoredConnector {
        connector_id: "http-sms".to_owned(),
        config: json!({ "endpoint": "https://a.example" }),
        id: "abcdefghijkl".to_owned(),
        created_at: Some(START),
        updated_at: Some(START.plus(Seconds(1))),
    };
    let text = concat!(
        r#"{"connectorId":"http-sms","config":{"endpoint":"https://a.example"},"id":"abcdefghijkl","#,
        r#""createdAt":1700000000000,"updatedAt":1700000001000}"#
    );
    assert_eq!(stored.to_json(), text);
    assert_eq!(StoredConnector::parse(text).expect("a connector").to_json(), text);

    let archive = vec![ArchivedConnector { connector: stored, archived_at: START }];
    let text = format!(r#"[{{"connector":{text},"archivedAt":1700000000000}}]"#);
    assert_eq!(archive_to_json(&archive), text);
    assert_eq!(archive_to_json(&parse_archive(&text, START)), text);
    assert_eq!(
        (CONNECTOR_KEY, ARCHIVE_KEY, ARCHIVE_LIFETIME.0),
        ("connector", "connector-archive", 7_776_000)
    );
}

#[wasm_bindgen_test(unsupported = test)]
fn the_form_of_a_sealed_secret_is_pinned() {
    let platform = InMemoryPlatform::new();
    platform.randomness.set(Randomness::Constant(1));
    let sealer = SecretSealer { keys: &platform.keys };
    let provider = find_provider("http-sms").expect("a provider");
    let config = json!({ "endpoint": "https://a.example", "authorization": "Bearer secret" });
    let stored = sealer.seal_config(provider, &config, &platform).expect("random bytes");
    let text = concat!(
        "sealed.v1.8f689978.010101010101010101010101",
        "c705f2d1b6a1574456eb8e1b93030d8d20c87257988c531190c2b74a08"
    );
    assert_eq!(stored, json!({ "endpoint": "https://a.example", "authorization": text }));
    assert_eq!(sealer.open_config(provider, &stored), Ok(config));
}
