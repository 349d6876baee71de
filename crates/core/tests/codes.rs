//! The digits of a million codes are as likely as each other. The seed is fixed, so that the test does the same each time.

#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "tests fail by panicking")]

use edge_otp_core::code::Code;
use wasm_bindgen_test::wasm_bindgen_test;

const CODES: usize = 1_000_000;
const LENGTH: usize = 6;

/// Pseudo-random bytes (SplitMix64) from a fixed seed.
struct Bytes(u64);

impl Bytes {
    fn draw(&mut self) -> [u8; Code::RANDOM_BYTES] {
        let mut bytes = [0; Code::RANDOM_BYTES];
        for part in bytes.chunks_mut(8) {
            self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            part.copy_from_slice(&(mixed ^ (mixed >> 31)).to_le_bytes());
        }
        bytes
    }
}

/// How far counts are from equal ones (Pearson's chi-square).
fn chi_square(counts: &[u32]) -> f64 {
    let total: u32 = counts.iter().sum();
    let expected = f64::from(total) / f64::from(u32::try_from(counts.len()).expect("few"));
    counts.iter().map(|count| (f64::from(*count) - expected).powi(2) / expected).sum()
}

/// The quantile of chi-square at p = 0.001 with so many degrees of freedom (Wilson and Hilferty).
fn critical_value(freedom: f64) -> f64 {
    let term = 2.0 / (9.0 * freedom);
    freedom * 3.0_f64.mul_add(term.sqrt() * 1.030_077, 1.0 - term).powi(3)
}

fn draw_digits(draw: impl Fn(&[u8]) -> Vec<u8>) -> Vec<Vec<u8>> {
    let mut bytes = Bytes(0x6564_6765_2d6f_7470);
    (0..CODES).map(|_| draw(&bytes.draw())).collect()
}

fn code_digits(random: &[u8]) -> Vec<u8> {
    let code = Code::draw(random, 6).expect("enough bytes");
    code.as_str().bytes().map(|digit| digit - b'0').collect()
}

/// What has to be equally likely: each digit at each place, each pair of neighbours, each code in classes of a thousand.
fn statistics(codes: &[Vec<u8>]) -> Vec<(String, f64, f64)> {
    let mut found = Vec::new();
    let mut examine = |name: String, classes: usize, class_of: &dyn Fn(&[u8]) -> usize| {
        let mut counts = vec![0; classes];
        for code in codes {
            counts[class_of(code)] += 1;
        }
        let freedom = f64::from(u32::try_from(classes - 1).expect("few"));
        found.push((name, chi_square(&counts), critical_value(freedom)));
    };
    for place in 0..LENGTH {
        examine(format!("digit {place}"), 10, &|code| usize::from(code[place]));
    }
    for place in 1..LENGTH {
        let pair = |code: &[u8]| usize::from(code[place - 1]) * 10 + usize::from(code[place]);
        examine(format!("digits {} and {place}", place - 1), 100, &pair);
    }
    let number = |digits: &[u8]| digits.iter().fold(0, |number, digit| number * 10 + usize::from(*digit));
    examine("first three digits".to_owned(), 1_000, &|code| number(&code[..3]));
    examine("last three digits".to_owned(), 1_000, &|code| number(&code[3..]));
    found
}

#[wasm_bindgen_test(unsupported = test)]
fn a_million_codes_are_uniform() {
    let codes = draw_digits(code_digits);
    for (name, found, critical) in statistics(&codes) {
        assert!(found < critical, "{name}: chi-square {found:.1}, {critical:.1} at p = 0.001");
    }
    assert!(codes.iter().any(|code| code[0] == 0), "codes begin with 0, too");
}

/// The test can fail: without the bytes that are discarded, the digits 0 to 5 are 4 % more likely.
#[wasm_bindgen_test(unsupported = test)]
fn a_biased_draw_is_not_uniform() {
    let codes = draw_digits(|random| random[..LENGTH].iter().map(|byte| byte % 10).collect());
    let is_refused = statistics(&codes).iter().filter(|(_, found, critical)| found > critical).count();
    assert_eq!(is_refused, 13, "each of the statistics");
}

#[wasm_bindgen_test(unsupported = test)]
fn critical_values_are_those_of_the_tables() {
    for (freedom, expected) in [(9.0, 27.88), (99.0, 148.23), (999.0, 1_142.85)] {
        assert!((critical_value(freedom) - expected).abs() < 0.2, "{freedom}");
    }
}
