//! The reader: recursive descent over a text, one function for each production of RFC 8259.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;

use super::{Map, Value, is_special};

/// Deepest nesting read.
pub(super) const MAX_DEPTH: u32 = 64;
/// Most members of one object, so that looking for a name twice stays cheap.
const MAX_MEMBERS: usize = 1_024;

/// A whole document: one value and nothing else.
pub(super) fn document(text: &str) -> Option<Value> {
    let mut reader = Reader { text, at: 0 };
    let value = reader.value(0)?;
    reader.skip_space();
    (reader.at == text.len()).then_some(value)
}

/// A reader of the text from a position on, byte by byte: what is special in JSON is ASCII.
struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.peek() {
            self.at += 1;
        }
    }

    /// Takes a byte if it comes next.
    fn take(&mut self, c: u8) -> bool {
        let comes = self.peek() == Some(c);
        self.at += usize::from(comes);
        comes
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at += 1;
        Some(byte)
    }

    fn value(&mut self, depth: u32) -> Option<Value> {
        self.skip_space();
        match self.peek()? {
            b'{' | b'[' if depth >= MAX_DEPTH => None,
            b'{' => self.object(depth + 1),
            b'[' => self.array(depth + 1),
            b'"' => self.string().map(Value::String),
            b'n' => self.word("null", Value::Null),
            b't' => self.word("true", Value::Bool(true)),
            b'f' => self.word("false", Value::Bool(false)),
            _ => self.number(),
        }
    }

    fn word(&mut self, word: &str, value: Value) -> Option<Value> {
        word.bytes().all(|byte| self.take(byte)).then_some(value)
    }

    fn object(&mut self, depth: u32) -> Option<Value> {
        let mut map = Map::new();
        self.take(b'{');
        self.skip_space();
        if self.take(b'}') {
            return Some(Value::Object(map));
        }
        loop {
            self.skip_space();
            let name = self.string()?;
            self.skip_space();
            if !self.take(b':') || map.get(&name).is_some() || map.0.len() >= MAX_MEMBERS {
                return None;
            }
            let value = self.value(depth)?;
            map.0.push((name, value));
            if self.ends(b'}')? {
                return Some(Value::Object(map));
            }
        }
    }

    fn array(&mut self, depth: u32) -> Option<Value> {
        let mut items = Vec::new();
        self.take(b'[');
        self.skip_space();
        if self.take(b']') {
            return Some(Value::Array(items));
        }
        loop {
            items.push(self.value(depth)?);
            if self.ends(b']')? {
                return Some(Value::Array(items));
            }
        }
    }

    /// After an item: whether the list ends here; None if neither its end nor a comma follows.
    fn ends(&mut self, end: u8) -> Option<bool> {
        self.skip_space();
        if self.take(end) {
            return Some(true);
        }
        self.take(b',').then_some(false)
    }

    fn string(&mut self) -> Option<String> {
        if !self.take(b'"') {
            return None;
        }
        let mut text = String::new();
        loop {
            let start = self.at;
            while !is_special(self.peek()?) {
                self.at += 1;
            }
            text.push_str(self.text.get(start..self.at)?);
            match self.next()? {
                b'"' => return Some(text),
                b'\\' => text.push(self.escape()?),
                _ => return None,
            }
        }
    }

    fn escape(&mut self) -> Option<char> {
        Some(match self.next()? {
            c @ (b'"' | b'\\' | b'/') => char::from(c),
            b'b' => '\x08',
            b'f' => '\x0c',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => return self.unicode(),
            _ => return None,
        })
    }

    /// Four hex digits, or twice four that make a surrogate pair.
    fn unicode(&mut self) -> Option<char> {
        let high = self.hex4()?;
        if !(0xd800..0xdc00).contains(&high) {
            return char::from_u32(high);
        }
        let low = if self.take(b'\\') && self.take(b'u') { self.hex4()? } else { return None };
        let in_range = (0xdc00..0xe000).contains(&low);
        in_range.then(|| 0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00)).and_then(char::from_u32)
    }

    fn hex4(&mut self) -> Option<u32> {
        let mut value = 0;
        for _ in 0..4 {
            value = value * 16 + char::from(self.next()?).to_digit(16)?;
        }
        Some(value)
    }

    fn number(&mut self) -> Option<Value> {
        let start = self.at;
        self.take(b'-');
        if !self.take(b'0') {
            self.digits()?;
        }
        if self.take(b'.') {
            self.digits()?;
        }
        if self.take(b'e') || self.take(b'E') {
            let _ = self.take(b'+') || self.take(b'-');
            self.digits()?;
        }
        self.text.get(start..self.at).map(|text| Value::Number(text.to_owned()))
    }

    /// One digit or more.
    fn digits(&mut self) -> Option<()> {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        (self.at > start).then_some(())
    }
}
