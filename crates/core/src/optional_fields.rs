//! The optional members of a send, `locale` and `ip`. They never cost the send: what can be understood is used, what
//! cannot is ignored, and each change is said in a warning.

use core::net::{IpAddr, SocketAddr};

use serde_json::Value;

use crate::error::Issue;
use crate::json::ObjectReader;
use crate::locale::is_language_tag;

const NOT_A_STRING: &str = "is not a string and was ignored";

/// What was read of the optional members.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OptionalFields {
    /// A language tag (BCP 47).
    pub locale: Option<String>,
    /// The end user's IP address, without a port.
    pub ip: Option<IpAddr>,
    /// What was ignored or understood as something else; the values are not repeated.
    pub warnings: Vec<Issue>,
}

impl OptionalFields {
    /// Takes `locale` and `ip`; `null` counts as absent.
    pub(crate) fn take(reader: &mut ObjectReader) -> Self {
        let mut fields = Self { locale: None, ip: None, warnings: Vec::new() };
        fields.locale = fields.read(reader, "locale", read_locale);
        fields.ip = fields.read(reader, "ip", read_ip);
        fields
    }

    fn read<T>(
        &mut self,
        reader: &mut ObjectReader,
        name: &str,
        read: impl Fn(&str) -> (Option<T>, Option<&'static str>),
    ) -> Option<T> {
        let (value, warning) = match reader.take(name)? {
            Value::String(text) => read(&text),
            _ => (None, Some(NOT_A_STRING)),
        };
        self.warnings.extend(warning.map(|message| Issue::new(name, message)));
        value
    }
}

/// Takes an optional language tag where no warning can be answered.
pub(crate) fn take_locale(reader: &mut ObjectReader) -> Option<String> {
    OptionalFields::default().read(reader, "locale", read_locale)
}

/// Reads a BCP 47 tag. POSIX names count as one: `zh_CN`, `de_DE.UTF-8`, `ca_ES@valencia` without what follows.
fn read_locale(text: &str) -> (Option<String>, Option<&'static str>) {
    if is_language_tag(text) {
        return (Some(text.to_owned()), None);
    }
    let name = text.trim().split(['.', '@']).next().unwrap_or_default().replace('_', "-");
    if is_language_tag(&name) {
        (Some(name), Some("is not a BCP 47 tag; it was read as one with hyphens only"))
    } else {
        (None, Some("is not a BCP 47 tag such as en or zh-CN and was ignored"))
    }
}

/// Reads an IPv4 or IPv6 address: the first of a list (`X-Forwarded-For`), without brackets and port.
fn read_ip(text: &str) -> (Option<IpAddr>, Option<&'static str>) {
    if let Ok(address) = text.parse() {
        return (Some(address), None);
    }
    match text.split(',').find_map(|entry| read_address(entry.trim())) {
        Some(address) => {
            (Some(address), Some("is not one address alone; its first address was used, without a port"))
        }
        None => (None, Some("is not an IPv4 or IPv6 address and was ignored")),
    }
}

fn read_address(entry: &str) -> Option<IpAddr> {
    let without_brackets = || entry.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    let with_port = || entry.parse::<SocketAddr>().ok().map(|address| address.ip());
    entry.parse().ok().or_else(with_port).or_else(without_brackets)
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    fn take(body: &serde_json::Value) -> OptionalFields {
        let mut reader = ObjectReader::open(body.to_string().as_bytes()).expect("an object");
        let fields = OptionalFields::take(&mut reader);
        assert_eq!(reader.finish(), Ok(()), "no issue");
        fields
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn locale_is_a_tag_or_a_warning() {
        for (text, expected, is_warned) in [
            ("zh-Hant-TW", Some("zh-Hant-TW"), false),
            ("zh_CN", Some("zh-CN"), true),
            ("zh_Hant_TW", Some("zh-Hant-TW"), true),
            ("de_DE.UTF-8", Some("de-DE"), true),
            ("ca_ES@valencia", Some("ca-ES"), true),
            (" en ", Some("en"), true),
            ("", None, true),
            (" ", None, true),
            ("_", None, true),
            ("C", None, true),
            ("en-US,en;q=0.9", None, true),
            ("日本語", None, true),
            ("x".repeat(5_000).as_str(), None, true),
        ] {
            let fields = take(&serde_json::json!({ "locale": text }));
            assert_eq!(fields.locale.as_deref(), expected, "{text:?}");
            let paths: Vec<_> = fields.warnings.iter().map(|warning| warning.path.as_str()).collect();
            assert_eq!(paths, ["locale"][..usize::from(is_warned)], "{text:?}");
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn ip_is_an_address_or_a_warning() {
        for (text, expected, is_warned) in [
            ("203.0.113.7", Some("203.0.113.7"), false),
            ("2001:DB8:0::1", Some("2001:db8::1"), false),
            ("203.0.113.7:51234", Some("203.0.113.7"), true),
            ("[2001:db8::1]:443", Some("2001:db8::1"), true),
            ("[2001:db8::1]", Some("2001:db8::1"), true),
            ("203.0.113.7, 10.0.0.1", Some("203.0.113.7"), true),
            ("203.0.113.7:80,10.0.0.1:81", Some("203.0.113.7"), true),
            ("[2001:db8::1]:443, 10.0.0.1", Some("2001:db8::1"), true),
            ("unknown, 203.0.113.7", Some("203.0.113.7"), true),
            (" 203.0.113.7 ", Some("203.0.113.7"), true),
            ("", None, true),
            (",", None, true),
            ("203.0.113", None, true),
            ("203.0.113.7:port", None, true),
            ("203.0.113.7:99999", None, true),
            ("localhost", None, true),
        ] {
            let fields = take(&serde_json::json!({ "ip": text }));
            assert_eq!(fields.ip.map(|ip| ip.to_string()).as_deref(), expected, "{text:?}");
            assert_eq!(fields.warnings.len(), usize::from(is_warned), "{text:?}");
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn values_that_are_no_strings_are_ignored() {
        for value in [serde_json::json!(1), true.into(), serde_json::json!([]), serde_json::json!({ "a": 1 })]
        {
            let fields = take(&serde_json::json!({ "locale": value, "ip": value }));
            assert_eq!((fields.locale, fields.ip), (None, None));
            assert_eq!(fields.warnings, ["locale", "ip"].map(|path| Issue::new(path, NOT_A_STRING)));
        }
        assert_eq!(take(&serde_json::json!({ "locale": null, "ip": null })), OptionalFields::default());
        assert_eq!(take(&serde_json::json!({})), OptionalFields::default());
    }
}
