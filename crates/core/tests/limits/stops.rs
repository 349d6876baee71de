//! What is stopped: in each shard, as it is listed, and as an operator names it.

use edge_otp_core::ledger::SendLimit;
use edge_otp_core::limits::{LimitKind, LimitTarget};
use edge_otp_core::phone::PhoneNumber;
use wasm_bindgen_test::wasm_bindgen_test;

use super::Otp;
use super::platform::Ledgers;

/// Of two shards one is lifted by verifications; the other still refuses.
#[wasm_bindgen_test(unsupported = test)]
fn a_country_is_listed_until_no_shard_stops_it() {
    let settings = [
        ("LIMIT_SHARDS", "2"),
        ("COUNTRY_BREAKER", "8"),
        ("SENDS_PER_PREFIX_HOUR", "0"),
        ("PREFIX_BREAKER", "0"),
    ];
    let otp = Otp::new(&settings, Ledgers::Atomic);
    let shard = |phone: &str| {
        otp.0.policy.limits.shard(&otp.0.keys.current, &PhoneNumber::parse(phone).expect("valid"))
    };
    let phones = (0..40).map(|at| format!("+3361{at:03}0000"));
    let (first, second): (Vec<_>, Vec<_>) = phones.partition(|phone| shard(phone) == 0);
    for phones in [&first, &second] {
        for phone in &phones[..4] {
            assert_eq!(otp.send(phone, None), Ok(None));
        }
    }
    otp.0.clock.advance(120_000);
    for phones in [&first, &second] {
        assert_eq!(otp.send(&phones[4], None), Err(SendLimit::Country));
    }
    let listed = [(LimitKind::Country, "FR".to_owned())];
    assert_eq!(otp.stops(), listed);
    otp.report_verified(&first[0]);
    assert_eq!(otp.send(&first[5], None), Ok(None));
    assert_eq!(otp.stops(), listed, "the other shard stops it");
    assert_eq!(otp.send(&second[5], None), Err(SendLimit::Country));
    otp.report_verified(&second[0]);
    assert_eq!(otp.stops(), []);
}

/// With n shards never more than n - 1 sends beyond the limit.
#[wasm_bindgen_test(unsupported = test)]
fn shards_exceed_a_limit_by_less_than_their_number() {
    let settings = [
        ("SENDS_PER_DAY_TOTAL", "101"),
        ("COUNTRY_BREAKER", "0"),
        ("PREFIX_BREAKER", "0"),
        ("LIMIT_SHARDS", "8"),
    ];
    let otp = Otp::new(&settings, Ledgers::Atomic);
    let sent = (0..600).filter(|at| otp.send(&format!("+1415{at:03}0123"), None).is_ok()).count();
    assert!((101..=108).contains(&sent), "{sent}");
    otp.lift("total", "all");
    assert_eq!(otp.send("+14159990123", None), Ok(None), "in every shard");

    let otp = Otp::new(&[("LIMIT_SHARDS", "8")], Ledgers::Atomic);
    let mut sent = 0;
    for at in 0..2_000 {
        sent += u32::from(otp.send(&format!("+336{at:04}0123"), None).is_ok());
        otp.0.clock.advance(10_000);
    }
    // 13 in each shard, and what comes within the grace after them.
    assert!((104..=104 + 12 * 8).contains(&sent), "{sent}");
}

#[wasm_bindgen_test(unsupported = test)]
fn a_limit_that_is_switched_off_is_not_listed() {
    let mut otp = Otp::new(&[("SENDS_PER_PREFIX_HOUR", "1")], Ledgers::Atomic);
    assert_eq!(otp.send_all("+1415555", 2, None), (1, vec![SendLimit::Prefix]));
    assert_eq!(otp.stops().len(), 1);
    for settings in [&[("LIMITS", "off")][..], &[("SENDS_PER_PREFIX_HOUR", "0"), ("PREFIX_BREAKER", "0")]] {
        otp.0 = otp.0.with_policy(settings);
        assert_eq!(otp.stops(), [], "{settings:?}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn targets_are_addresses_prefixes_countries_and_all() {
    let key = |kind, key| LimitTarget::parse(kind, key).map(|target| target.key);
    assert_eq!(key("ip", "2001:DB8::1").as_deref(), Some("2001:db8::1"));
    assert_eq!(key("prefix", "1415555").as_deref(), Some("+1415555"));
    assert_eq!(key("country", "FR").as_deref(), Some("FR"));
    assert_eq!(key("country", "ZZ").as_deref(), Some("ZZ"));
    assert_eq!(key("total", "all").as_deref(), Some("all"));
    for (kind, text) in
        [("ip", "1.2.3"), ("prefix", ""), ("prefix", "+0"), ("country", "fr"), ("total", ""), ("phone", "1")]
    {
        assert_eq!(key(kind, text), None, "{kind} {text}");
    }
}
