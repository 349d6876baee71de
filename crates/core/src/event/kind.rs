//! What is decided about a request, by name.

use serde::{Serialize, Serializer};

use crate::error::ErrorCode;

/// What a request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Send a code.
    Send,
    /// Verify a code.
    Verify,
    /// Nothing: an event of an auth server that is not for us.
    Ignore,
    /// Unlock a phone number.
    Unlock,
    /// Lift a limit against SMS pumping.
    LiftLimit,
    /// Another route of the management API.
    Manage,
    /// `/health`.
    Health,
    /// No route.
    Other,
}

macro_rules! kinds {
    ($($(#[doc = $doc:literal])+ $variant:ident = $name:literal,)+) => {
        /// What was decided about a request. Names are stable: logs and dashboards are searched by them.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum EventKind {
            $($(#[doc = $doc])+ $variant,)+
        }

        impl EventKind {
            /// Every kind, in the order of the documentation.
            pub const ALL: [Self; [$($name),+].len()] = [$(Self::$variant),+];

            /// Returns the name in the log.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// Returns what it means, in a sentence for the documentation.
            pub const fn description(self) -> &'static str {
                match self { $(Self::$variant => concat!($($doc),+),)+ }
            }
        }
    };
}

kinds! {
    /// The provider has accepted the message.
    SendGranted = "send.granted",
    /// The provider may or may not have accepted the message; `cause` says why that is open.
    SendUnknown = "send.unknown",
    /// The response to an earlier request with the same `Idempotency-Key`, or with the same recipient and code of an auth
    /// server, was repeated; nothing was sent.
    SendRepeated = "send.repeated",
    /// A limit on sends was reached; `limit` names it. Nothing was sent.
    SendLimited = "send.limited",
    /// The phone number is locked after too many wrong codes. Nothing was sent.
    SendLocked = "send.locked",
    /// The request cannot be served: its body, its number, or its `Idempotency-Key`. Nothing was sent.
    SendRefused = "send.refused",
    /// There is no connector, or its config or templates do not allow the send. Nothing was sent.
    SendMisconfigured = "send.misconfigured",
    /// The provider refused the message, or was not reached. Nothing was sent. The phone number's send was given back,
    /// twice an hour and five times a day at most.
    SendProviderRejected = "send.provider_rejected",
    /// Storage or another part of the platform failed; `error` names it.
    SendFailed = "send.failed",
    /// An auth server's event that asks for nothing: of another type, delivered already, or too old. Nothing was sent.
    SendIgnored = "send.ignored",
    /// The code was right. It is used up.
    VerifyOk = "verify.ok",
    /// The code was wrong, or no code at all.
    VerifyMismatch = "verify.mismatch",
    /// There is no live code for the phone number and usage type.
    VerifyNotFound = "verify.not_found",
    /// The code is older than 600 seconds.
    VerifyExpired = "verify.expired",
    /// The attempts of the code are exhausted; nothing was compared.
    VerifyExhausted = "verify.exhausted",
    /// The phone number is locked after too many wrong codes; nothing was compared.
    VerifyLocked = "verify.locked",
    /// The request cannot be served: its body or its number.
    VerifyRefused = "verify.refused",
    /// Storage or another part of the platform failed; `error` names it.
    VerifyFailed = "verify.failed",
    /// An operator has cleared the wrong codes of a phone number.
    PhoneUnlocked = "phone.unlocked",
    /// An operator has lifted a limit against SMS pumping.
    LimitLifted = "limit.lifted",
    /// A request of the management API that decides nothing about a phone number.
    RequestManaged = "request.managed",
    /// `GET /health`.
    RequestHealth = "request.health",
    /// No valid key.
    RequestUnauthorized = "request.unauthorized",
    /// No such route, or another method.
    RequestRefused = "request.refused",
    /// The request had no response after 90 seconds, or a part of the Worker crashed: 503.
    RequestUnanswered = "request.unanswered",
}

impl EventKind {
    /// Returns the kind of a request that succeeds.
    pub(super) const fn of_success(operation: Operation) -> Self {
        match operation {
            Operation::Send => Self::SendGranted,
            Operation::Verify => Self::VerifyOk,
            Operation::Ignore => Self::SendIgnored,
            Operation::Unlock => Self::PhoneUnlocked,
            Operation::LiftLimit => Self::LimitLifted,
            Operation::Manage => Self::RequestManaged,
            Operation::Health => Self::RequestHealth,
            Operation::Other => Self::RequestRefused,
        }
    }

    /// Returns the kind of a request that fails.
    pub(super) const fn of_error(operation: Operation, error: ErrorCode) -> Self {
        match (operation, error) {
            (_, ErrorCode::Unauthorized) => Self::RequestUnauthorized,
            (_, ErrorCode::RouteNotFound | ErrorCode::MethodNotAllowed) | (Operation::Other, _) => {
                Self::RequestRefused
            }
            (Operation::Send | Operation::Ignore, error) => Self::of_send_error(error),
            (Operation::Verify, error) => Self::of_verify_error(error),
            (Operation::Unlock | Operation::LiftLimit | Operation::Manage, _) => Self::RequestManaged,
            (Operation::Health, _) => Self::RequestHealth,
        }
    }

    const fn of_send_error(error: ErrorCode) -> Self {
        match error {
            ErrorCode::MessageRateLimited => Self::SendLimited,
            ErrorCode::LockedOut => Self::SendLocked,
            ErrorCode::ProviderThrottled
            | ErrorCode::ProviderRejected
            | ErrorCode::ProviderResponseInvalid => Self::SendProviderRejected,
            ErrorCode::ConnectorNotFound | ErrorCode::InvalidStoredConfig | ErrorCode::TemplateNotFound => {
                Self::SendMisconfigured
            }
            ErrorCode::StorageUnavailable | ErrorCode::InvalidSettings | ErrorCode::Internal => {
                Self::SendFailed
            }
            _ => Self::SendRefused,
        }
    }

    const fn of_verify_error(error: ErrorCode) -> Self {
        match error {
            ErrorCode::CodeMismatch => Self::VerifyMismatch,
            ErrorCode::CodeNotFound => Self::VerifyNotFound,
            ErrorCode::CodeExpired => Self::VerifyExpired,
            ErrorCode::AttemptsExhausted => Self::VerifyExhausted,
            ErrorCode::LockedOut => Self::VerifyLocked,
            ErrorCode::StorageUnavailable | ErrorCode::InvalidSettings | ErrorCode::Internal => {
                Self::VerifyFailed
            }
            _ => Self::VerifyRefused,
        }
    }

    /// Returns what is counted: `send` or `verify`; `None` for requests that are not counted, which anyone may make
    /// without a key.
    pub fn group(self) -> Option<&'static str> {
        let (group, _) = self.as_str().split_once('.')?;
        matches!(group, "send" | "verify").then_some(group)
    }
}

impl Serialize for EventKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
