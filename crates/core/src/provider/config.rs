//! A config that was validated by its field table. Validation collects every issue with its path and never repeats a
//! value.

use core::fmt;

use serde_json::{Map, Value};

use super::address::{AllowedAddresses, check_host, check_url};
use super::field::{FieldKind, FieldSpec, TemplateKind, TemplateRules};
use crate::error::Issue;
use crate::locale::is_language_tag;
use crate::template::{Template, TemplateBody, TemplateParameter, contains_code_placeholder};
use crate::usage_type::UsageType;

/// A config; if there were no issues, every required field is there and every present one has its type.
pub struct ProviderConfig {
    fields: Map<String, Value>,
    templates: Vec<Template>,
}

impl fmt::Debug for ProviderConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ProviderConfig(…)")
    }
}

impl ProviderConfig {
    /// Reads a config by its field table and collects every issue. Keys that the table does not know are ignored.
    pub fn validate(
        fields: &[FieldSpec],
        object: &Map<String, Value>,
        allowed: AllowedAddresses,
    ) -> (Self, Vec<Issue>) {
        let mut issues = Vec::new();
        let mut templates = Vec::new();
        for field in fields {
            match (object.get(field.key), field.kind) {
                (None, _) if field.required => issues.push(Issue::new(field.key, "is required")),
                (None, _) => {}
                (Some(value), FieldKind::Templates(rules)) => {
                    templates = read_templates(field.key, rules, value, &mut issues);
                }
                (Some(value), _) => {
                    if let Err(message) = validate_value(field, value, allowed) {
                        issues.push(Issue::new(field.key, message));
                    }
                }
            }
        }
        (Self { fields: object.clone(), templates }, issues)
    }

    /// Returns a text field; empty if it was left out.
    pub fn text(&self, key: &str) -> &str {
        self.fields.get(key).and_then(Value::as_str).unwrap_or_default()
    }

    /// Returns a text field, or `default` if it was left out or is empty.
    pub fn text_or<'a>(&'a self, key: &str, default: &'a str) -> &'a str {
        match self.text(key) {
            "" => default,
            text => text,
        }
    }

    /// Tells whether a field is there and not an empty text; its type may be wrong.
    pub fn is_given(&self, key: &str) -> bool {
        self.fields.get(key).is_some_and(|value| value.as_str() != Some(""))
    }

    /// Returns a field as it was given.
    pub fn value(&self, key: &str) -> Option<&Value> {
        self.fields.get(key)
    }

    /// Returns a switch; false if it was left out.
    pub fn flag(&self, key: &str) -> bool {
        self.fields.get(key).and_then(Value::as_bool).unwrap_or_default()
    }

    /// Returns the templates in their order.
    pub fn templates(&self) -> &[Template] {
        &self.templates
    }
}

/// Returns what is wrong with a value, if anything.
fn validate_value(field: &FieldSpec, value: &Value, allowed: AllowedAddresses) -> Result<(), String> {
    let require = |fits: bool, rule: &str| if fits { Ok(()) } else { Err(rule.to_owned()) };
    if let FieldKind::Switch = field.kind {
        return require(value.is_boolean(), "must be true or false");
    }
    let text = value.as_str().ok_or("must be a string")?;
    if text.is_empty() {
        let may_be_empty = !field.required || field.may_be_empty;
        let is_allowed = may_be_empty && !matches!(field.kind, FieldKind::NonEmptyText);
        return require(is_allowed, "must not be empty");
    }
    check_line(text)?;
    match field.kind {
        FieldKind::Url => check_url(text, allowed, field.hosts),
        FieldKind::Host => check_host(text, allowed, field.hosts),
        FieldKind::Email => require(is_email(text), "must be an e-mail address"),
        FieldKind::Id => {
            require(is_id(text), "must consist of letters, digits, dots, underscores and hyphens")
        }
        _ => Ok(()),
    }?;
    let is_printable = text.bytes().all(|b| (0x20..=0x7e).contains(&b));
    require(is_printable || !field.is_header, "must be printable ASCII")?;
    field.form.map_or(Ok(()), |form| require((form.is_valid)(text), form.message))
}

/// Checks what pasting and decoding leave in a text of one line: a provider answers such a value as an unknown one, and
/// nobody sees why.
fn check_line(text: &str) -> Result<(), &'static str> {
    if text.starts_with(is_blank) || text.ends_with(is_blank) {
        Err("must not begin or end with white space")
    } else if text.chars().any(char::is_control) {
        Err("must not hold control characters")
    } else {
        check_decoded(text)
    }
}

/// Checks that a text was stored as UTF-8: what is no UTF-8 is read as the replacement character.
fn check_decoded(text: &str) -> Result<(), &'static str> {
    let message = "holds characters that could not be decoded; it must be UTF-8";
    if text.contains(char::REPLACEMENT_CHARACTER) { Err(message) } else { Ok(()) }
}

/// White space, control characters, and what is as invisible: the byte order mark and the zero-width characters.
fn is_blank(c: char) -> bool {
    c.is_whitespace() || c.is_control() || matches!(c, '\u{feff}' | '\u{200b}'..='\u{200d}' | '\u{2060}')
}

fn read_templates(key: &str, rules: TemplateRules, value: &Value, issues: &mut Vec<Issue>) -> Vec<Template> {
    let Some(items) = value.as_array() else {
        issues.push(Issue::new(key, "must be an array of templates"));
        return Vec::new();
    };
    let templates: Vec<_> = items
        .iter()
        .enumerate()
        .filter_map(|(index, item)| read_template(&format!("{key}.{index}"), rules, item, issues))
        .collect();
    let has_generic =
        items.iter().any(|item| item.get("usageType").and_then(Value::as_str) == Some("Generic"));
    if rules.requires_generic && !has_generic {
        issues.push(Issue::new(key, "must hold a template for Generic"));
    }
    if items.len() < rules.min_count {
        issues.push(Issue::new(key, "must hold a template"));
    }
    templates
}

fn read_template(
    path: &str,
    rules: TemplateRules,
    item: &Value,
    issues: &mut Vec<Issue>,
) -> Option<Template> {
    let mut text = |name: &str, value: Option<&Value>| {
        let text = value.and_then(Value::as_str).filter(|text| !text.is_empty());
        let checked = match text {
            None => Err("must be a string that is not empty"),
            // A text may have several lines, and a usage type of any name is kept.
            Some(text) if matches!(name, "content" | "usageType") => check_decoded(text).map(|()| text),
            Some(text) => check_line(text).map(|()| text),
        };
        checked
            .map_err(|message| issues.push(Issue::new(format!("{path}.{name}"), message)))
            .ok()
            .map(str::to_owned)
    };
    let usage_type = text("usageType", item.get("usageType"));
    let locale = item.get("locale").map(|value| text("locale", Some(value)));
    let listed = item.get("parameters").filter(|_| rules.kind == TemplateKind::Numbered);
    let parameters = listed.and_then(read_parameters);
    let body = read_template_body(rules.kind, item, parameters.clone(), text);
    let has_invalid_parameters = listed.is_some() && parameters.is_none();
    let mut add_issue =
        |name: &str, message: &str| issues.push(Issue::new(format!("{path}.{name}"), message));
    if rules.known_usage_types_only
        && usage_type.as_deref().is_some_and(|name| UsageType::parse(name).is_none())
    {
        add_issue("usageType", "must be a known usage type");
    }
    if has_invalid_parameters {
        add_issue(
            "parameters",
            "must be a list of code and minutes in the template's order, with code in it",
        );
    }
    if locale.as_ref().and_then(Option::as_deref).is_some_and(|locale| !is_language_tag(locale)) {
        add_issue("locale", "must be a BCP 47 tag such as en or zh-CN");
    }
    let is_known_type = |kind: &Value| kind.as_u64().is_some_and(|kind| rules.types.contains(&kind));
    if !rules.types.is_empty() && item.get("type").is_some_and(|kind| !is_known_type(kind)) {
        let types: Vec<_> = rules.types.iter().map(u64::to_string).collect();
        add_issue("type", &format!("must be one of {}", types.join(", ")));
    }
    if let Some(TemplateBody::Text(text)) = &body
        && rules.requires_code
        && !contains_code_placeholder(text)
    {
        add_issue("content", "must hold {{code}}");
    }
    Some(Template { usage_type: usage_type?, locale: locale.flatten(), body: body? })
}

/// Reads what a template consists of; `text` reads a member and adds its issue.
fn read_template_body(
    kind: TemplateKind,
    item: &Value,
    parameters: Option<Vec<TemplateParameter>>,
    mut text: impl FnMut(&str, Option<&Value>) -> Option<String>,
) -> Option<TemplateBody> {
    match kind {
        TemplateKind::Text => text("content", item.get("content")).map(TemplateBody::Text),
        TemplateKind::Registered | TemplateKind::Numbered => {
            let ids = match item.get("templateCode") {
                Some(Value::Object(by_region)) => {
                    let china = text("templateCode.china", by_region.get("china"));
                    china.zip(text("templateCode.overseas", by_region.get("overseas")))
                }
                code => text("templateCode", code).map(|code| (code.clone(), code)),
            };
            let parameters = parameters.unwrap_or_else(|| vec![TemplateParameter::Code]);
            ids.map(|(china, overseas)| TemplateBody::Registered { china, overseas, parameters })
        }
        TemplateKind::Named => {
            let language = item.get("language").map_or(Some("en".to_owned()), |l| text("language", Some(l)));
            text("templateName", item.get("templateName"))
                .zip(language)
                .map(|(name, language)| TemplateBody::Named { name, language })
        }
    }
}

/// Reads the variables of a template: `code` and, for instance, `minutes`.
fn read_parameters(list: &Value) -> Option<Vec<TemplateParameter>> {
    let names = list.as_array()?.iter().map(|name| name.as_str().and_then(TemplateParameter::parse));
    names.collect::<Option<Vec<_>>>().filter(|parameters| parameters.contains(&TemplateParameter::Code))
}

/// Tells whether a text stays one segment of a URL and one token of a header.
fn is_id(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b)) && text != "." && text != ".."
}

/// Tells whether a text is an e-mail address, by the rules of Logto's check for SMS Aero.
fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else { return false };
    let is_local_part = !local.is_empty()
        && !local.starts_with('.')
        && !local.ends_with(['.', '\''])
        && !local.as_bytes().windows(2).any(|pair| pair == b"..")
        && local.bytes().all(|b| b.is_ascii_alphanumeric() || b"_'+-.".contains(&b));
    let Some((_, top_level)) = domain.rsplit_once('.') else { return false };
    is_local_part
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
    use serde_json::json;
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test(unsupported = test)]
    fn is_id_accepts_only_characters_that_urls_and_headers_keep() {
        for text in ["AC0123", "ap-guangzhou", "AKID_x.y"] {
            assert!(is_id(text), "{text}");
        }
        for text in ["a/b", "..", "a b", "a?b", "a#b", "a%2F", "a\r\nb", "é", "a,b"] {
            assert!(!is_id(text), "{text:?}");
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn is_email_accepts_the_addresses_that_logto_accepts() {
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

    #[wasm_bindgen_test(unsupported = test)]
    fn validate_applies_the_rules_of_the_field_table() {
        const FIELDS: &[FieldSpec] = &[
            FieldSpec::new("token", "Token", FieldKind::Secret).header(),
            FieldSpec::templates(TemplateRules {
                min_count: 1,
                requires_generic: false,
                types: &[0, 2],
                ..TemplateRules::new(TemplateKind::Registered)
            }),
        ];
        let issues = |config: Value| {
            let object = config.as_object().cloned().expect("an object");
            let (_, issues) = ProviderConfig::validate(FIELDS, &object, AllowedAddresses::Public);
            issues.into_iter().map(|issue| format!("{} {}", issue.path, issue.message)).collect::<Vec<_>>()
        };
        let template = |kind: Value| json!([{ "usageType": "SignIn", "templateCode": "1", "type": kind }]);
        assert!(issues(json!({ "token": "~ a", "templates": template(2.into()) })).is_empty());
        assert_eq!(
            issues(json!({ "token": "é", "templates": [] })),
            ["token must be printable ASCII", "templates must hold a template",]
        );
        for kind in [json!(1), json!("0"), json!(null), json!(0.5)] {
            assert_eq!(
                issues(json!({ "token": "a", "templates": template(kind) })),
                ["templates.0.type must be one of 0, 2"]
            );
        }
    }
}
