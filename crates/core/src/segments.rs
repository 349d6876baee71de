//! What the text of a message costs: its encoding and its segments (3GPP TS 23.038 §6.2.1, TS 23.040 §9.2.3.24).

/// How a text is transmitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// 7-bit default alphabet: 160 septets, 153 in each part of a longer text.
    Gsm7,
    /// UTF-16 code units: 70, or 67 in each part.
    Ucs2,
}

/// The units of a single message and of each segment of a longer one: septets, or UTF-16 code units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Capacity {
    single: usize,
    concatenated: usize,
}

impl Encoding {
    const fn capacity(self) -> Capacity {
        match self {
            Self::Gsm7 => Capacity { single: 160, concatenated: 153 },
            Self::Ucs2 => Capacity { single: 70, concatenated: 67 },
        }
    }

    /// Returns the units that a character takes. For GSM-7, one of its alphabet.
    fn width(self, c: char) -> usize {
        match self {
            Self::Gsm7 => 1 + usize::from(is_extension(c)),
            Self::Ucs2 => c.len_utf16(),
        }
    }
}

/// Tells whether a character takes one septet.
const fn is_basic(c: char) -> bool {
    matches!(c,
        '\n' | '\r' | ' '..='Z' | '_' | 'a'..='z' | '¡' | '£' | '¤' | '¥' | '§' | '¿' | 'Ä' | 'Å' | 'Æ' | 'Ç' | 'É' | 'Ñ'
        | 'Ö' | 'Ø' | 'Ü' | 'ß' | 'à' | 'ä' | 'å' | 'æ' | 'è' | 'é' | 'ì' | 'ñ' | 'ò' | 'ö' | 'ø' | 'ù' | 'ü' | 'Γ' | 'Δ'
        | 'Θ' | 'Λ' | 'Ξ' | 'Π' | 'Σ' | 'Φ' | 'Ψ' | 'Ω')
}

/// Tells whether a character takes an escape and a septet, which stay in one segment.
const fn is_extension(c: char) -> bool {
    matches!(c, '\u{c}' | '['..='^' | '{'..='~' | '€')
}

const fn is_gsm7(c: char) -> bool {
    is_basic(c) || is_extension(c)
}

/// Returns the encoding that a text needs.
pub fn detect_encoding(text: &str) -> Encoding {
    if text.chars().all(is_gsm7) { Encoding::Gsm7 } else { Encoding::Ucs2 }
}

/// The size of a text as a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextSize {
    /// How it is transmitted.
    pub encoding: Encoding,
    /// Septets for GSM-7, UTF-16 code units for UCS-2.
    pub units: usize,
    /// The messages that are billed; an empty text takes one.
    pub segments: usize,
    /// The units that fit into `segments` segments.
    pub capacity: usize,
}

/// Measures a text: its encoding, its units and its segments.
pub fn measure_text(text: &str) -> TextSize {
    let encoding = detect_encoding(text);
    let Capacity { single, concatenated } = encoding.capacity();
    let units = text.chars().map(|c| encoding.width(c)).sum();
    if units <= single {
        return TextSize { encoding, units, segments: 1, capacity: single };
    }
    let segments = fill_segments(text.chars().map(|c| encoding.width(c)), concatenated);
    TextSize { encoding, units, segments, capacity: segments * concatenated }
}

/// Counts the segments of a text; an empty one takes one.
pub fn count_segments(text: &str) -> usize {
    measure_text(text).segments
}

/// Fills segments character by character: neither an escape pair nor a surrogate pair is split over two.
fn fill_segments(widths: impl Iterator<Item = usize>, capacity: usize) -> usize {
    let (mut segments, mut filled) = (1, 0);
    for width in widths {
        if filled + width > capacity {
            segments += 1;
            filled = 0;
        }
        filled += width;
    }
    segments
}

/// Returns up to three different characters that require UCS-2, in the order of the text. Empty if they are a fifth of
/// the text or more: such a text cannot do without them.
pub fn find_avoidable_characters(text: &str) -> Vec<char> {
    let outside = text.chars().filter(|c| !is_gsm7(*c));
    if outside.clone().count() * 5 >= text.chars().count() {
        return Vec::new();
    }
    let mut found = Vec::new();
    for c in outside {
        if !found.contains(&c) {
            found.push(c);
        }
    }
    found.truncate(3);
    found
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
    fn detect_encoding_knows_the_alphabets_of_the_standard() {
        let basic = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡\
ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
        let extension = "\u{c}^{}\\[~]|€";
        assert_eq!((basic.chars().count(), extension.chars().count()), (127, 10));
        for c in '\0'..=char::MAX {
            let expected = if basic.contains(c) {
                (Encoding::Gsm7, 1)
            } else if extension.contains(c) {
                (Encoding::Gsm7, 2)
            } else {
                (Encoding::Ucs2, c.len_utf16())
            };
            let size = measure_text(c.encode_utf8(&mut [0; 4]));
            assert_eq!((size.encoding, size.units), expected, "{c:?}");
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn find_avoidable_characters_names_few_or_none() {
        let find = |text| find_avoidable_characters(text).into_iter().collect::<String>();
        assert_eq!(find("Your code’s 123456, ‘code’"), "’‘");
        assert_eq!(find("a–b’c—d‘e, 1234567890, 1234567890"), "–’—");
        for text in ["", "abc", "您的验证码是123456", "çbcde"] {
            assert_eq!(find(text), "", "{text:?}");
        }
        assert_eq!(find("çbcdef"), "ç");
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn one_character_outside_gsm7_changes_the_whole_text() {
        assert_eq!(detect_encoding("123456 is your code. ^{}\\[~]|€"), Encoding::Gsm7);
        for text in ["ç", "`", "’", "–", "\u{a0}", "验证码", "😀", "\t"] {
            assert_eq!(detect_encoding(text), Encoding::Ucs2, "{text:?}");
        }
    }
}
