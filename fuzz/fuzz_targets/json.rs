//! JSON texts: read as serde_json reads them, or refused for a duplicate name or deep nesting.
#![no_main]

use edge_otp_core::json::parse;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

const MAX_DEPTH: usize = 64;

fuzz_target!(|text: &[u8]| {
    let expected = serde_json::from_slice::<Value>(text);
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
