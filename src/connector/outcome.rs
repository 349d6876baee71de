//! What an answer means. Success must be proven by the body, refusal by the status or the body; all else is open.

use alloc::string::String;

use crate::error::{ProviderRefusal, RefusalClass};
use crate::json::Value;
use crate::wire::Response;

pub(crate) use crate::error::RefusalClass as Class;

/// A provider's documented codes by their class, separated by spaces. A code also stands for those that go on from
/// it after a dot (`Throttling` for `Throttling.User`), so the special ones come first.
pub(crate) type Codes = &'static [(RefusalClass, &'static str)];

/// What a provider's code means: by the table, else by the status.
pub(crate) fn class_of(response: &Response, codes: Codes, code: &str) -> RefusalClass {
    let names =
        |known: &str| code.strip_prefix(known).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    let known = codes.iter().find(|(_, list)| list.split(' ').any(names)).map(|(class, _)| *class);
    match (response.status, known) {
        (429, _) => RefusalClass::Throttled(None),
        (_, Some(class)) => class,
        (401 | 403, None) => RefusalClass::Credentials,
        (402, None) => RefusalClass::Balance,
        _ => RefusalClass::Other,
    }
}

/// What became of the message at the provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The provider has taken the message.
    Accepted,
    /// The provider has definitely not taken it.
    Refused(ProviderRefusal),
    /// No one can say.
    Unknown,
}

impl Outcome {
    /// A refusal with the provider's own code; a number or a short word, else it is left out.
    pub(crate) fn refused(response: &Response, class: RefusalClass, code: impl Into<String>) -> Self {
        let class = match class {
            RefusalClass::Throttled(None) => RefusalClass::Throttled(response.retry_after),
            other => other,
        };
        let code = Some(code.into()).filter(|code| is_code(code));
        Self::Refused(ProviderRefusal { class, status: response.status, code })
    }

    /// A refusal with the provider's own code, classed by [`class_of`].
    pub(crate) fn coded(response: &Response, codes: Codes, code: &str) -> Self {
        Self::refused(response, class_of(response, codes, code), code)
    }

    /// The same without the provider's code, if what is not documented of it repeats [`REPEATED`] characters of what we
    /// sent: no provider is known to answer so, and none may teach us to pass a secret on.
    pub(crate) fn without(mut self, codes: Codes, sent: &[&str]) -> Self {
        if let Self::Refused(refusal) = &mut self {
            refusal.code.take_if(|code| {
                let unknown = undocumented(codes, code);
                sent.iter().any(|text| repeats(unknown, text))
            });
        }
        self
    }

    /// What the status alone proves: 429 is throttling, another 4xx is a refusal, all else is open.
    pub(crate) fn by_status(response: &Response) -> Self {
        let class = match response.status {
            429 => RefusalClass::Throttled(response.retry_after),
            400..=499 => RefusalClass::Unreadable,
            _ => return Self::Unknown,
        };
        Self::Refused(ProviderRefusal { class, status: response.status, code: None })
    }
}

/// So many characters of a secret in a row tell too much.
const REPEATED: usize = 5;

/// Whether so many characters of one text stand in another.
fn repeats(text: &str, sent: &str) -> bool {
    let mut windows = text.as_bytes().windows(REPEATED);
    windows.any(|window| sent.as_bytes().windows(REPEATED).any(|other| other == window))
}

/// What goes on behind a documented code, with as much of that as could make a repetition whole. A code may stand
/// behind a family of three letters (`isv.`).
fn undocumented(codes: Codes, code: &str) -> &str {
    let family = code.get(4..).filter(|_| code.as_bytes().get(3) == Some(&b'.'));
    let mut unknown = code;
    for known in codes.iter().flat_map(|(_, list)| list.split(' ')) {
        for text in [Some(code), family].into_iter().flatten() {
            let rest = match text.strip_prefix(known) {
                Some("") => "",
                Some(rest) if rest.starts_with('.') => {
                    text.get((known.len() + 1).saturating_sub(REPEATED)..).unwrap_or(code)
                }
                _ => continue,
            };
            if rest.len() < unknown.len() {
                unknown = rest;
            }
        }
    }
    unknown
}

/// A provider's code as text, whether it is a JSON string or a number.
pub(crate) fn code_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) | Value::Number(text) => Some(text.clone()),
        _ => None,
    }
}

/// The value at a path through objects and arrays: `messages/0/id`.
pub(crate) fn at<'a>(body: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('/').try_fold(body, |value, step| match value.as_array() {
        Some(items) => items.get(step.parse::<usize>().ok()?),
        None => value.get(step),
    })
}

/// Only what looks like a code travels on: a provider's sentence may hold the number or the text.
fn is_code(code: &str) -> bool {
    (1..=64).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_alphanumeric() || b"._:-".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    const CODES: Codes =
        &[(Class::Recipient, "Limit.Country 21211"), (Class::Throttled(None), "Limit Throttling")];

    #[test]
    fn a_code_stands_for_its_family_and_the_special_come_first() {
        let class = |status, code: &str| class_of(&Response { status, ..Response::default() }, CODES, code);
        for (code, expected) in [
            ("Limit.Country", Class::Recipient),
            ("Limit.Day", Class::Throttled(None)),
            ("Throttling.User", Class::Throttled(None)),
            ("Throttling", Class::Throttled(None)),
            ("21211", Class::Recipient),
            ("212110", Class::Other),
            ("2121", Class::Other),
            ("Limits", Class::Other),
            ("", Class::Other),
        ] {
            assert_eq!(class(200, code), expected, "{code:?}");
        }
        assert_eq!(class(429, "21211"), Class::Throttled(None), "the status says more");
        assert_eq!((class(401, "?"), class(403, "?")), (Class::Credentials, Class::Credentials));
        assert_eq!(class(402, "?"), Class::Balance);
    }

    #[test]
    fn only_what_looks_like_a_code_travels_on() {
        let code = |code: &str| match Outcome::refused(&Response::default(), Class::Other, code) {
            Outcome::Refused(refusal) => refusal.code,
            _ => None,
        };
        for kept in ["21211", "isv.AMOUNT_NOT_ENOUGH", "0x0216", "-1", "a:b"] {
            assert_eq!(code(kept).as_deref(), Some(kept));
        }
        for dropped in ["", "no credits", "+8613800138000", "价", "a\nb", &"x".repeat(65)] {
            assert_eq!(code(dropped), None, "{dropped:?}");
        }
    }

    #[test]
    fn a_code_that_repeats_what_we_sent_does_not_travel_on() {
        let told = |code: &str| {
            let refused = Outcome::refused(&Response::default(), Class::Other, code);
            match refused.without(CODES, &["14155550123", "s3cret-Throttling", "QUMwMDAw"]) {
                Outcome::Refused(refusal) => refusal.code.is_some(),
                _ => false,
            }
        };
        for code in ["21211", "3cre", "isv.Throttling", "Throttling", "Throttling.Day", "Limit.QUMw", "Other"]
        {
            assert!(told(code), "{code}");
        }
        for code in
            ["55501", "s3cret-Throttling", "Limit.t-Thr", "QUMwMDAw", "x.3cret", "t-Throttling", "1415521211"]
        {
            assert!(!told(code), "{code}");
        }
    }

    #[test]
    fn a_path_leads_through_objects_and_arrays() {
        let body = Value::parse(r#"{"a":{"b":[{"c":7}]}}"#).expect("JSON");
        assert_eq!(at(&body, "a/b/0/c").and_then(Value::as_u64), Some(7));
        for path in ["a/b/1/c", "a/b/c", "a/c", "a/b/-1", "x"] {
            assert!(at(&body, path).is_none(), "{path}");
        }
    }
}
