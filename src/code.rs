//! The one-time code: digits drawn without bias from random bytes that the caller supplies.

use alloc::borrow::ToOwned;
use alloc::string::String;
use core::fmt;

/// A one-time code of ASCII digits. `Debug` shows nothing; [`Code::as_str`] is for the message and the MAC only.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Code(String);

impl Code {
    /// Random bytes that [`Code::draw`] wants: ten digits fail to come out of them less than once in 10⁸⁰ times.
    pub(crate) const RANDOM_BYTES: usize = 128;

    /// The code that a connector test sends: Logto's, and never a live one.
    pub(crate) fn for_test() -> Self {
        Self("000000".to_owned())
    }

    /// Draws `length` digits. Bytes of 250 and more are thrown away, so that each digit has exactly 25 of 250.
    /// None if the bytes ran out, which only a broken random source brings about.
    pub(crate) fn draw(random: &[u8], length: u32) -> Option<Self> {
        let length = usize::try_from(length).ok()?;
        let digits: String = random
            .iter()
            .filter(|byte| **byte < 250)
            .take(length)
            .map(|byte| char::from(b'0' + byte % 10))
            .collect();
        (digits.len() == length).then_some(Self(digits))
    }

    /// A code as a user typed it: 1 to 10 ASCII digits. One of the wrong length is a wrong code, not a bad request.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let well_formed = (1..=10).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        well_formed.then(|| Self(text.to_owned()))
    }

    /// The digits.
    pub(crate) fn as_str(&self) -> &str {
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
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn bytes_that_would_favour_low_digits_are_thrown_away() {
        let code = Code::draw(&[255, 250, 0, 9, 10, 249, 251, 123, 99], 6).expect("six of nine serve");
        assert_eq!(code.as_str(), "090939");
    }

    #[test]
    fn every_digit_comes_from_twenty_five_bytes() {
        let all: Vec<u8> = (0..=255).collect();
        let mut seen = [0; 10];
        for byte in all {
            if let Some(code) = Code::draw(&[byte], 1) {
                seen[usize::from(code.as_str().as_bytes()[0] - b'0')] += 1;
            }
        }
        assert_eq!(seen, [25; 10]);
    }

    #[test]
    fn a_dry_random_source_gives_no_code() {
        assert!(Code::draw(&[255; Code::RANDOM_BYTES], 6).is_none());
    }

    #[test]
    fn what_a_user_types_is_ascii_digits() {
        assert!(Code::parse("000000").is_some());
        for text in ["", "12345678901", "12 456", "１２３４５６", "١٢٣٤٥٦", "12345a", "-12345"] {
            assert!(Code::parse(text).is_none(), "{text:?}");
        }
        assert_eq!(format!("{:?}", Code::for_test()), "Code(…)");
    }
}
