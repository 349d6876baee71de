//! Why an operation failed.

use std::borrow::Cow;

use crate::api::RequestError;
use crate::connector::TemplateNotFound;
use crate::error::{ErrorBody, ErrorCode, ErrorData, Issue};
use crate::ledger::LedgerError;
use crate::ports::{RandomError, StorageError};
use crate::provider::Rejection;
use crate::time::Seconds;

/// Why an operation failed. Each maps to one public code.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ServiceError {
    /// The request is not accepted.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// The ledger does not permit the send or accept the code.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// What was typed is no code: a mismatch for which nothing was compared or counted.
    #[error("not a code")]
    NotACode,
    /// The idempotency key was used with another request.
    #[error("idempotency conflict")]
    IdempotencyConflict,
    /// No connector is set up.
    #[error("no connector")]
    ConnectorNotFound,
    /// The stored connector does not pass its schema.
    #[error("invalid stored config")]
    InvalidStoredConfig(Vec<Issue>),
    /// The connector in the request does not pass its schema.
    #[error("invalid config in the request")]
    InvalidRequestConfig(Vec<Issue>),
    /// There is no connector with this id.
    #[error("no such entity")]
    EntityNotFound,
    /// The entity was changed since the caller read it.
    #[error("entity conflict")]
    EntityConflict,
    /// There is no factory with this id.
    #[error("no such factory")]
    UnknownFactory,
    /// The connector has a template neither for the usage type nor for `Generic`.
    #[error("no template")]
    TemplateNotFound,
    /// The connector does not serve this number; nothing was sent.
    #[error("number not supported")]
    NumberNotSupported,
    /// The provider refused the message; nothing was sent.
    #[error(transparent)]
    Provider(#[from] Rejection),
    /// KV or the guard did not answer; nothing was sent, nothing was compared.
    #[error("storage unavailable")]
    StorageUnavailable,
    /// A setting does not parse; the path names it.
    #[error("invalid settings")]
    InvalidSettings(Vec<Issue>),
    /// A defect of this software or of the platform. The text is for the log and holds no value.
    #[error("{0}")]
    Internal(&'static str),
}

impl From<StorageError> for ServiceError {
    fn from(_: StorageError) -> Self {
        Self::StorageUnavailable
    }
}

impl From<RandomError> for ServiceError {
    fn from(_: RandomError) -> Self {
        Self::Internal("no random source")
    }
}

impl From<TemplateNotFound> for ServiceError {
    fn from(_: TemplateNotFound) -> Self {
        Self::TemplateNotFound
    }
}

impl ServiceError {
    /// Returns the public code.
    pub const fn code(&self) -> ErrorCode {
        match self {
            Self::Request(error) => error.code(),
            Self::Ledger(error) => error.code(),
            Self::NotACode => ErrorCode::CodeMismatch,
            Self::IdempotencyConflict => ErrorCode::IdempotencyConflict,
            Self::ConnectorNotFound => ErrorCode::ConnectorNotFound,
            Self::InvalidStoredConfig(_) => ErrorCode::InvalidStoredConfig,
            Self::InvalidRequestConfig(_) => ErrorCode::InvalidRequestConfig,
            Self::EntityNotFound => ErrorCode::EntityNotFound,
            Self::EntityConflict => ErrorCode::EntityConflict,
            Self::UnknownFactory => ErrorCode::UnknownFactory,
            Self::TemplateNotFound => ErrorCode::TemplateNotFound,
            Self::NumberNotSupported => ErrorCode::NumberNotSupported,
            Self::Provider(rejection) => rejection.error_code(),
            Self::StorageUnavailable => ErrorCode::StorageUnavailable,
            Self::InvalidSettings(_) => ErrorCode::InvalidSettings,
            Self::Internal(_) => ErrorCode::Internal,
        }
    }

    /// Returns the members of the response's `data`.
    pub fn data(&self) -> ErrorData {
        match self {
            Self::Request(error) => error.data(),
            Self::Ledger(error) => error.data(),
            Self::Provider(rejection) => rejection.data(),
            Self::InvalidStoredConfig(issues)
            | Self::InvalidRequestConfig(issues)
            | Self::InvalidSettings(issues) => {
                ErrorData { issues: Some(issues.clone()), ..ErrorData::default() }
            }
            _ => ErrorData::default(),
        }
    }

    /// Returns the seconds to wait, for `Retry-After`.
    pub fn retry_after(&self) -> Option<Seconds> {
        self.data().retry_after
    }

    /// Returns one sentence for people.
    pub fn message(&self) -> Cow<'static, str> {
        match self {
            Self::Request(error) => error.message(),
            Self::Provider(rejection) => rejection.message().into(),
            _ => self.code().message().into(),
        }
    }

    /// Returns the body of the response.
    pub fn body(&self, request_id: impl Into<String>) -> ErrorBody {
        ErrorBody {
            code: self.code().as_str(),
            message: self.message(),
            data: self.data(),
            request_id: request_id.into(),
        }
    }
}
