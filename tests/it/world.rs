//! Stories and their journals: what is known is told again, what is not is wished, and nothing else happens.

use core::ops::ControlFlow;

use crate::error::{Error, Result};
use crate::json::Value;
use crate::time::{Seconds, Timestamp};
use crate::world::{Answer, Journal, Known, Wish, World, tell};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

fn journal(answers: &[(u64, Option<Value>)]) -> Journal {
    let mut journal = Journal::begin(Timestamp(1_000), Known::default());
    for (at, value) in answers {
        journal.add(Answer { at: Timestamp(*at), value: value.clone() });
    }
    journal
}

fn end<T>(answers: &[(u64, Option<Value>)], story: impl FnOnce(&World<'_>) -> T) -> T {
    match tell(&journal(answers), story) {
        ControlFlow::Break(end) => end,
        ControlFlow::Continue(_) => panic!("it wishes for more"),
    }
}

fn wish<T>(answers: &[(u64, Option<Value>)], story: impl FnOnce(&World<'_>) -> T) -> Wish {
    match tell(&journal(answers), story) {
        ControlFlow::Continue(wish) => wish,
        ControlFlow::Break(_) => panic!("it has ended"),
    }
}

/// Copies a text, and tidies up whether that worked or not.
fn copy(world: &World<'_>) -> Result<Timestamp> {
    let text = world.get("a")?.ok_or(Error::EntityNotFound)?;
    let stored = world.put("b", text, Some(Seconds(60)));
    let _ = world.delete("a");
    stored.map(|()| world.now())
}

fn roll<const N: usize>(world: &World<'_>) -> Result<[u8; N]> {
    world.random()
}

#[test]
fn a_story_gets_one_step_further_with_each_answer() {
    let text = || Some(Value::from("text"));
    let done = || Some(Value::Null);
    assert!(matches!(wish(&[], copy), Wish::Get(key) if key == "a"));
    let put = wish(&[(2_000, text())], copy);
    assert!(matches!(put, Wish::Put { key, text, ttl: Some(Seconds(60)) } if key == "b" && text == "text"));
    assert!(matches!(wish(&[(2_000, text()), (3_000, done())], copy), Wish::Delete(_)));
    let told = end(&[(2_000, text()), (3_000, done()), (4_000, done())], copy);
    assert_eq!(told, Ok(Timestamp(4_000)), "the time of the newest answer");
}

#[test]
fn a_failure_is_an_answer_and_an_absence_is_none() {
    assert_eq!(end(&[(2_000, None)], copy), Err(Error::Storage));
    assert_eq!(end(&[(2_000, Some(Value::Null))], copy), Err(Error::EntityNotFound));
    let failed = end(&[(2_000, Some("text".into())), (3_000, None), (4_000, None)], copy);
    assert_eq!(failed, Err(Error::Storage), "after tidying");
}

#[test]
fn an_answer_of_another_kind_is_a_failure() {
    let odd = || [(2_000, Some(Value::from(7_u32)))];
    assert_eq!(end(&odd(), |world| world.get("a")), Err(Error::Storage));
    assert_eq!(end(&odd(), |world| world.swap("a", None, None, Seconds(1))), Err(Error::Storage));
    assert!(end(&odd(), roll::<2>).is_err());
    let short = [(2_000, Some(Value::from("00")))];
    assert!(end(&short, roll::<2>).is_err(), "one byte is not two");
    assert_eq!(end(&short, roll::<1>), Ok([0]));
}

#[test]
fn nothing_is_wished_behind_an_open_wish() {
    let first = wish(&[], |world| {
        for key in ["a", "b", "c"] {
            let _ = world.get(key);
        }
        world.sleep(5);
    });
    assert!(matches!(first, Wish::Get(key) if key == "a"));
}

#[test]
fn no_time_passes_within_a_telling() {
    let (before, after) = end(&[(7_000, Some(Value::Null))], |world| {
        let before = world.now();
        world.sleep(1);
        (before, world.now())
    });
    assert_eq!((before, after), (Timestamp(1_000), Timestamp(7_000)));
}
