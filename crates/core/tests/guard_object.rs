//! The state of a guard's Durable Object, over a storage that records what is asked of it.

#![expect(clippy::expect_used, reason = "tests fail by panicking")]

use core::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use edge_otp_core::guard::{
    GuardObject, GuardRequest, GuardResponse, GuardState, ObjectLedgerStore, ObjectStorage, Rotation,
};
use edge_otp_core::ports::{Change, GuardClient, LedgerStore as _, PartedLedgerStore as _, StorageError};
use edge_otp_core::time::{Seconds, Timestamp};
use serde_json::json;
use wasm_bindgen_test::wasm_bindgen_test;

const NOW: Timestamp = Timestamp(1_800_000_000_000);
const EXPIRY: Timestamp = NOW.plus(Seconds(60));

/// A stored text, the alarm, and whether the next operations fail.
#[derive(Default)]
struct Storage {
    texts: RefCell<BTreeMap<String, String>>,
    alarms: RefCell<Vec<Timestamp>>,
    reads: Cell<u32>,
    reports: Cell<u32>,
    is_broken: Cell<bool>,
}

impl Storage {
    fn text(&self) -> Option<String> {
        self.texts.borrow().get("state").cloned()
    }

    fn set_text(&self, text: &str) {
        self.texts.borrow_mut().insert("state".to_owned(), text.to_owned());
    }

    fn check(&self) -> Result<(), StorageError> {
        if self.is_broken.get() { Err(StorageError) } else { Ok(()) }
    }
}

impl ObjectStorage for &Storage {
    async fn get(&self, key: &str) -> Result<Option<String>, StorageError> {
        self.reads.set(self.reads.get() + 1);
        self.check()?;
        Ok(self.texts.borrow().get(key).cloned())
    }

    async fn list(&self, after: Option<&str>) -> Result<Vec<(String, String)>, StorageError> {
        self.check()?;
        let texts = self.texts.borrow();
        let is_later = |key: &str| after.is_none_or(|after| key > after);
        let entries = texts.iter().filter(|(key, _)| is_later(key)).take(2);
        Ok(entries.map(|(key, text)| (key.clone(), text.clone())).collect())
    }

    fn report_unreadable(&self) {
        self.reports.set(self.reports.get() + 1);
    }

    fn put(&self, key: &str, text: &str) -> Result<(), StorageError> {
        self.check()?;
        self.texts.borrow_mut().insert(key.to_owned(), text.to_owned());
        Ok(())
    }

    fn delete(&self, key: &str) -> Result<(), StorageError> {
        self.check()?;
        self.texts.borrow_mut().remove(key);
        Ok(())
    }

    async fn delete_all(&self) -> Result<(), StorageError> {
        self.check()?;
        self.texts.borrow_mut().clear();
        Ok(())
    }

    async fn alarm(&self) -> Result<Option<Timestamp>, StorageError> {
        self.check()?;
        Ok(self.alarms.borrow().last().copied())
    }

    fn set_alarm(&self, at: Timestamp) -> Result<(), StorageError> {
        self.check()?;
        self.alarms.borrow_mut().push(at);
        Ok(())
    }
}

/// The object that the previous root secret names: its response to an export, and how many releases it got.
struct Predecessor(Result<GuardResponse, ()>, Cell<u32>);

impl Predecessor {
    const fn new(response: Result<GuardResponse, ()>) -> Self {
        Self(response, Cell::new(0))
    }
}

impl GuardClient for Predecessor {
    async fn call(
        &self,
        name: &str,
        _: Option<&str>,
        request: &GuardRequest,
    ) -> Result<GuardResponse, StorageError> {
        assert_eq!(name, "previous");
        if let GuardRequest::ReleaseState { to } = request {
            assert_eq!(to, "successor");
            self.1.set(self.1.get() + 1);
            return Ok(GuardResponse::Done);
        }
        assert!(
            matches!(request, GuardRequest::ExportState { to, from } if to == "successor" && from.as_deref() == Some("previous"))
        );
        match &self.0 {
            Ok(GuardResponse::StateExported(state)) => Ok(GuardResponse::StateExported(state.clone())),
            Ok(_) => Ok(GuardResponse::Unavailable),
            Err(()) => Err(StorageError),
        }
    }
}

/// One that does not answer.
const fn nobody() -> Predecessor {
    Predecessor::new(Err(()))
}

/// Returns a state that matters until `EXPIRY`.
fn state() -> GuardState {
    let record = json!({ "fingerprint": "00", "owner": "01", "at": NOW.0, "deadline": NOW.0 + 1_000 });
    serde_json::from_value(json!({ "idempotency": record })).expect("a state")
}

fn put(state: GuardState) -> Change {
    Change::Put { state, expires_at: EXPIRY }
}

/// Applies one change; gives the state before it.
fn update(
    object: &GuardObject<&Storage>,
    predecessor: Option<&Predecessor>,
    change: impl Fn() -> Change,
) -> Result<Option<GuardState>, StorageError> {
    let rotation = predecessor.map(|_| Rotation { name: "successor", previous: "previous" });
    let nobody = nobody();
    let store = ObjectLedgerStore { object, guard: predecessor.unwrap_or(&nobody), rotation };
    pollster::block_on(store.update(|state| Ok((change(), state.cloned()))))
}

fn expire(object: &GuardObject<&Storage>, now: Timestamp) -> Result<(), StorageError> {
    pollster::block_on(object.expire(now))
}

#[wasm_bindgen_test(unsupported = test)]
fn update_reads_the_storage_once_and_writes_each_change() {
    let storage = Storage::default();
    let object = GuardObject::new(&storage);
    assert_eq!(update(&object, None, || put(state())), Ok(None));
    assert_eq!(storage.text().as_deref(), serde_json::to_string(&state()).ok().as_deref());
    assert_eq!(update(&object, None, || Change::Keep), Ok(Some(state())));
    assert_eq!(update(&object, None, || Change::Delete), Ok(Some(state())));
    assert_eq!(storage.text(), None);
    assert_eq!(update(&object, None, || Change::Keep), Ok(None));
    assert_eq!(storage.reads.get(), 1);
    assert_eq!(update(&GuardObject::new(&storage), None, || Change::Keep), Ok(None), "what is stored");
}

#[wasm_bindgen_test(unsupported = test)]
fn the_alarm_is_set_once_and_again_after_it_ran_too_early() {
    let storage = Storage::default();
    let object = GuardObject::new(&storage);
    for _ in 0..3 {
        update(&object, None, || put(state())).expect("stored");
    }
    let alarm = EXPIRY.plus(Seconds(1));
    assert_eq!(*storage.alarms.borrow(), [alarm]);
    expire(&object, NOW).expect("the alarm is set again");
    assert_eq!(storage.alarms.borrow().len(), 2);
    assert!(storage.text().is_some());
    let expires_at = state().expires_at(NOW).expect("it matters");
    update(&object, None, || Change::Put { state: state(), expires_at }).expect("stored");
    assert_eq!(storage.alarms.borrow().len(), 2);
}

#[wasm_bindgen_test(unsupported = test)]
fn an_object_that_comes_back_keeps_an_alarm_that_is_earlier() {
    let storage = Storage::default();
    let hour = |number: u32| NOW.plus(Seconds(number * 3_600));
    for number in 0..5 {
        // Each part is another, and the object was evicted in between.
        put_part(&GuardObject::new(&storage), &format!("prefix:{number}"), hour(25 + number));
    }
    assert_eq!(*storage.alarms.borrow(), [hour(25).plus(Seconds(1))]);
    let object = GuardObject::new(&storage);
    put_part(&object, "prefix:0", hour(26));
    put_part(&object, "prefix:9", hour(2));
    assert_eq!(storage.alarms.borrow().last(), Some(&hour(2).plus(Seconds(1))), "an earlier one replaces it");

    let storage = Storage::default();
    update(&GuardObject::new(&storage), None, || put(state())).expect("stored");
    let later = || Change::Put { state: state(), expires_at: EXPIRY.plus(Seconds(9)) };
    update(&GuardObject::new(&storage), None, later).expect("stored");
    assert_eq!(*storage.alarms.borrow(), [EXPIRY.plus(Seconds(1))]);
}

#[wasm_bindgen_test(unsupported = test)]
fn a_part_that_cannot_be_read_stays_and_the_others_are_deleted() {
    let storage = Storage::default();
    let object = GuardObject::new(&storage);
    put_part(&object, "prefix:0", NOW.plus(Seconds(3_600)));
    storage.texts.borrow_mut().insert("prefix:1".to_owned(), "{}".to_owned());
    assert_eq!(expire(&object, NOW.plus(Seconds(50 * 3_600))), Err(StorageError));
    assert_eq!(storage.texts.borrow().keys().collect::<Vec<_>>(), ["prefix:1"]);
}

#[wasm_bindgen_test(unsupported = test)]
fn expire_deletes_what_no_longer_matters() {
    let storage = Storage::default();
    let object = GuardObject::new(&storage);
    update(&object, None, || put(state())).expect("stored");
    expire(&object, NOW.plus(Seconds(86_400))).expect("deleted");
    assert_eq!(storage.text(), None);
    assert_eq!(update(&object, None, || Change::Keep), Ok(None), "in memory, too");
}

#[wasm_bindgen_test(unsupported = test)]
fn a_state_that_cannot_be_read_is_an_error_and_stays() {
    let storage = Storage::default();
    for text in ["", "{}", "null", r#"{"ledger":7}"#] {
        storage.set_text(text);
        let object = GuardObject::new(&storage);
        assert_eq!(update(&object, None, || put(state())), Err(StorageError), "{text}");
        assert_eq!(expire(&object, NOW.plus(Seconds(86_400))), Err(StorageError), "{text}");
        assert_eq!(storage.text().as_deref(), Some(text));
        assert_eq!(storage.reports.take(), 2, "{text}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_failing_storage_changes_nothing_in_memory() {
    let storage = Storage::default();
    let object = GuardObject::new(&storage);
    storage.is_broken.set(true);
    assert_eq!(update(&object, None, || Change::Keep), Err(StorageError), "not read");
    storage.is_broken.set(false);
    update(&object, None, || put(state())).expect("stored");
    storage.is_broken.set(true);
    assert_eq!(update(&object, None, || Change::Delete), Err(StorageError));
    assert_eq!(update(&object, None, || put(state())), Err(StorageError));
    assert_eq!(update(&object, None, || Change::Keep), Ok(Some(state())));
    assert_eq!(expire(&object, NOW), Err(StorageError));
}

#[wasm_bindgen_test(unsupported = test)]
fn a_new_object_takes_over_the_state_of_its_predecessor() {
    let exported = Predecessor::new(Ok(GuardResponse::StateExported(Some(state()))));
    let storage = Storage::default();
    let object = GuardObject::new(&storage);
    assert_eq!(update(&object, Some(&exported), || Change::Keep), Ok(Some(state())));
    assert!(storage.text().is_some() && storage.alarms.borrow().len() == 1, "it is stored at once");
    assert_eq!(exported.1.get(), 1, "and then only here");
    assert_eq!(update(&object, Some(&exported), || Change::Delete), Ok(Some(state())));
    assert_eq!(update(&object, Some(&exported), || Change::Keep), Ok(None));
    storage.set_text(&serde_json::to_string(&state()).expect("a JSON form"));
    let object = GuardObject::new(&storage);
    assert_eq!(update(&object, Some(&nobody()), || Change::Keep), Ok(Some(state())), "it has one of its own");
}

#[wasm_bindgen_test(unsupported = test)]
fn a_predecessor_without_an_answer_is_an_error_and_not_an_empty_state() {
    for predecessor in [nobody(), Predecessor::new(Ok(GuardResponse::Done))] {
        let storage = Storage::default();
        let object = GuardObject::new(&storage);
        assert_eq!(update(&object, Some(&predecessor), || put(state())), Err(StorageError));
        assert_eq!(storage.text(), None);
        let empty = Predecessor::new(Ok(GuardResponse::StateExported(None)));
        assert_eq!(update(&object, Some(&empty), || put(state())), Ok(None), "asked again");
    }
}

fn put_part(object: &GuardObject<&Storage>, name: &str, expires_at: Timestamp) -> Option<GuardState> {
    let nobody = nobody();
    let store = ObjectLedgerStore { object, guard: &nobody, rotation: None };
    let counter = |_: Option<&GuardState>| {
        // Its newest send leaves the window at `expires_at`.
        let bucket = (expires_at.0 / 1_000 - 86_400) / 1_800 - 1;
        let counter = json!({ "counter": { "day": [[bucket, 1]], "now": NOW.0 } });
        serde_json::from_value::<GuardState>(counter).expect("a counter")
    };
    let change = |state: Option<&GuardState>| {
        Ok::<_, StorageError>((Change::Put { state: counter(state), expires_at }, state.cloned()))
    };
    pollster::block_on(store.part(name).update(change)).expect("stored")
}

#[wasm_bindgen_test(unsupported = test)]
fn parts_are_states_of_their_own() {
    let storage = Storage::default();
    let object = GuardObject::new(&storage);
    let later = NOW.plus(Seconds(2 * 86_400));
    assert_eq!(put_part(&object, "country:US", later), None);
    assert_eq!(put_part(&object, "country:FR", later), None);
    assert!(put_part(&object, "country:US", later).is_some());
    assert_eq!(update(&object, None, || Change::Keep), Ok(None), "the main state is another");
    let keys: Vec<_> = storage.texts.borrow().keys().cloned().collect();
    assert_eq!(keys, ["country:FR", "country:US"]);
    assert!(put_part(&GuardObject::new(&storage), "country:FR", later).is_some(), "what is stored");
}

#[wasm_bindgen_test(unsupported = test)]
fn expire_deletes_the_parts_that_no_longer_matter() {
    let storage = Storage::default();
    let object = GuardObject::new(&storage);
    let (soon, later) = (NOW.plus(Seconds(3_600)), NOW.plus(Seconds(50 * 3_600)));
    for at in 0..5 {
        put_part(&object, &format!("prefix:{at}"), if at % 2 == 0 { soon } else { later });
    }
    expire(&object, NOW.plus(Seconds(2 * 3_600))).expect("a storage");
    let keys = || storage.texts.borrow().keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(), ["prefix:1", "prefix:3"]);
    assert_eq!(put_part(&object, "prefix:0", later), None, "not in memory either");
    expire(&object, NOW.plus(Seconds(60 * 3_600))).expect("a storage");
    assert!(keys().is_empty());
}

#[wasm_bindgen_test(unsupported = test)]
fn parts_that_are_dropped_from_memory_are_read_again() {
    let storage = Storage::default();
    let object = GuardObject::new(&storage);
    let later = NOW.plus(Seconds(86_400 * 2));
    for at in 0..2_001 {
        assert_eq!(put_part(&object, &format!("prefix:{at}"), later), None);
    }
    assert!(put_part(&object, "prefix:0", later).is_some());
    assert!(storage.reads.get() > 2_001);
}
