//! Sending and verifying over a platform in memory whose parts fail on demand.

#![expect(clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

#[path = "service/events.rs"]
mod events;
#[path = "service/idempotency.rs"]
mod idempotency;
#[path = "service/inputs.rs"]
mod inputs;
#[expect(dead_code, reason = "each test file uses a part of the platform")]
mod platform;

use edge_otp_core::api::{
    SendReceipt, SendRequest, SendStatus, VerifyFailure, VerifyReceipt, VerifyRequest, VerifyResult,
};
use edge_otp_core::error::{ErrorCode, Issue};
use edge_otp_core::keys::IdempotencyKey;
use edge_otp_core::ledger::{LedgerError, SendLimit};
use edge_otp_core::ports::HttpError;
use edge_otp_core::provider::{ConnectFailure, FailureCause, RejectionKind};
use edge_otp_core::service::{OtpService, ServiceError};
use edge_otp_core::time::{Seconds, Timestamp};
use platform::executor::Task;
use platform::{Call, Fault, InMemoryPlatform, Ledgers, START, response, wrong_code};
use wasm_bindgen_test::wasm_bindgen_test;

const PHONE: &str = "+14155550123";
const TWILIO: &str = r#"{"connectorId":"twilio-short-message-service","config":{"accountSID":"AC1","authToken":
"secret-token","fromMessagingServiceSID":"MG1","templates":[{"usageType":"Generic","content":"{{code}}"}]}}"#;

struct Otp {
    platform: InMemoryPlatform,
}

impl Otp {
    fn new() -> Self {
        Self::over(InMemoryPlatform::new())
    }

    /// Returns a deployment for each kind of ledger store.
    fn each() -> [Self; 2] {
        Ledgers::ALL.map(|ledgers| Self::over(InMemoryPlatform::new().with_ledgers(ledgers)))
    }

    fn over(platform: InMemoryPlatform) -> Self {
        let otp = Self { platform };
        otp.set_connector(TWILIO);
        otp
    }

    fn set_connector(&self, text: &str) {
        self.platform.put_kv("connector", text);
    }

    const fn service(&self) -> OtpService<'_, InMemoryPlatform> {
        let platform = &self.platform;
        OtpService { platform, keys: &platform.keys, policy: &platform.policy }
    }

    fn request(&self, phone: &str) -> SendRequest {
        let body = format!(r#"{{"phone":"{phone}"}}"#);
        SendRequest::parse(body.as_bytes(), &self.platform.policy).expect("valid")
    }

    async fn send_async(&self, phone: &str, key: Option<&str>) -> Result<SendReceipt, ServiceError> {
        let key = key.map(|key| IdempotencyKey { scope: "api-key", key });
        self.service().send(&self.request(phone), key).await
    }

    fn send(&self, key: Option<&str>) -> Result<SendReceipt, ServiceError> {
        self.platform.block_on(self.send_async(PHONE, key))
    }

    fn verify(&self, code: &str) -> Result<VerifyReceipt, ServiceError> {
        self.platform.block_on(self.service().verify(&verify_request(code)))
    }

    fn count_requests(&self) -> usize {
        self.platform.requests.borrow().len()
    }
}

fn verify_request(code: &str) -> VerifyRequest {
    let body = format!(r#"{{"phone":"{PHONE}","code":"{code}"}}"#);
    VerifyRequest::parse(body.as_bytes()).expect("valid")
}

fn error_code<T>(result: Result<T, ServiceError>) -> Option<ErrorCode> {
    result.err().map(|error| error.code())
}

#[wasm_bindgen_test(unsupported = test)]
fn a_sent_code_verifies_once() {
    for otp in Otp::each() {
        let receipt = otp.send(None).expect("sent");
        assert_eq!((receipt.status, receipt.http_status()), (SendStatus::Sent, 200));
        assert_eq!(receipt.connector_id, "twilio-short-message-service");
        assert_eq!(receipt.expires_at, "2023-11-14T22:23:20Z");
        assert_eq!(receipt.resend_at, "2023-11-14T22:14:20Z");
        let code = otp.platform.last_code();
        let verified = otp.verify(&code).expect("the right code");
        assert_eq!(verified.verification_id, receipt.verification_id);
        assert_eq!((&*verified.phone, &*verified.verified_at), (PHONE, "2023-11-14T22:13:20Z"));
        assert_eq!(otp.verify(&code), Err(LedgerError::NotFound.into()));
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn verify_as_value_returns_the_mistakes_of_callers_as_values() {
    let otp = Otp::new();
    otp.send(None).expect("sent");
    let code = otp.platform.last_code();
    let verify = |code: &str| otp.platform.block_on(otp.service().verify_as_value(&verify_request(code)));
    let failure = VerifyFailure::new(&LedgerError::Mismatch { attempts_left: 4 });
    assert_eq!(verify(&wrong_code(&code)), Ok(VerifyResult::Failed(failure)));
    assert!(matches!(verify(&code), Ok(VerifyResult::Verified(_))));
    otp.platform.calls.inject(Call::Guard, Fault::BeforeEffect);
    assert_eq!(verify(&code), Err(ServiceError::StorageUnavailable));
}

#[wasm_bindgen_test(unsupported = test)]
fn operations_call_guard_kv_and_provider_as_often_as_the_budget_says() {
    for otp in Otp::each() {
        let operations = || otp.platform.calls.take_operations();
        otp.send(None).expect("sent");
        assert_eq!(operations(), "guard guard put fetch", "count, reserve");
        assert!(otp.send(None).is_err());
        assert_eq!(operations(), "guard guard", "a send over a limit of its phone number");
        let code = otp.platform.last_code();
        assert!(otp.verify(&wrong_code(&code)).is_err());
        assert_eq!(operations(), "guard get", "a wrong code writes nothing to KV");
        assert!(otp.verify(&code).is_ok());
        assert_eq!(operations(), "guard get delete");
        assert!(otp.verify(&code).is_err());
        assert_eq!(operations(), "guard", "the record of a used code is not even read");
        otp.platform.clock.advance(120_000);
        otp.send(Some("key")).expect("sent");
        assert_eq!(
            operations(),
            "guard guard guard put guard fetch guard",
            "begin, count, reserve, grant, end"
        );
        otp.send(Some("key")).expect("the same response");
        assert_eq!(operations(), "guard");
        otp.platform.clock.advance(300_000);
        otp.platform.reply_with(400, "{}");
        assert!(otp.send(None).is_err());
        assert_eq!(operations(), "guard guard put fetch guard delete", "a refusal revokes the send");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn send_counts_nothing_with_a_broken_connector() {
    let otp = Otp::new();
    otp.platform.kv.borrow_mut().clear();
    assert_eq!(otp.send(None), Err(ServiceError::ConnectorNotFound));
    let mock = r#"{"connectorId":"mock-short-message-service","config":{"accountSID":"a","authToken":"b",
        "fromMessagingServiceSID":"c","templates":[]}}"#;
    let register_only = TWILIO.replace("Generic", "Register");
    let smsbao = r#"{"connectorId":"smsbao-sms","config":{"username":"u","passwordOrApiKey":"p",
        "templates":[{"usageType":"Generic","content":"{{code}}"}]}}"#;
    for (connector, code) in [
        ("garbage", ErrorCode::InvalidStoredConfig),
        (r#"{"connectorId":"unknown"}"#, ErrorCode::InvalidStoredConfig),
        (r#"{"connectorId":"twilio-short-message-service","config":{}}"#, ErrorCode::InvalidStoredConfig),
        (&register_only, ErrorCode::InvalidStoredConfig),
        (mock, ErrorCode::InvalidStoredConfig),
        (smsbao, ErrorCode::NumberNotSupported),
    ] {
        otp.set_connector(connector);
        assert_eq!(error_code(otp.send(None)), Some(code), "{connector}");
        assert_eq!(error_code(otp.send(Some("key"))), Some(code), "{connector}");
    }
    assert!(otp.platform.is_empty() && otp.count_requests() == 0);
    otp.set_connector(TWILIO);
    assert!(otp.send(Some("key")).is_ok(), "no send was counted, no key was taken");
}

#[wasm_bindgen_test(unsupported = test)]
fn send_reports_a_missing_template_before_anything_is_counted() {
    let otp = Otp::over(InMemoryPlatform::new().with_policy(&[("ALLOW_MOCK", "1")]));
    otp.set_connector(
        r#"{"connectorId":"mock-short-message-service","config":{"accountSID":"a","authToken":"b",
        "fromMessagingServiceSID":"c","templates":[{"usageType":"SignIn","content":"x"}]}}"#,
    );
    assert_eq!(otp.send(None), Err(ServiceError::TemplateNotFound));
    assert!(otp.platform.is_empty());
}

#[wasm_bindgen_test(unsupported = test)]
fn send_sends_nothing_when_a_port_fails() {
    for call in [Call::Connector, Call::Guard, Call::KvPut, Call::Load, Call::Swap] {
        for key in [None, Some("key")] {
            for ledgers in Ledgers::ALL {
                let platform = InMemoryPlatform::new().with_policy(&[("LIMITS", "off")]);
                let otp = Otp::over(platform.with_ledgers(ledgers));
                otp.platform.calls.inject(call, Fault::BeforeEffect);
                assert_eq!(otp.send(key), Err(ServiceError::StorageUnavailable), "{call:?}");
                otp.platform.calls.repair();
                assert!(otp.platform.is_empty() && otp.count_requests() == 0, "{call:?}");
                assert!(otp.send(key).is_ok(), "{call:?}");
            }
        }
    }
}

/// Whichever call fails, before or after its effect: at most one message, and a receipt only if there was one.
#[wasm_bindgen_test(unsupported = test)]
fn send_sends_at_most_one_message_whichever_call_fails() {
    for fault in Fault::ALL {
        for ledgers in Ledgers::ALL {
            for skip in 0.. {
                let otp = Otp::over(InMemoryPlatform::new().with_ledgers(ledgers));
                otp.platform.calls.inject_nth(skip, fault);
                let first = otp.send(Some("key"));
                let is_reached = !otp.platform.calls.repair();
                assert!(first.is_err() || otp.count_requests() <= 1, "{fault:?} {skip}");
                let second = otp.send(Some("key"));
                assert!(otp.count_requests() <= 1, "{fault:?} {skip}: the key allows one message");
                if let (Ok(first), Ok(second)) = (&first, &second) {
                    assert_eq!(first.verification_id, second.verification_id, "{fault:?} {skip}");
                }
                if otp.count_requests() == 1 && (first.is_ok() || second.is_ok()) {
                    let verified = otp.verify(&otp.platform.last_code());
                    assert!(verified.is_ok(), "{fault:?} {skip}: what was sent is valid");
                }
                if !is_reached {
                    assert!(first.is_ok());
                    break;
                }
            }
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_rejected_message_voids_the_code_and_revokes_the_send() {
    for otp in Otp::each() {
        otp.platform.reply_with(400, r#"{"code":21211,"message":"no"}"#);
        for _ in 0..2 {
            let error = otp.send(None).expect_err("refused");
            let is_recipient =
                matches!(&error, ServiceError::Provider(r) if r.kind == RejectionKind::Recipient);
            assert!(is_recipient, "{error:?}");
            assert_eq!(otp.verify(&otp.platform.last_code()), Err(LedgerError::NotFound.into()));
        }
        otp.platform.reply_with(201, r#"{"sid":"SM1","status":"queued"}"#);
        assert!(otp.send(None).is_ok(), "neither cooldown nor cap applies");
    }
}

/// The guard does not answer when the refused send is to be revoked: the caller still learns of the refusal.
#[wasm_bindgen_test(unsupported = test)]
fn a_rejection_is_reported_even_if_the_send_cannot_be_revoked() {
    let otp = Otp::new();
    otp.platform.reply_with(400, r#"{"code":21211}"#);
    otp.platform.calls.hold(Call::Http);
    let mut task = Task::new(otp.send_async(PHONE, None));
    assert!(!task.advance());
    otp.platform.calls.inject(Call::Guard, Fault::BeforeEffect);
    otp.platform.calls.release(Call::Http);
    for _ in 0..2 {
        assert!(!task.advance(), "it is tried three times");
        otp.platform.clock.advance(250);
    }
    assert!(task.advance());
    assert_eq!(error_code(task.into_output()), Some(ErrorCode::ProviderRejected));
}

/// Without random bytes for the request's nonce nothing is sent, and the send is revoked.
#[wasm_bindgen_test(unsupported = test)]
fn a_request_that_cannot_be_built_revokes_the_send() {
    let otp = Otp::new();
    otp.platform.calls.hold(Call::KvPut);
    let mut task = Task::new(otp.send_async(PHONE, None));
    assert!(!task.advance());
    otp.platform.calls.inject(Call::Random, Fault::BeforeEffect);
    otp.platform.calls.release(Call::KvPut);
    assert!(task.advance());
    assert_eq!(task.into_output(), Err(ServiceError::Internal("no random source")));
    assert_eq!(otp.count_requests(), 0);
    otp.platform.calls.repair();
    assert!(otp.send(None).is_ok(), "no send was counted");
}

#[wasm_bindgen_test(unsupported = test)]
fn a_provider_code_that_repeats_the_number_is_not_passed_on() {
    let otp = Otp::new();
    let provider_code = |body| {
        otp.platform.clock.advance(3_600_000);
        otp.platform.reply_with(400, body);
        match otp.send(None) {
            Err(ServiceError::Provider(rejection)) => rejection.code,
            other => panic!("{other:?}"),
        }
    };
    for body in [r#"{"code":"14155550123"}"#, r#"{"code":"x-14155550123"}"#, r#"{"code":"secret-token"}"#] {
        assert_eq!(provider_code(body), None, "{body}");
    }
    assert_eq!(provider_code(r#"{"code":21211}"#).as_deref(), Some("21211"));
}

#[wasm_bindgen_test(unsupported = test)]
fn a_throttling_provider_passes_its_retry_after_on() {
    for (header, expected) in [
        (" 7 ", Some(Seconds(7))),
        ("soon", None),
        ("Tue, 14 Nov 2023 22:14:20 GMT", Some(Seconds(60))),
        ("Tuesday, 14-Nov-23 22:14:20 GMT", Some(Seconds(60))),
        ("Tue Nov 14 22:14:20 2023", Some(Seconds(60))),
        ("Tue, 14 Nov 2023 22:13:19 GMT", Some(Seconds(0))),
    ] {
        let otp = Otp::new();
        let mut reply = response(429, "{}");
        reply.headers_mut().insert("retry-after", http::HeaderValue::from_static(header));
        otp.platform.reply.replace(Some(reply));
        let error = otp.send(None).expect_err("throttled");
        assert_eq!((error.code(), error.retry_after()), (ErrorCode::ProviderThrottled, expected));
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn an_unknown_outcome_keeps_the_code_and_counts_the_send() {
    for otp in Otp::each() {
        otp.platform.reply.replace(None);
        let receipt = otp.send(None).expect("unknown is no error");
        assert_eq!((receipt.status, receipt.http_status()), (SendStatus::Unknown, 202));
        let limited = otp.send(None).expect_err("the send counts");
        let cooldown = LedgerError::RateLimited { limit: SendLimit::Cooldown, retry_after: Seconds(60) };
        assert_eq!(limited, cooldown.into());
        assert_eq!(otp.count_requests(), 1, "nothing is retried");
        assert!(otp.verify(&otp.platform.last_code()).is_ok());
    }
}

/// No connection: the code is void, the send is given back, and the next send is permitted at once.
#[wasm_bindgen_test(unsupported = test)]
fn a_provider_that_is_not_reached_is_a_refusal() {
    for failure in [ConnectFailure::Dns, ConnectFailure::Refused, ConnectFailure::Tls] {
        for otp in Otp::each() {
            otp.platform.fail_requests_with(HttpError::NotReached(failure));
            let error = otp.send(None).expect_err("not reached");
            assert_eq!(error.code(), ErrorCode::ProviderRejected);
            assert_eq!((error.data().cause, error.data().provider), (Some(failure.as_str()), None));
            assert_eq!(otp.verify(&otp.platform.last_code()), Err(LedgerError::NotFound.into()));
            otp.platform.reply_with(201, r#"{"sid":"SM1","status":"queued"}"#);
            assert!(otp.send(None).is_ok(), "no cooldown");
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn an_unknown_outcome_tells_its_cause_to_the_log_only() {
    for (error, cause) in
        [(HttpError::TimedOut, FailureCause::Timeout), (HttpError::Unreadable, FailureCause::Unreadable)]
    {
        let otp = Otp::new();
        otp.platform.fail_requests_with(error);
        let receipt = otp.send(None).expect("unknown is no error");
        assert_eq!((receipt.status, receipt.cause), (SendStatus::Unknown, Some(cause)));
        let response = serde_json::to_string(&receipt).expect("JSON");
        assert!(!response.contains("cause"), "{response}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_provider_slower_than_its_deadline_leaves_the_outcome_unknown() {
    for (delay, status) in [(9_999, SendStatus::Sent), (10_000, SendStatus::Unknown)] {
        let otp = Otp::new();
        otp.platform.reply_delay.set(delay);
        assert_eq!(otp.send(None).expect("no error").status, status);
        assert_eq!(otp.platform.clock.now(), Timestamp(START.0 + u64::from(delay)));
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn the_mock_connector_prints_where_it_is_allowed() {
    let otp = Otp::over(InMemoryPlatform::new().with_policy(&[("ALLOW_MOCK", "1")]));
    otp.set_connector(
        r#"{"connectorId":"mock-short-message-service","config":{"accountSID":"a","authToken":"b",
        "fromMessagingServiceSID":"c","templates":[{"usageType":"Generic","content":"Code {{code}}"}]}}"#,
    );
    assert_eq!(otp.send(None).expect("printed").status, SendStatus::Sent);
    let printed = otp.platform.printed.borrow();
    assert!(printed.len() == 1 && printed[0].starts_with("mock SMS "), "{printed:?}");
    assert_eq!(otp.count_requests(), 0);
}

#[wasm_bindgen_test(unsupported = test)]
fn debug_of_a_service_shows_no_key() {
    let otp = Otp::new();
    assert_eq!(format!("{:?}", otp.service()), "OtpService");
}

#[wasm_bindgen_test(unsupported = test)]
fn an_invalid_stored_config_is_reported_with_its_issues() {
    let otp = Otp::new();
    otp.set_connector("garbage");
    let issues = vec![Issue::new("", "must be a JSON object")];
    assert_eq!(otp.send(None), Err(ServiceError::InvalidStoredConfig(issues)));
    otp.set_connector(r#"{"connectorId":7}"#);
    let issues = vec![Issue::new("connectorId", "must be the id of a known connector")];
    assert_eq!(otp.send(None), Err(ServiceError::InvalidStoredConfig(issues)));
}
