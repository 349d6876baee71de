//! The messages between a service and a guard object.

use serde::{Deserialize, Serialize};

use super::GuardState;
use crate::api::SendReceipt;
use crate::idempotency::{IdempotencyState, IdempotentRequest};
use crate::ledger::{DeliveryPermit, LedgerError};
use crate::limits::{CodeOrigin, CounterKey, LimitKind, LimitReached, Stop};
use crate::time::{Seconds, Timestamp};
use crate::usage_type::UsageType;

/// What a service asks of a guard object. It holds phone numbers and codes, so it has no `Debug`.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum GuardRequest {
    /// Count a send, draw a code and store its record.
    ReserveSend {
        /// E.164.
        phone: String,
        /// What the code is for.
        usage_type: UsageType,
    },
    /// The provider refused the message: the code is void and the send does not count.
    RevokeSend {
        /// [`IssuedCode::id`].
        id: String,
    },
    /// Count a message whose code another server has made.
    ReserveDelivery,
    /// The provider refused that message: it does not count.
    RevokeDelivery {
        /// [`DeliveryPermit::counted_at`].
        counted_at: Timestamp,
    },
    /// An operator clears the counts of failures.
    Unlock,
    /// Count an attempt and compare the code.
    Verify {
        /// E.164.
        phone: String,
        /// What the code was sent for.
        usage_type: UsageType,
        /// As it was typed.
        code: String,
        /// If given, only the code with this id is accepted.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<String>,
    },
    /// Look an idempotency key up, and take it if it is free.
    BeginIdempotent(IdempotentRequest),
    /// The send of the request that has an idempotency key is granted: its message may exist from now on.
    GrantIdempotent {
        /// [`IdempotentRequest::owner`].
        owner: String,
        /// The response to a concurrent duplicate if this request never ends.
        receipt: SendReceipt,
        /// In seconds: how long the outcome is waited for.
        timeout: Seconds,
    },
    /// The request that has an idempotency key has ended: keep its receipt, or free the key if no message exists.
    EndIdempotent {
        /// [`IdempotentRequest::owner`].
        owner: String,
        /// The response to a duplicate.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        receipt: Option<SendReceipt>,
    },
    /// Count a send in every one of these counters, unless one does not permit it.
    CountSend {
        /// One or more.
        counters: Vec<CounterKey>,
        /// Who has made the code.
        #[serde(default, skip_serializing_if = "CodeOrigin::is_own")]
        origin: CodeOrigin,
    },
    /// A send that was counted is verified.
    CountVerified {
        /// One or more.
        counters: Vec<CounterKey>,
    },
    /// An operator clears a counter.
    ClearCounter(CounterKey),
    /// Add a stop to the list of stops.
    AddStop(Stop),
    /// Remove a stop from the list of stops.
    RemoveStop {
        /// [`Stop::kind`].
        kind: LimitKind,
        /// [`Stop::key`].
        key: String,
        /// [`Stop::shard`]; `None` for all.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        shard: Option<u32>,
    },
    /// List the stops.
    ListStops,
    /// Hand the state over to the object that follows after a rotation of the secret, and pass every later request on to
    /// it.
    ExportState {
        /// The name of the successor.
        to: String,
        /// The name of this object, under which the successor finds the state again.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<String>,
    },
    /// The successor has stored the state that was handed over to it: delete it here, or it would come back once the
    /// successor has deleted its own.
    ReleaseState {
        /// The name of the successor.
        to: String,
    },
}

/// What a guard object answers. It holds a code, so it has no `Debug`.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum GuardResponse {
    /// To [`GuardRequest::ReserveSend`].
    SendReserved(IssuedCode),
    /// To [`GuardRequest::ReserveDelivery`].
    DeliveryReserved(DeliveryPermit),
    /// To [`GuardRequest::Verify`]: the code was right.
    Verified {
        /// The id of the send.
        id: String,
        /// When it was compared.
        at: Timestamp,
        /// How long KV took, in milliseconds.
        #[serde(default)]
        kv_ms: u32,
    },
    /// To [`GuardRequest::BeginIdempotent`].
    Idempotency(IdempotencyState),
    /// To [`GuardRequest::GrantIdempotent`]: whether the request still has the key.
    Granted(bool),
    /// To [`GuardRequest::CountSend`]: the limits that are reached. The send is counted if there is none, or if limits are
    /// only recorded.
    SendCounted(Vec<LimitReached>),
    /// To [`GuardRequest::CountVerified`]: the kinds of the counters whose stop has ended with it.
    VerifiedCounted(Vec<LimitKind>),
    /// To [`GuardRequest::ListStops`], `AddStop` and `RemoveStop`: those that have not ended.
    Stops(Vec<Stop>),
    /// To [`GuardRequest::ExportState`].
    StateExported(Option<GuardState>),
    /// To the other requests.
    Done,
    /// The ledger does not permit the send or accept the code.
    Rejected(LedgerError),
    /// To [`GuardRequest::Verify`]: the code was wrong, and one wrong code too many, so that the phone number is locked
    /// from now on.
    Locked {
        /// As in [`GuardResponse::Rejected`].
        error: LedgerError,
        /// When the lock ends; `None` if only an operator unlocks the number.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_after: Option<Seconds>,
    },
    /// The object could not do its work: storage failed.
    Unavailable,
}

/// A counted send: the code for the message, and the members of the response.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IssuedCode {
    /// The verification id: 32 hex digits.
    pub id: String,
    /// The digits.
    pub code: String,
    /// When the code expires.
    pub expires_at: Timestamp,
    /// The earliest time at which the next send will be permitted.
    pub resend_at: Timestamp,
    /// How long KV took, in milliseconds.
    #[serde(default)]
    pub kv_ms: u32,
}
