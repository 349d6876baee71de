//! Data that more than one test reads.

/// Spellings of phones that are not strict E.164; the end-to-end tests send the same ones.
pub(crate) fn odd_phones() -> Vec<String> {
    serde_json::from_str(include_str!("../vectors/odd-phones.json")).expect("a list of strings")
}
