//! Searches in short texts. The standard ones are built for long texts and weigh accordingly: 2 KiB of the gzipped wasm
//! for what these few lines do.

/// How many characters a text has.
pub(crate) fn length(text: &str) -> usize {
    text.chars().fold(0, |length, _| length + 1)
}

/// Whether a character stands in a text.
pub(crate) fn has(text: &str, wanted: char) -> bool {
    text.chars().any(|c| c == wanted)
}

/// What stands before the last separator, if there is one, and what stands behind it.
pub(crate) fn split_last(text: &str, separator: char) -> (Option<&str>, &str) {
    let last = text.split(separator).fold("", |_, part| part);
    let before = text.len().checked_sub(last.len() + separator.len_utf8());
    (before.and_then(|end| text.get(..end)), last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    /// The standard library is the judge.
    #[test]
    fn they_find_what_the_standard_ones_find() {
        proptest!(|(text in "[ab.é]{0,8}", c in proptest::char::ranges(vec!['a'..='c', 'é'..='é'].into()))| {
            prop_assert_eq!(length(&text), text.chars().count());
            prop_assert_eq!(has(&text, c), text.contains(c));
            let (before, last) = split_last(&text, '.');
            prop_assert_eq!(before, text.rsplit_once('.').map(|(before, _)| before));
            prop_assert_eq!(last, text.rsplit('.').next().unwrap_or_default());
        });
    }
}
