//! Delivering codes of other servers: one message per recipient and code, whatever fails, and the limits of sends.

#![expect(clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

#[expect(dead_code, reason = "each test file uses a part of the platform")]
mod platform;

use edge_otp_core::api::{DeliverRequest, SendReceipt, SendRequest, SendStatus, VerifyRequest};
use edge_otp_core::error::ErrorCode;
use edge_otp_core::ports::HttpError;
use edge_otp_core::provider::{ConnectFailure, FailureCause};
use edge_otp_core::service::{OtpService, ServiceError};
use edge_otp_core::time::Timestamp;
use platform::executor::Task;
use platform::{Call, Fault, InMemoryPlatform, Ledgers, ROOT, START, key_ring, wrong_code};
use proptest::prelude::*;
use serde_json::{Value, json};
use wasm_bindgen_test::wasm_bindgen_test;

const PHONE: &str = "+14155550123";
const TWILIO: &str = r#"{"connectorId":"twilio-short-message-service","config":{"accountSID":"AC1","authToken":
"secret-token","fromMessagingServiceSID":"MG1","templates":[{"usageType":"Generic","content":"Code {{code}}"},
{"usageType":"SignIn","content":"Sign in: {{code}}"}]}}"#;
const TENCENT: &str = r#"{"connectorId":"tencent-short-message-service","config":{"accessKeyId":"key","accessKeySecret":
"secret","signName":"sign","sdkAppId":"1400000000","region":"ap-guangzhou","templates":[{"usageType":"Generic",
"templateCode":"100"}]}}"#;
const HTTP_SMS: &str = r#"{"connectorId":"http-sms","config":{"endpoint":"https://sms.example/send"}}"#;

struct Bridge {
    platform: InMemoryPlatform,
}

impl Bridge {
    fn new() -> Self {
        Self::over(InMemoryPlatform::new())
    }

    fn with(settings: &[(&str, &str)], connector: &str) -> Self {
        let bridge = Self { platform: InMemoryPlatform::new().with_policy(settings) };
        bridge.platform.put_kv("connector", connector);
        bridge
    }

    fn each() -> [Self; 2] {
        Ledgers::ALL.map(|ledgers| Self::over(InMemoryPlatform::new().with_ledgers(ledgers)))
    }

    fn over(platform: InMemoryPlatform) -> Self {
        platform.put_kv("connector", TWILIO);
        Self { platform }
    }

    const fn service(&self) -> OtpService<'_, InMemoryPlatform> {
        let platform = &self.platform;
        OtpService { platform, keys: &platform.keys, policy: &platform.policy }
    }

    fn request(&self, body: &Value) -> DeliverRequest {
        DeliverRequest::parse(body.to_string().as_bytes(), &self.platform.policy).expect("valid")
    }

    async fn deliver_async(&self, body: Value) -> Result<SendReceipt, ServiceError> {
        self.service().deliver(&self.request(&body), None).await
    }

    fn deliver(&self, body: Value) -> Result<SendReceipt, ServiceError> {
        self.platform.block_on(self.deliver_async(body))
    }

    fn deliver_code(&self, code: &str) -> Result<SendReceipt, ServiceError> {
        self.deliver(json!({ "to": PHONE, "code": code }))
    }

    fn send(&self) -> Result<SendReceipt, ServiceError> {
        let body = format!(r#"{{"phone":"{PHONE}"}}"#);
        let request = SendRequest::parse(body.as_bytes(), &self.platform.policy).expect("valid");
        self.platform.block_on(self.service().send(&request, None))
    }

    fn verify(&self, code: &str) -> bool {
        let body = format!(r#"{{"phone":"{PHONE}","code":"{code}"}}"#);
        let request = VerifyRequest::parse(body.as_bytes()).expect("valid");
        self.platform.block_on(self.service().verify(&request)).is_ok()
    }

    fn count_requests(&self) -> usize {
        self.platform.requests.borrow().len()
    }

    /// Returns the text of the last message.
    fn last_text(&self) -> String {
        self.platform.last_code()
    }

    /// Returns everything that is stored, but for the connector.
    fn stored(&self) -> String {
        let kv = self.platform.kv.borrow();
        let kv = kv.iter().filter(|(key, _)| *key != "connector");
        let kv = kv.map(|(key, entry)| format!("{key} {}\n", entry.text));
        let states = self.platform.states.borrow();
        kv.chain(states.iter().map(|(name, text)| format!("{name} {text}\n"))).collect()
    }
}

fn code_of<T>(result: Result<T, ServiceError>) -> Option<ErrorCode> {
    result.err().map(|error| error.code())
}

#[wasm_bindgen_test(unsupported = test)]
fn a_message_is_delivered_with_the_callers_code_and_the_connectors_template() {
    for bridge in Bridge::each() {
        let receipt =
            bridge.deliver(json!({ "to": PHONE, "code": "123456", "usageType": "SignIn" })).expect("sent");
        assert_eq!(receipt.status, SendStatus::Sent);
        assert_eq!(receipt.connector_id, "twilio-short-message-service");
        assert_eq!(bridge.last_text(), "Sign in: 123456");
        assert!(!bridge.verify("123456"), "it is not a code of ours");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_repeated_delivery_gets_the_first_receipt_for_600_seconds() {
    for bridge in Bridge::each() {
        let first = bridge.deliver_code("123456").expect("sent");
        bridge.platform.clock.advance(599_999);
        assert_eq!(
            bridge.deliver(json!({ "to": PHONE, "code": "123456", "usageType": "BindMfa", "locale": "de" })),
            Ok(first.clone())
        );
        assert_eq!(bridge.count_requests(), 1);
        bridge.platform.clock.advance(1);
        let second = bridge.deliver_code("123456").expect("sent again");
        assert_ne!(second.verification_id, first.verification_id);
        assert_eq!(bridge.count_requests(), 2);
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_repeated_delivery_gets_its_receipt_although_the_connector_is_gone() {
    for bridge in Bridge::each() {
        let first = bridge.deliver_code("123456").expect("sent");
        bridge.platform.kv.borrow_mut().remove("connector");
        bridge.platform.clock.advance(61_000);
        assert_eq!(code_of(bridge.deliver_code("123457")), Some(ErrorCode::ConnectorNotFound));
        assert_eq!(bridge.deliver_code("123456"), Ok(first));
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn another_code_or_recipient_is_another_message() {
    let bridge = Bridge::with(&[("RESEND_COOLDOWNS", "0")], TWILIO);
    for (to, code) in [(PHONE, "123456"), (PHONE, "123457"), ("+14155550124", "123456")] {
        bridge.deliver(json!({ "to": to, "code": code })).expect("sent");
    }
    assert_eq!(bridge.count_requests(), 3);
    assert_eq!(bridge.last_text(), "Code 123456");
}

#[wasm_bindgen_test(unsupported = test)]
fn a_hundred_equal_deliveries_at_once_give_one_message_and_equal_receipts() {
    for bridge in Bridge::each() {
        let body = json!({ "to": PHONE, "code": "123456" });
        let mut tasks: Vec<_> = (0..100).map(|_| Task::new(bridge.deliver_async(body.clone()))).collect();
        bridge.platform.finish(&mut tasks);
        let receipts: Vec<_> = tasks.into_iter().map(|task| task.into_output().expect("sent")).collect();
        assert_eq!(bridge.count_requests(), 1);
        assert!(receipts.iter().all(|receipt| *receipt == receipts[0]));
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_message_that_may_exist_is_not_repeated() {
    for bridge in Bridge::each() {
        bridge.platform.reply_with(500, "");
        let unknown = bridge.deliver_code("123456").expect("unknown");
        assert_eq!(
            (unknown.status, unknown.cause),
            (SendStatus::Unknown, Some(FailureCause::HttpStatus(500)))
        );
        bridge.platform.reply_with(201, r#"{"sid":"SM1","status":"queued"}"#);
        assert_eq!(bridge.deliver_code("123456").expect("the same").status, SendStatus::Unknown);
        assert_eq!(bridge.count_requests(), 1);
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_refused_message_is_sent_when_it_is_asked_for_again() {
    for bridge in Bridge::each() {
        for error in [Some(HttpError::NotReached(ConnectFailure::Dns)), None] {
            match error {
                Some(error) => bridge.platform.fail_requests_with(error),
                None => bridge.platform.reply_with(400, r#"{"code":21211}"#),
            }
            assert_eq!(code_of(bridge.deliver_code("123456")), Some(ErrorCode::ProviderRejected));
        }
        bridge.platform.reply_with(201, r#"{"sid":"SM1","status":"queued"}"#);
        assert_eq!(bridge.deliver_code("123456").expect("not counted").status, SendStatus::Sent);
        assert_eq!(bridge.count_requests(), 3);
    }
}

/// The isolate ends during the provider's call, and the auth server gets no response.
#[wasm_bindgen_test(unsupported = test)]
fn a_repeat_after_a_lost_answer_is_unknown_and_not_sent() {
    for bridge in Bridge::each() {
        bridge.platform.calls.hold(Call::Http);
        let mut first = Task::new(bridge.deliver_async(json!({ "to": PHONE, "code": "123456" })));
        assert!(!first.advance());
        drop(first);
        let repeated = bridge.deliver_code("123456").expect("no error");
        assert_eq!(repeated.status, SendStatus::Unknown);
        assert_eq!(bridge.count_requests(), 0, "no second message");
        assert_eq!(bridge.deliver_code("123456"), Ok(repeated));
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn deliveries_and_sends_share_the_limits_of_a_number() {
    for bridge in Bridge::each() {
        bridge.deliver_code("111111").expect("sent");
        assert_eq!(code_of(bridge.deliver_code("222222")), Some(ErrorCode::MessageRateLimited));
        assert_eq!(code_of(bridge.send()), Some(ErrorCode::MessageRateLimited));
        bridge.platform.clock.advance(60_000);
        bridge.send().expect("after the cooldown");
        assert_eq!(code_of(bridge.deliver_code("222222")), Some(ErrorCode::MessageRateLimited));
        bridge.platform.clock.advance(120_000);
        bridge.deliver_code("222222").expect("a limited delivery frees its key");
        assert_eq!(bridge.count_requests(), 3);
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_delivery_leaves_codes_and_failures_alone() {
    let bridge = Bridge::with(&[("RESEND_COOLDOWNS", "0"), ("DAILY_FAILURES", "2")], TWILIO);
    bridge.send().expect("sent");
    let code = bridge.last_text().replace("Code ", "");
    bridge.deliver_code("111111").expect("sent");
    assert!(bridge.verify(&code), "the code of the send is live");
    bridge.send().expect("sent");
    let code = bridge.last_text().replace("Code ", "");
    for _ in 0..2 {
        assert!(!bridge.verify(&wrong_code(&code)));
    }
    assert_eq!(code_of(bridge.send()), Some(ErrorCode::LockedOut));
    bridge.deliver_code("222222").expect("the limits of failures are not asked");
}

#[wasm_bindgen_test(unsupported = test)]
fn the_callers_text_is_sent_where_the_operator_wants_it_and_the_connector_sends_texts() {
    let body = json!({ "to": PHONE, "code": "123456", "text": "{{code}} is 123456.\n@a.example #123456" });
    let template = Bridge::new();
    template.deliver(body.clone()).expect("sent");
    assert_eq!(template.last_text(), "Code 123456");
    let caller = Bridge::with(&[("BRIDGE_TEXT", "caller")], TWILIO);
    caller.deliver(body.clone()).expect("sent");
    assert_eq!(caller.last_text(), "{{code}} is 123456.\n@a.example #123456");
    let without_text = json!({ "to": "+14155550124", "code": "654321" });
    caller.deliver(without_text).expect("sent");
    assert_eq!(caller.last_text(), "Code 654321");
    let registered = Bridge::with(&[("BRIDGE_TEXT", "caller")], TENCENT);
    registered.platform.reply_with(200, r#"{"Response":{"SendStatusSet":[{"Code":"Ok"}],"RequestId":"1"}}"#);
    registered.deliver(body.clone()).expect("sent");
    let sent = registered.platform.requests.borrow()[0].body().clone();
    assert!(sent.contains(r#""TemplateParamSet":["123456""#), "{sent}");
    let endpoint = Bridge::with(&[("BRIDGE_TEXT", "caller")], HTTP_SMS);
    endpoint.platform.reply_with(204, "");
    endpoint.deliver(body).expect("sent");
    let sent = endpoint.platform.requests.borrow()[0].body().clone();
    assert!(sent.contains(r#""payload":{"code":"123456"}"#), "{sent}");
}

#[wasm_bindgen_test(unsupported = test)]
fn a_text_alone_needs_the_setting_and_a_connector_that_sends_texts() {
    let body = json!({ "to": PHONE, "text": "Your code is 123456." });
    for (setting, connector) in [("template", TWILIO), ("caller", TENCENT), ("caller", HTTP_SMS)] {
        let bridge = Bridge::with(&[("BRIDGE_TEXT", setting)], connector);
        let error = bridge.deliver(body.clone()).expect_err("no code");
        assert_eq!(
            error.data().issues.map(|issues| issues[0].path.clone()).as_deref(),
            Some("code"),
            "{setting}"
        );
        assert_eq!(bridge.count_requests(), 0);
        assert!(bridge.platform.is_empty(), "nothing is counted");
    }
    let bridge = Bridge::with(&[("BRIDGE_TEXT", "caller")], TWILIO);
    let first = bridge.deliver(body.clone()).expect("sent");
    assert_eq!(bridge.last_text(), "Your code is 123456.");
    assert_eq!(bridge.deliver(body), Ok(first));
    assert_eq!(bridge.count_requests(), 1);
}

#[wasm_bindgen_test(unsupported = test)]
fn what_is_stored_holds_neither_number_nor_code_nor_text() {
    for bridge in Bridge::each() {
        bridge.deliver(json!({ "to": PHONE, "code": "271828", "text": "The code is 271828" })).expect("sent");
        let stored = bridge.stored();
        assert!(stored.contains("twilio"), "the receipt is stored: {stored}");
        for secret in ["4155550123", "271828", "The code"] {
            assert!(!stored.contains(secret), "{secret} in {stored}");
        }
        let request = bridge.request(&json!({ "to": PHONE, "code": "271828", "text": "271828" }));
        let debug = format!("{request:?}");
        assert!(!debug.contains("271828") && !debug.contains("415555"), "{debug}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn the_providers_deadline_is_that_of_the_auth_server_if_it_is_shorter() {
    for (limit, expected) in [(None, 10_000), (Some(4_000), 4_000), (Some(20_000), 10_000)] {
        let bridge = Bridge::new();
        bridge.platform.reply_delay.set(60_000);
        let request = bridge.request(&json!({ "to": PHONE, "code": "123456" }));
        let receipt = bridge.platform.block_on(bridge.service().deliver(&request, limit)).expect("unknown");
        assert_eq!(receipt.cause, Some(FailureCause::Timeout));
        assert_eq!(bridge.platform.clock.now(), Timestamp(START.0 + expected));
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_connector_that_cannot_send_costs_nothing() {
    for (connector, expected) in [
        (None, ErrorCode::ConnectorNotFound),
        (
            Some(r#"{"connectorId":"twilio-short-message-service","config":{}}"#),
            ErrorCode::InvalidStoredConfig,
        ),
        (Some(r#"{"connectorId":"mock-short-message-service","config":{}}"#), ErrorCode::InvalidStoredConfig),
    ] {
        let bridge = Bridge::new();
        match connector {
            Some(text) => bridge.platform.put_kv("connector", text),
            None => drop(bridge.platform.kv.borrow_mut().remove("connector")),
        }
        assert_eq!(code_of(bridge.deliver_code("123456")), Some(expected));
        assert!(bridge.platform.is_empty());
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_delivery_survives_a_rotation_of_the_secret() {
    let old = "old-0123456789abcdef0123456789ab";
    for ledgers in Ledgers::ALL {
        let before =
            Bridge::over(InMemoryPlatform::new().with_keys(key_ring(old, None)).with_ledgers(ledgers));
        let sent = before.deliver_code("123456").expect("sent");
        let platform = InMemoryPlatform { keys: key_ring(ROOT, Some(old)), ..before.platform };
        let after = Bridge::over(platform);
        assert_eq!(after.deliver_code("123456"), Ok(sent));
        assert_eq!(code_of(after.deliver_code("654321")), Some(ErrorCode::MessageRateLimited));
        assert_eq!(after.count_requests(), 1);
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn operations_call_the_guards_as_often_as_the_budget_says() {
    for bridge in Bridge::each() {
        bridge.deliver_code("123456").expect("sent");
        let operations = || bridge.platform.calls.take_operations();
        assert_eq!(
            operations(),
            "guard guard guard guard fetch guard",
            "begin, count, reserve, grant, end; nothing in KV"
        );
        bridge.deliver_code("123456").expect("the same");
        assert_eq!(operations(), "guard");
        assert!(bridge.deliver_code("654321").is_err());
        assert_eq!(operations(), "guard guard guard guard", "begin, count, reserve, end");
    }
}

/// Whatever call fails, before its effect or after it: an auth server that repeats until it gets a response causes one
/// message, or gets an error. A provider's response that was lost is unknown, and not repeated.
#[wasm_bindgen_test(unsupported = test)]
fn repeats_after_any_fault_cause_at_most_one_message() {
    for ledgers in Ledgers::ALL {
        for fault in Fault::ALL {
            for nth in 0..40 {
                let platform =
                    InMemoryPlatform::new().with_ledgers(ledgers).with_policy(&[("RESEND_COOLDOWNS", "0")]);
                let bridge = Bridge::over(platform);
                bridge.platform.calls.inject_nth(nth, fault);
                let mut answer = bridge.deliver_code("123456");
                for _ in 0..3 {
                    if answer.is_ok() {
                        break;
                    }
                    bridge.platform.clock.advance(31_000);
                    answer = bridge.deliver_code("123456");
                }
                let is_over = bridge.platform.calls.repair();
                assert!(answer.is_ok(), "{ledgers:?} {fault:?} {nth}: {answer:?}");
                assert!(bridge.count_requests() <= 1, "{ledgers:?} {fault:?} {nth}");
                if is_over {
                    assert!(nth > 5, "{nth} calls");
                    break;
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    /// Several deliveries of one code in any interleaving, and repeats of them: one message, equal receipts.
    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test)]
    #[test]
    fn interleaved_deliveries_give_one_message(schedule in prop::collection::vec(0_usize..6, 0..80)) {
        for bridge in Bridge::each() {
            let body = json!({ "to": PHONE, "code": "123456" });
            let tasks = (0..6).map(|_| Task::new(bridge.deliver_async(body.clone()))).collect();
            let receipts = bridge.platform.interleave(tasks, &schedule);
            prop_assert_eq!(bridge.count_requests(), 1);
            prop_assert!(receipts.iter().all(|receipt| receipt.is_ok() && *receipt == receipts[0]));
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn limits_against_pumping_refuse_deliveries_and_unverified_ones_stop_no_country() {
    let settings = [("SENDS_PER_PREFIX_HOUR", "3"), ("COUNTRY_BREAKER", "2"), ("PREFIX_BREAKER", "2")];
    let bridge = Bridge::with(&settings, TWILIO);
    let deliver = |line: u32| bridge.deliver(json!({ "to": format!("+1415555{line:04}"), "code": "123456" }));
    for line in 0..3 {
        assert!(deliver(line).is_ok());
    }
    bridge.platform.clock.advance(121_000);
    let error = deliver(3).expect_err("the cap of the prefix");
    assert_eq!(error.code(), ErrorCode::MessageRateLimited);
    assert_eq!(serde_json::to_value(error.body("")).expect("JSON")["data"]["limit"], "prefix");
    assert!(bridge.deliver(json!({ "to": "+14155561234", "code": "123456" })).is_ok(), "another prefix");
    assert_eq!(bridge.platform.requests.borrow().len(), 4, "one message per delivery that was permitted");
}
