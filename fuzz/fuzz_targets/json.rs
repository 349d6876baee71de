//! JSON texts: read as serde_json reads them, once an escaped half of a surrogate pair is a replacement character, or
//! refused for a duplicate name or deep nesting.
#![no_main]

use edge_otp_core::json::parse;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

const MAX_DEPTH: usize = 64;

fuzz_target!(|text: &[u8]| {
    let expected = serde_json::from_slice::<Value>(&decode_units(text));
    match parse(text) {
        Ok(value) => {
            assert!(depth(&value) <= MAX_DEPTH, "{} levels", depth(&value));
            assert_eq!(value, expected.expect("serde_json reads it, too"));
        }
        Err(_) if expected.is_ok() => {
            let count = |characters: &[u8]| text.iter().filter(|byte| characters.contains(byte)).count();
            assert!(count(b"[{") > MAX_DEPTH || count(b"\"") >= 4, "refused without a reason");
        }
        Err(_) => {}
    }
});

fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Value::Object(members) => 1 + members.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

/// Decodes each run of escaped UTF-16 code units with the standard library's decoder, and escapes the characters again.
fn decode_units(text: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.first() {
        let mut units = Vec::new();
        while let Some((unit, others)) = split_unit(rest) {
            units.push(unit);
            rest = others;
        }
        for character in char::decode_utf16(units.iter().copied()) {
            let mut buffer = [0; 2];
            for unit in character.unwrap_or(char::REPLACEMENT_CHARACTER).encode_utf16(&mut buffer) {
                decoded.extend(format!("\\u{unit:04x}").bytes());
            }
        }
        if units.is_empty() {
            let length = if *first == b'\\' { 2.min(rest.len()) } else { 1 };
            decoded.extend(&rest[..length]);
            rest = &rest[length..];
        }
    }
    decoded
}

/// Splits an escaped code unit off the front of a text.
fn split_unit(text: &[u8]) -> Option<(u16, &[u8])> {
    let (escape, others) = text.split_at_checked(6)?;
    let digits = str::from_utf8(escape.strip_prefix(br"\u")?).ok()?;
    let is_hex = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    is_hex.then(|| u16::from_str_radix(digits, 16).ok().map(|unit| (unit, others)))?
}
