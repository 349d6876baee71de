//! Idempotency: an `Idempotency-Key` claims its first request; the same request again within 600 s hears the same
//! answer, another request under the same key is a conflict. Pure, like the ledger; `guard.rs` stores it.

use alloc::borrow::ToOwned;
use alloc::string::String;

use crate::api::Receipt;
use crate::error::ProviderRefusal;
use crate::json::Value;
use crate::record::{Record, record, tag, tagged};
use crate::time::{CODE_LIFETIME, Timestamp};

/// What is remembered of a key. The request itself is not: only a MAC of its meaning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Claim {
    body: String,
    at: Timestamp,
    answer: Option<Answer>,
}

/// How a claimed send ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    Receipt(Receipt),
    Refused(ProviderRefusal),
}

/// What a claim finds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Claimed {
    /// The key is ours now: do the work, then settle or release.
    Fresh,
    /// The same request is under way; ask again.
    Running,
    /// The same request has ended so.
    Ended(Answer),
    /// Another request has the key.
    Conflict,
}

record!(Claim { body = "body", at = "at", answer = "answer" });

impl Record for Answer {
    fn write(&self) -> Value {
        match self {
            Self::Receipt(receipt) => tagged("receipt", receipt.write()),
            Self::Refused(refusal) => tagged("refused", refusal.write()),
        }
    }

    fn read(value: &Value) -> Option<Self> {
        match tag(value)? {
            ("receipt", receipt) => Record::read(receipt).map(Self::Receipt),
            ("refused", refusal) => Record::read(refusal).map(Self::Refused),
            _ => None,
        }
    }
}

impl Record for Claimed {
    fn write(&self) -> Value {
        match self {
            Self::Fresh => "fresh".into(),
            Self::Running => "running".into(),
            Self::Conflict => "conflict".into(),
            Self::Ended(answer) => answer.write(),
        }
    }

    fn read(value: &Value) -> Option<Self> {
        match value.as_str() {
            Some("fresh") => Some(Self::Fresh),
            Some("running") => Some(Self::Running),
            Some("conflict") => Some(Self::Conflict),
            _ => Answer::read(value).map(Self::Ended),
        }
    }
}

impl Claim {
    /// Claims a key for the request whose MAC is `body`. The claim to store, if the key was free.
    pub(crate) fn make(existing: Option<&Self>, body: &str, now: Timestamp) -> (Option<Self>, Claimed) {
        match existing.filter(|claim| claim.at.within(CODE_LIFETIME, now)) {
            None => (Some(Self { body: body.to_owned(), at: now, answer: None }), Claimed::Fresh),
            Some(claim) if claim.body != body => (None, Claimed::Conflict),
            Some(Self { answer: Some(answer), .. }) => (None, Claimed::Ended(answer.clone())),
            Some(_) => (None, Claimed::Running),
        }
    }

    /// The claim with its answer, if it is still the one of `body`.
    pub(crate) fn settled(self, body: &str, answer: Answer) -> Option<Self> {
        (self.body == body).then_some(Self { answer: Some(answer), ..self })
    }

    /// Whether a request that came to nothing may free the key.
    pub(crate) fn may_release(&self, body: &str) -> bool {
        self.body == body && self.answer.is_none()
    }

    /// When the claim ends.
    pub(crate) const fn idle_at(&self) -> Timestamp {
        self.at.plus(CODE_LIFETIME)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::RefusalClass;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    const NOW: Timestamp = Timestamp(1_700_000_000_000);

    #[test]
    fn a_key_serves_one_request_for_ten_minutes() {
        let (claim, found) = Claim::make(None, "a", NOW);
        let claim = claim.expect("stored");
        assert_eq!(found, Claimed::Fresh);
        assert_eq!(Claim::make(Some(&claim), "a", NOW), (None, Claimed::Running));
        assert_eq!(Claim::make(Some(&claim), "b", NOW), (None, Claimed::Conflict));

        let answer = Answer::Refused(ProviderRefusal { class: RefusalClass::Other, status: 400, code: None });
        assert_eq!(claim.clone().settled("b", answer.clone()), None);
        let ended = claim.settled("a", answer.clone()).expect("ours");
        assert_eq!(Claim::make(Some(&ended), "a", NOW), (None, Claimed::Ended(answer)));
        assert!(!ended.may_release("a"), "an answer is never forgotten early");

        let later = NOW.plus(CODE_LIFETIME);
        assert_eq!(Claim::make(Some(&ended), "b", later).1, Claimed::Fresh);
    }
}
