//! A config that has passed its field table. Checking collects every issue, each with its path; a value is never
//! repeated.

use alloc::borrow::ToOwned;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;
use core::fmt;

use super::field::{Field, Kind, Shape, TemplateRules};
use crate::api::is_locale;
use crate::error::Issue;
use crate::json::{Map, Value};
use crate::template::{Template, TemplateBody, holds_code};
use crate::text::split_last;
use crate::usage::UsageType;

/// A config; without issues, every required field is there and every present one has its type.
pub(crate) struct Config {
    fields: Map,
    templates: Vec<Template>,
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Config(…)")
    }
}

impl Config {
    /// Reads a config by its field table, and tells every issue. Keys that the table does not know are let be.
    pub(crate) fn check(fields: &[Field], object: &Map) -> (Self, Vec<Issue>) {
        let mut issues = Vec::new();
        let mut templates = Vec::new();
        for field in fields {
            match (object.get(field.key), field.kind) {
                (None, _) if field.required => issues.push(Issue::new(field.key, "is required")),
                (None, _) => {}
                (Some(value), Kind::Templates(rules)) => {
                    templates = read_templates(field.key, rules, value, &mut issues);
                }
                (Some(value), kind) => {
                    if let Some(message) = complaint(kind, value, field.required) {
                        issues.push(Issue::new(field.key, message));
                    }
                }
            }
        }
        (Self { fields: object.clone(), templates }, issues)
    }

    /// A text field; empty if it was left out.
    pub(crate) fn text(&self, key: &str) -> &str {
        self.fields.get(key).and_then(Value::as_str).unwrap_or_default()
    }

    /// A field as it was given.
    pub(crate) fn value(&self, key: &str) -> Option<&Value> {
        self.fields.get(key)
    }

    /// An issue if a text cannot stand in a header: printable ASCII is what every server reads alike.
    pub(crate) fn header_issues(&self, key: &str) -> Vec<Issue> {
        let sendable = self.text(key).bytes().all(|b| (0x20..=0x7e).contains(&b));
        if sendable { Vec::new() } else { vec![Issue::new(key, "must be printable ASCII")] }
    }

    /// A switch; false if it was left out.
    pub(crate) fn flag(&self, key: &str) -> bool {
        self.fields.get(key).and_then(Value::as_bool).unwrap_or_default()
    }

    /// The templates, in their order.
    pub(crate) fn templates(&self) -> &[Template] {
        &self.templates
    }
}

/// What is wrong with a value, if anything.
fn complaint(kind: Kind, value: &Value, required: bool) -> Option<&'static str> {
    if let Kind::Switch = kind {
        return value.as_bool().is_none().then_some("must be true or false");
    }
    let Some(text) = value.as_str() else { return Some("must be a string") };
    if text.is_empty() {
        return (required || matches!(kind, Kind::NonEmpty)).then_some("must not be empty");
    }
    let (fits, message) = match kind {
        Kind::Url => (is_url(text), "must be an https URL without user name (http only to localhost)"),
        Kind::Email => (is_email(text), "must be an e-mail address"),
        Kind::Host => (is_host(text), "must be a host name"),
        Kind::Id => (is_id(text), "must consist of letters, digits, dots, underscores and hyphens"),
        Kind::Secret => (text.bytes().all(|b| b >= 0x20 && b != 0x7f), "must not hold control characters"),
        _ => (true, ""),
    };
    (!fits).then_some(message)
}

fn read_templates(key: &str, rules: TemplateRules, value: &Value, issues: &mut Vec<Issue>) -> Vec<Template> {
    let Some(items) = value.as_array() else {
        issues.push(Issue::new(key, "must be an array of templates"));
        return Vec::new();
    };
    let templates: Vec<_> = items
        .iter()
        .enumerate()
        .filter_map(|(index, item)| {
            read_template(&[key, ".", &index.to_string()].concat(), rules, item, issues)
        })
        .collect();
    let has_generic =
        items.iter().any(|item| item.get("usageType").and_then(Value::as_str) == Some("Generic"));
    if rules.generic && !has_generic {
        issues.push(Issue::new(key, "must hold a template for Generic"));
    }
    templates
}

fn read_template(
    path: &str,
    rules: TemplateRules,
    item: &Value,
    issues: &mut Vec<Issue>,
) -> Option<Template> {
    let mut text = |name: &str, value: Option<&Value>| match value.and_then(Value::as_str) {
        Some(text) if !text.is_empty() => Some(text.to_owned()),
        _ => {
            issues.push(Issue::new([path, ".", name].concat(), "must be a string that is not empty"));
            None
        }
    };
    let usage = text("usageType", item.get("usageType"));
    let locale = item.get("locale").map(|value| text("locale", Some(value)));
    let body = match rules.shape {
        Shape::Text => text("content", item.get("content")).map(TemplateBody::Text),
        Shape::Registered => match item.get("templateCode") {
            Some(Value::Object(by_region)) => {
                let china = text("templateCode.china", by_region.get("china"));
                let overseas = text("templateCode.overseas", by_region.get("overseas"));
                china.zip(overseas).map(|(china, overseas)| TemplateBody::Registered { china, overseas })
            }
            code => text("templateCode", code)
                .map(|code| TemplateBody::Registered { china: code.clone(), overseas: code }),
        },
        Shape::Named => {
            let language = item.get("language").map_or(Some("en".to_owned()), |l| text("language", Some(l)));
            text("templateName", item.get("templateName"))
                .zip(language)
                .map(|(name, language)| TemplateBody::Named { name, language })
        }
    };
    complain_about_values(path, rules, usage.as_deref(), locale.as_ref(), body.as_ref(), issues);
    Some(Template { usage: usage?, locale: locale.flatten(), body: body? })
}

fn complain_about_values(
    path: &str,
    rules: TemplateRules,
    usage: Option<&str>,
    locale: Option<&Option<String>>,
    body: Option<&TemplateBody>,
    issues: &mut Vec<Issue>,
) {
    let mut complain =
        |name: &str, message: &str| issues.push(Issue::new([path, ".", name].concat(), message));
    if rules.known_usages && usage.is_some_and(|usage| UsageType::parse(usage).is_none()) {
        complain("usageType", "must be a known usage type");
    }
    if locale.and_then(Option::as_deref).is_some_and(|locale| !is_locale(locale)) {
        complain("locale", "must be a BCP 47 tag such as en or zh-CN");
    }
    if let Some(TemplateBody::Text(text)) = body
        && rules.code
        && !holds_code(text)
    {
        complain("content", "must hold {{code}}");
    }
}

/// An absolute https URL of printable ASCII, without credentials; http only where nothing leaves this machine.
pub(crate) fn is_url(text: &str) -> bool {
    let (rest, local_only) = match (text.strip_prefix("https://"), text.strip_prefix("http://")) {
        (Some(rest), _) => (rest, false),
        (_, Some(rest)) => (rest, true),
        _ => return false,
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let (host, port) = match authority.split_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (authority, None),
    };
    let port_fits = port.is_none_or(|port| {
        port.bytes().all(|b| b.is_ascii_digit()) && port.parse::<u16>().is_ok_and(|port| port > 0)
    });
    let clean = text.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
    let local = host == "localhost" || host == "127.0.0.1";
    clean && port_fits && is_host(host) && (local || !local_only)
}

/// Labels of letters, digits and hyphens, joined by dots. A host that ends in a number is an IPv4 address.
fn is_host(text: &str) -> bool {
    let labels = text.split('.').all(|label| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    });
    let numeric = split_last(text, '.').1.bytes().all(|b| b.is_ascii_digit());
    let is_address =
        || text.split('.').count() == 4 && text.split('.').all(|part| part.parse::<u8>().is_ok());
    (1..=253).contains(&text.len()) && labels && (!numeric || is_address())
}

fn is_id(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b)) && text != "." && text != ".."
}

/// The addresses that Logto's check for smsaero lets pass.
fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else { return false };
    let local_fits = !local.is_empty()
        && !local.starts_with('.')
        && !local.ends_with(['.', '\''])
        && !local.as_bytes().windows(2).any(|pair| pair == b"..")
        && local.bytes().all(|b| b.is_ascii_alphanumeric() || b"_'+-.".contains(&b));
    let (below, top_level) = split_last(domain, '.');
    local_fits
        && below.is_some()
        && domain.split('.').all(|label| {
            label.starts_with(|c: char| c.is_ascii_alphanumeric())
                && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        })
        && top_level.len() >= 2
        && top_level.bytes().all(|b| b.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn an_endpoint_is_https_or_this_machine() {
        for url in [
            "https://hooks.example.com",
            "https://hooks.example.com:8443/sms?x=1",
            "https://10.0.0.1/a",
            "http://localhost:3000/sms",
            "http://127.0.0.1",
        ] {
            assert!(is_url(url), "{url}");
        }
        for url in [
            "",
            "hooks.example.com",
            "http://hooks.example.com",
            "http://localhost.example.com",
            "https://user:pass@example.com",
            "https://user@example.com",
            "https://",
            "https:///x",
            "https://exa mple.com",
            "https://example.com\\@evil.com",
            "https://exämple.com",
            "https://example..com",
            "https://example.com:0",
            "https://example.com:+80",
            "https://256.256.256.256/",
            "https://1.2.3/",
            "https://2130706433/",
            "https://example.com:99999",
            "https://example.com:x",
            "ftp://example.com",
            "javascript:alert(1)",
            "https://example.com/\r\nx: y",
            "HTTPS://example.com",
        ] {
            assert!(!is_url(url), "{url:?}");
        }
    }

    #[test]
    fn an_id_cannot_leave_its_place_in_a_url_or_header() {
        for text in ["AC0123", "ap-guangzhou", "AKID_x.y"] {
            assert!(is_id(text), "{text}");
        }
        for text in ["a/b", "..", "a b", "a?b", "a#b", "a%2F", "a\r\nb", "é", "a,b"] {
            assert!(!is_id(text), "{text:?}");
        }
    }

    #[test]
    fn e_mail_addresses() {
        for text in ["user@example.com", "a.b+c_d'e-f@sub.example.co"] {
            assert!(is_email(text), "{text}");
        }
        for text in [
            "",
            "user",
            "user@",
            "@example.com",
            "user@example",
            ".u@example.com",
            "a..b@example.com",
            "u@e.1",
        ] {
            assert!(!is_email(text), "{text}");
        }
    }
}
