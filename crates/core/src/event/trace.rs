//! What an operation notes while it runs, for the event of its request.

use crate::ledger::SendLimit;
use crate::phone::PhoneNumber;
use crate::provider::{DeliveryOutcome, RejectionKind};
use crate::time::{Seconds, Timestamp};

/// What an operation notes while it runs, whether it succeeds or not. Times are in milliseconds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trace {
    /// All calls of guard objects together.
    pub guard_ms: Option<u32>,
    /// How long the guard object waited for KV.
    pub kv_ms: Option<u32>,
    /// The request to the provider.
    pub provider_ms: Option<u32>,
    /// The connector that was used.
    pub connector_id: Option<&'static str>,
    /// What came of the request to the provider.
    pub delivery: Option<DeliveryTrace>,
    /// Whether the response is that of an earlier request with the same idempotency key.
    pub is_repeated: bool,
    /// The limit that would have refused the send if limits were not only recorded.
    pub recorded_limit: Option<SendLimit>,
    /// The phone number whose code was right, if that is to be reported to the counters of sends.
    pub verified: Option<PhoneNumber>,
    /// The lock that this request has brought about.
    pub lock: Option<PhoneLock>,
    /// The limit against pumping that has refused this request.
    pub tripped: Option<TrippedLimit>,
}

/// What came of a request to a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeliveryTrace {
    /// The HTTP status, if there was a response.
    pub status: Option<u16>,
    /// Whether the connector works; `None` if a refusal of the number says nothing about it.
    pub works: Option<bool>,
}

/// A lock of a phone number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PhoneLock {
    /// When it ends; `None` if only an operator unlocks the number.
    pub retry_after: Option<Seconds>,
}

/// A limit on what many phone numbers or callers do together. Those of one phone number are reached every day and are not
/// worth a notice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrippedLimit {
    /// Its name.
    pub limit: &'static str,
    /// What it counts by, if that identifies nobody: a prefix, a country. Never a phone number or an address.
    pub scope: Option<String>,
    /// When it ends.
    pub retry_after: Option<Seconds>,
}

impl Trace {
    /// Notes that a limit against pumping has refused the request, for the notice `limit.tripped`.
    pub fn trip_limit(&mut self, limit: &'static str, scope: Option<String>, retry_after: Option<Seconds>) {
        self.tripped = Some(TrippedLimit { limit, scope, retry_after });
    }

    /// Adds the time of a call of a guard object.
    pub fn add_guard_call(&mut self, began: Timestamp, ended: Timestamp) {
        self.guard_ms = Some(self.guard_ms.unwrap_or_default().saturating_add(elapsed_ms(began, ended)));
    }

    /// Records a request to the provider. `status` is that of the response.
    pub fn record_delivery(
        &mut self,
        began: Timestamp,
        ended: Timestamp,
        status: Option<u16>,
        outcome: &DeliveryOutcome,
    ) {
        self.provider_ms = Some(elapsed_ms(began, ended));
        let works = match outcome {
            DeliveryOutcome::Accepted => Some(true),
            DeliveryOutcome::Rejected(rejection) if rejection.kind == RejectionKind::Recipient => None,
            DeliveryOutcome::Rejected(_) | DeliveryOutcome::Unknown(_) => Some(false),
        };
        self.delivery = Some(DeliveryTrace { status, works });
    }
}

/// Returns the milliseconds between two times; 0 if the clock was set back in between.
pub fn elapsed_ms(began: Timestamp, ended: Timestamp) -> u32 {
    u32::try_from(ended.0.saturating_sub(began.0)).unwrap_or(u32::MAX)
}
