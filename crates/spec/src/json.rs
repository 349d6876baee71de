//! Prints JSON as the repository's formatter does, so that generated files pass its check: two spaces, and a value on one
//! line where it fits.

use serde_json::Value;

/// The longest line, as in `biome.json`.
const WIDTH: usize = 110;
const INDENT: usize = 2;

/// Formats a document with a line feed at its end.
pub fn format(value: &Value) -> String {
    let mut text = String::new();
    print(value, 0, 0, &mut text);
    text.push('\n');
    text
}

/// Prints a value whose first character stands in column `column` of a line that is indented by `depth` steps.
fn print(value: &Value, depth: usize, column: usize, out: &mut String) {
    let inline = format_inline(value);
    // A comma may follow.
    if is_scalar(value)
        || column + inline.chars().count() < WIDTH && !value.as_object().is_some_and(is_nested)
    {
        out.push_str(&inline);
        return;
    }
    let (open, close) = if value.is_array() { ('[', ']') } else { ('{', '}') };
    let names: Vec<Option<&String>> = match value {
        Value::Object(object) => object.keys().map(Some).collect(),
        Value::Array(items) => items.iter().map(|_| None).collect(),
        _ => Vec::new(),
    };
    let members: Vec<&Value> = match value {
        Value::Object(object) => object.values().collect(),
        Value::Array(items) => items.iter().collect(),
        _ => Vec::new(),
    };
    out.push(open);
    for (index, (name, member)) in names.iter().zip(&members).enumerate() {
        out.push_str(if index == 0 { "\n" } else { ",\n" });
        let margin = (depth + 1) * INDENT;
        out.push_str(&" ".repeat(margin));
        let label = name.map(|name| format!("{}: ", Value::from(name.as_str()))).unwrap_or_default();
        out.push_str(&label);
        print(member, depth + 1, margin + label.chars().count(), out);
    }
    out.push('\n');
    out.push_str(&" ".repeat(depth * INDENT));
    out.push(close);
}

fn is_scalar(value: &Value) -> bool {
    match value {
        Value::Object(object) => object.is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => true,
    }
}

/// Tells whether a member of an object has members itself: such an object is easier to read on several lines.
fn is_nested(object: &serde_json::Map<String, Value>) -> bool {
    object.values().any(|member| member.is_object() && !is_scalar(member))
}

fn format_inline(value: &Value) -> String {
    match value {
        Value::Object(object) if !object.is_empty() => {
            let members: Vec<_> = object
                .iter()
                .map(|(name, member)| format!("{}: {}", Value::from(name.as_str()), format_inline(member)))
                .collect();
            format!("{{ {} }}", members.join(", "))
        }
        Value::Array(items) => {
            format!("[{}]", items.iter().map(format_inline).collect::<Vec<_>>().join(", "))
        }
        scalar => scalar.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn format_breaks_what_does_not_fit_a_line() {
        let short = json!({ "a": [1, "b", null], "c": {} });
        assert_eq!(format(&short), "{ \"a\": [1, \"b\", null], \"c\": {} }\n");
        let long = json!({ "a": "x".repeat(50), "b": "y".repeat(50) });
        assert_eq!(format(&long).lines().count(), 4);
        let text = format(&json!({ "schema": { "type": "string" } }));
        assert_eq!(text, "{\n  \"schema\": { \"type\": \"string\" }\n}\n");
    }

    #[test]
    fn what_is_formatted_is_the_same_value() {
        let value = json!({ "é\"": ["\u{7}", 1.5, [], {}, [[{ "x": "z".repeat(200) }]]] });
        assert_eq!(serde_json::from_str::<Value>(&format(&value)).expect("JSON"), value);
    }
}
