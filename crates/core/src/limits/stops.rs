//! The list of what is stopped, for operators, and what they name to lift a limit.

use core::net::IpAddr;

use percent_encoding::percent_decode_str;
use serde::{Deserialize, Serialize};

use super::{
    ALL, CounterKey, CounterObject, LimitKind, LimitPolicy, address_group, country_of_prefix, parse_prefix,
    shard_of,
};
use crate::keys::KeySet;
use crate::numbering::is_country;
use crate::phone::PhoneNumber;
use crate::time::Timestamp;

/// How many stops the list keeps: those that end last.
const KEPT_STOPS: usize = 500;

/// A prefix, a country or the limit of all sends whose sends are stopped. IP addresses are not listed, for no address is
/// stored anywhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stop {
    /// What the limit counts by.
    pub kind: LimitKind,
    /// The prefix with its plus, the country's ISO code, or `all`.
    pub key: String,
    /// The country of a prefix.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// The object that counts it, of those that `LIMIT_SHARDS` divides a country among.
    #[serde(default, skip_serializing_if = "is_first")]
    pub shard: u32,
    /// Since when.
    pub since: Timestamp,
    /// Until when.
    pub until: Timestamp,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
const fn is_first(shard: &u32) -> bool {
    *shard == 0
}

impl Stop {
    const fn name(&self) -> (&'static str, &str) {
        (self.kind.as_str(), self.key.as_str())
    }
}

/// The stops that have not ended.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StopList(Vec<Stop>);

impl StopList {
    /// Returns the stops that have not ended, newest first; those of several shards are one.
    pub fn running(&self, now: Timestamp) -> Vec<Stop> {
        let mut running: Vec<_> = self.0.iter().filter(|stop| stop.until > now).cloned().collect();
        running.sort_by(|one, other| one.name().cmp(&other.name()));
        running.dedup_by(|next, kept| {
            let is_same = next.name() == kept.name();
            if is_same {
                kept.since = kept.since.min(next.since);
                kept.until = kept.until.max(next.until);
            }
            is_same
        });
        running.sort_by_key(|stop| core::cmp::Reverse(stop.since));
        running
    }

    /// Adds a stop, or replaces the entry of the same key and shard.
    #[must_use]
    pub fn with(&self, stop: Stop, now: Timestamp) -> Self {
        let mut stops = self.without(stop.kind, &stop.key, Some(stop.shard), now).0;
        stops.push(stop);
        stops.sort_by_key(|stop| core::cmp::Reverse(stop.until));
        stops.truncate(KEPT_STOPS);
        Self(stops)
    }

    /// Removes the entry of a key and shard, or all entries of a key.
    #[must_use]
    pub fn without(&self, kind: LimitKind, key: &str, shard: Option<u32>, now: Timestamp) -> Self {
        let is_removed = |stop: &Stop| {
            stop.kind == kind && stop.key == key && shard.is_none_or(|shard| shard == stop.shard)
        };
        let is_other = |stop: &&Stop| stop.until > now && !is_removed(stop);
        Self(self.0.iter().filter(is_other).cloned().collect())
    }

    /// Returns when the last stop ends; `None` if there is none.
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.0.iter().map(|stop| stop.until).max()
    }
}

/// A stop as the management API shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = StoppedSends))]
pub struct StopView {
    /// What the limit counts by.
    pub kind: LimitKind,
    /// The prefix (a number without its last four digits), the ISO code of the country, or `all`.
    #[cfg_attr(feature = "openapi", schema(examples("+1415555")))]
    pub key: String,
    /// Of a prefix: its country.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false, examples("US")))]
    pub country: Option<String>,
    /// Since when sends are refused, or would be if limits were not only recorded.
    #[cfg_attr(feature = "openapi", schema(format = DateTime))]
    pub since: String,
    /// The earliest time at which they may be permitted again.
    #[cfg_attr(feature = "openapi", schema(format = DateTime))]
    pub until: String,
}

impl From<Stop> for StopView {
    fn from(Stop { kind, key, country, since, until, .. }: Stop) -> Self {
        Self { kind, key, country, since: since.rfc3339(), until: until.rfc3339_rounded_up() }
    }
}

/// What an operator names to lift a limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LimitTarget {
    /// What the limit counts by.
    pub kind: LimitKind,
    /// As in [`Stop::key`]; an IP address in its canonical form.
    pub key: String,
}

impl LimitTarget {
    /// Parses the path segments of `/api/limits/{kind}/{key}`, percent-encoded or not: an IP address, a prefix with or
    /// without its plus, an ISO code, or `all`. Returns `None` if the kind does not exist or the key is none of its.
    pub fn parse(kind: &str, key: &str) -> Option<Self> {
        let key = &*percent_decode_str(key).decode_utf8().ok()?;
        let (kind, key) = match kind {
            "ip" => (LimitKind::Ip, key.parse::<IpAddr>().ok()?.to_string()),
            "prefix" => (LimitKind::Prefix, parse_prefix(key)?),
            "country" if is_country(key) || key == super::NO_COUNTRY => (LimitKind::Country, key.to_owned()),
            "total" if key == ALL => (LimitKind::Total, ALL.to_owned()),
            _ => return None,
        };
        Some(Self { kind, key })
    }

    /// Returns the objects that count it, each with the counter. `country` is that of a prefix, if it is known.
    pub fn objects(&self, policy: &LimitPolicy, keys: &KeySet, country: Option<&str>) -> Vec<CounterObject> {
        let in_shard = |scope: &str, shard: u32, counter: CounterKey| CounterObject {
            name: keys.limit_object_name(&[scope, &shard.to_string()]),
            counters: vec![counter],
        };
        let in_all_shards = |scope: &str, counter: &CounterKey| {
            (0..policy.limit_shards).map(|shard| in_shard(scope, shard, counter.clone())).collect()
        };
        match self.kind {
            LimitKind::Ip => address_group(&self.key)
                .map(|group| CounterObject {
                    name: keys.limit_object_name(&[LimitKind::Ip.as_str(), &group]),
                    counters: vec![CounterKey::address()],
                })
                .into_iter()
                .collect(),
            LimitKind::Prefix => {
                let id = keys.prefix_id(&self.key);
                let shard = shard_of(&id, policy.limit_shards);
                let guessed = PhoneNumber::parse(&format!("{}0000", self.key));
                let country =
                    country.or_else(|| guessed.as_ref().map(country_of_prefix)).unwrap_or(super::NO_COUNTRY);
                let counter = CounterKey { kind: LimitKind::Prefix, id };
                vec![in_shard(policy.route_scope(country), shard, counter)]
            }
            LimitKind::Country => {
                let counter = CounterKey { kind: LimitKind::Country, id: self.key.clone() };
                in_all_shards(policy.route_scope(&self.key), &counter)
            }
            LimitKind::Total => in_all_shards(ALL, &CounterKey::total()),
        }
    }
}
