//! The dialects over requests as auth servers make them, and the signatures of these.

#![expect(clippy::expect_used, reason = "tests fail by panicking")]

#[path = "bridges/replies.rs"]
mod replies;

use edge_otp_core::api::{MessageText, RequestError};
use edge_otp_core::bridge::signature::TOLERANCE;
use edge_otp_core::bridge::{
    BridgeBody, BridgeCall, BridgeDialect, BridgeSecrets, DIALECTS, InvalidSignature, Proof, Sample,
    SignatureScheme, SigningSecrets, find_dialect,
};
use edge_otp_core::code::Code;
use edge_otp_core::error::ErrorCode;
use edge_otp_core::phone::PhoneNumber;
use edge_otp_core::policy::Policy;
use edge_otp_core::settings::{BRIDGE_SUPABASE_SECRET, BRIDGE_ZITADEL_SECRET};
use edge_otp_core::time::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use wasm_bindgen_test::wasm_bindgen_test;

const VECTORS: &str = include_str!("../../../tests/bridges/vectors.json");

#[derive(Deserialize)]
struct Vectors {
    at: u64,
    accepted: Vec<Accepted>,
    refused: Vec<Refused>,
}

#[derive(Deserialize)]
struct Accepted {
    name: String,
    dialect: String,
    secret: Option<String>,
    headers: BTreeMap<String, String>,
    #[serde(default)]
    form: bool,
    body: String,
    expected: Value,
}

#[derive(Deserialize)]
struct Refused {
    dialect: String,
    body: String,
    reason: String,
}

impl Vectors {
    fn read() -> Self {
        serde_json::from_str(VECTORS).expect("vectors")
    }

    const fn now(&self) -> Timestamp {
        Timestamp(self.at * 1_000)
    }
}

impl Accepted {
    fn dialect(&self) -> &'static dyn BridgeDialect {
        find_dialect(&self.dialect).expect("a dialect")
    }

    const fn body(&self) -> BridgeBody<'_> {
        let bytes = self.body.as_bytes();
        if self.form { BridgeBody::Form(bytes) } else { BridgeBody::Json(bytes) }
    }

    /// Returns the scheme and secrets, if the auth server signs.
    fn signed(&self) -> Option<(SignatureScheme, SigningSecrets)> {
        let Proof::Signature { setting, scheme } = self.dialect().proof() else { return None };
        let secret = self.secret.as_deref().expect("a secret");
        Some((scheme, SigningSecrets::parse(setting, scheme, secret).expect("valid")))
    }

    fn verify(
        &self,
        headers: &BTreeMap<String, String>,
        body: &[u8],
        now: Timestamp,
    ) -> Result<(), InvalidSignature> {
        let (scheme, secrets) = self.signed().expect("a signed vector");
        scheme.verify(&secrets, &|name| headers.get(name).cloned(), body, now)
    }
}

fn policy() -> Policy {
    Policy::parse(|_| None).expect("the defaults")
}

/// Describes what was understood, as the vectors do.
fn describe(call: BridgeCall) -> Value {
    match call {
        BridgeCall::Ignore(_) => "ignored".into(),
        BridgeCall::Deliver(request) => json!({
            "to": request.to.e164(),
            "code": request.code.as_ref().map(Code::as_str),
            "text": request.text.as_ref().map(MessageText::as_str),
            "usageType": request.usage_type.as_str(),
            "locale": request.locale,
            "ip": request.ip,
        }),
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn each_dialect_understands_the_requests_of_its_auth_server() {
    let vectors = Vectors::read();
    for vector in &vectors.accepted {
        let call = vector.dialect().parse(vector.body(), &policy(), vectors.now());
        assert_eq!(call.map(describe), Ok(vector.expected.clone()), "{}", vector.name);
    }
    for dialect in DIALECTS {
        assert!(vectors.accepted.iter().any(|vector| vector.dialect == dialect.id()), "{dialect:?}");
        let refused = vectors.refused.iter().filter(|vector| vector.dialect == dialect.id());
        assert!(refused.count() > 0, "{dialect:?}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn each_dialect_refuses_what_it_does_not_understand() {
    let vectors = Vectors::read();
    for Refused { dialect, body, reason } in &vectors.refused {
        let dialect = find_dialect(dialect).expect("a dialect");
        let error = dialect
            .parse(BridgeBody::Json(body.as_bytes()), &policy(), vectors.now())
            .map(describe)
            .expect_err("a refusal");
        match &error {
            RequestError::InvalidInput(issues) => {
                assert!(issues.iter().any(|issue| issue.path == *reason), "{dialect:?} {body}: {issues:?}");
            }
            RequestError::Phone(_) => assert_eq!(error.code().as_str(), reason, "{dialect:?} {body}"),
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn countries_and_service_numbers_are_refused_as_for_a_send() {
    let policy = Policy::parse(|name| (name == "ALLOWED_COUNTRIES").then(|| "DE".to_owned())).expect("valid");
    for vector in &Vectors::read().accepted {
        if vector.expected == "ignored" {
            continue;
        }
        let call = vector.dialect().parse(vector.body(), &policy, Timestamp(1_795_608_000_000));
        assert_eq!(
            call.map(describe).map_err(|error| error.code()),
            Err(ErrorCode::PhoneNotAllowed),
            "{}",
            vector.name
        );
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn signatures_of_auth_servers_are_valid_for_five_minutes() {
    let vectors = Vectors::read();
    let signed: Vec<_> = vectors.accepted.iter().filter(|vector| vector.signed().is_some()).collect();
    assert!(signed.len() > 10, "{}", signed.len());
    for vector in signed {
        let verify =
            |seconds: u64| vector.verify(&vector.headers, vector.body.as_bytes(), Timestamp(seconds * 1_000));
        let tolerance = u64::from(TOLERANCE.0);
        for now in [vectors.at, vectors.at - tolerance, vectors.at + tolerance] {
            assert_eq!(verify(now), Ok(()), "{} at {now}", vector.name);
        }
        let has_time = vector.dialect != "authgear";
        for now in [0, vectors.at - tolerance - 1, vectors.at + tolerance + 1, u64::from(u32::MAX)] {
            assert_eq!(verify(now).is_err(), has_time, "{} at {now}", vector.name);
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn every_changed_byte_of_a_signed_request_is_refused() {
    let vectors = Vectors::read();
    let mut tried = 0;
    for vector in vectors.accepted.iter().filter(|vector| vector.signed().is_some()) {
        for position in 0..vector.body.len() {
            let mut body = vector.body.clone().into_bytes();
            body[position] ^= 1;
            assert!(
                vector.verify(&vector.headers, &body, vectors.now()).is_err(),
                "{} {position}",
                vector.name
            );
            tried += 1;
        }
        for (name, value) in &vector.headers {
            // Of several signatures the first is not one, so that a change of it changes nothing.
            let first = value.rfind("v1").unwrap_or(0);
            for position in first..value.len() {
                let mut changed = value.clone().into_bytes();
                changed[position] ^= 1;
                let Ok(changed) = String::from_utf8(changed) else { continue };
                let mut headers = vector.headers.clone();
                headers.insert(name.clone(), changed.clone());
                let verdict = vector.verify(&headers, vector.body.as_bytes(), vectors.now());
                assert!(verdict.is_err(), "{} {name} {position}: {changed}", vector.name);
                tried += 1;
            }
        }
        let mut longer = vector.body.clone().into_bytes();
        longer.push(b' ');
        assert!(vector.verify(&vector.headers, &longer, vectors.now()).is_err(), "{}", vector.name);
    }
    assert!(tried > 3_000, "{tried}");
}

#[wasm_bindgen_test(unsupported = test)]
fn a_signature_needs_all_of_its_headers() {
    let vectors = Vectors::read();
    for vector in vectors.accepted.iter().filter(|vector| vector.signed().is_some()) {
        for name in vector.headers.keys() {
            let mut headers = vector.headers.clone();
            headers.remove(name);
            assert!(
                vector.verify(&headers, vector.body.as_bytes(), vectors.now()).is_err(),
                "without {name}"
            );
            for value in ["", "v1", "v1,", "v1=", "t=1795608000", "0", "-1", "1795608000.0"] {
                headers.insert(name.clone(), value.to_owned());
                assert!(
                    vector.verify(&headers, vector.body.as_bytes(), vectors.now()).is_err(),
                    "{name}: {value}"
                );
            }
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn several_secrets_are_accepted_during_a_rotation() {
    let now = Timestamp(1_795_608_000_000);
    let scheme = SignatureScheme::Timestamped { header: "zitadel-signature" };
    let both = SigningSecrets::parse(&BRIDGE_ZITADEL_SECRET, scheme, " signing-key-new\n\tsigning-key-old ")
        .expect("two");
    let one = SigningSecrets::parse(&BRIDGE_ZITADEL_SECRET, scheme, "signing-key-new").expect("one");
    for (secret, by_one) in [("signing-key-new", true), ("signing-key-old", false)] {
        let headers: BTreeMap<_, _> = scheme.sign(secret.as_bytes(), "", b"body", now).into_iter().collect();
        let header = |name: &str| headers.get(name).cloned();
        assert_eq!(scheme.verify(&both, &header, b"body", now), Ok(()), "{secret}");
        assert_eq!(scheme.verify(&one, &header, b"body", now).is_ok(), by_one, "{secret}");
    }
    assert_eq!(format!("{both:?}"), "SigningSecrets(2)");
}

#[wasm_bindgen_test(unsupported = test)]
fn secrets_that_are_not_in_their_form_name_the_setting() {
    let parse = |name: &str, text: &str| {
        let issue = BridgeSecrets::parse(|known| (known == name).then(|| text.to_owned())).err();
        issue.map(|issue| issue.path)
    };
    for text in [
        "",
        " ",
        "whsec_",
        "whsec_AAAA",
        "whsec_!!!!!!!!!!!!!!!!",
        "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw,whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    ] {
        assert_eq!(
            parse(BRIDGE_SUPABASE_SECRET.name, text).as_deref(),
            Some("BRIDGE_SUPABASE_SECRET"),
            "{text}"
        );
    }
    for text in ["v1,whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"] {
        assert_eq!(parse(BRIDGE_SUPABASE_SECRET.name, text), None, "{text}");
    }
    for text in ["short", "a-long-enough-key and five of them here"] {
        assert_eq!(
            parse(BRIDGE_ZITADEL_SECRET.name, text).as_deref(),
            Some("BRIDGE_ZITADEL_SECRET"),
            "{text}"
        );
    }
    let secrets = BridgeSecrets::parse(|name| {
        (name == "BRIDGE_CLERK_SECRET").then(|| "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned())
    });
    let secrets = secrets.expect("valid");
    let enabled: Vec<_> =
        DIALECTS.into_iter().filter(|dialect| secrets.enables(*dialect)).map(BridgeDialect::id).collect();
    assert_eq!(enabled, ["generic", "logto", "kratos", "authentik", "fusionauth", "casdoor", "clerk"]);
}

#[wasm_bindgen_test(unsupported = test)]
fn samples_are_requests_that_the_dialect_understands() {
    let phone = PhoneNumber::parse("+14155550123").expect("valid");
    let now = Timestamp(1_795_608_000_000);
    for dialect in DIALECTS {
        let body = dialect.sample(&Sample { to: &phone, code: "314159", now });
        let call = dialect
            .parse(BridgeBody::Json(body.as_bytes()), &policy(), now)
            .map(describe)
            .expect("understood");
        assert_eq!((&call["to"], &call["code"]), (&"+14155550123".into(), &"314159".into()), "{dialect:?}");
        let Proof::Signature { setting, scheme } = dialect.proof() else { continue };
        let text = match scheme {
            SignatureScheme::StandardWebhooks { .. } => "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            _ => "a-key-of-a-good-length",
        };
        let secrets = SigningSecrets::parse(setting, scheme, text).expect("valid");
        let headers: BTreeMap<_, _> = scheme
            .sign(secrets.iter().next().expect("one"), "id", body.as_bytes(), now)
            .into_iter()
            .collect();
        assert_eq!(scheme.verify(&secrets, &|name| headers.get(name).cloned(), body.as_bytes(), now), Ok(()));
    }
}
