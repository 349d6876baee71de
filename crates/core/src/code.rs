//! The one-time code: digits drawn without bias from random bytes that the caller supplies.

use core::fmt;

/// A one-time code of ASCII digits. `Debug` shows nothing; [`Code::as_str`] is for the message and the MAC only.
#[derive(Clone, PartialEq, Eq)]
pub struct Code(String);

impl Code {
    /// How many random bytes [`Code::draw`] takes: the chance that they do not yield ten digits is below 10⁻²⁹.
    pub const RANDOM_BYTES: usize = 32;

    /// Returns the code that a connector test sends, as in Logto; it is never a live one.
    pub fn for_test() -> Self {
        Self("000000".to_owned())
    }

    /// Draws `length` digits. Bytes of 250 and more are discarded, so that each digit has exactly 25 of 250 bytes.
    /// Returns `None` if too few bytes remain, which only a broken random source causes.
    pub fn draw(random: &[u8], length: u32) -> Option<Self> {
        let length = usize::try_from(length).ok()?;
        let digits: String = random
            .iter()
            .filter(|byte| **byte < 250)
            .take(length)
            .map(|byte| char::from(b'0' + byte % 10))
            .collect();
        (digits.len() == length).then_some(Self(digits))
    }

    /// Parses a code as a user typed it: 1 to 10 ASCII digits. A wrong length is a wrong code, not a bad request.
    pub fn parse(text: &str) -> Option<Self> {
        let is_code = (1..=10).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        is_code.then(|| Self(text.to_owned()))
    }

    /// Returns the digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Code(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test(unsupported = test)]
    fn draw_discards_bytes_that_would_favour_low_digits() {
        let code =
            Code::draw(&[255, 250, 0, 9, 10, 249, 251, 123, 99], 6).expect("six of nine bytes are below 250");
        assert_eq!(code.as_str(), "090939");
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn draw_maps_twenty_five_bytes_to_each_digit() {
        let all: Vec<u8> = (0..=255).collect();
        let mut seen = [0; 10];
        for byte in all {
            if let Some(code) = Code::draw(&[byte], 1) {
                seen[usize::from(code.as_str().as_bytes()[0] - b'0')] += 1;
            }
        }
        assert_eq!(seen, [25; 10]);
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn draw_fails_without_enough_usable_bytes() {
        assert!(Code::draw(&[255; Code::RANDOM_BYTES], 6).is_none());
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn parse_accepts_one_to_ten_ascii_digits() {
        assert!(Code::parse("000000").is_some());
        for text in ["", "12345678901", "12 456", "１２３４５６", "١٢٣٤٥٦", "12345a", "-12345"] {
            assert!(Code::parse(text).is_none(), "{text:?}");
        }
        assert_eq!(format!("{:?}", Code::for_test()), "Code(…)");
    }
}
