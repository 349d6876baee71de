//! The JSON Schemas of connectors, from the field tables of their providers.

mod templates;

use edge_otp_core::provider::{FieldKind, FieldSpec, REGISTRY, SmsProvider, TemplateRules};
use edge_otp_core::usage_type::UsageType;
use serde_json::{Map, Value, json};

use crate::openapi::reference;
use crate::schemas::Schemas;

pub use templates::template_schemas;

use templates::template_name;

const DRAFT: &str = "https://json-schema.org/draft/2020-12/schema";
const HOST: &str = "[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*";
/// What a text of one line neither begins nor ends with: white space, control and zero-width characters.
const BLANK: &str = r"\s\u0000-\u001f\u007f-\u009f\u200b-\u200d\u2060\ufeff\ufffd";
/// What it does not hold: control characters, and the replacement character of what could not be decoded.
const CONTROL: &str = r"\u0000-\u001f\u007f-\u009f\ufffd";
/// A URL as far as a pattern can tell; which addresses are accepted depends on the deployment.
const URL: &str = r"^https?://[^/?#@\s\\]+(?:[/?#][^\s\\]*)?$";
const ID: &str = "^(?:[A-Za-z0-9._-]*[A-Za-z0-9_-][A-Za-z0-9._-]*|\\.{3,})$";
const EMAIL: &str =
    "^(?:[A-Za-z0-9_'+-]+\\.)*[A-Za-z0-9_'+-]*[A-Za-z0-9_+-]@(?:[A-Za-z0-9][A-Za-z0-9-]*\\.)+[A-Za-z]{2,}$";

/// Where a config stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// In a request: a secret may be left out or redacted, and `null` clears a field.
    Posted,
    /// In KV, in a file or in code: complete.
    Stored,
}

/// Returns the name of a provider's config as a type: `TwilioConfig`.
pub fn config_name(provider: &dyn SmsProvider) -> String {
    let target = provider.metadata().target;
    let words = target.strip_suffix("-sms").unwrap_or(target).split('-');
    let capital =
        |word: &str| word.split_at_checked(1).map(|(first, rest)| first.to_ascii_uppercase() + rest);
    words.filter_map(capital).collect::<String>() + "Config"
}

/// Returns the schemas of connectors for the OpenAPI document.
pub fn components() -> Schemas {
    let mut schemas = Schemas::new();
    for provider in REGISTRY {
        schemas.insert(config_name(provider), config_schema(provider, Form::Posted));
    }
    schemas.extend(template_schemas());
    let configs: Vec<_> = REGISTRY.into_iter().map(|one| reference("schemas", &config_name(one))).collect();
    schemas.insert(
        "ConnectorConfig".to_owned(),
        json!({
            "description": "The config of one of the connectors. A confidential field that is sent back redacted keeps \
                the value that the active connector has if it is of the same factory; else it is missing. So does one \
                that is left out, but where the whole connector is replaced. If a field that a secret is bound to \
                differs (a URL, a host, an account), the secret has to be given again. `null` clears a field.",
            "anyOf": configs,
        }),
    );
    schemas.insert("ConnectorInput".to_owned(), input_schema());
    schemas.insert(
        "KeptSecret".to_owned(),
        json!({
            "type": "object",
            "description": "A redacted secret that is sent back: its value is kept.",
            "required": ["set"],
            "properties": { "set": { "type": "boolean", "const": true } },
        }),
    );
    let redacted = reference("schemas", "RedactedSecret");
    schemas.insert(
        "RedactedConfig".to_owned(),
        json!({
            "type": "object",
            "description": "A config as it was saved; each confidential field as a `RedactedSecret`.",
            "additionalProperties": { "anyOf": [
                redacted,
                { "not": redacted, "description": "A field that is not confidential, as it was saved." },
            ] },
        }),
    );
    schemas
}

/// The body of `POST /api/connectors`.
fn input_schema() -> Value {
    let properties = json!({
        "connectorId": reference("schemas", "ConnectorId"),
        "config": { "type": "object" },
    });
    let branches = REGISTRY.map(|provider| {
        let config = reference("schemas", &config_name(provider));
        json!({
            "title": provider.id(),
            "properties": { "connectorId": { "const": provider.id() }, "config": config },
        })
    });
    json!({
        "type": "object",
        "description": "A connector to make the active one.",
        "required": ["connectorId", "config"],
        "properties": properties,
        "additionalProperties": false,
        "oneOf": branches,
    })
}

/// The file `docs/schemas/<id>.json`.
pub fn file_schema(provider: &dyn SmsProvider) -> Value {
    let [title, _] = provider.metadata().name;
    let mut schema = json!({ "$schema": DRAFT, "title": format!("{title} ({})", provider.id()) });
    let templates = template_schemas();
    let mut config = config_schema(provider, Form::Stored);
    inline_references(&mut config, &templates);
    if let (Some(object), Value::Object(members)) = (schema.as_object_mut(), config) {
        object.extend(members);
    }
    schema
}

/// The file `docs/schemas/connector.json`: the value of the KV key `connector`.
pub fn union_schema() -> Value {
    let branches = REGISTRY.map(|provider| {
        let [title, _] = provider.metadata().name;
        json!({
            "title": title,
            "properties": {
                "connectorId": { "const": provider.id() },
                "config": { "$ref": format!("{}.json", provider.id()) },
            },
        })
    });
    json!({
        "$schema": DRAFT,
        "title": "edge-otp connector",
        "description": "The value of the KV key `connector`: one of the connectors with its config, secrets in the \
            clear or sealed. Other members are ignored, so that `$schema` may stand in it.",
        "type": "object",
        "required": ["connectorId", "config"],
        "properties": {
            "connectorId": {
                "type": "string",
                "description": "The id of the connector.",
                "enum": REGISTRY.map(SmsProvider::id),
            },
            "config": { "type": "object", "description": "The keys of the same connector in Logto." },
        },
        "oneOf": branches,
    })
}

fn inline_references(value: &mut Value, templates: &Schemas) {
    let target = value.get("$ref").and_then(Value::as_str).and_then(|path| path.rsplit('/').next());
    let replaced = match target {
        Some("UsageType") => Some(json!({ "type": "string", "enum": UsageType::ALL.map(UsageType::as_str) })),
        Some(name) => templates.get(name).cloned(),
        None => None,
    };
    if let Some(replaced) = replaced {
        *value = replaced;
    }
    match value {
        Value::Object(object) => object.values_mut().for_each(|member| inline_references(member, templates)),
        Value::Array(items) => items.iter_mut().for_each(|item| inline_references(item, templates)),
        _ => {}
    }
}

/// Returns the schema of a provider's config.
pub fn config_schema(provider: &dyn SmsProvider, form: Form) -> Value {
    let [sentence, _] = provider.metadata().description;
    let fields = provider.fields();
    let is_required = |field: &&FieldSpec| field.required && (form == Form::Stored || !field.is_secret());
    let required: Vec<_> = fields.iter().filter(is_required).map(|field| field.key).collect();
    let properties: Map<_, _> =
        fields.iter().map(|field| (field.key.to_owned(), field_schema(field, form))).collect();
    let mut schema = json!({
        "type": "object",
        "description": format!("{sentence} Keys that are not in this list are ignored."),
        "required": required,
        "properties": properties,
    });
    let mut groups: Vec<_> = provider.alternatives().iter().map(|keys| alternative_schema(keys)).collect();
    if let Some(object) = schema.as_object_mut() {
        match (groups.pop(), groups.is_empty()) {
            (Some(group), true) => drop(object.insert("anyOf".to_owned(), group)),
            (Some(group), false) => {
                let all = groups.into_iter().chain([group]).map(|group| json!({ "anyOf": group }));
                object.insert("allOf".to_owned(), all.collect());
            }
            (None, _) => {}
        }
    }
    schema
}

fn alternative_schema(keys: &[&str]) -> Value {
    let branch = |key: &&str| json!({ "required": [key], "properties": { *key: { "type": "string", "minLength": 1 } } });
    keys.iter().map(branch).collect()
}

/// The label, the description and an example, as sentences.
fn describe(field: &FieldSpec) -> String {
    let mut text = format!("{}.", field.label);
    if !field.description.is_empty() {
        text = format!("{text} {}", field.description);
    }
    if !field.placeholder.is_empty() {
        text = format!("{text} For instance `{}`.", field.placeholder);
    }
    text
}

fn field_schema(field: &FieldSpec, form: Form) -> Value {
    let schema = match field.kind {
        FieldKind::Switch => json!({ "type": "boolean" }),
        FieldKind::Templates(rules) => return templates_schema(field, rules),
        FieldKind::Secret if form == Form::Posted => return posted_secret_schema(field),
        _ => text_schema(field, form),
    };
    let Value::Object(mut schema) = schema else { return schema };
    if form == Form::Posted && !field.required {
        let kind = schema.get("type").cloned().unwrap_or_default();
        schema.insert("type".to_owned(), json!([kind, "null"]));
    }
    schema.insert("description".to_owned(), describe(field).into());
    schema.into()
}

/// The schema of a text; one that is not required may be empty, except for a non-empty one.
fn text_schema(field: &FieldSpec, form: Form) -> Value {
    let may_be_empty = !field.required || field.may_be_empty;
    let or_empty = |pattern: &str| if may_be_empty { optional(pattern) } else { pattern.to_owned() };
    let mut schema = match field.kind {
        FieldKind::Secret => {
            json!({ "type": "string", "pattern": or_empty(&line_pattern(field)), "writeOnly": true })
        }
        FieldKind::Id => json!({ "type": "string", "pattern": or_empty(ID) }),
        FieldKind::Email => json!({ "type": "string", "pattern": or_empty(EMAIL), "format": "email" }),
        FieldKind::Host => {
            let pattern = or_empty(&format!("^{HOST}$"));
            json!({ "type": "string", "maxLength": 253, "pattern": pattern, "format": "hostname" })
        }
        FieldKind::Url => json!({ "type": "string", "pattern": or_empty(URL) }),
        FieldKind::NonEmptyText => json!({ "type": "string", "pattern": line_pattern(field) }),
        _ => json!({ "type": "string", "pattern": or_empty(&line_pattern(field)) }),
    };
    // A format does not admit the empty text, and generators of requests take it for all there is to know.
    if let (true, Some(object)) = (form == Form::Posted || !field.required, schema.as_object_mut()) {
        object.shift_remove("format");
    }
    schema
}

/// Makes the empty text fit a pattern as well.
fn optional(pattern: &str) -> String {
    let inner = pattern.trim_start_matches('^').trim_end_matches('$');
    format!("^(?:{inner})?$")
}

/// The pattern of a text of one line that is not empty.
fn line_pattern(field: &FieldSpec) -> String {
    if let Some(form) = field.form {
        return form.pattern.to_owned();
    }
    if field.is_header { "^[!-~](?:[ -~]*[!-~])?$".to_owned() } else { line() }
}

fn line() -> String {
    format!("^[^{BLANK}](?:[^{CONTROL}]*[^{BLANK}])?$")
}

fn posted_secret_schema(field: &FieldSpec) -> Value {
    let line = line_pattern(field);
    let pattern = if field.required { line } else { optional(&line) };
    let clears = if field.required { "Clears it, so that the config fails its check." } else { "Clears it." };
    json!({
        "description": format!("{} Confidential.", describe(field)),
        "anyOf": [
            { "type": "string", "pattern": pattern },
            reference("schemas", "KeptSecret"),
            { "type": "null", "description": clears },
        ],
    })
}

fn templates_schema(field: &FieldSpec, rules: TemplateRules) -> Value {
    let text = if rules.requires_generic {
        "One of them for `Generic`, which replaces a usage type that has none."
    } else {
        "The one that fits usage type and locale is used; `Generic` replaces a usage type that has none."
    };
    let mut schema = json!({
        "type": "array",
        "description": format!("{}. {text}", field.label),
        "items": reference("schemas", &template_name(rules)),
    });
    if let Some(object) = schema.as_object_mut() {
        if rules.min_count > 0 {
            object.insert("minItems".to_owned(), rules.min_count.into());
        }
        if rules.requires_generic {
            let usage_type = json!({ "usageType": { "const": "Generic" } });
            let generic = json!({ "type": "object", "required": ["usageType"], "properties": usage_type });
            object.insert("contains".to_owned(), generic);
        }
    }
    schema
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_config_has_a_name_of_its_own() {
        let names: BTreeSet<_> = REGISTRY.into_iter().map(config_name).collect();
        assert_eq!(names.len(), REGISTRY.len());
        assert!(names.contains("TwilioConfig") && names.contains("AliyunSmsMasConfig"), "{names:?}");
    }

    #[test]
    fn a_file_schema_stands_alone_and_marks_secrets() {
        for provider in REGISTRY {
            let schema = file_schema(provider);
            assert!(!schema.to_string().contains("$ref"), "{}", provider.id());
            for field in provider.fields() {
                let property = schema.pointer(&format!("/properties/{}", field.key)).expect(field.key);
                let is_secret = property.get("writeOnly") == Some(&Value::Bool(true));
                assert_eq!(is_secret, field.is_secret(), "{}.{}", provider.id(), field.key);
            }
        }
    }

    #[test]
    fn a_posted_secret_may_be_left_out_and_a_stored_one_not() {
        let vonage = REGISTRY.into_iter().find(|provider| provider.id() == "vonage-sms").expect("vonage");
        let required = |form| config_schema(vonage, form)["required"].clone();
        assert_eq!(required(Form::Posted), json!(["brandName", "templates"]));
        assert_eq!(required(Form::Stored), json!(["apiKey", "apiSecret", "brandName", "templates"]));
    }
}
