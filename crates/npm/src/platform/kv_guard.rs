//! The guard that serves where none is given: ledgers in KV. KV has no compare-and-swap, so this one is atomic only among
//! the calls with one `kv` in one process: memory holds what was written last, and is compared without an await. Between two
//! processes, or two of Cloudflare's locations, nothing is promised.

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

use edge_otp_core::guard::CompareAndSwap;
use edge_otp_core::ports::{KvStore, StorageError};
use edge_otp_core::time::Seconds;
use js_sys::Object;
use wasm_bindgen::JsValue;

use super::Operation;

/// How long memory outlives a write, in ms: longer than any read of KV that began before it.
const REMEMBERED_MS: f64 = 5_000.0;
/// KV takes no shorter lifetime.
const MIN_TTL: Seconds = Seconds(60);

/// What was written of late, by key.
#[derive(Debug, Default)]
pub(crate) struct RecentWrites(RefCell<Writes>);

#[derive(Debug, Default)]
struct Writes {
    texts: BTreeMap<String, Rc<Write>>,
    /// The keys in the order of their writes, each with when it may be forgotten.
    queue: VecDeque<(f64, String)>,
}

#[derive(Debug)]
struct Write {
    text: Option<String>,
    until: f64,
}

thread_local! {
    /// What was written of late, by the user's `kv`: a Worker may call `createOtp` for each of its requests.
    static RECENT_WRITES: RefCell<Vec<(JsValue, Rc<RecentWrites>)>> = const { RefCell::new(Vec::new()) };
}

impl RecentWrites {
    /// Returns what was written of late with a `kv`.
    pub(crate) fn of(kv: &JsValue) -> Rc<Self> {
        RECENT_WRITES.with_borrow_mut(|all| {
            let now = js_sys::Date::now();
            all.retain(|(_, recent)| Rc::strong_count(recent) > 1 || recent.is_needed(now));
            if let Some((_, recent)) = all.iter().find(|(known, _)| Object::is(known, kv)) {
                return Rc::clone(recent);
            }
            let recent = Rc::new(Self::default());
            all.push((kv.clone(), Rc::clone(&recent)));
            recent
        })
    }

    fn is_needed(&self, now: f64) -> bool {
        self.0.borrow().queue.back().is_some_and(|(until, _)| *until > now)
    }

    /// Returns what was written last; `None` if that is too long ago for memory to know.
    fn find(&self, key: &str, now: f64) -> Option<Rc<Write>> {
        let Writes { texts, queue } = &mut *self.0.borrow_mut();
        while queue.front().is_some_and(|(until, _)| *until <= now) {
            let Some((_, old)) = queue.pop_front() else { break };
            if texts.get(&old).is_some_and(|write| write.until <= now) {
                texts.remove(&old);
            }
        }
        texts.get(key).map(Rc::clone)
    }

    fn insert(&self, key: &str, text: Option<&str>, now: f64) -> Rc<Write> {
        let until = now + REMEMBERED_MS;
        let write = Rc::new(Write { text: text.map(str::to_owned), until });
        let mut writes = self.0.borrow_mut();
        writes.texts.insert(key.to_owned(), Rc::clone(&write));
        writes.queue.push_back((until, key.to_owned()));
        write
    }

    /// Forgets a write that failed, unless another has followed it.
    fn remove(&self, key: &str, write: &Rc<Write>) {
        let texts = &mut self.0.borrow_mut().texts;
        if texts.get(key).is_some_and(|last| Rc::ptr_eq(last, write)) {
            texts.remove(key);
        }
    }
}

/// The guard's store in one operation.
pub(super) struct KvSwaps<'a> {
    pub(super) operation: &'a Operation,
    pub(super) recent: &'a RecentWrites,
}

impl KvSwaps<'_> {
    fn recent(&self, key: &str) -> Option<Rc<Write>> {
        self.recent.find(key, js_sys::Date::now())
    }

    async fn read(&self, key: &str) -> Result<Option<String>, StorageError> {
        if let Some(write) = self.recent(key) {
            return Ok(write.text.clone());
        }
        let text = self.operation.read_kv(key).await?;
        // Another call may have written while this one read.
        Ok(self.recent(key).map_or(text, |write| write.text.clone()))
    }

    async fn write(&self, key: &str, next: Option<&str>, ttl: Seconds) -> Result<(), StorageError> {
        match next {
            Some(text) => self.operation.put(key, text, Some(ttl.max(MIN_TTL))).await,
            None => self.operation.delete(key).await,
        }
    }
}

impl CompareAndSwap for KvSwaps<'_> {
    async fn load(&self, key: &str) -> Result<Option<String>, StorageError> {
        self.read(&kv_key(key)).await
    }

    async fn swap(
        &self,
        key: &str,
        expected: Option<&str>,
        next: Option<&str>,
        ttl: Seconds,
    ) -> Result<bool, StorageError> {
        let key = kv_key(key);
        // Nothing is awaited between the comparison and the insertion.
        if self.read(&key).await?.as_deref() != expected {
            return Ok(false);
        }
        let write = self.recent.insert(&key, next, js_sys::Date::now());
        let written = self.write(&key, next, ttl).await;
        if written.is_err() {
            self.recent.remove(&key, &write);
        }
        written.map(|()| true)
    }
}

fn kv_key(key: &str) -> String {
    format!("guard:{key}")
}
