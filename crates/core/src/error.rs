//! The public error codes and how a response describes an error. Codes and statuses are part of the contract and never
//! change. Nothing here holds a code, a secret, a full phone number or a provider's own text.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::time::Seconds;

/// Every public error code. The error types of each layer map to these; which of them HTTP alone can cause is noted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorCode {
    /// The body is not JSON, has the wrong shape or an unknown field.
    InvalidInput,
    /// The phone number is not E.164, or no number can be like it.
    PhoneInvalid,
    /// The phone number may not be sent to: its country, or a service number.
    PhoneNotAllowed,
    /// There is no live code for this phone number and usage type.
    CodeNotFound,
    /// The code is wrong.
    CodeMismatch,
    /// The code is older than 600 s.
    CodeExpired,
    /// The attempts of this code are exhausted.
    AttemptsExhausted,
    /// The phone number has reached its limit of wrong codes.
    LockedOut,
    /// A limit of sends is reached.
    MessageRateLimited,
    /// The idempotency key was used with another body.
    IdempotencyConflict,
    /// HTTP: no key, or an unknown one.
    Unauthorized,
    /// HTTP: there is no such route.
    RouteNotFound,
    /// HTTP: the route does not accept the method.
    MethodNotAllowed,
    /// HTTP: the body is larger than the route accepts.
    BodyTooLarge,
    /// HTTP: the body is not declared as JSON.
    UnsupportedMediaType,
    /// No connector is set up.
    ConnectorNotFound,
    /// The stored connector does not pass its schema.
    InvalidStoredConfig,
    /// The connector in a request does not pass its schema.
    InvalidRequestConfig,
    /// The connector has no template for the usage type and none for `Generic`.
    TemplateNotFound,
    /// The connector cannot serve this phone number.
    NumberNotSupported,
    /// The provider throttles.
    ProviderThrottled,
    /// The provider refused the message.
    ProviderRejected,
    /// The provider refused the message in a response outside its documented format.
    ProviderResponseInvalid,
    /// There is no entity with this id.
    EntityNotFound,
    /// The entity was changed since the caller read it.
    EntityConflict,
    /// There is no connector factory with this id.
    UnknownFactory,
    /// KV or the guard failed or did not answer in time.
    StorageUnavailable,
    /// A setting does not parse or is out of range.
    InvalidSettings,
    /// Anything else.
    Internal,
}

impl ErrorCode {
    /// All of them, in the order of their declaration.
    pub const ALL: [Self; 29] = [
        Self::InvalidInput,
        Self::PhoneInvalid,
        Self::PhoneNotAllowed,
        Self::CodeNotFound,
        Self::CodeMismatch,
        Self::CodeExpired,
        Self::AttemptsExhausted,
        Self::LockedOut,
        Self::MessageRateLimited,
        Self::IdempotencyConflict,
        Self::Unauthorized,
        Self::RouteNotFound,
        Self::MethodNotAllowed,
        Self::BodyTooLarge,
        Self::UnsupportedMediaType,
        Self::ConnectorNotFound,
        Self::InvalidStoredConfig,
        Self::InvalidRequestConfig,
        Self::TemplateNotFound,
        Self::NumberNotSupported,
        Self::ProviderThrottled,
        Self::ProviderRejected,
        Self::ProviderResponseInvalid,
        Self::EntityNotFound,
        Self::EntityConflict,
        Self::UnknownFactory,
        Self::StorageUnavailable,
        Self::InvalidSettings,
        Self::Internal,
    ];

    /// Returns the public code.
    pub const fn as_str(self) -> &'static str {
        self.row().1
    }

    /// Returns the HTTP status.
    pub const fn status(self) -> u16 {
        self.row().0
    }

    /// Returns the message for people: one English sentence without values.
    pub const fn message(self) -> &'static str {
        self.row().2
    }

    #[expect(clippy::too_many_lines, reason = "one row per code")]
    const fn row(self) -> (u16, &'static str, &'static str) {
        match self {
            Self::InvalidInput => (400, "guard.invalid_input", "The request body is not valid."),
            Self::PhoneInvalid => (400, "phone.invalid", "The phone number is not in E.164 form."),
            Self::PhoneNotAllowed => (403, "phone.not_allowed", "Numbers of this country are not allowed."),
            Self::CodeNotFound => (
                400,
                "verification_code.not_found",
                "There is no live code for this phone and usage type; send one first.",
            ),
            Self::CodeMismatch => (400, "verification_code.code_mismatch", "The code is wrong."),
            Self::CodeExpired => (400, "verification_code.expired", "The code has expired; send a new one."),
            Self::AttemptsExhausted => (
                400,
                "verification_code.exceed_max_try",
                "This code has been tried too often; send a new one.",
            ),
            Self::LockedOut => {
                (429, "verification_code.locked", "Too many wrong codes for this phone; it is locked.")
            }
            Self::MessageRateLimited => {
                (429, "request.message_rate_limited", "Too many messages; try later.")
            }
            Self::IdempotencyConflict => {
                (422, "request.idempotency_conflict", "This Idempotency-Key was used with another body.")
            }
            Self::Unauthorized => (401, "auth.unauthorized", "A valid key is needed."),
            Self::RouteNotFound => (404, "request.not_found", "There is no such route."),
            Self::MethodNotAllowed => {
                (405, "request.method_not_allowed", "The route does not take this method.")
            }
            Self::BodyTooLarge => (413, "request.too_large", "The body is too large."),
            Self::UnsupportedMediaType => {
                (415, "request.unsupported_media_type", "The body must be application/json.")
            }
            Self::ConnectorNotFound => (501, "connector.not_found", "No SMS connector is set up."),
            Self::InvalidStoredConfig => {
                (500, "connector.invalid_config", "The connector's config is not valid.")
            }
            Self::InvalidRequestConfig => {
                (400, "connector.invalid_config", "The connector's config is not valid.")
            }
            Self::TemplateNotFound => {
                (422, "connector.template_not_found", "The connector has no template for this usage type.")
            }
            Self::NumberNotSupported => (
                422,
                "connector.invalid_request_parameters",
                "The connector does not serve numbers of this country.",
            ),
            Self::ProviderThrottled => (429, "connector.rate_limit_exceeded", "The provider throttles us."),
            Self::ProviderRejected => (502, "connector.general", "The provider refused the message."),
            Self::ProviderResponseInvalid => (
                502,
                "connector.invalid_response",
                "The provider refused the message in an answer outside its format.",
            ),
            Self::EntityNotFound => (404, "entity.not_found", "There is nothing with this id."),
            Self::EntityConflict => {
                (412, "entity.conflict", "This was changed since you read it; read it again.")
            }
            Self::UnknownFactory => {
                (422, "connector.not_found_with_connector_id", "There is no such connector.")
            }
            Self::StorageUnavailable => (
                503,
                "storage.unavailable",
                "Storage did not answer in time; the request may have been counted.",
            ),
            Self::InvalidSettings => (500, "config.invalid", "A setting of this Worker is not valid."),
            Self::Internal => (500, "internal", "Something went wrong on our side."),
        }
    }
}

/// One thing that is wrong with a document: where (`templates.0.content`; empty for the whole) and what. It never holds
/// the value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Issue {
    /// Member names and indexes, joined by dots; a header's name; empty for the whole document.
    #[cfg_attr(feature = "openapi", schema(examples("templates.0.content")))]
    pub path: String,
    /// What is wrong, as the rest of a sentence that begins with the path.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, examples("must hold {{code}}")))]
    pub message: String,
}

impl Issue {
    /// Creates an issue at a path.
    pub fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { path: path.into(), message: message.into() }
    }
}

/// Every failure. It never holds a code, a secret, a provider's words or a full phone number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ErrorBody {
    /// The stable code; act on this.
    #[cfg_attr(feature = "openapi", schema(value_type = ErrorCode))]
    pub code: &'static str,
    /// One English sentence for people.
    #[cfg_attr(feature = "openapi", schema(value_type = String, min_length = 1))]
    pub message: Cow<'static, str>,
    /// What helps the caller or the operator.
    #[serde(skip_serializing_if = "ErrorData::is_empty")]
    pub data: ErrorData,
    /// The id of the request, as in the log and in `X-Request-Id`.
    #[serde(skip_serializing_if = "str::is_empty")]
    #[cfg_attr(feature = "openapi", schema(required = true, pattern = "^[0-9a-f]{32}$"))]
    pub request_id: String,
}

/// What helps the caller or the operator; which members are there depends on the code.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(min_properties = 1))]
pub struct ErrorData {
    /// Of `guard.invalid_input`, `connector.invalid_config` and `config.invalid`: what is wrong and where, never the value.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false, min_items = 1))]
    pub issues: Option<Vec<Issue>>,
    /// Of `verification_code.code_mismatch`: how many more wrong codes are allowed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false, maximum = 5))]
    pub attempts_left: Option<u32>,
    /// Of `verification_code.locked`, `request.message_rate_limited` and, if the provider said so,
    /// `connector.rate_limit_exceeded`: seconds to wait, as in `Retry-After`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<u32>, nullable = false))]
    pub retry_after: Option<Seconds>,
    /// Of `request.message_rate_limited`: which limit was reached.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::ledger::SendLimit>, nullable = false))]
    pub limit: Option<&'static str>,
    /// Of `phone.invalid` and `phone.not_allowed`: why the phone number is not accepted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::openapi::PhoneReason>, nullable = false))]
    pub reason: Option<&'static str>,
    /// Of `connector.general`, `connector.invalid_response` and `connector.rate_limit_exceeded`: what the provider
    /// answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub provider: Option<ProviderErrorData>,
    /// Why the provider was not reached: `dns`, `refused` or `tls`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<&'static str>,
}

impl ErrorData {
    /// Tells whether no member is there.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What a provider answered, without its own text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProviderErrorData {
    /// The HTTP status.
    #[cfg_attr(feature = "openapi", schema(minimum = 100, maximum = 599))]
    pub status: u16,
    /// The provider's own code, if it gave one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false, examples("21211")))]
    pub code: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test(unsupported = test)]
    fn all_lists_every_code_in_the_order_of_its_declaration() {
        for (index, code) in ErrorCode::ALL.into_iter().enumerate() {
            assert_eq!(code as usize, index, "{}", code.as_str());
        }
        assert_eq!(ErrorCode::ALL.last(), Some(&ErrorCode::Internal));
    }
}
