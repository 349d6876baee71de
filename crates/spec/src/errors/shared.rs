//! The error responses that several operations have.

use edge_otp_core::error::ErrorCode;

use super::ErrorResponse;

pub(crate) const UNAUTHORIZED: ErrorResponse = ErrorResponse::shared(
    "Unauthorized",
    "No key, or not one of this deployment's.",
    &[ErrorCode::Unauthorized],
);
pub(crate) const TOO_LARGE: ErrorResponse = ErrorResponse::shared(
    "TooLarge",
    "The body is larger than the route accepts.",
    &[ErrorCode::BodyTooLarge],
);
pub(crate) const UNSUPPORTED_MEDIA_TYPE: ErrorResponse = ErrorResponse::shared(
    "UnsupportedMediaType",
    "The body is not declared to be JSON, or it is compressed.",
    &[ErrorCode::UnsupportedMediaType],
);
pub(crate) const ENTITY_CONFLICT: ErrorResponse = ErrorResponse::shared(
    "EntityConflict",
    "The connector was changed since it was read: `If-Match` or `updatedAt` is not that of the stored one.",
    &[ErrorCode::EntityConflict],
);
pub(crate) const NOT_FOUND: ErrorResponse = ErrorResponse::shared(
    "NotFound",
    "There is nothing with this id; or the id is a dot segment, so that the path is another.",
    &[ErrorCode::EntityNotFound, ErrorCode::RouteNotFound],
);
pub(crate) const INTERNAL: ErrorResponse = ErrorResponse::shared(
    "Internal",
    "A setting of the deployment is wrong, which `data.issues` names, and nothing is done until it is corrected; or a defect.",
    &[ErrorCode::InvalidSettings, ErrorCode::Internal],
);
pub(crate) const INTERNAL_OR_CONNECTOR: ErrorResponse = ErrorResponse::shared(
    "InternalOrConnector",
    "A setting or the stored connector is wrong, which `data.issues` names; or a defect.",
    &[ErrorCode::InvalidStoredConfig, ErrorCode::InvalidSettings, ErrorCode::Internal],
);
pub(crate) const STORAGE_UNAVAILABLE: ErrorResponse = ErrorResponse::shared(
    "StorageUnavailable",
    "KV or the guard failed or did not answer in time; the request may have been counted.",
    &[ErrorCode::StorageUnavailable],
);
pub(crate) const CONNECTOR_NOT_FOUND: ErrorResponse =
    ErrorResponse::shared("ConnectorNotFound", "No connector is set up.", &[ErrorCode::ConnectorNotFound]);
pub(crate) const PROVIDER_REJECTED: ErrorResponse = ErrorResponse::shared(
    "ProviderRejected",
    "The provider refused; nothing was sent and the send is not counted.",
    &[ErrorCode::ProviderRejected, ErrorCode::ProviderResponseInvalid],
);
pub(crate) const PHONE_NOT_ALLOWED: ErrorResponse = ErrorResponse::shared(
    "PhoneNotAllowed",
    "The number's country is not in `ALLOWED_COUNTRIES` or is in `BLOCKED_COUNTRIES`, or it is a service number.",
    &[ErrorCode::PhoneNotAllowed],
);
pub(crate) const SEND_LIMITED: ErrorResponse = ErrorResponse::shared(
    "SendLimited",
    "A cooldown or a limit of this phone, or of its prefix, its country, the end user's IP address or all sends \
     (`data.limit`); too many wrong codes for this phone; or the provider throttles.",
    &[ErrorCode::MessageRateLimited, ErrorCode::LockedOut, ErrorCode::ProviderThrottled],
)
.retry();
pub(crate) const LOCKED: ErrorResponse = ErrorResponse::shared(
    "Locked",
    "Too many wrong codes for this phone. Nothing was compared.",
    &[ErrorCode::LockedOut],
)
.retry();
pub(crate) const CODE_REFUSED: ErrorResponse = ErrorResponse::shared(
    "CodeRefused",
    "A body that is not valid; or no live code, a wrong one, one that is 600 seconds old, or one that was tried too often.",
    &[
        ErrorCode::InvalidInput,
        ErrorCode::PhoneInvalid,
        ErrorCode::CodeNotFound,
        ErrorCode::CodeMismatch,
        ErrorCode::CodeExpired,
        ErrorCode::AttemptsExhausted,
    ],
);
pub(crate) const BAD_QUERY: ErrorResponse = ErrorResponse::shared(
    "BadQuery",
    "A parameter that is wrong or unknown, which `data.issues` names.",
    &[ErrorCode::InvalidInput],
);
pub(crate) const BAD_PHONE: ErrorResponse = ErrorResponse::shared(
    "BadPhone",
    "A body or a phone number that is not valid.",
    &[ErrorCode::InvalidInput, ErrorCode::PhoneInvalid],
);
pub(crate) const BAD_CONFIG: ErrorResponse = ErrorResponse::shared(
    "BadConfig",
    "A body or a config that is not valid; `data.issues` names the fields.",
    &[ErrorCode::InvalidInput, ErrorCode::InvalidRequestConfig],
);

/// The responses that become components.
pub const SHARED_ERRORS: [ErrorResponse; 17] = [
    BAD_QUERY,
    UNAUTHORIZED,
    ENTITY_CONFLICT,
    NOT_FOUND,
    TOO_LARGE,
    UNSUPPORTED_MEDIA_TYPE,
    INTERNAL,
    INTERNAL_OR_CONNECTOR,
    STORAGE_UNAVAILABLE,
    CONNECTOR_NOT_FOUND,
    PROVIDER_REJECTED,
    PHONE_NOT_ALLOWED,
    SEND_LIMITED,
    LOCKED,
    CODE_REFUSED,
    BAD_PHONE,
    BAD_CONFIG,
];
