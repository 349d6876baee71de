//! The guard's story over a store that fails, loses races and forgets, and over a clock and dice of our own.

use core::cell::{Cell, RefCell};
use core::future::Future;
use core::pin::pin;
use core::task::{Context, Poll, Waker};
use std::collections::BTreeMap;

use crate::error::{Error, Refusal, Result};
use crate::guard::{Ask, Grant, Keeper, Told};
use crate::keys::Keys;
use crate::policy::Policy;
use crate::ports::{Ambient, CodeStore, LedgerStore};
use crate::record::Record;
use crate::secret::Secret;
use crate::time::Timestamp;
use crate::usage::UsageType;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const PHONE: &str = "+14155550123";

/// A world in memory. Everything in it answers at once, so a future is ready at its first poll.
struct World {
    now: Cell<u64>,
    cell: RefCell<Option<String>>,
    codes: RefCell<BTreeMap<String, String>>,
    /// How many of the coming exchanges another event wins.
    lost_races: Cell<u32>,
    broken: Cell<&'static str>,
    dice: Cell<u8>,
    keys: Keys,
    policy: Policy,
}

impl World {
    fn new() -> Self {
        Self {
            now: Cell::new(1_700_000_000_000),
            cell: RefCell::new(None),
            codes: RefCell::new(BTreeMap::new()),
            lost_races: Cell::new(0),
            broken: Cell::new(""),
            dice: Cell::new(0),
            keys: Keys::derive(Some(&Secret::new("0123456789abcdef0123456789abcdef")), None).expect("long"),
            policy: Policy::parse(|name| (name == "RESEND_COOLDOWNS").then(|| "0".to_owned()))
                .expect("valid"),
        }
    }

    fn ask(&self, ask: &Ask) -> Told {
        let keeper =
            Keeper { cell: self, codes: self, ambient: self, keys: &self.keys, policy: &self.policy };
        // Through its wire form, as between Worker and object.
        let ask = Ask::from_json(&ask.to_json()).expect("a question survives its way");
        let told = now(keeper.answer(ask));
        Told::from_json(&told.to_json()).expect("an answer survives its way")
    }

    fn send(&self) -> core::result::Result<Grant, Refusal> {
        match self.ask(&Ask::BeginSend { phone: PHONE.to_owned(), usage: UsageType::SignIn }) {
            Told::Granted(grant) => Ok(grant),
            Told::Refused(refusal) => Err(refusal),
            _ => panic!("another answer"),
        }
    }

    fn verify(&self, code: &str) -> core::result::Result<String, Refusal> {
        let (phone, code) = (PHONE.to_owned(), code.to_owned());
        match self.ask(&Ask::Verify { phone, usage: UsageType::SignIn, code, id: None }) {
            Told::Verified { id, .. } => Ok(id),
            Told::Refused(refusal) => Err(refusal),
            _ => panic!("another answer"),
        }
    }

    fn works(&self, part: &'static str) -> Result<()> {
        if self.broken.get() == part { Err(Error::Storage) } else { Ok(()) }
    }
}

fn now<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("nothing here waits"),
    }
}

impl Ambient for World {
    fn now(&self) -> Timestamp {
        Timestamp(self.now.get())
    }

    fn fill_random(&self, buffer: &mut [u8]) -> Result<()> {
        self.works("dice")?;
        for byte in buffer {
            self.dice.set(self.dice.get().wrapping_add(37));
            *byte = self.dice.get();
        }
        Ok(())
    }

    async fn sleep(&self, ms: u32) {
        self.now.set(self.now.get() + u64::from(ms));
    }
}

impl LedgerStore for World {
    async fn load(&self) -> Result<Option<String>> {
        self.works("load")?;
        Ok(self.cell.borrow().clone())
    }

    async fn swap(&self, expected: Option<&str>, next: Option<&str>, _: u32) -> Result<bool> {
        self.works("swap")?;
        if self.lost_races.get() > 0 {
            self.lost_races.set(self.lost_races.get() - 1);
            return Ok(false);
        }
        let matches = self.cell.borrow().as_deref() == expected;
        if matches {
            self.cell.replace(next.map(str::to_owned));
        }
        Ok(matches)
    }
}

impl CodeStore for World {
    async fn put(&self, id: &str, record: &str) -> Result<()> {
        self.works("put")?;
        self.codes.borrow_mut().insert(id.to_owned(), record.to_owned());
        Ok(())
    }

    async fn get(&self, id: &str) -> Result<Option<String>> {
        self.works("get")?;
        Ok(self.codes.borrow().get(id).cloned())
    }

    async fn delete(&self, id: &str) -> Result<()> {
        self.works("delete")?;
        self.codes.borrow_mut().remove(id);
        Ok(())
    }
}

fn wrong(code: &str) -> String {
    code.chars().map(|digit| if digit == '9' { '0' } else { '9' }).collect()
}

#[test]
fn a_code_is_made_counted_stored_and_good_once() {
    let world = World::new();
    let grant = world.send().expect("granted");
    assert_eq!(grant.code.len(), 6);
    assert_eq!(world.codes.borrow().keys().collect::<Vec<_>>(), [&grant.id]);
    assert_eq!(world.verify(&grant.code), Ok(grant.id));
    assert_eq!(world.verify(&grant.code), Err(Refusal::NotFound));
    assert!(world.codes.borrow().is_empty(), "tidied away");
}

#[test]
fn probing_a_phone_that_was_never_sent_to_stores_nothing() {
    let world = World::new();
    for _ in 0..20 {
        assert_eq!(world.verify("123456"), Err(Refusal::NotFound));
    }
    assert_eq!(*world.cell.borrow(), None);
}

#[test]
fn whatever_fails_nothing_is_sent_and_nothing_compared() {
    for part in ["dice", "load", "swap", "put"] {
        let world = World::new();
        world.broken.set(part);
        assert_eq!(world.send().err(), Some(Refusal::Unavailable), "{part}");
        world.broken.set("");
        assert!(world.codes.borrow().is_empty(), "{part} leaves no record");
        assert!(world.send().is_ok(), "{part} left the send uncounted or refunded");
    }
    for part in ["load", "swap", "get"] {
        let world = World::new();
        let grant = world.send().expect("granted");
        world.broken.set(part);
        for _ in 0..20 {
            assert_eq!(world.verify(&wrong(&grant.code)), Err(Refusal::Unavailable), "{part}");
            assert_eq!(world.verify(&grant.code), Err(Refusal::Unavailable), "{part}");
        }
        world.broken.set("");
        assert_eq!(world.verify(&wrong(&grant.code)), Err(Refusal::Mismatch { attempts_left: 4 }), "{part}");
        assert_eq!(world.verify(&grant.code), Ok(grant.id), "{part}");
    }
}

#[test]
fn a_success_does_not_hang_on_tidying() {
    let world = World::new();
    let grant = world.send().expect("granted");
    world.broken.set("delete");
    assert_eq!(world.verify(&grant.code), Ok(grant.id));
    assert_eq!(world.verify(&grant.code), Err(Refusal::NotFound), "the record that stays is no code");
}

#[test]
fn a_failed_put_gives_the_send_back() {
    let world = World { policy: Policy::parse(|_| None).expect("valid"), ..World::new() };
    world.broken.set("put");
    for _ in 0..20 {
        assert_eq!(world.send().err(), Some(Refusal::Unavailable));
    }
    world.broken.set("");
    assert!(world.send().is_ok(), "no cooldown, no cap was touched");
}

#[test]
fn lost_races_are_run_again_but_not_for_ever() {
    let world = World::new();
    let grant = world.send().expect("granted");
    world.lost_races.set(63);
    assert_eq!(world.verify(&wrong(&grant.code)), Err(Refusal::Mismatch { attempts_left: 4 }));
    world.lost_races.set(64);
    assert_eq!(world.verify(&grant.code), Err(Refusal::Unavailable));
    assert_eq!(world.verify(&wrong(&grant.code)), Err(Refusal::Mismatch { attempts_left: 3 }));
}

#[test]
fn expiry_is_told_with_the_record_and_without_it() {
    let world = World::new();
    let grant = world.send().expect("granted");
    world.now.set(world.now.get() + 600_000);
    assert_eq!(world.verify(&grant.code), Err(Refusal::Expired));
    world.codes.borrow_mut().clear();
    assert_eq!(world.verify(&grant.code), Err(Refusal::Expired));
}

#[test]
fn kv_may_round_the_last_second_away() {
    let world = World::new();
    let grant = world.send().expect("granted");
    world.codes.borrow_mut().clear();
    world.now.set(world.now.get() + 598_999);
    assert_eq!(world.verify(&grant.code), Err(Refusal::Unavailable), "lost too early is a failure of KV");
    world.now.set(world.now.get() + 1);
    assert_eq!(world.verify(&grant.code), Err(Refusal::Expired));
}

#[test]
fn a_ledger_that_is_not_ours_lets_no_one_pass() {
    let world = World::new();
    let grant = world.send().expect("granted");
    for text in ["", "{}", "null", "[]", r#"{"live":[],"sends":[],"failures":[]}"#, "garbage"] {
        world.cell.replace(Some(text.to_owned()));
        assert_eq!(world.verify(&grant.code), Err(Refusal::Unavailable), "{text}");
        assert_eq!(world.send().err(), Some(Refusal::Unavailable), "{text}");
    }
}

#[test]
fn a_record_that_is_not_ours_lets_no_one_pass() {
    let world = World::new();
    let grant = world.send().expect("granted");
    let record = world.codes.borrow()[&grant.id].clone();
    for text in
        ["", "{}", "null", &record.replace("\"v\":1", "\"v\":2"), &record.replace("SignIn", "Register")]
    {
        world.codes.borrow_mut().insert(grant.id.clone(), text.to_owned());
        assert_eq!(world.verify(&grant.code), Err(Refusal::Unavailable), "{text}");
    }
}
