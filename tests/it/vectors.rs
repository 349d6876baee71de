//! The captured exchanges of `tests/vectors` against the connectors: one check per kind, the data decides. A vector
//! passes as it stands, passes after a deliberate change that the check applies to it, or is inapplicable for a
//! reason that stands in the code; nothing is left out, and the totals are pinned.

mod data;
mod render;
mod request;
mod sdk;
mod shape;

use serde_json::Value as Json;

pub(super) use self::data::default_config;
use self::data::{FILES, Vector, has, refusal, text};
use crate::connector::{Class, Outcome, provider};
use crate::sign::{Tc3, aliyun_rpc};
use crate::time::{Seconds, Timestamp};
use crate::wire::Response;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// What became of a vector. The texts say why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Exact,
    /// Passed after a deliberate change of ours to what is expected.
    Changed(&'static str),
    /// Not comparable; what we do instead has been checked where there is something to check.
    Inapplicable(&'static str),
}

/// Exact, changed, inapplicable: of the requests, the responses and the configs. No vector can drop out unseen.
const TOTALS: [(&str, [[usize; 3]; 3]); 12] = [
    ("twilio-short-message-service", [[43, 0, 14], [13, 0, 2], [16, 0, 2]]),
    ("aliyun-short-message-service", [[35, 19, 25], [16, 0, 2], [18, 0, 2]]),
    ("aliyun-short-message-auth-service", [[26, 0, 20], [13, 0, 2], [15, 0, 3]]),
    ("tencent-short-message-service", [[24, 4, 19], [17, 0, 2], [19, 0, 2]]),
    ("vonage-sms", [[4, 39, 13], [16, 0, 2], [16, 0, 1]]),
    ("yunpian-sms", [[53, 0, 19], [16, 0, 2], [13, 0, 2]]),
    ("smsbao-sms", [[1, 34, 22], [17, 0, 2], [16, 0, 0]]),
    ("smsaero-short-message-service", [[4, 36, 15], [10, 0, 2], [18, 0, 1]]),
    ("gatewayapi-sms", [[4, 41, 13], [12, 0, 2], [15, 0, 1]]),
    ("whatsapp-short-message-service", [[26, 4, 11], [11, 0, 2], [14, 0, 2]]),
    ("http-sms", [[28, 4, 17], [13, 0, 2], [6, 0, 0]]),
    ("mock-short-message-service", [[10, 0, 9], [0, 0, 0], [15, 0, 2]]),
];

fn totals(kind: usize) -> Vec<(&'static str, [usize; 3])> {
    let of_kind = TOTALS.map(|(name, counts)| (name, counts[kind]));
    of_kind.into_iter().filter(|(_, counts)| counts.iter().any(|count| *count > 0)).collect()
}

/// Runs a check over the vectors of a kind and compares the count of each file: exact, changed, inapplicable.
fn run(kind: &str, expected: &[(&str, [usize; 3])], check: impl Fn(&Vector) -> Result<Verdict, String>) {
    let (mut failures, mut counts, mut reasons) = (Vec::new(), Vec::new(), Vec::<(Verdict, usize)>::new());
    for file in FILES {
        let vectors = file.vectors(kind);
        let mut count = [0; 3];
        for vector in &vectors {
            let verdict = match check(vector) {
                Ok(verdict) => verdict,
                Err(failure) => {
                    failures.push(format!("{}: {failure}", vector.id()));
                    continue;
                }
            };
            count[match verdict {
                Verdict::Exact => 0,
                Verdict::Changed(_) => 1,
                Verdict::Inapplicable(_) => 2,
            }] += 1;
            match reasons.iter_mut().find(|(known, _)| *known == verdict) {
                Some((_, times)) => *times += 1,
                None => reasons.push((verdict, 1)),
            }
        }
        if !vectors.is_empty() {
            println!(
                "{kind:10} {:34} exact {:3}, changed {:3}, inapplicable {:3}",
                file.name, count[0], count[1], count[2]
            );
            counts.push((file.name, count));
        }
    }
    for (verdict, times) in reasons {
        println!("{kind:10} {times:4} × {verdict:?}");
    }
    assert!(failures.is_empty(), "{} of {kind} fail:\n{}", failures.len(), failures.join("\n"));
    assert_eq!(counts, expected, "the totals of {kind}");
}

/// The bodies of a connector's responses, for other suites.
pub(super) fn bodies(id: &str) -> Vec<String> {
    responses(id, |_| true)
}

/// Those of them that prove a success.
pub(super) fn success_bodies(id: &str) -> Vec<String> {
    responses(id, |meaning| meaning == "accepted")
}

fn responses(id: &str, wanted: impl Fn(&str) -> bool) -> Vec<String> {
    let file = FILES.into_iter().find(|file| file.name == id).expect(id);
    let vectors =
        file.vectors("responses").into_iter().filter(|vector| wanted(text(&vector.json, "meaning")));
    vectors.map(|vector| text(&vector.json, "body").to_owned()).collect()
}

#[test]
fn requests_are_those_of_the_vectors() {
    run("requests", &totals(0), request::check);
}

#[test]
fn answers_mean_what_the_vectors_say() {
    run("responses", &totals(1), check_response);
}

fn check_response(vector: &Vector) -> Result<Verdict, String> {
    if has(&vector.json, "behavior") {
        return Ok(Verdict::Inapplicable("no answer reaches the connector; the transport makes it unknown"));
    }
    let response = Response {
        status: vector.json["status"]
            .as_u64()
            .and_then(|status| u32::try_from(status).ok())
            .ok_or("no status")?,
        retry_after: Some(Seconds(7)),
        body: text(&vector.json, "body").to_owned(),
    };
    let outcome = vector.provider.outcome(&response);
    let name = vector.id().rsplit('/').next().unwrap_or_default();
    match (text(&vector.json, "meaning"), &outcome) {
        ("accepted", Outcome::Accepted) | ("unknown", Outcome::Unknown) => Ok(Verdict::Exact),
        ("rejected", Outcome::Refused(refusal)) => match expected_class(name) {
            Some(class) if class != refusal.class => Err(format!("{class:?} was expected of {refusal:?}")),
            _ => Ok(Verdict::Exact),
        },
        (meaning, _) => Err(format!("{meaning} is read as {outcome:?}")),
    }
}

/// What the failures that name their reason are: told apart for the operator, throttling with its `Retry-After`.
fn expected_class(name: &str) -> Option<Class> {
    Some(match name {
        "rate_limit"
        | "frequency"
        | "throttled"
        | "day-limit"
        | "daily-limit"
        | "rate-limit-http-400"
        | "isv-prefixed-rate-limit"
        | "too_many_429"
        | "hourly_limit"
        | "http-400-no-detail"
        | "too_many" => Class::Throttled(Some(Seconds(7))),
        "bad_access_key"
        | "not_opened"
        | "bad_signature"
        | "bad_token"
        | "bad_auth"
        | "bad_secret_id"
        | "bad_apikey"
        | "ip_denied"
        | "unauthorized"
        | "unauthorized_401"
        | "no_account"
        | "http-403"
        | "all-failed-count-number" => Class::Credentials,
        "invalid_phone"
        | "invalid_to"
        | "country_denied"
        | "region_blocked"
        | "trial_unverified"
        | "validation"
        | "invalid_number"
        | "status-failed-in-201-body" => Class::Recipient,
        "sign_illegal" | "sensitive_words" | "bad_template" | "no_template" => Class::Content,
        "out_of_funds" | "error-body-with-200" => Class::Balance,
        "http-400-text" | "http-403-text" => Class::Unreadable,
        _ => return None,
    })
}

#[test]
fn configs_are_refused_as_the_vectors_say() {
    run("config", &totals(2), check_config);
}

fn check_config(vector: &Vector) -> Result<Verdict, String> {
    let sent = vector.json["sent"] == Json::Bool(true);
    match (text(&vector.json, "logto"), vector.connector()) {
        ("ok", Ok(_)) => Ok(Verdict::Exact),
        ("ok", Err(issues)) => refusal(&issues).map(Verdict::Inapplicable),
        ("invalid_config", Ok(_)) if vector.id().ends_with("/templates-only-four-required") => {
            Ok(Verdict::Inapplicable("only Generic is required"))
        }
        ("invalid_config", Err(issues)) => {
            let paths = vector.json["paths"].as_array().cloned().unwrap_or_default();
            // Ours may be more exact: `templates.0.templateCode.overseas` for `templates.0.templateCode`.
            let told =
                |path: &Json| issues.iter().any(|issue| leads_to(&issue.path, path.as_str().unwrap_or("?")));
            if paths.iter().all(told) {
                Ok(Verdict::Exact)
            } else {
                Err(format!("{issues:?} lack one of {paths:?}"))
            }
        }
        ("template_not_found", Ok(connector)) => {
            match connector.template(vector.usage().ok_or("usage")?, None) {
                Err(_) => Ok(Verdict::Exact),
                Ok(_) => Err("a template was found".to_owned()),
            }
        }
        // Logto's kit for Vonage throws before it sends.
        ("general", Err(issues)) if !sent => refusal(&issues).map(|_| Verdict::Exact),
        (logto, connector) => Err(format!("Logto says {logto}, we say {:?}", connector.map(|_| "fine"))),
    }
}

fn leads_to(ours: &str, theirs: &str) -> bool {
    ours.strip_prefix(theirs).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

#[test]
fn official_kits_send_what_we_send() {
    run("sdk", &[("sdk", [34, 39, 32])], sdk::check);
}

#[test]
fn signatures_equal_those_printed_in_the_documentation() {
    run("signatures", &[("doc-signatures", [3, 0, 0])], |vector| {
        let ours = if has(&vector.json, "params") { rpc_signature(vector) } else { tc3_signature(vector) };
        let printed = text(&vector.json, "signature");
        if ours == printed { Ok(Verdict::Exact) } else { Err(format!("{ours} is not {printed}")) }
    });
}

fn rpc_signature(vector: &Vector) -> String {
    let params = vector.json["params"].as_object().expect("an object").iter();
    let fields: Vec<_> =
        params.map(|(name, value)| (name.as_str(), value.as_str().expect("a text"))).collect();
    aliyun_rpc(text(&vector.json, "method"), &fields, text(&vector.json, "secret"))
}

fn tc3_signature(vector: &Vector) -> String {
    let request = Tc3 {
        secret_id: text(&vector.json, "secret_id"),
        secret_key: text(&vector.json, "secret_key"),
        service: text(&vector.json, "service"),
        host: text(&vector.json, "host"),
        content_type: text(&vector.json, "content_type"),
        now: Timestamp(vector.json["timestamp"].as_u64().expect("seconds") * 1_000),
        body: text(&vector.json, "body"),
    };
    request.authorization().rsplit("Signature=").next().unwrap_or_default().to_owned()
}

#[test]
fn every_connector_has_its_vectors() {
    for provider in crate::connector::REGISTRY {
        assert!(FILES.iter().any(|file| file.name == provider.id()), "{}", provider.id());
    }
    let total: usize = data::KINDS.iter().flat_map(|kind| FILES.map(|file| file.vectors(kind).len())).sum();
    assert_eq!(total, 1_119);
    assert!(provider("none").is_none());
}
