//! The message log's objects. What is kept, how much and for how long is decided in [`edge_otp_core::message_log`]; each
//! object is one shard, with two tables in its SQLite storage.

use std::cell::Cell;
use std::rc::Rc;

use js_sys::{Date, Object, Promise};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::JsFuture;
use worker::{
    DurableObject, Env, ObjectNamespace, Request, Response, SqlStorage, SqlStorageValue, State, Storage,
    console_error, durable_object,
};

use edge_otp_core::message_log::{
    HourCount, Position, SHARD_CAPACITY, SHARD_SLACK, ShardRequest, StoredMessage, hour_of, kept_since,
    next_clean_up, shard_names, shard_of,
};
use edge_otp_core::ports::{GUARD_TIMEOUT_MS, StorageError};
use edge_otp_core::time::Timestamp;

use crate::platform::clock::now;

// In the order of the primary key, so that an entry is one row and no index.
const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS message (at INTEGER, id TEXT, entry TEXT, PRIMARY KEY (at, id)) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS hour (hour INTEGER, event TEXT, count INTEGER, PRIMARY KEY (hour, event)) WITHOUT ROWID;";
const INSERT: &str = "INSERT OR IGNORE INTO message VALUES (?, ?, ?)";
const COUNT: &str = "INSERT INTO hour VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET count = count + 1";
const DROP_SURPLUS: &str = "DELETE FROM message WHERE (at, id) <= \
    (SELECT at, id FROM message ORDER BY at DESC, id DESC LIMIT 1 OFFSET ?)";
const LIST: &str =
    "SELECT entry FROM message WHERE at > ? AND (at, id) < (?, ?) ORDER BY at DESC, id DESC LIMIT ?";
const SUM: &str = "SELECT hour, event, count FROM hour WHERE hour >= ?";
const DROP_MESSAGES: &str = "DELETE FROM message WHERE at <= ?";
const DROP_HOURS: &str = "DELETE FROM hour WHERE hour < ?";
const OLDEST: &str = "SELECT min(at) AS at FROM (SELECT min(at) AS at FROM message UNION ALL \
    SELECT (min(hour) + 1) * 3600000 FROM hour)";

#[wasm_bindgen(module = "/src/platform/storage.js")]
extern "C" {
    #[wasm_bindgen(js_name = call_guard)]
    fn call_shard(
        namespace: &JsValue,
        name: &str,
        request: &str,
        own_name: Option<&str>,
        previous: Option<&str>,
        timeout_ms: u32,
    ) -> Promise;
}

/// Keeps an entry.
///
/// # Errors
/// If its shard failed or did not answer in time.
pub(crate) async fn append(namespace: &ObjectNamespace, entry: StoredMessage) -> Result<(), StorageError> {
    let name = shard_of(&entry.position.id);
    JsFuture::from(start(namespace, &name, &entry.into_request())?).await.map(drop).map_err(|_| StorageError)
}

/// Asks every shard, all at the same time.
///
/// # Errors
/// If a shard failed or did not answer in time.
pub(crate) async fn ask_all<T: DeserializeOwned>(
    namespace: &ObjectNamespace,
    request: &ShardRequest,
) -> Result<Vec<Vec<T>>, StorageError> {
    let calls: Vec<Promise> =
        shard_names().map(|name| start(namespace, &name, request)).collect::<Result<_, _>>()?;
    let mut answers = Vec::with_capacity(calls.len());
    // Joined by the platform, so that none that fails is left unobserved.
    let joined = JsFuture::from(Promise::all(&calls.into_iter().collect::<js_sys::Array>())).await;
    for answer in js_sys::Array::from(&joined.map_err(|_| StorageError)?).iter() {
        let text = answer.as_string().ok_or(StorageError)?;
        answers.push(serde_json::from_str(&text).map_err(|_| StorageError)?);
    }
    Ok(answers)
}

fn start(namespace: &ObjectNamespace, name: &str, request: &ShardRequest) -> Result<Promise, StorageError> {
    let request = serde_json::to_string(request).map_err(|_| StorageError)?;
    Ok(call_shard(namespace.as_ref(), name, &request, None, None, GUARD_TIMEOUT_MS))
}

/// One shard of the message log.
#[durable_object(alarm)]
pub struct MessageLog {
    shard: Rc<Shard>,
}

impl DurableObject for MessageLog {
    fn new(state: State, _env: Env) -> Self {
        Self { shard: Rc::new(Shard::new(state.storage())) }
    }

    /// The object has no HTTP interface; `entry.js` does not pass requests on either.
    async fn fetch(&self, _request: Request) -> worker::Result<Response> {
        Response::error("Not found", 404)
    }

    /// Deletes what is too old. After an error the platform runs the alarm again.
    async fn alarm(&self) -> worker::Result<Response> {
        self.shard.clean_up(now()).await.inspect_err(|error| {
            console_error!("a shard of the message log was not cleaned up: {error}");
        })?;
        Response::empty()
    }
}

#[wasm_bindgen(wasm_bindgen_futures = worker::wasm_bindgen_futures)]
impl MessageLog {
    /// Carries out a [`ShardRequest`] given as JSON and returns what it asks for as JSON.
    pub async fn call(&self, request: String) -> Result<String, JsValue> {
        let shard = Rc::clone(&self.shard);
        let result = shard.handle(&request).await;
        result.map_err(|error| JsValue::from_str(&error.to_string()))
    }
}

/// A number that SQLite gives; times fit into a double.
#[derive(Deserialize)]
struct Oldest {
    at: Option<f64>,
}

#[derive(Deserialize)]
struct Entry {
    entry: String,
}

struct Shard {
    storage: Storage,
    sql: SqlStorage,
    /// Whether the tables are there and the alarm is set.
    is_ready: Cell<bool>,
    /// How many entries may be added before the oldest are dropped.
    room: Cell<u32>,
}

impl Shard {
    fn new(storage: Storage) -> Self {
        let sql = storage.sql();
        Self { storage, sql, is_ready: Cell::new(false), room: Cell::new(0) }
    }

    async fn handle(&self, request: &str) -> worker::Result<String> {
        let request: ShardRequest = serde_json::from_str(request)?;
        let now = now();
        self.prepare(now).await?;
        Ok(match request {
            ShardRequest::Append { position, event, entry } => {
                self.append(position, event, entry)?;
                String::new()
            }
            ShardRequest::List { before, limit } => self.list(before, limit, now)?,
            ShardRequest::Count => {
                let rows: Vec<HourCount> =
                    self.sql.exec(SUM, vec![integer(hour_of(kept_since(now)))])?.to_array()?;
                serde_json::to_string(&rows)?
            }
        })
    }

    async fn prepare(&self, now: Timestamp) -> worker::Result<()> {
        if self.is_ready.get() {
            return Ok(());
        }
        self.sql.exec(TABLES, None)?;
        if self.storage.get_alarm().await?.is_none() {
            self.set_alarm(next_clean_up(now, now))?;
        }
        self.is_ready.set(true);
        Ok(())
    }

    fn append(&self, Position { at, id }: Position, event: String, entry: String) -> worker::Result<()> {
        self.sql.exec(INSERT, vec![integer(at.0), id.into(), entry.into()])?;
        self.sql.exec(COUNT, vec![integer(hour_of(at)), event.into()])?;
        let room = self.room.get();
        if room == 0 {
            self.sql.exec(DROP_SURPLUS, vec![integer(SHARD_CAPACITY.into())])?;
        }
        self.room.set(room.checked_sub(1).unwrap_or(SHARD_SLACK));
        Ok(())
    }

    fn list(&self, before: Option<Position>, limit: u32, now: Timestamp) -> worker::Result<String> {
        let before = before.unwrap_or(Position { at: Timestamp(u64::MAX >> 11), id: String::new() });
        let bindings =
            vec![integer(kept_since(now).0), integer(before.at.0), before.id.into(), integer(limit.into())];
        let rows: Vec<Entry> = self.sql.exec(LIST, bindings)?.to_array()?;
        let entries: Vec<_> = rows.into_iter().map(|row| row.entry).collect();
        Ok(format!("[{}]", entries.join(",")))
    }

    async fn clean_up(&self, now: Timestamp) -> worker::Result<()> {
        self.sql.exec(TABLES, None)?;
        self.sql.exec(DROP_MESSAGES, vec![integer(kept_since(now).0)])?;
        self.sql.exec(DROP_HOURS, vec![integer(hour_of(kept_since(now)))])?;
        let oldest: Vec<Oldest> = self.sql.exec(OLDEST, None)?.to_array()?;
        if let Some(at) = oldest.into_iter().find_map(|row| row.at) {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "milliseconds are whole and positive"
            )]
            return self.set_alarm(next_clean_up(Timestamp(at as u64), now));
        }
        self.is_ready.set(false);
        self.storage.delete_all().await
    }

    fn set_alarm(&self, at: Timestamp) -> worker::Result<()> {
        #[expect(clippy::cast_precision_loss, reason = "milliseconds are below 2^53 until the year 287396")]
        let date = Date::new(&JsValue::from_f64(at.0 as f64));
        self.storage.as_raw().set_alarm(date, Object::new()).map(drop).map_err(worker::Error::from)
    }
}

/// Whole numbers of this log are below 2^53.
fn integer(value: u64) -> SqlStorageValue {
    SqlStorageValue::Integer(i64::try_from(value).unwrap_or(i64::MAX))
}
