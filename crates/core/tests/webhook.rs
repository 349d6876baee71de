//! When a notice is due, what it holds, and how it is delivered.

#![expect(clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

#[expect(dead_code, reason = "each test file uses a part of the platform")]
mod platform;

use edge_otp_core::event::{DeliveryTrace, Event, Operation, PhoneLock, Trace};
use edge_otp_core::phone::PhoneNumber;
use edge_otp_core::ports::HttpError;
use edge_otp_core::provider::{AllowedAddresses, ConnectFailure};
use edge_otp_core::time::{HOUR, Seconds, Timestamp};
use edge_otp_core::usage_type::UsageType;
use edge_otp_core::webhook::Webhook;
use edge_otp_core::webhook::delivery::deliver_notice;
use edge_otp_core::webhook::monitor::{FAILURES, Monitor, SCOPES};
use edge_otp_core::webhook::notice::Notice;
use platform::executor::Task;
use platform::{Call, InMemoryPlatform, START, key_ring};
use serde_json::{Value, json};
use wasm_bindgen_test::wasm_bindgen_test;

const TWILIO: &str = "twilio-short-message-service";

fn event() -> Event {
    let keys = key_ring(platform::ROOT, None);
    let phone = PhoneNumber::parse("+14155550123").expect("valid");
    let mut event = Event::new(Operation::Send, "request-1".to_owned());
    event.record_recipient(&keys.current, &phone, UsageType::SignIn);
    event.connector_id = Some(TWILIO.to_owned());
    event
}

fn delivery(connector_id: &'static str, works: Option<bool>) -> Trace {
    let delivery = Some(DeliveryTrace { status: Some(401), works });
    Trace { connector_id: Some(connector_id), delivery, ..Trace::default() }
}

fn body(notice: &Notice) -> Value {
    serde_json::to_value(notice).expect("a JSON form")
}

/// Observes sends with these results, and returns how many notices are due after each.
fn observe(monitor: &mut Monitor, results: &[Option<bool>], now: Timestamp) -> Vec<usize> {
    results.iter().map(|works| monitor.observe(&event(), &delivery(TWILIO, *works), now).len()).collect()
}

#[wasm_bindgen_test(unsupported = test)]
fn a_lock_is_told_with_the_id_of_its_number_only() {
    let trace = Trace { lock: Some(PhoneLock { retry_after: Some(Seconds(86_400)) }), ..Trace::default() };
    let mut monitor = Monitor::default();
    let notices = monitor.observe(&event(), &trace, START);
    assert_eq!(
        notices.iter().map(body).collect::<Vec<_>>(),
        [json!({
            "type": "phone.locked",
            "timestamp": "2023-11-14T22:13:20Z",
            "data": {
                "phoneId": "d753a3927ef6e32cfc283d8b3e6ca9e4",
                "diallingCode": "1",
                "usageType": "SignIn",
                "retryAfter": 86_400,
                "requestId": "request-1",
            },
        })]
    );
    assert_eq!(monitor.observe(&event(), &trace, START).len(), 1, "each lock has a notice");
    let forever = Trace { lock: Some(PhoneLock { retry_after: None }), ..Trace::default() };
    let notices = monitor.observe(&event(), &forever, START);
    assert_eq!(body(&notices[0])["data"].get("retryAfter"), None);
}

#[wasm_bindgen_test(unsupported = test)]
fn a_connector_is_failing_after_five_failures_in_a_row() {
    let mut monitor = Monitor::default();
    let (failed, sent, refused) = (Some(false), Some(true), None);
    assert_eq!(observe(&mut monitor, &[failed; 4], START), [0; 4]);
    assert_eq!(observe(&mut monitor, &[sent], START), [0]);
    assert_eq!(
        observe(&mut monitor, &[failed, failed, failed, failed, refused, failed], START),
        [0, 0, 0, 0, 0, 1]
    );
    assert_eq!(FAILURES, 5, "as docs/webhooks.md says");
}

#[wasm_bindgen_test(unsupported = test)]
fn a_failing_connector_is_told_once_an_hour() {
    let mut monitor = Monitor::default();
    let failed = [Some(false); 5];
    assert_eq!(observe(&mut monitor, &failed, START), [0, 0, 0, 0, 1]);
    assert_eq!(observe(&mut monitor, &failed, START), [0; 5]);
    assert_eq!(observe(&mut monitor, &[Some(true)], START), [0]);
    let almost = Timestamp(START.plus(HOUR).0 - 1);
    assert_eq!(observe(&mut monitor, &failed, almost), [0; 5], "whatever happened in between");
    assert_eq!(observe(&mut monitor, &[Some(false)], START.plus(HOUR)), [1]);
}

#[wasm_bindgen_test(unsupported = test)]
fn failures_of_two_connectors_are_no_row() {
    let mut monitor = Monitor::default();
    observe(&mut monitor, &[Some(false); 4], START);
    assert!(monitor.observe(&event(), &delivery("vonage-sms", Some(false)), START).is_empty());
    assert_eq!(observe(&mut monitor, &[Some(false); 4], START), [0; 4]);
}

#[wasm_bindgen_test(unsupported = test)]
fn a_failing_connector_is_told_with_its_last_failure() {
    let mut monitor = Monitor::default();
    observe(&mut monitor, &[Some(false); 4], START);
    let mut event = event();
    event.error = Some("connector.general");
    event.provider_status = Some(401);
    event.provider_code = Some("20003".to_owned());
    let notices = monitor.observe(&event, &delivery(TWILIO, Some(false)), START);
    assert_eq!(
        body(&notices[0]),
        json!({
            "type": "connector.failing",
            "timestamp": "2023-11-14T22:13:20Z",
            "data": {
                "connectorId": TWILIO,
                "failures": 5,
                "error": "connector.general",
                "providerStatus": 401,
                "providerCode": "20003",
                "requestId": "request-1",
            },
        })
    );
}

#[wasm_bindgen_test(unsupported = test)]
fn a_tripped_limit_is_told_once_an_hour_for_each_scope() {
    let mut monitor = Monitor::default();
    let mut observe = |scope: &str, now| {
        let mut trace = Trace::default();
        trace.trip_limit("country", Some(scope.to_owned()), Some(Seconds(300)));
        monitor.observe(&event(), &trace, now)
    };
    let first = observe("1", START);
    assert_eq!(
        body(&first[0]),
        json!({
            "type": "limit.tripped",
            "timestamp": "2023-11-14T22:13:20Z",
            "data": {
                "limit": "country",
                "scope": "1",
                "retryAfter": 300,
                "diallingCode": "1",
                "requestId": "request-1",
            },
        })
    );
    assert!(observe("1", START).is_empty());
    assert_eq!(observe("44", START).len(), 1);
    assert_eq!(observe("1", START.plus(HOUR)).len(), 1);
}

#[wasm_bindgen_test(unsupported = test)]
fn of_many_scopes_of_a_limit_the_first_256_are_reported_and_none_twice_in_an_hour() {
    let mut monitor = Monitor::default();
    let mut observe = |limit: &'static str, scope: u32, now| {
        let mut trace = Trace::default();
        trace.trip_limit(limit, Some(scope.to_string()), None);
        monitor.observe(&event(), &trace, now).len()
    };
    for pass in 0..3 {
        let reported: usize = (0..1_000).map(|scope| observe("prefix", scope, START)).sum();
        assert_eq!(reported, if pass == 0 { SCOPES } else { 0 }, "{pass}");
    }
    assert_eq!(observe("country", 1, START), 1, "another limit is reported all the same");
    assert_eq!(observe("prefix", 999, START.plus(HOUR)), 1, "an hour later there is room");
    assert!(format!("{monitor:?}").matches("Timestamp").count() <= 2 * SCOPES, "nothing else is remembered");
}

#[wasm_bindgen_test(unsupported = test)]
fn many_scopes_of_a_limit_do_not_have_a_failing_connector_reported_again() {
    let mut monitor = Monitor::default();
    let failed = [Some(false); FAILURES as usize];
    assert_eq!(observe(&mut monitor, &failed, START).iter().sum::<usize>(), 1);
    for scope in 0..1_000 {
        let mut trace = Trace::default();
        trace.trip_limit("prefix", Some(scope.to_string()), None);
        monitor.observe(&event(), &trace, START);
    }
    assert_eq!(observe(&mut monitor, &failed, START).iter().sum::<usize>(), 0);
}

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

async fn deliver_async(platform: &InMemoryPlatform) -> Result<(), Option<u16>> {
    let webhook = Webhook::parse(Some("https://hooks.example.com/x"), Some(SECRET), AllowedAddresses::Public);
    let webhook = webhook.expect("valid").expect("set");
    let notice = Notice::phone_locked(&event(), PhoneLock { retry_after: None }, START);
    deliver_notice(platform, &webhook, &notice).await.map_err(|failure| failure.status)
}

fn deliver(platform: &InMemoryPlatform) -> Result<(), Option<u16>> {
    platform.block_on(deliver_async(platform))
}

#[wasm_bindgen_test(unsupported = test)]
fn a_failure_has_the_status_of_the_last_response_although_later_attempts_have_none() {
    let platform = InMemoryPlatform::new();
    platform.reply_with(500, "");
    platform.calls.hold(Call::Sleep);
    let mut delivery = Task::new(deliver_async(&platform));
    assert!(!delivery.advance(), "it waits for the second attempt");
    platform.fail_requests_with(HttpError::TimedOut);
    platform.calls.release(Call::Sleep);
    let mut tasks = [delivery];
    platform.finish(&mut tasks);
    let [delivery] = tasks;
    assert_eq!(delivery.into_output(), Err(Some(500)));
}

#[wasm_bindgen_test(unsupported = test)]
fn a_notice_that_is_taken_is_sent_once() {
    let platform = InMemoryPlatform::new();
    for status in [200, 204, 299] {
        platform.reply_with(status, "");
        platform.requests.borrow_mut().clear();
        assert_eq!(deliver(&platform), Ok(()));
        assert_eq!(platform.requests.borrow().len(), 1, "{status}");
    }
    let requests = platform.requests.borrow();
    assert_eq!(requests[0].method(), "POST");
    assert!(!requests[0].body().contains("4155550123"));
}

#[wasm_bindgen_test(unsupported = test)]
fn a_failing_receiver_is_asked_three_times_with_one_id_within_the_time_of_a_worker() {
    for reply in [Some(500), Some(503), Some(429), Some(408), None] {
        let platform = InMemoryPlatform::new();
        match reply {
            Some(status) => platform.reply_with(status, ""),
            None => platform.fail_requests_with(HttpError::NotReached(ConnectFailure::Refused)),
        }
        assert_eq!(deliver(&platform), Err(reply));
        let requests = platform.requests.borrow();
        let header = |at: usize, name: &str| requests[at].headers()[name].clone();
        assert_eq!(requests.len(), 3, "{reply:?}");
        assert_eq!(header(0, "webhook-id"), header(2, "webhook-id"));
        assert_ne!(header(0, "webhook-timestamp"), header(2, "webhook-timestamp"));
        assert_ne!(header(0, "webhook-signature"), header(2, "webhook-signature"));
        assert_eq!(platform.calls.count(Call::Sleep), 2);
    }
    let platform = InMemoryPlatform::new();
    platform.reply_delay.set(60_000);
    assert_eq!(deliver(&platform), Err(None));
    assert!(platform.clock.now() <= Timestamp(START.0 + 25_000), "{:?}", platform.clock.now());
}

#[wasm_bindgen_test(unsupported = test)]
fn a_refusal_and_a_redirect_are_final() {
    for status in [301, 302, 307, 400, 401, 404, 410] {
        let platform = InMemoryPlatform::new();
        platform.reply_with(status, "");
        assert_eq!(deliver(&platform), Err(Some(status)));
        assert_eq!(platform.requests.borrow().len(), 1, "{status}");
    }
}
