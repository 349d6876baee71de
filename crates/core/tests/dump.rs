//! Whoever reads all of KV and of the guard's storage finds no phone number, no code, and nothing from which one of them
//! could be computed without the root secret: a million candidates are tried under every unkeyed hash in use.

#![expect(clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

#[expect(dead_code, reason = "each test file uses a part of the platform")]
mod platform;

use std::collections::BTreeSet;

use edge_otp_core::api::{SendRequest, VerifyRequest};
use edge_otp_core::keys::IdempotencyKey;
use edge_otp_core::service::OtpService;
use platform::{InMemoryPlatform, ROOT, key_ring, wrong_code};
use sha1::Sha1;
use sha2::{Digest, Sha224, Sha256, Sha512};
use wasm_bindgen_test::wasm_bindgen_test;

const TWILIO: &str = r#"{"connectorId":"twilio-short-message-service","config":{"accountSID":"AC1","authToken":
"secret-token","fromMessagingServiceSID":"MG1","templates":[{"usageType":"Generic","content":"{{code}}"}]}}"#;

/// What a busy run has stored, and what it must not show.
struct Dump {
    text: String,
    phones: Vec<String>,
    codes: Vec<String>,
}

fn run() -> Dump {
    let policy = [("RESEND_COOLDOWNS", "0"), ("SENDS_PER_PREFIX_HOUR", "1000")];
    let mut platform = InMemoryPlatform::new().with_policy(&policy);
    platform.put_kv("connector", TWILIO);
    let (mut phones, mut codes, mut texts) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..2_u32 {
        for number in 0..100_u32 {
            let phone = format!("+1415555{number:04}");
            let body = format!(r#"{{"phone":"{phone}","usageType":"SignIn"}}"#);
            let service = OtpService { platform: &platform, keys: &platform.keys, policy: &platform.policy };
            let request = SendRequest::parse(body.as_bytes(), service.policy).expect("valid");
            let key = format!("key-{round}-{number}");
            let key = (number % 3 == 0).then_some(IdempotencyKey { scope: "api-key", key: &key });
            platform.block_on(service.send(&request, key)).expect("sent");
            let code = platform.last_code();
            let verify = |code: &str| {
                let body = format!(r#"{{"phone":"{phone}","usageType":"SignIn","code":"{code}"}}"#);
                let request = VerifyRequest::parse(body.as_bytes()).expect("valid");
                platform.block_on(service.verify(&request)).is_ok()
            };
            assert!(!verify(&wrong_code(&code)));
            // Most codes are still live when the dump is made.
            assert!(number % 4 != 0 || verify(&code));
            codes.push(code);
            phones.push(phone);
        }
        texts.push(dump_of(&platform));
        // In the second round states are handed over to the objects of another secret.
        platform.keys = key_ring("another-root-secret-of-40-characters-000", Some(ROOT));
    }
    texts.push(dump_of(&platform));
    Dump { text: texts.join("\n"), phones, codes }
}

fn dump_of(platform: &InMemoryPlatform) -> String {
    let kv =
        platform.kv.borrow().iter().map(|(key, entry)| format!("{key} {}", entry.text)).collect::<Vec<_>>();
    let states =
        platform.states.borrow().iter().map(|(key, text)| format!("{key} {text}")).collect::<Vec<_>>();
    assert!(kv.len() > 50 && states.len() > 100, "a busy run");
    [kv, states].concat().join("\n")
}

/// The words of the dump: names, ids, hashes, numbers.
fn words(dump: &str) -> BTreeSet<&str> {
    dump.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect()
}

/// The first eight bytes of a hash: more than chance would repeat.
fn first_bytes(hash: &[u8]) -> u64 {
    hash.first_chunk().copied().map(u64::from_be_bytes).expect("a hash has eight bytes")
}

fn unkeyed_hashes(text: &str) -> [u64; 4] {
    [
        first_bytes(&Sha1::digest(text)),
        first_bytes(&Sha224::digest(text)),
        first_bytes(&Sha256::digest(text)),
        first_bytes(&Sha512::digest(text)),
    ]
}

/// Returns the candidates that occur in the dump, as they are or hashed.
fn find(dump: &str, candidates: impl Iterator<Item = String>) -> Vec<String> {
    let words = words(dump);
    let to_number = |word: &&str| u64::from_str_radix(word.get(..16)?, 16).ok();
    let hashes: BTreeSet<u64> = words.iter().filter_map(to_number).collect();
    let is_hashed = |text: &str| unkeyed_hashes(text).iter().any(|hash| hashes.contains(hash));
    candidates.filter(|text| words.contains(&**text) || is_hashed(text)).collect()
}

#[wasm_bindgen_test(unsupported = test)]
fn a_dump_shows_no_phone_number_and_no_code() {
    let Dump { text, phones, codes } = run();
    for phone in phones {
        assert!(!text.contains(phone.trim_start_matches("+1")), "{phone}");
    }
    let words = words(&text);
    for code in codes {
        assert!(!words.contains(&*code), "{code}");
    }
    assert!(!text.contains(ROOT));
}

#[cfg(not(target_arch = "wasm32"))]
#[test]
fn a_million_candidates_find_no_code_and_no_phone_number_in_a_dump() {
    let Dump { text, phones, .. } = run();
    // The counters of a day have buckets of half an hour, whose numbers have six digits too.
    let bucket = platform::START.0 / 1_800_000;
    let codes = (0..1_000_000).filter(|code| *code != bucket).map(|code| format!("{code:06}"));
    assert_eq!(find(&text, codes), [""; 0]);
    // With the number, as one might hash them together.
    let phone = phones.last().expect("a number").clone();
    assert_eq!(find(&text, (0..1_000_000).map(|code| format!("{phone}{code:06}"))), [""; 0]);
    let forms = |number: u32| [format!("+1415{number:07}"), format!("1415{number:07}")];
    assert_eq!(find(&text, (5_000_000..5_500_000).flat_map(forms)), [""; 0]);
}

/// The search can find something.
#[wasm_bindgen_test(unsupported = test)]
fn a_dump_with_an_unkeyed_hash_would_be_found_out() {
    let hashed = format!("code:0a {{\"mac\":\"{}\"}}", hex::encode(Sha256::digest("042137")));
    assert_eq!(find(&hashed, (0..100_000).map(|code| format!("{code:06}"))), ["042137"]);
    assert_eq!(find("code:0a 042137", (0..100_000).map(|code| format!("{code:06}"))), ["042137"]);
}
