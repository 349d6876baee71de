//! The limits against SMS pumping: sends per IP address, per number prefix, per country and in all. Each is counted before
//! the message is sent and never given back, in guard objects of their own ([`crate::guard`]).
//!
//! # Objects
//! A send calls at most two: that of the end user's IP address, and that of its country, which holds the counters of the
//! country and of each of its prefixes as separate parts. With a limit on all sends there is one object for all countries
//! in place of one for each. `LIMIT_SHARDS` divides these objects by prefix; see [`LimitPolicy::rules`] for what that means.

mod counter;
mod stops;
mod tally;

use core::net::{IpAddr, Ipv6Addr};

use serde::{Deserialize, Serialize};

use crate::keys::KeySet;
use crate::ledger::SendLimit;
use crate::numbering::PlannedNumber;
use crate::phone::PhoneNumber;
use crate::time::Timestamp;

pub use counter::{
    Breaker, CONVERSION_GRACE, CodeOrigin, CounterLimit, CounterRules, STOP_DURATION, SendCounter,
};
pub use stops::{LimitTarget, Stop, StopList, StopView};

/// How many digits of a number are not part of its prefix.
const LINE_DIGITS: usize = 4;
/// The country of numbers of no country.
const NO_COUNTRY: &str = "ZZ";
/// The id of the one counter of its kind.
const ALL: &str = "all";
/// The address of every request that a Worker sends to another zone; it tells nothing about the end user
/// (<https://developers.cloudflare.com/fundamentals/reference/http-headers/>).
const WORKERS_ADDRESS: Ipv6Addr = Ipv6Addr::new(0x2a06, 0x98c0, 0x3600, 0, 0, 0, 0, 0x103);

/// What a limit counts by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum LimitKind {
    /// The end user's IP address; IPv6 by /64.
    Ip,
    /// The number without its last four digits.
    Prefix,
    /// The country of the number.
    Country,
    /// Nothing: all sends.
    Total,
}

impl LimitKind {
    /// Returns the name in responses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ip => "ip",
            Self::Prefix => "prefix",
            Self::Country => "country",
            Self::Total => "total",
        }
    }

    /// Returns the limit as an error of a send names it.
    pub const fn send_limit(self) -> SendLimit {
        match self {
            Self::Ip => SendLimit::Ip,
            Self::Prefix => SendLimit::Prefix,
            Self::Country => SendLimit::Country,
            Self::Total => SendLimit::Total,
        }
    }
}

/// What is done about a limit that is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LimitMode {
    /// The send is refused.
    On,
    /// It is counted and logged, and the message is sent.
    Record,
    /// Nothing is counted.
    Off,
}

impl LimitMode {
    /// Returns the name in settings.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::On => "on",
            Self::Record => "record",
            Self::Off => "off",
        }
    }
}

/// The limits in force; 0 is no limit of that kind.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the fields are settings of crate::settings")]
pub struct LimitPolicy {
    pub mode: LimitMode,
    pub sends_per_ip_hour: u32,
    pub sends_per_ip_day: u32,
    pub sends_per_prefix_hour: u32,
    pub prefix_breaker: u32,
    pub country_breaker: u32,
    pub breaker_percent: u32,
    pub sends_per_day_total: u32,
    pub limit_shards: u32,
    pub safe_list: SafeList,
}

impl LimitPolicy {
    /// Returns the rules of a counter.
    ///
    /// With `LIMIT_SHARDS` = n each of n objects holds about an n-th of a country's prefixes, judges the country by these
    /// after an n-th of its sends, and permits an n-th of all sends, both rounded up. So a country stops after at most n - 1
    /// sends more than with one object, and never more than n - 1 sends beyond the limit of all are permitted; but an object
    /// whose share is used up refuses while others have some left.
    pub const fn rules(&self, kind: LimitKind) -> CounterRules {
        let none = CounterRules { per_hour: 0, per_day: 0, breaker: None };
        match kind {
            LimitKind::Ip => {
                CounterRules { per_hour: self.sends_per_ip_hour, per_day: self.sends_per_ip_day, ..none }
            }
            LimitKind::Prefix => CounterRules {
                per_hour: self.sends_per_prefix_hour,
                breaker: self.breaker(self.prefix_breaker),
                ..none
            },
            LimitKind::Country => CounterRules {
                breaker: self.breaker(self.country_breaker.div_ceil(self.limit_shards)),
                ..none
            },
            LimitKind::Total => {
                CounterRules { per_day: self.sends_per_day_total.div_ceil(self.limit_shards), ..none }
            }
        }
    }

    const fn breaker(&self, sends: u32) -> Option<Breaker> {
        if sends == 0 { None } else { Some(Breaker { sends, percent: self.breaker_percent }) }
    }

    /// Tells whether any stop depends on how many sends are verified.
    pub fn has_breaker(&self) -> bool {
        self.mode != LimitMode::Off && (self.prefix_breaker > 0 || self.country_breaker > 0)
    }

    /// Tells whether a limit of a kind is in force or recorded.
    pub fn is_on(&self, kind: LimitKind) -> bool {
        self.mode != LimitMode::Off && self.rules(kind) != CounterRules::default()
    }

    /// Returns the object and the counters of a number; `None` if there is nothing to count.
    pub fn route(&self, keys: &KeySet, phone: &PhoneNumber) -> Option<CounterObject> {
        let is_bound =
            |kind| self.is_on(kind) && (kind == LimitKind::Total || !self.safe_list.contains(phone));
        let counted = [LimitKind::Prefix, LimitKind::Country, LimitKind::Total].map(is_bound);
        if counted == [false; 3] {
            return None;
        }
        let country = country_of_prefix(phone);
        let prefix_id = keys.prefix_id(prefix_of(phone));
        let shard = shard_of(&prefix_id, self.limit_shards);
        let [prefix, in_country, total] = counted;
        let counters = [
            prefix.then_some(CounterKey { kind: LimitKind::Prefix, id: prefix_id }),
            in_country.then(|| CounterKey { kind: LimitKind::Country, id: country.to_owned() }),
            total.then(CounterKey::total),
        ];
        let name = keys.limit_object_name(&[self.route_scope(country), &shard.to_string()]);
        Some(CounterObject { name, counters: counters.into_iter().flatten().collect() })
    }

    /// Returns which of the objects of its country counts a number: 0 to `LIMIT_SHARDS` - 1.
    pub fn shard(&self, keys: &KeySet, phone: &PhoneNumber) -> u32 {
        shard_of(&keys.prefix_id(prefix_of(phone)), self.limit_shards)
    }

    /// Returns the counters of a number whose conversion matters; `None` if there are none.
    pub fn conversion(&self, keys: &KeySet, phone: &PhoneNumber) -> Option<CounterObject> {
        if !self.has_breaker() {
            return None;
        }
        let mut object = self.route(keys, phone)?;
        object.counters.retain(|counter| self.rules(counter.kind).breaker.is_some());
        if object.counters.is_empty() { None } else { Some(object) }
    }

    /// Returns the object and the counter of an end user's IP address; `None` if there is nothing to count.
    pub fn address(&self, keys: &KeySet, ip: &str, phone: &PhoneNumber) -> Option<CounterObject> {
        if !self.is_on(LimitKind::Ip) || self.safe_list.contains(phone) {
            return None;
        }
        let name = keys.limit_object_name(&[LimitKind::Ip.as_str(), &address_group(ip)?]);
        Some(CounterObject { name, counters: vec![CounterKey::address()] })
    }

    /// Returns what distinguishes the objects of a country: one object counts all sends only if it gets all.
    fn route_scope<'a>(&self, country: &'a str) -> &'a str {
        if self.is_on(LimitKind::Total) { ALL } else { country }
    }
}

/// A guard object and the counters in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CounterObject {
    /// Its name: 64 hex digits.
    pub name: String,
    /// One or more.
    pub counters: Vec<CounterKey>,
}

/// A counter in its object. It shows no part of a phone number or address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CounterKey {
    /// What it counts by.
    pub kind: LimitKind,
    /// Distinguishes the counters of an object.
    pub id: String,
}

impl CounterKey {
    fn total() -> Self {
        Self { kind: LimitKind::Total, id: ALL.to_owned() }
    }

    fn address() -> Self {
        Self { kind: LimitKind::Ip, id: ALL.to_owned() }
    }

    /// Returns the name of the object's part.
    pub fn part_name(&self) -> String {
        format!("{}:{}", self.kind.as_str(), self.id)
    }
}

/// A counter that does not permit a send.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LimitReached {
    /// Which.
    pub kind: LimitKind,
    /// Since when.
    pub since: Timestamp,
    /// The earliest time at which a send may be permitted.
    pub until: Timestamp,
    /// Whether it is to be added to the list of stops.
    pub is_due: bool,
}

impl LimitReached {
    /// Creates it from what the counter says.
    pub const fn new(kind: LimitKind, CounterLimit { since, until, is_due }: CounterLimit) -> Self {
        Self { kind, since, until, is_due }
    }
}

/// Prefixes of numbers that no pumping limit binds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SafeList(Vec<String>);

impl SafeList {
    /// Parses `+1415555, +4477`: E.164 prefixes of 1 to 15 digits. Returns `None` if an entry is none.
    pub fn parse(text: &str) -> Option<Self> {
        text.split(',').map(|entry| parse_prefix(entry.trim())).collect::<Option<Vec<_>>>().map(Self)
    }

    /// Returns the prefixes with their plus.
    pub fn entries(&self) -> &[String] {
        &self.0
    }

    /// Tells whether a number has one of the prefixes.
    pub fn contains(&self, phone: &PhoneNumber) -> bool {
        self.0.iter().any(|prefix| phone.e164().starts_with(prefix.as_str()))
    }
}

/// Parses an E.164 prefix with or without its plus, and returns it with one.
fn parse_prefix(text: &str) -> Option<String> {
    let digits = text.strip_prefix('+').unwrap_or(text);
    let is_prefix = (1..=15).contains(&digits.len())
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && !digits.starts_with('0');
    is_prefix.then(|| format!("+{digits}"))
}

/// Returns the number without its last four digits, with its plus.
pub fn prefix_of(phone: &PhoneNumber) -> &str {
    let e164 = phone.e164();
    e164.get(..e164.len().saturating_sub(LINE_DIGITS)).unwrap_or(e164)
}

/// Returns the ISO code of the country of a number's prefix; `ZZ` for numbers of no country. The four digits that are not
/// part of it may decide between a country and its territory; they do not here, so that a prefix has one country.
pub fn country_of_prefix(phone: &PhoneNumber) -> &'static str {
    let first = PhoneNumber::parse(&format!("{}0000", prefix_of(phone)));
    PlannedNumber::new(first.as_ref().unwrap_or(phone))
        .and_then(|number| number.country())
        .unwrap_or(NO_COUNTRY)
}

/// Returns the shard of a prefix, by the first digits of its MAC.
fn shard_of(prefix_id: &str, shards: u32) -> u32 {
    let digits = prefix_id.get(..7).unwrap_or_default();
    u32::from_str_radix(digits, 16).unwrap_or_default().checked_rem(shards).unwrap_or_default()
}

/// Returns what an IP address is counted by: itself, or the /64 of an IPv6 address. `None` if it tells nothing about the
/// end user.
fn address_group(ip: &str) -> Option<String> {
    match ip.parse::<IpAddr>().ok()?.to_canonical() {
        IpAddr::V4(address) => Some(address.to_string()),
        IpAddr::V6(WORKERS_ADDRESS) => None,
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            Some(format!("{a:x}:{b:x}:{c:x}:{d:x}::/64"))
        }
    }
}
