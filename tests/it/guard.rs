//! The guard's story over a store that fails, loses races and forgets, and over a clock and dice of our own.

use core::cell::{self, RefCell};
use std::collections::BTreeMap;

use super::telling::{Granter, told};
use crate::error::Refusal;
use crate::guard::{Ask, Cell, Grant, Keeper, Told};
use crate::json::Value;
use crate::keys::Keys;
use crate::policy::Policy;
use crate::record::Record;
use crate::secret::Secret;
use crate::sign::hex;
use crate::time::Timestamp;
use crate::usage::UsageType;
use crate::world::Wish;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const PHONE: &str = "+14155550123";

/// A world in memory.
struct Outside {
    now: cell::Cell<u64>,
    cell: RefCell<Option<String>>,
    codes: RefCell<BTreeMap<String, String>>,
    /// How many of the coming exchanges another event wins.
    lost_races: cell::Cell<u32>,
    broken: cell::Cell<&'static str>,
    dice: cell::Cell<u8>,
    keys: Keys,
    policy: Policy,
}

impl Outside {
    fn new() -> Self {
        Self {
            now: cell::Cell::new(1_700_000_000_000),
            cell: RefCell::new(None),
            codes: RefCell::new(BTreeMap::new()),
            lost_races: cell::Cell::new(0),
            broken: cell::Cell::new(""),
            dice: cell::Cell::new(0),
            keys: Keys::derive(Some(&Secret::new("0123456789abcdef0123456789abcdef")), None).expect("long"),
            policy: Policy::parse(|name| (name == "RESEND_COOLDOWNS").then(|| "0".to_owned()))
                .expect("valid"),
        }
    }

    fn ask(&self, ask: &Ask) -> Told {
        // Through its wire form, as between Worker and object.
        let ask = Ask::from_json(&ask.to_json()).expect("a question survives its way");
        let told = told(self, |world| {
            Keeper { world, cell: Cell::new(world, "", None), keys: &self.keys, policy: &self.policy }
                .answer(&ask)
        });
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

    fn works(&self, part: &'static str) -> bool {
        self.broken.get() != part
    }

    fn roll(&self, length: u32) -> String {
        let roll = || {
            self.dice.set(self.dice.get().wrapping_add(37));
            self.dice.get()
        };
        hex(&(0..length).map(|_| roll()).collect::<Vec<u8>>())
    }

    fn swap(&self, expected: Option<&String>, next: Option<String>) -> bool {
        if self.lost_races.get() > 0 {
            self.lost_races.set(self.lost_races.get() - 1);
            return false;
        }
        let matches = self.cell.borrow().as_ref() == expected;
        if matches {
            self.cell.replace(next);
        }
        matches
    }
}

impl Granter for Outside {
    fn now(&self) -> Timestamp {
        Timestamp(self.now.get())
    }

    fn grant(&self, wish: Wish) -> Option<Value> {
        match wish {
            Wish::Random(length) => self.works("dice").then(|| self.roll(length).into()),
            Wish::Load(_) => self.works("load").then(|| self.cell.borrow().write()),
            Wish::Swap { expected, next, .. } => {
                self.works("swap").then(|| self.swap(expected.as_ref(), next).into())
            }
            Wish::Put { key, text, .. } => self.works("put").then(|| {
                self.codes.borrow_mut().insert(key, text);
                Value::Null
            }),
            Wish::Get(key) => self.works("get").then(|| self.codes.borrow().get(&key).cloned().write()),
            Wish::Delete(key) => self.works("delete").then(|| {
                self.codes.borrow_mut().remove(&key);
                Value::Null
            }),
            _ => panic!("a guard wants nothing else"),
        }
    }
}

fn place(id: &str) -> String {
    format!("code:{id}")
}

fn wrong(code: &str) -> String {
    code.chars().map(|digit| if digit == '9' { '0' } else { '9' }).collect()
}

#[test]
fn a_code_is_made_counted_stored_and_good_once() {
    let world = Outside::new();
    let grant = world.send().expect("granted");
    assert_eq!(grant.code.len(), 6);
    assert_eq!(world.codes.borrow().keys().collect::<Vec<_>>(), [&place(&grant.id)]);
    assert_eq!(world.verify(&grant.code), Ok(grant.id));
    assert_eq!(world.verify(&grant.code), Err(Refusal::NotFound));
    assert!(world.codes.borrow().is_empty(), "tidied away");
}

#[test]
fn probing_a_phone_that_was_never_sent_to_stores_nothing() {
    let world = Outside::new();
    for _ in 0..20 {
        assert_eq!(world.verify("123456"), Err(Refusal::NotFound));
    }
    assert_eq!(*world.cell.borrow(), None);
}

#[test]
fn whatever_fails_nothing_is_sent_and_nothing_compared() {
    for part in ["dice", "load", "swap", "put"] {
        let world = Outside::new();
        world.broken.set(part);
        assert_eq!(world.send().err(), Some(Refusal::Unavailable), "{part}");
        world.broken.set("");
        assert!(world.codes.borrow().is_empty(), "{part} leaves no record");
        assert!(world.send().is_ok(), "{part} left the send uncounted or refunded");
    }
    for part in ["load", "swap", "get"] {
        let world = Outside::new();
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
    let world = Outside::new();
    let grant = world.send().expect("granted");
    world.broken.set("delete");
    assert_eq!(world.verify(&grant.code), Ok(grant.id));
    assert_eq!(world.verify(&grant.code), Err(Refusal::NotFound), "the record that stays is no code");
}

#[test]
fn a_failed_put_gives_the_send_back() {
    let world = Outside { policy: Policy::parse(|_| None).expect("valid"), ..Outside::new() };
    world.broken.set("put");
    for _ in 0..20 {
        assert_eq!(world.send().err(), Some(Refusal::Unavailable));
    }
    world.broken.set("");
    assert!(world.send().is_ok(), "no cooldown, no cap was touched");
}

#[test]
fn lost_races_are_run_again_but_not_for_ever() {
    let world = Outside::new();
    let grant = world.send().expect("granted");
    world.lost_races.set(63);
    assert_eq!(world.verify(&wrong(&grant.code)), Err(Refusal::Mismatch { attempts_left: 4 }));
    world.lost_races.set(64);
    assert_eq!(world.verify(&grant.code), Err(Refusal::Unavailable));
    assert_eq!(world.verify(&wrong(&grant.code)), Err(Refusal::Mismatch { attempts_left: 3 }));
}

#[test]
fn expiry_is_told_with_the_record_and_without_it() {
    let world = Outside::new();
    let grant = world.send().expect("granted");
    world.now.set(world.now.get() + 600_000);
    assert_eq!(world.verify(&grant.code), Err(Refusal::Expired));
    world.codes.borrow_mut().clear();
    assert_eq!(world.verify(&grant.code), Err(Refusal::Expired));
}

#[test]
fn kv_may_round_the_last_second_away() {
    let world = Outside::new();
    let grant = world.send().expect("granted");
    world.codes.borrow_mut().clear();
    world.now.set(world.now.get() + 598_999);
    assert_eq!(world.verify(&grant.code), Err(Refusal::Unavailable), "lost too early is a failure of KV");
    world.now.set(world.now.get() + 1);
    assert_eq!(world.verify(&grant.code), Err(Refusal::Expired));
}

#[test]
fn a_ledger_that_is_not_ours_lets_no_one_pass() {
    let world = Outside::new();
    let grant = world.send().expect("granted");
    for text in ["", "{}", "null", "[]", r#"{"live":[],"sends":[],"failures":[]}"#, "garbage"] {
        world.cell.replace(Some(text.to_owned()));
        assert_eq!(world.verify(&grant.code), Err(Refusal::Unavailable), "{text}");
        assert_eq!(world.send().err(), Some(Refusal::Unavailable), "{text}");
    }
}

#[test]
fn a_record_that_is_not_ours_lets_no_one_pass() {
    let world = Outside::new();
    let grant = world.send().expect("granted");
    let record = world.codes.borrow()[&place(&grant.id)].clone();
    for text in
        ["", "{}", "null", &record.replace("\"v\":1", "\"v\":2"), &record.replace("SignIn", "Register")]
    {
        world.codes.borrow_mut().insert(place(&grant.id), text.to_owned());
        assert_eq!(world.verify(&grant.code), Err(Refusal::Unavailable), "{text}");
    }
}
