//! The captured exchanges of `tests/vectors` against the providers: one check per kind, driven by the data. A vector
//! passes unchanged, passes after a deliberate change that the check applies to it, or is inapplicable for a reason that
//! is part of the code; nothing is left out, and the totals are pinned.

#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "tests fail by panicking")]

#[path = "vectors/data.rs"]
mod data;
#[path = "vectors/decoded.rs"]
mod decoded;
#[path = "vectors/render.rs"]
mod render;
#[path = "vectors/request.rs"]
mod request;
#[path = "vectors/response.rs"]
mod response;
#[path = "vectors/sdk.rs"]
mod sdk;
#[path = "vectors/signing.rs"]
mod signing;
#[expect(dead_code, reason = "the guides are for the contract tests")]
mod support;

use edge_otp_core::provider::{REGISTRY, find_provider};
use serde_json::Value;
use wasm_bindgen_test::wasm_bindgen_test;

use self::data::{KINDS, Vector, explain_refusal, vectors};
use self::support::{FILES, text};

/// What became of a vector. The texts give the reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Exact,
    /// Passed after a deliberate change of ours to what is expected.
    Changed(&'static str),
    /// Not comparable; what we do instead was checked where there is something to check.
    Inapplicable(&'static str),
}

/// Exact, changed, inapplicable: of the requests, the responses and the configs. No vector can be lost unnoticed.
const TOTALS: &[(&str, [[usize; 3]; 3])] = &[
    ("twilio-short-message-service", [[43, 0, 14], [19, 0, 2], [16, 0, 2]]),
    ("aliyun-short-message-service", [[35, 19, 25], [19, 0, 2], [18, 0, 2]]),
    ("aliyun-short-message-auth-service", [[26, 0, 20], [15, 0, 2], [15, 0, 3]]),
    ("tencent-short-message-service", [[24, 4, 19], [22, 0, 2], [19, 0, 2]]),
    ("vonage-sms", [[4, 39, 13], [18, 0, 2], [16, 0, 1]]),
    ("yunpian-sms", [[53, 0, 19], [19, 0, 2], [13, 0, 2]]),
    ("smsbao-sms", [[1, 34, 22], [18, 0, 2], [16, 0, 0]]),
    ("smsaero-short-message-service", [[4, 36, 15], [14, 0, 2], [18, 0, 1]]),
    ("gatewayapi-sms", [[4, 41, 13], [13, 0, 2], [15, 0, 1]]),
    ("whatsapp-short-message-service", [[0, 30, 11], [16, 0, 2], [14, 0, 2]]),
    ("http-sms", [[28, 4, 17], [14, 0, 2], [6, 0, 0]]),
    ("mock-short-message-service", [[10, 0, 9], [0, 0, 0], [15, 0, 2]]),
];

fn totals(kind: usize) -> Vec<(&'static str, [usize; 3])> {
    let of_kind = TOTALS.iter().map(|(name, counts)| (*name, counts[kind]));
    of_kind.filter(|(_, counts)| counts.iter().any(|count| *count > 0)).collect()
}

/// Runs a check over the vectors of a kind and compares the count of each file: exact, changed, inapplicable.
fn run(kind: &str, expected: &[(&str, [usize; 3])], check: impl Fn(&Vector) -> Result<Verdict, String>) {
    let (mut failures, mut counts, mut reasons) = (Vec::new(), Vec::new(), Vec::<(Verdict, usize)>::new());
    for file in FILES {
        let vectors = vectors(file, kind);
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

#[wasm_bindgen_test(unsupported = test)]
fn build_request_makes_the_requests_of_the_vectors() {
    run("requests", &totals(0), request::check);
}

#[wasm_bindgen_test(unsupported = test)]
fn parse_response_reads_the_responses_of_the_vectors() {
    run("responses", &totals(1), response::check);
}

#[wasm_bindgen_test(unsupported = test)]
fn validation_refuses_the_configs_that_the_vectors_refuse() {
    run("config", &totals(2), check_config);
}

fn check_config(vector: &Vector) -> Result<Verdict, String> {
    let is_sent = vector.json["sent"] == Value::Bool(true);
    match (text(&vector.json, "logto"), vector.connector()) {
        ("ok", Ok(_)) => Ok(Verdict::Exact),
        ("ok", Err(issues)) => explain_refusal(&issues).map(Verdict::Inapplicable),
        ("invalid_config", Ok(_)) if vector.id().ends_with("/templates-only-four-required") => {
            Ok(Verdict::Inapplicable("only Generic is required"))
        }
        ("invalid_config", Err(issues)) => {
            let paths = vector.json["paths"].as_array().cloned().unwrap_or_default();
            // Ours may be more exact: `templates.0.templateCode.overseas` for `templates.0.templateCode`.
            let is_reported = |path: &Value| {
                issues.iter().any(|issue| is_at_or_below(&issue.path, path.as_str().unwrap_or("?")))
            };
            if paths.iter().all(is_reported) {
                Ok(Verdict::Exact)
            } else {
                Err(format!("{issues:?} lack one of {paths:?}"))
            }
        }
        ("template_not_found", Ok(connector)) => {
            match connector.template(vector.usage_type().ok_or("usage type")?, None) {
                Err(_) => Ok(Verdict::Exact),
                Ok(_) => Err("a template was found".to_owned()),
            }
        }
        // Logto's kit for Vonage throws before it sends.
        ("general", Err(issues)) if !is_sent => explain_refusal(&issues).map(|_| Verdict::Exact),
        (logto, connector) => Err(format!("Logto says {logto}, we say {connector:?}")),
    }
}

fn is_at_or_below(path: &str, parent: &str) -> bool {
    path.strip_prefix(parent).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

#[wasm_bindgen_test(unsupported = test)]
fn official_kits_send_what_build_request_makes() {
    run("sdk", &[("sdk", [35, 40, 30])], sdk::check);
}

#[wasm_bindgen_test(unsupported = test)]
fn signatures_equal_those_printed_in_the_documentation() {
    run("signatures", &[("doc-signatures", [3, 0, 0])], |vector| {
        let ours = signing::documented_signature(vector);
        let printed = text(&vector.json, "signature");
        if ours == printed { Ok(Verdict::Exact) } else { Err(format!("{ours} is not {printed}")) }
    });
}

#[wasm_bindgen_test(unsupported = test)]
fn every_provider_has_its_vectors() {
    for provider in REGISTRY {
        assert!(FILES.iter().any(|file| file.name == provider.id()), "{}", provider.id());
    }
    let total: usize = KINDS.iter().flat_map(|kind| FILES.map(|file| vectors(file, kind).len())).sum();
    assert!(total > 1_100, "{total}, as the documents say");
    assert!(find_provider("none").is_none());
}
