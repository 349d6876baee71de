//! The JSON Schemas of templates, from the rules of their fields.

use edge_otp_core::provider::{FieldKind, REGISTRY, SmsProvider, TemplateKind, TemplateRules};
use edge_otp_core::usage_type::UsageType;
use serde_json::{Value, json};

use super::line;
use crate::openapi::reference;
use crate::schemas::Schemas;

const LOCALE: &str = "^[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*$";

/// Returns the schemas of all forms of templates by their names.
pub fn template_schemas() -> Schemas {
    let fields = REGISTRY.into_iter().flat_map(SmsProvider::fields);
    let rules = fields.filter_map(|field| match field.kind {
        FieldKind::Templates(rules) => Some(rules),
        _ => None,
    });
    rules.map(|rules| (template_name(rules), template_schema(rules))).collect()
}

pub(super) fn template_name(rules: TemplateRules) -> String {
    let known = if rules.known_usage_types_only { "Known" } else { "" };
    let free = if rules.requires_code { "" } else { "Free" };
    let typed = if rules.types.is_empty() { "" } else { "Typed" };
    let kind = match rules.kind {
        TemplateKind::Text => "Text",
        TemplateKind::Registered => "Registered",
        TemplateKind::Numbered => "Numbered",
        TemplateKind::Named => "Named",
    };
    format!("{known}{free}{typed}{kind}Template")
}

fn template_schema(rules: TemplateRules) -> Value {
    let usage_type = if rules.known_usage_types_only {
        reference("schemas", "UsageType")
    } else {
        json!({
            "type": "string",
            "minLength": 1,
            "description": "A usage type; a name that is none is kept and never used, but one that misspells a usage type is refused.",
            "examples": UsageType::ALL.map(UsageType::as_str),
        })
    };
    let locale = json!({
        "type": "string",
        "maxLength": 35,
        "pattern": LOCALE,
        "description": "A language tag (BCP 47); a template without one fits every locale.",
        "examples": ["zh-CN"],
    });
    let (description, required, content) = body_schema(rules);
    let mut properties = json!({ "usageType": usage_type, "locale": locale });
    if let Some(object) = properties.as_object_mut() {
        object.extend(content.as_object().cloned().unwrap_or_default());
        if !rules.types.is_empty() {
            let kind = json!({
                "type": "integer",
                "enum": rules.types,
                "description": "The provider's type of the template; used for nothing.",
            });
            object.insert("type".to_owned(), kind);
        }
    }
    json!({
        "type": "object",
        "description": description,
        "required": ["usageType", required],
        "properties": properties,
    })
}

/// Returns what a template holds beside usage type and locale: a description, the required member, and the members.
fn body_schema(rules: TemplateRules) -> (&'static str, &'static str, Value) {
    let pattern = line();
    let text =
        |description: &str| json!({ "type": "string", "pattern": pattern, "description": description });
    match rules.kind {
        TemplateKind::Text => {
            ("A text in the config.", "content", json!({ "content": content_schema(rules) }))
        }
        TemplateKind::Registered | TemplateKind::Numbered => {
            let by_region = json!({
                "type": "object",
                "required": ["china", "overseas"],
                "properties": {
                    "china": text("The id for mainland China."),
                    "overseas": text("The id for everywhere else."),
                },
            });
            let code = json!({
                "description": "The provider's id; two of them if mainland China has its own.",
                "anyOf": [{ "type": "string", "pattern": pattern }, by_region],
            });
            let members = if rules.kind == TemplateKind::Numbered {
                json!({ "templateCode": code, "parameters": parameters_schema() })
            } else {
                json!({ "templateCode": code })
            };
            ("A text that is registered with the provider.", "templateCode", members)
        }
        TemplateKind::Named => {
            let language = json!({
                "type": "string",
                "pattern": pattern,
                "default": "en",
                "description": "The language, as the provider writes it.",
            });
            let content = json!({ "templateName": text("The name at the provider."), "language": language });
            ("A named template in one of its languages.", "templateName", content)
        }
    }
}

fn parameters_schema() -> Value {
    json!({
        "type": "array",
        "description": "The template's variables in their order; the code alone if left out.",
        "items": { "type": "string", "enum": ["code", "minutes"] },
        "contains": { "const": "code" },
        "examples": [["code", "minutes"]],
    })
}

fn content_schema(rules: TemplateRules) -> Value {
    let description = "The text; `{{code}}` is where the code is inserted. At most ten segments, without bidirectional control characters.";
    if rules.requires_code {
        json!({ "type": "string", "pattern": "\\{\\{\\s*code\\s*\\}\\}", "description": description })
    } else {
        json!({ "type": "string", "minLength": 1, "description": description })
    }
}
