//! The catalogue of connectors, as the management API shows it: Logto's factories, made from the registry.

use crate::connector::{Field, Kind, Provider, Shape};
use crate::json::Value;
use crate::record::object;

/// A factory: how a provider is presented, and its form.
pub(crate) fn factory(provider: &dyn Provider) -> Value {
    let about = provider.about();
    let id = provider.id();
    let mut factory = object([
        ("id", id.into()),
        ("target", about.target.into()),
        ("type", "Sms".into()),
        ("name", phrase(about.name)),
        ("description", phrase(about.description)),
        ("logo", ["/logos/", id, ".svg"].concat().into()),
        ("formItems", Value::Array(provider.fields().iter().map(form_item).collect())),
    ]);
    if let Value::Object(members) = &mut factory {
        // Logto's SMS connectors have none; the key is there all the same.
        members.insert("platform", Value::Null);
    }
    factory
}

fn phrase([english, chinese]: [&str; 2]) -> Value {
    object([("en", english.into()), ("zh-CN", chinese.into())])
}

fn form_item(field: &Field) -> Value {
    let text = |text: &str| if text.is_empty() { Value::Null } else { text.into() };
    let (kind, format) = match field.kind {
        Kind::Switch => ("Switch", Value::Null),
        Kind::Templates(_) => ("Json", "templates".into()),
        Kind::Url => ("Text", "url".into()),
        Kind::Email => ("Text", "email".into()),
        Kind::Host => ("Text", "host".into()),
        _ => ("Text", Value::Null),
    };
    object([
        ("key", field.key.into()),
        ("type", kind.into()),
        ("label", field.label.into()),
        ("placeholder", text(field.placeholder)),
        ("description", text(field.description)),
        ("required", field.required.into()),
        ("isConfidential", matches!(field.kind, Kind::Secret).into()),
        ("format", format),
        ("templates", template_rules(field)),
    ])
}

fn template_rules(field: &Field) -> Value {
    let Kind::Templates(rules) = field.kind else { return Value::Null };
    let shape = match rules.shape {
        Shape::Text => "text",
        Shape::Registered => "registered",
        Shape::Named => "named",
    };
    object([
        ("shape", shape.into()),
        ("generic", rules.generic.into()),
        ("knownUsages", rules.known_usages.into()),
    ])
}
