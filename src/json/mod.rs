//! JSON (RFC 8259), as little of it as we need: a tree, a reader, a writer. Ours because of its weight: serde_json
//! with its number formatting adds about 20 KiB to the gzipped wasm, this adds 2. serde_json is the judge in the
//! tests. Stricter than the RFC where senders differ: no name twice in an object, no lone surrogate, at most
//! [`read::MAX_DEPTH`] levels. Numbers keep their text, so that a foreign document is written back as it was.

mod read;

use alloc::borrow::ToOwned;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
/// A JSON value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    Null,
    Bool(bool),
    /// The number's text.
    Number(String),
    String(String),
    Array(Vec<Self>),
    Object(Map),
}

/// The members of an object, in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Map(Vec<(String, Value)>);

impl Map {
    /// No members.
    pub(crate) const fn new() -> Self {
        Self(Vec::new())
    }

    /// Sets a member, in the place of one of that name.
    pub(crate) fn insert(&mut self, name: impl Into<String>, value: impl Into<Value>) {
        let (name, value) = (name.into(), value.into());
        match self.0.iter_mut().find(|(known, _)| *known == name) {
            Some(member) => member.1 = value,
            None => self.0.push((name, value)),
        }
    }

    /// The member of that name.
    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    /// Takes the member of that name out.
    pub(crate) fn remove(&mut self, name: &str) -> Option<Value> {
        let position = self.0.iter().position(|(known, _)| known == name)?;
        Some(self.0.remove(position).1)
    }

    /// Names and values.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// Whether there is no member.
    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Value {
    /// Reads a document; None if it is not JSON, or not within our limits.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        read::document(text)
    }

    /// The member of an object.
    pub(crate) fn get(&self, name: &str) -> Option<&Self> {
        self.as_object()?.get(name)
    }

    pub(crate) fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    pub(crate) const fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// A whole number that is not negative.
    pub(crate) fn as_u64(&self) -> Option<u64> {
        match self {
            Self::Number(text) => text.parse().ok(),
            _ => None,
        }
    }

    pub(crate) fn as_array(&self) -> Option<&[Self]> {
        match self {
            Self::Array(items) => Some(items),
            _ => None,
        }
    }

    pub(crate) const fn as_object(&self) -> Option<&Map> {
        match self {
            Self::Object(map) => Some(map),
            _ => None,
        }
    }

    pub(crate) const fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The value as JSON. (Not as `Display`: the machinery behind it weighs more than this module.)
    pub(crate) fn json(&self) -> String {
        let mut text = String::new();
        self.write(&mut text);
        text
    }

    fn write(&self, out: &mut String) {
        match self {
            Self::Null => out.push_str("null"),
            Self::Bool(true) => out.push_str("true"),
            Self::Bool(false) => out.push_str("false"),
            Self::Number(text) => out.push_str(text),
            Self::String(text) => write_string(text, out),
            Self::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    out.push(if index == 0 { '[' } else { ',' });
                    item.write(out);
                }
                out.push_str(if items.is_empty() { "[]" } else { "]" });
            }
            Self::Object(map) => {
                for (index, (name, value)) in map.iter().enumerate() {
                    out.push(if index == 0 { '{' } else { ',' });
                    write_string(name, out);
                    out.push(':');
                    value.write(out);
                }
                out.push_str(if map.is_empty() { "{}" } else { "}" });
            }
        }
    }
}

/// Whether a byte cannot stand in a string as it is.
const fn is_special(byte: u8) -> bool {
    byte < b' ' || byte == b'"' || byte == b'\\'
}

/// Runs of plain characters are copied whole: most strings are one.
fn write_string(text: &str, out: &mut String) {
    let mut start = 0;
    out.push('"');
    for (at, byte) in text.bytes().enumerate() {
        if is_special(byte) {
            out.push_str(text.get(start..at).unwrap_or_default());
            escape(byte, out);
            start = at + 1;
        }
    }
    out.push_str(text.get(start..).unwrap_or_default());
    out.push('"');
}

fn escape(byte: u8, out: &mut String) {
    match byte {
        b'"' => out.push_str("\\\""),
        b'\\' => out.push_str("\\\\"),
        b'\n' => out.push_str("\\n"),
        b'\r' => out.push_str("\\r"),
        b'\t' => out.push_str("\\t"),
        _ => {
            out.push_str(if byte < 16 { "\\u000" } else { "\\u001" });
            out.extend(char::from_digit(u32::from(byte % 16), 16));
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::String(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::String(text)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<u64> for Value {
    fn from(number: u64) -> Self {
        Self::Number(number.to_string())
    }
}

impl From<u32> for Value {
    fn from(number: u32) -> Self {
        Self::from(u64::from(number))
    }
}

impl From<Map> for Value {
    fn from(map: Map) -> Self {
        Self::Object(map)
    }
}

impl From<Vec<Self>> for Value {
    fn from(items: Vec<Self>) -> Self {
        Self::Array(items)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    /// What we read, serde_json reads as the same; what it refuses, we refuse.
    fn judge(text: &str) {
        let ours = Value::parse(text);
        let theirs = serde_json::from_str::<serde_json::Value>(text).ok();
        if let Some(ours) = ours {
            let theirs = theirs.expect(text);
            let again: serde_json::Value = serde_json::from_str(&ours.json()).expect("we write JSON");
            assert_eq!(again, theirs, "{text}");
        }
    }

    #[test]
    fn documents_are_read_as_the_judge_reads_them() {
        for text in [
            "null",
            " true ",
            "[]",
            "{ }",
            "[1,-0,0.5,1e9,1E-2,-12.5e+3]",
            r#"{"a":{"b":[{"c":null}]},"d":"x"}"#,
            r#""\"\\\/\b\f\n\r\t\u0041\u00e9\ud83d\ude00 é 😀""#,
            "\u{2028}",
        ] {
            assert_eq!(
                Value::parse(text).is_some(),
                serde_json::from_str::<serde_json::Value>(text).is_ok(),
                "{text}"
            );
            judge(text);
        }
    }

    #[test]
    fn what_is_not_json_is_refused() {
        for text in [
            "",
            " ",
            "nul",
            "truex",
            "[1,]",
            "[1 2]",
            "[",
            "{",
            "{]",
            "{\"a\"}",
            "{\"a\":1,}",
            "{a:1}",
            "{\"a\":1 \"b\":2}",
            "'a'",
            "\"a",
            "\"\\x\"",
            "\"\\u12\"",
            "\"\\ud800\"",
            "\"\\ud800\\u0041\"",
            "\"\\udc00\"",
            "\"\u{1}\"",
            "01",
            "1.",
            ".5",
            "+1",
            "1e",
            "--1",
            "1 2",
            "NaN",
            "\u{feff}{}",
            "{\"a\":1,\"a\":2}",
            "\u{a0}1",
            "-",
            "1.e5",
        ] {
            assert_eq!(Value::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn nesting_and_width_have_limits() {
        let nested = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
        assert!(Value::parse(&nested(64)).is_some());
        assert!(Value::parse(&nested(65)).is_none());
        assert!(Value::parse(&nested(100_000)).is_none());
        let wide = |members: usize| {
            let members: Vec<_> = (0..members).map(|i| format!("\"{i}\":0")).collect();
            format!("{{{}}}", members.join(","))
        };
        assert!(Value::parse(&wide(1_024)).is_some());
        assert!(Value::parse(&wide(1_025)).is_none());
    }

    fn any_text() -> impl Strategy<Value = String> {
        let tokens = [
            "{", "}", "[", "]", ",", ":", "\"", "\\", "\\u", "d83d", "a", "1", "0", "-", ".", "e", "null",
            "true", " ", "\n", "é",
        ];
        proptest::collection::vec(proptest::sample::select(tokens.to_vec()), 0..24)
            .prop_map(|parts| parts.concat())
    }

    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(5, 40, 6, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                proptest::collection::btree_map(any::<String>(), inner, 0..6).prop_map(|members| {
                    let mut map = Map::new();
                    for (name, value) in members {
                        map.insert(name, value);
                    }
                    Value::from(map)
                }),
            ]
        })
    }

    #[test]
    fn token_soup_is_judged_alike() {
        proptest!(ProptestConfig::with_cases(10_000), |(text in any_text())| judge(&text));
    }

    #[test]
    fn what_is_written_is_read_back() {
        proptest!(ProptestConfig::with_cases(2_000), |(value in any_value())| {
            let text = value.json();
            prop_assert_eq!(Value::parse(&text), Some(value));
            judge(&text);
        });
    }
}
