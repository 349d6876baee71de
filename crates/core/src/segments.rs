//! What the text of a message costs: its encoding and its segments (3GPP TS 23.038 §6.2.1, TS 23.040 §9.2.3.24).

/// How a text is transmitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// 7-bit default alphabet: 160 septets, 153 in each part of a longer text.
    Gsm7,
    /// UTF-16 code units: 70, or 67 in each part.
    Ucs2,
}

/// Characters of one septet.
const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡\
ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
/// Characters of an escape and a septet, which stay in one segment.
const EXTENSION: &str = "\u{c}^{}\\[~]|€";

/// Returns the encoding that a text needs.
pub fn detect_encoding(text: &str) -> Encoding {
    if text.chars().all(|c| BASIC.contains(c) || EXTENSION.contains(c)) {
        Encoding::Gsm7
    } else {
        Encoding::Ucs2
    }
}

/// Counts the segments of a text; an empty one takes one.
pub fn count_segments(text: &str) -> u32 {
    match detect_encoding(text) {
        Encoding::Gsm7 => count_parts(text, 160, 153, |c| if EXTENSION.contains(c) { 2 } else { 1 }),
        Encoding::Ucs2 => count_parts(text, 70, 67, char::len_utf16),
    }
}

/// Fills segments character by character: neither an escape pair nor a surrogate pair is split over two.
fn count_parts(text: &str, single: usize, multi: usize, width: impl Fn(char) -> usize) -> u32 {
    if text.chars().map(&width).sum::<usize>() <= single {
        return 1;
    }
    let (mut parts, mut filled) = (1, 0);
    for size in text.chars().map(width) {
        if filled + size > multi {
            parts += 1;
            filled = 0;
        }
        filled += size;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test(unsupported = test)]
    fn count_segments_is_exact_at_the_limits() {
        for (text, count) in [
            (String::new(), 1),
            ("a".repeat(160), 1),
            ("a".repeat(161), 2),
            ("a".repeat(306), 2),
            ("a".repeat(307), 3),
            ("a".repeat(459), 3),
            ("a".repeat(460), 4),
            ("a".repeat(158) + "€", 1),
            ("a".repeat(159) + "€", 2),
            // The escape pair does not fit the last septet of a segment and moves as a whole.
            ("a".repeat(152) + "€" + &"a".repeat(152), 3),
            ("a".repeat(151) + "€" + &"a".repeat(153), 2),
            ("字".repeat(70), 1),
            ("字".repeat(71), 2),
            ("字".repeat(134), 2),
            ("字".repeat(135), 3),
            ("字".repeat(68) + "😀", 1),
            ("字".repeat(69) + "😀", 2),
            ("字".repeat(66) + "😀" + &"字".repeat(66), 3),
            ("a".repeat(70) + "`", 2),
        ] {
            assert_eq!(count_segments(&text), count, "{} characters", text.chars().count());
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn one_character_outside_gsm7_changes_the_whole_text() {
        assert_eq!(detect_encoding("123456 is your code. ^{}\\[~]|€"), Encoding::Gsm7);
        for text in ["ç", "`", "’", "–", "\u{a0}", "验证码", "😀", "\t"] {
            assert_eq!(detect_encoding(text), Encoding::Ucs2, "{text:?}");
        }
    }
}
