//! The stories of sending and verifying, over a world in memory whose parts fail on demand.

use core::cell::{self, RefCell};
use std::collections::BTreeMap;

use super::telling::{Granter, Telling, told};
use crate::api::{Receipt, SendRequest, SendStatus, VerifyRequest};
use crate::error::{Error, Refusal, RefusalClass, Result, SendLimit};
use crate::guard::{Call, Cell, Keeper};
use crate::json::Value;
use crate::keys::Keys;
use crate::policy::Policy;
use crate::record::Record;
use crate::secret::Secret;
use crate::service::Service;
use crate::sign::hex;
use crate::time::Timestamp;
use crate::wire::Response;
use crate::world::{Wish, World};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const PHONE: &str = "+14155550123";
const TWILIO: &str = r#"{"connectorId":"twilio-short-message-service","config":{"accountSID":"AC1","authToken":
"secret-token","fromMessagingServiceSID":"MG1","templates":[{"usageType":"Generic","content":"{{code}}"}]}}"#;

struct Outside {
    now: cell::Cell<u64>,
    dice: cell::Cell<u32>,
    cells: RefCell<BTreeMap<String, String>>,
    codes: RefCell<BTreeMap<String, String>>,
    connector: RefCell<Option<&'static str>>,
    sent: RefCell<Vec<String>>,
    answer: RefCell<Option<Response>>,
    guard_works: cell::Cell<bool>,
    /// What was asked of guard, KV and network, in order.
    operations: RefCell<Vec<&'static str>>,
    keys: Keys,
    policy: Policy,
}

impl Outside {
    fn new() -> Self {
        let accepted = r#"{"sid":"SM1","status":"queued"}"#.to_owned();
        Self {
            now: cell::Cell::new(1_700_000_000_000),
            dice: cell::Cell::new(1),
            cells: RefCell::default(),
            codes: RefCell::default(),
            connector: RefCell::new(Some(TWILIO)),
            sent: RefCell::default(),
            answer: RefCell::new(Some(Response { status: 201, retry_after: None, body: accepted })),
            guard_works: cell::Cell::new(true),
            operations: RefCell::default(),
            keys: Keys::derive(Some(&Secret::new("0123456789abcdef0123456789abcdef")), None).expect("long"),
            policy: Policy::parse(|_| None).expect("defaults"),
        }
    }

    fn send(&self, key: Option<&str>) -> Result<Receipt> {
        let request = self.request(PHONE);
        told(self, |world| self.service(world).send(&request, key))
    }

    fn service<'a>(&'a self, world: &'a World<'a>) -> Service<'a> {
        Service { world, keys: &self.keys, policy: &self.policy }
    }

    fn request(&self, phone: &str) -> SendRequest {
        let body = format!(r#"{{"phone":"{phone}"}}"#);
        SendRequest::parse(body.as_bytes(), &self.policy).expect("valid")
    }

    fn verify(&self, code: &str) -> Result<String> {
        let body = format!(r#"{{"phone":"{PHONE}","code":"{code}"}}"#);
        let request = VerifyRequest::parse(body.as_bytes()).expect("valid");
        told(self, |world| self.service(world).verify(&request)).map(|(id, _)| id)
    }

    fn answers(&self, status: u32, body: &str) {
        self.answer.replace(Some(Response { status, retry_after: None, body: body.to_owned() }));
    }

    fn guard(&self, name: &str, call: &Value) -> Value {
        let call = Call::read(call).expect("a question");
        told(self, |world| self.keeper(world, name).answer(&call.ask)).write()
    }

    fn keeper<'a>(&'a self, world: &'a World<'a>, name: &'a str) -> Keeper<'a> {
        Keeper { world, cell: Cell::new(world, name, None), keys: &self.keys, policy: &self.policy }
    }

    fn swap(&self, cell: String, expected: Option<&String>, next: Option<String>) -> bool {
        let mut cells = self.cells.borrow_mut();
        if cells.get(&cell) != expected {
            return false;
        }
        match next {
            Some(text) => cells.insert(cell, text),
            None => cells.remove(&cell),
        };
        true
    }

    fn roll(&self, length: u32) -> String {
        let roll = |_| {
            let next = self.dice.get().wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            self.dice.set(next);
            (next >> 24) as u8
        };
        hex(&(0..length).map(roll).collect::<Vec<u8>>())
    }

    fn count(&self, operation: &'static str) {
        self.operations.borrow_mut().push(operation);
    }

    /// The operations since it was asked last.
    fn operations(&self) -> String {
        self.operations.take().join(" ")
    }

    fn code(&self) -> String {
        let sent = self.sent.borrow();
        let body = sent.last().expect("something was sent");
        body.split("Body=").nth(1).expect("a body").chars().take(6).collect()
    }
}

impl Granter for Outside {
    fn now(&self) -> Timestamp {
        Timestamp(self.now.get())
    }

    fn grant(&self, wish: Wish) -> Option<Value> {
        match wish {
            Wish::Connector => Some(self.connector.borrow().map(str::to_owned).write()),
            Wish::Random(length) => Some(self.roll(length).into()),
            Wish::Sleep(ms) => {
                self.now.set(self.now.get() + u64::from(ms));
                Some(Value::Null)
            }
            Wish::Guard { name, call } => {
                self.count("guard");
                self.guard_works.get().then(|| self.guard(&name, &call))
            }
            Wish::Load(cell) => Some(self.cells.borrow().get(&cell).cloned().write()),
            Wish::Swap { cell, expected, next, .. } => Some(self.swap(cell, expected.as_ref(), next).into()),
            Wish::Put { key, text, .. } => {
                self.count("put");
                self.codes.borrow_mut().insert(key, text);
                Some(Value::Null)
            }
            Wish::Get(key) => {
                self.count("get");
                Some(self.codes.borrow().get(&key).cloned().write())
            }
            Wish::Delete(key) => {
                self.count("delete");
                self.codes.borrow_mut().remove(&key);
                Some(Value::Null)
            }
            Wish::Fetch { request, .. } => {
                self.count("fetch");
                self.sent.borrow_mut().push(request.body);
                self.answer.borrow().as_ref().map(Record::write)
            }
            _ => panic!("not in these stories"),
        }
    }
}

/// Holds back what the provider answers.
fn while_slow(wish: &Wish) -> bool {
    matches!(wish, Wish::Fetch { .. } | Wish::Sleep(_))
}

#[test]
fn a_code_is_sent_and_verified_once() {
    let world = Outside::new();
    let receipt = world.send(None).expect("sent");
    assert_eq!(receipt.status, SendStatus::Sent);
    assert_eq!((&*receipt.expires_at, &*receipt.resend_at), ("2023-11-14T22:23:20Z", "2023-11-14T22:14:20Z"));
    assert_eq!(world.verify(&world.code()), Ok(receipt.verification_id));
    assert_eq!(world.verify(&world.code()), Err(Error::Guard(Refusal::NotFound)));
}

#[test]
fn guard_kv_and_network_are_asked_as_often_as_the_budget_says() {
    let world = Outside::new();
    world.send(None).expect("sent");
    assert_eq!(world.operations(), "guard put fetch");
    assert!(world.send(None).is_err());
    assert_eq!(world.operations(), "guard", "a send that a limit refuses");
    let code = world.code();
    let wrong: String = code.chars().map(|digit| if digit == '9' { '0' } else { '9' }).collect();
    assert!(world.verify(&wrong).is_err());
    assert_eq!(world.operations(), "guard get", "a wrong guess writes nothing to KV");
    assert!(world.verify(&code).is_ok());
    assert_eq!(world.operations(), "guard get delete", "tidying");
    assert!(world.verify(&code).is_err());
    assert_eq!(world.operations(), "guard", "a spent code is not even looked up");
    world.now.set(world.now.get() + 120_000);
    world.send(Some("key")).expect("sent");
    assert_eq!(world.operations(), "guard guard put fetch guard", "claim, send, settle");
    world.send(Some("key")).expect("the same answer");
    assert_eq!(world.operations(), "guard");
}

#[test]
fn a_broken_config_or_a_silent_guard_sends_nothing_and_counts_nothing() {
    let world = Outside::new();
    world.connector.replace(None);
    assert_eq!(world.send(None), Err(Error::ConnectorNotFound));
    world.connector.replace(Some(r#"{"connectorId":"twilio-short-message-service","config":{}}"#));
    assert_eq!(world.send(None).map_err(|error| error.code()), Err("connector.invalid_config"));
    world.connector.replace(Some(
        r#"{"connectorId":"mock-short-message-service","config":{"accountSID":"a","authToken":"b",
        "fromMessagingServiceSID":"c","templates":[]}}"#,
    ));
    assert_eq!(
        world.send(None).map_err(|error| error.code()),
        Err("connector.invalid_config"),
        "no ALLOW_MOCK"
    );
    world.connector.replace(Some(TWILIO));
    world.guard_works.set(false);
    assert_eq!(world.send(None), Err(Error::Storage));
    assert_eq!(world.send(Some("key")), Err(Error::Storage));
    world.guard_works.set(true);
    assert!(world.sent.borrow().is_empty() && world.cells.borrow().is_empty());
    assert!(world.send(None).is_ok());
}

#[test]
fn a_refusal_voids_the_code_and_gives_the_send_back() {
    let world = Outside::new();
    world.answers(400, r#"{"code":21211,"message":"no"}"#);
    for _ in 0..3 {
        let error = world.send(None).expect_err("refused");
        assert!(
            matches!(&error, Error::Provider(refusal) if refusal.class == RefusalClass::Recipient),
            "{error:?}"
        );
        assert_eq!(world.verify(&world.code()), Err(Error::Guard(Refusal::NotFound)));
    }
    assert!(world.cells.borrow().is_empty() && world.codes.borrow().is_empty(), "nothing is left of it");
}

#[test]
fn a_provider_that_answers_with_the_number_or_the_code_is_not_quoted() {
    let world = Outside::new();
    for body in [r#"{"code":"14155550123"}"#, r#"{"code":"x-14155550123"}"#] {
        world.answers(400, body);
        let error = world.send(None).expect_err("refused");
        assert!(matches!(&error, Error::Provider(refusal) if refusal.code.is_none()), "{error:?}");
    }
    world.answers(400, r#"{"code":21211}"#);
    let error = world.send(None).expect_err("refused");
    assert!(matches!(&error, Error::Provider(refusal) if refusal.code.as_deref() == Some("21211")));
}

#[test]
fn an_open_outcome_keeps_code_and_count() {
    let world = Outside::new();
    world.answer.replace(None);
    let receipt = world.send(None).expect("unknown is no error");
    assert_eq!((receipt.status, receipt.http_status()), (SendStatus::Unknown, 202));
    let limited = world.send(None).expect_err("the send counts");
    assert!(matches!(limited, Error::Guard(Refusal::RateLimited { limit: SendLimit::Cooldown, .. })));
    assert_eq!(world.sent.borrow().len(), 1, "nothing is retried");
    assert!(world.verify(&world.code()).is_ok());
}

#[test]
fn twins_under_one_key_get_one_answer() {
    let world = Outside::new();
    let request = world.request(PHONE);
    let story = |told: &World<'_>| world.service(told).send(&request, Some("key"));
    let (mut first, mut second) = (Telling::begin(&world), Telling::begin(&world));
    assert!(first.until(while_slow, story).is_none());
    for _ in 0..5 {
        assert!(second.until(while_slow, story).is_none(), "the twin waits");
    }
    let first = first.until(|_| false, story).expect("it ends").expect("sent");
    assert_eq!(second.until(|_| false, story), Some(Ok(first.clone())));
    assert_eq!(world.send(Some("key")), Ok(first));
    assert_eq!(world.sent.borrow().len(), 1);
    let other = world.request("+14155550124");
    let conflict = told(&world, |told| world.service(told).send(&other, Some("key")));
    assert_eq!(conflict, Err(Error::IdempotencyConflict));
}

#[test]
fn a_twin_does_not_wait_for_ever() {
    let world = Outside::new();
    let request = world.request(PHONE);
    let story = |told: &World<'_>| world.service(told).send(&request, Some("key"));
    assert!(Telling::begin(&world).until(while_slow, story).is_none());
    assert_eq!(world.send(Some("key")), Err(Error::Storage), "no answer, no second SMS");
    assert!(world.sent.borrow().is_empty());
}

#[test]
fn a_send_that_a_limit_refused_frees_its_key() {
    let world = Outside::new();
    world.send(None).expect("sent");
    assert!(matches!(world.send(Some("key")), Err(Error::Guard(Refusal::RateLimited { .. }))));
    world.now.set(world.now.get() + 60_000);
    assert!(world.send(Some("key")).is_ok(), "the same key works once the limit allows it");
}
