//! Connectors as KV holds them: refused with issues that repeat no value, or good for well-formed requests.
#![no_main]

use edge_otp_core::code::Code;
use edge_otp_core::connector::{Connector, LoadedConnector, load_connector};
use edge_otp_core::message::Message;
use edge_otp_core::phone::PhoneNumber;
use edge_otp_core::provider::{AllowedAddresses, Delivery, RequestContext};
use edge_otp_core::time::Timestamp;
use edge_otp_core::usage_type::UsageType;
use edge_otp_fuzz::{CODE, check_issues, keys, mark_texts};
use http::header::CONTENT_TYPE;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|text: &str| {
    let Ok(connector) = load(text).map_err(|issues| check_issues(&issues)) else { return };
    for usage_type in [UsageType::SignIn, UsageType::Generic] {
        check_request(&connector, usage_type, "+8613800138000", None);
        check_request(&connector, usage_type, "+14155550132", Some("zh-Hans-CN"));
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut stored: Value = serde_json::from_str(text).expect("it was accepted");
    mark_texts(&mut stored["config"]);
    if let Err(issues) = load(&stored.to_string()) {
        check_issues(&issues);
    }
});

fn load(text: &str) -> LoadedConnector {
    load_connector(text, &keys(), AllowedAddresses::Public)
}

fn check_request(connector: &Connector, usage_type: UsageType, to: &str, locale: Option<&str>) {
    let (to, code) = (PhoneNumber::parse(to).expect(to), Code::parse(CODE).expect(CODE));
    let Ok(template) = connector.template(usage_type, locale) else { return };
    if !connector.provider.supports_recipient(&connector.config, &to) {
        return;
    }
    let message = Message { to: &to, usage_type, code: &code, locale, ip: Some("203.0.113.7"), template };
    let context = RequestContext::new(Timestamp(1_800_000_000_000), [7; 16]);
    let delivery = connector.provider.build_request(&connector.config, &message, &context);
    let Delivery::Request(request) = delivery.expect("a request") else { return };

    assert_eq!(request.uri().scheme_str(), Some("https"), "{}", request.uri());
    assert!(request.uri().to_string().is_ascii(), "{}", request.uri());
    for value in request.headers().values() {
        assert!(value.as_bytes().iter().all(|byte| (0x20..=0x7e).contains(byte)), "a header value");
    }
    let content_type = request.headers().get(CONTENT_TYPE).map_or(&b""[..], |value| value.as_bytes());
    if content_type.starts_with(b"application/json") {
        serde_json::from_str::<Value>(request.body()).expect("the body is JSON");
    }
    assert!(format!("{}{}", request.uri(), request.body()).contains(CODE), "no code in the request");
}
