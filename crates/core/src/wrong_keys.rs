//! How often callers from one address have presented a wrong key of late. Counted in memory, so that guessing is slow and
//! costs nothing that is shared.

use std::collections::BTreeMap;
use std::net::IpAddr;

use crate::time::{Seconds, Timestamp};

/// For how long wrong keys are counted together.
const WINDOW: Seconds = Seconds(60);
/// How many wrong keys of one address in a window are answered at once.
const FREE: u32 = 10;
/// How many addresses are remembered.
const CAPACITY: usize = 1_024;

/// Counts wrong keys by address.
#[derive(Debug, Default)]
pub struct WrongKeys {
    counts: BTreeMap<u64, Count>,
}

#[derive(Clone, Copy, Debug)]
struct Count {
    since: Timestamp,
    keys: u32,
}

impl WrongKeys {
    /// Creates an empty count.
    pub const fn new() -> Self {
        Self { counts: BTreeMap::new() }
    }

    /// Counts a wrong key; tells whether its response is to be delayed: there were ten before it from the same address
    /// within a minute. An IPv6 address counts with all of its /64 network, which one customer usually has whole.
    pub fn record(&mut self, address: IpAddr, now: Timestamp) -> bool {
        let network = network_of(address);
        let known = self.counts.get(&network).filter(|count| count.since.is_within(WINDOW, now));
        let count = match known {
            Some(count) => Count { keys: count.keys.saturating_add(1), ..*count },
            None => Count { since: now, keys: 1 },
        };
        if !self.counts.contains_key(&network) {
            self.make_room(now);
        }
        self.counts.insert(network, count);
        count.keys > FREE
    }

    /// Forgets what no longer counts, and the oldest count if all do.
    fn make_room(&mut self, now: Timestamp) {
        if self.counts.len() < CAPACITY {
            return;
        }
        self.counts.retain(|_, count| count.since.is_within(WINDOW, now));
        let oldest = self.counts.iter().min_by_key(|(_, count)| count.since).map(|(network, _)| *network);
        if let Some(network) = oldest.filter(|_| self.counts.len() >= CAPACITY) {
            self.counts.remove(&network);
        }
    }
}

/// Returns an IPv4 address, or the first half of an IPv6 address. The two do not overlap: ::/64 is not in use.
fn network_of(address: IpAddr) -> u64 {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_bits().into(),
        IpAddr::V6(address) => u64::try_from(address.to_bits() >> 64).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    const NOW: Timestamp = Timestamp(1_700_000_000_000);

    fn address(text: &str) -> IpAddr {
        text.parse().expect(text)
    }

    fn record(keys: &mut WrongKeys, text: &str, times: u32, ms: u64) -> Vec<bool> {
        (0..times).map(|_| keys.record(address(text), Timestamp(NOW.0 + ms))).collect()
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn the_eleventh_wrong_key_of_an_address_in_a_minute_is_delayed() {
        let mut keys = WrongKeys::new();
        assert_eq!(record(&mut keys, "203.0.113.7", 10, 0), [false; 10]);
        assert_eq!(record(&mut keys, "203.0.113.7", 2, 59_999), [true; 2]);
        assert_eq!(record(&mut keys, "203.0.113.8", 1, 59_999), [false]);
        assert_eq!(record(&mut keys, "::ffff:203.0.113.7", 1, 59_999), [true], "the same address");
        assert_eq!(record(&mut keys, "203.0.113.7", 10, 60_000), [false; 10], "a new minute");
        assert_eq!(record(&mut keys, "203.0.113.7", 1, 60_000), [true]);
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn ipv6_addresses_count_by_their_network() {
        let mut keys = WrongKeys::new();
        for host in 1..=10 {
            assert!(!keys.record(address(&format!("2001:db8:1:2::{host}")), NOW));
        }
        assert!(keys.record(address("2001:db8:1:2:3:4:5:6"), NOW));
        assert!(!keys.record(address("2001:db8:1:3::1"), NOW));
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn the_number_of_addresses_is_bounded() {
        let mut keys = WrongKeys::new();
        for number in 0..5_000_u32 {
            keys.record(IpAddr::V4(number.into()), Timestamp(NOW.0 + u64::from(number)));
        }
        assert_eq!(keys.counts.len(), CAPACITY);
        assert!(keys.counts.contains_key(&4_999) && !keys.counts.contains_key(&0), "the newest are known");
        keys.record(address("203.0.113.7"), Timestamp(NOW.0 + 600_000));
        assert_eq!(keys.counts.len(), 1, "what no longer counts is forgotten");
    }
}
