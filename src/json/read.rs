//! The reader: recursive descent over a text, one function for each production of RFC 8259.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;

use super::{Map, Value};

/// Deepest nesting read.
pub(super) const MAX_DEPTH: u32 = 64;
/// Most members of one object, so that looking for a name twice stays cheap.
const MAX_MEMBERS: usize = 1_024;

/// A whole document: one value and nothing else.
pub(super) fn document(text: &str) -> Option<Value> {
    let mut reader = Reader { rest: text };
    let value = reader.value(0)?;
    reader.skip_space();
    reader.rest.is_empty().then_some(value)
}

/// A reader over what is left of the text.
struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    fn skip_space(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\n', '\r']);
    }

    /// Takes a character if it comes next.
    fn take(&mut self, c: char) -> bool {
        match self.rest.strip_prefix(c) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn next(&mut self) -> Option<char> {
        let mut chars = self.rest.chars();
        let c = chars.next();
        self.rest = chars.as_str();
        c
    }

    fn value(&mut self, depth: u32) -> Option<Value> {
        self.skip_space();
        match self.rest.chars().next()? {
            '{' | '[' if depth >= MAX_DEPTH => None,
            '{' => self.object(depth + 1),
            '[' => self.array(depth + 1),
            '"' => self.string().map(Value::String),
            'n' => self.word("null", Value::Null),
            't' => self.word("true", Value::Bool(true)),
            'f' => self.word("false", Value::Bool(false)),
            _ => self.number(),
        }
    }

    fn word(&mut self, word: &str, value: Value) -> Option<Value> {
        self.rest = self.rest.strip_prefix(word)?;
        Some(value)
    }

    fn object(&mut self, depth: u32) -> Option<Value> {
        let mut map = Map::new();
        self.take('{');
        self.skip_space();
        if self.take('}') {
            return Some(Value::Object(map));
        }
        loop {
            self.skip_space();
            let name = self.string()?;
            self.skip_space();
            if !self.take(':') || map.get(&name).is_some() || map.0.len() >= MAX_MEMBERS {
                return None;
            }
            let value = self.value(depth)?;
            map.0.push((name, value));
            if self.ends('}')? {
                return Some(Value::Object(map));
            }
        }
    }

    fn array(&mut self, depth: u32) -> Option<Value> {
        let mut items = Vec::new();
        self.take('[');
        self.skip_space();
        if self.take(']') {
            return Some(Value::Array(items));
        }
        loop {
            items.push(self.value(depth)?);
            if self.ends(']')? {
                return Some(Value::Array(items));
            }
        }
    }

    /// After an item: whether the list ends here; None if neither its end nor a comma follows.
    fn ends(&mut self, end: char) -> Option<bool> {
        self.skip_space();
        if self.take(end) {
            return Some(true);
        }
        self.take(',').then_some(false)
    }

    fn string(&mut self) -> Option<String> {
        if !self.take('"') {
            return None;
        }
        let mut text = String::new();
        loop {
            match self.next()? {
                '"' => return Some(text),
                '\\' => text.push(self.escape()?),
                c if c < ' ' => return None,
                c => text.push(c),
            }
        }
    }

    fn escape(&mut self) -> Option<char> {
        Some(match self.next()? {
            c @ ('"' | '\\' | '/') => c,
            'b' => '\x08',
            'f' => '\x0c',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => return self.unicode(),
            _ => return None,
        })
    }

    /// Four hex digits, or twice four that make a surrogate pair.
    fn unicode(&mut self) -> Option<char> {
        let high = self.hex4()?;
        if !(0xd800..0xdc00).contains(&high) {
            return char::from_u32(high);
        }
        let low = if self.take('\\') && self.take('u') { self.hex4()? } else { return None };
        let in_range = (0xdc00..0xe000).contains(&low);
        in_range.then(|| 0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00)).and_then(char::from_u32)
    }

    fn hex4(&mut self) -> Option<u32> {
        (0..4).try_fold(0, |value, _| Some(value * 16 + self.next()?.to_digit(16)?))
    }

    fn number(&mut self) -> Option<Value> {
        let start = self.rest;
        self.take('-');
        if !self.take('0') {
            self.digits()?;
        }
        if self.take('.') {
            self.digits()?;
        }
        if self.take('e') || self.take('E') {
            let _ = self.take('+') || self.take('-');
            self.digits()?;
        }
        start.strip_suffix(self.rest).map(|text| Value::Number(text.to_owned()))
    }

    /// One digit or more.
    fn digits(&mut self) -> Option<()> {
        let rest = self.rest.trim_start_matches(|c: char| c.is_ascii_digit());
        let some = rest.len() < self.rest.len();
        self.rest = rest;
        some.then_some(())
    }
}
