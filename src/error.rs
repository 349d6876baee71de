//! Why a request is not answered as it asks: the errors of the core, and those that only HTTP has.

use edge_otp_core::api::RequestError;
use edge_otp_core::error::{ErrorBody, ErrorCode, ErrorData, Issue};
use edge_otp_core::provider::RejectionKind;
use edge_otp_core::service::ServiceError;

/// An error of a request.
#[derive(Debug)]
pub(crate) enum ApiError {
    /// An error of the core.
    Service(ServiceError),
    /// No key, or an unknown one.
    Unauthorized,
    /// The request is not signed, or not with a known secret and now.
    InvalidSignature,
    /// There is no such route.
    RouteNotFound,
    /// The route accepts only these methods (the `Allow` header).
    MethodNotAllowed(&'static str),
    /// The body is larger than the route accepts.
    BodyTooLarge,
    /// The body is not declared as JSON.
    UnsupportedMediaType,
}

impl<E: Into<ServiceError>> From<E> for ApiError {
    fn from(error: E) -> Self {
        Self::Service(error.into())
    }
}

impl ApiError {
    /// Returns the public code.
    pub(crate) const fn code(&self) -> ErrorCode {
        match self {
            Self::Service(error) => error.code(),
            Self::Unauthorized | Self::InvalidSignature => ErrorCode::Unauthorized,
            Self::RouteNotFound => ErrorCode::RouteNotFound,
            Self::MethodNotAllowed(_) => ErrorCode::MethodNotAllowed,
            Self::BodyTooLarge => ErrorCode::BodyTooLarge,
            Self::UnsupportedMediaType => ErrorCode::UnsupportedMediaType,
        }
    }

    /// [`is_config_refused`] of an error of the core.
    pub(crate) const fn is_config_refused(&self) -> bool {
        matches!(self, Self::Service(error) if is_config_refused(error))
    }

    /// Returns the body of the response.
    pub(crate) fn body(&self, request_id: &str) -> ErrorBody {
        match self {
            Self::Service(error) => error.body(request_id),
            _ => ErrorBody {
                code: self.code().as_str(),
                message: match self {
                    Self::InvalidSignature => "The signature is not valid, or not of now.",
                    _ => self.code().message(),
                }
                .into(),
                data: ErrorData::default(),
                request_id: request_id.to_owned(),
            },
        }
    }
}

/// Tells whether the stored connector was refused, by its schema or by the provider for its credentials: it may have been
/// corrected by now.
pub(crate) const fn is_config_refused(error: &ServiceError) -> bool {
    match error {
        ServiceError::InvalidStoredConfig(_) => true,
        ServiceError::Provider(rejection) => matches!(rejection.kind, RejectionKind::Credentials),
        _ => false,
    }
}

/// The body of the request ended before it was complete.
pub(crate) fn body_incomplete() -> ServiceError {
    RequestError::InvalidInput(vec![Issue::new("", "ended before it was complete")]).into()
}
