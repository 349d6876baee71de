//! The settings in `docs/settings.md`, `wrangler.toml` and `template/wrangler.jsonc`, between two lines that contain
//! `generated: NAME` and `end of generated: NAME`.

use std::fmt::Write as _;

use edge_otp_core::settings::{POLICY, RESOURCES, SettingKind, SettingSpec, VariableKind, WORKER};

/// A part of a file: its name and its text.
pub type Part = (&'static str, String);

/// Returns the generated parts of files, by path.
pub fn parts() -> Vec<(&'static str, Vec<Part>)> {
    let is_secret = |setting: &&SettingSpec| matches!(setting.kind, SettingKind::Secret { .. });
    let secrets: Vec<_> = RESOURCES.into_iter().filter(is_secret).collect();
    let names: Vec<_> = POLICY.iter().chain(&WORKER).map(|setting| setting.name).collect();
    let names = format!("Variables, all optional: {}.", names.join(", "));
    vec![
        (
            "docs/settings.md",
            vec![
                ("bindings", format_bindings()),
                ("secrets", format_secret_table(&secrets)),
                ("variables", format_variables()),
            ],
        ),
        (
            "wrangler.toml",
            vec![("secrets", format_secret_comments(&secrets)), ("variables", format_variable_comments())],
        ),
        ("template/wrangler.jsonc", vec![("variables", wrap(&names, "  // "))]),
    ]
}

/// Replaces what stands between the two lines of a part.
///
/// # Errors
/// If there are no such lines.
pub fn replace_part(text: &str, name: &str, part: &str) -> Result<String, String> {
    let missing = || format!("there is no `generated: {name}` with its end");
    let start = text.find(&format!(" generated: {name}")).ok_or_else(missing)?;
    let head = text.get(start..).and_then(|rest| rest.find('\n')).ok_or_else(missing)? + start + 1;
    let end_mark = format!("end of generated: {name}");
    let end = text.get(head..).and_then(|rest| rest.find(&end_mark)).ok_or_else(missing)? + head;
    let tail = text.get(..end).and_then(|before| before.rfind('\n')).ok_or_else(missing)? + 1;
    let (Some(before), Some(after)) = (text.get(..head), text.get(tail..)) else { return Err(missing()) };
    Ok(format!("{before}{part}{after}"))
}

const fn yes(required: bool) -> &'static str {
    if required { "yes" } else { "" }
}

/// The text in a table of Markdown.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

fn format_bindings() -> String {
    let mut table = "| binding | resource | required | for |\n|---|---|---|---|\n".to_owned();
    for setting in RESOURCES {
        if let SettingKind::Binding { resource, required } = setting.kind {
            let (name, text) = (setting.name, cell(setting.description));
            let _ = writeln!(table, "| `{name}` | {resource} | {} | {text} |", yes(required));
        }
    }
    table
}

fn format_secret_table(secrets: &[&SettingSpec]) -> String {
    let mut table = "| secret | required | what it is |\n|---|---|---|\n".to_owned();
    for setting in secrets {
        let required = matches!(setting.kind, SettingKind::Secret { required: true });
        let (name, text) = (setting.name, cell(setting.description));
        let _ = writeln!(table, "| `{name}` | {} | {text} |", yes(required));
    }
    table
}

fn format_variables() -> String {
    let mut table =
        "| variable | option of the package | default | values | what it is |\n|---|---|---|---|---|\n"
            .to_owned();
    for setting in POLICY.into_iter().chain(WORKER) {
        let SettingKind::Variable(kind) = setting.kind else { continue };
        let is_option = POLICY.iter().any(|one| one.name == setting.name);
        let option = if is_option { format!("`{}`", setting.option_name()) } else { String::new() };
        let (name, text) = (setting.name, cell(setting.description));
        let default = default_text(kind).map_or("unset".to_owned(), |default| format!("`{default}`"));
        let _ =
            writeln!(table, "| `{name}` | {option} | {default} | {} | {text} |", cell(&values_text(kind)));
    }
    table
}

/// Returns the value where a variable is not set; `None` if that is no value.
pub fn default_text(kind: VariableKind) -> Option<String> {
    match kind {
        VariableKind::Number { default, .. } => Some(default.to_string()),
        VariableKind::SecondsList { default, .. } | VariableKind::Choice { default, .. } => {
            Some(default.to_owned())
        }
        VariableKind::Countries { .. } | VariableKind::List { .. } | VariableKind::Switch => None,
    }
}

/// Describes the values of a variable: `6 to 10 digits`.
pub fn values_text(kind: VariableKind) -> String {
    match kind {
        VariableKind::Number { min, max, unit, .. } => format!("{min} to {max} {unit}").trim_end().to_owned(),
        VariableKind::SecondsList { max, max_entries, .. } => {
            format!("1 to {max_entries} numbers of seconds, each 0 to {max}")
        }
        VariableKind::Countries { unset, .. } => format!("ISO or dialling codes; unset: {unset}"),
        VariableKind::Choice { values, .. } => {
            values.iter().map(|value| format!("`{value}`")).collect::<Vec<_>>().join(", ")
        }
        VariableKind::List { entries, .. } => format!("{entries}; unset: none"),
        VariableKind::Switch => "only `1` is on".to_owned(),
    }
}

/// Returns a value for a comment: the default, or an example.
const fn example_text(kind: VariableKind) -> Option<&'static str> {
    match kind {
        VariableKind::Countries { example, .. } | VariableKind::List { example, .. } => Some(example),
        VariableKind::Switch => Some("1"),
        _ => None,
    }
}

fn format_secret_comments(secrets: &[&SettingSpec]) -> String {
    let width = secrets.iter().map(|setting| setting.name.len()).max().unwrap_or_default() + 2;
    let mut text = String::new();
    for setting in secrets {
        let first = format!("#   {:width$}", setting.name);
        let rest = format!("#   {:width$}", "");
        text.push_str(&wrap_after(setting.description, &first, &rest));
    }
    text
}

fn format_variable_comments() -> String {
    let mut lines = Vec::new();
    for setting in POLICY.into_iter().chain(WORKER) {
        let SettingKind::Variable(kind) = setting.kind else { continue };
        let value = default_text(kind).or_else(|| example_text(kind).map(str::to_owned)).unwrap_or_default();
        let values = match kind {
            VariableKind::Switch => String::new(),
            _ => format!(" ({})", values_text(kind).replace('`', "")),
        };
        lines.push((format!("# {} = \"{value}\"", setting.name), format!("{}{values}", setting.description)));
    }
    let width = lines.iter().map(|(line, _)| line.len()).max().unwrap_or_default() + 2;
    lines.iter().fold(String::new(), |text, (line, comment)| {
        let rest = format!("{:width$}# ", "#");
        text + &wrap_after(comment, &format!("{line:width$}# "), &rest)
    })
}

fn wrap(text: &str, margin: &str) -> String {
    wrap_after(text, margin, margin)
}

/// Breaks a text into lines of at most 120 characters, the first after `first`, the others after `rest`.
fn wrap_after(text: &str, first: &str, rest: &str) -> String {
    let mut lines = vec![first.to_owned()];
    for word in text.split(' ') {
        let Some(line) = lines.last_mut() else { continue };
        if line.ends_with(' ') && (line == first || line == rest) || line.len() + 1 + word.len() <= 120 {
            if !line.ends_with(' ') {
                line.push(' ');
            }
            line.push_str(word);
        } else {
            lines.push(format!("{rest}{word}"));
        }
    }
    lines.iter().fold(String::new(), |text, line| text + line + "\n")
}

#[cfg(test)]
mod tests {
    use edge_otp_core::bridge::{DIALECTS, Proof};

    use super::*;

    #[test]
    fn replace_part_keeps_what_is_outside_its_lines() {
        let text = "a\n# generated: x, by y\nold\n# end of generated: x\nb\n";
        let replaced = replace_part(text, "x", "new\n").expect("the part is there");
        assert_eq!(replaced, "a\n# generated: x, by y\nnew\n# end of generated: x\nb\n");
        assert_eq!(replace_part(&replaced, "x", "new\n"), Ok(replaced));
        assert!(replace_part(text, "z", "").is_err());
        assert!(replace_part("# generated: x\n", "x", "").is_err());
    }

    #[test]
    fn the_worker_reads_the_settings_of_the_table() {
        let source = include_str!("../../../src/settings.rs");
        let source = source.split("#[cfg(test)]").next().unwrap_or_default();
        let is_name = |text: &&str| {
            text.len() > 1 && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
        };
        // Those of the dialects are read by the core.
        let of_dialects = DIALECTS.into_iter().filter_map(|dialect| match dialect.proof() {
            Proof::Signature { setting, .. } => Some(setting.name),
            Proof::ApiKey => None,
        });
        let read: std::collections::BTreeSet<_> =
            source.split('"').filter(is_name).chain(of_dialects).collect();
        let known = RESOURCES.into_iter().chain(WORKER).map(|setting| setting.name);
        assert_eq!(read, known.collect());
    }
}
