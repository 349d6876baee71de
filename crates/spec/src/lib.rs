//! Writes the descriptions of the API from the Rust code: `docs/openapi.json`, the JSON Schemas of connector configs in
//! `docs/schemas/`, the package's types in `pkg/generated.d.ts`, the console's texts of new templates, the settings in
//! `docs/settings.md`, `wrangler.toml` and `template/wrangler.jsonc`, and the tables of `docs/events.md`,
//! `docs/webhooks.md` and `docs/troubleshooting.md`. `npm run generate` runs it.
//!
//! | from | module |
//! |---|---|
//! | the types of requests and responses ([`utoipa::ToSchema`]) | [`schemas`] |
//! | the field tables of the providers | [`connectors`] |
//! | the error codes | [`errors`] |
//! | the settings | [`settings`] |
//! | the events | [`events`] |
//! | the providers' error codes | [`provider_codes`] |
//! | the operations, the only table that is written here, with its [`examples`] | [`operations`] |
//!
//! [`openapi`] and [`typescript`] put them together.

pub mod connectors;
pub mod errors;
pub mod events;
pub mod examples;
pub mod json;
pub mod openapi;
pub mod operations;
pub mod provider_codes;
pub mod schemas;
pub mod settings;
pub mod typescript;

use std::fs::read_to_string;
use std::path::Path;

use edge_otp_core::default_texts::{LANGUAGES, TextsByUsageType};
use edge_otp_core::provider::REGISTRY;
use edge_otp_core::usage_type::UsageType;
use serde_json::{Map, Value};

/// A file, with the text that it must have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GeneratedFile {
    /// The path below the repository's root, with slashes.
    pub path: String,
    /// The whole text.
    pub text: String,
}

impl GeneratedFile {
    fn new(path: impl Into<String>, text: String) -> Self {
        Self { path: path.into(), text }
    }
}

/// The texts of new templates by language and usage type. The console loads them when a language is added.
fn default_texts() -> Value {
    let by_usage_type = |texts: &TextsByUsageType| -> Map<String, Value> {
        let pairs = UsageType::ALL.into_iter().zip(texts);
        pairs.map(|(usage_type, text)| (usage_type.to_string(), Value::from(*text))).collect()
    };
    let languages = LANGUAGES.into_iter();
    languages
        .map(|(tag, texts)| (tag.to_owned(), Value::from(by_usage_type(texts))))
        .collect::<Map<_, _>>()
        .into()
}

/// Generates every file. Of those that are generated in part, the rest is read below `root`.
///
/// # Errors
/// What is wrong with the sources, as a sentence.
pub fn generate(root: &Path) -> Result<Vec<GeneratedFile>, String> {
    let schemas = schemas::collect()?;
    let mut files = vec![
        GeneratedFile::new("docs/openapi.json", json::format(&openapi::build(&schemas)?)),
        GeneratedFile::new("docs/schemas/connector.json", json::format(&connectors::union_schema())),
        GeneratedFile::new("pkg/generated.d.ts", typescript::write(&schemas)?),
        GeneratedFile::new("console/src/templates/default-texts.json", json::format(&default_texts())),
    ];
    for provider in REGISTRY {
        let path = format!("docs/schemas/{}.json", provider.id());
        files.push(GeneratedFile::new(path, json::format(&connectors::file_schema(provider))));
    }
    let documents = settings::parts().into_iter().chain([
        ("docs/events.md", events::parts()?),
        ("docs/webhooks.md", events::webhook_parts()?),
        ("docs/troubleshooting.md", provider_codes::parts()),
    ]);
    for (path, parts) in documents {
        let mut text = read_to_string(root.join(path)).map_err(|error| format!("{path}: {error}"))?;
        for (name, part) in parts {
            text =
                settings::replace_part(&text, name, &part).map_err(|problem| format!("{path}: {problem}"))?;
        }
        files.push(GeneratedFile::new(path, text));
    }
    Ok(files)
}
