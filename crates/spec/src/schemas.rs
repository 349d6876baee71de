//! The schemas of requests and responses, from the Rust types.

use edge_otp_core::settings::{POLICY, SettingKind, VariableKind};
use edge_otp_core::time::CODE_LIFETIME;
use edge_otp_core::{api, connector, error, limits, message_log, openapi, policy};
use serde_json::{Map, Value, json};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::connectors;

/// Schemas by their names.
pub type Schemas = Map<String, Value>;

/// Collects the schemas of all types, and of those that they refer to.
///
/// # Errors
/// A schema that is not as this crate expects it.
pub fn collect() -> Result<Schemas, String> {
    let mut schemas = Schemas::new();
    for (name, schema) in derive_schemas() {
        let value = serde_json::to_value(schema).map_err(|error| format!("{name}: {error}"))?;
        if value == json!({}) {
            return Err(format!("{name}: utoipa cannot express its schema"));
        }
        schemas.insert(name, clean(value));
    }
    flatten(&mut schemas)?;
    describe_settings(&mut schemas)?;
    require_code_or_text(&mut schemas)?;
    schemas.insert(
        "DialectRequest".to_owned(),
        json!({ "type": "object", "description": "A request as the auth server makes it." }),
    );
    add_variants(&mut schemas)?;
    schemas.extend(connectors::components());
    schemas.insert(
        "OpenApi".to_owned(),
        json!({
            "type": "object",
            "description": "An OpenAPI 3.1 document.",
            "required": ["openapi", "info", "paths"],
            "properties": {
                "openapi": { "type": "string", "const": "3.1.0" },
                "info": { "type": "object" },
                "paths": { "type": "object" },
            },
        }),
    );
    Ok(schemas)
}

fn derive_schemas() -> Vec<(String, RefOr<Schema>)> {
    let mut found = Vec::new();
    macro_rules! add {
        ($($type:ty),* $(,)?) => {$(
            found.push((<$type>::name().into_owned(), <$type>::schema()));
            <$type>::schemas(&mut found);
        )*};
    }
    add!(
        api::SendRequest,
        api::SendReceipt,
        api::VerifyRequest,
        api::VerifyReceipt,
        api::DeliverRequest,
        api::DeliverReceipt,
        api::Bridge,
        api::BridgeTest,
        openapi::DialectId,
        openapi::BridgeTestRequest,
        error::ErrorBody,
        connector::Factory,
        connector::ConnectorView,
        connector::RedactedSecret,
        openapi::ConnectorPatch,
        openapi::TestRequest,
        api::TestOutcome,
        openapi::CheckRequest,
        api::ConfigCheck,
        openapi::UnlockRequest,
        api::PhoneIdentity,
        openapi::LogtoSendRequest,
        openapi::LogtoVerifyRequest,
        policy::PolicyView<'static>,
        api::Activity,
        message_log::MessagePage,
        message_log::MessageSummary,
        limits::StopView,
        api::Health,
    );
    found
}

/// Makes descriptions one line, without Rust's links, and drops the formats of Rust's integers.
pub fn clean(value: Value) -> Value {
    match value {
        Value::Object(object) => {
            let is_integer_format = |name: &str, member: &Value| {
                name == "format" && member.as_str().is_some_and(|format| format.starts_with("int"))
            };
            let members = object.into_iter().filter(|(name, member)| !is_integer_format(name, member));
            members.map(|(name, member)| clean_member(name, member)).collect::<Map<_, _>>().into()
        }
        Value::Array(items) => items.into_iter().map(clean).collect(),
        other => other,
    }
}

fn clean_member(name: String, member: Value) -> (String, Value) {
    let cleaned = match member {
        Value::String(text) if name == "description" => {
            text.replace('\n', " ").replace("[`", "`").replace("`]", "`").into()
        }
        other => clean(other),
    };
    (name, cleaned)
}

/// Turns the `allOf` that serde's `flatten` becomes into one object.
fn flatten(schemas: &mut Schemas) -> Result<(), String> {
    for name in schemas.keys().cloned().collect::<Vec<_>>() {
        let Some(schema) = schemas.get(&name) else { continue };
        let Some(parts) = schema.get("allOf").and_then(Value::as_array) else { continue };
        let mut merged = json!({ "type": "object", "description": schema.get("description") });
        let (mut required, mut properties) = (Vec::new(), Map::new());
        for part in parts.iter().rev() {
            let part = match part.get("$ref").and_then(Value::as_str).and_then(|path| path.rsplit('/').next())
            {
                Some(target) => schemas.get(target).ok_or_else(|| format!("{name} refers to {target}"))?,
                None => part,
            };
            required.extend(part.get("required").and_then(Value::as_array).cloned().unwrap_or_default());
            properties.extend(part.get("properties").and_then(Value::as_object).cloned().unwrap_or_default());
        }
        if let Some(object) = merged.as_object_mut() {
            object.insert("required".to_owned(), required.into());
            object.insert("properties".to_owned(), properties.into());
        }
        schemas.insert(name, merged);
    }
    Ok(())
}

fn properties_of<'a>(schemas: &'a mut Schemas, name: &str) -> Result<&'a mut Map<String, Value>, String> {
    let properties = schemas.get_mut(name).and_then(|schema| schema.get_mut("properties"));
    properties.and_then(Value::as_object_mut).ok_or_else(|| format!("{name} has no properties"))
}

/// Adds the ranges of the settings table.
fn describe_settings(schemas: &mut Schemas) -> Result<(), String> {
    let properties = properties_of(schemas, "Settings")?;
    for setting in POLICY {
        let SettingKind::Variable(kind) = setting.kind else { continue };
        let property = properties.get_mut(&setting.option_name()).and_then(Value::as_object_mut);
        let property = property.ok_or_else(|| format!("GET /api/settings lacks {}", setting.name))?;
        let text = format!("`{}`: {}.", setting.name, setting.description);
        property.insert("description".to_owned(), text.into());
        let more = match kind {
            VariableKind::Number { min, max, .. } => json!({ "minimum": min, "maximum": max }),
            VariableKind::SecondsList { max, max_entries, .. } => {
                let items = json!({ "type": "integer", "minimum": 0, "maximum": max });
                json!({ "minItems": 1, "maxItems": max_entries, "items": items })
            }
            VariableKind::Countries { .. } => {
                let items = json!({ "type": "string", "pattern": "^(?:[A-Z]{2}|[1-9][0-9]{0,6})$" });
                json!({ "minItems": 1, "items": items })
            }
            VariableKind::Choice { values, .. } => json!({ "enum": values }),
            VariableKind::List { .. } | VariableKind::Switch => json!({}),
        };
        property.extend(more.as_object().cloned().unwrap_or_default());
    }
    if let Some(property) = properties.get_mut("codeLifetimeSeconds").and_then(Value::as_object_mut) {
        property.insert("const".to_owned(), CODE_LIFETIME.0.into());
    }
    Ok(())
}

/// A message has a code, a text or both.
fn require_code_or_text(schemas: &mut Schemas) -> Result<(), String> {
    let member = |name: &str| json!({ "required": [name], "properties": { name: { "type": "string" } } });
    let schema = schemas.get_mut("DeliverRequest").and_then(Value::as_object_mut);
    let schema = schema.ok_or("there is no DeliverRequest")?;
    schema.insert("anyOf".to_owned(), json!([member("code"), member("text")]));
    Ok(())
}

/// The members that a type has in some responses only become types of their own.
fn add_variants(schemas: &mut Schemas) -> Result<(), String> {
    let saved = "The active connector after a change.";
    let archived = "A connector that was active before; the last ten are kept for 90 days.";
    let guide = "A factory with its set-up guide, which is empty if this deployment has no static files.";
    add_variant(schemas, "Connector", "SavedConnector", saved, "effectiveWithinSeconds")?;
    add_variant(schemas, "Connector", "ArchivedConnector", archived, "archivedAt")?;
    add_variant(schemas, "Factory", "FactoryWithGuide", guide, "readme")?;
    let connector = properties_of(schemas, "Connector")?;
    connector.shift_remove("effectiveWithinSeconds");
    connector.shift_remove("archivedAt");
    properties_of(schemas, "Factory")?.shift_remove("readme");
    Ok(())
}

/// Adds a copy of a type in which one of the members that may be absent is required and the others do not occur.
fn add_variant(schemas: &mut Schemas, of: &str, name: &str, text: &str, member: &str) -> Result<(), String> {
    let mut variant = schemas.get(of).cloned().ok_or_else(|| format!("there is no {of}"))?;
    let required = variant.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
    if let Some(properties) = variant.get_mut("properties").and_then(Value::as_object_mut) {
        if !properties.contains_key(member) {
            return Err(format!("{of} has no {member}"));
        }
        properties.retain(|name, _| name == member || required.contains(&name.as_str().into()));
    }
    if let Some(object) = variant.as_object_mut() {
        object.insert("description".to_owned(), text.into());
        object.insert("required".to_owned(), required.into_iter().chain([member.into()]).collect());
    }
    schemas.insert(name.to_owned(), variant);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_that_are_flattened_are_one_object() {
        let schemas = collect().expect("schemas");
        let factory = schemas.get("Factory").expect("Factory");
        assert!(factory.pointer("/properties/target").is_some() && factory.get("allOf").is_none());
        assert!(factory.pointer("/properties/readme").is_none());
        assert!(schemas.get("FactoryWithGuide").expect("a variant").pointer("/properties/readme").is_some());
    }

    #[test]
    fn settings_have_the_ranges_of_their_table() {
        let schemas = collect().expect("schemas");
        let length = schemas.get("Settings").and_then(|one| one.pointer("/properties/codeLength"));
        assert_eq!(
            length,
            Some(&json!({
                "type": "integer",
                "minimum": 6,
                "description": "`CODE_LENGTH`: length of a code.",
                "maximum": 10,
            }))
        );
    }

    #[test]
    fn clean_drops_what_only_rust_knows() {
        let schema =
            json!({ "description": "of [`X`]\nand", "format": "int32", "items": { "format": "date-time" } });
        assert_eq!(clean(schema), json!({ "description": "of `X` and", "items": { "format": "date-time" } }));
    }
}
