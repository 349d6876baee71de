//! One message on its way to one phone, and what its text costs: encoding and segments (3GPP TS 23.038 §6.2.1,
//! TS 23.040 §9.2.3.24).

use alloc::borrow::ToOwned;
use alloc::string::String;

use crate::code::Code;
use crate::phone::PhoneNumber;
use crate::template::{Template, TemplateBody, render};
use crate::text::has;
use crate::usage::UsageType;

/// Everything a connector may know of a message.
pub(crate) struct Message<'a> {
    pub(crate) to: &'a PhoneNumber,
    pub(crate) usage: UsageType,
    pub(crate) code: &'a Code,
    /// BCP 47.
    pub(crate) locale: Option<&'a str>,
    /// The end user's address, for receivers that limit by it.
    pub(crate) ip: Option<&'a str>,
    /// None only for connectors that have no templates.
    pub(crate) template: Option<&'a Template>,
}

impl Message<'_> {
    /// The text, filled in; empty if the template is not a text.
    pub(crate) fn text(&self) -> String {
        match self.template.map(|template| &template.body) {
            Some(TemplateBody::Text(text)) => render(text, |name| self.variable(name)),
            _ => String::new(),
        }
    }

    /// The registered template's id for where the phone is.
    pub(crate) fn registered_id(&self) -> &str {
        match self.template.map(|template| &template.body) {
            Some(TemplateBody::Registered { china, overseas }) => {
                if mainland_mobile(self.to).is_some() {
                    china
                } else {
                    overseas
                }
            }
            _ => "",
        }
    }

    /// A dotted path into text finds nothing, as in Logto: it renders empty.
    fn variable(&self, name: &str) -> Option<String> {
        let (root, path) = name.split_once('.').map_or((name, None), |(root, path)| (root, Some(path)));
        let value = match root {
            "code" => Some(self.code.as_str()),
            "locale" => self.locale,
            _ => None,
        };
        value.map(|value| if path.is_some() { String::new() } else { value.to_owned() })
    }
}

/// The eleven digits of a mobile number of mainland China; None for any other number, Hong Kong's and landlines too.
pub(crate) fn mainland_mobile(phone: &PhoneNumber) -> Option<&str> {
    phone.national("86").filter(|national| national.len() == 11 && national.starts_with('1'))
}

/// How a text travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// 7-bit default alphabet: 160 septets, 153 in each part of a longer text.
    Gsm7,
    /// UTF-16 code units: 70, or 67 in each part.
    Ucs2,
}

/// Characters of one septet.
const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡\
ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
/// Characters of an escape and a septet, which may not be parted.
const EXTENSION: &str = "\u{c}^{}\\[~]|€";

/// The encoding a text needs.
pub(crate) fn encoding(text: &str) -> Encoding {
    if text.chars().all(|c| has(BASIC, c) || has(EXTENSION, c)) { Encoding::Gsm7 } else { Encoding::Ucs2 }
}

/// How many SMS a text takes; an empty one takes one.
pub(crate) fn segments(text: &str) -> u32 {
    match encoding(text) {
        Encoding::Gsm7 => parts(text, 160, 153, |c| if has(EXTENSION, c) { 2 } else { 1 }),
        Encoding::Ucs2 => parts(text, 70, 67, char::len_utf16),
    }
}

/// Fills parts character by character: neither an escape nor a surrogate pair is split over two.
fn parts(text: &str, single: usize, multi: usize, width: impl Fn(char) -> usize) -> u32 {
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
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn segments_are_exact_at_the_borders() {
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
            // The escape pair does not fit the last septet of a part and moves whole.
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
            assert_eq!(segments(&text), count, "{} characters", text.chars().count());
        }
    }

    #[test]
    fn mainland_means_eighty_six_and_a_mobile_number() {
        let digits = |text| mainland_mobile(&PhoneNumber::parse(text).expect(text)).map(str::to_owned);
        assert_eq!(digits("+8613800138000").as_deref(), Some("13800138000"));
        for text in ["+13800138000", "+14155550132", "+85251234567", "+861012345678", "+86138001380001"] {
            assert_eq!(digits(text), None, "{text}");
        }
    }

    #[test]
    fn one_foreign_character_turns_the_whole_text() {
        assert_eq!(encoding("123456 is your code. ^{}\\[~]|€"), Encoding::Gsm7);
        for text in ["ç", "`", "’", "–", "\u{a0}", "验证码", "😀", "\t"] {
            assert_eq!(encoding(text), Encoding::Ucs2, "{text:?}");
        }
    }
}
