//! What became of a message, as the auth servers distinguish it, and what is answered.

use serde::Serialize;

use crate::api::{DeliverReceipt, RequestError, SendReceipt};
use crate::provider::RejectionKind;
use crate::service::ServiceError;
use crate::time::Seconds;

/// What became of a message, in this request or in the one that it repeats.
#[derive(Clone, Copy, Debug)]
pub struct BridgeOutcome<'a> {
    /// The receipt, `None` if there was nothing to deliver, or why nothing was sent.
    pub result: Result<Option<&'a SendReceipt>, &'a ServiceError>,
    /// The id of the request, as in the log.
    pub request_id: &'a str,
}

impl BridgeOutcome<'_> {
    /// Returns why nothing was sent.
    pub fn refusal(&self) -> Option<Refusal> {
        self.result.err().map(Refusal::of)
    }

    /// Answers in the form of this API: 200 with the receipt (204 if there was nothing to deliver), or the error.
    pub fn respond_plainly(&self) -> BridgeResponse {
        match self.result {
            Ok(Some(receipt)) => BridgeResponse::json(200, &DeliverReceipt::from(receipt)),
            Ok(None) => BridgeResponse::empty(204),
            Err(error) => {
                let response = BridgeResponse::json(error.code().status(), &error.body(self.request_id));
                BridgeResponse { retry_after: error.retry_after(), ..response }
            }
        }
    }

    /// Answers an auth server that queues a message again after every answer but a 2xx: 503 for what may succeed later,
    /// else 200.
    pub fn respond_to_queue(&self) -> BridgeResponse {
        match (self.refusal(), self.respond_plainly()) {
            (Some(refusal), response) if refusal.is_temporary() => {
                BridgeResponse { status: 503, retry_after: refusal.retry_after(), ..response }
            }
            (Some(_), response) => BridgeResponse { status: 200, retry_after: None, ..response },
            (None, response) => response,
        }
    }
}

/// Why nothing was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The request was not understood.
    Request,
    /// No code can be sent to this number.
    Recipient,
    /// The provider refused the text, or there is no template.
    Content,
    /// Too many messages, by our limits or the provider's.
    Throttled(Option<Seconds>),
    /// The provider refused our credentials.
    Credentials,
    /// The account at the provider has no balance.
    Balance,
    /// The provider refused for another reason.
    Provider,
    /// There is no connector, or it is not valid: an operator has to act.
    Unconfigured,
    /// Storage or the provider was not reached.
    Unavailable,
}

impl Refusal {
    /// Classifies an error.
    pub fn of(error: &ServiceError) -> Self {
        match error {
            ServiceError::Request(RequestError::InvalidInput(_)) => Self::Request,
            ServiceError::Request(RequestError::Phone(_)) | ServiceError::NumberNotSupported => {
                Self::Recipient
            }
            ServiceError::TemplateNotFound => Self::Content,
            ServiceError::Provider(rejection) => match rejection.kind {
                RejectionKind::Recipient => Self::Recipient,
                RejectionKind::Content => Self::Content,
                RejectionKind::Throttled(retry_after) => Self::Throttled(retry_after),
                RejectionKind::Credentials => Self::Credentials,
                RejectionKind::Balance => Self::Balance,
                RejectionKind::NotReached(_) => Self::Unavailable,
                RejectionKind::Other | RejectionKind::Unreadable => Self::Provider,
            },
            ServiceError::ConnectorNotFound
            | ServiceError::InvalidStoredConfig(_)
            | ServiceError::InvalidSettings(_) => Self::Unconfigured,
            _ if error.code().status() == 429 => Self::Throttled(error.retry_after()),
            _ => Self::Unavailable,
        }
    }

    /// Tells whether the same request may succeed later.
    pub const fn is_temporary(self) -> bool {
        matches!(self, Self::Throttled(_) | Self::Unconfigured | Self::Unavailable)
    }

    /// Returns the seconds to wait, if they are known.
    pub const fn retry_after(self) -> Option<Seconds> {
        match self {
            Self::Throttled(retry_after) => retry_after,
            _ => None,
        }
    }

    /// Returns one sentence for the person who waits for the code. It says nothing about the deployment.
    pub const fn user_message(self) -> &'static str {
        match self {
            Self::Recipient => "This number cannot receive codes.",
            Self::Throttled(_) => "Too many codes were requested. Try again later.",
            _ => "The code could not be sent.",
        }
    }
}

/// What is answered to an auth server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BridgeResponse {
    /// The HTTP status.
    pub status: u16,
    /// The media type of the body.
    pub content_type: &'static str,
    /// The body, if there is one.
    pub body: Option<String>,
    /// `Retry-After`.
    pub retry_after: Option<Seconds>,
}

impl BridgeResponse {
    /// Creates a response with a JSON body.
    pub fn json(status: u16, body: &impl Serialize) -> Self {
        // Every body is a struct or object with string keys, which serialises without error.
        let body = serde_json::to_string(body).unwrap_or_default();
        Self { status, content_type: "application/json; charset=utf-8", body: Some(body), retry_after: None }
    }

    /// Creates a response with a text that a person reads.
    pub fn text(status: u16, text: &str) -> Self {
        let content_type = "text/plain; charset=utf-8";
        Self { status, content_type, body: Some(text.to_owned()), retry_after: None }
    }

    /// Creates a response without a body.
    pub const fn empty(status: u16) -> Self {
        Self { status, content_type: "", body: None, retry_after: None }
    }
}
