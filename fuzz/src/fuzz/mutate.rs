//! Random numbers and the mutations: on bytes, on numbers, on the structure of JSON, and by crossing two inputs.

/// SplitMix64: small, seeded, the same everywhere.
pub(super) struct Random(u64);

impl Random {
    pub(super) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Less than `limit`; 0 if that is 0.
    pub(super) fn below(&mut self, limit: usize) -> usize {
        if limit == 0 { 0 } else { usize::try_from(self.next() % limit as u64).unwrap_or_default() }
    }

    fn of<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }
}

/// Longest input: longer ones are only slow.
const LONGEST: usize = 1_536;

const NUMBERS: [&str; 20] = [
    "0",
    "-0",
    "-1",
    "1",
    "9",
    "00",
    "1e1",
    "0.0",
    "1e999",
    "-1e-999",
    "255",
    "256",
    "65536",
    "2147483648",
    "4294967295",
    "4294967296",
    "9007199254740993",
    "18446744073709551615",
    "18446744073709551616",
    "340282366920938463463374607431768211456",
];

const TOKENS: [&str; 48] = [
    "{",
    "}",
    "[",
    "]",
    ":",
    ",",
    "\"",
    "\"\"",
    "{}",
    "[]",
    "null",
    "true",
    "false",
    "\\",
    "\\u",
    "\\ud800",
    "\\udc00",
    "\\ud83d\\ude00",
    "\\u0000",
    "\\n",
    "\\\"",
    "{{",
    "}}",
    "{{code}}",
    "{{ code }}",
    "{{code.x}}",
    "+",
    "-",
    "+86",
    "\u{0}",
    "\u{1}",
    "\t",
    "\r\n",
    " ",
    "\u{a0}",
    "\u{85}",
    "\u{feff}",
    "\u{200b}",
    "é",
    "字",
    "😀",
    "👨‍👩‍👧",
    "\u{301}",
    "€",
    "[[[[[[[[[[[[[[[[",
    "{\"a\":{\"a\":{\"a\":",
    "\u{c}",
    "\u{7f}",
];

/// The words of one target beside those of all: what stands between quotes in its seeds, and its own.
pub(super) struct Mutator {
    words: Vec<Vec<u8>>,
}

impl Mutator {
    pub(super) fn new(seeds: &[Vec<u8>], own: &[&str]) -> Self {
        let mut words: Vec<Vec<u8>> = own.iter().map(|word| word.as_bytes().to_vec()).collect();
        for seed in seeds {
            let quoted = seed.split(|byte| *byte == b'"').skip(1).step_by(2).filter(|word| word.len() <= 64);
            words.extend(quoted.map(<[u8]>::to_vec));
        }
        words.sort();
        words.dedup();
        words.extend(TOKENS.iter().chain(&NUMBERS).map(|word| word.as_bytes().to_vec()));
        Self { words }
    }

    /// One of the pool, with one to six mutations.
    pub(super) fn mutate(&self, pool: &[Vec<u8>], random: &mut Random) -> Vec<u8> {
        let mut input = random.of(pool).clone();
        for _ in 0..=random.below(6) {
            self.step(&mut input, pool, random);
        }
        input.truncate(LONGEST);
        input
    }

    fn step(&self, input: &mut Vec<u8>, pool: &[Vec<u8>], random: &mut Random) {
        let at = random.below(input.len() + 1);
        let end = at + random.below((input.len() - at).min(64) + 1);
        match random.below(13) {
            0 if at < input.len() => input[at] ^= 1 << random.below(8),
            1 if at < input.len() => input[at] = random.below(256) as u8,
            2 => input.insert(at, random.below(256) as u8),
            3 => drop(input.drain(at..end)),
            4 => input.truncate(at),
            5 | 6 => drop(input.splice(at..at, random.of(&self.words).iter().copied())),
            7 => drop(input.splice(at..end, random.of(&self.words).iter().copied())),
            8 => repeat(input, at, end, random),
            9 => cross(input, &pool[random.below(pool.len())], at, random),
            10 => number(input, at, random),
            11 => string(input, at, &self.words[random.below(self.words.len())]),
            12 => swap(input, at, end, random),
            _ => {}
        }
    }
}

/// A piece, many times over.
fn repeat(input: &mut Vec<u8>, at: usize, end: usize, random: &mut Random) {
    let piece = input[at..end].to_vec();
    let times = [1, 2, 3, 70, 160][random.below(5)];
    let longer = piece.iter().copied().cycle().take(piece.len() * times).collect::<Vec<_>>();
    input.splice(at..at, longer);
}

/// The rest of another input.
fn cross(input: &mut Vec<u8>, other: &[u8], at: usize, random: &mut Random) {
    input.truncate(at);
    input.extend_from_slice(&other[random.below(other.len() + 1)..]);
}

/// Another number in the place of the next one.
fn number(input: &mut Vec<u8>, at: usize, random: &mut Random) {
    let Some(start) = input[at..].iter().position(u8::is_ascii_digit).map(|offset| at + offset) else {
        return;
    };
    let length = input[start..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    input.splice(start..start + length, random.of(&NUMBERS).bytes());
}

/// Another word in the place of the next string.
fn string(input: &mut Vec<u8>, at: usize, word: &[u8]) {
    let Some(start) = input[at..].iter().position(|byte| *byte == b'"').map(|offset| at + offset + 1) else {
        return;
    };
    let Some(length) = input[start..].iter().position(|byte| *byte == b'"') else { return };
    input.splice(start..start + length, word.iter().copied());
}

/// A piece moved elsewhere.
fn swap(input: &mut Vec<u8>, at: usize, end: usize, random: &mut Random) {
    let piece: Vec<u8> = input.drain(at..end).collect();
    let to = random.below(input.len() + 1);
    input.splice(to..to, piece);
}
