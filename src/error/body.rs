//! How an answer tells an error.

use alloc::vec::Vec;

use super::{Error, Issue, Refusal, SendLimit};
use crate::json::{Map, Value};
use crate::record::{Record, object};

impl Error {
    /// The body of the answer.
    pub(crate) fn body(&self, request_id: &str) -> Value {
        let data = object([
            ("issues", self.issues().map_or(Value::Null, Record::write)),
            ("attemptsLeft", self.attempts_left().write()),
            ("retryAfter", self.retry_after().write()),
            ("limit", self.limit().map_or(Value::Null, |limit| limit.name().into())),
            ("provider", self.provider()),
        ]);
        object([
            ("code", self.code().into()),
            ("message", self.message().into()),
            ("data", if data.as_object().is_some_and(Map::is_empty) { Value::Null } else { data }),
            ("requestId", request_id.into()),
        ])
    }

    fn issues(&self) -> Option<&Vec<Issue>> {
        match self {
            Self::InvalidInput(issues)
            | Self::ConnectorConfig(issues)
            | Self::PostedConfig(issues)
            | Self::Settings(issues) => Some(issues),
            _ => None,
        }
    }

    const fn attempts_left(&self) -> Option<u32> {
        match self {
            Self::Guard(Refusal::Mismatch { attempts_left }) => Some(*attempts_left),
            _ => None,
        }
    }

    const fn limit(&self) -> Option<SendLimit> {
        match self {
            Self::Guard(Refusal::RateLimited { limit, .. }) => Some(*limit),
            _ => None,
        }
    }

    fn provider(&self) -> Value {
        match self {
            Self::Provider(refusal) => {
                object([("status", refusal.status.write()), ("code", refusal.code.write())])
            }
            _ => Value::Null,
        }
    }
}
