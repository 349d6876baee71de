//! The seeds: what stands in ../tests/vectors, and a few of each of our own forms.

use std::fs;
use std::path::Path;

use serde_json::{Value as Json, json};

use crate::connector::Provider;
use crate::ledger::Ledger;
use crate::policy::Policy;
use crate::record::Record;
use crate::time::Timestamp;
use crate::usage::UsageType;

fn vectors(name: &str) -> Json {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/vectors").join(format!("{name}.json"));
    let text = fs::read_to_string(&path).expect("a file of vectors");
    serde_json::from_str(&text).expect("JSON")
}

fn bytes(texts: &[&str]) -> Vec<Vec<u8>> {
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}

/// A provider's answers, behind a byte for the status and one for `Retry-After`.
pub(super) fn answers(provider: &dyn Provider) -> Vec<Vec<u8>> {
    let file = vectors(provider.id());
    let failures = vectors("failures");
    let of_failures = failures["failures"][provider.id()].as_object().cloned().unwrap_or_default();
    let held = file["responses"].as_array().cloned().unwrap_or_default();
    let all = held.iter().chain(of_failures.values().map(|failure| &failure["answer"]));
    let bodies = all.filter_map(|answer| answer["body"].as_str()).chain([r#"{"a":1}"#, "OK", "0"]);
    let heads = [[0, 0], [1, 0], [6, 1]];
    bodies.flat_map(|body| heads.map(|head| [&head[..], body.as_bytes()].concat())).collect()
}

/// Requests to the Worker, each with answers that its story may wish for: a body, the connector, dice, a guard's word, a
/// provider's answer.
pub(super) fn visits() -> Vec<Vec<u8>> {
    let stored = |config: Json| {
        json!({ "connectorId": "http-sms", "id": "abc", "config": config, "createdAt": 1 }).to_string()
    };
    let plain = stored(json!({ "endpoint": "https://sms.example.com", "authorization": "secret" }));
    let sealed = format!("sealed.v1.8f689978.{}", "0a".repeat(40));
    let at_rest = stored(json!({ "endpoint": "https://sms.example.com", "authorization": sealed }));
    let grant =
        json!({ "granted": { "id": "a", "code": "123456", "issuedAt": 1, "expiresAt": 2, "resendAt": 3 } });
    let dice = "00".repeat(64);
    let archive = format!(r#"[{{"connector":{at_rest},"archivedAt":1800000000000}}]"#);
    let send = r#"{"phone":"+14155550123"}"#;
    let verify = r#"{"phone":"+14155550123","code":"123456"}"#;
    let config = json!({ "endpoint": "https://a.example", "authorization": "x" });
    let body = json!({ "connectorId": "http-sms", "config": config, "phone": "+14155550123" }).to_string();
    let edit = json!({ "config": { "authorization": { "set": true } } }).to_string();
    let answer = json!({ "status": 200, "body": "OK" });
    [
        ("POST", "/send", json!([send, plain, grant, &dice[..32], answer])),
        ("POST", "/send", json!([send, at_rest, "secret", { "refused": "unavailable" }])),
        ("POST", "/verify", json!([verify, { "verified": { "id": "a", "at": 1 } }])),
        ("POST", "/verify", json!([verify, { "refused": { "mismatch": { "attemptsLeft": 2 } } }])),
        ("GET", "/health", json!([])),
        ("GET", "/api/connector-factories/http-sms", json!(["# Guide"])),
        ("GET", "/api/connectors", json!([at_rest, "secret"])),
        ("GET", "/api/connectors/archive", json!([archive, null])),
        (
            "POST",
            "/api/connectors",
            json!([body, plain, &dice[..24], "ab", dice, archive, &dice[..24], "ab", null, null]),
        ),
        ("PATCH", "/api/connectors/abc", json!([edit, plain, &dice[..24], "ab", null, "secret"])),
        ("DELETE", "/api/connectors/abc", json!([plain, null, &dice[..24], "ab", null, null])),
        ("POST", "/api/connectors/archive/abc/restore", json!([archive, "secret", false])),
        ("POST", "/api/connectors/http-sms/test", json!([body.replace("connectorId", "usageType"), plain])),
    ]
    .map(|(method, path, answers)| {
        let headers = json!({ "authorization": "Bearer key", "content-type": "application/json" });
        json!({ "id": "1", "method": method, "path": path, "headers": headers, "answers": answers })
            .to_string()
            .into_bytes()
    })
    .to_vec()
}

/// Connectors as KV holds them: each default config, and each of those that the config vectors change.
pub(super) fn connectors() -> Vec<Vec<u8>> {
    let stored =
        |id: &str, config: &Json| json!({ "connectorId": id, "config": config }).to_string().into_bytes();
    let mut all = bytes(&["{}", r#"{"connectorId":"http-sms"}"#]);
    for provider in crate::connector::REGISTRY {
        let file = vectors(provider.id());
        // Two templates are enough to mutate; nine only make long inputs.
        let mut config = file["default"].clone();
        if let Some(templates) = config["templates"].as_array_mut() {
            templates.drain(..3);
            templates.truncate(2);
        }
        all.push(stored(provider.id(), &config));
        for own in
            file["config"].as_array().into_iter().flatten().filter_map(|v| v["config"]["is"].as_object())
        {
            all.push(stored(provider.id(), &Json::Object(own.clone())));
        }
    }
    all.push(stored(
        "tencent-short-message-service",
        &json!({
            "accessKeyId": "a", "accessKeySecret": "b", "signName": "c", "sdkAppId": "d", "region": "e",
            "templates": [{ "usageType": "Generic", "locale": "zh-CN", "templateCode": { "china": "1", "overseas": "2" } }]
        }),
    ));
    all
}

pub(super) fn bodies() -> Vec<Vec<u8>> {
    bytes(&[
        r#"{"phone":"+14155550123"}"#,
        r#"{"phone":"+8613800138000","usageType":"SignIn","locale":"zh-CN","ip":"203.0.113.7"}"#,
        r#"{"phone":"+447700900123","usageType":"MfaVerification","locale":"sr-Latn-RS","ip":"2001:db8::1"}"#,
        r#"{"phone":"+14155550123","code":"123456"}"#,
        r#"{"phone":"+14155550123","code":"0000000000","usageType":"Generic","verificationId":"00ff00ff00ff00ff"}"#,
        r#"{"phone":"14155550123","code":12,"usageType":"x","locale":null,"ip":"::ffff:1.2.3.4","more":[]}"#,
        "null",
    ])
}

pub(super) fn templates() -> Vec<Vec<u8>> {
    let mut all = bytes(&[
        "{{code}}",
        "Your code is {{ code }}. {{locale}} {{code.x}} {{unknown}} {{{code}}} {{code",
        "验证码：{{code}}，10分钟内有效 😀",
        "^{}\\[~]|€ {{code}}",
    ]);
    for length in [60, 67, 70, 134, 153, 160, 306] {
        all.push("a".repeat(length).into_bytes());
        all.push("字".repeat(length).into_bytes());
    }
    all
}

pub(super) fn phones() -> Vec<Vec<u8>> {
    let odd: Vec<String> = serde_json::from_value(vectors("odd-phones")).expect("strings");
    let good = ["+14155550123", "+8613800138000", "+1234567", "+123456789012345"].map(str::to_owned);
    good.into_iter().chain(odd).map(String::into_bytes).collect()
}

pub(super) fn documents() -> Vec<Vec<u8>> {
    let mut all = bytes(&[
        r#"{"a":[1,-0.5e+10,true,false,null,"\u00e9\ud83d\ude00\n",{}],"b":{"c":[[]]}}"#,
        "[]",
        " \"x\" ",
        "-0",
    ]);
    for depth in [63, 64, 65, 200] {
        all.push(["[".repeat(depth), "]".repeat(depth)].concat().into_bytes());
        all.push([r#"{"a":"#.repeat(depth), "0".to_owned(), "}".repeat(depth)].concat().into_bytes());
    }
    for members in [1_024, 1_025] {
        let members: Vec<_> = (0..members).map(|n| format!(r#""{n}":0"#)).collect();
        all.push(["{", &members.join(","), "}"].concat().into_bytes());
    }
    all.extend(bodies());
    all
}

/// A ledger that has seen something, and one of each other record.
pub(super) fn records() -> Vec<Vec<u8>> {
    let policy =
        Policy::parse(|name| (name == "RESEND_COOLDOWNS").then(|| "0".to_owned())).expect("a policy");
    let mut ledger = Ledger::default();
    for (index, usage) in [UsageType::SignIn, UsageType::Generic, UsageType::SignIn].into_iter().enumerate() {
        let now = Timestamp(1_800_000_000_000 + index as u64 * 1_000);
        ledger = ledger.send(usage, &format!("{index:032x}"), now, &policy).expect("granted").0;
    }
    let receipt = r#"{"verificationId":"0a","status":"unknown","usageType":"SignIn","expiresAt":"2026-11-21T10:10:00Z","resendAt":"2026-11-21T10:01:00Z","connectorId":"http-sms"}"#;
    let mut all = bytes(&[
        r#"{"v":1,"kid":"0a1b2c3d","usage":"SignIn","exp":1800000600000,"mac":"00ff"}"#,
        r#"{"body":"00ff","at":1800000000000}"#,
        r#"{"beginSend":{"phone":"+14155550123","usage":"SignIn"}}"#,
        r#"{"verify":{"phone":"+14155550123","usage":"SignIn","code":"123456","id":"0a"}}"#,
        r#"{"voidSend":{"id":"0a","issuedAt":1800000000000}}"#,
        r#"{"claim":{"body":"00ff"}}"#,
        r#"{"surrender":null}"#,
        r#"{"refused":{"mismatch":4}}"#,
        r#"{"granted":{"id":"0a","code":"123456","issuedAt":1,"expiresAt":2,"resendAt":3}}"#,
        r#"{"verified":{"id":"0a","at":1800000000000}}"#,
        r#"{"claimed":"fresh"}"#,
        r#"{"surrendered":"{}"}"#,
    ]);
    all.push(ledger.to_json().into_bytes());
    all.push(format!(r#"{{"body":"00ff","at":1,"answer":{{"receipt":{receipt}}}}}"#).into_bytes());
    all.push(format!(r#"{{"claimed":{{"receipt":{receipt}}}}}"#).into_bytes());
    all
}
