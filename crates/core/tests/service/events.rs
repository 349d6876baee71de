//! The event of each decision, by value.

use edge_otp_core::event::{Event, EventKind, Operation, PhoneLock, Trace, TrippedLimit};
use edge_otp_core::ledger::SendLimit;
use edge_otp_core::ports::HttpError;
use edge_otp_core::provider::FailureCause;
use edge_otp_core::service::ServiceError;
use edge_otp_core::time::Seconds;
use serde_json::{Value, json};
use wasm_bindgen_test::wasm_bindgen_test;

use super::platform::{InMemoryPlatform, wrong_code};
use super::{Call, Fault, IdempotencyKey, Otp, PHONE, verify_request};

const PHONE_ID: &str = "d753a3927ef6e32cfc283d8b3e6ca9e4";
const TWILIO_ID: &str = "twilio-short-message-service";

/// Sends a code as a shell does, and returns the event with what was noted.
fn send(otp: &Otp, key: Option<&str>) -> (Event, Trace) {
    let mut event = Event::new(Operation::Send, "request-1".to_owned());
    let mut trace = Trace::default();
    let request = otp.request(PHONE);
    event.record_recipient(&otp.platform.keys.current, &request.phone, request.usage_type);
    let key = key.map(|key| IdempotencyKey { scope: "api-key", key });
    let began = otp.platform.clock.now();
    match otp.platform.block_on(otp.service().send_traced(&request, key, &mut trace)) {
        Ok(receipt) => {
            event.record_send(&receipt, &trace);
            finish(otp, event, trace, began, receipt.http_status())
        }
        Err(error) => fail(otp, event, trace, began, &error),
    }
}

fn verify(otp: &Otp, code: &str) -> (Event, Trace) {
    let mut event = Event::new(Operation::Verify, "request-2".to_owned());
    let mut trace = Trace::default();
    let request = verify_request(code);
    event.record_recipient(&otp.platform.keys.current, &request.phone, request.usage_type);
    let began = otp.platform.clock.now();
    match otp.platform.block_on(otp.service().verify_traced(&request, &mut trace)) {
        Ok(receipt) => {
            event.record_verification(&receipt);
            finish(otp, event, trace, began, 200)
        }
        Err(error) => fail(otp, event, trace, began, &error),
    }
}

fn fail(
    otp: &Otp,
    mut event: Event,
    trace: Trace,
    began: edge_otp_core::time::Timestamp,
    error: &ServiceError,
) -> (Event, Trace) {
    event.record_error(error.code(), Some(error));
    finish(otp, event, trace, began, error.code().status())
}

fn finish(
    otp: &Otp,
    mut event: Event,
    trace: Trace,
    began: edge_otp_core::time::Timestamp,
    status: u16,
) -> (Event, Trace) {
    event.record_trace(&trace);
    event.finish(status, edge_otp_core::event::elapsed_ms(began, otp.platform.clock.now()));
    (event, trace)
}

fn json_of(event: &Event) -> Value {
    let mut value = serde_json::to_value(event).expect("a JSON form");
    value.as_object_mut().expect("an object").remove("verificationId");
    value
}

#[wasm_bindgen_test(unsupported = test)]
fn a_granted_send_is_one_event_with_its_latency_by_part() {
    let otp = Otp::new();
    otp.platform.kv_delay.set(7);
    otp.platform.reply_delay.set(40);
    let (event, trace) = send(&otp, None);
    assert_eq!(
        json_of(&event),
        json!({
            "event": "send.granted",
            "requestId": "request-1",
            "phoneId": PHONE_ID,
            "diallingCode": "1",
            "usageType": "Generic",
            "connectorId": TWILIO_ID,
            "providerStatus": 201,
            "guardMs": 7,
            "kvMs": 7,
            "providerMs": 40,
            "totalMs": 47,
            "status": 200,
        })
    );
    assert_eq!(event.verification_id.as_ref().map(String::len), Some(32));
    assert_eq!(trace.delivery.and_then(|delivery| delivery.works), Some(true));
    let point = event.data_point().expect("counted");
    assert_eq!(point.index, "send");
    assert_eq!(point.blobs, ["send", "sent", TWILIO_ID, "Generic", "send.granted", "1", "", PHONE_ID, ""]);
    assert_eq!(point.doubles, [1, 7, 7, 40, 47, 201, 0]);
}

#[wasm_bindgen_test(unsupported = test)]
fn a_send_that_a_limit_refuses_names_the_limit() {
    let otp = Otp::new();
    send(&otp, None);
    let (event, trace) = send(&otp, None);
    assert_eq!((event.kind, event.limit), (EventKind::SendLimited, Some(SendLimit::Cooldown)));
    assert_eq!((event.error, event.status), (Some("request.message_rate_limited"), 429));
    assert_eq!((event.provider_ms, trace.delivery), (None, None), "the provider was not asked");
}

#[wasm_bindgen_test(unsupported = test)]
fn a_recorded_limit_is_in_the_events_of_sent_messages_only() {
    let record = |more: &[(&str, &str)]| {
        let settings = [&[("LIMITS", "record"), ("SENDS_PER_PREFIX_HOUR", "1")], more].concat();
        Otp::over(InMemoryPlatform::new().with_policy(&settings))
    };
    let limit_of = |(event, _): &(Event, Trace)| (event.kind, event.limit, event.recorded);

    let otp = record(&[("RESEND_COOLDOWNS", "0")]);
    assert_eq!(limit_of(&send(&otp, None)), (EventKind::SendGranted, None, false));
    let sent = send(&otp, None);
    assert_eq!(limit_of(&sent), (EventKind::SendGranted, Some(SendLimit::Prefix), true));
    let point = sent.0.data_point().expect("counted");
    assert_eq!((point.blobs.last().map(String::as_str), point.doubles.last()), (Some("prefix"), Some(&1)));
    otp.platform.reply_with(400, r#"{"code":21610}"#);
    assert_eq!(limit_of(&send(&otp, None)), (EventKind::SendProviderRejected, None, false));

    let otp = record(&[]);
    send(&otp, None);
    let refused = send(&otp, None);
    assert_eq!(limit_of(&refused), (EventKind::SendLimited, Some(SendLimit::Cooldown), false));
    let point = refused.0.data_point().expect("counted");
    assert_eq!((point.blobs.last().map(String::as_str), point.doubles.last()), (Some("cooldown"), Some(&0)));
}

#[wasm_bindgen_test(unsupported = test)]
fn a_refusal_of_the_provider_has_its_status_and_code() {
    let otp = Otp::new();
    otp.platform.reply_with(400, r#"{"code":21610}"#);
    let (event, trace) = send(&otp, None);
    assert_eq!(event.kind, EventKind::SendProviderRejected);
    assert_eq!((event.provider_status, event.provider_code.as_deref()), (Some(400), Some("21610")));
    assert_eq!(event.connector_id.as_deref(), Some(TWILIO_ID));
    assert_eq!(trace.delivery.expect("asked").works, None, "a refusal of the number");
    otp.platform.reply_with(401, r#"{"code":20003}"#);
    let (_, trace) = send(&otp, None);
    assert_eq!(trace.delivery.expect("asked").works, Some(false));
}

#[wasm_bindgen_test(unsupported = test)]
fn an_unknown_outcome_has_its_cause() {
    let otp = Otp::new();
    otp.platform.fail_requests_with(HttpError::TimedOut);
    let (event, trace) = send(&otp, None);
    assert_eq!((event.kind, event.cause), (EventKind::SendUnknown, Some(FailureCause::Timeout)));
    assert_eq!((event.outcome(), event.provider_status, event.status), ("unknown", None, 202));
    assert_eq!(trace.delivery.expect("asked").works, Some(false));
    assert_eq!(event.data_point().expect("counted").blobs[6], "timeout");
}

#[wasm_bindgen_test(unsupported = test)]
fn a_repeated_send_is_no_second_grant() {
    let otp = Otp::new();
    assert_eq!(send(&otp, Some("key")).0.kind, EventKind::SendGranted);
    let (event, trace) = send(&otp, Some("key"));
    assert_eq!((event.kind, event.outcome(), event.status), (EventKind::SendRepeated, "repeated", 200));
    assert_eq!(trace.delivery, None);
}

#[wasm_bindgen_test(unsupported = test)]
fn a_storage_failure_is_for_the_operator() {
    let otp = Otp::new();
    otp.platform.calls.inject(Call::Guard, Fault::BeforeEffect);
    let (event, _) = send(&otp, None);
    assert_eq!((event.kind, event.error), (EventKind::SendFailed, Some("storage.unavailable")));
    assert!(event.is_failure() && event.guard_ms.is_some());
}

#[wasm_bindgen_test(unsupported = test)]
fn every_result_of_a_verification_is_an_event_of_its_own() {
    let otp =
        Otp::over(InMemoryPlatform::new().with_policy(&[("RESEND_COOLDOWNS", "0"), ("MAX_ATTEMPTS", "2")]));
    assert_eq!(verify(&otp, "123456").0.kind, EventKind::VerifyNotFound);
    send(&otp, None);
    let code = otp.platform.last_code();
    let (event, trace) = verify(&otp, &wrong_code(&code));
    assert_eq!((event.kind, event.attempts_left, trace.lock), (EventKind::VerifyMismatch, Some(1), None));
    assert_eq!(verify(&otp, "not a code").0.kind, EventKind::VerifyMismatch);
    verify(&otp, &wrong_code(&code));
    assert_eq!(verify(&otp, &code).0.kind, EventKind::VerifyExhausted);
    send(&otp, None);
    let (event, _) = verify(&otp, &otp.platform.last_code());
    assert_eq!((event.kind, event.outcome(), event.kv_ms), (EventKind::VerifyOk, "verified", Some(0)));
    send(&otp, None);
    otp.platform.clock.advance(600_000);
    assert_eq!(verify(&otp, &otp.platform.last_code()).0.kind, EventKind::VerifyExpired);
}

#[wasm_bindgen_test(unsupported = test)]
fn the_wrong_code_that_locks_a_phone_number_says_so_once() {
    for otp in Otp::each() {
        let platform = otp.platform.with_policy(&[("DAILY_FAILURES", "2")]);
        let otp = Otp::over(platform);
        send(&otp, None);
        let code = otp.platform.last_code();
        assert_eq!(verify(&otp, &wrong_code(&code)).1.lock, None);
        let (event, trace) = verify(&otp, &wrong_code(&code));
        assert_eq!((event.kind, event.attempts_left), (EventKind::VerifyMismatch, Some(0)));
        assert_eq!(trace.lock, Some(PhoneLock { retry_after: Some(Seconds(86_400)) }));
        let (event, trace) = verify(&otp, &code);
        assert_eq!((event.kind, trace.lock), (EventKind::VerifyLocked, None), "it was locked before");
        assert_eq!(send(&otp, None).0.kind, EventKind::SendLocked);
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_limit_against_pumping_is_noted_where_it_refuses() {
    let tripped = |mode| {
        let settings = [("LIMITS", mode), ("SENDS_PER_PREFIX_HOUR", "1"), ("RESEND_COOLDOWNS", "0")];
        let otp = Otp::over(InMemoryPlatform::new().with_policy(&settings));
        assert_eq!(send(&otp, None).1.tripped, None);
        send(&otp, None).1.tripped
    };
    // An hour, in which sends are counted by steps of 100 s.
    let expected = TrippedLimit {
        limit: "prefix",
        scope: Some("+1415555".to_owned()),
        retry_after: Some(Seconds(3_700)),
    };
    assert_eq!(tripped("on"), Some(expected));
    assert_eq!(tripped("record"), None, "nothing was refused");
    assert_eq!(tripped("off"), None);
}

#[wasm_bindgen_test(unsupported = test)]
fn what_anyone_may_cause_without_a_key_is_not_counted() {
    let counted: Vec<_> = EventKind::ALL.iter().filter(|kind| kind.group().is_some()).collect();
    assert!(
        counted.iter().all(|kind| kind.as_str().starts_with("send.") || kind.as_str().starts_with("verify."))
    );
    assert_eq!(counted.len(), 18);
    for code in [
        edge_otp_core::error::ErrorCode::Unauthorized,
        edge_otp_core::error::ErrorCode::MethodNotAllowed,
        edge_otp_core::error::ErrorCode::RouteNotFound,
    ] {
        let mut event = Event::new(Operation::Send, String::new());
        event.record_error(code, None);
        assert_eq!(event.data_point(), None, "{code:?}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn names_of_events_are_unique() {
    let names: std::collections::BTreeSet<_> = EventKind::ALL.iter().map(|kind| kind.as_str()).collect();
    assert_eq!(names.len(), EventKind::ALL.len());
}
