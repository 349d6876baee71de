//! What the schemas of the API need beyond the types that the services work with: the bodies that are read member by
//! member, and the words that are texts in Rust. Compiled for `crates/spec` only, which writes `docs/openapi.json`.

use serde_json::{Value, json};
use utoipa::openapi::schema::{Object, SchemaType, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::api::MessageText;
use crate::bridge::{BridgeDialect, DIALECTS};
use crate::error::ErrorCode;
use crate::phone::PhoneNumber;
use crate::provider::{REGISTRY, SmsProvider};
use crate::usage_type::UsageType;

/// How a field of a form is shown.
#[derive(Debug, ToSchema)]
pub enum FormItemType {
    /// A line of text.
    Text,
    /// True or false.
    Switch,
    /// The templates.
    Json,
}

/// What the text of a form's field has to be.
#[derive(Debug, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum FormItemFormat {
    /// A list of templates.
    Templates,
    /// A URL.
    Url,
    /// An e-mail address.
    Email,
    /// A host name.
    Host,
}

/// Why a phone number is not accepted: with `phone.invalid` the first four, with `phone.not_allowed` the others.
#[derive(Debug, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PhoneReason {
    /// Not E.164.
    Format,
    /// No country has the calling code.
    UnknownCode,
    /// A 0 that is dialled inside the country only.
    TrunkZero,
    /// No number of the country has this length.
    ImpossibleLength,
    /// Outside `ALLOWED_COUNTRIES`, or in `BLOCKED_COUNTRIES`.
    Country,
    /// A service number that `ALLOW_SERVICE_NUMBERS` does not list.
    ServiceNumber,
}

/// What a template of a connector holds.
#[derive(Debug, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum TemplateShape {
    /// `content`.
    Text,
    /// `templateCode`.
    Registered,
    /// `templateName` and `language`.
    Named,
}

/// The active connector's new config; it replaces the old one.
#[derive(Debug, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ConnectorPatch {
    /// The config. A confidential field that is left out, or sent back redacted, keeps its value; `null` clears a field.
    /// It is not kept if a field that it is bound to changes: a URL, a host, an account.
    pub config: ConnectorConfig,
    /// As it was shown: the connector must not have been changed since.
    pub updated_at: Option<String>,
}

/// A config to try out, and who gets the message.
#[derive(Debug, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TestRequest {
    /// E.164, or its digits without the plus as Logto writes it.
    pub phone: LogtoPhone,
    /// The config, which need not be saved.
    pub config: ConnectorConfig,
    /// What the message is for; `Generic` if absent.
    #[schema(default = "Generic")]
    pub usage_type: Option<UsageType>,
    /// A language tag (BCP 47): selects the template. What cannot be read is ignored.
    #[schema(examples("de"))]
    pub locale: Option<String>,
}

/// A config to check.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckRequest {
    /// The config; whatever is wrong with it is listed.
    pub config: serde_json::Value,
}

/// Who gets a code, for usage type `Generic`.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LogtoSendRequest {
    /// The recipient.
    pub phone: LogtoPhone,
}

/// Who gets the message of a test.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BridgeTestRequest {
    /// The recipient of the code.
    pub phone: LogtoPhone,
}

/// Whose counts of wrong codes are cleared.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UnlockRequest {
    /// The phone number that is locked.
    pub phone: LogtoPhone,
}

/// The code that a user typed, for usage type `Generic`.
#[derive(Debug, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LogtoVerifyRequest {
    /// The phone number that the code was sent to.
    pub phone: LogtoPhone,
    /// The code as it was typed: digits of any script; white space, hyphens and invisible characters do not count. What is
    /// no code then is `verification_code.code_mismatch` and counts as no attempt.
    #[schema(examples("173619"))]
    pub verification_code: String,
}

/// Implements [`ToSchema`] by a JSON Schema.
macro_rules! schema {
    ($type:ty, $schema:expr) => {
        impl PartialSchema for $type {
            fn schema() -> RefOr<Schema> {
                from_json($schema)
            }
        }

        impl ToSchema for $type {}
    };
}

/// The id of a connector's factory, as in Logto.
#[derive(Debug)]
pub struct ConnectorId;

schema!(
    ConnectorId,
    json!({
        "type": "string",
        "description": "The id of a connector's factory, as in Logto.",
        "enum": REGISTRY.map(SmsProvider::id),
    })
);

/// The id of a stored connector's factory.
#[derive(Debug)]
pub struct ShownConnectorId;

schema!(
    ShownConnectorId,
    json!({
        "type": "string",
        "description": "The id of the connector's factory; empty if what is stored is no connector.",
        "enum": REGISTRY.into_iter().map(SmsProvider::id).chain([""]).collect::<Vec<_>>(),
    })
);

schema!(
    MessageText,
    json!({
        "type": "string",
        "description": "1 to 1,600 characters without control characters other than line breaks and tabs, not only white \
            space.",
        "maxLength": 1_600,
        "pattern": concat!(
            r"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]*",
            r"[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\s]",
            r"[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]*$",
        ),
        "examples": ["Your code is 173619."],
    })
);

/// The id of a dialect.
#[derive(Debug)]
pub struct DialectId;

schema!(
    DialectId,
    json!({
        "type": "string",
        "description": "The last segment of `/deliver/…`.",
        "enum": DIALECTS.map(BridgeDialect::id),
    })
);

/// A phone number with or without its plus.
#[derive(Debug)]
pub struct LogtoPhone;

schema!(
    LogtoPhone,
    json!({
        "type": "string",
        "description": "E.164, or its digits without the plus as Logto writes it.",
        "pattern": r"^\+?[1-9][0-9]{6,14}$",
        "examples": ["14155550123"],
    })
);

/// The config of any connector; `crates/spec` writes its schema from the field tables.
#[derive(Debug)]
pub struct ConnectorConfig;

schema!(ConnectorConfig, json!({ "type": "object" }));

/// The config of any connector with its secrets redacted.
#[derive(Debug)]
pub struct RedactedConfig;

schema!(RedactedConfig, json!({ "type": "object" }));

schema!(
    PhoneNumber,
    json!({
        "type": "string",
        "description": "E.164: `+`, then 7 to 15 ASCII digits, the first not 0. No other spelling is accepted.",
        "pattern": r"^\+[1-9][0-9]{6,14}$",
        "examples": ["+14155550123"],
    })
);

schema!(
    ErrorCode,
    json!({
        "type": "string",
        "description": "Every `code` of an error. They never change their meaning.",
        "enum": error_codes(),
    })
);

/// Returns the public codes without repetition: two errors differ by their status only.
fn error_codes() -> Vec<&'static str> {
    let mut codes = Vec::new();
    for code in ErrorCode::ALL.map(ErrorCode::as_str) {
        if !codes.contains(&code) {
            codes.push(code);
        }
    }
    codes
}

/// The schema as it is in JSON; one that utoipa cannot express is an empty one, which a test of `crates/spec` notices.
fn from_json(schema: Value) -> RefOr<Schema> {
    serde_json::from_value(schema).unwrap_or_else(|_| RefOr::T(Schema::default()))
}

fn only(value: Value, kind: Type, description: &str) -> RefOr<Schema> {
    let mut object = Object::with_type(SchemaType::new(kind));
    object.enum_values = Some(vec![value]);
    object.description = Some(description.to_owned());
    RefOr::T(Schema::Object(object))
}

pub(crate) fn always_true() -> RefOr<Schema> {
    only(json!(true), Type::Boolean, "Always true.")
}

pub(crate) fn always_sms() -> RefOr<Schema> {
    only(json!("Sms"), Type::String, "Always `Sms`.")
}

pub(crate) fn always_ok() -> RefOr<Schema> {
    only(json!("ok"), Type::String, "Always `ok`.")
}

pub(crate) fn always_null() -> RefOr<Schema> {
    only(Value::Null, Type::Null, "Logto's SMS connectors have none.")
}
