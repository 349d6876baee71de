//! The encoding of what KV holds, which people also write by hand, with editors and shells of every kind.

use serde_json::Value;

use crate::error::Issue;
use crate::json;

/// Parses a stored text. A byte order mark before it is skipped, since some editors write one.
///
/// # Errors
/// An issue of the whole, which names the encoding if it is another than UTF-8.
pub(super) fn parse_stored(text: &str) -> Result<Value, Issue> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    json::parse(text.as_bytes()).map_err(|_| {
        let message = match guess_encoding(text) {
            Some(encoding) => format!("must be UTF-8; it seems to be {encoding}"),
            None => "must be a JSON object".to_owned(),
        };
        Issue::new("", message)
    })
}

/// Guesses the encoding of a text that was read as UTF-8: JSON begins with an ASCII character, whose other bytes are NUL in
/// UTF-16 and UTF-32, and what is no UTF-8, a byte order mark for instance, is read as the replacement character.
fn guess_encoding(text: &str) -> Option<&'static str> {
    let is_zero = |c: &char| *c == '\0';
    let zeros_before = text.chars().filter(|c| *c != char::REPLACEMENT_CHARACTER).take_while(is_zero).count();
    let zeros_after = text
        .chars()
        .skip_while(|c| matches!(*c, char::REPLACEMENT_CHARACTER | '\0'))
        .skip(1)
        .take_while(is_zero)
        .count();
    match (zeros_after, zeros_before) {
        (0, _) if text.contains(char::REPLACEMENT_CHARACTER) => Some("another, such as Windows-1252 or GBK"),
        (0, _) => None,
        (1 | 2, 0) => Some("UTF-16LE"),
        (1 | 2, _) => Some("UTF-16BE"),
        (_, 0..=2) => Some("UTF-32LE"),
        _ => Some("UTF-32BE"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    const TEXT: &str = r#"{"connectorId":"http-sms"}"#;

    fn message(bytes: &[u8]) -> String {
        parse_stored(&String::from_utf8_lossy(bytes)).expect_err("no JSON").message
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn parse_stored_skips_one_byte_order_mark() {
        let parsed = parse_stored(TEXT).expect("JSON");
        assert_eq!(parse_stored(&format!("\u{feff}{TEXT}")), Ok(parsed.clone()));
        assert_eq!(parse_stored(&format!("\u{feff} {TEXT}\r\n")), Ok(parsed));
        assert!(parse_stored(&format!("\u{feff}\u{feff}{TEXT}")).is_err());
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn parse_stored_names_another_encoding() {
        for mark in ["", "\u{feff}"] {
            for text in [TEXT.to_owned(), format!("\n {TEXT}"), TEXT.replace("http", "短信")] {
                let text = format!("{mark}{text}");
                let utf16: Vec<u16> = text.encode_utf16().collect();
                let utf32: Vec<u32> = text.chars().map(u32::from).collect();
                for (encoding, bytes) in [
                    ("UTF-16LE", utf16.iter().flat_map(|unit| unit.to_le_bytes()).collect::<Vec<_>>()),
                    ("UTF-16BE", utf16.iter().flat_map(|unit| unit.to_be_bytes()).collect()),
                    ("UTF-32LE", utf32.iter().flat_map(|unit| unit.to_le_bytes()).collect()),
                    ("UTF-32BE", utf32.iter().flat_map(|unit| unit.to_be_bytes()).collect()),
                ] {
                    assert_eq!(
                        message(&bytes),
                        format!("must be UTF-8; it seems to be {encoding}"),
                        "{text:?}"
                    );
                }
            }
        }
        assert!(
            message(b"{\"signName\":\"\xca\xbe\xc0\xfd").starts_with("must be UTF-8; it seems to be another")
        );
        for text in ["", "garbage", "{", "\u{feff}"] {
            assert_eq!(message(text.as_bytes()), "must be a JSON object", "{text:?}");
        }
    }
}
