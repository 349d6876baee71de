//! The guard as a Durable Object: one object per phone (and one per idempotency key), named by a MAC. All that
//! concerns one phone happens in one place, one event after another.
//!
//! The object never calls a provider: an awaited fetch would hold it open and let other events in.

use core::cell::{Cell, RefCell};

use js_sys::Date;
use wasm_bindgen::JsValue;
use worker::{DurableObject, Env, Request, Response, State, durable_object};

use super::settings::{self, Settings};
use crate::error::{Error, Refusal, Result};
use crate::guard::{Ask, Call, Keeper, Told, idle_at};
use crate::js::{Codes, Objects, Runtime, failed, settled, to_js_time};
use crate::ports::{Ambient, Guard, LedgerStore};
use crate::record::Record;
use crate::time::{Seconds, Timestamp};

/// The one key in an object's storage.
const KEPT: &str = "kept";

/// What memory knows of the stored text.
enum Kept {
    Unread,
    Known(Option<String>),
}

/// The Durable Object of a phone.
#[durable_object(alarm)]
pub struct VerificationGuard {
    state: State,
    env: Env,
    /// The stored text, once read. Memory answers at once, so nothing can come between a decision and its storing;
    /// the runtime holds back every answer until the write behind it is safe.
    kept: RefCell<Kept>,
    alarm_set: Cell<bool>,
}

impl DurableObject for VerificationGuard {
    fn new(state: State, env: Env) -> Self {
        Self { state, env, kept: RefCell::new(Kept::Unread), alarm_set: Cell::new(false) }
    }

    async fn fetch(&self, mut request: Request) -> worker::Result<Response> {
        let told = match Call::from_json(&request.text().await?) {
            Some(call) => self.answer(call).await,
            None => Told::Refused(Refusal::Unavailable),
        };
        Response::ok(told.to_json())
    }

    /// Forgets everything once nothing in it can matter; else looks again when it will not.
    async fn alarm(&self) -> worker::Result<Response> {
        self.alarm_set.set(false);
        let text = self.load().await.map_err(|_| worker::Error::from("storage"))?;
        if let Some(at) = text.and_then(|text| idle_at(&text, Runtime.now())) {
            self.set_alarm(at).await?;
        } else {
            self.state.storage().delete_all().await?;
            self.kept.replace(Kept::Known(None));
        }
        Response::empty()
    }
}

impl VerificationGuard {
    async fn answer(&self, call: Call) -> Told {
        let (Ok(settings), Ok(kv)) = (Settings::of(&self.env), settings::kv(&self.env)) else {
            return Told::Refused(Refusal::Unavailable);
        };
        if self.adopt(call.previous.as_deref()).await.is_err() {
            return Told::Refused(Refusal::Unavailable);
        }
        let keeper = Keeper {
            cell: self,
            codes: &Codes(kv),
            ambient: &Runtime,
            keys: &settings.keys,
            policy: &settings.policy,
        };
        keeper.answer(call.ask).await
    }

    /// Begins with the ledger of the object that this one follows: rotating the secret gives no one new guesses.
    async fn adopt(&self, previous: Option<&str>) -> Result<()> {
        let Some(previous) = previous else { return Ok(()) };
        if self.load().await?.is_some() {
            return Ok(());
        }
        if let Told::Surrendered(Some(text)) =
            Objects(settings::guard(&self.env)?).ask(previous, None, Ask::Surrender).await?
        {
            let mut kept = self.kept.borrow_mut();
            if let Kept::Unread | Kept::Known(None) = *kept {
                *kept = Kept::Known(Some(text));
            }
        }
        Ok(())
    }

    /// A second late, so that what ends on the stroke has ended.
    async fn set_alarm(&self, at: Timestamp) -> core::result::Result<(), JsValue> {
        self.alarm_set.set(true);
        let date = Date::new(&to_js_time(at.plus(Seconds(1))).into());
        let storage = self.state.storage();
        settled(storage.as_raw().set_alarm(date, JsValue::UNDEFINED.into()).map(JsValue::from))
            .await
            .map(drop)
    }
}

impl LedgerStore for VerificationGuard {
    async fn load(&self) -> Result<Option<String>> {
        if let Kept::Known(text) = &*self.kept.borrow() {
            return Ok(text.clone());
        }
        let storage = self.state.storage();
        let stored =
            settled(storage.as_raw().get(KEPT).map(JsValue::from)).await.map_err(failed)?.as_string();
        // Another event may have read, and even written, in the meantime: what is there counts.
        let mut kept = self.kept.borrow_mut();
        if let Kept::Unread = *kept {
            *kept = Kept::Known(stored);
        }
        let Kept::Known(text) = &*kept else { return Err(Error::Storage) };
        Ok(text.clone())
    }

    async fn swap(&self, expected: Option<&str>, next: Option<&str>, ttl: u32) -> Result<bool> {
        let matches = matches!(&*self.kept.borrow(), Kept::Known(text) if text.as_deref() == expected);
        if !matches {
            return Ok(false);
        }
        self.kept.replace(Kept::Known(next.map(str::to_owned)));
        let stored = self.store(next, ttl).await;
        if stored.is_err() {
            // Memory and storage may differ now; storage counts.
            self.kept.replace(Kept::Unread);
        }
        stored.map(|()| true).map_err(failed)
    }
}

impl VerificationGuard {
    async fn store(&self, next: Option<&str>, ttl: u32) -> core::result::Result<(), JsValue> {
        let storage = self.state.storage();
        let storage = storage.as_raw();
        let done = match next {
            Some(text) => storage.put(KEPT, text.into()),
            None => storage.delete(KEPT),
        };
        settled(done.map(JsValue::from)).await?;
        if self.alarm_set.get() {
            return Ok(());
        }
        self.set_alarm(Runtime.now().plus(Seconds(ttl))).await
    }
}
