//! Strict reading of JSON that others write: request bodies and stored connectors. No name occurs twice in an object, and
//! reading collects every issue with its path instead of stopping at the first. A value is never repeated in an issue.

use core::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::error::Issue;

/// Deepest nesting of objects and arrays that [`parse`] accepts.
const MAX_DEPTH: usize = 64;

/// Parses a JSON text in which no object has a name twice and nothing is nested deeper than 64 levels. An escaped half of a
/// surrogate pair is read as U+FFFD, as a UTF-16 decoder does: JavaScript writes one for a string that was cut within an
/// emoji.
///
/// # Errors
/// Whatever is wrong with the text; the message may quote it and must not be passed on.
pub fn parse(text: &[u8]) -> Result<Value, serde_json::Error> {
    parse_well_formed(text).or_else(|error| match replace_lone_surrogates(text) {
        Some(text) => parse_well_formed(&text),
        None => Err(error),
    })
}

fn parse_well_formed(text: &[u8]) -> Result<Value, serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_slice(text);
    let value = StrictValue { depth: 0 }.deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(value)
}

/// The length of an escaped code unit in bytes: `\u` and four hex digits.
const UNIT_ESCAPE: usize = 6;

/// Replaces every escaped half of a surrogate pair that has no other half; `None` if there is none.
fn replace_lone_surrogates(text: &[u8]) -> Option<Vec<u8>> {
    let mut replaced = Vec::with_capacity(text.len());
    let mut has_lone = false;
    let mut rest = text;
    while let [first, ..] = rest {
        let next_unit = || rest.get(UNIT_ESCAPE..).and_then(escaped_unit);
        let (length, is_lone) = match escaped_unit(rest) {
            Some(0xD800..=0xDBFF) if matches!(next_unit(), Some(0xDC00..=0xDFFF)) => (2 * UNIT_ESCAPE, false),
            Some(0xD800..=0xDFFF) => (UNIT_ESCAPE, true),
            Some(_) => (UNIT_ESCAPE, false),
            // The escape of one character, which may be a backslash.
            None if *first == b'\\' => (2, false),
            None => (1, false),
        };
        let (piece, others) = rest.split_at_checked(length).unwrap_or((rest, &[]));
        replaced.extend_from_slice(if is_lone { br"\ufffd" } else { piece });
        has_lone |= is_lone;
        rest = others;
    }
    has_lone.then_some(replaced)
}

/// Returns the UTF-16 code unit that a text begins with as an escape.
fn escaped_unit(text: &[u8]) -> Option<u16> {
    let digits = text.strip_prefix(br"\u")?.get(..4)?;
    let digits = core::str::from_utf8(digits).ok().filter(|digits| !digits.starts_with('+'))?;
    u16::from_str_radix(digits, 16).ok()
}

/// Deserializes a [`Value`] as serde_json does, but refuses duplicate names and deep nesting.
#[derive(Clone, Copy)]
struct StrictValue {
    depth: usize,
}

impl StrictValue {
    fn nested<E: serde::de::Error>(self) -> Result<Self, E> {
        if self.depth >= MAX_DEPTH {
            return Err(E::custom("nested too deep"));
        }
        Ok(Self { depth: self.depth + 1 })
    }
}

impl<'de> DeserializeSeed<'de> for StrictValue {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for StrictValue {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let seed = self.nested()?;
        let mut array = Vec::new();
        while let Some(item) = items.next_element_seed(seed)? {
            array.push(item);
        }
        Ok(array.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let seed = self.nested()?;
        let mut object = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            let value = members.next_value_seed(seed)?;
            if object.insert(name, value).is_some() {
                return Err(A::Error::custom("a name occurs twice"));
            }
        }
        Ok(object.into())
    }
}

/// A reader of one object: takes members by name and collects the issues.
#[derive(Debug)]
pub struct ObjectReader {
    object: Map<String, Value>,
    issues: Vec<Issue>,
}

impl ObjectReader {
    /// Opens a request body.
    ///
    /// # Errors
    /// One issue at the empty path if it is not a JSON object, is nested too deep or has a name twice.
    pub fn open(body: &[u8]) -> Result<Self, Vec<Issue>> {
        let Ok(Value::Object(object)) = parse(body) else {
            let message = "must be one JSON object in UTF-8, with no name twice and no deep nesting";
            return Err(vec![Issue::new("", message)]);
        };
        Ok(Self { object, issues: Vec::new() })
    }

    /// Takes a member out; `null` counts as absent.
    pub fn take(&mut self, name: &str) -> Option<Value> {
        self.object.shift_remove(name).filter(|value| !value.is_null())
    }

    /// Takes an optional string.
    pub fn take_string(&mut self, name: &str) -> Option<String> {
        let Value::String(text) = self.take(name)? else {
            self.add_issue(name, "must be a string");
            return None;
        };
        Some(text)
    }

    /// Takes a string that must be there; after an issue it is empty.
    pub fn take_required_string(&mut self, name: &str) -> String {
        let known_issues = self.issues.len();
        let text = self.take_string(name);
        if text.is_none() && self.issues.len() == known_issues {
            self.add_issue(name, "is required");
        }
        text.unwrap_or_default()
    }

    /// Takes a value of any kind that must be there; after an issue it is null.
    pub fn take_required_value(&mut self, name: &str) -> Value {
        let value = self.object.shift_remove(name);
        if value.is_none() {
            self.add_issue(name, "is required");
        }
        value.unwrap_or(Value::Null)
    }

    /// Refuses a member for a reason of its own.
    pub fn refuse(&mut self, name: &str, reason: &str) {
        if self.object.shift_remove(name).is_some() {
            self.add_issue(name, reason);
        }
    }

    /// Tells whether there is an issue at a path.
    pub fn has_issue_at(&self, path: &str) -> bool {
        self.issues.iter().any(|issue| issue.path == path)
    }

    /// Adds an issue.
    pub fn add_issue(&mut self, path: &str, message: impl Into<String>) {
        self.issues.push(Issue::new(path, message));
    }

    /// Ends the reading: every member that was not taken is an unknown field.
    ///
    /// # Errors
    /// All issues, if there is one.
    pub fn finish(mut self) -> Result<(), Vec<Issue>> {
        for (name, _) in core::mem::take(&mut self.object) {
            if is_field_name(&name) {
                self.add_issue(&name, "is not a known field");
            } else {
                self.add_issue("", "holds a field that is not known");
            }
        }
        if self.issues.is_empty() { Ok(()) } else { Err(self.issues) }
    }
}

/// Tells whether a member's name looks like one. Anything else, a misplaced secret for instance, is not repeated.
fn is_field_name(text: &str) -> bool {
    (1..=40).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphabetic() || b == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test(unsupported = test)]
    fn parse_refuses_duplicate_names_at_every_level() {
        for text in [r#"{"a":1,"a":2}"#, r#"{"b":{"a":1,"a":1}}"#, r#"[{"a":1,"\u0061":1}]"#] {
            assert!(parse(text.as_bytes()).is_err(), "{text}");
        }
        assert!(parse(br#"{"a":{"a":1}}"#).is_ok());
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn parse_refuses_deep_nesting() {
        let nested = |levels| "[".repeat(levels) + &"]".repeat(levels);
        assert!(parse(nested(MAX_DEPTH).as_bytes()).is_ok());
        assert!(parse(nested(MAX_DEPTH + 1).as_bytes()).is_err());
        assert!(parse(nested(100_000).as_bytes()).is_err());
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn parse_refuses_what_is_not_one_json_text() {
        for text in ["", "{", "{}{}", "{} x", "nul", "'a'", "{a:1}", "[1,]", "\u{feff}{}", "\"\u{1}\""] {
            assert!(parse(text.as_bytes()).is_err(), "{text:?}");
        }
        assert!(parse(b"\"\xff\"").is_err(), "not UTF-8");
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn parse_reads_half_a_surrogate_pair_as_a_replacement_character() {
        for (text, expected) in [
            (r#""12345\ud83d""#, "12345\u{fffd}"),
            (r#""\uDE00x""#, "\u{fffd}x"),
            (r#""\ud83d\ud83d\ude00""#, "\u{fffd}😀"),
            (r#""\ude00\ud83d""#, "\u{fffd}\u{fffd}"),
            (r#""\ud83d\u0041""#, "\u{fffd}A"),
            (r#""\ud83d\\ude00""#, "\u{fffd}\\ude00"),
            (r#""\\ud83d\ud83d""#, "\\ud83d\u{fffd}"),
            (r#""\ud83d\n😀""#, "\u{fffd}\n😀"),
        ] {
            assert_eq!(parse(text.as_bytes()).ok(), Some(expected.into()), "{text}");
        }
        let object = parse(br#"{"\ud83d":["\ud83d"]}"#).ok();
        assert_eq!(object, Some(serde_json::json!({ "\u{fffd}": ["\u{fffd}"] })));
        for text in
            [r#""\ud83d"#, r#""\ud83d\u""#, r#""\ud83d\u+123""#, r#""\ud83d\"#, r#"{"a":"\ud83d","a":1}"#]
        {
            assert!(parse(text.as_bytes()).is_err(), "{text}");
        }
    }

    /// The standard library's UTF-16 decoder is the reference implementation.
    #[wasm_bindgen_test(unsupported = test)]
    fn parse_agrees_with_a_utf16_decoder() {
        let unit = prop_oneof![Just(0xD83D_u16), Just(0xDE00), Just(0x0041), any::<u16>()];
        proptest!(|(units in proptest::collection::vec(unit, 0..8))| {
            let text = units.iter().map(|unit| format!("\\u{unit:04x}")).collect::<Vec<_>>().concat();
            let expected = String::from_utf16_lossy(&units);
            prop_assert_eq!(parse(format!("\"{text}\"").as_bytes()).ok(), Some(expected.into()));
        });
    }

    /// serde_json is the reference implementation for every text without duplicate names.
    #[wasm_bindgen_test(unsupported = test)]
    fn parse_agrees_with_serde_json() {
        proptest!(|(text in r#"(\{"[ab]":)?(-?[0-9]{1,25}(\.[0-9]{1,3})?(e[0-9])?|"[a-z\\u0041\\n]{0,8}"|true|null|\[[0-9, ]{0,6}\])\}?"#)| {
            let expected = serde_json::from_str::<Value>(&text).ok();
            prop_assert_eq!(parse(text.as_bytes()).ok(), expected);
        });
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn reader_collects_every_issue_with_its_path() {
        let mut reader = ObjectReader::open(br#"{"a":1,"secret-value-1":2,"typo":3}"#).expect("an object");
        assert_eq!(reader.take_required_string("a"), "");
        assert_eq!(reader.take_required_string("b"), "");
        let issues = reader.finish().expect_err("four issues");
        let paths: Vec<_> = issues.iter().map(|issue| issue.path.as_str()).collect();
        assert_eq!(paths, ["a", "b", "", "typo"]);
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn parse_keeps_every_kind_of_value() {
        let text =
            r#"{"a":null,"b":[true,false],"c":-1,"d":18446744073709551615,"e":1.5,"f":"\u00e9x","g":{}}"#;
        let value = parse(text.as_bytes()).expect("JSON");
        let expected = serde_json::json!({
            "a": null, "b": [true, false], "c": -1, "d": u64::MAX, "e": 1.5, "f": "éx", "g": {},
        });
        assert_eq!(value, expected);
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn open_accepts_objects_only() {
        for text in ["[]", "7", "null", "\"x\"", "{", r#"{"a":1,"a":1}"#] {
            let issues = ObjectReader::open(text.as_bytes()).expect_err(text);
            assert_eq!((issues.len(), issues[0].path.as_str()), (1, ""), "{text}");
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn take_counts_null_as_absent() {
        let mut reader = ObjectReader::open(br#"{"a":null,"b":null,"c":null,"d":[1]}"#).expect("an object");
        assert_eq!((reader.take("a"), reader.take_string("b"), reader.take("x")), (None, None, None));
        assert_eq!(reader.take_required_value("c"), Value::Null, "but a required value may be null");
        assert_eq!(reader.take_required_value("d"), serde_json::json!([1]));
        assert_eq!(reader.take_required_value("e"), Value::Null);
        assert!(reader.has_issue_at("e") && !reader.has_issue_at("c"));
        assert_eq!(reader.finish().expect_err("one issue"), [Issue::new("e", "is required")]);
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn refuse_names_a_member_that_is_there() {
        let mut reader = ObjectReader::open(br#"{"a":null}"#).expect("an object");
        reader.refuse("a", "is not for us");
        reader.refuse("b", "is not for us");
        assert_eq!(reader.finish(), Err(vec![Issue::new("a", "is not for us")]));
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn finish_repeats_a_name_only_if_it_looks_like_one() {
        let (long, short) = ("a".repeat(41), "a".repeat(40));
        for (name, path) in [
            ("sk_live", "sk_live"),
            (short.as_str(), short.as_str()),
            ("", ""),
            ("a1", ""),
            ("é", ""),
            (long.as_str(), ""),
        ] {
            let body = serde_json::json!({ name: 1 }).to_string();
            let issues = ObjectReader::open(body.as_bytes()).expect("an object").finish().expect_err(name);
            assert_eq!(issues[0].path, path, "{name:?}");
        }
    }
}
