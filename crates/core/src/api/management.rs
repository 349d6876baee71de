//! Bodies of the management API and of `GET /health`.

use serde::Serialize;

use super::SendStatus;
use crate::error::Issue;
use crate::keys::KeyRing;
use crate::numbering::dialling_code;
use crate::phone::PhoneNumber;
use crate::provider::FailureCause;

/// The Worker runs and its settings are valid. Neither KV nor the guard is asked.
#[derive(Clone, Copy, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Health {
    /// Always `ok`.
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::openapi::always_ok))]
    pub status: &'static str,
    /// The version of this software.
    #[cfg_attr(feature = "openapi", schema(examples("0.1.0")))]
    pub version: &'static str,
}

/// What is wrong with a config.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConfigCheck {
    /// Everything that saving the config would refuse; empty if it would be saved.
    pub issues: Vec<Issue>,
}

/// How the codes of one auth server come in.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Bridge {
    /// The last segment of its path: `/deliver/<id>`.
    #[cfg_attr(feature = "openapi", schema(value_type = crate::openapi::DialectId))]
    pub id: &'static str,
    /// The name of the auth server.
    pub name: &'static str,
    /// Whether requests can be accepted: an auth server that signs needs the secret of its setting.
    pub enabled: bool,
    /// The setting with its secrets; absent if it uses one of `API_KEYS`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, nullable = false))]
    pub setting: Option<&'static str>,
}

/// The result of a request as an auth server makes it, made by the Worker itself.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BridgeTest {
    /// What happened to the message; absent if none was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub status: Option<SendStatus>,
    /// The code of the error, if none was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::error::ErrorCode>, nullable = false))]
    pub code: Option<&'static str>,
    /// One English sentence on that error.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub message: Option<String>,
    /// The status that the auth server gets.
    #[cfg_attr(feature = "openapi", schema(minimum = 200, maximum = 599))]
    pub response_status: u16,
    /// The body that the auth server gets; empty if there is none.
    pub response_body: String,
}

/// The response to a test message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct TestOutcome {
    /// What happened to it.
    pub status: SendStatus,
    /// Why the outcome is unknown: `timeout`, `unreadable`, a status such as `http_500`, or `undecided` if the provider
    /// itself leaves it open.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, nullable = false))]
    pub cause: Option<FailureCause>,
    /// Over HTTP, while the outcome is unknown: the id of the request, as in the log.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub request_id: Option<String>,
}

impl TestOutcome {
    /// Creates the outcome of a message that was accepted, or with the cause why that is not known.
    pub const fn new(cause: Option<FailureCause>) -> Self {
        let status = if cause.is_some() { SendStatus::Unknown } else { SendStatus::Sent };
        Self { status, cause, request_id: None }
    }
}

/// The response of `POST /api/phones/identify`: what the log and webhooks have in place of a phone number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PhoneIdentity {
    /// The number's id.
    #[cfg_attr(feature = "openapi", schema(pattern = "^[0-9a-f]{32}$"))]
    pub phone_id: String,
    /// Its id under `OTP_SECRET_PREVIOUS`, while a rotation runs: that of older lines.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false, pattern = "^[0-9a-f]{32}$"))]
    pub previous_phone_id: Option<String>,
    /// Its dialling code, without the plus.
    pub dialling_code: String,
}

impl PhoneIdentity {
    /// Computes what is known of a phone number in the log.
    pub fn new(keys: &KeyRing, phone: &PhoneNumber) -> Self {
        Self {
            phone_id: keys.current.phone_id(phone),
            previous_phone_id: keys.previous.as_ref().map(|keys| keys.phone_id(phone)),
            dialling_code: dialling_code(phone).to_owned(),
        }
    }
}

/// Counts of the last hours.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), serde(deny_unknown_fields))]
pub struct Activity {
    /// Whether sends and verifications are counted here: the deployment has the binding `ACTIVITY`.
    pub recorded: bool,
    /// Whether this deployment has a token to read the counts with.
    pub readable: bool,
    /// How far back they reach.
    pub hours: u32,
    /// The largest first, 100 at most; null if they could not be read.
    #[cfg_attr(feature = "openapi", schema(required = true, max_items = 100))]
    pub rows: Option<Vec<ActivityRow>>,
}

/// How often one thing happened.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), serde(deny_unknown_fields))]
pub struct ActivityRow {
    /// `send` or `verify`.
    pub event: String,
    /// `sent`, `unknown` or `verified`, or the code of the error.
    pub outcome: String,
    /// The connector that sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub connector_id: Option<String>,
    /// The limit on sends that was reached.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub limit: Option<String>,
    /// Whether that limit is only recorded (`LIMITS=record`), so that the messages were sent nevertheless.
    #[serde(skip_serializing_if = "core::ops::Not::not")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub recorded: bool,
    /// How often.
    pub count: u64,
}
