//! Templates: what they are rendered to, and how many segments the text takes.
#![no_main]

use edge_otp_core::segments::{Encoding, count_segments, detect_encoding};
use edge_otp_core::template::{contains_code_placeholder, render};
use edge_otp_fuzz::CODE;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let with_code = |value: &str| render(text, |name| (name == "code").then(|| value.to_owned()));
    let rendered = with_code(CODE);
    let is_filled = rendered.matches(CODE).count() > text.matches(CODE).count();
    assert!(!contains_code_placeholder(text) || is_filled, "the code is not in {rendered:?}");
    assert_eq!(render(text, |_| None), text, "unknown names stay unchanged");
    // A value is not rendered again: it would grow without end.
    assert!(with_code("{{code}}").len() <= text.len() * 8 + 8);
    check_segments(&rendered);
});

fn check_segments(text: &str) {
    let (units, single, multi) = match detect_encoding(text) {
        Encoding::Ucs2 => (text.encode_utf16().count(), 70, 67),
        Encoding::Gsm7 => {
            let escaped = text.chars().filter(|c| "\u{c}^{}\\[~]|€".contains(*c)).count();
            (text.chars().count() + escaped, 160, 153)
        }
    };
    let segments = count_segments(text);
    // A segment loses one unit at most, to a pair that does not fit.
    let possible = if units <= single { 1..=1 } else { units.div_ceil(multi)..=units.div_ceil(multi - 1) };
    assert!(possible.contains(&segments), "{units} units in {segments} segments");
}
