//! The errors that travel between Worker and guard or are kept for an idempotency key, in their JSON form.

use super::{Issue, ProviderRefusal, Refusal, RefusalClass, SendLimit};
use crate::json::Value;
use crate::record::{Record, record, tag, tagged};
use crate::time::Seconds;

record!(Issue { path = "path", message = "message" });
record!(ProviderRefusal { class = "class", status = "status", code = "code" });

impl Record for SendLimit {
    fn write(&self) -> Value {
        self.name().into()
    }

    fn read(value: &Value) -> Option<Self> {
        [Self::Cooldown, Self::Hour, Self::Day].into_iter().find(|limit| value.as_str() == Some(limit.name()))
    }
}

impl Record for Refusal {
    fn write(&self) -> Value {
        match self {
            Self::NotFound => "notFound".into(),
            Self::Expired => "expired".into(),
            Self::AttemptsSpent => "attemptsSpent".into(),
            Self::Unavailable => "unavailable".into(),
            Self::Mismatch { attempts_left } => tagged("mismatch", attempts_left.write()),
            Self::Locked { retry_after } => tagged("locked", retry_after.write()),
            Self::RateLimited { limit, retry_after } => tagged(limit.name(), retry_after.write()),
        }
    }

    fn read(value: &Value) -> Option<Self> {
        match value.as_str() {
            Some("notFound") => return Some(Self::NotFound),
            Some("expired") => return Some(Self::Expired),
            Some("attemptsSpent") => return Some(Self::AttemptsSpent),
            Some("unavailable") => return Some(Self::Unavailable),
            _ => {}
        }
        match tag(value)? {
            ("mismatch", left) => u32::read(left).map(|attempts_left| Self::Mismatch { attempts_left }),
            ("locked", after) => Seconds::read(after).map(|retry_after| Self::Locked { retry_after }),
            (limit, after) => {
                let limit = SendLimit::read(&limit.into())?;
                Seconds::read(after).map(|retry_after| Self::RateLimited { limit, retry_after })
            }
        }
    }
}

impl Record for RefusalClass {
    fn write(&self) -> Value {
        match self {
            Self::Credentials => "credentials".into(),
            Self::Recipient => "recipient".into(),
            Self::Content => "content".into(),
            Self::Balance => "balance".into(),
            Self::Other => "other".into(),
            Self::Unreadable => "unreadable".into(),
            Self::Throttled(after) => tagged("throttled", after.write()),
        }
    }

    fn read(value: &Value) -> Option<Self> {
        let plain =
            [Self::Credentials, Self::Recipient, Self::Content, Self::Balance, Self::Other, Self::Unreadable];
        let plain = plain.into_iter().find(|class| class.write() == *value);
        plain.or_else(|| match tag(value)? {
            ("throttled", after) => Record::read(after).map(Self::Throttled),
            _ => None,
        })
    }
}
