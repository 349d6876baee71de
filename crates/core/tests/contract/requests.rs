//! What every request must satisfy, whatever the config.

use core::iter::once;

use edge_otp_core::connector::Connector;
use edge_otp_core::phone::PhoneNumber;
use edge_otp_core::provider::{AllowedAddresses, REGISTRY, SmsProvider};
use serde_json::{Value, json};
use wasm_bindgen_test::wasm_bindgen_test;

use super::{CODE, build, build_request, default_config, default_connector, find};

fn header_values(request: &http::Request<String>) -> impl Iterator<Item = &str> {
    request.headers().values().map(|value| value.to_str().expect("visible ASCII"))
}

/// Tells whether a config with one member replaced is valid; if so, its request must be well formed.
fn check_request_with(provider: &'static dyn SmsProvider, key: &str, value: &str) -> bool {
    let mut config = default_config(provider.id());
    config[key] = value.into();
    let Ok(connector) = Connector::new(provider, &config) else { return false };
    let context = format!("{} {key} {value:?}", provider.id());
    assert!(build(&connector, "+8613800138000").is_ok(), "{context}");
    let Some(request) = build_request(&connector, "+8613800138000") else { return true };
    let url = request.uri().to_string();
    for text in header_values(&request).chain(once(url.as_str())) {
        assert!(text.bytes().all(|byte| (0x20..=0x7e).contains(&byte)), "{context}");
    }
    let path = request.uri().path();
    assert!(!path.contains("..") && !path.contains(' '), "{context}");
    true
}

#[wasm_bindgen_test(unsupported = test)]
fn requests_are_https_and_hold_the_code_once() {
    for provider in REGISTRY {
        let Some(request) = build_request(&default_connector(provider), "+8613800138000") else { continue };
        let id = provider.id();
        assert_eq!(request.uri().scheme_str(), Some("https"), "{id}");
        let headers: String = header_values(&request).collect();
        let whole = format!("{}{headers}{}", request.uri(), request.body());
        // WhatsApp needs it for the text and once more for the button that copies it.
        let times = if id == "whatsapp-short-message-service" { 2 } else { 1 };
        assert_eq!(whole.matches(CODE).count(), times, "{id}");
        assert!(!whole.contains("{{"), "{id} has rendered its text");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_local_endpoint_is_valid_where_it_is_allowed_only() {
    for id in ["http-sms", "gatewayapi-sms"] {
        let mut config = default_config(id);
        for (endpoint, is_valid) in [
            ("http://localhost:3000/x", true),
            ("https://10.0.0.1/x", true),
            ("http://gatewayapi.com/x", false),
        ] {
            config["endpoint"] = endpoint.into();
            let local = Connector::with_addresses(find(id), &config, AllowedAddresses::All);
            assert_eq!(local.is_ok(), is_valid, "{id} {endpoint}");
            assert!(Connector::new(find(id), &config).is_err(), "{id} {endpoint}");
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn hosts_are_those_of_the_provider() {
    for (id, key, good, bad) in [
        ("twilio-short-message-service", "host", "api.dublin.ie1.twilio.com", "api.twilio.com.example.net"),
        ("twilio-short-message-service", "host", "API.TWILIO.COM", "eviltwilio.com"),
        (
            "aliyun-short-message-service",
            "endpoint",
            "dysmsapi.eu-central-1.aliyuncs.com",
            "aliyuncs.example.net",
        ),
        (
            "gatewayapi-sms",
            "endpoint",
            "https://messaging.gatewayapi.eu/rest",
            "https://example.net/gatewayapi.eu",
        ),
    ] {
        let mut config = default_config(id);
        config[key] = good.into();
        assert!(Connector::new(find(id), &config).is_ok(), "{id} {good}");
        config[key] = bad.into();
        let issues = Connector::new(find(id), &config).expect_err(bad);
        assert_eq!(issues.iter().map(|issue| issue.path.as_str()).collect::<Vec<_>>(), [key], "{id} {bad}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn an_endpoint_beyond_ascii_is_encoded() {
    for (endpoint, uri) in [
        (
            "https://hooks.example.com/短信/é?ü=ö",
            "https://hooks.example.com/%E7%9F%AD%E4%BF%A1/%C3%A9?%C3%BC=%C3%B6",
        ),
        ("https://bücher.example/a", "https://xn--bcher-kva.example/a"),
        ("https://hooks.example.com/a%20b", "https://hooks.example.com/a%20b"),
    ] {
        let mut config = default_config("http-sms");
        config["endpoint"] = endpoint.into();
        let connector = Connector::new(find("http-sms"), &config).expect(endpoint);
        assert_eq!(build_request(&connector, "+14155550132").expect("a request").uri(), uri);
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_value_with_white_space_around_it_is_refused_with_its_path() {
    for provider in REGISTRY {
        let whole = default_config(provider.id());
        for field in provider.fields() {
            let Some(text) = whole[field.key].as_str() else { continue };
            for value in
                [format!("{text} "), format!("\t{text}"), format!("{text}\r\n"), format!("\u{feff}{text}")]
            {
                let mut config = whole.clone();
                config[field.key] = value.as_str().into();
                let issues = Connector::new(provider, &config).expect_err(field.key);
                assert!(issues.iter().any(|issue| issue.path == field.key), "{} {value:?}", provider.id());
            }
        }
    }
    let id = "tencent-short-message-service";
    for (code, path) in [
        (json!("1234\n"), "templates.0.templateCode"),
        (json!({ "china": "1 ", "overseas": "2" }), "templates.0.templateCode.china"),
    ] {
        let mut config = default_config(id);
        config["templates"] = json!([{ "usageType": "Generic", "templateCode": code }]);
        assert_eq!(Connector::new(find(id), &config).expect_err(path)[0].path, path);
    }
}

/// What was stored as GBK or Windows-1252 is read as replacement characters.
#[wasm_bindgen_test(unsupported = test)]
fn a_text_that_could_not_be_decoded_is_refused_with_its_path() {
    let mut config = default_config("tencent-short-message-service");
    config["signName"] = "ʾ\u{fffd}\u{fffd}".into();
    assert_eq!(
        Connector::new(find("tencent-short-message-service"), &config).expect_err("GBK")[0].path,
        "signName"
    );
    let mut config = default_config("twilio-short-message-service");
    config["templates"][0]["content"] = "Votre code\u{fffd}: {{code}}\n".into();
    assert_eq!(
        Connector::new(find("twilio-short-message-service"), &config).expect_err("Windows-1252")[0].path,
        "templates.0.content"
    );
}

#[wasm_bindgen_test(unsupported = test)]
fn no_config_breaks_out_of_a_header_or_the_url() {
    let hostile = ["a\r\nx: y", "a\nb", "../../x", "a b", "a?b#c", "é", "a\u{0}b", "%0d%0a"];
    for provider in REGISTRY {
        for (field, value) in provider.fields().iter().flat_map(|field| hostile.map(|value| (field, value))) {
            check_request_with(provider, field.key, value);
        }
    }
}

/// `http::Uri` refuses some characters that validation accepts and `fetch` percent-encodes.
#[wasm_bindgen_test(unsupported = test)]
fn every_valid_endpoint_makes_a_request() {
    for (id, host) in [("http-sms", "example.com"), ("gatewayapi-sms", "gatewayapi.com")] {
        let endpoints = (0x20..0x7f_u8)
            .map(char::from)
            .flat_map(|c| ["/", "/?", "/#"].map(|part| format!("https://{host}{part}a{c}b")));
        let valid = endpoints.filter(|endpoint| check_request_with(find(id), "endpoint", endpoint)).count();
        assert_eq!(valid, 3 * (0x7f - 0x20 - 2), "{id}: all but the space and the backslash");
    }
}

/// Checks that the request of a config with these members beyond Logto's holds a text.
fn assert_held(id: &str, members: &Value, phone: &str, held: &str) {
    let mut config = default_config(id);
    let members = members.as_object().expect("an object").clone();
    config.as_object_mut().expect("an object").extend(members);
    let connector = Connector::new(find(id), &config).expect(id);
    let request = build_request(&connector, phone).expect(id);
    let headers: String = header_values(&request).collect();
    assert!(format!("{}{headers}{}", request.uri(), request.body()).contains(held), "{id} {held}");
}

#[wasm_bindgen_test(unsupported = test)]
fn optional_members_of_twilio_whatsapp_and_aliyun_have_their_effect() {
    let (twilio, phone) = ("twilio-short-message-service", "+14155550132");
    let sender = json!({ "from": "+14155550100", "fromMessagingServiceSID": "" });
    assert_held(twilio, &sender, phone, "From=%2B14155550100");
    let host = json!({ "host": "api.dublin.ie1.twilio.com" });
    assert_held(twilio, &host, phone, "https://api.dublin.ie1.twilio.com/2010-04-01/");
    // Basic `SK1:secret`, in place of the account's auth token.
    let api_key = json!({ "authToken": "", "apiKey": "SK1", "apiSecret": "secret" });
    assert_held(twilio, &api_key, phone, "Basic U0sxOnNlY3JldA==");
    let version = json!({ "apiVersion": "v27.0" });
    assert_held("whatsapp-short-message-service", &version, phone, "https://graph.facebook.com/v27.0/");
    let endpoint = json!({ "endpoint": "dysmsapi.ap-southeast-1.aliyuncs.com" });
    let url = "https://dysmsapi.ap-southeast-1.aliyuncs.com/";
    assert_held("aliyun-short-message-service", &endpoint, phone, url);
}

#[wasm_bindgen_test(unsupported = test)]
fn optional_members_of_tencent_have_their_effect() {
    let id = "tencent-short-message-service";
    let with = |members: &Value| {
        let mut template = json!({ "usageType": "Generic", "templateCode": "1" });
        template.as_object_mut().expect("an object").extend(members.as_object().cloned().expect("an object"));
        json!({ "templates": [template] })
    };
    let both = with(&json!({ "templateCode": { "china": "CN_1", "overseas": "INTL_1" } }));
    assert_held(id, &both, "+8613800138000", r#""TemplateId":"CN_1""#);
    assert_held(id, &both, "+85251234567", r#""TemplateId":"INTL_1""#);
    for (parameters, held) in [
        (json!(["code", "minutes"]), r#""TemplateParamSet":["930417","10"]"#),
        (json!(["minutes", "code"]), r#""TemplateParamSet":["10","930417"]"#),
        (json!(["code"]), r#""TemplateParamSet":["930417"]"#),
    ] {
        assert_held(id, &with(&json!({ "parameters": parameters })), "+8613800138000", held);
    }
    assert_held(id, &json!({ "signName": "" }), "+14155550132", r#""SignName":"""#);
}

#[wasm_bindgen_test(unsupported = test)]
fn a_list_of_template_parameters_must_hold_the_code() {
    let mut config = default_config("tencent-short-message-service");
    for parameters in
        [json!([]), json!(["minutes"]), json!(["code", "name"]), json!("code"), json!(null), json!([1])]
    {
        config["templates"] = json!([
            { "usageType": "Generic", "templateCode": "1", "parameters": parameters },
        ]);
        let issues = Connector::new(find("tencent-short-message-service"), &config).expect_err("not valid");
        let paths: Vec<_> = issues.iter().map(|issue| issue.path.as_str()).collect();
        assert_eq!(paths, ["templates.0.parameters"], "{parameters}");
    }
    // Aliyun's variables have names, so that the member has no meaning there.
    let mut config = default_config("aliyun-short-message-service");
    config["templates"] = json!([{ "usageType": "Generic", "templateCode": "1", "parameters": 7 }]);
    assert!(Connector::new(find("aliyun-short-message-service"), &config).is_ok());
}

#[wasm_bindgen_test(unsupported = test)]
fn tencent_needs_a_signature_for_mainland_china_only() {
    let provider = find("tencent-short-message-service");
    let mut config = default_config(provider.id());
    for (signature, phone, is_supported) in [
        ("示例", "+8613800138000", true),
        ("", "+8613800138000", false),
        ("", "+862112345678", false),
        ("", "+14155550132", true),
        ("", "+85251234567", true),
    ] {
        config["signName"] = signature.into();
        let connector = Connector::new(provider, &config).expect("valid");
        let phone = PhoneNumber::parse(phone).expect(phone);
        assert_eq!(
            provider.supports_recipient(&connector.config, &phone),
            is_supported,
            "{signature} {phone:?}"
        );
    }
}
