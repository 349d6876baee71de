//! Everything that can go wrong, in one place: what a caller may rely on (`code`, `status`) and what helps an
//! operator (`data`). Nothing here ever holds a code, a secret, a full phone number or a provider's own words.

mod body;
mod stored;

use alloc::string::String;
use alloc::vec::Vec;

use crate::time::Seconds;

/// The result of nearly everything.
pub(crate) type Result<T> = core::result::Result<T, Error>;

/// A failure. A variant exists only where a caller would act differently; its [`Error::code`] is forever.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Error {
    /// The body is not what the route takes.
    InvalidInput(Vec<Issue>),
    /// The phone is not E.164.
    PhoneInvalid,
    /// The phone's country is outside `ALLOWED_COUNTRIES`.
    PhoneNotAllowed,
    /// What the guard refused.
    Guard(Refusal),
    /// The idempotency key was used with another body.
    IdempotencyConflict,
    /// No key, or one we do not know.
    Unauthorized,
    /// No such route.
    RouteNotFound,
    /// The route exists, for these methods (the `Allow` header).
    MethodNotAllowed(&'static str),
    /// More body than the route takes.
    TooLarge,
    /// The body is not declared to be JSON.
    UnsupportedMediaType,
    /// No connector is set.
    ConnectorNotFound,
    /// The connector's config does not pass its schema.
    ConnectorConfig(Vec<Issue>),
    /// A config in a request does not pass its schema.
    PostedConfig(Vec<Issue>),
    /// No connector has that id.
    EntityNotFound,
    /// No factory has that id.
    UnknownFactory,
    /// The connector has a template neither for the usage type nor for `Generic`.
    TemplateNotFound,
    /// The connector does not serve this number; nothing was sent.
    NumberNotServed,
    /// The provider refused; nothing was sent.
    Provider(ProviderRefusal),
    /// KV or the guard did not answer; nothing was sent, nothing was compared.
    Storage,
    /// A setting does not parse; `path` names it.
    Settings(Vec<Issue>),
    /// A defect of ours or of the platform. The text is ours, for the log.
    Internal(&'static str),
}

/// One thing wrong with a document: where (`templates.0.content`; empty for the whole) and what, never the value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Issue {
    pub(crate) path: String,
    pub(crate) message: String,
}

impl Issue {
    /// An issue at a path.
    pub(crate) fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { path: path.into(), message: message.into() }
    }
}

/// Why the guard said no.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// No live code for this phone and usage type, or not the one named.
    NotFound,
    /// The wrong code.
    Mismatch { attempts_left: u32 },
    /// The code is 600 s old or older.
    Expired,
    /// This code's attempts are spent.
    AttemptsSpent,
    /// The phone's failures of the last 24 h have reached the limit.
    Locked { retry_after: Seconds },
    /// A send came too early, or was one too many.
    RateLimited { limit: SendLimit, retry_after: Seconds },
    /// The guard could not do its work: storage failed.
    Unavailable,
}

/// Which of the limits on sends was met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SendLimit {
    Cooldown,
    Hour,
    Day,
}

/// A provider's definite no: what it means, and its own code for the operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ProviderRefusal {
    pub(crate) class: RefusalClass,
    pub(crate) status: u32,
    pub(crate) code: Option<String>,
}

/// What a provider's refusal means for us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RefusalClass {
    /// Key, signature, account or permission.
    Credentials,
    /// The number: malformed, barred, opted out, unreachable region.
    Recipient,
    /// The text, template or sender.
    Content,
    /// Too many requests; the provider's `Retry-After`, if it gave one.
    Throttled(Option<Seconds>),
    /// No money left.
    Balance,
    /// A documented refusal of another kind.
    Other,
    /// A refusal by its status, with a body outside the provider's format.
    Unreadable,
}

impl RefusalClass {
    /// For people: the reason in two or three words.
    const fn reason(self) -> &'static str {
        match self {
            Self::Credentials => "The provider refused our credentials.",
            Self::Recipient => "The provider refused the number.",
            Self::Content => "The provider refused the text, template or sender.",
            Self::Throttled(_) => "The provider throttles us.",
            Self::Balance => "The provider account has no balance left.",
            Self::Other => "The provider refused the message.",
            Self::Unreadable => "The provider refused the message in an answer outside its format.",
        }
    }
}

impl Error {
    /// The public code: permanent.
    pub(crate) const fn code(&self) -> &'static str {
        self.row().1
    }

    /// The HTTP status.
    pub(crate) const fn status(&self) -> u16 {
        self.row().0
    }

    /// For people, in English; no values.
    pub(crate) const fn message(&self) -> &'static str {
        self.row().2
    }

    /// The whole public list.
    const fn row(&self) -> (u16, &'static str, &'static str) {
        match self {
            Self::InvalidInput(_) => (400, "guard.invalid_input", "The request body is not valid."),
            Self::PhoneInvalid => (400, "phone.invalid", "The phone number is not in E.164 form."),
            Self::PhoneNotAllowed => (403, "phone.not_allowed", "Numbers of this country are not allowed."),
            Self::Guard(refusal) => refusal.row(),
            Self::IdempotencyConflict => {
                (422, "request.idempotency_conflict", "This Idempotency-Key was used with another body.")
            }
            Self::Unauthorized => (401, "auth.unauthorized", "A valid key is needed."),
            Self::RouteNotFound => (404, "request.not_found", "There is no such route."),
            Self::MethodNotAllowed(_) => {
                (405, "request.method_not_allowed", "The route does not take this method.")
            }
            Self::TooLarge => (413, "request.too_large", "The body is too large."),
            Self::UnsupportedMediaType => {
                (415, "request.unsupported_media_type", "The body must be application/json.")
            }
            Self::ConnectorNotFound => (501, "connector.not_found", "No SMS connector is set up."),
            Self::ConnectorConfig(_) => {
                (500, "connector.invalid_config", "The connector's config is not valid.")
            }
            Self::PostedConfig(_) => {
                (400, "connector.invalid_config", "The connector's config is not valid.")
            }
            Self::EntityNotFound => (404, "entity.not_found", "There is nothing with this id."),
            Self::UnknownFactory => {
                (422, "connector.not_found_with_connector_id", "There is no such connector.")
            }
            Self::TemplateNotFound => {
                (422, "connector.template_not_found", "The connector has no template for this usage type.")
            }
            Self::NumberNotServed => (
                422,
                "connector.invalid_request_parameters",
                "The connector does not serve numbers of this country.",
            ),
            Self::Provider(refusal) => match refusal.class {
                RefusalClass::Throttled(_) => (429, "connector.rate_limit_exceeded", refusal.class.reason()),
                RefusalClass::Unreadable => (502, "connector.invalid_response", refusal.class.reason()),
                _ => (502, "connector.general", refusal.class.reason()),
            },
            Self::Storage => (503, "storage.unavailable", "Storage did not answer; nothing was done."),
            Self::Settings(_) => (500, "config.invalid", "A setting of this Worker is not valid."),
            Self::Internal(_) => (500, "internal", "Something went wrong on our side."),
        }
    }

    /// Seconds to wait, for `Retry-After`.
    pub(crate) const fn retry_after(&self) -> Option<Seconds> {
        match self {
            Self::Guard(Refusal::Locked { retry_after } | Refusal::RateLimited { retry_after, .. }) => {
                Some(*retry_after)
            }
            Self::Provider(ProviderRefusal { class: RefusalClass::Throttled(after), .. }) => *after,
            _ => None,
        }
    }
}

impl Refusal {
    const fn row(&self) -> (u16, &'static str, &'static str) {
        match self {
            Self::NotFound => (
                400,
                "verification_code.not_found",
                "There is no live code for this phone and usage type; send one first.",
            ),
            Self::Mismatch { .. } => (400, "verification_code.code_mismatch", "The code is wrong."),
            Self::Expired => (400, "verification_code.expired", "The code has expired; send a new one."),
            Self::AttemptsSpent => (
                400,
                "verification_code.exceed_max_try",
                "This code has been tried too often; send a new one.",
            ),
            Self::Locked { .. } => {
                (429, "verification_code.locked", "Too many wrong codes for this phone; try later.")
            }
            Self::RateLimited { .. } => {
                (429, "request.message_rate_limited", "Too many messages to this phone; try later.")
            }
            Self::Unavailable => Error::Storage.row(),
        }
    }
}

impl SendLimit {
    /// The public name.
    const fn name(self) -> &'static str {
        match self {
            Self::Cooldown => "cooldown",
            Self::Hour => "hour",
            Self::Day => "day",
        }
    }
}
