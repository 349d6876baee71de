//! A deployment in memory with the operations of the matrix, as their callers see them: a status, and a code or a word.

use edge_otp_core::api::{SendRequest, SendStatus, VerifyRequest};
use edge_otp_core::connector::{CONNECTOR_KEY, ConnectorCache};
use edge_otp_core::keys::IdempotencyKey;
use edge_otp_core::service::{ConnectorService, OtpService, ServiceError};
use serde_json::{Value, json};

use crate::platform::{InMemoryPlatform, Ledgers, ROOT};

/// The number that the operations concern.
pub(crate) const PHONE: &str = "+14155550123";
/// Another one, with a code of its own.
pub(crate) const OTHER_PHONE: &str = "+14155550199";
/// Secrets of the two connectors.
pub(crate) const TOKENS: [&str; 2] = ["old-secret-token-1", "new-secret-token-2"];

/// Returns a config whose account is named `name`.
pub(crate) fn config(name: &str) -> Value {
    let token = if name == "ACold" { TOKENS[0] } else { TOKENS[1] };
    let templates = json!([{ "usageType": "Generic", "content": "{{code}}" }]);
    json!({
        "accountSID": name, "authToken": token, "fromMessagingServiceSID": "MG1", "templates": templates,
    })
}

pub(crate) struct World {
    pub(crate) platform: InMemoryPlatform,
    /// The codes of [`PHONE`] for `SignIn`, in the order in which they were sent.
    pub(crate) codes: Vec<String>,
    /// Whether bodies arrive cut short.
    pub(crate) truncates: bool,
}

impl World {
    pub(crate) fn new(ledgers: Ledgers) -> Self {
        // The faults are those of the phone's guard; tests/limits.rs has those of the counters that are called before it.
        let platform = InMemoryPlatform::new().with_policy(&[("LIMITS", "off")]);
        let platform = platform.with_ledgers(ledgers).with_connector_cache();
        Self { platform, codes: Vec::new(), truncates: false }
    }

    pub(crate) fn set_connector(&self, text: Option<&str>) {
        self.platform.connector_cache.iter().for_each(ConnectorCache::clear);
        match text {
            Some(text) => self.platform.put_kv(CONNECTOR_KEY, text),
            None => drop(self.platform.kv.borrow_mut().remove(CONNECTOR_KEY)),
        }
    }

    const fn otp(&self) -> OtpService<'_, InMemoryPlatform> {
        let platform = &self.platform;
        OtpService { platform, keys: &platform.keys, policy: &platform.policy }
    }

    const fn connectors(&self) -> ConnectorService<'_, InMemoryPlatform> {
        let platform = &self.platform;
        ConnectorService { platform, keys: &platform.keys, policy: &platform.policy }
    }

    fn body(&self, json: &Value) -> Vec<u8> {
        let mut body = json.to_string().into_bytes();
        if self.truncates {
            body.pop();
        }
        body
    }

    /// `POST /send`.
    pub(crate) async fn send(&self, phone: &str, usage_type: &str, key: Option<&str>) -> Answer {
        let body = self.body(&json!({ "phone": phone, "usageType": usage_type }));
        let key = key.map(|key| IdempotencyKey { scope: "api-key", key });
        let sent = async {
            let request = SendRequest::parse(&body, &self.platform.policy)?;
            self.otp().send(&request, key).await
        };
        match sent.await {
            Ok(receipt) => {
                let word = if receipt.status == SendStatus::Sent { "sent" } else { "unknown" };
                Answer::new(receipt.http_status(), word, &json!(receipt))
            }
            Err(error) => Answer::error(&error),
        }
    }

    /// `POST /verify`.
    pub(crate) async fn verify(&self, phone: &str, usage_type: &str, code: &str) -> Answer {
        let body = self.body(&json!({ "phone": phone, "usageType": usage_type, "code": code }));
        let verified = async {
            let request = VerifyRequest::parse(&body)?;
            self.otp().verify(&request).await
        };
        match verified.await {
            // The number in the response is its caller's own.
            Ok(receipt) => {
                Answer::new(200, "verified", &json!([receipt.verification_id, receipt.verified_at]))
            }
            Err(error) => Answer::error(&error),
        }
    }

    /// `GET /api/connectors`: the account of what is listed.
    pub(crate) async fn list(&self) -> Answer {
        match self.connectors().list().await {
            Ok(views) => {
                let json = json!(views);
                let word = match &json[0] {
                    Value::Null => "none",
                    view if view["issues"].as_array().is_some_and(|issues| !issues.is_empty()) => "unusable",
                    view => {
                        view["config"]["accountSID"].as_str().and_then(|a| a.get(2..)).unwrap_or("unusable")
                    }
                };
                Answer::new(200, word, &json)
            }
            Err(error) => Answer::error(&error),
        }
    }

    /// `PATCH /api/connectors/:id` with the new config.
    pub(crate) async fn edit(&self, id: &str) -> Answer {
        let body = self.body(&json!({ "config": config("ACnew") }));
        match self.connectors().edit(id, &body, None).await {
            Ok(view) => Answer::new(200, "saved", &json!(view)),
            Err(error) => Answer::error(&error),
        }
    }

    /// `POST /api/connectors` with the new config.
    pub(crate) async fn replace(&self, account: &str) -> Answer {
        let body = json!({ "connectorId": "twilio-short-message-service", "config": config(account) });
        match self.connectors().replace(&self.body(&body)).await {
            Ok(view) => Answer::new(200, "saved", &json!(view)),
            Err(error) => Answer::error(&error),
        }
    }

    /// Sends in the course of a set-up, which must succeed.
    pub(crate) fn set_up_send(&mut self, phone: &str, usage_type: &str) {
        let answer = self.platform.block_on(self.send(phone, usage_type, None));
        assert_eq!(answer.text, "200 sent");
        if (phone, usage_type) == (PHONE, "SignIn") {
            self.codes.push(self.platform.last_code());
        }
    }

    /// Verifies in the course of a set-up or an examination.
    pub(crate) fn verify_now(&self, code: &str) -> String {
        self.platform.block_on(self.verify(PHONE, "SignIn", code)).text
    }

    /// What no response may contain.
    pub(crate) fn secrets(&self) -> Vec<String> {
        let fixed = [TOKENS[0], TOKENS[1], ROOT, &PHONE[1..], &OTHER_PHONE[1..]];
        let codes = self.platform.requests.borrow().iter().map(code_of).collect::<Vec<_>>();
        fixed.into_iter().map(str::to_owned).chain(codes).collect()
    }
}

/// Returns the code in a request to the provider.
pub(crate) fn code_of(request: &http::Request<String>) -> String {
    let mut form = form_urlencoded::parse(request.body().as_bytes());
    form.find(|(key, _)| key == "Body").expect("a text").1.into_owned()
}

/// A response: its status with its code or a word, and everything in it.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) text: String,
    pub(crate) body: String,
}

impl Answer {
    fn new(status: u16, word: &str, body: &Value) -> Self {
        Self { text: format!("{status} {word}"), body: body.to_string() }
    }

    fn error(error: &ServiceError) -> Self {
        let code = error.code();
        let body = json!(error.body("request-id"));
        // What a log or a panic could show.
        let wait =
            error.retry_after().map_or_else(String::new, |wait| format!(" (retry after {} s)", wait.0));
        Self {
            text: format!("{} {}{wait}", code.status(), code.as_str()),
            body: format!("{body} {error:?} {error}"),
        }
    }

    /// A request that has got no response.
    pub(crate) fn none() -> Self {
        Self { text: "no response".to_owned(), body: String::new() }
    }
}
