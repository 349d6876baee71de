//! What Worker and guard object say to each other, and its JSON form.

use alloc::string::String;

use crate::claim::{Answer, Claimed};
use crate::error::Refusal;
use crate::json::Value;
use crate::record::{Record, object, record, tag, tagged};
use crate::time::Timestamp;
use crate::usage::UsageType;

/// What the Worker asks of a guard object. It holds phones and codes, so it has no `Debug`.
pub(crate) enum Ask {
    /// Count a send, make a code, store its record.
    BeginSend { phone: String, usage: UsageType },
    /// The provider refused: the code is void and the send does not count.
    VoidSend { id: String, issued_at: Timestamp },
    /// Count a guess and compare it.
    Verify { phone: String, usage: UsageType, code: String, id: Option<String> },
    /// Claim an idempotency key.
    Claim { body: String },
    /// A claimed send has ended: keep the answer, or forget the claim if there is none.
    Settle { body: String, answer: Option<Answer> },
    /// Give the ledger to the object that follows after a rotation of the secret.
    Surrender,
}

/// A question on its way, with the name of the object that the asked one follows while a rotation of the secret
/// runs.
pub(crate) struct Call {
    pub(crate) ask: Ask,
    pub(crate) previous: Option<String>,
}

record!(Call { ask = "ask", previous = "previous" });

/// What the guard object says.
pub(crate) enum Told {
    Granted(Grant),
    Verified { id: String, at: Timestamp },
    Claimed(Claimed),
    Surrendered(Option<String>),
    Done,
    Refused(Refusal),
}

/// A granted send: the code to put into the message, and what the caller is told.
pub(crate) struct Grant {
    pub(crate) id: String,
    pub(crate) code: String,
    pub(crate) issued_at: Timestamp,
    pub(crate) expires_at: Timestamp,
    pub(crate) resend_at: Timestamp,
}

record!(Grant {
    id = "id",
    code = "code",
    issued_at = "issuedAt",
    expires_at = "expiresAt",
    resend_at = "resendAt",
});

impl Record for Ask {
    fn write(&self) -> Value {
        match self {
            Self::BeginSend { phone, usage } => {
                tagged("beginSend", object([("phone", phone.write()), ("usage", usage.write())]))
            }
            Self::VoidSend { id, issued_at } => {
                tagged("voidSend", object([("id", id.write()), ("issuedAt", issued_at.write())]))
            }
            Self::Verify { phone, usage, code, id } => tagged(
                "verify",
                object([
                    ("phone", phone.write()),
                    ("usage", usage.write()),
                    ("code", code.write()),
                    ("id", id.write()),
                ]),
            ),
            Self::Claim { body } => tagged("claim", object([("body", body.write())])),
            Self::Settle { body, answer } => {
                tagged("settle", object([("body", body.write()), ("answer", answer.write())]))
            }
            Self::Surrender => tagged("surrender", Value::Null),
        }
    }

    fn read(value: &Value) -> Option<Self> {
        let (name, parts) = tag(value)?;
        let part = |name: &str| parts.get(name).unwrap_or(&Value::Null);
        let text = |name: &str| String::read(part(name));
        let usage = || UsageType::read(part("usage"));
        Some(match name {
            "beginSend" => Self::BeginSend { phone: text("phone")?, usage: usage()? },
            "voidSend" => Self::VoidSend { id: text("id")?, issued_at: Timestamp::read(part("issuedAt"))? },
            "verify" => {
                let (phone, code) = (text("phone")?, text("code")?);
                Self::Verify { phone, usage: usage()?, code, id: Record::read(part("id"))? }
            }
            "claim" => Self::Claim { body: text("body")? },
            "settle" => Self::Settle { body: text("body")?, answer: Record::read(part("answer"))? },
            "surrender" => Self::Surrender,
            _ => return None,
        })
    }
}

impl Record for Told {
    fn write(&self) -> Value {
        match self {
            Self::Granted(grant) => tagged("granted", grant.write()),
            Self::Verified { id, at } => tagged("verified", object([("id", id.write()), ("at", at.write())])),
            Self::Claimed(claimed) => tagged("claimed", claimed.write()),
            Self::Surrendered(text) => tagged("surrendered", text.write()),
            Self::Done => tagged("done", Value::Null),
            Self::Refused(refusal) => tagged("refused", refusal.write()),
        }
    }

    fn read(value: &Value) -> Option<Self> {
        let (name, value) = tag(value)?;
        Some(match name {
            "granted" => Self::Granted(Record::read(value)?),
            "verified" => {
                Self::Verified { id: Record::read(value.get("id")?)?, at: Record::read(value.get("at")?)? }
            }
            "claimed" => Self::Claimed(Record::read(value)?),
            "surrendered" => Self::Surrendered(Record::read(value)?),
            "done" => Self::Done,
            "refused" => Self::Refused(Record::read(value)?),
            _ => return None,
        })
    }
}
