//! Counters of sends and the list of stops as pure functions, also over random times.

use edge_otp_core::limits::{
    Breaker, CONVERSION_GRACE, CodeOrigin, CounterRules, LimitKind, STOP_DURATION, SendCounter, Stop,
    StopList,
};
use edge_otp_core::time::{DAY, HOUR, Seconds, Timestamp};
use proptest::prelude::{Strategy, prop};
use proptest::test_runner::{Config, TestRunner};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::platform::START;

const CAPS: CounterRules = CounterRules { per_hour: 5, per_day: 12, breaker: None };
const BREAKER: CounterRules =
    CounterRules { per_hour: 0, per_day: 0, breaker: Some(Breaker { sends: 20, percent: 10 }) };

/// Sends if that is permitted; tells whether it was.
fn send(counter: &mut SendCounter, rules: &CounterRules, now: Timestamp) -> bool {
    let (checked, limit) = counter.check(rules, now);
    let is_permitted = limit.is_none();
    *counter = if is_permitted { checked.record_send(rules, CodeOrigin::Own, now) } else { checked };
    is_permitted
}

fn verify(counter: &mut SendCounter, rules: &CounterRules, now: Timestamp) -> bool {
    let (next, is_lifted) = counter.record_verified(rules, now);
    *counter = next;
    is_lifted
}

/// Steps between events in milliseconds, mostly short, also backwards.
fn steps() -> impl Strategy<Value = Vec<i64>> {
    let step = prop::sample::select(vec![-600_000_i64, 0, 1, 1_000, 60_000, 700_000, 3_600_000, 9_000_000]);
    prop::collection::vec((step, 0..50_000_i64).prop_map(|(step, more)| step + more), 1..200)
}

#[wasm_bindgen_test(unsupported = test)]
fn no_window_holds_more_sends_than_its_limit() {
    let mut runner = TestRunner::new_with_rng(
        Config { cases: 2_000, failure_persistence: None, ..Config::default() },
        proptest::test_runner::TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha),
    );
    let result = runner.run(&steps(), |steps| {
        let (mut counter, mut now, mut latest) = (SendCounter::default(), START.0, 0);
        let mut sent: Vec<u64> = Vec::new();
        for step in steps {
            now = now.saturating_add_signed(step);
            latest = latest.max(now);
            if send(&mut counter, &CAPS, Timestamp(now)) {
                sent.push(latest);
            } else {
                let (_, limit) = counter.check(&CAPS, Timestamp(now));
                let until = limit.expect("it was refused").until;
                let (_, later) = counter.check(&CAPS, until);
                assert!(until.0 > latest && later.is_none(), "the wait is as long as it says");
            }
            for (window, limit) in [(HOUR, 5), (DAY, 12)] {
                let within = sent.iter().filter(|at| Timestamp(**at).is_within(window, Timestamp(latest)));
                assert!(within.count() <= limit);
            }
        }
        Ok(())
    });
    result.expect("no counter-example");
}

#[wasm_bindgen_test(unsupported = test)]
fn a_place_in_a_window_is_free_again_at_most_one_bucket_late() {
    for offset in [0, 1, 149, 150, 1_799, 3_000] {
        let start = START.plus(Seconds(offset));
        let mut counter = SendCounter::default();
        for _ in 0..5 {
            assert!(send(&mut counter, &CAPS, start));
        }
        assert!(!send(&mut counter, &CAPS, start.plus(Seconds(HOUR.0 - 1))));
        assert!(send(&mut counter, &CAPS, start.plus(Seconds(HOUR.0 + 150))));
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn unverified_sends_stop_for_twelve_hours_after_the_grace() {
    let mut counter = SendCounter::default();
    for _ in 0..20 {
        assert!(send(&mut counter, &BREAKER, START));
    }
    assert!(send(&mut counter, &BREAKER, START.plus(Seconds(CONVERSION_GRACE.0 - 1))), "codes are typed");
    let stopped = START.plus(CONVERSION_GRACE);
    assert!(!send(&mut counter, &BREAKER, stopped));
    let (_, limit) = counter.check(&BREAKER, stopped.plus(HOUR));
    let limit = limit.expect("a stop");
    assert_eq!((limit.since, limit.until), (stopped, stopped.plus(STOP_DURATION)));
    let end = stopped.plus(STOP_DURATION);
    assert!(!send(&mut counter, &BREAKER, Timestamp(end.0 - 1)));
    for _ in 0..20 {
        assert!(send(&mut counter, &BREAKER, end), "the counts begin anew");
    }
    assert!(!send(&mut counter, &BREAKER, end.plus(CONVERSION_GRACE)), "and stop it again");
}

#[wasm_bindgen_test(unsupported = test)]
fn deliveries_count_against_caps_but_not_against_the_verified_share() {
    let deliver = |counter: &SendCounter, rules| counter.record_send(rules, CodeOrigin::Foreign, START);
    let mut counter = SendCounter::default();
    for _ in 0..5 {
        counter = deliver(&counter, &CAPS);
    }
    assert!(!send(&mut counter, &CAPS, START), "the cap holds for both");
    let mut counter = SendCounter::default();
    for _ in 0..1_000 {
        counter = deliver(&counter, &BREAKER);
    }
    assert!(send(&mut counter, &BREAKER, START.plus(CONVERSION_GRACE)));
}

#[wasm_bindgen_test(unsupported = test)]
fn sends_of_which_an_eighth_is_verified_do_not_stop() {
    let mut counter = SendCounter::default();
    for at in 0..5_000 {
        let now = START.plus(Seconds(at * 30));
        assert!(send(&mut counter, &BREAKER, now), "{at}");
        if at % 8 == 0 {
            verify(&mut counter, &BREAKER, now);
        }
    }
}

/// A deployment that begins with many sends a second must not stop before anyone could type a code.
#[wasm_bindgen_test(unsupported = test)]
fn a_burst_at_the_start_does_not_stop_while_its_codes_are_typed() {
    let mut counter = SendCounter::default();
    for at in 0..6_000_u32 {
        let now = Timestamp(START.0 + u64::from(at) * 20);
        assert!(send(&mut counter, &BREAKER, now), "{at}");
        // Half of the codes are typed 40 s later.
        if at >= 2_000 && at % 2 == 0 {
            verify(&mut counter, &BREAKER, now);
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_stop_ends_when_enough_codes_are_verified_after_all() {
    let mut counter = SendCounter::default();
    for _ in 0..20 {
        send(&mut counter, &BREAKER, START);
    }
    let late = START.plus(Seconds(300));
    assert!(!send(&mut counter, &BREAKER, late));
    assert!(!verify(&mut counter, &BREAKER, late), "one of twenty");
    assert!(verify(&mut counter, &BREAKER, late), "a tenth");
    assert!(send(&mut counter, &BREAKER, late));
}

#[wasm_bindgen_test(unsupported = test)]
fn a_breaker_that_is_switched_off_stops_nothing() {
    let mut counter = SendCounter::default();
    for _ in 0..20 {
        send(&mut counter, &BREAKER, START);
    }
    let late = START.plus(Seconds(300));
    assert!(!send(&mut counter, &BREAKER, late));
    assert!(send(&mut counter, &CounterRules::default(), late));
}

#[wasm_bindgen_test(unsupported = test)]
fn a_limit_is_reported_when_it_begins_and_every_ten_minutes() {
    let mut counter = SendCounter::default();
    while send(&mut counter, &CAPS, START) {}
    let reported: Vec<u32> = (0..1_500)
        .step_by(10)
        .filter(|at| {
            let (next, limit) = counter.check(&CAPS, START.plus(Seconds(*at)));
            let limit = limit.expect("an hour");
            assert_eq!(limit.since, START);
            if limit.is_due {
                counter = next;
            }
            limit.is_due
        })
        .collect();
    assert_eq!(reported, [600, 1_200], "the first was reported by the send that was refused");
}

#[wasm_bindgen_test(unsupported = test)]
fn a_stop_is_reported_anew_after_a_cap_and_then_every_ten_minutes() {
    let rules = CounterRules { per_hour: 30, ..BREAKER };
    let mut counter = SendCounter::default();
    while send(&mut counter, &rules, START) {}
    let mut check = |seconds| {
        let (next, limit) = counter.check(&rules, START.plus(Seconds(seconds)));
        counter = next;
        limit.map(|limit| (limit.since, limit.is_due))
    };
    let stopped = START.plus(CONVERSION_GRACE);
    assert_eq!(check(60), Some((START, false)), "the cap was reported when it refused");
    // The cap binds until the hour is over; then the stop does, which is another limit.
    assert_eq!(check(CONVERSION_GRACE.0), Some((stopped, true)));
    assert_eq!(check(CONVERSION_GRACE.0 + 1), Some((stopped, false)));
    assert_eq!(check(CONVERSION_GRACE.0 + 600), Some((stopped, true)));
}

#[wasm_bindgen_test(unsupported = test)]
fn the_end_of_a_stop_leaves_the_count_of_the_hour_and_the_latest_time() {
    let rules = CounterRules { per_hour: 5, ..BREAKER };
    let mut counter = SendCounter::default();
    for _ in 0..20 {
        counter = counter.record_send(&BREAKER, CodeOrigin::Own, START);
    }
    counter = counter.check(&rules, START.plus(CONVERSION_GRACE)).0;
    let end = START.plus(CONVERSION_GRACE).plus(STOP_DURATION);
    // Sends that are only recorded go on during the stop.
    for _ in 0..5 {
        counter = counter.record_send(&rules, CodeOrigin::Own, Timestamp(end.0 - 1));
    }
    let (next, limit) = counter.check(&rules, end);
    assert!(limit.expect("the hour's limit").until < end.plus(STOP_DURATION));
    assert!(next.is_ahead_of(Timestamp(end.0 - 2 * 3_600_000)));
}

#[wasm_bindgen_test(unsupported = test)]
fn a_counter_is_ahead_more_than_an_hour_after_the_clock() {
    let counter = SendCounter::default().record_send(&CAPS, CodeOrigin::Own, START.plus(HOUR));
    assert!(!counter.is_ahead_of(START));
    assert!(counter.is_ahead_of(Timestamp(START.0 - 1)));
}

#[wasm_bindgen_test(unsupported = test)]
fn a_counter_expires_with_the_last_bucket_of_what_it_counts() {
    let expiry = |rules: &CounterRules| {
        SendCounter::default()
            .record_send(rules, CodeOrigin::Own, START)
            .expires_at()
            .map(|at| at.0 - START.0)
    };
    let hour = expiry(&CounterRules { per_hour: 5, ..CounterRules::default() }).expect("an hour is counted");
    assert!((3_600_000..=3_750_000).contains(&hour), "{hour}");
    let day = expiry(&CAPS).expect("a day is counted");
    assert!((86_400_000..=88_200_000).contains(&day), "{day}");
    assert_eq!(expiry(&CounterRules::default()), None, "nothing is counted without a limit");
}

#[wasm_bindgen_test(unsupported = test)]
fn a_counter_stores_one_entry_for_each_bucket_and_nothing_for_what_it_does_not_count() {
    let rules = CounterRules { per_hour: 1_000, ..CounterRules::default() };
    let stored = |seconds: u32| {
        let mut counter = SendCounter::default();
        for second in 0..seconds {
            counter = counter.record_send(&rules, CodeOrigin::Own, START.plus(Seconds(second)));
        }
        serde_json::to_value(counter).expect("JSON")
    };
    let entries = |seconds| stored(seconds)["hour"].as_array().map(Vec::len);
    assert_eq!(entries(1), Some(1));
    assert!(entries(100) <= Some(2), "a bucket is 150 s");
    assert!(stored(1).get("day").is_none() && stored(1).get("verified").is_none());
}

#[wasm_bindgen_test(unsupported = test)]
fn a_list_of_stops_keeps_the_others_and_drops_what_has_ended() {
    let stop = |key: &str, seconds| Stop {
        kind: LimitKind::Country,
        key: key.to_owned(),
        country: None,
        shard: 0,
        since: START,
        until: START.plus(Seconds(seconds)),
    };
    let list = StopList::default().with(stop("FR", 10), START).with(stop("DE", 20), START);
    let keys = |list: &StopList, seconds| {
        let mut keys: Vec<_> =
            list.running(START.plus(Seconds(seconds))).into_iter().map(|stop| stop.key).collect();
        keys.sort();
        keys
    };
    assert_eq!(keys(&list, 9), ["DE", "FR"]);
    assert_eq!(keys(&list, 10), ["DE"]);
    assert_eq!(keys(&list.without(LimitKind::Country, "DE", None, START), 0), ["FR"]);
    assert_eq!(keys(&list.without(LimitKind::Prefix, "DE", None, START), 0), ["DE", "FR"]);
    assert_eq!(list.expires_at(), Some(START.plus(Seconds(20))));
    // A change drops what ends at that moment.
    let at_its_end = START.plus(Seconds(20));
    assert_eq!(list.without(LimitKind::Country, "FR", None, at_its_end), StopList::default());
}

#[wasm_bindgen_test(unsupported = test)]
fn a_list_of_stops_shows_the_stops_of_several_shards_as_one() {
    let stop = |shard: u32| Stop {
        kind: LimitKind::Country,
        key: "FR".to_owned(),
        country: None,
        shard,
        since: START.plus(Seconds(shard)),
        until: START.plus(Seconds(100 + shard)),
    };
    let list = StopList::default().with(stop(1), START).with(stop(0), START).with(stop(1), START);
    let shown = |list: &StopList| {
        let times = |stop: Stop| (stop.since.0 - START.0, stop.until.0 - START.0);
        list.running(START).into_iter().map(times).collect::<Vec<_>>()
    };
    assert_eq!(shown(&list), [(0, 101_000)]);
    assert_eq!(shown(&list.without(LimitKind::Country, "FR", Some(0), START)), [(1_000, 101_000)]);
    assert_eq!(shown(&list.without(LimitKind::Country, "FR", Some(2), START)), [(0, 101_000)]);
    assert_eq!(shown(&list.without(LimitKind::Country, "FR", None, START)), []);
}

/// Ten sends a day before ten more: the first leave the window while the prefix is stopped.
#[wasm_bindgen_test(unsupported = test)]
fn a_stop_does_not_end_because_sends_leave_the_window() {
    let at = |seconds| START.plus(Seconds(seconds));
    let mut counter = SendCounter::default();
    for _ in 0..10 {
        assert!(send(&mut counter, &BREAKER, START));
    }
    for _ in 0..10 {
        assert!(send(&mut counter, &BREAKER, at(86_300)));
    }
    assert!(!send(&mut counter, &BREAKER, at(86_430)), "none of twenty is verified");
    // The first ten are gone by now: one of ten would be enough, of twenty it is not.
    let later = at(86_400 + 1_800);
    assert!(!verify(&mut counter, &BREAKER, later));
    assert!(!send(&mut counter, &BREAKER, later));
    assert!(verify(&mut counter, &BREAKER, later), "two of twenty");
    assert!(send(&mut counter, &BREAKER, later));
}

/// Sequential numbers of one prefix, five a second for three days, none verified.
#[wasm_bindgen_test(unsupported = test)]
fn a_pumped_prefix_loses_at_most_fifty_messages_a_day() {
    let rules = CounterRules { per_hour: 20, ..BREAKER };
    let mut counter = SendCounter::default();
    let mut sent = Vec::new();
    for at in (0..3 * u64::from(DAY.0) * 1_000).step_by(200) {
        if send(&mut counter, &rules, Timestamp(START.0 + at)) {
            sent.push(at);
        }
    }
    let first_day = sent.iter().filter(|at| **at < u64::from(DAY.0) * 1_000).count();
    assert_eq!((first_day, sent.len()), (40, 120));
}
