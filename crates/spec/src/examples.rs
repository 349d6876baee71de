//! The examples of requests and responses.

use edge_otp_core::connector::FactorySummary;
use edge_otp_core::provider::find_provider;
use edge_otp_core::settings::{POLICY, SettingKind, VariableKind};
use serde_json::{Map, Value, json};

/// The id of a request, or of a verification.
pub const REQUEST_ID: &str = "671bdd2544c1efec424c00f45982efe1";
const TWILIO: &str = "twilio-short-message-service";
const ALIYUN: &str = "aliyun-short-message-service";
const HTTP: &str = "http-sms";

/// Makes the object of named examples.
pub fn named<const N: usize>(examples: [(&str, Value); N]) -> Map<String, Value> {
    examples.into_iter().map(|(name, value)| (name.to_owned(), json!({ "value": value }))).collect()
}

/// A response to a send with that status.
pub fn receipt(status: &str) -> Value {
    json!({
        "verificationId": REQUEST_ID,
        "status": status,
        "usageType": "SignIn",
        "expiresAt": "2026-11-21T10:10:00Z",
        "resendAt": "2026-11-21T10:01:00Z",
        "connectorId": TWILIO,
    })
}

/// A response to a verification.
pub fn verified() -> Value {
    json!({
        "verified": true,
        "verificationId": REQUEST_ID,
        "phone": "+14155550123",
        "usageType": "SignIn",
        "verifiedAt": "2026-11-21T10:02:00Z",
    })
}

/// A config of Twilio.
pub fn twilio_config() -> Value {
    json!({
        "accountSID": "AC00000000000000000000000000000001",
        "authToken": "0123456789abcdef0123456789abcdef",
        "fromMessagingServiceSID": "MG00000000000000000000000000000002",
        "templates": [
            { "usageType": "Generic", "content": "Your code is {{code}}." },
            { "usageType": "SignIn", "locale": "de", "content": "Dein Code zum Anmelden: {{code}}." },
        ],
    })
}

/// Connectors to be saved.
pub fn connectors() -> Map<String, Value> {
    let aliyun = json!({
        "accessKeyId": "LTAI0000000000000001",
        "accessKeySecret": "not-a-secret-but-shaped-like-one",
        "signName": "示例",
        "templates": [
            { "usageType": "Generic", "templateCode": "SMS_100000001" },
            { "usageType": "SignIn", "templateCode": { "china": "SMS_100000002", "overseas": "SMS_100000003" } },
        ],
    });
    let http = json!({
        "endpoint": "https://hooks.example.com/sms",
        "authorization": "Bearer an-example-of-a-token",
    });
    let connector = |id: &str, config: Value| json!({ "connectorId": id, "config": config });
    named([
        (HTTP, connector(HTTP, http)),
        (TWILIO, connector(TWILIO, twilio_config())),
        (ALIYUN, connector(ALIYUN, aliyun)),
    ])
}

/// Changes of a config: a secret that is kept, and one that is replaced.
pub fn changes() -> Map<String, Value> {
    let change = |authorization: Value| json!({ "config": { "endpoint": "https://hooks.example.com/sms", "authorization": authorization } });
    named([
        ("secretKept", change(json!({ "set": true, "hint": "oken" }))),
        ("secretReplaced", change("Bearer another-example".into())),
    ])
}

/// A connector as it is shown, with further members.
pub fn connector(more: Value) -> Value {
    let mut shown = json!({ "id": "v1p9q0n3x7ab", "connectorId": HTTP });
    let summary = find_provider(HTTP).map(FactorySummary::new);
    let own = json!({
        "config": {
            "endpoint": "https://hooks.example.com/sms",
            "authorization": { "set": true, "hint": "oken" },
        },
        "createdAt": "2026-11-21T10:00:00Z",
        "updatedAt": "2026-11-21T10:00:00Z",
    });
    let members = [serde_json::to_value(summary).unwrap_or_default(), own, more];
    if let Some(object) = shown.as_object_mut() {
        object.extend(members.into_iter().filter_map(|member| member.as_object().cloned()).flatten());
    }
    shown
}

/// The settings: their defaults, and some countries.
pub fn settings() -> Value {
    let mut shown = json!({ "version": env!("CARGO_PKG_VERSION"), "codeLifetimeSeconds": 600 });
    for setting in POLICY {
        let SettingKind::Variable(kind) = setting.kind else { continue };
        let value = match kind {
            VariableKind::Number { default, .. } => default.into(),
            VariableKind::SecondsList { default, .. } => {
                default.split(',').filter_map(|entry| entry.parse::<u32>().ok()).collect()
            }
            VariableKind::Countries { example, .. } => example.split(',').collect(),
            VariableKind::Choice { default, .. } => default.into(),
            VariableKind::List { .. } => json!([]),
            VariableKind::Switch => false.into(),
        };
        if let Some(object) = shown.as_object_mut() {
            object.insert(setting.option_name(), value);
        }
    }
    if let Some(object) = shown.as_object_mut() {
        object.insert("rotating".to_owned(), false.into());
        object.insert("previousStillNeeded".to_owned(), false.into());
    }
    shown
}

/// A page of the message log.
pub fn messages() -> Value {
    json!({
        "recorded": true,
        "messages": [{
            "time": "2026-11-21T10:00:03Z",
            "requestId": REQUEST_ID,
            "event": "send.provider_rejected",
            "outcome": "connector.general",
            "phoneEndsWith": "23",
            "country": "US",
            "diallingCode": "1",
            "usageType": "SignIn",
            "connectorId": TWILIO,
            "providerStatus": 400,
            "providerCode": "21610",
            "totalMs": 194,
        }],
        "nextCursor": format!("1795341603000-{REQUEST_ID}"),
    })
}

/// The counts of the message log.
pub fn message_summary() -> Value {
    json!({
        "recorded": true,
        "counts": [
            { "hour": "2026-11-21T10:00:00Z", "event": "send.granted", "count": 12 },
            { "hour": "2026-11-21T10:00:00Z", "event": "verify.ok", "count": 9 },
        ],
    })
}

/// The counts of sends and verifications.
pub fn activity() -> Value {
    json!({
        "recorded": true,
        "readable": true,
        "hours": 24,
        "rows": [
            { "event": "send", "outcome": "sent", "connectorId": TWILIO, "count": 12 },
            { "event": "send", "outcome": "request.message_rate_limited", "limit": "prefix", "count": 3 },
            { "event": "verify", "outcome": "verification_code.code_mismatch", "count": 2 },
        ],
    })
}
