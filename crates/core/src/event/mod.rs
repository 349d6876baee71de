//! The event of a request: what was decided and why, as one value. The shells print it as a log line and write it as a data
//! point; `docs/events.md` lists kinds and fields from here.
//!
//! An event holds no code, no secret and no phone number: of a number its dialling code and a MAC under a key of its own,
//! so that the events of one number can be found together and nobody can compute the number.

mod kind;
mod trace;

use serde::Serialize;

use crate::api::{SendReceipt, SendStatus, VerifyReceipt};
use crate::error::ErrorCode;
use crate::keys::KeySet;
use crate::ledger::{LedgerError, SendLimit};
use crate::numbering::dialling_code;
use crate::phone::PhoneNumber;
use crate::provider::FailureCause;
use crate::service::ServiceError;
use crate::usage_type::UsageType;

pub use kind::{EventKind, Operation};
pub use trace::{DeliveryTrace, PhoneLock, Trace, TrippedLimit, elapsed_ms};

/// What was decided about one request. Times are in milliseconds, as the clock of the platform measures them: in Workers it
/// moves with I/O only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Event {
    /// What was decided; the table above.
    #[serde(rename = "event")]
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub kind: EventKind,
    /// The request's id: the response's `x-request-id`.
    pub request_id: String,
    /// The auth server whose code was delivered: the last segment of `/deliver/…`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bridge: Option<&'static str>,
    /// The auth server's own id of its request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caller_id: Option<String>,
    /// A MAC of the phone number: 32 hex digits, the same for all events of the number until `OTP_SECRET` changes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone_id: Option<String>,
    /// The dialling code of the phone number, without its plus.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dialling_code: Option<String>,
    /// The usage type.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub usage_type: Option<UsageType>,
    /// The connector that was to send.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connector_id: Option<String>,
    /// The id of the send.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verification_id: Option<String>,
    /// The error code of the response.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<&'static str>,
    /// The limit on sends that was reached.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub limit: Option<SendLimit>,
    /// Whether that limit is only recorded (`LIMITS=record`), so that the message was sent nevertheless.
    #[serde(skip_serializing_if = "core::ops::Not::not")]
    pub recorded: bool,
    /// How many more wrong codes are allowed, for this code and for the phone number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attempts_left: Option<u32>,
    /// The HTTP status of the provider's response, if there was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider_status: Option<u16>,
    /// The provider's own code of its refusal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider_code: Option<String>,
    /// Why a message has no result: `dns`, `refused`, `tls`, `timeout`, `unreadable`, `undecided`, or a status such as
    /// `http_500`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub cause: Option<FailureCause>,
    /// The setting that is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub setting: Option<String>,
    /// What failed, of an error `internal`; why nothing is to be sent, of `send.ignored`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<&'static str>,
    /// How long the calls of guard objects took together, their KV included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub guard_ms: Option<u32>,
    /// How long the guard object waited for KV, of a code that was sent or was right.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kv_ms: Option<u32>,
    /// How long the provider took.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider_ms: Option<u32>,
    /// How long the request took, from its head to its response.
    pub total_ms: u32,
    /// The HTTP status of the response.
    pub status: u16,
    #[serde(skip)]
    operation: Operation,
}

impl Event {
    /// Creates the event of a request that has just begun and succeeds, unless something else is recorded.
    pub const fn new(operation: Operation, request_id: String) -> Self {
        Self {
            kind: EventKind::of_success(operation),
            request_id,
            bridge: None,
            caller_id: None,
            phone_id: None,
            dialling_code: None,
            usage_type: None,
            connector_id: None,
            verification_id: None,
            error: None,
            limit: None,
            recorded: false,
            attempts_left: None,
            provider_status: None,
            provider_code: None,
            cause: None,
            setting: None,
            detail: None,
            guard_ms: None,
            kv_ms: None,
            provider_ms: None,
            total_ms: 0,
            status: 0,
            operation,
        }
    }

    /// Records what the request asks for, where its path does not tell.
    pub const fn set_operation(&mut self, operation: Operation) {
        self.kind = EventKind::of_success(operation);
        self.operation = operation;
    }

    /// Records a phone number as its dialling code and its MAC.
    pub fn record_phone(&mut self, keys: &KeySet, phone: &PhoneNumber) {
        self.phone_id = Some(keys.phone_id(phone));
        self.dialling_code = Some(dialling_code(phone).to_owned());
    }

    /// Records whom a code is sent to or verified for.
    pub fn record_recipient(&mut self, keys: &KeySet, phone: &PhoneNumber, usage_type: UsageType) {
        self.record_phone(keys, phone);
        self.usage_type = Some(usage_type);
    }

    /// Records the result of a send.
    pub fn record_send(&mut self, receipt: &SendReceipt, trace: &Trace) {
        self.connector_id = Some(receipt.connector_id.clone());
        self.verification_id = Some(receipt.verification_id.clone());
        self.cause = receipt.cause;
        self.kind = match receipt.status {
            _ if trace.is_repeated => EventKind::SendRepeated,
            SendStatus::Sent => EventKind::SendGranted,
            SendStatus::Unknown => EventKind::SendUnknown,
        };
    }

    /// Records the result of a verification.
    pub fn record_verification(&mut self, receipt: &VerifyReceipt) {
        self.verification_id = Some(receipt.verification_id.clone());
    }

    /// Records why an auth server's request asks for nothing.
    pub const fn record_ignored(&mut self, reason: &'static str) {
        self.set_operation(Operation::Ignore);
        self.detail = Some(reason);
    }

    /// Records what was measured, whether the operation succeeded or not.
    pub fn record_trace(&mut self, trace: &Trace) {
        self.guard_ms = trace.guard_ms;
        self.kv_ms = trace.kv_ms;
        self.provider_ms = trace.provider_ms;
        if let Some(connector_id) = trace.connector_id {
            self.connector_id = Some(connector_id.to_owned());
        }
        // A message that was not sent was refused for another reason.
        if let Some(limit) = trace.recorded_limit.filter(|_| self.error.is_none()) {
            self.limit = Some(limit);
            self.recorded = true;
        }
        if let Some(delivery) = &trace.delivery {
            self.provider_status = delivery.status;
        }
    }

    /// Records what went wrong: its code, and the error of the core where there is one.
    pub fn record_error(&mut self, code: ErrorCode, error: Option<&ServiceError>) {
        self.kind = EventKind::of_error(self.operation, code);
        self.error = Some(code.as_str());
        match error {
            Some(ServiceError::Provider(rejection)) => {
                self.cause = rejection.cause();
                self.provider_status = Some(rejection.status).filter(|status| *status > 0);
                self.provider_code.clone_from(&rejection.code);
            }
            Some(ServiceError::InvalidSettings(issues)) => {
                self.setting = issues.first().map(|issue| issue.path.clone());
            }
            Some(ServiceError::Internal(detail)) => self.detail = Some(detail),
            Some(ServiceError::Ledger(LedgerError::RateLimited { limit, .. })) => self.limit = Some(*limit),
            Some(ServiceError::Ledger(LedgerError::Mismatch { attempts_left })) => {
                self.attempts_left = Some(*attempts_left);
            }
            _ => {}
        }
    }

    /// Records the end of the request.
    pub const fn finish(&mut self, status: u16, total_ms: u32) {
        self.status = status;
        self.total_ms = total_ms;
    }

    /// Tells whether the event is for the operator: the response is a 5xx.
    pub const fn is_failure(&self) -> bool {
        self.status >= 500
    }

    /// Returns the word that [`crate::api::ActivityRow`] has for what happened: `sent`, `unknown`, `repeated`, `ignored` or
    /// `verified`, or the error code.
    pub const fn outcome(&self) -> &'static str {
        match (self.error, self.kind) {
            (Some(error), _) => error,
            (None, EventKind::VerifyOk) => "verified",
            (None, EventKind::SendUnknown) => "unknown",
            (None, EventKind::SendRepeated) => "repeated",
            (None, EventKind::SendIgnored) => "ignored",
            (None, _) => "sent",
        }
    }

    /// Returns the event as a data point; `None` if it is not counted.
    pub fn data_point(&self) -> Option<DataPoint> {
        let group = self.kind.group()?;
        let cause = || self.cause.map(|cause| cause.to_string()).unwrap_or_default();
        let blobs = [
            group.to_owned(),
            self.outcome().to_owned(),
            self.connector_id.clone().unwrap_or_default(),
            self.usage_type.map_or("", UsageType::as_str).to_owned(),
            self.kind.as_str().to_owned(),
            self.dialling_code.clone().unwrap_or_default(),
            self.provider_code.clone().unwrap_or_else(cause),
            self.phone_id.clone().unwrap_or_default(),
            self.limit.map_or("", SendLimit::as_str).to_owned(),
        ];
        let doubles = [
            1,
            self.guard_ms.unwrap_or_default(),
            self.kv_ms.unwrap_or_default(),
            self.provider_ms.unwrap_or_default(),
            self.total_ms,
            self.provider_status.unwrap_or_default().into(),
            self.recorded.into(),
        ];
        Some(DataPoint { index: group, blobs, doubles })
    }
}

/// An event as a data point of Analytics Engine, in the order of [`BLOBS`] and [`DOUBLES`]. What is not known is empty or 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataPoint {
    /// What is sampled by: `send` or `verify`.
    pub index: &'static str,
    /// `blob1` and so on.
    pub blobs: [String; BLOBS.len()],
    /// `double1` and so on.
    pub doubles: [u32; DOUBLES.len()],
}

/// What the texts of a data point are.
pub const BLOBS: [&str; 9] = [
    "`send` or `verify`",
    "outcome: `sent`, `unknown`, `repeated`, `ignored`, `verified`, or the error code",
    "`connectorId`",
    "`usageType`",
    "`event`",
    "`diallingCode`",
    "`providerCode`, else `cause`",
    "`phoneId`",
    "`limit`",
];

/// What the numbers of a data point are.
pub const DOUBLES: [&str; 7] = [
    "1",
    "`guardMs`",
    "`kvMs`",
    "`providerMs`",
    "`totalMs`",
    "`providerStatus`",
    "1 if `recorded`: the limit was reached, and the message sent nevertheless",
];
