//! The limits against SMS pumping over a platform in memory; the counters alone are in `limits/counter.rs`.

#![expect(clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

#[path = "limits/counter.rs"]
mod counter;
#[expect(dead_code, reason = "each test file uses a part of the platform")]
mod platform;
#[path = "limits/stops.rs"]
mod stops;

use edge_otp_core::api::SendRequest;
use edge_otp_core::event::Trace;
use edge_otp_core::ledger::{LedgerError, SendLimit};
use edge_otp_core::limits::{LimitKind, LimitTarget};
use edge_otp_core::phone::PhoneNumber;
use edge_otp_core::service::{OtpService, ServiceError};
use platform::{Call, Fault, InMemoryPlatform, Ledgers, START};
use wasm_bindgen_test::wasm_bindgen_test;

const TWILIO: &str = r#"{"connectorId":"twilio-short-message-service","config":{"accountSID":"AC1","authToken":
"secret-token","fromMessagingServiceSID":"MG1","templates":[{"usageType":"Generic","content":"{{code}}"}]}}"#;

/// A deployment in memory.
struct Otp(InMemoryPlatform);

impl Otp {
    fn new(settings: &[(&str, &str)], ledgers: Ledgers) -> Self {
        let platform = InMemoryPlatform::new().with_policy(settings).with_ledgers(ledgers);
        platform.put_kv("connector", TWILIO);
        Self(platform)
    }

    fn each(settings: &[(&str, &str)]) -> [Self; 2] {
        Ledgers::ALL.map(|ledgers| Self::new(settings, ledgers))
    }

    const fn service(&self) -> OtpService<'_, InMemoryPlatform> {
        OtpService { platform: &self.0, keys: &self.0.keys, policy: &self.0.policy }
    }

    /// Sends; the limit that refused it is an error, the one that was recorded a value.
    fn send(&self, phone: &str, ip: Option<&str>) -> Result<Option<SendLimit>, SendLimit> {
        let body = serde_json::json!({ "phone": phone, "ip": ip });
        let request = SendRequest::parse(body.to_string().as_bytes(), &self.0.policy).expect("valid");
        let mut trace = Trace::default();
        match self.0.block_on(self.service().send_traced(&request, None, &mut trace)) {
            Ok(_) => Ok(trace.recorded_limit),
            Err(ServiceError::Ledger(LedgerError::RateLimited { limit, retry_after })) => {
                let tripped = trace.tripped.expect("it is noted");
                assert!(retry_after.0 > 0 && tripped.retry_after == Some(retry_after));
                assert_eq!(tripped.limit, limit.as_str());
                let may_be_told = |scope: &str| match limit {
                    SendLimit::Prefix => phone.len() == scope.len() + 4,
                    SendLimit::Country => scope == "FR",
                    _ => scope == "all",
                };
                assert!(tripped.scope.as_deref().is_none_or(may_be_told));
                Err(limit)
            }
            Err(error) => panic!("{error:?}"),
        }
    }

    /// Sends to `count` numbers of a prefix; returns how many messages there were, and the limits that refused the rest.
    fn send_all(&self, prefix: &str, count: u32, ip: Option<&str>) -> (usize, Vec<SendLimit>) {
        let before = self.0.requests.borrow().len();
        let results = (0..count).map(|line| self.send(&format!("{prefix}{line:04}"), ip));
        let refused = results.filter_map(Result::err).collect();
        (self.0.requests.borrow().len() - before, refused)
    }

    fn report_verified(&self, phone: &str) {
        let phone = PhoneNumber::parse(phone).expect("valid");
        self.0.block_on(self.service().report_verified(&phone));
    }

    fn stops(&self) -> Vec<(LimitKind, String)> {
        let stops = self.0.block_on(self.service().stopped_sends()).expect("a list");
        stops.into_iter().map(|stop| (stop.kind, stop.key)).collect()
    }

    fn lift(&self, kind: &str, key: &str) {
        let target = LimitTarget::parse(kind, key).expect("a limit");
        self.0.block_on(self.service().lift_limit(&target)).expect("lifted");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_prefix_has_twenty_sends_an_hour_and_others_are_not_affected() {
    for otp in Otp::each(&[]) {
        let (sent, refused) = otp.send_all("+1415555", 25, None);
        assert_eq!((sent, refused), (20, vec![SendLimit::Prefix; 5]));
        assert_eq!(otp.send_all("+1415556", 1, None).0, 1);
        assert_eq!(otp.stops(), [(LimitKind::Prefix, "+1415555".to_owned())]);
        otp.lift("prefix", "%2B1415555");
        assert_eq!(otp.stops(), []);
        assert_eq!(otp.send("+14155550024", None), Ok(None));
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn of_several_limits_the_one_that_ends_last_is_named_and_all_are_listed() {
    let settings = [("SENDS_PER_PREFIX_HOUR", "1"), ("SENDS_PER_DAY_TOTAL", "2")];
    for (mode, refused) in [("on", Err(SendLimit::Total)), ("record", Ok(Some(SendLimit::Total)))] {
        for otp in Otp::each(&[settings[0], settings[1], ("LIMITS", mode)]) {
            assert_eq!(otp.send("+14155550000", None), Ok(None), "{mode}");
            assert_eq!(otp.send("+14155560000", None), Ok(None), "{mode}");
            assert_eq!(otp.send("+14155550001", None), refused, "{mode}");
            let mut stops = otp.stops();
            stops.sort_by(|(_, one), (_, other)| one.cmp(other));
            let expected = [(LimitKind::Prefix, "+1415555"), (LimitKind::Total, "all")];
            assert_eq!(stops, expected.map(|(kind, key)| (kind, key.to_owned())), "{mode}");
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn an_address_has_ten_sends_an_hour_whatever_it_sends_to() {
    for otp in Otp::each(&[]) {
        let ip = Some("203.0.113.7");
        for at in 0..10 {
            assert_eq!(otp.send(&format!("+141555{at}0123"), ip), Ok(None), "{at}");
        }
        assert_eq!(otp.send("+447700900123", ip), Err(SendLimit::Ip));
        assert_eq!(otp.send("+447700900123", Some("203.0.113.8")), Ok(None));
        assert_eq!(otp.stops(), [], "addresses are not stored");
        otp.lift("ip", "203.0.113.7");
        assert_eq!(otp.send("+447700900124", ip), Ok(None));
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn an_address_has_thirty_sends_a_day() {
    let otp = Otp::new(&[], Ledgers::Atomic);
    let ip = Some("203.0.113.7");
    for hour in 0..3 {
        for at in 0..10 {
            assert_eq!(otp.send(&format!("+14155{hour}{at}0123"), ip), Ok(None), "{hour} {at}");
        }
        otp.0.clock.advance(65 * 60_000);
    }
    assert_eq!(otp.send("+447700900123", ip), Err(SendLimit::Ip));
    otp.0.clock.advance(22 * 60 * 60_000);
    assert_eq!(otp.send("+447700900123", ip), Ok(None));
}

/// One message a minute: twenty, two in the time that people have to type their codes, then none.
#[wasm_bindgen_test(unsupported = test)]
fn a_prefix_whose_codes_are_not_verified_stops_for_twelve_hours() {
    let otp = Otp::new(&[("SENDS_PER_PREFIX_HOUR", "0")], Ledgers::Atomic);
    let mut results = (0..40).map(|line| {
        let result = otp.send(&format!("+3361234{line:04}"), None);
        otp.0.clock.advance(60_000);
        result
    });
    assert_eq!(results.by_ref().take_while(Result::is_ok).count(), 21);
    assert!(results.all(|result| result == Err(SendLimit::Prefix)));
    assert_eq!(otp.stops(), [(LimitKind::Prefix, "+3361234".to_owned())]);
    otp.0.clock.advance(12 * 60 * 60_000);
    assert_eq!(otp.send("+33612349999", None), Ok(None));
}

#[wasm_bindgen_test(unsupported = test)]
fn ipv6_addresses_of_one_network_are_one_and_that_of_workers_is_none() {
    let otp = Otp::new(&[("SENDS_PER_IP_HOUR", "1")], Ledgers::Atomic);
    assert_eq!(otp.send("+14155550101", Some("2001:db8:1:2::1")), Ok(None));
    assert_eq!(otp.send("+14155550102", Some("2001:db8:1:2:ffff::2")), Err(SendLimit::Ip));
    assert_eq!(otp.send("+14155550103", Some("2001:db8:1:3::1")), Ok(None));
    assert_eq!(otp.send("+14155550104", Some("::ffff:203.0.113.7")), Ok(None));
    assert_eq!(otp.send("+14155550105", Some("203.0.113.7")), Err(SendLimit::Ip), "the same in IPv4");
    for at in 6..9 {
        assert_eq!(otp.send(&format!("+1415555010{at}"), Some("2a06:98c0:3600::103")), Ok(None));
    }
}

/// One message a minute, over 200 prefixes of one country, none verified.
#[wasm_bindgen_test(unsupported = test)]
fn a_pumped_country_stops_and_others_are_not_affected() {
    for otp in Otp::each(&[]) {
        let mut sent = 0;
        for at in 0..300 {
            let phone = format!("+3361{:03}{at:04}", at % 200);
            sent += u32::from(otp.send(&phone, None).is_ok());
            otp.0.clock.advance(60_000);
        }
        assert_eq!(sent, 101);
        assert_eq!(otp.stops(), [(LimitKind::Country, "FR".to_owned())]);
        assert_eq!(otp.send("+4915112345678", None), Ok(None));
        otp.lift("country", "FR");
        assert_eq!(otp.send("+33612345678", None), Ok(None));
    }
}

/// +61 85100 is shared by Australia, Christmas Island and the Cocos Islands: the digits after it decide.
#[wasm_bindgen_test(unsupported = test)]
fn a_prefix_that_countries_share_is_counted_once() {
    for otp in Otp::each(&[("SENDS_PER_PREFIX_HOUR", "1")]) {
        assert_eq!(otp.send("+61851001123", None), Ok(None));
        for phone in ["+61851002123", "+61851000123", "+61851001124"] {
            assert_eq!(otp.send(phone, None), Err(SendLimit::Prefix), "{phone}");
        }
        assert_eq!(otp.stops(), [(LimitKind::Prefix, "+6185100".to_owned())]);
        otp.lift("prefix", "6185100");
        assert_eq!(otp.send("+61851002124", None), Ok(None));
    }
}

/// It may have been counted, and only the response is lost.
#[wasm_bindgen_test(unsupported = test)]
fn a_report_of_a_verification_is_made_once() {
    let otp = Otp::new(&[("PREFIX_BREAKER", "2"), ("BREAKER_PERCENT", "50")], Ledgers::Atomic);
    otp.send_all("+1415555", 4, None);
    otp.0.clock.advance(120_000);
    assert_eq!(otp.send("+14155550004", None), Err(SendLimit::Prefix));
    otp.0.calls.inject_nth(0, Fault::AfterEffect);
    otp.report_verified("+14155550000");
    assert_eq!(otp.send("+14155550004", None), Err(SendLimit::Prefix), "one of four, not two");
}

#[wasm_bindgen_test(unsupported = test)]
fn a_country_whose_codes_are_verified_does_not_stop() {
    let otp = Otp::new(&[], Ledgers::Atomic);
    for at in 0..300 {
        let phone = format!("+3361{:03}{at:04}", at % 200);
        assert_eq!(otp.send(&phone, None), Ok(None), "{at}");
        if at % 8 == 0 {
            otp.report_verified(&phone);
        }
        otp.0.clock.advance(60_000);
    }
}

/// What a prefix refuses does not count against its country: else an attack on one would stop the other.
#[wasm_bindgen_test(unsupported = test)]
fn an_attack_on_a_prefix_does_not_stop_its_country() {
    let otp = Otp::new(&[], Ledgers::Atomic);
    for _ in 0..20 {
        otp.send_all("+3361234", 30, None);
        otp.0.clock.advance(60_000);
    }
    assert_eq!(otp.stops(), [(LimitKind::Prefix, "+3361234".to_owned())]);
    assert_eq!(otp.send("+33698765432", None), Ok(None));
}

#[wasm_bindgen_test(unsupported = test)]
fn one_address_stops_neither_a_country_nor_a_prefix_nor_all_sends() {
    for otp in Otp::each(&[("SENDS_PER_DAY_TOTAL", "150")]) {
        let attacker = Some("203.0.113.7");
        let sent = (0..200).filter(|at| otp.send(&format!("+336{at:04}0123"), attacker).is_ok()).count();
        assert_eq!(sent, 10);
        otp.0.clock.advance(121_000);
        assert_eq!(otp.send("+33699990123", Some("203.0.113.8")), Ok(None), "the country, and all sends");
        let sent = (0..50).filter(|line| otp.send(&format!("+4477009{line:05}"), attacker).is_ok()).count();
        assert_eq!(sent, 0);
        assert_eq!(otp.send("+447700900123", Some("203.0.113.8")), Ok(None), "the prefix");
        assert_eq!(otp.stops(), []);
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn all_sends_have_a_limit_over_every_country() {
    for otp in Otp::each(&[("SENDS_PER_DAY_TOTAL", "3")]) {
        for phone in ["+14155550123", "+447700900123", "+33612345678"] {
            assert_eq!(otp.send(phone, None), Ok(None));
        }
        assert_eq!(otp.send("+4915112345678", None), Err(SendLimit::Total));
        assert_eq!(otp.stops(), [(LimitKind::Total, "all".to_owned())]);
        otp.lift("total", "all");
        assert_eq!(otp.send("+4915112345678", None), Ok(None));
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn record_mode_counts_and_refuses_nothing() {
    for otp in Otp::each(&[("LIMITS", "record")]) {
        let ip = Some("203.0.113.7");
        let limits: Vec<_> =
            (0..25).map(|line| otp.send(&format!("+1415555{line:04}"), ip).expect("sent")).collect();
        let (free, limited) = limits.split_at(10);
        assert!(free.iter().all(Option::is_none), "{free:?}");
        assert!(limited.iter().all(|limit| *limit == Some(SendLimit::Ip)), "{limited:?}");
        assert_eq!(otp.send("+14155550099", None), Ok(Some(SendLimit::Prefix)));
        assert_eq!(otp.stops(), [(LimitKind::Prefix, "+1415555".to_owned())]);
        assert_eq!(otp.0.requests.borrow().len(), 26);
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn safe_numbers_are_bound_by_the_limit_of_all_sends_only() {
    let settings = [("SAFE_LIST", "+1415555,+4477"), ("SENDS_PER_DAY_TOTAL", "40")];
    let otp = Otp::new(&settings, Ledgers::Atomic);
    let (sent, refused) = otp.send_all("+1415555", 45, Some("203.0.113.7"));
    assert_eq!((sent, refused), (40, vec![SendLimit::Total; 5]));
}

#[wasm_bindgen_test(unsupported = test)]
fn each_limit_is_off_at_zero_and_then_calls_nothing() {
    let off = [
        ("SENDS_PER_IP_HOUR", "0"),
        ("SENDS_PER_IP_DAY", "0"),
        ("SENDS_PER_PREFIX_HOUR", "0"),
        ("PREFIX_BREAKER", "0"),
        ("COUNTRY_BREAKER", "0"),
    ];
    for settings in [&off[..], &[("LIMITS", "off")]] {
        let otp = Otp::new(settings, Ledgers::Atomic);
        assert_eq!(otp.send_all("+1415555", 150, Some("203.0.113.7")).0, 150);
        otp.0.calls.take_operations();
        otp.send("+14155569999", Some("203.0.113.7")).expect("sent");
        otp.report_verified("+14155569999");
        assert_eq!(otp.0.calls.take_operations(), "guard put fetch");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_send_calls_at_most_two_counting_objects_and_a_verification_one() {
    for (settings, ip, expected) in [
        (&[][..], None, "guard guard put fetch"),
        (&[], Some("203.0.113.7"), "guard guard guard put fetch"),
        (&[("SENDS_PER_DAY_TOTAL", "9")], Some("203.0.113.7"), "guard guard guard put fetch"),
        (&[("SAFE_LIST", "+1415")], Some("203.0.113.7"), "guard put fetch"),
        (
            &[("PREFIX_BREAKER", "0"), ("COUNTRY_BREAKER", "0"), ("SENDS_PER_PREFIX_HOUR", "0")],
            Some("203.0.113.7"),
            "guard guard put fetch",
        ),
    ] {
        let otp = Otp::new(settings, Ledgers::Atomic);
        otp.send("+14155550123", ip).expect("sent");
        assert_eq!(otp.0.calls.take_operations(), expected, "{settings:?} {ip:?}");
    }
    for (settings, expected) in [
        (&[][..], "guard"),
        (&[("PREFIX_BREAKER", "0")], "guard"),
        (&[("COUNTRY_BREAKER", "0")], "guard"),
        (&[("PREFIX_BREAKER", "0"), ("COUNTRY_BREAKER", "0")], ""),
        (&[("LIMITS", "off")], ""),
    ] {
        let otp = Otp::new(settings, Ledgers::Atomic);
        otp.report_verified("+14155550123");
        assert_eq!(otp.0.calls.take_operations(), expected, "{settings:?}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn nothing_is_sent_while_a_counter_does_not_answer() {
    for skip in 0..3 {
        for otp in Otp::each(&[]) {
            let body = r#"{"phone":"+14155550123","ip":"203.0.113.7"}"#;
            let request = SendRequest::parse(body.as_bytes(), &otp.0.policy).expect("valid");
            otp.0.calls.inject_nth(skip, Fault::BeforeEffect);
            let sent = otp.0.block_on(otp.service().send(&request, None));
            assert_eq!(sent.err(), Some(ServiceError::StorageUnavailable), "{skip}");
            assert!(otp.0.requests.borrow().is_empty() && otp.0.kv.borrow().len() == 1, "{skip}");
        }
    }
    let otp = Otp::new(&[], Ledgers::Atomic);
    otp.0.calls.inject(Call::Swap, Fault::BeforeEffect);
    let request = SendRequest::parse(br#"{"phone":"+14155550123"}"#, &otp.0.policy).expect("valid");
    let sent = otp.0.block_on(otp.service().send(&request, None));
    assert_eq!(sent.err(), Some(ServiceError::StorageUnavailable));
}

#[wasm_bindgen_test(unsupported = test)]
fn record_mode_refuses_nothing_although_a_counter_does_not_answer() {
    // The first call reads the connector.
    for skip in 1..3 {
        for otp in Otp::each(&[("LIMITS", "record")]) {
            otp.0.calls.inject_nth(skip, Fault::BeforeEffect);
            assert_eq!(otp.send("+14155550123", Some("203.0.113.7")), Ok(None), "{skip}");
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn names_and_states_show_no_number_prefix_or_address() {
    for otp in Otp::each(&[]) {
        otp.send("+14155550123", Some("203.0.113.7")).expect("sent");
        otp.send("+14155550124", Some("2001:db8:1:2::1")).expect("sent");
        otp.report_verified("+14155550123");
        for (name, text) in &*otp.0.states.borrow() {
            for shown in ["415555", "203.0.113", "2001:db8", "db8:1:2"] {
                assert!(!name.contains(shown) && !text.contains(shown), "{name}: {text}");
            }
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_counter_of_the_future_lets_nothing_pass() {
    let otp = Otp::new(&[], Ledgers::Atomic);
    otp.0.clock.advance(2 * 3_600_000);
    otp.send("+14155550123", None).expect("sent");
    otp.0.clock.set(START);
    let request = SendRequest::parse(br#"{"phone":"+14155550124"}"#, &otp.0.policy).expect("valid");
    let sent = otp.0.block_on(otp.service().send(&request, None));
    assert_eq!(sent.err(), Some(ServiceError::StorageUnavailable));
}
