//! Language tags (BCP 47): their shape, and RFC 4647 lookup of the best match.

/// Tells whether a text has the shape of a BCP 47 tag (RFC 5646 §2.1) of at most 35 characters: subtags of up to 8
/// letters and digits, the first of letters only.
pub fn is_language_tag(text: &str) -> bool {
    let mut subtags = text.split('-');
    let language = subtags.next().unwrap_or_default();
    text.len() <= 35
        && (2..=8).contains(&language.len())
        && language.bytes().all(|b| b.is_ascii_alphabetic())
        && subtags.all(|tag| (1..=8).contains(&tag.len()) && tag.bytes().all(|b| b.is_ascii_alphanumeric()))
}

/// Yields a tag, then ever shorter ones (RFC 4647 §3.4): `zh-Hant-TW`, `zh-Hant`, `zh`.
pub fn fallback_chain(tag: &str) -> impl Iterator<Item = &str> {
    core::iter::successors(Some(tag), |tag| tag.rsplit_once('-').map(|(shorter, _)| shorter))
}

/// Returns the primary language subtag in lower case.
pub fn primary_language(tag: &str) -> String {
    tag.split('-').next().unwrap_or_default().to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test(unsupported = test)]
    fn is_language_tag_accepts_well_formed_tags() {
        let longest = "de-12345678-12345678-12345678-12345";
        assert_eq!(longest.len(), 35);
        for tag in ["en", "zh-CN", "zh-Hant-TW", "es-419", "sl-rozaj-biske-1994", "ABCDEFGH", longest] {
            assert!(is_language_tag(tag), "{tag}");
        }
        let too_long = format!("{longest}6");
        for text in [
            "",
            "e",
            "-",
            "en-",
            "-en",
            "en--US",
            "en_US",
            "e1",
            "1en",
            "abcdefghi",
            "en-123456789",
            "en-é",
            "en ",
            &too_long,
        ] {
            assert!(!is_language_tag(text), "{text:?}");
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn fallback_chain_drops_one_subtag_at_a_time() {
        assert_eq!(fallback_chain("zh-Hant-TW").collect::<Vec<_>>(), ["zh-Hant-TW", "zh-Hant", "zh"]);
        assert_eq!(fallback_chain("en").collect::<Vec<_>>(), ["en"]);
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn primary_language_is_in_lower_case() {
        assert_eq!((primary_language("ZH-Hant"), primary_language("en")), ("zh".to_owned(), "en".to_owned()));
    }
}
