//! What is fuzzed, and what must hold of every input beside that nothing panics. A target gives a number for what it
//! did, so that the driver can tell a new behaviour from a known one.

use core::ops::ControlFlow;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::corpus;
use crate::api::{Receipt, SendRequest, VerifyRequest};
use crate::challenge::Challenge;
use crate::claim::{Claim, Claimed};
use crate::code::Code;
use crate::connector::{Connector, Delivery, Outcome, Provider, REGISTRY};
use crate::error::Error;
use crate::guard::{Ask, Told, idle_at};
use crate::json::Value;
use crate::ledger::{Ledger, Wanted};
use crate::message::{Encoding, Message, encoding, segments};
use crate::phone::PhoneNumber;
use crate::policy::Policy;
use crate::record::Record;
use crate::template::{holds_code, render};
use crate::time::{Seconds, Timestamp};
use crate::usage::UsageType;
use crate::wire::{Response, Stamp};
use crate::world::{Answer, Journal, Known, tell};

/// One thing to fuzz.
pub(crate) struct Target {
    pub(crate) name: String,
    pub(crate) seeds: Box<dyn Fn() -> Vec<Vec<u8>>>,
    /// Words that its seeds do not hold.
    pub(super) words: &'static [&'static str],
    pub(crate) run: Box<dyn Fn(&[u8]) -> u64>,
}

/// All of them: each provider's answers, then what else comes from outside or from storage.
pub(crate) fn all() -> Vec<Target> {
    let answers = REGISTRY.into_iter().map(|provider| Target {
        name: format!("answer:{}", provider.id()),
        seeds: Box::new(move || corpus::answers(provider)),
        words: &[
            "code",
            "status",
            "success",
            "error",
            "0",
            "OK",
            "messages",
            "Response",
            "ids",
            "http_status_code",
        ],
        run: Box::new(move |input| answer(provider, input)),
    });
    let own = |name: &str, words, seeds: fn() -> Vec<Vec<u8>>, run: fn(&[u8]) -> u64| Target {
        name: name.to_owned(),
        seeds: Box::new(seeds),
        words,
        run: Box::new(run),
    };
    answers
        .chain([
            own(
                "config",
                &["http://localhost", "https://", "::1", "a@b.de", ".."],
                corpus::connectors,
                config,
            ),
            own("body:send", &["10.0.0.1", "de-DE"], corpus::bodies, send_body),
            own("body:verify", &["0123456789"], corpus::bodies, verify_body),
            own("template", &["{{code}}", "{{ \u{feff}code\u{a0}}}"], corpus::templates, template),
            own("phone", &["+86138", "+999"], corpus::phones, phone),
            own("json", &["\\u", "e", "E", "."], corpus::documents, json),
            own("record", &["live", "sends", "failures", "now", "attempts"], corpus::records, record),
            own("worker", &["PATCH", "archive", "sealed.v1.", "granted", "refused"], corpus::visits, worker),
        ])
        .collect()
}

fn behaviour(of: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    of.hash(&mut hasher);
    hasher.finish()
}

/// How many digits a number has in binary: sizes of one order count as one behaviour.
const fn order(size: usize) -> u32 {
    usize::BITS - size.leading_zeros()
}

const STATUSES: [u32; 16] = [200, 400, 201, 204, 302, 401, 429, 500, 503, 100, 199, 299, 300, 402, 403, 0];

/// Success is proven by a 2xx with a body (a 204 is one's own endpoint's), a refusal never holds more than a code.
fn answer(provider: &'static dyn Provider, input: &[u8]) -> u64 {
    let (head, body) = input.split_at(input.len().min(2));
    let status = STATUSES[usize::from(head.first().copied().unwrap_or(0)) % STATUSES.len()];
    let retry_after = head.get(1).filter(|byte| **byte > 0).map(|byte| Seconds(u32::from(*byte)));
    let response = Response { status, retry_after, body: String::from_utf8_lossy(body).into_owned() };
    let outcome = provider.outcome(&response);
    assert_eq!(outcome, provider.outcome(&response), "an answer means one thing");
    match outcome {
        _ if provider.id().starts_with("mock-") => 0,
        Outcome::Accepted => {
            assert!((200..300).contains(&status), "accepted with {status}");
            assert!(!response.body.trim().is_empty() || status == 204, "accepted without a word");
            behaviour(status)
        }
        Outcome::Unknown => behaviour((1, status, response.json().is_some())),
        Outcome::Refused(refusal) => {
            assert_eq!(refusal.status, status);
            let code = refusal.code.as_deref().unwrap_or("-");
            let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"._:-".contains(&byte);
            assert!((1..=64).contains(&code.len()) && code.bytes().all(fits), "{code:?} is no code");
            let answer = Error::Provider(refusal.clone());
            assert!([429, 502].contains(&answer.status()));
            let body = answer.body("id").json();
            assert!(body.len() < 512, "{body}");
            behaviour((2, status, format!("{:?}", refusal.class), order(code.len())))
        }
    }
}

fn stamp() -> Stamp {
    Stamp::new(Timestamp(1_800_000_000_000), [7; 16])
}

/// A config either is complained of, by paths and without its values, or makes requests that stay in their form.
fn config(input: &[u8]) -> u64 {
    const CODE: &str = "9304178265";
    let text = String::from_utf8_lossy(input);
    let connector = match Connector::parse(&text) {
        Ok(connector) => connector,
        Err(Error::ConnectorConfig(issues)) => {
            assert!(!issues.is_empty());
            let messages: Vec<_> = issues.iter().map(|issue| issue.message.as_str()).collect();
            assert!(messages.iter().all(|message| message.len() < 100 && message.is_ascii()));
            let paths =
                issues.iter().map(|issue| issue.path.trim_start_matches(|c: char| !c.is_ascii_digit()).len());
            return behaviour((messages.join("|"), paths.min().map(order)));
        }
        Err(error) => panic!("{error:?}"),
    };
    for usage in [UsageType::SignIn, UsageType::Generic] {
        for (to, locale) in [("+8613800138000", None), ("+14155550132", Some("zh-Hans-CN"))] {
            let (to, code) = (PhoneNumber::parse(to).expect(to), Code::parse(CODE).expect(CODE));
            let Ok(template) = connector.template(usage, locale) else { continue };
            if !connector.provider.serves(&connector.config, &to) {
                continue;
            }
            let message = Message { to: &to, usage, code: &code, locale, ip: Some("203.0.113.7"), template };
            if let Delivery::Http(request) =
                connector.provider.delivery(&connector.config, &message, &stamp())
            {
                let local = ["http://localhost", "http://127.0.0.1"];
                let reachable =
                    request.url.starts_with("https://") || local.iter().any(|l| request.url.starts_with(l));
                assert!(reachable, "{}", request.url);
                let values = request.headers.iter().map(|(_, value)| value.as_str());
                for text in values.chain([request.url.as_str()]) {
                    assert!(text.bytes().all(|byte| (0x20..=0x7e).contains(&byte)), "{text:?}");
                }
                if request
                    .headers
                    .iter()
                    .any(|(name, value)| *name == "content-type" && value.starts_with("application/json"))
                {
                    serde_json::from_str::<serde_json::Value>(&request.body).expect("the body is JSON");
                }
                assert!([request.url, request.body].concat().contains(CODE), "no code in the request");
            }
        }
    }
    behaviour((connector.provider.id(), connector.config.templates().len()))
}

fn policy() -> Policy {
    Policy::parse(|_| None).expect("the defaults")
}

/// Whatever is refused is refused with a code of the contract, and an answer that stays small.
fn refused(error: &Error) -> u64 {
    assert!([400, 403].contains(&error.status()), "{}", error.status());
    let answer = error.body("id").json();
    let Error::InvalidInput(issues) = error else { return behaviour(error.code()) };
    let longest = issues.iter().map(|issue| issue.path.chars().count()).max().unwrap_or_default();
    assert!(longest <= 64, "a path of {longest} characters");
    serde_json::from_str::<serde_json::Value>(&answer).expect("the answer is JSON");
    behaviour(issues.iter().map(|issue| issue.message.clone()).collect::<Vec<_>>())
}

fn send_body(input: &[u8]) -> u64 {
    match SendRequest::parse(input, &policy()) {
        Ok(request) => {
            serde_json::from_slice::<serde_json::Value>(input).expect("it is JSON");
            let meaning = request.meaning();
            assert!(meaning.iter().all(|part| part.len() <= 64 && part.is_ascii()), "{meaning:?}");
            behaviour((request.usage.name(), meaning.map(|part| order(part.len()))))
        }
        Err(error) => refused(&error),
    }
}

fn verify_body(input: &[u8]) -> u64 {
    match VerifyRequest::parse(input) {
        Ok(request) => {
            assert!((1..=10).contains(&request.code.as_str().len()));
            behaviour((request.usage.name(), request.verification_id.map(|id| order(id.len()))))
        }
        Err(error) => refused(&error),
    }
}

/// What a template is rendered to, and what the text costs.
fn template(input: &[u8]) -> u64 {
    const CODE: &str = "9304178265";
    let text = String::from_utf8_lossy(input);
    let lookup = |name: &str| (name == "code").then(|| CODE.to_owned());
    let rendered = render(&text, lookup);
    let (before, after) = (text.matches(CODE).count(), rendered.matches(CODE).count());
    assert!(!holds_code(&text) || after > before, "the code is not in {rendered:?}");
    assert_eq!(render(&text, |_| None), text, "unknown names are left alone");
    // A value is not rendered again.
    let braces = render(&text, |name| (name == "code").then(|| "{{code}}".to_owned()));
    assert!(braces.len() <= text.len() * 8 + 8, "{} grew to {}", text.len(), braces.len());

    let (kind, parts) = (encoding(&rendered), segments(&rendered));
    let (units, single, multi) = match kind {
        Encoding::Ucs2 => (rendered.encode_utf16().count(), 70, 67),
        Encoding::Gsm7 => {
            let extended = |c: &char| "\u{c}^{}\\[~]|€".contains(*c);
            (rendered.chars().count() + rendered.chars().filter(extended).count(), 160, 153)
        }
    };
    let parts = usize::try_from(parts).expect("few");
    if units <= single {
        assert_eq!(parts, 1);
    } else {
        // A part loses one unit at most, to a pair that does not fit.
        assert!(
            (units.div_ceil(multi)..=units.div_ceil(multi - 1)).contains(&parts),
            "{units} units in {parts} parts"
        );
    }
    behaviour((
        kind == Encoding::Ucs2,
        parts.min(6),
        units % multi == 0,
        after - before.min(after),
        holds_code(&text),
    ))
}

/// A request to the Worker, with answers to the wishes of its story: `{method, path, headers, answers}`. Whatever comes
/// from outside, from KV and from the guard, the story ends with an answer of the contract or wishes for more.
fn worker(input: &[u8]) -> u64 {
    let Some(visit) = core::str::from_utf8(input).ok().and_then(Value::parse) else { return 0 };
    let settings = crate::record::object([
        ("OTP_SECRET", "0123456789abcdef0123456789abcdef".into()),
        ("API_KEYS", "key".into()),
        ("ADMIN_KEY", "key".into()),
        ("ALLOW_MOCK", "1".into()),
    ]);
    let at = Timestamp(1_800_000_000_000);
    let mut journal = Journal::begin(at, Known::default());
    for answer in visit.get("answers").and_then(Value::as_array).unwrap_or_default() {
        journal.add(Answer { at, value: (!matches!(answer, Value::Bool(false))).then(|| answer.clone()) });
    }
    match tell(&journal, |world| crate::edge::fetch(world, &visit, &settings, None).write()) {
        ControlFlow::Continue(_) => 1,
        ControlFlow::Break(answered) => {
            let status = answered.get("status").and_then(Value::as_u64).expect("a status");
            assert!((200..=204).contains(&status) || (400..=503).contains(&status), "{status}");
            let body = answered.get("body").and_then(Value::as_str).unwrap_or("null");
            let code = Value::parse(body).expect("JSON").get("code").and_then(String::read);
            behaviour((status, code))
        }
    }
}

fn phone(input: &[u8]) -> u64 {
    let text = String::from_utf8_lossy(input);
    let Some(phone) = PhoneNumber::parse(&text) else { return behaviour(order(text.len())) };
    let digits = text.strip_prefix('+').expect("a plus");
    assert!(
        (7..=15).contains(&digits.len())
            && digits.bytes().all(|b| b.is_ascii_digit())
            && !digits.starts_with('0')
    );
    assert_eq!((phone.e164(), phone.digits()), (&*text, digits));
    assert_eq!(phone.redacted().len(), text.len());
    assert!(!phone.redacted().contains(&digits[..digits.len() - 2]));
    let policy = Policy::parse(|name| (name == "ALLOWED_COUNTRIES").then(|| "US, 44, CN".to_owned()))
        .expect("a policy");
    behaviour((
        digits.len(),
        policy.countries.allow(&phone),
        crate::message::mainland_mobile(&phone).is_some(),
    ))
}

/// What we read, serde_json reads as the same; and it is written back as it was read.
fn json(input: &[u8]) -> u64 {
    let text = String::from_utf8_lossy(input);
    let judged = serde_json::from_str::<serde_json::Value>(&text);
    let Some(value) = Value::parse(&text) else {
        if judged.is_ok() {
            // Beyond our limits, or a name twice: nothing else may be refused.
            let brackets = text.bytes().filter(|byte| b"[{".contains(byte)).count();
            let quotes = text.bytes().filter(|byte| *byte == b'"').count();
            assert!(brackets > 64 || quotes >= 4, "{text:?} is JSON");
        }
        return behaviour((judged.is_ok(), order(text.len())));
    };
    let judged = judged.expect("serde_json reads it too");
    let written = value.json();
    assert_eq!(Value::parse(&written).as_ref(), Some(&value), "{written}");
    assert_eq!(serde_json::from_str::<serde_json::Value>(&written).expect("JSON"), judged);
    let shape = shape(&value, 0);
    assert!(shape.1 <= 64, "{} levels", shape.1);
    behaviour(shape)
}

/// The kinds that occur, how deep, and how many.
fn shape(value: &Value, depth: u32) -> (u32, u32, u32) {
    let join = |parts: Vec<(u32, u32, u32)>| {
        parts.into_iter().fold((0, depth, 0), |a, b| (a.0 | b.0, a.1.max(b.1), order((a.2 + b.2) as usize)))
    };
    match value {
        Value::Null => (1, depth, 1),
        Value::Bool(_) => (2, depth, 1),
        Value::Number(text) => (4, depth, order(text.len())),
        Value::String(text) => (8, depth, order(text.len())),
        Value::Array(items) => join(items.iter().map(|item| shape(item, depth + 1)).collect()),
        Value::Object(map) => join(map.iter().map(|(_, item)| shape(item, depth + 1)).collect()),
    }
}

/// Whether a text is such a record; if so, it reads back what it writes.
fn rereads<R: Record>(text: &str) -> bool {
    let Some(record) = R::from_json(text) else { return false };
    let written = record.to_json();
    assert_eq!(R::from_json(&written).map(|record| record.to_json()).as_ref(), Some(&written));
    true
}

/// What storage holds, or another version wrote: read and written it stays the same, and no number in it overflows.
fn record(input: &[u8]) -> u64 {
    let text = String::from_utf8_lossy(input);
    let times = [0, 1_800_000_000_000, u64::MAX].map(Timestamp);
    let policy = policy();
    let ledger = Ledger::from_json(&text);
    if let Some(ledger) = &ledger {
        assert_eq!(Ledger::from_json(&ledger.to_json()).as_ref(), Some(ledger));
        for now in times {
            let wanted = Wanted { usage: UsageType::SignIn, id: None };
            let _ = ledger.send(UsageType::SignIn, "0b", now, &policy);
            if let Ok(id) = ledger.admit(wanted, now, &policy) {
                let (wrong, _) = ledger.judge(wanted, id, false, now, &policy);
                let (right, _) = ledger.judge(wanted, id, true, now, &policy);
                assert_ne!(wrong, *ledger, "a guess counts");
                // A broken ledger may hold two codes of one usage type; each of them is good once.
                assert_ne!(right.admit(wanted, now, &policy), Ok(id), "a code is good once");
            }
            let _ = ledger.void("0a", now, now).idle_at();
        }
    }
    let claim = Claim::from_json(&text);
    if let Some(claim) = &claim {
        assert_eq!(Claim::from_json(&claim.to_json()).as_ref(), Some(claim));
        for now in times {
            let (_, claimed) = Claim::make(Some(claim), "00ff", now);
            assert_eq!(Claimed::from_json(&claimed.to_json()), Some(claimed));
        }
    }
    let now_idle = times.map(|now| idle_at(&text, now).is_some());
    let challenge = Challenge::parse(&text);
    if let Some(challenge) = &challenge {
        assert_eq!(Challenge::parse(&challenge.to_json()).as_ref(), Some(challenge));
    }
    let ask = rereads::<Ask>(&text);
    let told = rereads::<Told>(&text);
    let receipt = rereads::<Receipt>(&text);
    let size = ledger.as_ref().map(|ledger| order(ledger.to_json().len()));
    behaviour((size, claim.is_some(), challenge.is_some(), ask, told, receipt, now_idle, order(text.len())))
}
