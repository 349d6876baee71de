//! The stories of sending and verifying, over a world in memory whose parts fail on demand.

use core::cell::{Cell, RefCell};
use core::future::Future;
use core::pin::pin;
use core::task::{Context, Waker};
use std::collections::BTreeMap;
use std::rc::Rc;

use crate::api::{Receipt, SendRequest, SendStatus, VerifyRequest};
use crate::connector::Connector;
use crate::error::{Error, Refusal, RefusalClass, Result, SendLimit};
use crate::guard::{Ask, Keeper, Told};
use crate::keys::Keys;
use crate::policy::Policy;
use crate::ports::{Ambient, CodeStore, ConnectorStore, Guard, LedgerStore, Transport};
use crate::secret::Secret;
use crate::service::Service;
use crate::time::Timestamp;
use crate::wire::{Request, Response};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const PHONE: &str = "+14155550123";
const TWILIO: &str = r#"{"connectorId":"twilio-short-message-service","config":{"accountSID":"AC1","authToken":
"secret-token","fromMessagingServiceSID":"MG1","templates":[{"usageType":"Generic","content":"{{code}}"}]}}"#;

#[derive(Clone)]
struct World(Rc<State>);

struct State {
    now: Cell<u64>,
    dice: Cell<u32>,
    cells: RefCell<BTreeMap<String, String>>,
    codes: RefCell<BTreeMap<String, String>>,
    connector: RefCell<Option<&'static str>>,
    sent: RefCell<Vec<String>>,
    answer: RefCell<Option<Response>>,
    /// While set, the provider's answer is on its way.
    slow: Cell<bool>,
    guard_works: Cell<bool>,
    /// What was asked of guard, KV and network, in order.
    operations: RefCell<Vec<&'static str>>,
    keys: Keys,
    policy: Policy,
}

impl World {
    fn new() -> Self {
        let accepted = r#"{"sid":"SM1","status":"queued"}"#.to_owned();
        Self(Rc::new(State {
            now: Cell::new(1_700_000_000_000),
            dice: Cell::new(1),
            cells: RefCell::default(),
            codes: RefCell::default(),
            connector: RefCell::new(Some(TWILIO)),
            sent: RefCell::default(),
            answer: RefCell::new(Some(Response { status: 201, retry_after: None, body: accepted })),
            slow: Cell::new(false),
            guard_works: Cell::new(true),
            operations: RefCell::default(),
            keys: Keys::derive(Some(&Secret::new("0123456789abcdef0123456789abcdef")), None).expect("long"),
            policy: Policy::parse(|_| None).expect("defaults"),
        }))
    }

    fn service(&self) -> Service<'_, Self, Self, Self, Self> {
        Service {
            connectors: self.clone(),
            guard: self.clone(),
            transport: self.clone(),
            ambient: self.clone(),
            keys: &self.0.keys,
            policy: &self.0.policy,
        }
    }

    fn send(&self, key: Option<&str>) -> Result<Receipt> {
        finished(async { self.service().send(&self.request(PHONE), key).await })
    }

    fn request(&self, phone: &str) -> SendRequest {
        let body = format!(r#"{{"phone":"{phone}"}}"#);
        SendRequest::parse(body.as_bytes(), &self.0.policy).expect("valid")
    }

    fn verify(&self, code: &str) -> Result<String> {
        let body = format!(r#"{{"phone":"{PHONE}","code":"{code}"}}"#);
        let request = VerifyRequest::parse(body.as_bytes()).expect("valid");
        finished(async { self.service().verify(&request).await.map(|(id, _)| id) })
    }

    fn answers(&self, status: u32, body: &str) {
        self.0.answer.replace(Some(Response { status, retry_after: None, body: body.to_owned() }));
    }

    fn count(&self, operation: &'static str) {
        self.0.operations.borrow_mut().push(operation);
    }

    /// The operations since it was asked last.
    fn operations(&self) -> String {
        self.0.operations.take().join(" ")
    }

    fn code(&self) -> String {
        let sent = self.0.sent.borrow();
        let body = sent.last().expect("something was sent");
        body.split("Body=").nth(1).expect("a body").chars().take(6).collect()
    }
}

/// Polls until it is done; the world moves by itself, so that takes a bounded number of turns.
fn finished<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    for _ in 0..1_000 {
        if let core::task::Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(Waker::noop()))
        {
            return output;
        }
    }
    panic!("it hangs")
}

/// Gives the turn away once.
async fn turn() {
    let mut given = false;
    core::future::poll_fn(|_| {
        if given {
            return core::task::Poll::Ready(());
        }
        given = true;
        core::task::Poll::Pending
    })
    .await;
}

impl Ambient for World {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.now.get())
    }

    fn fill_random(&self, buffer: &mut [u8]) -> Result<()> {
        for byte in buffer {
            let next = self.0.dice.get().wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            self.0.dice.set(next);
            *byte = (next >> 24) as u8;
        }
        Ok(())
    }

    async fn sleep(&self, ms: u32) {
        self.0.now.set(self.0.now.get() + u64::from(ms));
        turn().await;
    }
}

struct OneCell<'a>(&'a World, &'a str);

impl LedgerStore for OneCell<'_> {
    async fn load(&self) -> Result<Option<String>> {
        Ok(self.0.0.cells.borrow().get(self.1).cloned())
    }

    async fn swap(&self, expected: Option<&str>, next: Option<&str>, _: u32) -> Result<bool> {
        let mut cells = self.0.0.cells.borrow_mut();
        if cells.get(self.1).map(String::as_str) != expected {
            return Ok(false);
        }
        match next {
            Some(text) => cells.insert(self.1.to_owned(), text.to_owned()),
            None => cells.remove(self.1),
        };
        Ok(true)
    }
}

impl CodeStore for World {
    async fn put(&self, id: &str, record: &str) -> Result<()> {
        self.count("put");
        self.0.codes.borrow_mut().insert(id.to_owned(), record.to_owned());
        Ok(())
    }

    async fn get(&self, id: &str) -> Result<Option<String>> {
        self.count("get");
        Ok(self.0.codes.borrow().get(id).cloned())
    }

    async fn delete(&self, id: &str) -> Result<()> {
        self.count("delete");
        self.0.codes.borrow_mut().remove(id);
        Ok(())
    }
}

impl ConnectorStore for World {
    async fn load(&self) -> Result<Option<Rc<Connector>>> {
        let stored = *self.0.connector.borrow();
        stored.map(|text| Connector::parse(text).map(Rc::new)).transpose()
    }
}

impl Guard for World {
    async fn ask(&self, name: &str, _: Option<&str>, ask: Ask) -> Result<Told> {
        self.count("guard");
        if !self.0.guard_works.get() {
            return Err(Error::Storage);
        }
        let (cell, state) = (OneCell(self, name), &self.0);
        let keeper =
            Keeper { cell: &cell, codes: self, ambient: self, keys: &state.keys, policy: &state.policy };
        Ok(keeper.answer(ask).await)
    }
}

impl Transport for World {
    async fn exchange(&self, request: Request, _: u32) -> Option<Response> {
        self.count("fetch");
        self.0.sent.borrow_mut().push(request.body);
        while self.0.slow.get() {
            turn().await;
        }
        self.0.answer.borrow().clone()
    }

    fn show(&self, line: &str) {
        self.0.sent.borrow_mut().push(line.to_owned());
    }
}

#[test]
fn a_code_is_sent_and_verified_once() {
    let world = World::new();
    let receipt = world.send(None).expect("sent");
    assert_eq!(receipt.status, SendStatus::Sent);
    assert_eq!((&*receipt.expires_at, &*receipt.resend_at), ("2023-11-14T22:23:20Z", "2023-11-14T22:14:20Z"));
    assert_eq!(world.verify(&world.code()), Ok(receipt.verification_id));
    assert_eq!(world.verify(&world.code()), Err(Error::Guard(Refusal::NotFound)));
}

#[test]
fn guard_kv_and_network_are_asked_as_often_as_the_budget_says() {
    let world = World::new();
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
    world.0.now.set(world.0.now.get() + 120_000);
    world.send(Some("key")).expect("sent");
    assert_eq!(world.operations(), "guard guard put fetch guard", "claim, send, settle");
    world.send(Some("key")).expect("the same answer");
    assert_eq!(world.operations(), "guard");
}

#[test]
fn a_broken_config_or_a_silent_guard_sends_nothing_and_counts_nothing() {
    let world = World::new();
    world.0.connector.replace(None);
    assert_eq!(world.send(None), Err(Error::ConnectorNotFound));
    world.0.connector.replace(Some(r#"{"connectorId":"twilio-short-message-service","config":{}}"#));
    assert_eq!(world.send(None).map_err(|error| error.code()), Err("connector.invalid_config"));
    world.0.connector.replace(Some(
        r#"{"connectorId":"mock-short-message-service","config":{"accountSID":"a","authToken":"b",
        "fromMessagingServiceSID":"c","templates":[]}}"#,
    ));
    assert_eq!(
        world.send(None).map_err(|error| error.code()),
        Err("connector.invalid_config"),
        "no ALLOW_MOCK"
    );
    world.0.connector.replace(Some(TWILIO));
    world.0.guard_works.set(false);
    assert_eq!(world.send(None), Err(Error::Storage));
    assert_eq!(world.send(Some("key")), Err(Error::Storage));
    world.0.guard_works.set(true);
    assert!(world.0.sent.borrow().is_empty() && world.0.cells.borrow().is_empty());
    assert!(world.send(None).is_ok());
}

#[test]
fn a_refusal_voids_the_code_and_gives_the_send_back() {
    let world = World::new();
    world.answers(400, r#"{"code":21211,"message":"no"}"#);
    for _ in 0..3 {
        let error = world.send(None).expect_err("refused");
        assert!(
            matches!(&error, Error::Provider(refusal) if refusal.class == RefusalClass::Recipient),
            "{error:?}"
        );
        assert_eq!(world.verify(&world.code()), Err(Error::Guard(Refusal::NotFound)));
    }
    assert!(world.0.cells.borrow().is_empty() && world.0.codes.borrow().is_empty(), "nothing is left of it");
}

#[test]
fn a_provider_that_answers_with_the_number_or_the_code_is_not_quoted() {
    let world = World::new();
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
    let world = World::new();
    world.0.answer.replace(None);
    let receipt = world.send(None).expect("unknown is no error");
    assert_eq!((receipt.status, receipt.http_status()), (SendStatus::Unknown, 202));
    let limited = world.send(None).expect_err("the send counts");
    assert!(matches!(limited, Error::Guard(Refusal::RateLimited { limit: SendLimit::Cooldown, .. })));
    assert_eq!(world.0.sent.borrow().len(), 1, "nothing is retried");
    assert!(world.verify(&world.code()).is_ok());
}

#[test]
fn twins_under_one_key_get_one_answer() {
    let world = World::new();
    world.0.slow.set(true);
    let service = world.service();
    let request = world.request(PHONE);
    let mut first = pin!(service.send(&request, Some("key")));
    let mut second = pin!(service.send(&request, Some("key")));
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..5 {
        assert!(first.as_mut().poll(&mut context).is_pending());
        assert!(second.as_mut().poll(&mut context).is_pending(), "the twin waits");
    }
    world.0.slow.set(false);
    let first = finished(first).expect("sent");
    assert_eq!(finished(second), Ok(first.clone()));
    assert_eq!(world.send(Some("key")), Ok(first));
    assert_eq!(world.0.sent.borrow().len(), 1);
    let other = world.request("+14155550124");
    assert_eq!(finished(service.send(&other, Some("key"))), Err(Error::IdempotencyConflict));
}

#[test]
fn a_twin_does_not_wait_for_ever() {
    let world = World::new();
    world.0.slow.set(true);
    let service = world.service();
    let request = world.request(PHONE);
    let mut first = pin!(service.send(&request, Some("key")));
    assert!(first.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    assert_eq!(world.send(Some("key")), Err(Error::Storage), "no answer, no second SMS");
    assert_eq!(world.0.sent.borrow().len(), 1);
}

#[test]
fn a_send_that_a_limit_refused_frees_its_key() {
    let world = World::new();
    world.send(None).expect("sent");
    assert!(matches!(world.send(Some("key")), Err(Error::Guard(Refusal::RateLimited { .. }))));
    world.0.now.set(world.0.now.get() + 60_000);
    assert!(world.send(Some("key")).is_ok(), "the same key works once the limit allows it");
}
