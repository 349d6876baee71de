//! The tables of `docs/events.md` (kinds and fields of events, and what a data point has) and `docs/webhooks.md` (the bodies
//! of notices).

use std::fmt::Write as _;

use edge_otp_core::event::{BLOBS, DOUBLES, Event, EventKind};
use edge_otp_core::webhook::notice::{ConnectorFailing, LimitTripped, PhoneLocked};
use serde_json::Value;
use utoipa::PartialSchema;

use crate::schemas::clean;
use crate::settings::Part;

/// Returns the generated parts of `docs/events.md`.
///
/// # Errors
/// If the type of an event has no fields.
pub fn parts() -> Result<Vec<Part>, String> {
    Ok(vec![
        ("kinds", format_kinds()),
        ("fields", format_fields(&schema_of::<Event>()?)?),
        ("points", format_points()),
    ])
}

/// Returns the generated parts of `docs/webhooks.md`.
///
/// # Errors
/// If the type of a body has no fields.
pub fn webhook_parts() -> Result<Vec<Part>, String> {
    Ok(vec![
        ("limit.tripped", format_fields(&schema_of::<LimitTripped>()?)?),
        ("phone.locked", format_fields(&schema_of::<PhoneLocked>()?)?),
        ("connector.failing", format_fields(&schema_of::<ConnectorFailing>()?)?),
    ])
}

fn format_kinds() -> String {
    let mut table = "| event | meaning |\n|---|---|\n".to_owned();
    for kind in EventKind::ALL {
        let _ = writeln!(table, "| `{}` | {} |", kind.as_str(), kind.description().trim());
    }
    table
}

fn schema_of<T: PartialSchema>() -> Result<Value, String> {
    serde_json::to_value(T::schema()).map(clean).map_err(|error| error.to_string())
}

/// Formats the fields of a type, in the order of their declaration.
fn format_fields(schema: &Value) -> Result<String, String> {
    let properties = schema.get("properties").and_then(Value::as_object).ok_or("a type has no fields")?;
    let required: Vec<_> = schema.get("required").and_then(Value::as_array).into_iter().flatten().collect();
    let mut table = "| field | type | always | what it is |\n|---|---|---|---|\n".to_owned();
    for (name, property) in properties {
        let kind = match property.get("type") {
            Some(Value::String(kind)) => kind,
            Some(Value::Array(kinds)) => kinds.first().and_then(Value::as_str).unwrap_or_default(),
            _ => "",
        };
        let always = if required.iter().any(|one| *one == name) { "yes" } else { "" };
        let text = property.get("description").and_then(Value::as_str).unwrap_or_default();
        let _ = writeln!(table, "| `{name}` | {kind} | {always} | {text} |");
    }
    Ok(table)
}

fn format_points() -> String {
    let mut table = "| column | what it is |\n|---|---|\n| `index1` | `send` or `verify` |\n".to_owned();
    for (number, text) in BLOBS.iter().enumerate() {
        let _ = writeln!(table, "| `blob{}` | {text} |", number + 1);
    }
    for (number, text) in DOUBLES.iter().enumerate() {
        let _ = writeln!(table, "| `double{}` | {text} |", number + 1);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_and_field_of_events_is_described() {
        let parts = parts().expect("the type has fields");
        let rows = parts.iter().flat_map(|(_, text)| text.lines()).filter(|line| line.starts_with("| `"));
        let described: Vec<_> = rows.clone().filter(|line| !line.ends_with("|  |")).collect();
        assert_eq!(described.len(), rows.count());
        assert!(described.len() > EventKind::ALL.len() + 20, "{}", described.len());
        assert!(described.iter().any(|line| line.starts_with("| `event` | string | yes |")), "{described:?}");
    }
}
