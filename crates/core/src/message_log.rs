//! The message log: the sends and verifications of the last 24 hours, for a support desk and for the console. It is
//! kept in a few Durable Objects ([`SHARDS`]), each with a part of the entries, and holds of a phone number its last
//! two digits only.
//!
//! A shard keeps at most [`SHARD_CAPACITY`] entries, and beside them counts by hour that no capacity limits.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::error::Issue;
use crate::event::Event;
use crate::numbering::PlannedNumber;
use crate::phone::PhoneNumber;
use crate::time::{DAY, HOUR, Seconds, Timestamp};

/// How many objects hold the log.
pub const SHARDS: u32 = 8;
/// How long an entry is kept.
pub const LIFETIME: Seconds = DAY;
/// How many entries a shard keeps; the oldest are dropped first.
pub const SHARD_CAPACITY: u32 = 5_000;
/// How many entries a shard may hold beyond its capacity before the oldest are dropped.
pub const SHARD_SLACK: u32 = 100;
/// The least time between two clean-ups of a shard.
pub const CLEAN_UP_PAUSE: Seconds = Seconds(600);
/// The default number of entries of a page.
const DEFAULT_LIMIT: u32 = 50;
/// The largest number of entries of a page.
const MAX_LIMIT: u32 = 100;

/// A send or verification.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Message))]
pub struct LoggedMessage {
    /// RFC 3339: when the request ended.
    #[cfg_attr(feature = "openapi", schema(format = DateTime))]
    pub time: String,
    /// The request's id, as in the log.
    #[cfg_attr(feature = "openapi", schema(pattern = "^[0-9a-f]{32}$"))]
    pub request_id: String,
    /// What was decided: `send.granted`, `verify.mismatch`; docs/events.md has them all.
    pub event: String,
    /// `sent`, `unknown`, `repeated` or `verified`, or the code of the error.
    pub outcome: String,
    /// The last two digits of the phone number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false, pattern = "^[0-9]{2}$"))]
    pub phone_ends_with: Option<String>,
    /// The ISO code of the number's country; absent if it has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub country: Option<String>,
    /// The dialling code of the number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub dialling_code: Option<String>,
    /// The usage type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub usage_type: Option<String>,
    /// The connector that was to send.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub connector_id: Option<String>,
    /// The HTTP status of the provider's response.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub provider_status: Option<u16>,
    /// The provider's own code of its refusal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub provider_code: Option<String>,
    /// Why a message has no result.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub cause: Option<String>,
    /// How long the request took, in milliseconds.
    pub total_ms: u32,
}

impl LoggedMessage {
    /// Creates the entry of an event; `None` if it is no send or verification.
    pub fn new(event: &Event, phone: Option<&PhoneNumber>, now: Timestamp) -> Option<Self> {
        event.kind.group()?;
        let digits = phone.map(PhoneNumber::digits);
        let last_digits = digits.and_then(|digits| digits.get(digits.len().saturating_sub(2)..));
        Some(Self {
            time: now.rfc3339(),
            request_id: event.request_id.clone(),
            event: event.kind.as_str().to_owned(),
            outcome: event.outcome().to_owned(),
            phone_ends_with: last_digits.map(str::to_owned),
            country: phone
                .and_then(PlannedNumber::new)
                .and_then(|number| number.country())
                .map(str::to_owned),
            dialling_code: event.dialling_code.clone(),
            usage_type: event.usage_type.map(|usage_type| usage_type.as_str().to_owned()),
            connector_id: event.connector_id.clone(),
            provider_status: event.provider_status,
            provider_code: event.provider_code.clone(),
            cause: event.cause.map(|cause| cause.to_string()),
            total_ms: event.total_ms,
        })
    }
}

/// The response of `GET /api/messages`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Messages))]
pub struct MessagePage {
    /// Whether the deployment keeps the log (`MESSAGE_LOG`).
    pub recorded: bool,
    /// The newest first.
    #[cfg_attr(feature = "openapi", schema(max_items = 100))]
    pub messages: Vec<LoggedMessage>,
    /// For the next page, as `cursor`; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub next_cursor: Option<String>,
}

/// The response of `GET /api/messages/summary`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = MessageSummary))]
pub struct MessageSummary {
    /// Whether the deployment keeps the log (`MESSAGE_LOG`).
    pub recorded: bool,
    /// Ordered by hour and event; what did not happen is left out.
    pub counts: Vec<MessageCount>,
}

/// How often one thing happened in an hour.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MessageCount {
    /// RFC 3339: when the hour began.
    #[cfg_attr(feature = "openapi", schema(format = DateTime))]
    pub hour: String,
    /// What was decided: `send.granted`, `verify.mismatch`; docs/events.md has them all.
    pub event: String,
    /// How often.
    pub count: u64,
}

/// Where an entry stands among the others: by its time in milliseconds, then by its request's id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Position {
    /// When the request ended.
    pub at: Timestamp,
    /// The request's id.
    pub id: String,
}

impl Position {
    /// Formats the cursor of a page that ends here.
    pub fn to_cursor(&self) -> String {
        format!("{}-{}", self.at.0, self.id)
    }

    /// Reads a cursor.
    pub fn from_cursor(text: &str) -> Option<Self> {
        let (at, id) = text.split_once('-')?;
        let is_id = id.len() == 32 && id.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        let is_time = (1..=15).contains(&at.len()) && at.bytes().all(|b| b.is_ascii_digit());
        (is_id && is_time).then(|| Some(Self { at: Timestamp(at.parse().ok()?), id: id.to_owned() }))?
    }
}

/// An entry as a shard stores it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredMessage {
    /// Where it stands.
    #[serde(flatten)]
    pub position: Position,
    /// The entry itself.
    pub message: LoggedMessage,
}

impl StoredMessage {
    /// Creates the entry of an event; `None` if it is no send or verification.
    pub fn new(event: &Event, phone: Option<&PhoneNumber>, now: Timestamp) -> Option<Self> {
        let message = LoggedMessage::new(event, phone, now)?;
        Some(Self { position: Position { at: now, id: message.request_id.clone() }, message })
    }

    /// Returns the request that keeps the entry.
    pub fn into_request(self) -> ShardRequest {
        let entry = serde_json::to_string(&self).unwrap_or_default();
        ShardRequest::Append { position: self.position, event: self.message.event, entry }
    }
}

/// What is asked of a shard.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ShardRequest {
    /// Keep an entry, and count it in its hour.
    Append {
        /// Where it stands.
        position: Position,
        /// What was decided.
        event: String,
        /// A [`StoredMessage`] as JSON, which a shard need not read.
        entry: String,
    },
    /// Return the newest entries before a position: [`StoredMessage`]s, newest first.
    List {
        /// The newest of all, if `None`.
        before: Option<Position>,
        /// How many.
        limit: u32,
    },
    /// Return the counts of the last 24 hours: [`HourCount`]s.
    Count,
}

/// A count as a shard stores it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HourCount {
    /// The hours since the epoch.
    pub hour: u64,
    /// What was decided.
    pub event: String,
    /// How often.
    pub count: u64,
}

/// Returns the name of the shard that keeps the entry of a request. Request ids are random, so every shard gets as many.
pub fn shard_of(request_id: &str) -> String {
    let digits = request_id.get(..4).and_then(|digits| u32::from_str_radix(digits, 16).ok());
    shard_name(digits.unwrap_or_default() % SHARDS)
}

/// Returns the names of all shards.
pub fn shard_names() -> impl Iterator<Item = String> {
    (0..SHARDS).map(shard_name)
}

fn shard_name(number: u32) -> String {
    format!("messages-{number}")
}

/// Returns the hours since the epoch at a time.
pub const fn hour_of(at: Timestamp) -> u64 {
    at.unix_seconds() / HOUR.0 as u64
}

/// Returns the earliest time of what is kept at `now`.
pub const fn kept_since(now: Timestamp) -> Timestamp {
    Timestamp(now.0.saturating_sub(LIFETIME.0 as u64 * 1_000))
}

/// Returns when a shard is to be cleaned up: when its oldest entry has reached its lifetime, but not too soon.
pub fn next_clean_up(oldest: Timestamp, now: Timestamp) -> Timestamp {
    oldest.plus(LIFETIME).max(now.plus(CLEAN_UP_PAUSE))
}

/// A page that a client asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageRequest {
    /// The end of the page before.
    pub before: Option<Position>,
    /// How many entries: 1 to 100.
    pub limit: u32,
}

impl PageRequest {
    /// Reads the query `limit=…&cursor=…`; both are optional.
    ///
    /// # Errors
    /// The parameter that is wrong, unknown, or there twice.
    pub fn parse(query: &str) -> Result<Self, Issue> {
        let mut values = BTreeMap::new();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            if !matches!(&*name, "limit" | "cursor") {
                return Err(Issue::new("", "takes the parameters limit and cursor"));
            }
            if values.insert(name.clone().into_owned(), value).is_some() {
                return Err(Issue::new(name, "must occur once"));
            }
        }
        let is_number =
            |text: &str| (1..=3).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        let limit = match values.get("limit") {
            None => DEFAULT_LIMIT,
            Some(text) => Some(text)
                .filter(|text| is_number(text))
                .and_then(|text| text.parse().ok())
                .filter(|limit| (1..=MAX_LIMIT).contains(limit))
                .ok_or_else(|| Issue::new("limit", "must be a whole number from 1 to 100"))?,
        };
        let before = match values.get("cursor") {
            None => None,
            Some(text) => {
                let wrong = || Issue::new("cursor", "must be the nextCursor of a response");
                Some(Position::from_cursor(text).ok_or_else(wrong)?)
            }
        };
        Ok(Self { before, limit })
    }

    /// Returns what to ask each shard for: one entry more than the page has, which tells whether another page follows.
    pub fn shard_request(&self) -> ShardRequest {
        ShardRequest::List { before: self.before.clone(), limit: self.limit + 1 }
    }

    /// Merges the responses of all shards.
    pub fn merge(&self, shards: Vec<Vec<StoredMessage>>) -> MessagePage {
        let mut all: Vec<_> = shards.into_iter().flatten().collect();
        all.sort_unstable_by(|a, b| b.position.cmp(&a.position));
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let has_more = all.len() > limit;
        all.truncate(limit);
        let next_cursor = all.last().filter(|_| has_more).map(|last| last.position.to_cursor());
        let messages = all.into_iter().map(|stored| stored.message).collect();
        MessagePage { recorded: true, messages, next_cursor }
    }
}

impl MessagePage {
    /// Creates the page of a deployment that keeps no log.
    pub const fn not_recorded() -> Self {
        Self { recorded: false, messages: Vec::new(), next_cursor: None }
    }
}

impl MessageSummary {
    /// Creates the summary of a deployment that keeps no log.
    pub const fn not_recorded() -> Self {
        Self { recorded: false, counts: Vec::new() }
    }

    /// Adds the counts of all shards up.
    pub fn merge(shards: Vec<Vec<HourCount>>) -> Self {
        let mut sums: BTreeMap<(u64, String), u64> = BTreeMap::new();
        for HourCount { hour, event, count } in shards.into_iter().flatten() {
            let sum = sums.entry((hour, event)).or_default();
            *sum = sum.saturating_add(count);
        }
        let counts = sums.into_iter().map(|((hour, event), count)| {
            let began = Timestamp(hour.saturating_mul(u64::from(HOUR.0) * 1_000));
            MessageCount { hour: began.rfc3339(), event, count }
        });
        Self { recorded: true, counts: counts.collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Operation;
    use wasm_bindgen_test::wasm_bindgen_test;

    const NOW: Timestamp = Timestamp(1_700_000_000_123);

    fn stored(at: u64, id: u8) -> StoredMessage {
        let mut event = Event::new(Operation::Send, format!("{id:032x}"));
        event.finish(200, 7);
        StoredMessage::new(&event, None, Timestamp(at)).expect("a send")
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn an_entry_holds_two_digits_of_the_phone_number_only() {
        let phone = PhoneNumber::parse("+447400123456").expect("valid");
        let message = LoggedMessage::new(&Event::new(Operation::Verify, "1".repeat(32)), Some(&phone), NOW);
        let message = message.expect("a verification");
        assert_eq!(message.phone_ends_with.as_deref(), Some("56"));
        assert_eq!(
            (message.country.as_deref(), &*message.event, &*message.outcome),
            (Some("GB"), "verify.ok", "verified")
        );
        let text = serde_json::to_string(&message).expect("JSON");
        assert!(!text.contains("3456") && !text.contains("7400"), "{text}");
        for operation in [Operation::Health, Operation::Manage, Operation::Unlock, Operation::Other] {
            assert_eq!(LoggedMessage::new(&Event::new(operation, String::new()), None, NOW), None);
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn pages_of_several_shards_follow_one_another_without_gap_or_repetition() {
        let shards = || -> Vec<Vec<StoredMessage>> {
            // Several entries of one millisecond, over two shards.
            vec![vec![stored(3, 9), stored(2, 4), stored(2, 1)], vec![stored(2, 7), stored(1, 2)]]
        };
        let mut seen = Vec::new();
        let mut page = PageRequest { before: None, limit: 2 };
        loop {
            let ShardRequest::List { before, limit } = page.shard_request() else { panic!("a list") };
            let answer = |shard: Vec<StoredMessage>| -> Vec<StoredMessage> {
                let after = shard
                    .into_iter()
                    .filter(|one| before.as_ref().is_none_or(|before| one.position < *before));
                after.take(limit as usize).collect()
            };
            let merged = page.merge(shards().into_iter().map(answer).collect());
            seen.extend(merged.messages.iter().map(|message| message.request_id.clone()));
            let Some(cursor) = merged.next_cursor else { break };
            page.before = Position::from_cursor(&cursor);
            assert!(page.before.is_some(), "{cursor}");
        }
        assert_eq!(seen, [9, 7, 4, 1, 2].map(|id| format!("{id:032x}")));
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn queries_are_read_strictly() {
        let cursor = Position { at: NOW, id: "0".repeat(32) }.to_cursor();
        let page = PageRequest::parse(&format!("cursor={cursor}&limit=100")).expect("valid");
        assert_eq!((page.limit, page.before.expect("a position").at), (100, NOW));
        assert_eq!(PageRequest::parse("").expect("valid"), PageRequest { before: None, limit: 50 });
        for (query, path) in [
            ("limit=0", "limit"),
            ("limit=101", "limit"),
            ("limit=", "limit"),
            ("limit=+1", "limit"),
            ("limit=1&limit=2", "limit"),
            ("cursor=", "cursor"),
            ("cursor=1-2", "cursor"),
            ("cursor=9999999999999999-00000000000000000000000000000000", "cursor"),
            ("page=1", ""),
        ] {
            assert_eq!(PageRequest::parse(query).expect_err(query).path, path, "{query}");
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn counts_of_shards_are_added_up_by_hour_and_event() {
        let count = |hour, event: &str, count| HourCount { hour, event: event.to_owned(), count };
        let summary = MessageSummary::merge(vec![
            vec![count(1, "send.granted", 2), count(0, "verify.ok", 1)],
            vec![count(1, "send.granted", 3), count(1, "send.failed", 1)],
        ]);
        let rows: Vec<_> = summary.counts.iter().map(|one| (&*one.hour, &*one.event, one.count)).collect();
        assert_eq!(
            rows,
            [
                ("1970-01-01T00:00:00Z", "verify.ok", 1),
                ("1970-01-01T01:00:00Z", "send.failed", 1),
                ("1970-01-01T01:00:00Z", "send.granted", 5),
            ]
        );
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn every_shard_is_used() {
        let used: std::collections::BTreeSet<_> =
            (0..64).map(|id: u32| shard_of(&format!("{id:04x}"))).collect();
        assert_eq!(used, shard_names().collect());
        assert_eq!(shard_of("not hex"), "messages-0");
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn a_clean_up_follows_when_the_oldest_entry_is_a_day_old() {
        let old = Timestamp(NOW.0 - 1_000);
        assert_eq!(next_clean_up(old, NOW), old.plus(DAY));
        assert_eq!(next_clean_up(Timestamp(0), NOW), NOW.plus(Seconds(600)));
        assert_eq!(kept_since(NOW).plus(DAY), NOW);
    }
}
