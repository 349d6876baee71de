//! The console's shell over `edge_otp_core`: rendering and measuring a text, and the formats of input. The build converts
//! its wasm to JavaScript (`scripts/console-core.mjs`), so only numbers and text cross the border.

use edge_otp_core::locale;
use edge_otp_core::phone::PhoneNumber;
use edge_otp_core::segments::{Encoding, TextSize, find_avoidable_characters, measure_text};
use edge_otp_core::template;
use wasm_bindgen::prelude::wasm_bindgen;

/// The size of a text as a message.
#[wasm_bindgen]
#[derive(Debug)]
pub struct SmsSize(TextSize);

#[wasm_bindgen]
impl SmsSize {
    /// `GSM-7` or `UCS-2`.
    #[wasm_bindgen(getter)]
    pub fn encoding(&self) -> String {
        let name = match self.0.encoding {
            Encoding::Gsm7 => "GSM-7",
            Encoding::Ucs2 => "UCS-2",
        };
        name.to_owned()
    }

    /// Septets for GSM-7, UTF-16 code units for UCS-2.
    #[wasm_bindgen(getter)]
    pub fn units(&self) -> usize {
        self.0.units
    }

    /// The messages that are billed.
    #[wasm_bindgen(getter)]
    pub fn segments(&self) -> usize {
        self.0.segments
    }

    /// The units that fit into `segments` segments.
    #[wasm_bindgen(getter)]
    pub fn capacity(&self) -> usize {
        self.0.capacity
    }
}

/// Measures a text: its encoding, its units and its segments.
#[wasm_bindgen]
pub fn measure_sms(text: &str) -> SmsSize {
    SmsSize(measure_text(text))
}

/// Returns up to three characters that require UCS-2, as one text; empty if the text cannot do without them.
#[wasm_bindgen]
pub fn avoidable_characters(text: &str) -> String {
    find_avoidable_characters(text).into_iter().collect()
}

/// Renders a template's text as a message does; an empty locale is none.
#[wasm_bindgen]
pub fn render_template(text: &str, code: &str, locale: &str) -> String {
    template::render(text, |name| {
        template::find_variable(name, code, Some(locale).filter(|tag| !tag.is_empty()))
    })
}

/// Tells whether a text contains `{{code}}`.
#[wasm_bindgen]
pub fn contains_code_placeholder(text: &str) -> bool {
    template::contains_code_placeholder(text)
}

/// Tells whether a text is a language tag (BCP 47) that the Worker accepts.
#[wasm_bindgen]
pub fn is_language_tag(text: &str) -> bool {
    locale::is_language_tag(text)
}

/// Parses a phone number as people write it, with separators, `00` or no plus, to E.164; empty if it cannot be one.
#[wasm_bindgen]
pub fn parse_phone(text: &str) -> String {
    let is_separator = |c: char| c.is_whitespace() || matches!(c, '(' | ')' | '.' | '-' | '/');
    let number: String = text.chars().filter(|c| !is_separator(*c)).collect();
    let phone = match number.strip_prefix("00") {
        Some(international) => PhoneNumber::parse(&format!("+{international}")),
        None => PhoneNumber::parse_with_optional_plus(&number),
    };
    phone.map(|phone| phone.e164().to_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test(unsupported = test)]
    fn parse_phone_accepts_common_notations_and_refuses_what_cannot_be_e164() {
        for (text, expected) in [
            ("+1 (415) 555-0123", "+14155550123"),
            (" 0086 138.0013/8000 ", "+8613800138000"),
            ("00 86 138 0013 8000", "+8613800138000"),
            ("14155550123", "+14155550123"),
            ("+0123456789", ""),
            ("00+14155550123", ""),
            ("++14155550123", ""),
            ("hello", ""),
            ("+123", ""),
            ("", ""),
        ] {
            assert_eq!(parse_phone(text), expected, "{text:?}");
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn render_template_leaves_the_locale_if_there_is_none() {
        assert_eq!(render_template("{{code}} {{ locale }} {{locale.x}}", "123456", "de"), "123456 de ");
        assert_eq!(render_template("{{code.x}}|{{locale}}", "123456", ""), "|{{locale}}");
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn measure_sms_names_the_encoding() {
        let describe = |text| {
            let size = measure_sms(text);
            (size.encoding(), size.units(), size.segments(), size.capacity())
        };
        assert_eq!(describe("a€"), ("GSM-7".to_owned(), 3, 1, 160));
        assert_eq!(describe("字😀"), ("UCS-2".to_owned(), 3, 1, 70));
    }
}
