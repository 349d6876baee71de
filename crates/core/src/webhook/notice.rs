//! The body of a webhook: `{type, timestamp, data}`.

use serde::Serialize;

use crate::event::{Event, PhoneLock, TrippedLimit};
use crate::provider::FailureCause;
use crate::time::{Seconds, Timestamp};
use crate::usage_type::UsageType;

/// A message to the operator. It holds no phone number and no code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Notice {
    /// What happened: `limit.tripped`, `phone.locked` or `connector.failing`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// RFC 3339: when.
    pub timestamp: String,
    /// More about it.
    pub data: NoticeData,
}

/// The member `data`, by the type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum NoticeData {
    /// `limit.tripped`.
    LimitTripped(LimitTripped),
    /// `phone.locked`.
    PhoneLocked(PhoneLocked),
    /// `connector.failing`.
    ConnectorFailing(ConnectorFailing),
}

/// A limit against pumping has refused a send.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LimitTripped {
    /// What the limit counts by: `ip`, `prefix`, `country` or `total`.
    pub limit: &'static str,
    /// The prefix (a number without its last four digits), the ISO code of the country, or `all`; absent for `ip`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// When it ends, in seconds from now.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<u32>))]
    pub retry_after: Option<Seconds>,
    /// The dialling code of the number that was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dialling_code: Option<String>,
    /// The request that was refused.
    pub request_id: String,
}

/// A wrong code has locked a phone number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PhoneLocked {
    /// The number's id, as in the log.
    pub phone_id: String,
    /// Its dialling code.
    pub dialling_code: String,
    /// What the wrong code was tried for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub usage_type: Option<UsageType>,
    /// When the lock ends, in seconds from now; absent if only an operator unlocks the number.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<u32>))]
    pub retry_after: Option<Seconds>,
    /// The request with the wrong code.
    pub request_id: String,
}

/// Sends through a connector fail one after the other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConnectorFailing {
    /// The connector.
    pub connector_id: String,
    /// How many sends in a row have failed in this isolate.
    pub failures: u32,
    /// The error code of the last one; absent if its outcome is unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<&'static str>,
    /// The HTTP status of the provider's last response.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider_status: Option<u16>,
    /// The provider's code of its last refusal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider_code: Option<String>,
    /// Why the last message has no result.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub cause: Option<FailureCause>,
    /// The last request that failed.
    pub request_id: String,
}

impl Notice {
    /// Creates `limit.tripped`.
    pub fn limit_tripped(event: &Event, tripped: &TrippedLimit, now: Timestamp) -> Self {
        let data = LimitTripped {
            limit: tripped.limit,
            scope: tripped.scope.clone(),
            retry_after: tripped.retry_after,
            dialling_code: event.dialling_code.clone(),
            request_id: event.request_id.clone(),
        };
        Self::new("limit.tripped", now, NoticeData::LimitTripped(data))
    }

    /// Creates `phone.locked`.
    pub fn phone_locked(event: &Event, lock: PhoneLock, now: Timestamp) -> Self {
        let data = PhoneLocked {
            phone_id: event.phone_id.clone().unwrap_or_default(),
            dialling_code: event.dialling_code.clone().unwrap_or_default(),
            usage_type: event.usage_type,
            retry_after: lock.retry_after,
            request_id: event.request_id.clone(),
        };
        Self::new("phone.locked", now, NoticeData::PhoneLocked(data))
    }

    /// Creates `connector.failing`.
    pub fn connector_failing(event: &Event, failures: u32, now: Timestamp) -> Self {
        let data = ConnectorFailing {
            connector_id: event.connector_id.clone().unwrap_or_default(),
            failures,
            error: event.error,
            provider_status: event.provider_status,
            provider_code: event.provider_code.clone(),
            cause: event.cause,
            request_id: event.request_id.clone(),
        };
        Self::new("connector.failing", now, NoticeData::ConnectorFailing(data))
    }

    fn new(kind: &'static str, now: Timestamp, data: NoticeData) -> Self {
        Self { kind, timestamp: now.rfc3339(), data }
    }
}
