//! Phone numbers: strict E.164, of which log lines show two digits.
#![no_main]

use edge_otp_core::country::AllowedCountries;
use edge_otp_core::phone::PhoneNumber;
use edge_otp_core::phone_check::{AllowedServices, PhoneCheck};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let with_optional_plus = PhoneNumber::parse_with_optional_plus(text);
    if let Some(phone) = &with_optional_plus {
        assert_eq!(phone.digits(), text.strip_prefix('+').unwrap_or(text));
    }
    let Some(phone) = PhoneNumber::parse(text) else { return };
    assert_eq!(with_optional_plus.as_ref(), Some(&phone));
    let digits = text.strip_prefix('+').expect("a plus");
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.starts_with('0');
    assert!((7..=15).contains(&digits.len()) && is_number, "{text:?}");
    assert_eq!((phone.e164(), phone.digits()), (text, digits));
    let redacted = phone.redacted();
    assert_eq!(redacted.len(), text.len());
    assert_eq!(redacted.bytes().filter(u8::is_ascii_digit).count(), 2, "{redacted}");
    assert!(phone.china_mobile_number().is_none_or(|national| digits == format!("86{national}")));

    let allows = |setting: &str| AllowedCountries::parse(setting).expect(setting).contains(&phone);
    assert_eq!(allows("44, 1"), digits.starts_with("44") || digits.starts_with('1'));
    if let Err(error) = PhoneCheck::Full(AllowedServices::default()).check(&phone) {
        assert!([400, 403].contains(&error.code().status()) && error.data().reason.is_some());
        assert!(!error.message().contains(digits), "a message holds no number");
    }
    assert!(!allows("US") || digits.starts_with('1'));
});
